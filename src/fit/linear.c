/*
 * linear - the linear solver: dual coordinate descent, many tags at once.
 *
 * The method is that of Hsieh, Chang, Lin, Keerthi and Sundararajan, "A dual coordinate descent method for large-scale
 * linear SVM" (ICML 2008), for the L2-regularised L2-loss SVM: visit the papers in random order, minimise the dual in
 * the one variable of that paper, and keep w = w0 + sum alpha_i y_i x_i up to date.
 *
 * One-vs-rest over T tags would read the same rows T times. Here PT_LANES tags form a block whose weights lie side by
 * side, w[term][lane]. A row is then read once for the whole block, and each of its terms touches one cache line. Lanes
 * never mix: every lane takes the steps it would take alone, with any vector width (contraction of multiply and add is
 * off). So the result is the same on every machine and for any number of threads.
 */
#include "linear.h"

#include <math.h>
#include <stdlib.h>

double pt_positive_weight(papertag_class_weight kind, size_t positives, size_t negatives)
{
    double ratio = positives && negatives ? (double)negatives / (double)positives : 1;
    return kind == PAPERTAG_WEIGHT_BALANCED ? ratio : kind == PAPERTAG_WEIGHT_SQRT ? sqrt(ratio) : 1;
}

/* ---- one row against all lanes --------------------------------------------------------------------------------- */

/* The lanes are worked on in vectors of a width that the machine has. Compilers turn wider vectors into slow code, and
 * do not find these in a plain loop over the lanes. */
#ifdef __x86_64__
enum { PART = 8 };
#else
enum { PART = 4 };
#endif
enum { PARTS = PT_LANES / PART };
typedef float part __attribute__((vector_size(PART * sizeof(float)), aligned(sizeof(float)), may_alias));

/* Four sums, because each addition waits for the one before it. */
static inline void dot_lanes(const float *weights, const float *bias, pt_row row, float out[PT_LANES])
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

static inline void add_row_to_weights(float *weights, float *bias, pt_row row, const float step[PT_LANES])
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
static void compute_margins(const float *weights, size_t terms, pt_row row, float margins[PT_LANES])
{
    dot_lanes(weights, weights + terms * PT_LANES, row, margins);
}

/* Not a clone itself: gcc gives clones default visibility. */
void pt_linear_margins(const float *weights, size_t terms, pt_row row, float margins[PT_LANES])
{
    compute_margins(weights, terms, row, margins);
}

void pt_linear_split(const float *weights, size_t terms, size_t lanes, float *out)
{
    for (size_t term = 0; term <= terms; term++) {
        for (size_t lane = 0; lane < lanes; lane++) {
            out[lane * (terms + 1) + term] = weights[term * PT_LANES + lane];
        }
    }
}

double pt_linear_margin(const float *weights, double bias, pt_row row)
{
    float sum = 0;

    for (size_t k = 0; k < row.count; k++) {
        sum += row.values[k] * weights[row.terms[k]];
    }
    return bias + sum;
}

/* ---- a block of lanes ------------------------------------------------------------------------------------------ */

/* What the descent works on: n papers of one block. */
typedef struct block {
    const pt_rows *rows;    /* over V terms */
    const uint32_t *papers; /* n: rows */
    const float *cost;      /* n: the weight of each paper; NULL: 1 */
    const float *target;    /* n: the margin that each paper asks for on its side; NULL: 1 */
    size_t count;           /* n */
    size_t terms;           /* V */
    size_t lanes;           /* in use, at most PT_LANES */
    float *weights;         /* (V + 1) x PT_LANES */
    bool fixed_bias;
    size_t run;                  /* papers that stay close together in the order of visits, see shuffle_visits */
    uint32_t *runs;              /* n / run rounded up: the order of runs */
    uint32_t *order;             /* n: positions in `papers`, in the order of visits */
    uint16_t *has;               /* n: a bit for each lane whose tag the paper has */
    uint16_t *absent;            /* n: a bit for each lane that is fitted without the paper; NULL: none */
    float *alphas;               /* n x PT_LANES: the dual variables, >= 0 */
    float *squares;              /* n: |x|^2, see square_of */
    float diagonal[2][PT_LANES]; /* 1 / (2 C) of a negative and of a positive */
} block;

static size_t run_count(const block *b)
{
    return (b->count + b->run - 1) / b->run;
}

