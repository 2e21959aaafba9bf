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
        tagger->sums = pt_alloc(model->matrix.stride + model->own.stride, sizeof *tagger->sums);
        tagger->margins = pt_alloc(model->tag_count, sizeof *tagger->margins);
        tagger->p = pt_alloc(model->tag_count, sizeof *tagger->p);
        tagger->ranked = pt_alloc(2 * model->tag_count, sizeof *tagger->ranked);
        tagger->scores = pt_alloc(model->tag_count, sizeof *tagger->scores);
    }
    if (!tagger || !tagger->sums || !tagger->margins || !tagger->p || !tagger->ranked || !tagger->scores) {
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
    free(tagger->margins);
    free(tagger->p);
    free(tagger->ranked);
    free(tagger->scores);
    free(tagger->nodes);
    free(tagger->terms);
    free(tagger->term_text);
    free(tagger->spans);
    free(tagger);
}

/* Adds to the sums the weights of GROUP terms times their values, each term in its turn: the sums are those of one term
 * after the other, and are read and written once for all. */
enum { GROUP = 4, AHEAD = 12 }; /* the weights of a term AHEAD are asked for before it is their turn */

static inline void add_weights(const void *const w[GROUP], const float x[GROUP], size_t stride, float *restrict sums)
{
    const float *restrict w0 = w[0], *restrict w1 = w[1];
    const float *restrict w2 = w[2], *restrict w3 = w[3];

    for (size_t t = 0; t < stride; t++) {
        sums[t] = sums[t] + x[0] * w0[t] + x[1] * w1[t] + x[2] * w2[t] + x[3] * w3[t];
    }
}

static inline void add_quantized(const void *const w[GROUP], const float x[GROUP], size_t stride, float *restrict sums)
{
    const int8_t *restrict w0 = w[0], *restrict w1 = w[1];
    const int8_t *restrict w2 = w[2], *restrict w3 = w[3];

    for (size_t t = 0; t < stride; t++) {
        sums[t] = sums[t] + x[0] * (float)w0[t] + x[1] * (float)w1[t] + x[2] * (float)w2[t] + x[3] * (float)w3[t];
    }
}

WIDEST_VECTORS
static void linear_sums(const pt_matrix *m, pt_row row, float *restrict sums)
{
    const size_t stride = m->stride, width = stride * (m->quantized ? sizeof *m->quantized : sizeof *m->weights);
    const char *rows = m->quantized ? (const char *)m->quantized : (const char *)m->weights;

    memset(sums, 0, stride * sizeof *sums);
    for (size_t k = 0; k < row.count; k += GROUP) {
        const void *w[GROUP];
        float x[GROUP];
        for (size_t i = 0; i < GROUP; i++) {
            const size_t at = k + i < row.count ? k + i : k; /* behind the last, nothing times the weights of another */
            const size_t term = row.terms[at];
            w[i] = rows + term * width;
            x[i] = k + i < row.count ? row.values[at] : 0;
            x[i] = m->quantized ? x[i] * m->scales[term] : x[i];
            if (k + i + AHEAD < row.count) {
                const char *ahead = rows + row.terms[k + i + AHEAD] * width;
                __builtin_prefetch(ahead);
                __builtin_prefetch(ahead + width - 1);
            }
        }
        if (m->quantized) {
            add_quantized(w, x, stride, sums);
        } else {
            add_weights(w, x, stride, sums);
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
        svm_predict_values(&m->machines[t], tagger->nodes, &tagger->margins[t]);
    }
    return PAPERTAG_OK;
}

/* Sorts a run by falling p, equals by their number: each goes to the place that is the number of those before it. No
 * step depends on an earlier one, so whole vectors are compared at a time. */
WIDEST_VECTORS
static void rank_run(const double *p, size_t first, size_t count, pt_ranked *out)
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

/* Orders all tags by falling p, then by number: sorts runs, then merges them. Returns which of the two arrays holds the
 * result. Unlike qsort it takes no call for a comparison, and tags are sorted for every paper. */
static const pt_ranked *rank(const double *p, pt_ranked *from, pt_ranked *to, size_t count)
{
    enum { RUN = 128 };

    for (size_t start = 0; start < count; start += RUN) {
        rank_run(p + start, start, count - start < RUN ? count - start : RUN, from + start);
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

int pt_score(papertag_tagger *tagger, pt_row row, papertag_error *err)
{
    const papertag_model *m = tagger->model;
    const pt_ranked *ranked;

    if (m->machines) {
        int status = kernel_margins(tagger, row, err);
        if (status) {
            return status;
        }
    } else {
        linear_sums(&m->matrix, row, tagger->sums);
    }
    if (m->own_count) {
        float *own = tagger->sums + m->matrix.stride;
        linear_sums(&m->own, row, own);
        for (size_t i = 0; i < m->own_count; i++) {
            tagger->sums[m->own_tags[i]] = own[i];
        }
    }
    for (size_t t = 0; t < m->tag_count; t++) {
        const papertag_tag_info *tag = &m->tags[t];
        double margin = m->machines ? tagger->margins[t] : m->bias[t] + tagger->sums[t];
        margin = isfinite(margin) ? margin : 0; /* a model that was not fitted here may hold any number */
        tagger->margins[t] = margin;
        tagger->p[t] = 1 / (1 + exp(tag->platt_a * margin + tag->platt_b));
    }
    ranked = rank(tagger->p, tagger->ranked, tagger->ranked + m->tag_count, m->tag_count);
    for (size_t k = 0; k < m->tag_count; k++) {
        const size_t t = ranked[k].tag;
        const double p = ranked[k].p, margin = tagger->margins[t];
        tagger->scores[k] = (papertag_score){.tag = m->tags[t].tag,
                                             .index = t,
                                             .margin = margin,
                                             .p = p,
                                             .assigned = tagger->by_p ? p >= tagger->p_min : margin >= m->tags[t].cut};
    }
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
