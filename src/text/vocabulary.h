/*
 * vocabulary - the terms that a model knows: in a model file, or made by pt_lexicon_choose.
 */
#ifndef PT_VOCABULARY_H
#define PT_VOCABULARY_H

#include "base/base.h"

/* V terms, numbered 0 .. V - 1. All pointers are borrowed. The form in memory and in a model file is the same. */
typedef struct pt_vocabulary {
    const char *text;       /* all terms, one after the other */
    const uint32_t *starts; /* V + 1: where each term starts in text */
    const uint32_t *slots;  /* mask + 1: see pt_vocabulary_index */
    const float *idf;       /* V */
    size_t count;           /* V */
    uint32_t mask;          /* slots - 1; the number of slots is a power of two */
    size_t added;           /* terms at the end that came later: they do not change the values of the others in a row */
} pt_vocabulary;

/* The number of slots for `count` terms. */
size_t pt_vocabulary_slots(size_t count);

/* Fills slots[mask + 1]: open addressing with linear steps on the n-gram's hash. A slot is 0 (empty) or holds term + 1
 * in the bits of the mask and bits of the hash above, which save most comparisons. There are twice as many slots as
 * terms, so that the mask has room for term + 1. PAPERTAG_BAD_INPUT when a term occurs twice. */
int pt_vocabulary_index(const pt_vocabulary *vocabulary, uint32_t *slots, papertag_error *err);

/* The number of a term; UINT32_MAX when the vocabulary does not have it. */
uint32_t pt_vocabulary_find(const pt_vocabulary *vocabulary, const char *term, size_t length);

/* The term in a slot that is not empty. */
static inline uint32_t pt_slot_term(const pt_vocabulary *vocabulary, uint32_t slot)
{
    return (slot & vocabulary->mask) - 1;
}

/* The first slot from `at` on that is empty or has the bits of the hash: the only places where the term can be. */
static inline uint32_t pt_likely_slot(const pt_vocabulary *vocabulary, uint64_t hash, uint32_t at)
{
    const uint32_t high = (uint32_t)(hash >> 32) & ~vocabulary->mask;

    while (vocabulary->slots[at] && (vocabulary->slots[at] & ~vocabulary->mask) != high) {
        at = (at + 1) & vocabulary->mask;
    }
    return at;
}

#endif
