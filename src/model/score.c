/*
 * score - from a row to margins, probabilities and decisions, and the reasons for them.
 *
 * The margins of a linear model are a sum over the terms of the paper: the term's value times its row of weights, one
 * weight a tag. The weights of a term are neighbours in memory, so the compiler can use whole vectors; an int8 row is
 * scaled once, through the term's value. An explanation lists the same sum term by term, in double precision.
 */
#include <math.h>
#include <stdlib.h>

#include "kernel.h"
#include "sums.h"

int pt_tagger_row(papertag_tagger *tagger, const char *title, const char *abstract, pt_row *row, papertag_error *err)
{
    const papertag_model *m = tagger->model;
    return pt_tfidf_row(&tagger->counter, &m->options, &m->vocabulary, title, abstract, row, err);
}

const char *pt_model_space(const papertag_model *model)
{
    const cJSON *base = cJSON_GetObjectItemCaseSensitive(model->json, "base");

    return cJSON_IsString(base) ? base->valuestring : model->hash;
}

int papertag_tagger_open(papertag_tagger **out, const papertag_model *model, papertag_error *err)
{
    papertag_tagger *tagger = pt_calloc(1, sizeof *tagger);

    if (tagger) {
        tagger->model = model;
        tagger->counter.recalls = true;
        tagger->sums = pt_alloc(model->matrix.stride + model->own.stride, sizeof *tagger->sums);
        tagger->margins = pt_alloc(model->tag_count, sizeof *tagger->margins);
        tagger->p = pt_alloc(model->tag_count, sizeof *tagger->p);
        tagger->ranked = pt_alloc(model->tag_count, 2 * sizeof *tagger->ranked);
        tagger->scores = pt_alloc(model->tag_count, sizeof *tagger->scores);
    }
    if (!tagger || !tagger->sums || !tagger->margins || !tagger->p || !tagger->ranked || !tagger->scores) {
        papertag_tagger_close(tagger);
        return pt_no_memory(err);
    }
    *out = tagger;
    return PAPERTAG_OK;
}

int papertag_tagger_demand(papertag_tagger *tagger, double precision, papertag_error *err)
{
    const papertag_model *m = tagger->model;
    double *p_min = pt_alloc(m->tag_count, sizeof *p_min);
    int status = p_min ? pt_manifest_precision(m, precision, p_min, err) : pt_no_memory(err);

    if (status) {
        free(p_min);
        return status;
    }
    free(tagger->p_min);
    tagger->p_min = p_min;
    return PAPERTAG_OK;
}

void papertag_tagger_close(papertag_tagger *tagger)
{
    if (!tagger) {
        return;
    }
    pt_counter_free(&tagger->counter);
    free(tagger->sums);
    free(tagger->margins);
    free(tagger->p);
    free(tagger->ranked);
    free(tagger->scores);
    free(tagger->p_min);
    pt_kernel_input_free(tagger->input);
    free(tagger->terms);
    free(tagger->term_text);
    free(tagger->spans);
    free(tagger);
}

/* Sorts a run by falling p, ties by number. Each tag's place is the number of tags that precede it. No step depends on
 * an earlier one, so the compiler can compare whole vectors. */
WIDEST_VECTORS
static void sort_run(const double *p, size_t first, size_t count, pt_ranked *out)
{
    for (size_t t = 0; t < count; t++) {
        const double own = p[t];
        int64_t before = 0;
        for (size_t u = 0; u < t; u++) {
            before += p[u] >= own;
        }
        for (size_t u = t + 1; u < count; u++) {
            before += p[u] > own;
        }
        out[before] = (pt_ranked){own, first + t};
    }
}

/* Sorts all tags by falling p, ties by number: sorts runs, then merges them. Returns the array that holds the result.
 * Tags are sorted for every paper, and qsort would call a function for each comparison. */
static const pt_ranked *sort_tags(const double *p, pt_ranked *from, pt_ranked *to, size_t count)
{
    enum { RUN = 128 };

    for (size_t start = 0; start < count; start += RUN) {
        sort_run(p + start, start, count - start < RUN ? count - start : RUN, from + start);
    }
    for (size_t run = RUN; run < count; run *= 2) {
        pt_ranked *swap = from;
        for (size_t start = 0; start < count; start += 2 * run) {
            const size_t a_end = start + run < count ? start + run : count;
            const size_t b_end = start + 2 * run < count ? start + 2 * run : count;
            size_t a = start, b = a_end;
            for (size_t i = start; i < b_end; i++) {
                const bool second = a == a_end || (b < b_end && from[b].p > from[a].p);
                to[i] = from[second ? b : a];
                b += second;
                a += !second;
            }
        }
        from = to;
        to = swap;
    }
    return from;
}

