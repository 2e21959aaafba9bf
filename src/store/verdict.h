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

/* A verdict that was given elsewhere. */
typedef struct pt_other_verdict {
    int64_t paper, tag; /* keys here */
    papertag_verdict verdict;
    const char *given; /* when */
    const char *since; /* a verdict here that was given then or later holds; "": any here holds */
    const char *tomorrow;
} pt_other_verdict;

/* Records a verdict from elsewhere and the paper's tags in force, unless the store has one that holds. One here whose
 * time lies after tomorrow came into the store before such were refused, and counts as the oldest. *call: the call that
 * it belongs to; 0: one is begun if it is needed. Within a transaction. */
int pt_store_import_verdict(papertag_store *store, const pt_other_verdict *other, int64_t *call, bool *taken,
                            papertag_error *err);

/* Adds marks and a note (NULL: none) that a paper has elsewhere to those that it has here; *call as above. */
int pt_store_add_marks(papertag_store *store, int64_t key, bool read, bool starred, const char *note, int64_t *call,
                       bool *changed, papertag_error *err);

#endif
