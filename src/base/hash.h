/*
 * hash - XXH3 (Collet), 64 bits: the same on every machine. Inlined, because most callers hash one short word.
 */
#ifndef PT_HASH_H
#define PT_HASH_H

#include <string.h>

#include "vector.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t pt_hash(const void *bytes, size_t size, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, size, seed);
}

/* pt_hash with seed 0, of megabytes: with the widest vectors that it gains from. */
#ifdef WIDE_VECTORS
uint64_t pt_hash_wide(const void *bytes, size_t size);
#endif
static inline uint64_t pt_hash_many(const void *bytes, size_t size)
{
#ifdef WIDE_VECTORS
    if (__builtin_cpu_supports("avx2")) {
        return pt_hash_wide(bytes, size);
    }
#endif
    return pt_hash(bytes, size, 0);
}

/* Mixes a text into a hash. NULL counts as another text than "". */
static inline uint64_t pt_hash_text(uint64_t hash, const char *text)
{
    return pt_hash(text ? text : "", text ? strlen(text) + 1 : 0, hash);
}

#endif