/* Allocates the arrays, `absent` only with absences. */
static int open_block(block *b, bool absences, papertag_error *err)
{
    b->absent = absences ? pt_alloc(b->count, sizeof *b->absent) : NULL;
    b->runs = pt_alloc(run_count(b), sizeof *b->runs);
    b->order = pt_alloc(b->count, sizeof *b->order);
    b->has = pt_alloc(b->count, sizeof *b->has);
    b->alphas = pt_alloc_large(b->count, PT_LANES * sizeof *b->alphas);
    b->squares = pt_alloc(b->count, sizeof *b->squares);
    if (!b->runs || !b->order || !b->has || !b->alphas || !b->squares || (absences && !b->absent)) {
        pt_no_memory(err);
        return PAPERTAG_NO_MEMORY;
    }
    return PAPERTAG_OK;
}

static void close_block(block *b)
{
    free(b->runs);
    free(b->order);
    free(b->has);
    free(b->absent);
    free(b->alphas);
    free(b->squares);
}

/* |x|^2, plus 1 for the bias unless it is fixed. Four sums, as above. */
static float square_of(pt_row row, bool fixed_bias)
{
    double squares[4] = {fixed_bias ? 0 : 1};
    size_t k = 0;

    for (; k + 4 <= row.count; k += 4) {
        for (size_t i = 0; i < 4; i++) {
            squares[i] += (double)row.values[k + i] * row.values[k + i];
        }
    }
    for (; k < row.count; k++) {
        squares[0] += (double)row.values[k] * row.values[k];
    }
    return (float)((squares[0] + squares[1]) + (squares[2] + squares[3]));
}

/* The order of visits before the first shuffle. */
static void order_visits(const block *b)
{
    for (size_t i = 0; i < run_count(b); i++) {
        b->runs[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < b->count; i++) {
        b->order[i] = (uint32_t)i;
    }
}

/* Sets what does not depend on the tags; the dual variables are 0. */
static void start_block(block *b, bool from_prior)
{
    memset(b->alphas, 0, b->count * PT_LANES * sizeof *b->alphas);
    order_visits(b);
    for (size_t i = 0; i < b->count; i++) {
        b->squares[i] = square_of(pt_rows_get(b->rows, b->papers[i]), b->fixed_bias);
    }
    if (!from_prior) {
        memset(b->weights, 0, (b->terms + 1) * PT_LANES * sizeof *b->weights);
    }
}

/* ---- the descent ----------------------------------------------------------------------------------------------- */

/* Terms are numbered by how many papers have them. The weights of the first ones stay in the cache. */
enum { FREQUENT = 4096 };

/* Prefetches what the next visits will read: rows and weights are scattered over memory. Both go to the second cache
 * (2, below): those of the visits in between would drive them out of the first. order: the visits to come, `left` of
 * them. Always inline: a compiler may drop a call whose only effect is a prefetch. */
static inline __attribute__((always_inline)) void prefetch_visits(const block *b, const uint32_t *order, size_t left)
{
    if (left > 8) {
        __builtin_prefetch(b->rows->starts + b->papers[order[8]]);
        __builtin_prefetch(b->squares + order[8]);
        __builtin_prefetch(b->has + order[8]);
    }
    if (left > 4) {
        const pt_row row = pt_rows_get(b->rows, b->papers[order[4]]);
        for (size_t k = 0; k < row.count; k += 16) {
            __builtin_prefetch(row.terms + k, 0, 2);
            __builtin_prefetch(row.values + k, 0, 2);
        }
    }
    if (left > 2) {
        const pt_row row = pt_rows_get(b->rows, b->papers[order[2]]);
        for (size_t k = row.count; k > 0 && row.terms[k - 1] >= FREQUENT; k--) {
            __builtin_prefetch(b->weights + (size_t)row.terms[k - 1] * PT_LANES, 1, 2);
        }
        __builtin_prefetch(b->alphas + (size_t)order[2] * PT_LANES);
    }
}

/* How far a step goes, where 1 leads to the minimum; it must be below 2. Rough fits gain most: they take positives and
 * negatives apart as far as fine ones do. */
static const float RELAXATION = 1.3F;

/* What an epoch yields, by lane. */
struct epoch {
    float range[PT_LANES]; /* of the projected gradient */
    float mean[PT_LANES];  /* of the bias, relative to the bias at the start */
};

/* Visits every paper once, in the block's order. */
static inline __attribute__((always_inline)) void visit_papers(const block *b, bool absences, struct epoch *epoch)
{
    float highest[PT_LANES], lowest[PT_LANES], unused[PT_LANES] = {0}, sum[PT_LANES] = {0};
    float *bias = b->weights + b->terms * PT_LANES, *moving = b->fixed_bias ? unused : bias;

    for (int lane = 0; lane < PT_LANES; lane++) {
        highest[lane] = -INFINITY;
        lowest[lane] = INFINITY;
    }
    for (size_t i = 0; i < b->count; i++) {
        const size_t at = b->order[i];
        const pt_row row = pt_rows_get(b->rows, b->papers[at]);
        const unsigned has = b->has[at];
        float *alpha = b->alphas + at * PT_LANES;
        const float rarity = b->cost ? 1 / b->cost[at] : 1, target = b->target ? b->target[at] : 1;
        float margins[PT_LANES], step[PT_LANES];
        int moved = 0;

        prefetch_visits(b, b->order + i, b->count - i);
        dot_lanes(b->weights, bias, row, margins);
        for (int lane = 0; lane < PT_LANES; lane++) {
            const float y = has & 1u << lane ? 1 : -1, old = alpha[lane];
            const float d = rarity * (has & 1u << lane ? b->diagonal[1][lane] : b->diagonal[0][lane]);
            const float gradient = y * margins[lane] - target + old * d;
            float projected = old > 0 || gradient < 0 ? gradient : 0;
            float next = old - RELAXATION * gradient / (b->squares[at] + d);
            next = next > 0 ? next : 0;
            if (absences) {
                const bool absent = b->absent[at] & 1u << lane;
                next = absent ? 0 : next;
                projected = absent ? 0 : projected;
            }
            highest[lane] = projected > highest[lane] ? projected : highest[lane];
            lowest[lane] = projected < lowest[lane] ? projected : lowest[lane];
            step[lane] = (next - old) * y;
            sum[lane] += step[lane] * (float)(b->count - i);
            alpha[lane] = next;
            moved |= next != old;
        }
        if (moved) {
            add_row_to_weights(b->weights, moving, row, step);
        }
    }
    for (int lane = 0; lane < PT_LANES; lane++) {
        epoch->range[lane] = highest[lane] - lowest[lane];
        epoch->mean[lane] = sum[lane] / (float)b->count;
    }
}

WIDEST_VECTORS
static void run_epoch(const block *b, struct epoch *epoch)
{
    visit_papers(b, false, epoch);
}

WIDEST_VECTORS
static void run_epoch_with_absences(const block *b, struct epoch *epoch)
{
    visit_papers(b, true, epoch);
}

static void shuffle(uint32_t *order, size_t count, uint64_t *random)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (pt_random(random) >> 32) * i >> 32;
        uint32_t swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
}

