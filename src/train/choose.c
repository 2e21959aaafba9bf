/*
 * choose - what is fitted: the tags with enough papers, the vocabulary, and the folds.
 */
#include <stdlib.h>

#include "train.h"

/* ---- tags ------------------------------------------------------------------------------------------------------ */

/* The papers with each tag, by the trainer's numbers. NULL: no memory. */
static size_t *count_examples(const papertag_trainer *t, const pt_labels *labels)
{
    size_t *examples = pt_calloc(t->tag_count, sizeof *examples);

    for (size_t i = 0; examples && labels->count && i < labels->starts[labels->count]; i++) {
        examples[labels->tags[i]]++;
    }
    return examples;
}

/* Appends labels with tags renumbered: number[trainer's], UINT32_MAX for a tag that is left out. */
static int renumber(const papertag_trainer *t, const pt_labels *labels, const uint32_t *number, pt_labels *out)
{
    uint32_t *tags = pt_alloc(t->tag_count, sizeof *tags);
    int status = tags ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t i = 0; i < labels->count && !status; i++) {
        size_t count = 0;
        for (size_t k = labels->starts[i]; k < labels->starts[i + 1]; k++) {
            if (number[labels->tags[k]] != UINT32_MAX) {
                tags[count++] = number[labels->tags[k]];
            }
        }
        status = pt_labels_append(out, tags, count);
    }
    free(tags);
    return status;
}

/* Numbers the tags with enough papers, in slug order; number[trainer's]: out. */
static int number_tags(const papertag_trainer *t, pt_training *r, uint32_t *number, papertag_error *err)
{
    size_t *examples = count_examples(t, &t->labels), *named = count_examples(t, &t->named);
    pt_buf rare = {0};
    int status = examples && named ? PAPERTAG_OK : pt_no_memory(err);

    for (size_t i = 0; i < t->tag_count && !status; i++) {
        const uint32_t tag = t->sorted[i];
        number[tag] = UINT32_MAX;
        if (examples[tag] == t->labels.count) {
            status = pt_fail(err, PAPERTAG_BAD_INPUT,
                             "every paper has the tag '%s': it takes papers without it to learn the tag", t->tags[tag]);
        } else if (examples[tag] + named[tag] >= t->options.min_examples) {
            number[tag] = (uint32_t)r->tags;
            r->examples[r->tags] = examples[tag];
            r->named_examples[r->tags] = named[tag];
            r->trainer_tags[r->tags++] = tag;
        } else if (examples[tag]) {
            pt_buf_format(&rare, "%s'%s' (%zu)", rare.size ? ", " : "", t->tags[tag], examples[tag]);
        }
    }
    if (!status && rare.size && (!t->options.skip_rare || !r->tags)) {
        status =
            pt_fail(err, PAPERTAG_BAD_INPUT, "tags with fewer than %zu papers: %s", t->options.min_examples, rare.data);
    }
    pt_buf_free(&rare);
    free(examples);
    free(named);
    return status;
}

/* Chooses the tags to fit and renumbers the labels. */
static int choose_tags(const papertag_trainer *t, pt_training *r, papertag_error *err)
{
    uint32_t *number = pt_alloc(t->tag_count, sizeof *number);
    int status;

    r->trainer_tags = pt_alloc(t->tag_count, sizeof *r->trainer_tags);
    r->examples = pt_alloc(t->tag_count, sizeof *r->examples);
    r->named_examples = pt_alloc(t->tag_count, sizeof *r->named_examples);
    if (!number || !r->trainer_tags || !r->examples || !r->named_examples) {
        free(number);
        return pt_no_memory(err);
    }
    status = number_tags(t, r, number, err);
    if (!status && renumber(t, &t->labels, number, &r->labels)) {
        status = pt_no_memory(err);
    }
    for (size_t i = 0; i < t->labels.count && !status; i++) {
        status = pt_labels_append(&r->named, NULL, 0) ? pt_no_memory(err) : PAPERTAG_OK;
    }
    if (!status && renumber(t, &t->named, number, &r->named)) {
        status = pt_no_memory(err);
    }
    free(number);
    return status;
}

