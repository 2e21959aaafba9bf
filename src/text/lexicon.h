/*
 * lexicon - every n-gram of the papers collected for training, with its document frequency; and the choice of those
 * that become the vocabulary.
 */
#ifndef PT_LEXICON_H
#define PT_LEXICON_H

#include "counter.h"
#include "vocabulary.h"

/* The texts of a paper; each may be NULL. */
typedef struct pt_texts {
    const char *title, *abstract;
} pt_texts;

/* Each term belongs to one shard, by the highest bits of its hash. A shard is only ever changed by one thread. The term
 * at place i of shard s has the number i * PT_SHARDS + s, whatever the number of threads. */
enum { PT_SHARDS = 8 };

/* What a lookup reads of a term, side by side: most terms are in no cache. */
typedef struct pt_lexicon_entry {
    uint32_t hash;       /* its low bits */
    uint32_t start;      /* in the text of the shard; it ends where the next one starts */
    uint32_t df;         /* papers that have the term */
    uint32_t last_paper; /* the last of them, from 1 */
} pt_lexicon_entry;

typedef struct pt_shard {
    pt_buf text;                 /* all terms, one after the other */
    pt_lexicon_entry *entries;   /* count + 1, once there is a term; of the last one only the start is used */
    size_t count, capacity;      /* terms; of entries */
    uint32_t *slots;             /* mask + 1, a hash table: place + 1, 0 where empty */
    size_t mask;                 /* slots - 1 */
    struct pt_mention *mentions; /* scratch: of the shard's terms in the papers being counted */
    size_t mention_count, mentions_capacity;
} pt_shard;

/* Zero-initialise; pt_lexicon_free ends it. */
typedef struct pt_lexicon {
    pt_shard shards[PT_SHARDS];
    size_t papers;               /* counted so far */
    struct pt_reading *readings; /* reading_capacity, scratch: of the papers being counted */
    size_t reading_capacity;
} pt_lexicon;

void pt_lexicon_free(pt_lexicon *lexicon);

/* Counts the n-grams of `count` papers on up to `jobs` threads and adds new ones to the lexicon. Appends to `rows` a
 * row of (lexicon term, tf) for each paper: all rows or, without memory, none. 0 or PAPERTAG_NO_MEMORY. */
int pt_lexicon_count(pt_lexicon *lexicon, const pt_tfidf_options *options, const pt_texts *papers, size_t count,
                     unsigned jobs, pt_rows *rows, papertag_error *err);

/* One more than the highest number of a term. Some lower numbers belong to no term: their df is 0. */
size_t pt_lexicon_end(const pt_lexicon *lexicon);
uint32_t pt_lexicon_df(const pt_lexicon *lexicon, size_t term);

/* The bytes of a term, not NUL-terminated; borrowed until the lexicon changes. */
const char *pt_lexicon_term(const pt_lexicon *lexicon, size_t term, size_t *length);

/* A chosen vocabulary and the memory it points to. pt_chosen_free ends it. */
typedef struct pt_chosen {
    pt_vocabulary vocabulary; /* V terms, in the arrays below */
    uint32_t *term_of;        /* by lexicon term: its number in the vocabulary, UINT32_MAX for those left out */
    char *text;
    uint32_t *starts, *slots;
    float *idf;
} pt_chosen;

/* Chooses the terms with min_df <= df <= max_df * papers, at most max_terms of them (0: all), the most frequent first,
 * on up to `jobs` threads. They are numbered by falling df, then bytewise. PAPERTAG_BAD_INPUT when there is none. */
int pt_lexicon_choose(const pt_lexicon *lexicon, size_t papers, size_t min_df, double max_df, size_t max_terms,
                      unsigned jobs, pt_chosen *out, papertag_error *err);
void pt_chosen_free(pt_chosen *chosen);

/* Leaves only some terms in the vocabulary, `count` of them, which keep their order and idf. number: by term, its new
 * number; UINT32_MAX: left out. 0 or PAPERTAG_NO_MEMORY, with *chosen as it was. */
int pt_chosen_narrow(pt_chosen *chosen, const uint32_t *number, size_t count, papertag_error *err);

/* Turns rows of (lexicon term, tf) into tf-idf rows of the chosen vocabulary, in place. After a failure the rows are
 * unusable. 0 or PAPERTAG_NO_MEMORY. */
int pt_rows_weigh(pt_rows *rows, const pt_chosen *chosen, unsigned jobs, papertag_error *err);

#endif
