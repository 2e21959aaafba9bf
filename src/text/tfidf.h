/*
 * tfidf - the face of src/text: what the rest of the library uses of it. Papers become sparse rows of weighted terms.
 *
 *     tokens of title and abstract  -->  counts of known n-grams  -->  row: (term, value) x K, |row| = 1
 *
 * value = (1 + ln tf) * idf, then divided by the row's Euclidean length. tf counts a word of the title title_weight
 * times. idf = ln((1 + N) / (1 + df)) + 1. This is scikit-learn's TfidfVectorizer with sublinear_tf and smooth_idf.
 * Terms that were added to a vocabulary are divided by the same length, but do not count for it: |row| is 1 without
 * them.
 */
#ifndef PT_TFIDF_H
#define PT_TFIDF_H

#include "common.h"
#include "counter.h"
#include "lexicon.h"
#include "packed.h"
#include "rows.h"
#include "scan.h"
#include "stop_words.h"
#include "vocabulary.h"

/* The row of a paper; borrowed until the next call on the counter. title and abstract may be NULL.
 * 0 or PAPERTAG_NO_MEMORY. */
int pt_tfidf_row(pt_counter *counter, const pt_tfidf_options *options, const pt_vocabulary *vocabulary,
                 const char *title, const char *abstract, pt_row *out, papertag_error *err);

/* Turns the counts of a row into its values, in place. Returns the factor: see pt_weigh. */
double pt_weigh_row(const pt_vocabulary *vocabulary, const uint32_t *terms, float *values, size_t count, pt_logs *logs);

/* The values of a packed row of that vocabulary; borrowed until the next call with the same scratch. Zero-initialise
 * the scratch; pt_unpacked_free(&scratch.row) ends it. Errors: those of pt_unpack. */
typedef struct pt_row_scratch {
    pt_unpacked row;
    pt_logs logs;
} pt_row_scratch;
int pt_packed_values(const pt_packed *packed, const pt_vocabulary *vocabulary, pt_row_scratch *scratch, pt_row *out);

#endif