/* Moves the unlabelled papers after the labelled ones. */
static int join_rows(papertag_trainer *t, pt_training *r)
{
    size_t labelled = t->rows.count, others = t->pool.count;

    r->has_keywords = pt_calloc(labelled + others, sizeof *r->has_keywords);
    if (!r->has_keywords) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < others; i++) {
        pt_row row = pt_rows_get(&t->pool, i);
        if (pt_rows_append(&t->rows, row.terms, row.values, row.count)) {
            return PAPERTAG_NO_MEMORY;
        }
        r->has_keywords[labelled + i] = t->has_keywords[i];
    }
    pt_rows_free(&t->pool);
    return PAPERTAG_OK;
}

/* ---- folds ----------------------------------------------------------------------------------------------------- */

/* A paper to be dealt into a fold. */
struct card {
    uint64_t order; /* random: papers with the same rarest tag are shuffled */
    uint32_t paper;
    uint32_t rarest; /* its rarest tag, UINT32_MAX: none */
};

static int compare_cards(const void *a, const void *b)
{
    const struct card *x = a, *y = b;

    if (x->rarest != y->rarest) {
        return x->rarest < y->rarest ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order ? 1 : (x->paper > y->paper) - (x->paper < y->paper);
}

/* Deals papers into folds so that each tag's papers are spread evenly: those with the same rarest tag go to the folds
 * in turn. fold_of[N]: out. */
static int deal_folds(const pt_training *r, unsigned folds, uint64_t seed, uint32_t *fold_of)
{
    const pt_labels *labels = &r->labels;
    struct card *cards = pt_alloc(labels->count, sizeof *cards);

    if (!cards) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < labels->count; i++) {
        uint32_t rarest = UINT32_MAX;
        for (size_t k = labels->starts[i]; k < labels->starts[i + 1]; k++) {
            const uint32_t tag = labels->tags[k];
            rarest = rarest == UINT32_MAX || r->examples[tag] < r->examples[rarest] ? tag : rarest;
        }
        cards[i] = (struct card){pt_random(&seed), (uint32_t)i, rarest};
    }
    pt_sort(cards, labels->count, sizeof *cards, compare_cards);
    for (size_t i = 0; i < labels->count; i++) {
        fold_of[cards[i].paper] = (uint32_t)(i % folds);
    }
    free(cards);
    return PAPERTAG_OK;
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

int pt_train_choose(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    const papertag_train_options *o = &t->options;
    const size_t candidates = pt_train_candidates(t);
    int status = choose_tags(t, r, err);

    status = status ? status : join_rows(t, r) ? pt_no_memory(err) : PAPERTAG_OK;
    if (!status) {
        status = pt_lexicon_choose(&t->lexicon, t->rows.count, o->min_df, o->max_df, candidates, pt_jobs(o->jobs),
                                   &r->chosen, err);
    }
    status = status ? status : pt_rows_weigh(&t->rows, &r->chosen, pt_jobs(o->jobs), err);
    if (status) {
        return status;
    }
    pt_lexicon_free(&t->lexicon); /* it is large and no longer needed */
    r->fold_of = pt_alloc(r->labels.count, sizeof *r->fold_of);
    r->duals_count = (r->tags + PT_LANES - 1) / PT_LANES;
    r->duals = pt_calloc(r->duals_count, sizeof *r->duals);
    if (!r->fold_of || !r->duals) {
        return pt_no_memory(err);
    }
    r->fit = (pt_fit){.options = o,
                      .rows = &t->rows,
                      .labels = &r->labels,
                      .fold_of = r->fold_of,
                      .terms = r->chosen.vocabulary.count,
                      .tags = r->tags,
                      .examples = r->examples,
                      .c = o->c,
                      .duals = r->duals};
    return deal_folds(r, o->folds, o->seed, r->fold_of) ? pt_no_memory(err) : PAPERTAG_OK;
}