/* Puts the visits in random order. Rows are read much faster when neighbours in memory are visited at about the same
 * time: so runs of papers are shuffled, then the papers of WINDOW neighbours in that order. A fixed order within a run,
 * or windows of the same papers every time, would take many more epochs. */
static void shuffle_visits(const block *b, uint64_t *random)
{
    enum { WINDOW = 256 };
    size_t count = 0;

    shuffle(b->runs, run_count(b), random);
    for (size_t i = 0; i < run_count(b); i++) {
        const size_t first = b->runs[i] * b->run;
        for (size_t k = first; k < first + b->run && k < b->count; k++) {
            b->order[count++] = (uint32_t)k;
        }
    }
    for (size_t i = 0; i < count && b->run > 1; i += WINDOW) {
        shuffle(b->order + i, count - i < WINDOW ? count - i : WINDOW, random);
    }
}

/* Runs epochs until every lane in use has converged, or epochs_max of them. The bias swings with every paper, and comes
 * to rest last: its mean over the last epoch is nearer to the optimum than where it ends. */
static void descend(const block *b, const pt_linear_options *options)
{
    float *bias = b->weights + b->terms * PT_LANES, before[PT_LANES];
    struct epoch last = {0};
    uint64_t random = options->seed;
    bool converged = false;

    memcpy(before, bias, sizeof before);
    for (unsigned epoch = 0; epoch < options->epochs_max && !converged; epoch++) {
        memcpy(before, bias, sizeof before);
        shuffle_visits(b, &random);
        (b->absent ? run_epoch_with_absences : run_epoch)(b, &last);
        converged = true;
        for (size_t lane = 0; lane < b->lanes; lane++) {
            converged = converged && last.range[lane] <= options->epsilon;
        }
    }
    for (size_t lane = 0; lane < PT_LANES && !b->fixed_bias; lane++) {
        bias[lane] = before[lane] + last.mean[lane];
    }
}