static inline double probability(const papertag_tag_info *tag, double margin)
{
    return 1 / (1 + exp(tag->platt_a * margin + tag->platt_b));
}

papertag_score papertag_model_score(const papertag_model *model, size_t index, double margin)
{
    const papertag_tag_info *tag = &model->tags[index];

    return (papertag_score){.tag = tag->tag,
                            .index = index,
                            .margin = margin,
                            .p = probability(tag, margin),
                            .assigned = margin >= tag->cut};
}

/* The margins of a row before anything else than the model's first weights has a say, in tagger->margins. */
static int first_margins(papertag_tagger *tagger, pt_row row)
{
    const papertag_model *m = tagger->model;

    if (m->kernel) {
        if (pt_kernel_margins(m->kernel, row, &tagger->input, tagger->margins)) {
            return PAPERTAG_NO_MEMORY;
        }
    } else {
        pt_linear_sums(&m->matrix, row, tagger->sums);
    }
    for (size_t t = 0; t < m->tag_count; t++) {
        const double margin = m->kernel ? tagger->margins[t] : m->bias[t] + tagger->sums[t];
        tagger->margins[t] = isfinite(margin) ? margin : 0; /* an imported model may hold any number */
    }
    return PAPERTAG_OK;
}

/* Puts the margins of tags with weights of their own in place of the first ones. */
static void add_own_margins(papertag_tagger *tagger, pt_row row)
{
    const papertag_model *m = tagger->model;
    float *own = tagger->sums + m->matrix.stride;

    pt_linear_sums(&m->own, row, own);
    for (size_t i = 0; i < m->own_count; i++) {
        const double margin = m->bias[m->own_tags[i]] + own[i];
        tagger->margins[m->own_tags[i]] = isfinite(margin) ? margin : 0;
    }
}

/* The margins of a row, in tagger->margins. */
static int final_margins(papertag_tagger *tagger, pt_row row, papertag_error *err)
{
    const papertag_model *m = tagger->model;
    double offset = 0;

    if (first_margins(tagger, row)) {
        return pt_no_memory(err);
    }
    if (m->cardinality.tags) {
        offset = pt_cardinality_offset(&m->cardinality, tagger->margins);
    }
    if (m->own_count) {
        add_own_margins(tagger, row);
    }
    for (size_t t = 0; t < m->tag_count; t++) {
        tagger->margins[t] += pt_cardinality_pull(&m->cardinality, t) * offset;
    }
    return PAPERTAG_OK;
}

/* The score of tag t, whose margin is known. */
static papertag_score score_of(const papertag_tagger *tagger, size_t t, double p)
{
    const papertag_tag_info *tag = &tagger->model->tags[t];
    const double margin = tagger->margins[t];

    return (papertag_score){.tag = tag->tag,
                            .index = t,
                            .margin = margin,
                            .p = p,
                            .assigned = tagger->p_min ? p >= tagger->p_min[t] : margin >= tag->cut};
}

int pt_score(papertag_tagger *tagger, pt_row row, papertag_error *err)
{
    const papertag_model *m = tagger->model;
    const pt_ranked *ranked;

    if (final_margins(tagger, row, err)) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t t = 0; t < m->tag_count; t++) {
        tagger->p[t] = probability(&m->tags[t], tagger->margins[t]);
    }
    ranked = sort_tags(tagger->p, tagger->ranked, tagger->ranked + m->tag_count, m->tag_count);
    for (size_t k = 0; k < m->tag_count; k++) {
        tagger->scores[k] = score_of(tagger, ranked[k].tag, ranked[k].p);
    }
    return PAPERTAG_OK;
}

