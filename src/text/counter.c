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
    free(counter->tf);
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
    if (pt_reserve(&counter->ngrams, &counter->ngrams_capacity, tokens->count * ngram_max, sizeof *counter->ngrams)) {
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
    *count = (size_t)(next - counter->ngrams);
    return PAPERTAG_OK;
}

/* ---- counts ---------------------------------------------------------------------------------------------------- */

int pt_counter_reserve(pt_counter *counter, size_t terms)
{
    size_t old = counter->tf_capacity;
    if (pt_reserve(&counter->tf, &counter->tf_capacity, terms ? terms : 1, sizeof *counter->tf)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (counter->tf_capacity > old) {
        memset(counter->tf + old, 0, (counter->tf_capacity - old) * sizeof *counter->tf);
    }
    return PAPERTAG_OK;
}

int pt_counter_expect(pt_counter *counter, size_t more)
{
    return pt_reserve(&counter->terms, &counter->capacity, counter->count + more + 1, sizeof *counter->terms);
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

int pt_counter_take(pt_counter *counter)
{
    if (pt_reserve(&counter->sorted, &counter->sorted_capacity, counter->capacity, sizeof *counter->sorted) ||
        pt_reserve(&counter->values, &counter->values_capacity, counter->count + 1, sizeof *counter->values)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (counter->count && pt_sort_terms(counter->terms, counter->sorted, counter->count) == counter->sorted) {
        uint32_t *swap = counter->terms;
        size_t capacity = counter->capacity;
        counter->terms = counter->sorted;
        counter->capacity = counter->sorted_capacity;
        counter->sorted = swap;
        counter->sorted_capacity = capacity;
    }
    for (size_t i = 0; i < counter->count; i++) {
        counter->values[i] = counter->tf[counter->terms[i]];
        counter->tf[counter->terms[i]] = 0;
    }
    return PAPERTAG_OK;
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

double pt_sublinear(float tf, pt_logs *logs)
{
    const unsigned whole = tf < (float)PT_LOGS ? (unsigned)tf : 0;

    if (tf <= 1) {
        return tf;
    }
    if ((float)whole != tf) {
        return 1 + log((double)tf);
    }
    if (logs->of[whole] == 0) {
        logs->of[whole] = 1 + log(whole);
    }
    return logs->of[whole];
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
