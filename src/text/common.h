/*
 * common - the terms that at least so many texts of one period have, and how many texts of another have them.
 *
 * Most n-grams occur in one text or two, and a table of all would be far larger than a processor's cache. So nothing is
 * looked up while texts are read: each thread lists n-grams by the first bits of their hashes, in shards, and at the
 * end the shards are counted one by one. A term is known by its hash of 64 bits alone. That two of a million terms have
 * the same one is to be expected once in 40 million such stores.
 */
#ifndef PT_COMMON_H
#define PT_COMMON_H

#include "counter.h"

enum { PT_COMMON_SHARDS = 128, PT_PERIODS = 2 };

/* The n-grams of a thread's texts, each once a text. Zero-initialise; pt_listed_free ends it. */
typedef struct pt_listed {
    size_t texts[PT_PERIODS];                                     /* how many there were */
    struct pt_listed_block *blocks[PT_PERIODS][PT_COMMON_SHARDS]; /* the last of each shard */
    pt_arena arena;                                               /* of the blocks */
    pt_buf tokens; /* the token strings of the first period, one after the other */
    struct pt_last_seen {
        uint64_t hash, text; /* text: the number of the last one that has it */
    } * seen;                /* seen_capacity: a hash table; what other texts than the last have in it is gone */
    size_t seen_capacity;
    pt_counter counter; /* scratch */
} pt_listed;

/* Lists the n-grams of a text (NULL: it has none) of a period. 0 or PAPERTAG_NO_MEMORY. */
int pt_list_text(pt_listed *listed, int period, const pt_tfidf_options *options, const char *text, papertag_error *err);
void pt_listed_free(pt_listed *listed);

/* A term that enough texts have. */
typedef struct pt_common_term {
    const char *text; /* length; borrowed from a list */
    uint32_t length;
    uint32_t texts[PT_PERIODS]; /* how many have it */
} pt_common_term;

/* Hands out the terms that at least `least` (from 1) texts of the first period have, in no order; they are counted on
 * several threads (0: one a processor), and handed out on the calling one. listed: list_count. Errors:
 * PAPERTAG_NO_MEMORY, those of `take`, which ends it. */
typedef int pt_term_taker(void *context, const pt_common_term *term, papertag_error *err);
int pt_common_find(pt_listed *const *listed, size_t list_count, uint32_t least, unsigned jobs, pt_term_taker *take,
                   void *context, papertag_error *err);

#endif
