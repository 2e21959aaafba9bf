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

#include "base/base.h"
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

/* ---- a vocabulary: in a model file, or made by pt_lexicon_choose ----------------------------------------------- */

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

/* ---- what tagging and training share --------------------------------------------------------------------------- */

/* Lists the n-grams of counter->tokens in counter->ngrams, *count of them. */
int pt_list_ngrams(pt_counter *counter, unsigned ngram_max, size_t *count);

/* Makes room for terms 0 .. terms-1, and for `more` different ones in this paper. */
int pt_counter_reserve(pt_counter *counter, size_t terms);
int pt_counter_expect(pt_counter *counter, size_t more);

/* Adds to a term's count; there must be room. */
static inline void pt_count_term(pt_counter *counter, uint32_t term, float weight)
{
    if (counter->tf[term] == 0) {
        counter->terms[counter->count++] = term;
    }
    counter->tf[term] += weight;
}

/* Moves the counts to counter->values in ascending order of terms, and clears them for the next paper. */
int pt_counter_take(pt_counter *counter);

/* Sorts by radix, a byte at a time from the lowest; returns which of the two arrays holds the result. */
uint32_t *pt_sort_terms(uint32_t *terms, uint32_t *other, size_t count);

/* tf to tf-idf of unit length, in place. */
void pt_weigh(const uint32_t *terms, float *values, size_t count, const float *idf, pt_logs *logs);

#endif
