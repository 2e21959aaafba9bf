/*
 * text_index - whether the text index has the words of the papers, all of them and no others.
 *
 * FTS5's own check asks for a place of each word at a time. Here both sides are read in their own order, and compared
 * by the sums of hashes of (word, paper, column, place) and of (paper, sizes). Both can be read at the same time, the
 * papers one by one, in any order. What is not as expected may still be right, as a form of the index that is not known
 * here: then FTS5's own check decides.
 */
#ifndef PT_STORE_TEXT_INDEX_H
#define PT_STORE_TEXT_INDEX_H

#include "statement.h"
#include "unicode61.h"

/* What one side has. Zero-initialise. */
typedef struct pt_text_tally {
    bool odd;                         /* it cannot be compared */
    uint64_t places, hashes;          /* of words; their sum */
    uint64_t papers, words[2], sizes; /* papers; words of titles, of abstracts; sum of the papers' hashes */
} pt_text_tally;

/* Adds what the index has to *tally. Errors: those of reading but PAPERTAG_DAMAGED, which is odd. */
int pt_text_index_tally(papertag_store *store, pt_text_tally *tally, papertag_error *err);

/* Adds what a paper has: title and abstract, where these are texts. 0 or PAPERTAG_NO_MEMORY. */
int pt_text_tally_paper(pt_text_tally *tally, pt_unicode61 *tokenizer, int64_t key, const pt_db_value texts[2]);

/* Adds `more` to *tally. */
void pt_text_tally_add(pt_text_tally *tally, const pt_text_tally *more);

/* Whether index and papers have the same. */
bool pt_text_tally_is_same(const pt_text_tally *index, const pt_text_tally *papers);

#endif
