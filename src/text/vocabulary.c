/*
 * vocabulary - the hash table of a vocabulary, and how large it is.
 */
#include "vocabulary.h"

#include "base/hash.h"
#include "counter.h"

size_t pt_vocabulary_slots(size_t count)
{
    size_t slots = 16;
    while (slots < 2 * count) {
        slots *= 2;
    }
    return slots;
}

/* term: `length` bytes, words with one space between. */
static uint64_t hash_of_term(const char *term, size_t length)
{
    const char *end = term + length, *space = memchr(term, ' ', length);
    uint64_t hash = pt_hash(term, (size_t)((space ? space : end) - term), 0);

    while (space) {
        const char *word = space + 1;
        space = memchr(word, ' ', (size_t)(end - word));
        hash = pt_ngram_hash(hash, pt_hash(word, (size_t)((space ? space : end) - word), 0));
    }
    return hash;
}

int pt_vocabulary_index(const pt_vocabulary *v, uint32_t *slots, papertag_error *err)
{
    memset(slots, 0, ((size_t)v->mask + 1) * sizeof *slots);
    for (uint32_t i = 0; i < v->count; i++) {
        const char *term = v->text + v->starts[i];
        const size_t length = v->starts[i + 1] - v->starts[i];
        const uint64_t hash = hash_of_term(term, length);
        uint32_t at;
        for (at = (uint32_t)hash & v->mask; slots[at]; at = (at + 1) & v->mask) {
            const uint32_t other = pt_slot_term(v, slots[at]);
            if (v->starts[other + 1] - v->starts[other] == length &&
                !memcmp(v->text + v->starts[other], term, length)) {
                return pt_fail(err, PAPERTAG_BAD_INPUT, "the term '%.*s' occurs twice in the vocabulary", (int)length,
                               term);
            }
        }
        slots[at] = (i + 1) | ((uint32_t)(hash >> 32) & ~v->mask);
    }
    return PAPERTAG_OK;
}

uint32_t pt_vocabulary_find(const pt_vocabulary *v, const char *term, size_t length)
{
    const uint64_t hash = hash_of_term(term, length);

    for (uint32_t at = pt_likely_slot(v, hash, (uint32_t)hash & v->mask); v->slots[at];
         at = pt_likely_slot(v, hash, (at + 1) & v->mask)) {
        const uint32_t number = pt_slot_term(v, v->slots[at]);
        if (v->starts[number + 1] - v->starts[number] == length && !memcmp(v->text + v->starts[number], term, length)) {
            return number;
        }
    }
    return UINT32_MAX;
}
