/*
 * indexes - whether the indexes of a table have its rows, each once and in their order.
 *
 * SQLite's own check looks each row up in each index. Here table and indexes are read once, each in its own order, and
 * compared by the sums of their rows' hashes. The table can be read in parts, for other checks along with this.
 */
#ifndef PT_STORE_INDEXES_H
#define PT_STORE_INDEXES_H

#include "statement.h"

/* Indexes of a table at most. */
enum { PT_INDEXES = 16 };

/* What an index has, or should have. Zero-initialise. */
typedef struct pt_row_set {
    uint64_t sum; /* of its rows' hashes */
    size_t count;
} pt_row_set;

/* The indexes of a table that has a column `key` for its rows' numbers. */
typedef struct pt_indexes {
    const char *table;
    const struct pt_index *list; /* count, in the arena */
    size_t count;                /* 0 unless they are known */
    bool known;                  /* all are of a form that can be checked here */
} pt_indexes;

/* Reads which indexes a table has; its name is borrowed. */
int pt_indexes_read(pt_indexes *x, papertag_store *store, const char *table, pt_arena *arena, papertag_error *err);

/* Appends the columns that a reading of the table needs, a comma before each. */
void pt_indexes_put_columns(const pt_indexes *x, pt_buf *sql);

/* Adds a row of the table, where these columns begin at `column`, to what each index should have. */
void pt_indexes_take_row(const pt_indexes *x, pt_db_row *row, int column, int64_t key, pt_row_set sets[PT_INDEXES]);

/* Adds what each index has. *in_order: whether that could be read, in the order that it should have. Errors: those of
 * reading but PAPERTAG_DAMAGED, which is not in order. */
int pt_indexes_tally(const pt_indexes *x, papertag_store *store, pt_row_set sets[PT_INDEXES], bool *in_order,
                     papertag_error *err);

/* Adds `more`; whether indexes have what they should. Where they do not, it is for the caller to ask SQLite. */
void pt_row_sets_add(pt_row_set sets[PT_INDEXES], const pt_row_set more[PT_INDEXES]);
bool pt_row_sets_are_same(const pt_row_set a[PT_INDEXES], const pt_row_set b[PT_INDEXES]);

#endif
