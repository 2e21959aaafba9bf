/*
 * tfidf - terms and their weights: from tokens to a sparse row.
 *
 *     tokens of title and abstract  -->  counts of known n-grams  -->  row: (term, value) x K, |row| = 1
 *
 * value = (1 + ln tf) * idf, then divided by the row's Euclidean length; tf counts a word of the title title_weight
 * times; idf = ln((1 + N) / (1 + df)) + 1. This is scikit-learn's TfidfVectorizer with sublinear_tf and smooth_idf.
 */
#ifndef PT_TFIDF_H
#define PT_TFIDF_H

#include "base.h"
#include "text.h"

enum { PT_NGRAM_MAX = 4 };

typedef struct pt_tfidf_options {
    pt_text_options text;
    unsigned ngram_max;  /* words of the longest n-gram, 1 to PT_NGRAM_MAX */
    double title_weight; /* >= 0 */
} pt_tfidf_options;

/* One sparse row: `count` terms, `terms[i]` ascending, values of a unit vector. */
typedef struct pt_row {
    const uint32_t *terms;
    const float *values;
    size_t count;
} pt_row;

/* Many rows, as compressed sparse rows: row i is [starts[i], starts[i + 1]) of terms and values. */
typedef struct pt_rows {
    size_t *starts; /* count + 1 */
    uint32_t *terms;
    float *values;
    size_t count, capacity, entries_capacity;
} pt_rows;

void pt_rows_free(pt_rows *rows);
static inline pt_row pt_rows_get(const pt_rows *rows, size_t i)
{
    const size_t start = rows->starts[i];
    return (pt_row){rows->terms + start, rows->values + start, rows->starts[i + 1] - start};
}

/* Appends a copy of a row. 0 or PAPERTAG_NO_MEMORY. */
int pt_rows_append(pt_rows *rows, const uint32_t *terms, const float *values, size_t count);

/* ---- a vocabulary that does not change: in a model file, or made by pt_lexicon_choose -------------------------- */

/* Terms are numbered 0 .. count-1. All pointers are borrowed from whoever holds the bytes. */
typedef struct pt_vocabulary {
    const char *text;       /* all terms, one after the other */
    const uint32_t *starts; /* count + 1 offsets into text */
    const uint32_t *slots;  /* mask + 1 of them, a power of two: see pt_vocabulary_index */
    const float *idf;       /* count */
    size_t count;
    uint32_t mask;
} pt_vocabulary;

/* The number of slots for `count` terms. */
size_t pt_vocabulary_slots(size_t count);

/* Fills slots[mask + 1] so that terms are found: open addressing with linear steps on the n-gram's hash. A slot is 0
 * (empty) or holds term + 1 in its low bits and, in the bits above, bits of the hash that spare most comparisons. */
int pt_vocabulary_index(const pt_vocabulary *vocabulary, uint32_t *slots, papertag_error *err);

/* The hash of an n-gram from the hashes of its words. */
uint64_t pt_ngram_hash(uint64_t hash_so_far, uint64_t hash_of_next_word);

/* ---- counting -------------------------------------------------------------------------------------------------- */

/* An n-gram of a text's tokens: `length` bytes of the token string from `start` on. */
typedef struct pt_ngram {
    uint64_t hash;
    uint32_t start, length;
    uint32_t slot; /* where the vocabulary may have it */
} pt_ngram;

/* 1 + ln n of small n, each computed when it is first met (before that 0). */
enum { PT_LOGS = 64 };
typedef struct pt_logs {
    double of[PT_LOGS];
} pt_logs;

/* Counts of terms in one paper, and the row made of them. Zero-initialise; pt_counter_free ends it. */
typedef struct pt_counter {
    pt_tokens tokens;
    pt_ngram *ngrams; /* of the tokens */
    size_t ngrams_capacity;
    float *tf; /* by term; 0 where the term was not met; capacity tf_capacity */
    size_t tf_capacity;
    uint32_t *terms;  /* the terms met, at first in order of meeting */
    uint32_t *sorted; /* scratch */
    float *values;
    size_t count, capacity, sorted_capacity, values_capacity;
    pt_logs logs;
} pt_counter;

void pt_counter_free(pt_counter *counter);

/* The row of a paper; borrowed until the next call on the counter. title and abstract may be NULL. */
int pt_tfidf_row(pt_counter *counter, const pt_tfidf_options *options, const pt_vocabulary *vocabulary,
                 const char *title, const char *abstract, pt_row *out, papertag_error *err);

/* ---- a vocabulary that grows: while papers are collected ------------------------------------------------------- */

/* Every n-gram met so far with its document frequency. Zero-initialise; pt_lexicon_free ends it. */
typedef struct pt_lexicon {
    pt_buf text;
    uint64_t *hashes;
    uint32_t *starts; /* count + 1, once there is one */
    uint32_t *df;     /* papers that have the term */
    size_t count, capacity_hashes, capacity_starts, capacity_df;
    uint32_t *slots;
    size_t mask;
} pt_lexicon;

void pt_lexicon_free(pt_lexicon *lexicon);

/* Counts a paper's n-grams, adding those not met before, and appends to `rows` a row of (lexicon term, tf). */
int pt_lexicon_count(pt_lexicon *lexicon, pt_counter *counter, const pt_tfidf_options *options, const char *title,
                     const char *abstract, pt_rows *rows, papertag_error *err);

/* A chosen vocabulary with the memory it stands on. */
typedef struct pt_chosen {
    pt_vocabulary vocabulary;
    uint32_t *term_of; /* lexicon term -> vocabulary term, UINT32_MAX for those left out */
    char *text;
    uint32_t *starts, *slots;
    float *idf;
} pt_chosen;

/* Keeps terms with min_df <= df <= max_df * papers, at most max_terms of them (0: all), the most frequent first;
 * numbers them by falling df, then bytewise. */
int pt_lexicon_choose(const pt_lexicon *lexicon, size_t papers, size_t min_df, double max_df, size_t max_terms,
                      pt_chosen *out, papertag_error *err);
void pt_chosen_free(pt_chosen *chosen);

/* Turns rows of (lexicon term, tf) into tf-idf rows of the chosen vocabulary, in place. On failure the rows are
 * spoilt. */
int pt_rows_weigh(pt_rows *rows, const pt_chosen *chosen, papertag_error *err);

#endif