/* ---- many tags ------------------------------------------------------------------------------------------------- */

/* A bit for each lane of the block whose tag the paper has. */
static unsigned lanes_of(const pt_linear_problem *p, size_t paper, size_t lanes)
{
    unsigned has = 0;

    for (size_t k = p->labels->starts[paper]; k < p->labels->starts[paper + 1]; k++) {
        const size_t lane = p->labels->tags[k] - p->first_tag;
        if (p->labels->tags[k] >= p->first_tag && lane < lanes) {
            has |= 1u << lane;
        }
    }
    return has;
}

void pt_duals_free(pt_duals *duals)
{
    free(duals->lanes);
    free(duals->values);
    *duals = (pt_duals){0};
}

/* Replaces *duals by those of the block's lanes in use. */
static int pack_duals(const block *b, pt_duals *duals)
{
    pt_duals packed = {.lanes = pt_calloc(b->rows->count, sizeof *packed.lanes), .rows = b->rows->count};
    size_t count = 0;

    for (size_t i = 0; i < b->count; i++) {
        for (size_t lane = 0; lane < b->lanes; lane++) {
            count += b->alphas[i * PT_LANES + lane] > 0;
        }
    }
    packed.values = pt_alloc(count, sizeof *packed.values);
    if (!packed.lanes || !packed.values) {
        pt_duals_free(&packed);
        return PAPERTAG_NO_MEMORY;
    }
    count = 0;
    for (size_t i = 0; i < b->count; i++) {
        for (size_t lane = 0; lane < b->lanes; lane++) {
            const float alpha = b->alphas[i * PT_LANES + lane];
            if (alpha > 0) {
                packed.lanes[b->papers[i]] |= (uint16_t)(1u << lane);
                packed.values[count++] = alpha;
            }
        }
    }
    pt_duals_free(duals);
    *duals = packed;
    return PAPERTAG_OK;
}

/* Copies the variables of a row, which begin at `values`. Returns where those of the next row begin. */
static const float *unpack_duals(const pt_duals *duals, size_t row, const float *values, float out[PT_LANES])
{
    for (size_t lane = 0; lane < PT_LANES; lane++) {
        out[lane] = duals->lanes[row] >> lane & 1 ? *values++ : 0;
    }
    return values;
}

/* Adds what the papers contribute to weights and bias. */
WIDEST_VECTORS
static void add_papers(const block *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const float *alpha = b->alphas + i * PT_LANES;
        float step[PT_LANES];
        prefetch_visits(b, b->order + i, b->count - i);
        for (int lane = 0; lane < PT_LANES; lane++) {
            step[lane] = b->has[i] >> lane & 1 ? alpha[lane] : -alpha[lane];
        }
        add_row_to_weights(b->weights, b->weights + b->terms * PT_LANES, pt_rows_get(b->rows, b->papers[i]), step);
    }
}

/* Starts from the dual variables of a fit to more papers ("alpha seeding": DeCoste and Wagstaff, KDD 2000). Those of
 * the papers left out go to the others, positives' to positives and negatives' to negatives, and all grow by the same
 * factor. All papers pull at the bias, so it is at once what it was, and the weights are close to it. */
static void seed_duals(const block *b, const pt_linear_problem *problem, const pt_duals *start)
{
    double all[2][PT_LANES] = {{0}}, kept[2][PT_LANES] = {{0}};
    const float *values = start->values;
    float factor[2][PT_LANES];

    for (size_t row = 0, i = 0; row < start->rows; row++) {
        const unsigned has = start->lanes[row] ? lanes_of(problem, row, b->lanes) : 0;
        float *old = b->alphas + i * PT_LANES, other[PT_LANES];
        const bool keeps = i < b->count && b->papers[i] == row;
        values = unpack_duals(start, row, values, keeps ? old : other);
        for (int lane = 0; lane < PT_LANES; lane++) {
            const float alpha = keeps ? old[lane] : other[lane];
            all[has >> lane & 1][lane] += alpha;
            kept[has >> lane & 1][lane] += keeps ? alpha : 0;
        }
        i += keeps;
    }
    for (int side = 0; side < 2; side++) {
        for (int lane = 0; lane < PT_LANES; lane++) {
            factor[side][lane] = (float)(kept[side][lane] > 0 ? all[side][lane] / kept[side][lane] : 1);
        }
    }
    for (size_t i = 0; i < b->count; i++) {
        for (int lane = 0; lane < PT_LANES; lane++) {
            b->alphas[i * PT_LANES + (size_t)lane] *= factor[b->has[i] >> lane & 1][lane];
        }
    }
    add_papers(b);
}

