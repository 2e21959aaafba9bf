/*
 * tfidf - vocabulary, document frequency, idf; text to sparse row.
 *
 * A term is an n-gram of neighbouring tokens, and as those lie one space apart in one string, a term is a slice of
 * that string: it is never copied to be looked up. Its hash is put together from the hashes of its words.
 *
 * There are two tables. The lexicon grows while papers are collected for training. A vocabulary is the part of it
 * that a model keeps; its table has its final form in memory and in the model file alike. Both give the same terms for
 * the same text, and pt_weigh is the one place where counts become values.
 */
#include "tfidf.h"

#include <math.h>
#include <stdlib.h>

/* ---- counts ---------------------------------------------------------------------------------------------------- */

void pt_counter_free(pt_counter *counter)
{
    pt_tokens_free(&counter->tokens);
    free(counter->tf);
    free(counter->terms);
    free(counter->values);
    *counter = (pt_counter){0};
}

/* Makes room for terms 0 .. terms-1. */
static int counter_reserve(pt_counter *counter, size_t terms)
{
    size_t old = counter->tf_capacity;
    if (pt_reserve(&counter->tf, &counter->tf_capacity, terms, sizeof *counter->tf)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (counter->tf_capacity > old) {
        memset(counter->tf + old, 0, (counter->tf_capacity - old) * sizeof *counter->tf);
    }
    return PAPERTAG_OK;
}

static int count_term(pt_counter *counter, uint32_t term, float weight)
{
    if (counter->tf[term] == 0) {
        if (pt_reserve(&counter->terms, &counter->capacity, counter->count + 1, sizeof *counter->terms)) {
            return PAPERTAG_NO_MEMORY;
        }
        counter->terms[counter->count++] = term;
    }
    counter->tf[term] += weight;
    return PAPERTAG_OK;
}

static int compare_terms(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Moves the counts to counter->values in ascending order of terms, and clears them for the next paper. */
static int counter_take(pt_counter *counter)
{
    if (pt_reserve(&counter->values, &counter->values_capacity, counter->count + 1, sizeof *counter->values)) {
        return PAPERTAG_NO_MEMORY;
    }
    pt_sort(counter->terms, counter->count, sizeof *counter->terms, compare_terms);
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

/* tf to tf-idf of unit length, in place. A tf below 1 (a title weight below 1) stays itself, so that the curve is
 * continuous. */
static void weigh(const uint32_t *terms, float *values, size_t count, const float *idf)
{
    double squares = 0, scale;

    for (size_t i = 0; i < count; i++) {
        double tf = values[i], value = (tf > 1 ? 1 + log(tf) : tf) * idf[terms[i]];
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

pt_row pt_rows_get(const pt_rows *rows, size_t i)
{
    size_t start = rows->starts[i];
    return (pt_row){rows->terms + start, rows->values + start, rows->starts[i + 1] - start};
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

/* Calls visit for every n-gram of the tokens: its slice of the token string and its hash. */
static int each_ngram(const pt_tokens *tokens, unsigned ngram_max,
                      int (*visit)(void *context, const char *term, size_t length, uint64_t hash), void *context)
{
    for (size_t i = 0; i < tokens->count; i++) {
        uint64_t hash = tokens->items[i].hash;
        size_t last = i;
        for (;;) {
            const char *term = tokens->text.data + tokens->items[i].start;
            int status = visit(context, term, tokens->items[last].end - tokens->items[i].start, hash);
            if (status) {
                return status;
            }
            last++;
            if (last >= i + ngram_max || last == tokens->count || tokens->items[last].opens) {
                break;
            }
            hash = pt_ngram_hash(hash, tokens->items[last].hash);
        }
    }
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

struct lookup {
    pt_counter *counter;
    const pt_vocabulary *vocabulary;
    float weight;
};

static int look_up(void *context, const char *term, size_t length, uint64_t hash)
{
    const struct lookup *lookup = context;
    const pt_vocabulary *v = lookup->vocabulary;
    uint32_t high = (uint32_t)(hash >> 32) & ~v->mask;

    for (uint32_t at = (uint32_t)hash & v->mask; v->slots[at]; at = (at + 1) & v->mask) {
        uint32_t slot = v->slots[at], i = (slot & v->mask) - 1;
        if ((slot & ~v->mask) == high && v->starts[i + 1] - v->starts[i] == length &&
            !memcmp(v->text + v->starts[i], term, length)) {
            return count_term(lookup->counter, i, lookup->weight);
        }
    }
    return PAPERTAG_OK;
}

int pt_tfidf_row(pt_counter *counter, const pt_tfidf_options *options, const pt_vocabulary *vocabulary,
                 const char *title, const char *abstract, pt_row *out, papertag_error *err)
{
    const char *fields[2] = {options->title_weight > 0 ? title : NULL, abstract};
    const float weights[2] = {(float)options->title_weight, 1};
    int status = counter_reserve(counter, vocabulary->count);

    counter_clear(counter);
    for (int f = 0; f < 2 && !status; f++) {
        struct lookup lookup = {counter, vocabulary, weights[f]};
        status = pt_tokenize(&counter->tokens, &options->text, fields[f], err);
        status = status ? status : each_ngram(&counter->tokens, options->ngram_max, look_up, &lookup);
    }
    if (status || counter_take(counter)) {
        return pt_no_memory(err);
    }
    weigh(counter->terms, counter->values, counter->count, vocabulary->idf);
    *out = (pt_row){counter->terms, counter->values, counter->count};
    counter->count = 0;
    return PAPERTAG_OK;
}

/* ---- lexicon --------------------------------------------------------------------------------------------------- */

void pt_lexicon_free(pt_lexicon *lexicon)
{
    pt_buf_free(&lexicon->text);
    free(lexicon->hashes);
    free(lexicon->starts);
    free(lexicon->df);
    free(lexicon->slots);
    *lexicon = (pt_lexicon){0};
}

static int lexicon_grow(pt_lexicon *x)
{
    size_t slots = x->slots ? 2 * (x->mask + 1) : 1 << 16;
    uint32_t *grown = pt_calloc(slots, sizeof *grown);

    if (!grown) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < x->count; i++) {
        size_t at = x->hashes[i] & (slots - 1);
        while (grown[at]) {
            at = (at + 1) & (slots - 1);
        }
        grown[at] = (uint32_t)i + 1;
    }
    free(x->slots);
    x->slots = grown;
    x->mask = slots - 1;
    return PAPERTAG_OK;
}

struct collect {
    pt_lexicon *lexicon;
    pt_counter *counter;
    float weight;
};

static int collect_term(void *context, const char *term, size_t length, uint64_t hash)
{
    const struct collect *collect = context;
    pt_lexicon *x = collect->lexicon;
    size_t at;

    if ((!x->slots || x->count >= (x->mask + 1) / 2) && lexicon_grow(x)) {
        return PAPERTAG_NO_MEMORY;
    }
    for (at = hash & x->mask; x->slots[at]; at = (at + 1) & x->mask) {
        size_t i = x->slots[at] - 1;
        if (x->hashes[i] == hash && x->starts[i + 1] - x->starts[i] == length &&
            !memcmp(x->text.data + x->starts[i], term, length)) {
            return count_term(collect->counter, (uint32_t)i, collect->weight);
        }
    }
    if (x->count >= UINT32_MAX / 2 || x->text.size + length > UINT32_MAX ||
        pt_reserve(&x->hashes, &x->capacity_hashes, x->count + 1, sizeof *x->hashes) ||
        pt_reserve(&x->starts, &x->capacity_starts, x->count + 2, sizeof *x->starts) ||
        pt_reserve(&x->df, &x->capacity_df, x->count + 1, sizeof *x->df) ||
        counter_reserve(collect->counter, x->count + 1)) {
        return PAPERTAG_NO_MEMORY;
    }
    x->starts[x->count] = (uint32_t)x->text.size;
    pt_buf_append(&x->text, term, length);
    if (x->text.failed) {
        return PAPERTAG_NO_MEMORY;
    }
    x->hashes[x->count] = hash;
    x->df[x->count] = 0;
    x->slots[at] = (uint32_t)x->count + 1;
    x->starts[++x->count] = (uint32_t)x->text.size;
    return count_term(collect->counter, (uint32_t)x->count - 1, collect->weight);
}

int pt_lexicon_count(pt_lexicon *lexicon, pt_counter *counter, const pt_tfidf_options *options, const char *title,
                     const char *abstract, pt_rows *rows, papertag_error *err)
{
    const char *fields[2] = {options->title_weight > 0 ? title : NULL, abstract};
    const float weights[2] = {(float)options->title_weight, 1};
    int status = counter_reserve(counter, lexicon->count);

    counter_clear(counter);
    for (int f = 0; f < 2 && !status; f++) {
        struct collect collect = {lexicon, counter, weights[f]};
        status = pt_tokenize(&counter->tokens, &options->text, fields[f], err);
        status = status ? status : each_ngram(&counter->tokens, options->ngram_max, collect_term, &collect);
    }
    if (status || counter_take(counter) || pt_rows_append(rows, counter->terms, counter->values, counter->count)) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < counter->count; i++) {
        lexicon->df[counter->terms[i]]++;
    }
    counter->count = 0;
    return PAPERTAG_OK;
}

void pt_chosen_free(pt_chosen *chosen)
{
    free(chosen->term_of);
    free(chosen->text);
    free(chosen->starts);
    free(chosen->slots);
    free(chosen->idf);
    *chosen = (pt_chosen){0};
}

struct candidate {
    const char *term;
    uint32_t length, df, number;
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int order;
    if (x->df != y->df) {
        return x->df < y->df ? 1 : -1;
    }
    order = memcmp(x->term, y->term, x->length < y->length ? x->length : y->length);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

int pt_lexicon_choose(const pt_lexicon *x, size_t papers, size_t min_df, double max_df, size_t max_terms,
                      pt_chosen *out, papertag_error *err)
{
    struct candidate *candidates = pt_alloc(x->count, sizeof *candidates);
    pt_chosen chosen = {0};
    size_t count = 0, size = 0, slots;
    int status = PAPERTAG_OK;

    if (!candidates) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < x->count; i++) {
        if (x->df[i] >= min_df && x->df[i] <= max_df * (double)papers) {
            candidates[count++] =
                (struct candidate){x->text.data + x->starts[i], x->starts[i + 1] - x->starts[i], x->df[i], (uint32_t)i};
        }
    }
    if (!count) {
        status = pt_fail(err, PAPERTAG_BAD_INPUT, "no term stands in at least %zu papers and in at most %g %% of them",
                         min_df, 100 * max_df);
        goto done;
    }
    pt_sort(candidates, count, sizeof *candidates, compare_candidates);
    count = max_terms && count > max_terms ? max_terms : count;
    for (size_t i = 0; i < count; i++) {
        size += candidates[i].length;
    }
    slots = pt_vocabulary_slots(count);
    chosen.term_of = pt_alloc(x->count, sizeof *chosen.term_of);
    chosen.text = pt_alloc(size, 1);
    chosen.starts = pt_alloc(count + 1, sizeof *chosen.starts);
    chosen.slots = pt_alloc(slots, sizeof *chosen.slots);
    chosen.idf = pt_alloc(count, sizeof *chosen.idf);
    if (!chosen.term_of || !chosen.text || !chosen.starts || !chosen.slots || !chosen.idf) {
        status = pt_no_memory(err);
        goto done;
    }
    memset(chosen.term_of, 0xff, x->count * sizeof *chosen.term_of);
    chosen.starts[0] = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(chosen.text + chosen.starts[i], candidates[i].term, candidates[i].length);
        chosen.starts[i + 1] = chosen.starts[i] + candidates[i].length;
        chosen.term_of[candidates[i].number] = (uint32_t)i;
        chosen.idf[i] = (float)(log((1.0 + (double)papers) / (1.0 + candidates[i].df)) + 1);
    }
    chosen.vocabulary = (pt_vocabulary){.text = chosen.text,
                                        .starts = chosen.starts,
                                        .slots = chosen.slots,
                                        .idf = chosen.idf,
                                        .count = count,
                                        .mask = (uint32_t)slots - 1};
    status = pt_vocabulary_index(&chosen.vocabulary, chosen.slots, err);
    if (!status) {
        *out = chosen;
        chosen = (pt_chosen){0};
    }
done:
    free(candidates);
    pt_chosen_free(&chosen);
    return status;
}

struct entry {
    uint32_t term;
    float value;
};

static int compare_entries(const void *a, const void *b)
{
    return compare_terms(&((const struct entry *)a)->term, &((const struct entry *)b)->term);
}

int pt_rows_weigh(pt_rows *rows, const pt_chosen *chosen, papertag_error *err)
{
    struct entry *entries = NULL;
    size_t capacity = 0, kept = 0;

    for (size_t r = 0; r < rows->count; r++) {
        size_t start = kept, count = 0;
        size_t from = rows->starts[r], to = rows->starts[r + 1];
        if (pt_reserve(&entries, &capacity, to - from + 1, sizeof *entries)) {
            free(entries);
            return pt_no_memory(err);
        }
        for (size_t i = from; i < to; i++) {
            uint32_t term = chosen->term_of[rows->terms[i]];
            if (term != UINT32_MAX) {
                entries[count++] = (struct entry){term, rows->values[i]};
            }
        }
        pt_sort(entries, count, sizeof *entries, compare_entries);
        for (size_t i = 0; i < count; i++) {
            rows->terms[kept] = entries[i].term;
            rows->values[kept++] = entries[i].value;
        }
        rows->starts[r] = start; /* row r + 1 is read from its old start, which is not overwritten before */
        weigh(rows->terms + start, rows->values + start, count, chosen->vocabulary.idf);
    }
    if (rows->count) {
        rows->starts[rows->count] = kept;
    }
    free(entries);
    return PAPERTAG_OK;
}
