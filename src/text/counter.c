/*
 * counter - from tokens to counts of terms, and from counts to values.
 *
 * A term is an n-gram of neighbouring tokens. The tokens lie one space apart in one string, so a term is a slice of
 * that string and is never copied to be looked up. Its hash is made from the hashes of its words. pt_weigh is the one
 * place where counts become values.
 */
#include "counter.h"

#include <math.h>
#include <stdlib.h>

void pt_counter_free(pt_counter *counter)
{
    pt_tokens_free(&counter->tokens);
    free(counter->ngrams);
    free(counter->counts);
    free(counter->bits);
    free(counter->any);
    free(counter->terms);
    free(counter->sorted);
    free(counter->values);
    pt_buf_free(&counter->packed);
    *counter = (pt_counter){0};
}

/* ---- n-grams --------------------------------------------------------------------------------------------------- */

uint64_t pt_ngram_hash(uint64_t hash_so_far, uint64_t hash_of_next_word)
{
    uint64_t h = (hash_so_far ^ (hash_of_next_word >> 32 | hash_of_next_word << 32)) * UINT64_C(0x9fb21c651e98df25);
    return h ^ (h >> 35);
}

int pt_list_ngrams(pt_counter *counter, unsigned ngram_max, size_t *count)
{
    const pt_tokens *tokens = &counter->tokens;
    pt_ngram *next;

    *count = 0;
    if (pt_reserve(&counter->ngrams, &counter->ngrams_capacity, tokens->count * ngram_max + PT_NGRAMS_ROOM,
                   sizeof *counter->ngrams)) {
        return PAPERTAG_NO_MEMORY;
    }
    next = counter->ngrams;
    for (size_t i = 0; i < tokens->count; i++) {
        const pt_token *first = &tokens->items[i], *last = first;
        const pt_token *end = first + (tokens->count - i < ngram_max ? tokens->count - i : ngram_max);
        uint64_t hash = first->hash;
        for (;;) {
            *next++ = (pt_ngram){hash, first->start, last->end - first->start, 0};
            last++;
            if (last == end || last->opens) {
                break;
            }
            hash = pt_ngram_hash(hash, last->hash);
        }
    }
    memset(next, 0, PT_NGRAMS_ROOM * sizeof *next);
    *count = (size_t)(next - counter->ngrams);
    return PAPERTAG_OK;
}

/* ---- counts ---------------------------------------------------------------------------------------------------- */

/* Makes room for `needed` zeros in an array that holds nothing else. The system has pages of zeros at hand, of which
 * one paper needs few. */
static int reserve_zeros(void *items, size_t *capacity, size_t needed, size_t size)
{
    void *old, *zeros;

    if (needed <= *capacity) {
        return PAPERTAG_OK;
    }
    zeros = pt_calloc(needed, size);
    if (!zeros) {
        return PAPERTAG_NO_MEMORY;
    }
    memcpy(&old, items, sizeof old);
    free(old);
    memcpy(items, &zeros, sizeof zeros);
    *capacity = needed;
    return PAPERTAG_OK;
}

int pt_counter_reserve(pt_counter *c, size_t terms)
{
    int status = reserve_zeros(&c->counts, &c->counts_capacity, terms + 1, sizeof *c->counts);

    status = status ? status : reserve_zeros(&c->bits, &c->bits_capacity, terms / 64 + 1, sizeof *c->bits);
    return status ? status : reserve_zeros(&c->any, &c->any_capacity, terms / 64 / 64 + 1, sizeof *c->any);
}

int pt_counter_expect(pt_counter *c, size_t more)
{
    c->expected += more;
    return pt_reserve(&c->terms, &c->capacity, c->expected + 1, sizeof *c->terms) ||
                   pt_reserve(&c->values, &c->values_capacity, c->expected + 1, sizeof *c->values)
               ? PAPERTAG_NO_MEMORY
               : PAPERTAG_OK;
}

uint32_t *pt_sort_terms(uint32_t *terms, uint32_t *other, size_t count)
{
    uint32_t any = 0;

    for (size_t i = 0; i < count; i++) {
        any |= terms[i];
    }
    for (unsigned shift = 0; shift < 32 && any >> shift; shift += 8) {
        uint32_t starts[256] = {0}, at = 0, *swap = terms;
        for (size_t i = 0; i < count; i++) {
            starts[terms[i] >> shift & 255]++;
        }
        for (size_t digit = 0; digit < 256; digit++) {
            uint32_t digits = starts[digit];
            starts[digit] = at;
            at += digits;
        }
        for (size_t i = 0; i < count; i++) {
            other[starts[terms[i] >> shift & 255]++] = terms[i];
        }
        terms = other;
        other = swap;
    }
    return terms;
}

void pt_counter_take(pt_counter *c)
{
    size_t count = 0;

    for (size_t i = 0; i < c->any_capacity; i++) {
        for (uint64_t any = c->any[i]; any; any &= any - 1) {
            const size_t word = 64 * i + (size_t)__builtin_ctzll(any);
            for (uint64_t bits = c->bits[word]; bits; bits &= bits - 1) {
                const size_t term = 64 * word + (size_t)__builtin_ctzll(bits);
                c->terms[count] = (uint32_t)term;
                c->values[count++] = c->counts[term].tf;
                c->counts[term].tf = 0;
            }
            c->bits[word] = 0;
        }
        c->any[i] = 0;
    }
    c->count = count;
    c->expected = 0;
}

void pt_counter_drop(pt_counter *c)
{
    memset(c->counts, 0, c->counts_capacity * sizeof *c->counts);
    memset(c->bits, 0, c->bits_capacity * sizeof *c->bits);
    memset(c->any, 0, c->any_capacity * sizeof *c->any);
    c->expected = 0;
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

double pt_sublinear_anew(float tf, pt_logs *logs)
{
    const unsigned whole = tf < (float)PT_LOGS ? (unsigned)tf : 0;
    const double value = tf <= 1 ? tf : 1 + log((double)tf);

    if ((float)whole == tf) {
        logs->of[whole] = value;
    }
    return value;
}

double pt_weigh(const uint32_t *terms, float *values, size_t count, const float *idf, pt_logs *logs)
{
    double squares = 0, scale;

    for (size_t i = 0; i < count; i++) {
        double value = pt_sublinear(values[i], logs) * idf[terms[i]];
        values[i] = (float)value;
        squares += value * value;
    }
    scale = squares > 0 ? 1 / sqrt(squares) : 0;
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(values[i] * scale);
    }
    return scale;
}

void pt_weigh_added(const uint32_t *terms, float *values, size_t count, const float *idf, double scale, pt_logs *logs)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(pt_sublinear(values[i], logs) * idf[terms[i]] * scale);
    }
}
