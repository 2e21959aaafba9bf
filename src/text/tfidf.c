/*
 * tfidf - vocabulary, document frequency, idf; text to sparse row.
 *
 * A term is an n-gram of neighbouring tokens, and as those lie one space apart in one string, a term is a slice of
 * that string: it is never copied to be looked up. Its hash is put together from the hashes of its words.
 *
 * A vocabulary is the part of the terms met in training (lexicon.h) that a model keeps; its table has its final form in
 * memory and in the model file alike. pt_weigh is the one place where counts become values.
 */
#include "tfidf.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/swar.h"

/* ---- counts ---------------------------------------------------------------------------------------------------- */

void pt_counter_free(pt_counter *counter)
{
    pt_tokens_free(&counter->tokens);
    free(counter->ngrams);
    free(counter->tf);
    free(counter->terms);
    free(counter->sorted);
    free(counter->values);
    *counter = (pt_counter){0};
}

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

static void counter_clear(pt_counter *counter)
{
    for (size_t i = 0; i < counter->count; i++) {
        counter->tf[counter->terms[i]] = 0;
    }
    counter->count = 0;
}

/* 1 + ln tf for tf > 1. A tf below 1 (a title weight below 1) stays itself, so that the curve is continuous. */
static double sublinear(float tf, pt_logs *logs)
{
    const unsigned whole = tf < PT_LOGS ? (unsigned)tf : 0;

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

void pt_weigh(const uint32_t *terms, float *values, size_t count, const float *idf, pt_logs *logs)
{
    double squares = 0, scale;

    for (size_t i = 0; i < count; i++) {
        double value = sublinear(values[i], logs) * idf[terms[i]];
        values[i] = (float)value;
        squares += value * value;
    }
    scale = squares > 0 ? 1 / sqrt(squares) : 0;
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(values[i] * scale);
    }
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

void pt_rows_free(pt_rows *rows)
{
    free(rows->starts);
    free(rows->terms);
    free(rows->values);
    *rows = (pt_rows){0};
}

int pt_rows_append(pt_rows *rows, const uint32_t *terms, const float *values, size_t count)
{
    size_t start = rows->count ? rows->starts[rows->count] : 0, capacity = rows->entries_capacity;

    if (pt_reserve(&rows->starts, &rows->capacity, rows->count + 2, sizeof *rows->starts) ||
        pt_reserve(&rows->terms, &capacity, start + count, sizeof *rows->terms) ||
        pt_reserve(&rows->values, &rows->entries_capacity, start + count, sizeof *rows->values)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (count) {
        memcpy(rows->terms + start, terms, count * sizeof *terms);
        memcpy(rows->values + start, values, count * sizeof *values);
    }
    rows->starts[rows->count] = start;
    rows->starts[++rows->count] = start + count;
    return PAPERTAG_OK;
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

/* ---- vocabulary ------------------------------------------------------------------------------------------------ */

size_t pt_vocabulary_slots(size_t count)
{
    size_t slots = 16;
    while (slots < 2 * count) {
        slots *= 2;
    }
    return slots;
}

/* Low bits of a slot that hold term + 1, as a mask. With mask + 1 >= 2 * count slots, mask covers count. */
static uint32_t slot_of(uint32_t term, uint64_t hash, uint32_t mask)
{
    return (term + 1) | ((uint32_t)(hash >> 32) & ~mask);
}

int pt_vocabulary_index(const pt_vocabulary *v, uint32_t *slots, papertag_error *err)
{
    memset(slots, 0, ((size_t)v->mask + 1) * sizeof *slots);
    for (uint32_t i = 0; i < v->count; i++) {
        const char *term = v->text + v->starts[i], *end = v->text + v->starts[i + 1];
        const char *space = memchr(term, ' ', (size_t)(end - term));
        uint64_t hash = pt_hash(term, (size_t)((space ? space : end) - term), 0);
        uint32_t at;
        while (space) {
            const char *word = space + 1;
            space = memchr(word, ' ', (size_t)(end - word));
            hash = pt_ngram_hash(hash, pt_hash(word, (size_t)((space ? space : end) - word), 0));
        }
        for (at = (uint32_t)hash & v->mask; slots[at]; at = (at + 1) & v->mask) {
            uint32_t other = (slots[at] & v->mask) - 1;
            size_t length = v->starts[other + 1] - v->starts[other];
            if (length == (size_t)(end - term) && !memcmp(v->text + v->starts[other], term, length)) {
                return pt_fail(err, PAPERTAG_BAD_INPUT, "the term '%.*s' stands twice in the vocabulary", (int)length,
                               term);
            }
        }
        slots[at] = slot_of(i, hash, v->mask);
    }
    return PAPERTAG_OK;
}

/* Memory is asked for this many n-grams before it is needed. */
enum { AHEAD = 16 };

/* The slot, from `at` on, at which the search for an n-gram ends or meets the bits of its hash. */
static uint32_t likely_slot(const pt_vocabulary *v, uint64_t hash, uint32_t at)
{
    const uint32_t high = (uint32_t)(hash >> 32) & ~v->mask;

    while (v->slots[at] && (v->slots[at] & ~v->mask) != high) {
        at = (at + 1) & v->mask;
    }
    return at;
}

/* Counts the n-grams of counter->tokens that the vocabulary has. A term's slot, its place and its text lie anywhere in
 * memory; three passes over the n-grams ask for the one while others are worked on. */
static int count_known(pt_counter *counter, const pt_tfidf_options *options, const pt_vocabulary *v, float weight)
{
    size_t count, likely = 0;
    pt_ngram *ngrams;

    if (pt_list_ngrams(counter, options->ngram_max, &count) || pt_counter_expect(counter, count)) {
        return PAPERTAG_NO_MEMORY;
    }
    ngrams = counter->ngrams;
    for (size_t i = 0; i < count; i++) {
        __builtin_prefetch(&v->slots[(uint32_t)ngrams[i + AHEAD < count ? i + AHEAD : i].hash & v->mask]);
        ngrams[likely] = ngrams[i];
        ngrams[likely].slot = likely_slot(v, ngrams[i].hash, (uint32_t)ngrams[i].hash & v->mask);
        if (v->slots[ngrams[likely].slot]) {
            __builtin_prefetch(&v->starts[(v->slots[ngrams[likely].slot] & v->mask) - 1]);
            likely++;
        }
    }
    for (size_t i = 0; i < likely; i++) {
        const uint32_t term = (v->slots[ngrams[i].slot] & v->mask) - 1;
        __builtin_prefetch(v->text + v->starts[term]);
        __builtin_prefetch(counter->tf + term);
    }
    for (size_t i = 0; i < likely; i++) {
        const char *text = counter->tokens.text.data + ngrams[i].start;
        const size_t length = ngrams[i].length;
        for (uint32_t at = ngrams[i].slot; v->slots[at]; at = likely_slot(v, ngrams[i].hash, (at + 1) & v->mask)) {
            const uint32_t term = (v->slots[at] & v->mask) - 1;
            if (v->starts[term + 1] - v->starts[term] == length && pt_same(v->text + v->starts[term], text, length)) {
                pt_count_term(counter, term, weight);
                break;
            }
        }
    }
    return PAPERTAG_OK;
}

int pt_tfidf_row(pt_counter *counter, const pt_tfidf_options *options, const pt_vocabulary *vocabulary,
                 const char *title, const char *abstract, pt_row *out, papertag_error *err)
{
    const char *fields[2] = {options->title_weight > 0 ? title : NULL, abstract};
    const float weights[2] = {(float)options->title_weight, 1};
    int status = pt_counter_reserve(counter, vocabulary->count);

    counter_clear(counter);
    for (int f = 0; f < 2 && !status; f++) {
        status = pt_tokenize(&counter->tokens, &options->text, fields[f], err);
        status = status ? status : count_known(counter, options, vocabulary, weights[f]);
    }
    if (status || pt_counter_take(counter)) {
        return pt_no_memory(err);
    }
    pt_weigh(counter->terms, counter->values, counter->count, vocabulary->idf, &counter->logs);
    *out = (pt_row){counter->terms, counter->values, counter->count};
    counter->count = 0;
    return PAPERTAG_OK;
}
