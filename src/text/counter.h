/*
 * counter - counts of terms in one paper, and the row made from them.
 */
#ifndef PT_COUNTER_H
#define PT_COUNTER_H

#include "rows.h"
#include "scan.h"

enum { PT_NGRAM_MAX = 4 };

/* How papers are counted. */
typedef struct pt_tfidf_options {
    pt_text_options text;
    unsigned ngram_max;  /* words of the longest n-gram, 1 to PT_NGRAM_MAX */
    double title_weight; /* >= 0: what a word of the title counts; one of the abstract counts 1 */
} pt_tfidf_options;

/* An n-gram of a text's tokens: `length` bytes of the token string from `start` on. */
typedef struct pt_ngram {
    uint64_t hash; /* see pt_ngram_hash */
    uint32_t start, length;
    uint32_t slot; /* scratch of whoever looks the n-gram up */
} pt_ngram;

/* What is counted and recalled of a term, side by side because both are read at once. */
typedef struct pt_term_count {
    float tf;      /* its count; 0: does not occur */
    uint32_t bits; /* of the hash that it was seen to have, when the counter recalls, the lowest set; 0: not yet */
} pt_term_count;

/* N-grams after the last one that may be read: empty ones. */
enum { PT_NGRAMS_ROOM = 32 };

/* 1 + ln n for small n, each computed when it is first needed (0 before that, and for n = 0). */
enum { PT_LOGS = 64 };
typedef struct pt_logs {
    double of[PT_LOGS];
} pt_logs;

/* Whether rows are packed, too: not, without the terms that were added to the vocabulary, or with them. */
typedef enum pt_packing { PT_PACK_NOT, PT_PACK_FIRST_PART, PT_PACK_ALL } pt_packing;

/* Counts of terms in one paper. Zero-initialise; pt_counter_free ends it. Which terms occur is kept in bits, so that
 * they come out in order without a sort: a bit a term, and above it a bit for 64 of those. */
typedef struct pt_counter {
    pt_tokens tokens;
    pt_ngram *ngrams;       /* of the tokens, and PT_NGRAMS_ROOM more */
    pt_term_count *counts;  /* by term */
    uint64_t *bits;         /* a bit a term: occurs */
    uint64_t *any;          /* a bit for each of `bits`: is not 0 */
    size_t expected;        /* terms that may occur, at most */
    uint32_t *terms;        /* count: the terms that occur, ascending */
    float *values;          /* count */
    size_t count;           /* terms that occur; after pt_counter_take */
    uint32_t *sorted;       /* scratch */
    size_t ngrams_capacity; /* of each array: */
    size_t counts_capacity;
    size_t bits_capacity;
    size_t any_capacity;
    size_t capacity; /* of terms */
    size_t values_capacity;
    size_t sorted_capacity;
    pt_logs logs;
    /* Whether the counter is used with one vocabulary alone, and recalls the hashes of n-grams that it found to be
     * terms, so that their texts, which are scattered over memory, need not be compared again. All bits of a hash but
     * one count: the high ones are in the slot, those in the middle recalled, and the low ones number the slot, or one
     * just before it. */
    bool recalls;
    pt_packing packing;
    pt_buf packed; /* the last row, see packed.h */
} pt_counter;

void pt_counter_free(pt_counter *counter);

/* Lists the n-grams of counter->tokens in counter->ngrams, *count of them. 0 or PAPERTAG_NO_MEMORY. */
int pt_list_ngrams(pt_counter *counter, unsigned ngram_max, size_t *count);

/* The hash of an n-gram from the hashes of its words, one word after the other. */
uint64_t pt_ngram_hash(uint64_t hash_so_far, uint64_t hash_of_next_word);

/* Makes room for terms 0 .. terms - 1; for `more` further terms in this paper. 0 or PAPERTAG_NO_MEMORY. */
int pt_counter_reserve(pt_counter *counter, size_t terms);
int pt_counter_expect(pt_counter *counter, size_t more);

/* Adds to a term's count; there must be room. */
static inline void pt_count_term(pt_counter *counter, uint32_t term, float weight)
{
    counter->counts[term].tf += weight;
    counter->bits[term / 64] |= (uint64_t)1 << term % 64;
    counter->any[term / 64 / 64] |= (uint64_t)1 << term / 64 % 64;
}

/* Moves the counts to counter->terms, ascending, and counter->values. The next paper begins. */
void pt_counter_take(pt_counter *counter);

/* Forgets the counts of a paper that failed. */
void pt_counter_drop(pt_counter *counter);

/* Sorts by radix, a byte at a time from the lowest. `other` is scratch of the same size; returns the array that holds
 * the result, one of the two. */
uint32_t *pt_sort_terms(uint32_t *terms, uint32_t *other, size_t count);

/* 1 + ln tf for tf > 1. A tf below 1 (a title weight below 1) stays itself, so that the curve is continuous. */
double pt_sublinear_anew(float tf, pt_logs *logs);
static inline double pt_sublinear(float tf, pt_logs *logs)
{
    const unsigned whole = tf < (float)PT_LOGS ? (unsigned)tf : 0;
    const double known = logs->of[whole];

    return (float)whole == tf && known > 0 ? known : pt_sublinear_anew(tf, logs);
}

/* Turns counts into tf-idf values of a row of length 1, in place. idf: by term. Returns the factor that gave the row
 * that length; 0 for an empty row. */
double pt_weigh(const uint32_t *terms, float *values, size_t count, const float *idf, pt_logs *logs);

/* The same for further terms of the row, with the factor of the others, whose values stay what they are. */
void pt_weigh_added(const uint32_t *terms, float *values, size_t count, const float *idf, double scale, pt_logs *logs);

#endif
