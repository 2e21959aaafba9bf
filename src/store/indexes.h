/*
 * indexes - whether the indexes of a table have its rows, each once and in their order.
 *
 * SQLite's own check looks each row up in each index. Here table and indexes are read once, each in its own order, and
 * compared by the sums of their rows' hashes.
 */
#ifndef PT_STORE_INDEXES_H
#define PT_STORE_INDEXES_H

#include "statement.h"

/* *right: whether they do. When not, or when that cannot be said, it is for the caller to ask SQLite. The table has a
 * column `key` for its rows' numbers. Errors: those of reading but PAPERTAG_DAMAGED, which is not right. */
int pt_store_indexes_check(papertag_store *store, const char *table, bool *right, papertag_error *err);

#endif
