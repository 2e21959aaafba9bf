/*
 * lexicon - every n-gram of the papers that are collected for training, with its document frequency; and the choice of
 * those that become the vocabulary.
 */
#ifndef PT_LEXICON_H
#define PT_LEXICON_H

#include "tfidf.h"

/* A paper as far as it is counted; either may be NULL. */
typedef struct pt_texts {
    const char *title, *abstract;
} pt_texts;

/* A term belongs to the shard that the highest bits of its hash number; a shard is only ever changed by one thread. The
 * term with place i in shard s has the number i * PT_SHARDS + s, whatever the number of threads. */
enum { PT_SHARDS = 8 };

typedef struct pt_shard {
    pt_buf text;
    uint64_t *hashes;
    uint32_t *starts; /* count + 1, once there is one */
    uint32_t *df;     /* papers that have the term */
    uint32_t *last;   /* number of the last of them, from 1 */
    size_t count, capacity_hashes, capacity_starts, capacity_df, capacity_last;
    uint32_t *slots;
    size_t mask;
    struct pt_mention *mentions; /* scratch: of its terms in the papers being counted */
    size_t mention_count, capacity_mentions;
} pt_shard;

/* Zero-initialise; pt_lexicon_free ends it. */
typedef struct pt_lexicon {
    pt_shard shards[PT_SHARDS];
    size_t papers;
    struct pt_reading *readings; /* scratch: of the papers being counted */
    size_t reading_count;
} pt_lexicon;

void pt_lexicon_free(pt_lexicon *lexicon);

/* Counts the n-grams of `count` papers on up to `jobs` threads, adding those not met before, and appends to `rows` for
 * each paper a row of (lexicon term, tf): all or, without memory, none. */
int pt_lexicon_count(pt_lexicon *lexicon, const pt_tfidf_options *options, const pt_texts *papers, size_t count,
                     unsigned jobs, pt_rows *rows, papertag_error *err);

/* One more than the highest number of a term. Numbers below may be of no term: their df is 0. */
size_t pt_lexicon_end(const pt_lexicon *lexicon);
uint32_t pt_lexicon_df(const pt_lexicon *lexicon, size_t term);
const char *pt_lexicon_term(const pt_lexicon *lexicon, size_t term, size_t *length);

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
int pt_rows_weigh(pt_rows *rows, const pt_chosen *chosen, unsigned jobs, papertag_error *err);

#endif
