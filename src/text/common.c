/*
 * common - see common.h.
 */
#include "common.h"

#include <stdlib.h>

enum { SLOTS_LEAST = 1 << 12 };

void pt_common_free(pt_common *c)
{
    free(c->terms);
    free(c->slots);
    pt_buf_free(&c->text);
    pt_counter_free(&c->counter);
    *c = (pt_common){.least = c->least};
}

/* The slot of a hash, or the free one where it belongs. */
static struct pt_seen *find_slot(struct pt_seen *slots, size_t mask, uint64_t hash)
{
    size_t at = hash & mask;

    while (slots[at].number && slots[at].hash != hash) {
        at = (at + 1) & mask;
    }
    return &slots[at];
}

/* Makes a table of slots for `count` terms, at least half of them free. */
static int open_slots(size_t count, struct pt_seen **slots, size_t *mask)
{
    size_t size = SLOTS_LEAST;

    while (size / 2 < count) {
        size *= 2;
    }
    *slots = pt_calloc(size, sizeof **slots);
    *mask = size - 1;
    return *slots ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* Makes room for `more` terms. */
static int reserve_slots(pt_common *c, size_t more)
{
    struct pt_seen *slots;
    size_t mask;

    if (c->slots && c->used + more <= (c->mask + 1) / 2) {
        return PAPERTAG_OK;
    }
    if (open_slots(c->used + more, &slots, &mask)) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; c->slots && i <= c->mask; i++) {
        if (c->slots[i].number) {
            *find_slot(slots, mask, c->slots[i].hash) = c->slots[i];
        }
    }
    free(c->slots);
    c->slots = slots;
    c->mask = mask;
    return PAPERTAG_OK;
}

/* Takes a term in that enough texts have now. */
static int take_in(pt_common *c, struct pt_seen *seen, const pt_ngram *ngram)
{
    const pt_common_term term = {.hash = seen->hash,
                                 .start = (uint32_t)c->text.size,
                                 .length = ngram->length,
                                 .last = c->texts,
                                 .texts = {c->least}};

    pt_buf_append(&c->text, c->counter.tokens.text.data + ngram->start, ngram->length);
    if (c->text.failed || c->text.size > UINT32_MAX || c->count >= UINT32_MAX - c->least ||
        pt_reserve(&c->terms, &c->capacity, c->count + 1, sizeof *c->terms)) {
        return PAPERTAG_NO_MEMORY;
    }
    seen->number = c->least + (uint32_t)c->count;
    c->terms[c->count++] = term;
    return PAPERTAG_OK;
}

static int count_ngram(pt_common *c, const pt_ngram *ngram)
{
    struct pt_seen *seen = find_slot(c->slots, c->mask, ngram->hash);

    if (seen->number >= c->least) {
        pt_common_term *term = &c->terms[seen->number - c->least];
        term->texts[c->is_narrowed] += term->last != c->texts;
        term->last = c->texts;
        return PAPERTAG_OK;
    }
    if (c->is_narrowed || (seen->number && seen->last == c->texts)) {
        return PAPERTAG_OK;
    }
    c->used += !seen->number;
    seen->hash = ngram->hash;
    seen->last = c->texts;
    return ++seen->number == c->least ? take_in(c, seen, ngram) : PAPERTAG_OK;
}

int pt_common_count(pt_common *c, const pt_tfidf_options *options, const char *text, papertag_error *err)
{
    size_t count = 0;
    int status = pt_tokenize(&c->counter.tokens, &options->text, text, NULL);

    status = status ? status : pt_list_ngrams(&c->counter, options->ngram_max, &count);
    status = status ? status : reserve_slots(c, count);
    for (size_t k = 0; k < count && !status; k++) { /* the table is large: all are asked for before one is awaited */
        __builtin_prefetch(&c->slots[c->counter.ngrams[k].hash & c->mask], 1);
    }
    c->texts++;
    for (size_t k = 0; k < count && !status; k++) {
        status = count_ngram(c, &c->counter.ngrams[k]);
    }
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}

int pt_common_narrow(pt_common *c, papertag_error *err)
{
    free(c->slots);
    if (open_slots(c->count, &c->slots, &c->mask)) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < c->count; i++) {
        *find_slot(c->slots, c->mask, c->terms[i].hash) =
            (struct pt_seen){.hash = c->terms[i].hash, .number = c->least + (uint32_t)i};
    }
    c->used = c->count;
    c->is_narrowed = true;
    return PAPERTAG_OK;
}
