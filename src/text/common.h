/*
 * common - the terms that at least so many texts of a period have, and how many texts of another period have them.
 *
 * Most n-grams occur in one text or two. Of those nothing is kept but a hash and a count: a term's own bytes are kept
 * once enough texts have it, and when the first period is over, all others are dropped. A term is known by its hash of
 * 64 bits alone. That two of a million terms have the same one is to be expected once in 40 million such stores.
 */
#ifndef PT_COMMON_H
#define PT_COMMON_H

#include "counter.h"

/* A term that enough texts have. */
typedef struct pt_common_term {
    uint64_t hash;
    uint32_t start, length; /* its bytes in pt_common.text */
    uint32_t last;          /* the last text that has it, by its number */
    uint32_t texts[2];      /* how many have it, in the first period and the second */
} pt_common_term;

/* Zero-initialise but for least; pt_common_free ends it. */
typedef struct pt_common {
    uint32_t least;        /* texts of the first period that have a term */
    pt_common_term *terms; /* count */
    size_t count, capacity;
    pt_buf text;
    uint32_t texts;   /* counted so far */
    bool is_narrowed; /* the second period has begun */
    struct pt_seen {
        uint64_t hash;
        uint32_t last; /* as above, of a term that is not common yet */
        uint32_t
            number;     /* how many texts have it; from `least` on, its place in `terms` + least. 0: the slot is free */
    } * slots;          /* mask + 1, a hash table */
    size_t mask, used;  /* slots */
    pt_counter counter; /* scratch */
} pt_common;

/* Counts the n-grams of a text, each once. 0 or PAPERTAG_NO_MEMORY. */
int pt_common_count(pt_common *common, const pt_tfidf_options *options, const char *text, papertag_error *err);

/* Begins the second period: no further terms are taken in. 0 or PAPERTAG_NO_MEMORY. */
int pt_common_narrow(pt_common *common, papertag_error *err);

void pt_common_free(pt_common *common);

#endif
