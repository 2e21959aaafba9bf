/*
 * phrases - terms of a vocabulary as phrases, and the longer phrase that papers use for a topic.
 */
#ifndef PT_PHRASES_H
#define PT_PHRASES_H

#include "text/tfidf.h"

/* The text of a term, not terminated. Borrowed from the vocabulary. */
const char *pt_term_text(const pt_vocabulary *vocabulary, size_t term, size_t *length);

/* Whether a term has several words. */
bool pt_term_is_phrase(const pt_vocabulary *vocabulary, size_t term);

/* Whether the words of one term occur side by side in the other. A term contains itself. */
bool pt_terms_overlap(const pt_vocabulary *vocabulary, size_t a, size_t b);

/* The words of all terms, so that overlapping terms are found without comparing every two. pt_phrase_index_free ends
 * it. */
typedef struct pt_phrase_index {
    const pt_vocabulary *vocabulary; /* V terms, borrowed */
    struct pt_word_use *uses;        /* count, by word, then by term */
    size_t count;
} pt_phrase_index;

/* 0 or PAPERTAG_NO_MEMORY. */
int pt_phrase_index_build(pt_phrase_index *index, const pt_vocabulary *vocabulary);
void pt_phrase_index_free(pt_phrase_index *index);

/* Lists the terms that overlap with a term, each once, itself among them. out: room for V. Returns how many. */
size_t pt_overlapping_terms(const pt_phrase_index *index, uint32_t term, uint32_t *out);

/* Appends the phrase that N papers use for a term: the term, with the words that most of the papers have before and
 * after it ("neural machine" becomes "neural machine translation"), without an abbreviation at the end. counts: how
 * many of these papers have each of the V terms. 0 or PAPERTAG_NO_MEMORY. */
int pt_phrase_of(const pt_vocabulary *vocabulary, size_t term, const uint32_t *counts, size_t papers, pt_buf *out);

#endif
