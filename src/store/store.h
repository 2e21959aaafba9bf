/*
 * store - what the files of the store share: the open handle and short ways to run statements.
 *
 * Only store*.c include this header, and with it SQLite's.
 */
#ifndef PT_STORE_H
#define PT_STORE_H

#include <sqlite3.h>

#include "base/base.h"
#include "tags/expression.h"

enum { PT_STORE_APPLICATION = 0x70746167, PT_STORE_STATEMENTS = 128 };

struct papertag_store {
    sqlite3 *db;
    char *path;
    /* statements by their SQL (a literal, compared by address), prepared when first used */
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } statements[PT_STORE_STATEMENTS];
    /* the tags, read when first asked for and again after a write */
    bool tags_read;
    papertag_tag_info *tags;
    int64_t *tag_keys;
    size_t *tag_papers;
    size_t tag_count;
    pt_arena tag_arena;
    /* what was handed out last */
    pt_arena record_arena; /* of papertag_store_get */
    pt_arena answer_arena; /* of lists */
    pt_buf expression;
    int64_t *selected;
    size_t selected_capacity;
    papertag_stored record;
    int turn; /* the locked folder while a delivery is made; -1: none */
};

/* Records SQLite's last message under the store's path; returns the status that fits it. */
int pt_store_fail(papertag_store *store, papertag_error *err);

/* The statement of a literal, reset, with ?1, ?2 ... bound by the letters of `types`: i int64_t, r double, t text
 * (NULL: null; borrowed until the reset), c long that is null when negative. The caller steps and resets it. */
int pt_store_query(papertag_store *store, const char *sql, sqlite3_stmt **out, papertag_error *err, const char *types,
                   ...);

/* The same run to its end for its effect. */
int pt_store_do(papertag_store *store, const char *sql, papertag_error *err, const char *types, ...);

/* The same for the first column of the first row: PAPERTAG_END when there is no row. */
int pt_store_ask(papertag_store *store, const char *sql, int64_t *out, papertag_error *err, const char *types, ...);

/* Ends the stepping of a query: `code` is the last step's. Resets it. */
int pt_store_finish(papertag_store *store, sqlite3_stmt *statement, int code, papertag_error *err);

/* Runs SQL without parameters. */
int pt_store_exec(papertag_store *store, const char *sql, papertag_error *err);

/* A transaction that writes. pt_store_end commits when status is 0, else rolls back; returns status or the commit's. */
int pt_store_begin(papertag_store *store, papertag_error *err);
int pt_store_end(papertag_store *store, int status, papertag_error *err);

/* Copies a column's text into an arena: NULL for null; *failed is set when there is no memory. */
const char *pt_store_text(sqlite3_stmt *statement, int column, pt_arena *arena, bool *failed);

/* Makes store->tags, tag_keys and tag_count current. */
int pt_store_read_tags(papertag_store *store, papertag_error *err);

/* Take a paper's tags in force out of table `tagged`, and put them there by opinions, verdicts and its day. */
int pt_store_unfile(papertag_store *store, int64_t paper, papertag_error *err);
int pt_store_file(papertag_store *store, int64_t paper, papertag_error *err);

/* A model as the store knows it: its key, and the keys of its tags by number (free them). */
typedef struct pt_known_model {
    int64_t key;
    int64_t *tags;
} pt_known_model;

/* Finds a model, or makes it known with its tags. Within a transaction. */
int pt_store_know_model(papertag_store *store, const papertag_model *model, pt_known_model *out, papertag_error *err);

/* A JSON array of strings, as the store keeps lists. PAPERTAG_NO_MEMORY. */
int pt_store_list(const char *json, pt_arena *arena, papertag_strings *out);

/* Now, as YYYY-MM-DDTHH:MM:SSZ. */
void pt_store_now(char out[21]);

/* Today by `as_of` (NULL: the clock), as a number. */
int pt_store_today(const char *as_of, long *today, papertag_error *err);

/* The SELECT that papertag_store_select runs: gives keys. */
int pt_store_select_sql(papertag_store *store, const papertag_query *query, pt_query *parsed, pt_sql *sql,
                        papertag_error *err);

/* Runs a statement that gives keys, into store->selected. */
int pt_store_collect(papertag_store *store, const pt_sql *sql, const int64_t **keys, size_t *count,
                     papertag_error *err);

/* Counts the papers of which the name alone is known. */
extern const char pt_store_named_only[];

/* Brings the layout up to version `to`, one step after the other. */
int pt_store_migrate(papertag_store *store, int to, papertag_error *err);
extern const int pt_store_version;

#endif
