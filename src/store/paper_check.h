/*
 * paper_check - what is checked of the papers themselves, in one reading of their table, by far the largest.
 */
#ifndef PT_STORE_PAPER_CHECK_H
#define PT_STORE_PAPER_CHECK_H

#include "indexes.h"
#include "text_index.h"

/* What to read. It is read-only once open, so that threads may share it. */
typedef struct pt_paper_check {
    pt_arena arena;
    pt_indexes indexes;
    pt_buf sql;
} pt_paper_check;

/* What some papers have. Zero-initialise. */
typedef struct pt_paper_tally {
    pt_text_tally texts;
    pt_row_set rows[PT_INDEXES]; /* that each index should have */
    int64_t textless;            /* papers that have neither title nor abstract */
    int64_t wrong;               /* values that a paper cannot have */
    int64_t lost;                /* models that are not there */
} pt_paper_tally;

int pt_paper_check_open(pt_paper_check *check, papertag_store *store, papertag_error *err);
void pt_paper_check_close(pt_paper_check *check);

/* Adds the papers of keys first to last. */
int pt_paper_check_read(const pt_paper_check *check, papertag_store *store, int64_t first, int64_t last,
                        pt_paper_tally *tally, papertag_error *err);

/* Adds `more` to *tally. */
void pt_paper_tally_add(pt_paper_tally *tally, const pt_paper_tally *more);

#endif
