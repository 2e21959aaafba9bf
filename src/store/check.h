/*
 * check - faults of a store found and mended.
 */
#ifndef PT_STORE_CHECK_H
#define PT_STORE_CHECK_H

#include "statement.h"

/* Counts the papers that have neither title nor abstract: no more is known of them than their names. */
int pt_store_count_textless(papertag_store *store, int64_t *count, papertag_error *err);

/* How many values a store has that their columns cannot have, and in which table the first is; and mends them. What
 * they refer to is left to papertag_store_repair. `but`: leave out those of papers themselves, or of opinions. */
enum { PT_BUT_PAPERS = 1, PT_BUT_OPINIONS = 2 };
int pt_store_count_wrong_values(papertag_store *store, unsigned but, int64_t *count, const char **table,
                                papertag_error *err);
int pt_store_mend_values(papertag_store *store, papertag_error *err);

/* Appends SQL for a row of `papers`: how many of its values are wrong. */
void pt_store_put_wrong_paper(pt_buf *sql);

#endif
