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

/* Appends the phrase that N papers use for a term: the term, with the words that most of the papers have before and
 * after it ("neural machine" becomes "neural machine translation"), without an abbreviation at the end. counts: how
 * many of these papers have each of the V terms. 0 or PAPERTAG_NO_MEMORY. */
int pt_phrase_of(const pt_vocabulary *vocabulary, size_t term, const uint32_t *counts, size_t papers, pt_buf *out);

#endif
