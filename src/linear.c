/*
 * linear - the linear solver: dual coordinate descent, many tags at once.
 *
 * The method is that of Hsieh, Chang, Lin, Keerthi and Sundararajan, "A dual coordinate descent method for large-scale
 * linear SVM" (ICML 2008), for the L2-regularised L2-loss SVM: visit the papers in random order, minimise the dual in
 * the one variable of that paper, and keep w = w0 + sum alpha_i y_i x_i up to date.
 *
 * One-vs-rest over T tags would read the same rows T times. Here PT_LANES tags form a block whose weights lie side by
 * side, w[term][lane], so that a row is read once and each of its terms touches one cache line, in which the compiler
 * uses whole vectors. Lanes never mix: every lane goes through the very steps it would go through alone, with any
 * vector width (contraction of multiply and add is off), so the result is the same on every machine and for any
 * threads.
 */
#include "linear.h"

#include <math.h>
#include <stdlib.h>

/* ---- labels ---------------------------------------------------------------------------------------------------- */

void pt_labels_free(pt_labels *labels)
{
    free(labels->starts);
    free(labels->tags);
    *labels = (pt_labels){0};
}

int pt_labels_append(pt_labels *labels, const uint32_t *tags, size_t count)
{
    size_t start = labels->count ? labels->starts[labels->count] : 0;

    if (pt_reserve(&labels->starts, &labels->capacity, labels->count + 2, sizeof *labels->starts) ||
        pt_reserve(&labels->tags, &labels->tags_capacity, start + count, sizeof *labels->tags)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (count) {
        memcpy(labels->tags + start, tags, count * sizeof *tags);
    }
    labels->starts[labels->count] = start;
    labels->starts[++labels->count] = start + count;
    return PAPERTAG_OK;
}

bool pt_labels_have(const pt_labels *labels, size_t paper, uint32_t tag)
{
    for (size_t i = labels->starts[paper]; i < labels->starts[paper + 1]; i++) {
        if (labels->tags[i] == tag) {
            return true;
        }
    }
    return false;
}

double pt_positive_weight(papertag_class_weight kind, size_t positives, size_t negatives)
{
    double ratio = positives && negatives ? (double)negatives / (double)positives : 1;
    return kind == PAPERTAG_WEIGHT_BALANCED ? ratio : kind == PAPERTAG_WEIGHT_SQRT ? sqrt(ratio) : 1;
}

/* ---- one row against all lanes --------------------------------------------------------------------------------- */

static inline void dot(const float *restrict weights, const float *restrict bias, pt_row row, float out[PT_LANES])
{
    float sum[PT_LANES];

    memcpy(sum, bias, sizeof sum);
    for (size_t k = 0; k < row.count; k++) {
        const float *restrict w = weights + (size_t)row.terms[k] * PT_LANES;
        const float x = row.values[k];
        for (int lane = 0; lane < PT_LANES; lane++) {
            sum[lane] += w[lane] * x;
        }
    }
    memcpy(out, sum, sizeof sum);
}

static inline void add(float *restrict weights, float *restrict bias, pt_row row, const float step[PT_LANES])
{
    for (size_t k = 0; k < row.count; k++) {
        float *restrict w = weights + (size_t)row.terms[k] * PT_LANES;
        const float x = row.values[k];
        for (int lane = 0; lane < PT_LANES; lane++) {
            w[lane] += step[lane] * x;
        }
    }
    for (int lane = 0; lane < PT_LANES; lane++) {
        bias[lane] += step[lane];
    }
}

WIDEST_VECTORS
static void margins_of(const float *weights, size_t terms, pt_row row, float margins[PT_LANES])
{
    dot(weights, weights + terms * PT_LANES, row, margins);
}

/* Not a clone itself: gcc gives clones default visibility. */
void pt_linear_margins(const float *weights, size_t terms, pt_row row, float margins[PT_LANES])
{
    margins_of(weights, terms, row, margins);
}

/* ---- the descent ----------------------------------------------------------------------------------------------- */

/* What the descent keeps for the papers of one block. */
typedef struct block {
    float *signs;                /* paper x lane: y, +1 or -1 */
    float *alphas;               /* paper x lane: the dual variables, >= 0 */
    float *squares;              /* paper: |x|^2 + 1, the 1 for the bias */
    const float *cost;           /* paper: what it counts; NULL: 1 */
    float diagonal[2][PT_LANES]; /* 1 / (2 C) of a negative and of a positive */
} block;

/* One pass over the papers in the order given; returns per lane the range of the projected gradient in *range. */
WIDEST_VECTORS
static void pass(const pt_rows *rows, const uint32_t *papers, const uint32_t *order, size_t count, size_t terms,
                 const block *b, float *weights, float range[PT_LANES])
{
    float highest[PT_LANES], lowest[PT_LANES];
    float *bias = weights + terms * PT_LANES;

    for (int lane = 0; lane < PT_LANES; lane++) {
        highest[lane] = -INFINITY;
        lowest[lane] = INFINITY;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t at = order[i];
        const pt_row row = pt_rows_get(rows, papers[at]);
        const float *sign = b->signs + at * PT_LANES;
        float *alpha = b->alphas + at * PT_LANES;
        const float rarity = b->cost ? 1 / b->cost[at] : 1;
        float margins[PT_LANES], step[PT_LANES];
        int moved = 0;

        dot(weights, bias, row, margins);
        for (int lane = 0; lane < PT_LANES; lane++) {
            const float y = sign[lane], old = alpha[lane];
            const float d = rarity * (y > 0 ? b->diagonal[1][lane] : b->diagonal[0][lane]);
            const float gradient = y * margins[lane] - 1 + old * d;
            const float projected = old > 0 || gradient < 0 ? gradient : 0;
            float next = old - gradient / (b->squares[at] + d);
            next = next > 0 ? next : 0;
            highest[lane] = projected > highest[lane] ? projected : highest[lane];
            lowest[lane] = projected < lowest[lane] ? projected : lowest[lane];
            step[lane] = (next - old) * y;
            alpha[lane] = next;
            moved |= next != old;
        }
        if (moved) {
            add(weights, bias, row, step);
        }
    }
    for (int lane = 0; lane < PT_LANES; lane++) {
        range[lane] = highest[lane] - lowest[lane];
    }
}

int pt_linear_fit(const pt_rows *rows, const pt_labels *labels, const uint32_t *papers, size_t paper_count,
                  size_t terms, size_t first_tag, size_t tag_count, const pt_linear_options *options, float *weights,
                  papertag_error *err)
{
    block b = {.cost = options->cost};
    uint32_t *order = pt_alloc(paper_count, sizeof *order);
    size_t positives[PT_LANES] = {0};
    size_t lanes = tag_count - first_tag < PT_LANES ? tag_count - first_tag : PT_LANES;
    uint64_t random = options->seed;
    int status = PAPERTAG_OK;

    b.signs = pt_alloc(paper_count, PT_LANES * sizeof *b.signs);
    b.alphas = pt_calloc(paper_count, PT_LANES * sizeof *b.alphas);
    b.squares = pt_alloc(paper_count, sizeof *b.squares);
    if (!order || !b.signs || !b.alphas || !b.squares) {
        status = pt_no_memory(err);
        goto done;
    }
    if (!options->from_prior) {
        memset(weights, 0, (terms + 1) * PT_LANES * sizeof *weights);
    }
    for (size_t i = 0; i < paper_count; i++) {
        pt_row row = pt_rows_get(rows, papers[i]);
        double square = 1;
        for (size_t k = 0; k < row.count; k++) {
            square += (double)row.values[k] * row.values[k];
        }
        b.squares[i] = (float)square;
        order[i] = (uint32_t)i;
        for (int lane = 0; lane < PT_LANES; lane++) {
            b.signs[i * PT_LANES + lane] = -1;
        }
        for (size_t k = labels->starts[papers[i]]; k < labels->starts[papers[i] + 1]; k++) {
            size_t lane = labels->tags[k] - first_tag;
            if (labels->tags[k] >= first_tag && lane < lanes) {
                b.signs[i * PT_LANES + lane] = 1;
                positives[lane]++;
            }
        }
    }
    for (size_t lane = 0; lane < PT_LANES; lane++) {
        double weight = pt_positive_weight(options->class_weight, positives[lane], paper_count - positives[lane]);
        b.diagonal[0][lane] = (float)(1 / (2 * options->c));
        b.diagonal[1][lane] = (float)(1 / (2 * options->c * weight));
    }
    for (unsigned epoch = 0; epoch < options->epochs_max; epoch++) {
        float range[PT_LANES];
        bool settled = true;
        for (size_t i = paper_count; i > 1; i--) {
            size_t j = pt_random(&random) % i;
            uint32_t swap = order[i - 1];
            order[i - 1] = order[j];
            order[j] = swap;
        }
        pass(rows, papers, order, paper_count, terms, &b, weights, range);
        for (size_t lane = 0; lane < lanes; lane++) {
            settled = settled && range[lane] <= options->epsilon;
        }
        if (settled) {
            break;
        }
    }
    for (size_t lane = lanes; lane < PT_LANES; lane++) {
        for (size_t term = 0; term <= terms; term++) {
            weights[term * PT_LANES + lane] = 0;
        }
    }
done:
    free(order);
    free(b.signs);
    free(b.alphas);
    free(b.squares);
    return status;
}