int pt_score_assigned(papertag_tagger *tagger, pt_row row, size_t *count, papertag_error *err)
{
    const papertag_model *m = tagger->model;

    if (final_margins(tagger, row, err)) {
        return PAPERTAG_NO_MEMORY;
    }
    *count = 0;
    for (size_t t = 0; t < m->tag_count; t++) {
        if (tagger->p_min || tagger->margins[t] >= m->tags[t].cut) {
            const papertag_score score = score_of(tagger, t, probability(&m->tags[t], tagger->margins[t]));
            size_t place = *count;
            for (; score.assigned && place && tagger->scores[place - 1].p < score.p; place--) {
                tagger->scores[place] = tagger->scores[place - 1];
            }
            tagger->scores[place] = score;
            *count += score.assigned;
        }
    }
    return PAPERTAG_OK;
}

double pt_model_offset(papertag_tagger *tagger, pt_row row)
{
    return first_margins(tagger, row) ? 0 : pt_cardinality_offset(&tagger->model->cardinality, tagger->margins);
}

int papertag_vector(papertag_tagger *tagger, const char *title, const char *abstract, const uint32_t **indices,
                    const float **values, size_t *count, papertag_error *err)
{
    pt_row row;
    int status = pt_tagger_row(tagger, title, abstract, &row, err);

    if (!status) {
        *indices = row.terms;
        *values = row.values;
        *count = row.count;
    }
    return status;
}

/* ---- explaining ------------------------------------------------------------------------------------------------ */

static int compare_contributions(const void *a, const void *b)
{
    const papertag_term *x = a, *y = b;
    double p = fabs(x->contribution), q = fabs(y->contribution);
    return p < q ? 1 : p > q ? -1 : strcmp(x->term, y->term);
}

/* Lists the terms of a row with their contributions in tagger->terms, in the order of the row: *count of them. Terms
 * that were added for other tags are left out. */
static int list_terms(papertag_tagger *tagger, pt_row row, size_t index, size_t *count)
{
    const papertag_model *m = tagger->model;
    size_t bytes = 0;
    char *at;

    for (size_t k = 0; k < row.count; k++) {
        bytes += m->vocabulary.starts[row.terms[k] + 1] - m->vocabulary.starts[row.terms[k]] + 1;
    }
    if (pt_reserve(&tagger->terms, &tagger->terms_capacity, row.count, sizeof *tagger->terms) ||
        pt_reserve(&tagger->term_text, &tagger->term_text_capacity, bytes, 1)) {
        return PAPERTAG_NO_MEMORY;
    }
    at = tagger->term_text;
    *count = 0;
    for (size_t k = 0; k < row.count; k++) {
        const double weight = papertag_model_weight(m, row.terms[k], index);
        const char *term;
        size_t length;
        if (weight == 0 && row.terms[k] >= m->vocabulary.count - m->vocabulary.added) {
            continue;
        }
        papertag_model_term(m, row.terms[k], &term, &length, NULL);
        memcpy(at, term, length);
        at[length] = '\0';
        tagger->terms[(*count)++] = (papertag_term){at, row.values[k] * weight};
        at += length + 1;
    }
    return PAPERTAG_OK;
}

int papertag_explain(papertag_tagger *tagger, const char *title, const char *abstract, size_t index,
                     papertag_explanation *out, papertag_error *err)
{
    const papertag_model *m = tagger->model;
    double margin, offset = 0;
    size_t count;
    pt_row row;
    int status;

    if (!papertag_model_is_linear(m)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s: a kernel model has no contributions by term", m->name);
    }
    if (index >= m->tag_count) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s: no tag number %zu; the model has %zu tags", m->name, index,
                       m->tag_count);
    }
    status = pt_tagger_row(tagger, title, abstract, &row, err);
    if (status) {
        return status;
    }
    if (list_terms(tagger, row, index, &count)) {
        return pt_no_memory(err);
    }
    pt_sort(tagger->terms, count, sizeof *tagger->terms, compare_contributions);
    if (m->cardinality.tags) {
        first_margins(tagger, row); /* of a linear model: needs no memory */
        offset = pt_cardinality_pull(&m->cardinality, index) * pt_cardinality_offset(&m->cardinality, tagger->margins);
    }
    margin = m->bias[index] + offset;
    for (size_t k = 0; k < count; k++) {
        margin += tagger->terms[k].contribution;
    }
    *out = (papertag_explanation){margin, m->bias[index] + offset, tagger->terms, count, offset};
    return PAPERTAG_OK;
}
