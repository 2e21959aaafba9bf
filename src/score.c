/*
 * score - from a row to margins, probabilities and decisions; and why.
 *
 * A linear model is a sum over the terms of the paper: each adds its value times a row of weights, one for each tag, to
 * the margins. The tags of a term lie together, so the sum walks over memory in long steps and the compiler uses whole
 * vectors; an int8 row is scaled once, with the term's value. Explaining takes the same sum apart, in double precision.
 * A kernel model is scored by LIBSVM.
 */
#include <math.h>
#include <stdlib.h>

#include "model.h"

int pt_tagger_row(papertag_tagger *tagger, const char *title, const char *abstract, pt_row *row, papertag_error *err)
{
    const papertag_model *m = tagger->model;
    return pt_tfidf_row(&tagger->counter, &m->options, &m->vocabulary, title, abstract, row, err);
}

int papertag_tagger_open(papertag_tagger **out, const papertag_model *model, papertag_error *err)
{
    papertag_tagger *tagger = pt_calloc(1, sizeof *tagger);

    if (tagger) {
        tagger->model = model;
        tagger->sums = pt_alloc(model->stride, sizeof *tagger->sums);
        tagger->scores = pt_alloc(model->tag_count, sizeof *tagger->scores);
    }
    if (!tagger || !tagger->sums || !tagger->scores) {
        papertag_tagger_close(tagger);
        return pt_no_memory(err);
    }
    *out = tagger;
    return PAPERTAG_OK;
}

void papertag_tagger_cut_at(papertag_tagger *tagger, double p)
{
    tagger->by_p = true;
    tagger->p_min = p;
}

void papertag_tagger_close(papertag_tagger *tagger)
{
    if (!tagger) {
        return;
    }
    pt_counter_free(&tagger->counter);
    free(tagger->sums);
    free(tagger->scores);
    free(tagger->nodes);
    free(tagger->terms);
    free(tagger->term_text);
    free(tagger);
}

static void linear_sums(const papertag_model *m, pt_row row, float *restrict sums)
{
    const size_t stride = m->stride;

    memset(sums, 0, stride * sizeof *sums);
    for (size_t k = 0; k < row.count; k++) {
        const size_t term = row.terms[k];
        if (m->quantized) {
            const int8_t *restrict w = m->quantized + term * stride;
            const float x = row.values[k] * m->scales[term];
            for (size_t t = 0; t < stride; t++) {
                sums[t] += x * (float)w[t];
            }
        } else {
            const float *restrict w = m->weights + term * stride;
            const float x = row.values[k];
            for (size_t t = 0; t < stride; t++) {
                sums[t] += x * w[t];
            }
        }
    }
}

static int kernel_margins(papertag_tagger *tagger, pt_row row, papertag_error *err)
{
    const papertag_model *m = tagger->model;

    if (pt_reserve(&tagger->nodes, &tagger->nodes_capacity, row.count + 1, sizeof *tagger->nodes)) {
        return pt_no_memory(err);
    }
    for (size_t k = 0; k < row.count; k++) {
        tagger->nodes[k] = (struct svm_node){(int)row.terms[k] + 1, row.values[k]};
    }
    tagger->nodes[row.count].index = -1;
    for (size_t t = 0; t < m->tag_count; t++) {
        svm_predict_values(&m->machines[t], tagger->nodes, &tagger->scores[t].margin);
    }
    return PAPERTAG_OK;
}

static int compare_scores(const void *a, const void *b)
{
    const papertag_score *x = a, *y = b;
    return x->p < y->p ? 1 : x->p > y->p ? -1 : (x->index > y->index) - (x->index < y->index);
}

int pt_score(papertag_tagger *tagger, pt_row row, papertag_error *err)
{
    const papertag_model *m = tagger->model;

    if (m->machines) {
        int status = kernel_margins(tagger, row, err);
        if (status) {
            return status;
        }
    } else {
        linear_sums(m, row, tagger->sums);
    }
    for (size_t t = 0; t < m->tag_count; t++) {
        papertag_score *score = &tagger->scores[t];
        const papertag_tag_info *tag = &m->tags[t];
        double p, margin = m->machines ? score->margin : m->bias[t] + tagger->sums[t];
        margin = isfinite(margin) ? margin : 0; /* a model that was not fitted here may hold any number */
        p = 1 / (1 + exp(tag->platt_a * margin + tag->platt_b));
        *score = (papertag_score){.tag = tag->tag,
                                  .index = t,
                                  .margin = margin,
                                  .p = p,
                                  .assigned = tagger->by_p ? p >= tagger->p_min : margin >= tag->cut};
    }
    pt_sort(tagger->scores, m->tag_count, sizeof *tagger->scores, compare_scores);
    return PAPERTAG_OK;
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

int papertag_explain(papertag_tagger *tagger, const char *title, const char *abstract, size_t index,
                     papertag_explanation *out, papertag_error *err)
{
    const papertag_model *m = tagger->model;
    size_t bytes = 0;
    char *at;
    double margin;
    pt_row row;
    int status;

    if (!papertag_model_is_linear(m)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s: a kernel model has no contribution by term", m->name);
    }
    if (index >= m->tag_count) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "tag %zu of %zu", index, m->tag_count);
    }
    status = pt_tagger_row(tagger, title, abstract, &row, err);
    if (status) {
        return status;
    }
    for (size_t k = 0; k < row.count; k++) {
        bytes += m->vocabulary.starts[row.terms[k] + 1] - m->vocabulary.starts[row.terms[k]] + 1;
    }
    if (pt_reserve(&tagger->terms, &tagger->terms_capacity, row.count, sizeof *tagger->terms) ||
        pt_reserve(&tagger->term_text, &tagger->term_text_capacity, bytes, 1)) {
        return pt_no_memory(err);
    }
    at = tagger->term_text;
    for (size_t k = 0; k < row.count; k++) {
        const char *term;
        size_t length;
        papertag_model_term(m, row.terms[k], &term, &length, NULL);
        memcpy(at, term, length);
        at[length] = '\0';
        tagger->terms[k] = (papertag_term){at, row.values[k] * papertag_model_weight(m, row.terms[k], index)};
        at += length + 1;
    }
    pt_sort(tagger->terms, row.count, sizeof *tagger->terms, compare_contributions);
    margin = m->bias[index];
    for (size_t k = 0; k < row.count; k++) {
        margin += tagger->terms[k].contribution;
    }
    *out = (papertag_explanation){margin, m->bias[index], tagger->terms, row.count};
    return PAPERTAG_OK;
}
