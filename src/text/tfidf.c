/*
 * tfidf - looks the n-grams of a paper up in a vocabulary and weighs them.
 */
#include "tfidf.h"

#include "base/sixteen.h"
#include "base/swar.h"
#include "packed.h"

/* Whether a term of the vocabulary is the n-gram `text`, after which PT_TOKENS_ROOM bytes may be read. Nearly always it
 * is. Most terms have at most 32 bytes, and these are compared by their first and last sixteen: a branch on the length
 * would be mispredicted every other time. */
static inline bool is_term(const pt_vocabulary *v, uint32_t term, const char *text, size_t length)
{
    const size_t start = v->starts[term], last = length > 16 ? length - 16 : 0;
    const char *own = v->text + start;
    unsigned same;

    if (v->starts[term + 1] - start != length) {
        return false;
    }
    if (length > 32 || v->starts[v->count] - start < 16) {
        return pt_same(own, text, length);
    }
    same = pt_sixteen_bits((pt_sixteen)((pt_sixteen_at(own) == pt_sixteen_at(text)) &
                                        (pt_sixteen_at(own + last) == pt_sixteen_at(text + last))));
    return !(~same << (length < 16 ? 16 - length : 0) & 0xffff);
}

/* N-grams that are looked up together, and those of them that are probably terms, by the hash bits in their slots. */
enum { BLOCK = 64 };
struct hits {
    struct hit {
        uint32_t ngram, term;
    } items[BLOCK];
    size_t count;
};

/* Lists the hits of the n-grams from `begin` to before `end`. Asks for the memory that tells whether they are terms,
 * and for what is read of terms. */
static void find_hits(const pt_counter *counter, const pt_vocabulary *v, size_t begin, size_t end, struct hits *out)
{
    size_t found = 0;

    for (size_t i = begin; i < end; i++) {
        const uint64_t hash = counter->ngrams[i].hash;
        uint32_t slot, term;
        __builtin_prefetch(&v->slots[(uint32_t)counter->ngrams[i + PT_NGRAMS_ROOM].hash & v->mask]);
        slot = v->slots[pt_likely_slot(v, hash, (uint32_t)hash & v->mask)];
        term = slot ? pt_slot_term(v, slot) : 0;
        if (!counter->recalls) {
            __builtin_prefetch(v->text + v->starts[term]);
        }
        __builtin_prefetch(counter->counts + term);
        __builtin_prefetch(v->idf + term);
        out->items[found] = (struct hit){(uint32_t)i, term};
        found += slot != 0;
    }
    out->count = found;
}

/* The term that an n-gram is, probably `term`; UINT32_MAX: none. slot_bits: how many number a slot. */
static inline uint32_t term_of(pt_counter *counter, const pt_vocabulary *v, unsigned slot_bits, const pt_ngram *ngram,
                               uint32_t term)
{
    const char *text = counter->tokens.text.data + ngram->start;
    const uint32_t bits = (uint32_t)(ngram->hash >> slot_bits) | 1;

    if (counter->recalls && counter->counts[term].bits == bits) {
        return term;
    }
    if (!is_term(v, term, text, ngram->length)) {
        term = pt_vocabulary_find(v, text, ngram->length);
    }
    if (counter->recalls && term != UINT32_MAX) {
        counter->counts[term].bits = bits;
    }
    return term;
}

static void count_hits(pt_counter *counter, const pt_vocabulary *v, const struct hits *hits, float weight)
{
    const unsigned slot_bits = (unsigned)__builtin_popcount(v->mask);

    for (size_t i = 0; i < hits->count; i++) {
        const struct hit hit = hits->items[i];
        const uint32_t term = term_of(counter, v, slot_bits, &counter->ngrams[hit.ngram], hit.term);
        if (term != UINT32_MAX) {
            pt_count_term(counter, term, weight);
        }
    }
}

/* Counts the n-grams of counter->tokens that are in the vocabulary. What is read of terms is scattered over memory: it
 * is asked for a block of n-grams before it is used, and the slots before that. */
static int count_known(pt_counter *counter, const pt_tfidf_options *options, const pt_vocabulary *v, float weight)
{
    struct hits blocks[2];
    size_t count, turn = 0;

    if (pt_list_ngrams(counter, options->ngram_max, &count) || pt_counter_expect(counter, count)) {
        return PAPERTAG_NO_MEMORY;
    }
    blocks[0].count = blocks[1].count = 0;
    for (size_t i = 0; i < count; i += BLOCK, turn = !turn) {
        find_hits(counter, v, i, count - i < BLOCK ? count : i + BLOCK, &blocks[turn]);
        count_hits(counter, v, &blocks[!turn], weight);
    }
    count_hits(counter, v, &blocks[!turn], weight);
    return PAPERTAG_OK;
}

/* How many terms of a row are not added ones, which come last. */
static size_t first_part(const pt_vocabulary *v, const uint32_t *terms, size_t count)
{
    while (v->added && count && terms[count - 1] >= v->count - v->added) {
        count--;
    }
    return count;
}

double pt_weigh_row(const pt_vocabulary *v, const uint32_t *terms, float *values, size_t count, pt_logs *logs)
{
    const size_t first = first_part(v, terms, count);
    const double scale = pt_weigh(terms, values, first, v->idf, logs);

    pt_weigh_added(terms + first, values + first, count - first, v->idf, scale, logs);
    return scale;
}

/* Makes values of the counts, and packs the counts before. */
static void weigh(pt_counter *c, const pt_vocabulary *v)
{
    double scale;

    pt_buf_clear(&c->packed);
    if (c->packing) {
        pt_pack_row(&c->packed, c->terms, c->values,
                    c->packing == PT_PACK_ALL ? c->count : first_part(v, c->terms, c->count));
    }
    scale = pt_weigh_row(v, c->terms, c->values, c->count, &c->logs);
    pt_pack_scale(&c->packed, scale);
}

int pt_tfidf_row(pt_counter *counter, const pt_tfidf_options *options, const pt_vocabulary *vocabulary,
                 const char *title, const char *abstract, pt_row *out, papertag_error *err)
{
    const char *fields[2] = {options->title_weight > 0 ? title : NULL, abstract};
    const float weights[2] = {(float)options->title_weight, 1};

    if (pt_counter_reserve(counter, vocabulary->count)) {
        return pt_no_memory(err);
    }
    for (int f = 0; f < 2; f++) {
        if (pt_tokenize(&counter->tokens, &options->text, fields[f], err) ||
            count_known(counter, options, vocabulary, weights[f])) {
            pt_counter_drop(counter);
            return pt_no_memory(err);
        }
    }
    pt_counter_take(counter);
    weigh(counter, vocabulary);
    if (counter->packed.failed) {
        return pt_no_memory(err);
    }
    *out = (pt_row){counter->terms, counter->values, counter->count};
    return PAPERTAG_OK;
}

int pt_packed_values(const pt_packed *packed, const pt_vocabulary *vocabulary, pt_row_scratch *scratch, pt_row *out)
{
    pt_unpacked *row = &scratch->row;
    const int status = pt_unpack(packed, vocabulary->count, row);

    if (!status) {
        pt_weigh_row(vocabulary, row->terms, row->values, row->count, &scratch->logs);
        *out = (pt_row){row->terms, row->values, row->count};
    }
    return status;
}
