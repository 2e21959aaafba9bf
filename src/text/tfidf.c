/*
 * tfidf - looks the n-grams of a paper up in a vocabulary and weighs them.
 */
#include "tfidf.h"

#include "base/swar.h"

enum { AHEAD = 16 }; /* n-grams between a prefetch and its use */

/* Counts the n-grams of counter->tokens that are in the vocabulary. A term's slot, start and text are scattered over
 * memory, so there are three passes over the n-grams: each prefetches what the next one reads. */
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
        ngrams[likely].slot = pt_likely_slot(v, ngrams[i].hash, (uint32_t)ngrams[i].hash & v->mask);
        if (v->slots[ngrams[likely].slot]) {
            __builtin_prefetch(&v->starts[pt_slot_term(v, v->slots[ngrams[likely].slot])]);
            likely++;
        }
    }
    for (size_t i = 0; i < likely; i++) {
        const uint32_t term = pt_slot_term(v, v->slots[ngrams[i].slot]);
        __builtin_prefetch(v->text + v->starts[term]);
        __builtin_prefetch(counter->tf + term);
    }
    for (size_t i = 0; i < likely; i++) {
        const char *text = counter->tokens.text.data + ngrams[i].start;
        const size_t length = ngrams[i].length;
        for (uint32_t at = ngrams[i].slot; v->slots[at]; at = pt_likely_slot(v, ngrams[i].hash, (at + 1) & v->mask)) {
            const uint32_t term = pt_slot_term(v, v->slots[at]);
            if (v->starts[term + 1] - v->starts[term] == length && pt_same(v->text + v->starts[term], text, length)) {
                pt_count_term(counter, term, weight);
                break;
            }
        }
    }
    return PAPERTAG_OK;
}

/* A call that failed may have left counts. */
static void clear_counts(pt_counter *counter)
{
    for (size_t i = 0; i < counter->count; i++) {
        counter->tf[counter->terms[i]] = 0;
    }
    counter->count = 0;
}

/* Terms that were added to the vocabulary come last in a row. */
static void weigh_row(pt_counter *counter, const pt_vocabulary *v)
{
    size_t first = counter->count;
    double scale;

    while (v->added && first && counter->terms[first - 1] >= v->count - v->added) {
        first--;
    }
    scale = pt_weigh(counter->terms, counter->values, first, v->idf, &counter->logs);
    pt_weigh_added(counter->terms + first, counter->values + first, counter->count - first, v->idf, scale,
                   &counter->logs);
}

int pt_tfidf_row(pt_counter *counter, const pt_tfidf_options *options, const pt_vocabulary *vocabulary,
                 const char *title, const char *abstract, pt_row *out, papertag_error *err)
{
    const char *fields[2] = {options->title_weight > 0 ? title : NULL, abstract};
    const float weights[2] = {(float)options->title_weight, 1};
    int status = pt_counter_reserve(counter, vocabulary->count);

    clear_counts(counter);
    for (int f = 0; f < 2 && !status; f++) {
        status = pt_tokenize(&counter->tokens, &options->text, fields[f], err);
        status = status ? status : count_known(counter, options, vocabulary, weights[f]);
    }
    if (status || pt_counter_take(counter)) {
        return pt_no_memory(err);
    }
    weigh_row(counter, vocabulary);
    *out = (pt_row){counter->terms, counter->values, counter->count};
    counter->count = 0;
    return PAPERTAG_OK;
}
