/*
 * hash - XXH3 (Collet), 64 bits: the same number on every machine. Compiled into its callers, who mostly hash a word.
 */
#ifndef PT_HASH_H
#define PT_HASH_H

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t pt_hash(const void *bytes, size_t size, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, size, seed);
}

#endif
