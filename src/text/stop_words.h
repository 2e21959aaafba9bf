/*
 * stop_words - words that are no terms: a set of them, and the built-in English list.
 */
#ifndef PT_STOP_WORDS_H
#define PT_STOP_WORDS_H

#include "base/base.h"

/* A set of words. Zero-initialise; pt_words_free ends it. */
enum { PT_BUCKET = 8 };
typedef struct pt_words {
    char *text;       /* the words, each with a NUL after it */
    uint32_t *starts; /* count + 1: where each word starts in text */
    size_t count;     /* words */
    uint64_t *hashes; /* (mask + 1) x PT_BUCKET: the low bits of a hash number its bucket */
    size_t mask;      /* buckets - 1 */
} pt_words;

/* Builds the set from `size` bytes of words, each with a NUL after it (copied). At most 32,000 words, else
 * PAPERTAG_BAD_ARGUMENT. */
int pt_words_build(pt_words *out, const char *text, size_t size, papertag_error *err);
void pt_words_free(pt_words *words);

/* Whether the set has a word with this pt_hash, seed 0. Only hashes are compared. */
static inline bool pt_words_have(const pt_words *words, uint64_t hash)
{
    const uint64_t *bucket;
    bool found = false;

    if (!words->hashes) {
        return false;
    }
    bucket = words->hashes + (hash & words->mask) * PT_BUCKET;
    for (int k = 0; k < PT_BUCKET; k++) {
        found |= bucket[k] == hash;
    }
    return found;
}

/* The built-in English stop words, each with a NUL after it; `*size` bytes. */
const char *pt_stop_words_english(size_t *size);

#endif
