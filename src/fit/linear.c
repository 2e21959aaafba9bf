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

/* A part of the lanes of a block: a vector that machines have. (Of vectors that they have not, compilers make poor
 * code, and they do not find them on their own.) */
#ifdef __x86_64__
enum { PART = 8 };
#else
enum { PART = 4 };
#endif
enum { PARTS = PT_LANES / PART };
typedef float part __attribute__((vector_size(PART * sizeof(float)), aligned(sizeof(float)), may_alias));

/* In four sums, as an addition waits for the one before it. */
static inline void dot(const float *weights, const float *bias, pt_row row, float out[PT_LANES])
{
    part sums[4][PARTS] = {{{0}}};
    size_t k = 0;

    for (; k + 4 <= row.count; k += 4) {
        for (int i = 0; i < 4; i++) {
            const part *w = (const part *)(weights + (size_t)row.terms[k + (size_t)i] * PT_LANES);
            for (int p = 0; p < PARTS; p++) {
                sums[i][p] += w[p] * row.values[k + (size_t)i];
            }
        }
    }
    for (; k < row.count; k++) {
        const part *w = (const part *)(weights + (size_t)row.terms[k] * PT_LANES);
        for (int p = 0; p < PARTS; p++) {
            sums[0][p] += w[p] * row.values[k];
        }
    }
    for (int p = 0; p < PARTS; p++) {
        ((part *)out)[p] = ((const part *)bias)[p] + ((sums[0][p] + sums[1][p]) + (sums[2][p] + sums[3][p]));
    }
}

