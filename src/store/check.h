/*
 * check - faults of a store found.
 */
#ifndef PT_STORE_CHECK_H
#define PT_STORE_CHECK_H

#include "statement.h"

/* Counts the papers that have neither title nor abstract: no more is known of them than their names. */
int pt_store_count_textless(papertag_store *store, int64_t *count, papertag_error *err);

#endif