/* Sets which lanes each paper has and what a positive and a negative of each lane cost. */
static void set_tags(block *b, const pt_linear_problem *problem, const pt_linear_options *options)
{
    size_t positives[PT_LANES] = {0};

    for (size_t i = 0; i < b->count; i++) {
        b->has[i] = (uint16_t)lanes_of(problem, b->papers[i], b->lanes);
        for (size_t lane = 0; lane < PT_LANES; lane++) {
            positives[lane] += b->has[i] >> lane & 1;
        }
    }
    for (size_t lane = 0; lane < PT_LANES; lane++) {
        double weight = pt_positive_weight(options->class_weight, positives[lane], b->count - positives[lane]);
        b->diagonal[0][lane] = (float)(1 / (2 * options->c));
        b->diagonal[1][lane] = (float)(1 / (2 * options->c * weight));
    }
}

static block block_of(const pt_linear_problem *problem, float *weights)
{
    enum { RUN = 16 };
    const size_t tags = problem->tag_count - problem->first_tag;

    return (block){.rows = problem->rows,
                   .papers = problem->papers,
                   .cost = problem->cost,
                   .count = problem->paper_count,
                   .terms = problem->terms,
                   .lanes = tags < PT_LANES ? tags : PT_LANES,
                   .run = RUN,
                   .weights = weights};
}

int pt_linear_fit(const pt_linear_problem *problem, const pt_linear_options *options, float *weights,
                  papertag_error *err)
{
    block b = block_of(problem, weights);
    int status = open_block(&b, false, err);

    if (status) {
        goto done;
    }
    b.fixed_bias = options->fixed_bias;
    start_block(&b, options->from_prior);
    set_tags(&b, problem, options);
    if (options->start && options->start->lanes) {
        seed_duals(&b, problem, options->start);
    }
    descend(&b, options);
    for (size_t lane = b.lanes; lane < PT_LANES; lane++) {
        for (size_t term = 0; term <= b.terms; term++) {
            weights[term * PT_LANES + lane] = 0;
        }
    }
    status = options->duals ? pack_duals(&b, options->duals) : PAPERTAG_OK;
done:
    close_block(&b);
    return status;
}

int pt_linear_leave_out(const pt_linear_problem *problem, const pt_duals *duals, float *weights, papertag_error *err)
{
    block b = block_of(problem, weights);
    const float *values = duals->values;
    const int status = open_block(&b, false, err);

    if (!status) {
        order_visits(&b);
        for (size_t row = 0, i = 0; i < b.count; row++) {
            values = unpack_duals(duals, row, values, b.alphas + i * PT_LANES);
            if (row == b.papers[i]) {
                b.has[i++] = (uint16_t)~lanes_of(problem, row, b.lanes); /* the other side: so it is taken off */
            }
        }
        add_papers(&b);
    }
    close_block(&b);
    return status;
}

/* ---- one tag, many folds --------------------------------------------------------------------------------------- */

int pt_linear_fit_folds(const pt_cases *cases, const pt_linear_options *options, float *weights, papertag_error *err)
{
    block b = {.rows = cases->rows,
               .papers = cases->papers,
               .cost = cases->cost,
               .target = cases->target,
               .count = cases->count,
               .terms = cases->terms,
               .lanes = cases->folds + 1,
               .run = 1, /* few papers, most of whose rows stay in the cache */
               .weights = weights,
               .fixed_bias = options->fixed_bias};
    int status = open_block(&b, true, err);

    if (status) {
        goto done;
    }
    start_block(&b, options->from_prior);
    for (size_t i = 0; i < b.count; i++) {
        const unsigned own = cases->fold[i] < cases->folds ? 1u << cases->fold[i] : 0;
        b.has[i] = cases->positive[i] ? UINT16_MAX : 0;
        b.absent[i] = (uint16_t)(0xfffeu << cases->folds | own);
    }
    for (size_t lane = 0; lane < PT_LANES; lane++) {
        b.diagonal[0][lane] = b.diagonal[1][lane] = (float)(1 / (2 * options->c));
    }
    descend(&b, options);
done:
    close_block(&b);
    return status;
}