static inline void add(float *weights, float *bias, pt_row row, const float step[PT_LANES])
{
    part all[PARTS];

    memcpy(all, step, sizeof all);
    for (size_t k = 0; k < row.count; k++) {
        part *w = (part *)(weights + (size_t)row.terms[k] * PT_LANES);
        for (int p = 0; p < PARTS; p++) {
            w[p] += all[p] * row.values[k];
        }
    }
    for (int p = 0; p < PARTS; p++) {
        ((part *)bias)[p] += all[p];
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
    uint16_t *has;          /* paper: a bit for each lane whose tag it has */
    float *alphas;          /* paper x lane: the dual variables, >= 0 */
    float *squares;         /* paper: see square_of */
    const float *cost;      /* paper: what it counts; NULL: 1 */
    const uint16_t *absent; /* paper: a bit for each lane that is fitted without it */
    bool fixed_bias;
    float diagonal[2][PT_LANES]; /* 1 / (2 C) of a negative and of a positive */
} block;

/* Asks for what papers to come will need: a row lies anywhere, and so do the weights of its terms. Always inline: to a
 * compiler a call that only asks does nothing. */
static inline __attribute__((always_inline)) void look_ahead(const pt_rows *rows, const uint32_t *papers,
                                                             const uint32_t *order, size_t left, const block *b,
                                                             const float *weights)
{
    if (left > 8) {
        __builtin_prefetch(rows->starts + papers[order[8]]);
    }
    if (left > 4) {
        const pt_row row = pt_rows_get(rows, papers[order[4]]);
        for (size_t k = 0; k < row.count; k += 16) {
            __builtin_prefetch(row.terms + k);
            __builtin_prefetch(row.values + k);
        }
    }
    if (left > 2) {
        const pt_row row = pt_rows_get(rows, papers[order[2]]);
        for (size_t k = 0; k < row.count; k++) {
            __builtin_prefetch(weights + (size_t)row.terms[k] * PT_LANES, 1, 2);
        }
        __builtin_prefetch(b->alphas + (size_t)order[2] * PT_LANES);
    }
}

/* One pass over the papers in the order given; returns per lane the range of the projected gradient in *range. */
static inline __attribute__((always_inline)) void descend(const pt_rows *rows, const uint32_t *papers,
                                                          const uint32_t *order, size_t count, size_t terms,
                                                          const block *b, bool absences, float *weights,
                                                          float range[PT_LANES])
{
    float highest[PT_LANES], lowest[PT_LANES], unused[PT_LANES] = {0};
    float *bias = weights + terms * PT_LANES, *moving = b->fixed_bias ? unused : bias;

    for (int lane = 0; lane < PT_LANES; lane++) {
        highest[lane] = -INFINITY;
        lowest[lane] = INFINITY;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t at = order[i];
        const pt_row row = pt_rows_get(rows, papers[at]);
        const unsigned has = b->has[at];
        float *alpha = b->alphas + at * PT_LANES;
        const float rarity = b->cost ? 1 / b->cost[at] : 1;
        float margins[PT_LANES], step[PT_LANES];
        int moved = 0;

        look_ahead(rows, papers, order + i, count - i, b, weights);
        dot(weights, bias, row, margins);
        for (int lane = 0; lane < PT_LANES; lane++) {
            const float y = has & 1u << lane ? 1 : -1, old = alpha[lane];
            const float d = rarity * (has & 1u << lane ? b->diagonal[1][lane] : b->diagonal[0][lane]);
            const float gradient = y * margins[lane] - 1 + old * d;
            float projected = old > 0 || gradient < 0 ? gradient : 0;
            float next = old - gradient / (b->squares[at] + d);
            next = next > 0 ? next : 0;
            if (absences) {
                const bool absent = b->absent[at] & 1u << lane;
                next = absent ? 0 : next;
                projected = absent ? 0 : projected;
            }
            highest[lane] = projected > highest[lane] ? projected : highest[lane];
            lowest[lane] = projected < lowest[lane] ? projected : lowest[lane];
            step[lane] = (next - old) * y;
            alpha[lane] = next;
            moved |= next != old;
        }
        if (moved) {
            add(weights, moving, row, step);
        }
    }
    for (int lane = 0; lane < PT_LANES; lane++) {
        range[lane] = highest[lane] - lowest[lane];
    }
}

WIDEST_VECTORS
static void pass(const pt_rows *rows, const uint32_t *papers, const uint32_t *order, size_t count, size_t terms,
                 const block *b, float *weights, float range[PT_LANES])
{
    descend(rows, papers, order, count, terms, b, false, weights, range);
}

WIDEST_VECTORS
static void pass_with_absences(const pt_rows *rows, const uint32_t *papers, const uint32_t *order, size_t count,
                               size_t terms, const block *b, float *weights, float range[PT_LANES])
{
    descend(rows, papers, order, count, terms, b, true, weights, range);
}

/* Goes over the papers until all of the first `lanes` lanes have settled, or often enough. */
static void settle(const pt_rows *rows, const uint32_t *papers, uint32_t *order, size_t count, size_t terms,
                   const block *b, size_t lanes, const pt_linear_options *options, float *weights)
{
    uint64_t random = options->seed;
    bool settled = false;

    for (unsigned epoch = 0; epoch < options->epochs_max && !settled; epoch++) {
        float range[PT_LANES] = {0};
        for (size_t i = count; i > 1; i--) {
            size_t j = (pt_random(&random) >> 32) * i >> 32;
            uint32_t swap = order[i - 1];
            order[i - 1] = order[j];
            order[j] = swap;
        }
        (b->absent ? pass_with_absences : pass)(rows, papers, order, count, terms, b, weights, range);
        settled = true;
        for (size_t lane = 0; lane < lanes; lane++) {
            settled = settled && range[lane] <= options->epsilon;
        }
    }
}

/* |x|^2, and 1 for the bias where it moves. */
static float square_of(pt_row row, bool fixed_bias)
{
    double square = fixed_bias ? 0 : 1;

    for (size_t k = 0; k < row.count; k++) {
        square += (double)row.values[k] * row.values[k];
    }
    return (float)square;
}

/* Memory of a block for so many papers, the dual variables at nothing. */
static int open_block(block *b, size_t papers, uint32_t **order, papertag_error *err)
{
    *order = pt_alloc(papers, sizeof **order);
    b->has = pt_alloc(papers, sizeof *b->has);
    b->alphas = pt_calloc(papers, PT_LANES * sizeof *b->alphas);
    b->squares = pt_alloc(papers, sizeof *b->squares);
    for (size_t i = 0; *order && i < papers; i++) {
        (*order)[i] = (uint32_t)i;
    }
    if (!*order || !b->has || !b->alphas || !b->squares) {
        pt_no_memory(err);
        return PAPERTAG_NO_MEMORY;
    }
    return PAPERTAG_OK;
}

static void close_block(block *b, uint32_t *order)
{
    free(order);
    free(b->has);
    free(b->alphas);
    free(b->squares);
}

/* A bit for each lane of the block whose tag the paper has. */
static unsigned lanes_of(const pt_labels *labels, size_t paper, size_t first_tag, size_t tags)
{
    unsigned has = 0;

    for (size_t k = labels->starts[paper]; k < labels->starts[paper + 1]; k++) {
        const size_t lane = labels->tags[k] - first_tag;
        if (labels->tags[k] >= first_tag && lane < tags) {
            has |= 1u << lane;
        }
    }
    return has;
}

/* What the dual variables of a block's papers add up to, by lane, of negatives and of positives. */
static void add_up(const float *alpha, unsigned has, double sums[2][PT_LANES])
{
    for (int lane = 0; lane < PT_LANES; lane++) {
        sums[has >> lane & 1][lane] += alpha[lane];
    }
}

/* Begins with the dual variables of a fit to more papers ("alpha seeding": DeCoste and Wagstaff, KDD 2000). Those of
 * the papers left out go to the others, of positives to positives and of negatives to negatives, each growing by the
 * same factor. So the bias, to which all papers pull, is at once what it was, and the weights are near to it. */
WIDEST_VECTORS
static void take_over(const pt_rows *rows, const pt_labels *labels, const uint32_t *papers, const uint32_t *order,
                      size_t count, size_t terms, size_t first_tag, size_t tags, const pt_linear_options *options,
                      const block *b, float *weights)
{
    double all[2][PT_LANES] = {{0}}, kept[2][PT_LANES] = {{0}};
    float factor[2][PT_LANES];

    for (size_t i = 0; i < options->start_papers; i++) {
        add_up(options->start + i * PT_LANES, lanes_of(labels, i, first_tag, tags), all);
    }
    for (size_t i = 0; i < count; i++) {
        add_up(options->start + (size_t)papers[i] * PT_LANES, b->has[i], kept);
    }
    for (int side = 0; side < 2; side++) {
        for (int lane = 0; lane < PT_LANES; lane++) {
            factor[side][lane] = (float)(kept[side][lane] > 0 ? all[side][lane] / kept[side][lane] : 1);
        }
    }
    for (size_t i = 0; i < count; i++) {
        const float *old = options->start + (size_t)papers[i] * PT_LANES;
        float step[PT_LANES];
        look_ahead(rows, papers, order + i, count - i, b, weights);
        for (int lane = 0; lane < PT_LANES; lane++) {
            const bool has = b->has[i] >> lane & 1;
            b->alphas[i * PT_LANES + (size_t)lane] = old[lane] * factor[has][lane];
            step[lane] = old[lane] * (has ? factor[1][lane] : -factor[0][lane]);
        }
        add(weights, weights + terms * PT_LANES, pt_rows_get(rows, papers[i]), step);
    }
}

int pt_linear_fit(const pt_rows *rows, const pt_labels *labels, const uint32_t *papers, size_t paper_count,
                  size_t terms, size_t first_tag, size_t tag_count, const pt_linear_options *options, float *weights,
                  papertag_error *err)
{
    block b = {.cost = options->cost, .fixed_bias = options->fixed_bias};
    uint32_t *order;
    size_t positives[PT_LANES] = {0};
    size_t tags = tag_count - first_tag < PT_LANES ? tag_count - first_tag : PT_LANES;
    int status = open_block(&b, paper_count, &order, err);

    if (status) {
        goto done;
    }
    if (!options->from_prior) {
        memset(weights, 0, (terms + 1) * PT_LANES * sizeof *weights);
    }
    for (size_t i = 0; i < paper_count; i++) {
        b.squares[i] = square_of(pt_rows_get(rows, papers[i]), b.fixed_bias);
        b.has[i] = (uint16_t)lanes_of(labels, papers[i], first_tag, tags);
        for (size_t lane = 0; lane < PT_LANES; lane++) {
            positives[lane] += b.has[i] >> lane & 1;
        }
    }
    if (options->start) {
        take_over(rows, labels, papers, order, paper_count, terms, first_tag, tags, options, &b, weights);
    }
    for (size_t lane = 0; lane < PT_LANES; lane++) {
        double weight = pt_positive_weight(options->class_weight, positives[lane], paper_count - positives[lane]);
        b.diagonal[0][lane] = (float)(1 / (2 * options->c));
        b.diagonal[1][lane] = (float)(1 / (2 * options->c * weight));
    }
    settle(rows, papers, order, paper_count, terms, &b, tags, options, weights);
    for (size_t lane = tags; lane < PT_LANES; lane++) {
        for (size_t term = 0; term <= terms; term++) {
            weights[term * PT_LANES + lane] = 0;
        }
    }
    for (size_t i = 0; options->duals && i < paper_count; i++) {
        memcpy(options->duals + (size_t)papers[i] * PT_LANES, b.alphas + i * PT_LANES, PT_LANES * sizeof *b.alphas);
    }
done:
    close_block(&b, order);
    return status;
}

int pt_linear_fit_folds(const pt_rows *rows, const pt_cases *cases, size_t terms, const pt_linear_options *options,
                        float *weights, papertag_error *err)
{
    block b = {.cost = cases->cost, .fixed_bias = options->fixed_bias};
    uint16_t *absent = pt_alloc(cases->count, sizeof *absent);
    uint32_t *order;
    int status = open_block(&b, cases->count, &order, err);

    b.absent = absent;
    if (status || !absent) {
        status = status ? status : pt_no_memory(err);
        goto done;
    }
    if (!options->from_prior) {
        memset(weights, 0, (terms + 1) * PT_LANES * sizeof *weights);
    }
    for (size_t i = 0; i < cases->count; i++) {
        b.squares[i] = square_of(pt_rows_get(rows, cases->papers[i]), b.fixed_bias);
        b.has[i] = cases->positive[i] ? UINT16_MAX : 0;
        absent[i] = (uint16_t)(0xfffeu << cases->folds | (cases->fold[i] < cases->folds ? 1u << cases->fold[i] : 0));
    }
    for (size_t lane = 0; lane < PT_LANES; lane++) {
        b.diagonal[0][lane] = b.diagonal[1][lane] = (float)(1 / (2 * options->c));
    }
    settle(rows, cases->papers, order, cases->count, terms, &b, cases->folds + 1, options, weights);
done:
    close_block(&b, order);
    free(absent);
    return status;
}
