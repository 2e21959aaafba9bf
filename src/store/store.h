/*
 * store - what the files of the store share: the open handle and short ways to run statements.
 *
 * Only store*.c include this header, and with it SQLite's.
 */
#ifndef PT_STORE_H
#define PT_STORE_H

#include <sqlite3.h>

#include "base/base.h"
#include "compile.h"
#include "tags/tags.h"

#include "clock.h"
#include "migrations.h"
#include "statement.h"
#include "tag_index.h"

/* The statement of a literal, with values bound; the caller steps it and ends it with pt_store_finish. */
int pt_store_query(papertag_store *store, const char *sql, sqlite3_stmt **out, papertag_error *err, const char *types,
                   ...);

/* Ends the stepping of a query: `code` is the last step's. Resets it. */
int pt_store_finish(papertag_store *store, sqlite3_stmt *statement, int code, papertag_error *err);

/* Copies a column's text into an arena: NULL for null; *failed is set when there is no memory. */
const char *pt_store_text(sqlite3_stmt *statement, int column, pt_arena *arena, bool *failed);

/* A model as the store knows it: its key, and the keys of its tags by number (free them). */
typedef struct pt_known_model {
    int64_t key;
    int64_t *tags;
} pt_known_model;

/* Finds a model, or makes it known with its tags. Within a transaction. */
int pt_store_know_model(papertag_store *store, const papertag_model *model, pt_known_model *out, papertag_error *err);

/* The SELECT that papertag_store_select runs: gives keys. */
int pt_store_select_sql(papertag_store *store, const papertag_query *query, pt_expression *parsed, pt_sql *sql,
                        papertag_error *err);

/* Runs a statement that gives keys, into store->selected. */
int pt_store_collect(papertag_store *store, const pt_sql *sql, const int64_t **keys, size_t *count,
                     papertag_error *err);

/* Counts the papers of which the name alone is known. */
extern const char pt_store_named_only[];

#endif
