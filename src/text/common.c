/*
 * common - see common.h.
 */
#include "common.h"

#include <stdlib.h>

#include "base/thread.h"

/* ---- listing --------------------------------------------------------------------------------------------------- */

enum { SHARD_SHIFT = 57, WORDS = 254, SEEN_LEAST = 64 };

/* N-grams of a shard. One of the first period is its hash and its place among the token strings: start << 32 | length.
 * Of one of the second, the hash is enough. */
struct pt_listed_block {
    struct pt_listed_block *before;
    size_t count; /* of words */
    uint64_t words[WORDS];
};

void pt_listed_free(pt_listed *l)
{
    pt_arena_free(&l->arena);
    pt_buf_free(&l->tokens);
    free(l->seen);
    pt_counter_free(&l->counter);
    *l = (pt_listed){0};
}

/* Makes room for the n-grams of a text. */
static int reserve_seen(pt_listed *l, size_t count)
{
    size_t capacity = SEEN_LEAST;

    while (capacity / 2 < count) {
        capacity *= 2;
    }
    if (capacity <= l->seen_capacity) {
        return PAPERTAG_OK;
    }
    free(l->seen);
    l->seen = pt_calloc(capacity, sizeof *l->seen);
    l->seen_capacity = l->seen ? capacity : 0;
    return l->seen ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* Whether the text had the hash before; from now on it has. */
static bool was_seen(pt_listed *l, uint64_t hash, uint64_t text)
{
    size_t at = hash & (l->seen_capacity - 1);

    while (l->seen[at].text == text && l->seen[at].hash != hash) {
        at = (at + 1) & (l->seen_capacity - 1);
    }
    if (l->seen[at].text == text) {
        return true;
    }
    l->seen[at] = (struct pt_last_seen){hash, text};
    return false;
}

/* Appends an n-gram of the last text, whose token string begins at `tokens`. */
static int list_ngram(pt_listed *l, int period, const pt_ngram *ngram, size_t tokens)
{
    struct pt_listed_block **last = &l->blocks[period][ngram->hash >> SHARD_SHIFT], *block = *last;

    if (!block || block->count == WORDS) {
        block = pt_arena_alloc(&l->arena, sizeof *block);
        if (!block) {
            return PAPERTAG_NO_MEMORY;
        }
        block->before = *last;
        block->count = 0;
        *last = block;
    }
    block->words[block->count++] = ngram->hash;
    if (!period) {
        block->words[block->count++] = (uint64_t)(tokens + ngram->start) << 32 | ngram->length;
    }
    return PAPERTAG_OK;
}

int pt_list_text(pt_listed *l, int period, const pt_tfidf_options *options, const char *text, papertag_error *err)
{
    const size_t tokens = l->tokens.size;
    uint64_t number;
    size_t count = 0;
    int status = pt_tokenize(&l->counter.tokens, &options->text, text, NULL);

    status = status ? status : pt_list_ngrams(&l->counter, options->ngram_max, &count);
    status = status ? status : reserve_seen(l, count);
    if (!period && !status) {
        pt_buf_append(&l->tokens, l->counter.tokens.text.data, l->counter.tokens.text.size);
        status = l->tokens.failed || l->tokens.size > UINT32_MAX ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
    }
    l->texts[period]++;
    number = l->texts[0] + l->texts[1];
    for (size_t k = 0; k < count && !status; k++) {
        if (!was_seen(l, l->counter.ngrams[k].hash, number)) {
            status = list_ngram(l, period, &l->counter.ngrams[k], tokens);
        }
    }
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}

/* ---- counting -------------------------------------------------------------------------------------------------- */

/* An n-gram and how many texts have it. */
struct counted {
    uint64_t hash, place;       /* as in a block */
    uint32_t texts[PT_PERIODS]; /* none of the first period: the slot is free */
    uint32_t list;              /* where the place is */
};

struct counting {
    pt_listed *const *listed; /* list_count */
    size_t list_count;
    uint32_t least;
    struct shard_terms {
        pt_common_term *terms; /* count */
        size_t count, capacity;
    } shards[PT_COMMON_SHARDS];
};

/* The slot of a hash, or the free one where it belongs. */
static struct counted *find_slot(struct counted *slots, size_t mask, uint64_t hash)
{
    size_t at = hash & mask;

    while (slots[at].texts[0] && slots[at].hash != hash) {
        at = (at + 1) & mask;
    }
    return &slots[at];
}

static void count_first_period(const struct counting *c, size_t shard, struct counted *slots, size_t mask)
{
    for (size_t list = 0; list < c->list_count; list++) {
        for (const struct pt_listed_block *b = c->listed[list]->blocks[0][shard]; b; b = b->before) {
            for (size_t i = 0; i < b->count; i += 2) {
                struct counted *slot = find_slot(slots, mask, b->words[i]);
                if (!slot->texts[0]++) {
                    slot->hash = b->words[i];
                    slot->place = b->words[i + 1];
                    slot->list = (uint32_t)list;
                }
            }
        }
    }
}

static void count_second_period(const struct counting *c, size_t shard, struct counted *slots, size_t mask)
{
    for (size_t list = 0; list < c->list_count; list++) {
        for (const struct pt_listed_block *b = c->listed[list]->blocks[1][shard]; b; b = b->before) {
            for (size_t i = 0; i < b->count; i++) { /* those that are of this period alone count in a free slot */
                find_slot(slots, mask, b->words[i])->texts[1]++;
            }
        }
    }
}

static int list_terms(struct counting *c, size_t shard, const struct counted *slots, size_t mask)
{
    struct shard_terms *out = &c->shards[shard];

    for (size_t i = 0; i <= mask; i++) {
        const struct counted *slot = &slots[i];
        if (slot->texts[0] < c->least) {
            continue;
        }
        if (pt_reserve(&out->terms, &out->capacity, out->count + 1, sizeof *out->terms)) {
            return PAPERTAG_NO_MEMORY;
        }
        out->terms[out->count++] = (pt_common_term){.text = c->listed[slot->list]->tokens.data + (slot->place >> 32),
                                                    .length = (uint32_t)slot->place,
                                                    .texts = {slot->texts[0], slot->texts[1]}};
    }
    return PAPERTAG_OK;
}

static int count_shard(void *context, size_t shard)
{
    struct counting *c = context;
    size_t words = 0, size = 2;
    struct counted *slots;
    int status;

    for (size_t list = 0; list < c->list_count; list++) {
        for (const struct pt_listed_block *b = c->listed[list]->blocks[0][shard]; b; b = b->before) {
            words += b->count;
        }
    }
    while (size < words) { /* two words an n-gram: at least half of the slots are free */
        size *= 2;
    }
    slots = pt_calloc(size, sizeof *slots);
    if (!slots) {
        return PAPERTAG_NO_MEMORY;
    }
    count_first_period(c, shard, slots, size - 1);
    count_second_period(c, shard, slots, size - 1);
    status = list_terms(c, shard, slots, size - 1);
    free(slots);
    return status;
}

int pt_common_find(pt_listed *const *listed, size_t list_count, uint32_t least, unsigned jobs, pt_term_taker *take,
                   void *context, papertag_error *err)
{
    struct counting c = {.listed = listed, .list_count = list_count, .least = least};
    int status = pt_parallel(jobs, PT_COMMON_SHARDS, count_shard, &c, NULL) ? pt_no_memory(err) : PAPERTAG_OK;

    for (size_t s = 0; s < PT_COMMON_SHARDS; s++) {
        for (size_t i = 0; i < c.shards[s].count && !status; i++) {
            status = take(context, &c.shards[s].terms[i], err);
        }
        free(c.shards[s].terms);
    }
    return status;
}
