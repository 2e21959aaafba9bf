/*
 * verdict - verdicts as the store writes them, and one recorded for many papers.
 */
#ifndef PT_STORE_VERDICT_H
#define PT_STORE_VERDICT_H

#include "statement.h"

/* The verdict in a column: "yes", "no" or null. */
papertag_verdict pt_verdict_read(pt_db_row *row, int column);

/* Begins a call that can be undone, within a transaction: its number, under which it notes what it replaces. */
int pt_store_start_call(papertag_store *store, int64_t *number, papertag_error *err);

/* Records a verdict on a tag for many papers, as one call that papertag_store_undo takes back. Within a transaction. */
int pt_store_set_verdict(papertag_store *store, const char *tag, papertag_verdict verdict, const int64_t *keys,
                         size_t count, papertag_error *err);

#endif
