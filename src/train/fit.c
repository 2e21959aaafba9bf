/*
 * fit - the linear solver: PT_LANES tags at a time, fold by fold; with unlabelled papers, teachers and students.
 *
 * All papers are fitted first. The fit without a fold then starts from the dual variables of that fit, which are close.
 * With terms to choose, all papers are fitted twice, to many terms and to those that weigh most; the second fit starts
 * from the dual variables of the first.
 *
 * Unlabelled papers help in three ways. The keywords that authors gave them yield a first guess of the weights, a prior
 * that the labelled papers correct. Terms that occur together yield latent directions, along which a few labelled
 * papers tell about many terms (lsa.h). And a teacher, fitted with these to the labelled papers, gives each unlabelled
 * paper the tags that it finds more likely than not; a student is then fitted to all papers. This is self-training
 * (Scudder 1965; Yarowsky 1995) in one round. The student sees many more terms than the teacher, each next to the terms
 * by which the teacher decided.
 */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "solver.h"

enum { EPOCHS_MAX = 300, PARTS = 2 };

/* Where a fit stops. A rougher fit of the folds finds worse cuts, and makes the model look worse than it is. To rank
 * terms it will do, and so it will where a fit starts from that one: finer ones were no better on held-out papers of
 * three corpora, within chance. */
static const double EPSILON = 0.1, EPSILON_WEIGHING = 1, EPSILON_AFTER_WEIGHING = 1, EPSILON_FOLDS_AFTER = 0.3;

/* A student's C, relative to the teacher's: it has many more papers, and their tags are guesses. The cost of a labelled
 * paper is raised until all of them weigh 30 % of the unlabelled ones, at most LABELLED_MOST times. */
static const double STUDENT_C = 0.3, LABELLED_SHARE = 0.3, LABELLED_MOST = 10;

/* Weights that a task has finished with, kept for the next one: the system need not clear the pages again. */
enum { SPARES = 64 };

/* One run of tasks. A task is a block of tags, in a run over the folds also a fold. */
struct run {
    const pt_fit *fit;
    const pt_rows *rows; /* over V terms; of a run over the folds that have terms of their own: not used */
    size_t groups;       /* blocks of tags */
    double epsilon;      /* where a fit stops */
    float *margins;      /* N x T: out, of a run over the folds; NULL when all papers are fitted */
    float **blocks;      /* groups: out, weights of the fit to all papers */
    pt_duals *duals;     /* groups: see pt_fit; NULL: no fit starts from another */
    double *squares;     /* (folds + 1) x V: out, of a run that only asks what terms weigh in each; else NULL */
    _Atomic(float *) spares[SPARES];
};

static size_t group_count(const pt_fit *fit)
{
    return (fit->tags + PT_LANES - 1) / PT_LANES;
}

/* The tags of the block that begins with tag `first`. */
static size_t lane_count(const pt_fit *fit, size_t first)
{
    return fit->tags - first < PT_LANES ? fit->tags - first : PT_LANES;
}

static size_t rank_of(const pt_fit *fit)
{
    return fit->lsa ? fit->lsa->rank : 0;
}

/* ---- spare weights --------------------------------------------------------------------------------------------- */

static float *take_weights(struct run *run)
{
    for (int i = 0; i < SPARES; i++) {
        float *weights = atomic_exchange(&run->spares[i], NULL);
        if (weights) {
            return weights;
        }
    }
    return pt_alloc_large(run->fit->terms + rank_of(run->fit) + 1, PT_LANES * sizeof(float));
}

static void return_weights(struct run *run, float *weights)
{
    for (int i = 0; weights && i < SPARES; i++) {
        float *none = NULL;
        if (atomic_compare_exchange_strong(&run->spares[i], &none, weights)) {
            return;
        }
    }
    free(weights);
}

static void free_spares(struct run *run)
{
    for (int i = 0; i < SPARES; i++) {
        free(atomic_load(&run->spares[i]));
    }
}

/* ---- the labelled papers --------------------------------------------------------------------------------------- */

static pt_linear_options linear_options(const pt_fit *fit, size_t fold, double epsilon)
{
    return (pt_linear_options){.c = fit->c > 0 ? fit->c : 1,
                               .class_weight = fit->options->class_weight,
                               .epsilon = epsilon,
                               .epochs_max = EPOCHS_MAX,
                               .seed = fit->options->seed + fold};
}

/* Writes the prior of a block: the weights from keywords times the trust in them, 0 for latent directions. */
static void write_prior(const pt_fit *fit, size_t block, size_t rank, float *weights)
{
    const float *prior = fit->prior[block];
    float trust[PT_LANES] = {0};

    for (size_t lane = 0; lane < lane_count(fit, block * PT_LANES); lane++) {
        trust[lane] = fit->examples[block * PT_LANES + lane] ? (float)fit->trust : 1;
    }
    memset(weights, 0, (fit->terms + rank) * PT_LANES * sizeof *weights);
    for (size_t term = 0; term <= fit->terms; term++) {
        float *to = weights + (term < fit->terms ? term : term + rank) * PT_LANES;
        for (size_t lane = 0; lane < PT_LANES; lane++) {
            to[lane] = trust[lane] * prior[term * PT_LANES + lane];
        }
    }
}

/* Fits the tags of a block to labelled papers, of which `rows` has the terms. The weights are those of terms, without
 * latent directions. */
static int fit_labelled(const struct run *run, const pt_rows *rows, size_t block, size_t fold, const uint32_t *papers,
                        size_t count, float *weights)
{
    const pt_fit *fit = run->fit;
    const size_t rank = rank_of(fit);
    const pt_linear_problem problem = {.rows = rank ? fit->extended : rows,
                                       .labels = fit->labels,
                                       .papers = papers,
                                       .paper_count = count,
                                       .terms = fit->terms + rank,
                                       .first_tag = block * PT_LANES,
                                       .tag_count = fit->tags};
    pt_linear_options options = linear_options(fit, fold, run->epsilon);
    int status;

    if (run->duals) {
        options.start = &run->duals[block];
        options.duals = fold == fit->options->folds ? &run->duals[block] : NULL;
    }
    if (fit->prior) {
        write_prior(fit, block, rank, weights);
        options.from_prior = true;
    }
    status = pt_linear_fit(&problem, &options, weights, NULL);
    if (!status && rank) {
        pt_lsa_fold(fit->lsa, weights);
    }
    return status;
}

/* ---- students -------------------------------------------------------------------------------------------------- */

/* Labels for a student: those of the labelled papers, and for each unlabelled one the tags of the block that the
 * teacher finds more likely than not. */
static int label_for_student(const pt_fit *fit, size_t first, const float *teacher, pt_labels *out)
{
    const size_t lanes = lane_count(fit, first);
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < fit->labels->count && !status; i++) {
        const size_t start = fit->labels->starts[i];
        status = pt_labels_append(out, fit->labels->tags + start, fit->labels->starts[i + 1] - start);
    }
    for (size_t i = fit->labels->count; i < fit->rows->count && !status; i++) {
        float margins[PT_LANES];
        uint32_t tags[PT_LANES];
        size_t count = 0;
        pt_linear_margins(teacher, fit->terms, pt_rows_get(fit->rows, i), margins);
        for (size_t lane = 0; lane < lanes; lane++) {
            if (fit->platt_a[first + lane] * margins[lane] + fit->platt_b[first + lane] < 0) {
                tags[count++] = (uint32_t)(first + lane);
            }
        }
        status = pt_labels_append(out, tags, count);
    }
    return status;
}

/* Replaces the teacher's weights by a student's. `papers`: the labelled papers of the fit, with room for all rows. */
static int fit_student(const pt_fit *fit, size_t fold, size_t first, uint32_t *papers, size_t count, float *weights)
{
    const size_t labelled = fit->labels->count, others = fit->rows->count - labelled;
    const double share = LABELLED_SHARE * (double)others / (double)labelled;
    float *cost = pt_alloc(count + others, sizeof *cost);
    pt_labels labels = {0};
    const pt_linear_problem problem = {.rows = fit->rows,
                                       .labels = &labels,
                                       .papers = papers,
                                       .cost = cost,
                                       .paper_count = count + others,
                                       .terms = fit->terms,
                                       .first_tag = first,
                                       .tag_count = fit->tags};
    pt_linear_options options = linear_options(fit, fold, EPSILON);
    int status = cost ? label_for_student(fit, first, weights, &labels) : PAPERTAG_NO_MEMORY;

    if (!status) {
        for (size_t i = 0; i < count; i++) {
            cost[i] = (float)fmin(fmax(share, 1), LABELLED_MOST);
        }
        for (size_t i = 0; i < others; i++) {
            papers[count + i] = (uint32_t)(labelled + i);
            cost[count + i] = 1;
        }
        options.c *= STUDENT_C;
        status = pt_linear_fit(&problem, &options, weights, NULL);
    }
    free(cost);
    pt_labels_free(&labels);
    return status;
}

/* ---- tasks ----------------------------------------------------------------------------------------------------- */

/* The margins of the papers of a fold. */
static void write_margins(const struct run *run, const pt_rows *rows, size_t fold, size_t first, const float *weights)
{
    const pt_fit *fit = run->fit;

    for (size_t i = 0; i < fit->labels->count; i++) {
        float margins[PT_LANES];
        if (fit->fold_of[i] == fold) {
            pt_linear_margins(weights, fit->terms, pt_rows_get(rows, i), margins);
            memcpy(run->margins + i * fit->tags + first, margins, lane_count(fit, first) * sizeof *margins);
        }
    }
}

static int fit_block(void *context, size_t task)
{
    struct run *run = context;
    const pt_fit *fit = run->fit;
    const size_t block = task % run->groups, first = block * PT_LANES;
    const size_t fold = run->margins ? task / run->groups : fit->options->folds;
    float *weights = take_weights(run);
    uint32_t *papers = NULL;
    size_t count = 0;
    int status = weights ? pt_fit_papers(fit, fold, &papers, &count) : PAPERTAG_NO_MEMORY;

    status = status ? status : fit_labelled(run, run->rows, block, fold, papers, count, weights);
    if (!status && fit->platt_a) {
        status = fit_student(fit, fold, first, papers, count, weights);
    }
    if (!status && run->margins) {
        write_margins(run, run->rows, fold, first, weights);
    } else if (!status) {
        free(run->blocks[block]);
        run->blocks[block] = weights;
        weights = NULL;
    }
    free(papers);
    return_weights(run, weights);
    return status;
}

/* Copies the rows with the terms of the fit without a fold. */
static int narrow_rows(const pt_fit *fit, size_t fold, pt_rows *out)
{
    return pt_rows_narrow(fit->rows, fit->numbers + fold * fit->candidate_terms, out);
}

/* Half of the blocks of a fold with terms of its own, one after the other: they share its rows. Halves, because five
 * folds would leave one of two processors without work for a fold. */
static int fit_part(void *context, size_t task)
{
    struct run *run = context;
    const pt_fit *fit = run->fit;
    const size_t fold = task / PARTS, part = task % PARTS, last = run->groups * (part + 1) / PARTS;
    float *weights = take_weights(run);
    uint32_t *papers = NULL;
    pt_rows own = {0};
    size_t count = 0;
    int status = weights ? pt_fit_papers(fit, fold, &papers, &count) : PAPERTAG_NO_MEMORY;

    status = status ? status : narrow_rows(fit, fold, &own);
    for (size_t block = run->groups * part / PARTS; block < last && !status; block++) {
        status = fit_labelled(run, &own, block, fold, papers, count, weights);
        if (!status) {
            write_margins(run, &own, fold, block * PT_LANES, weights);
        }
    }
    pt_rows_free(&own);
    free(papers);
    return_weights(run, weights);
    return status;
}

/* A student has a teacher of its own in every fold, and so labels that no other fold shares: it starts from nothing. */
static int fit_held_out(const pt_fit *fit, float *margins, float **blocks, papertag_error *err)
{
    const bool students = fit->platt_a != NULL, weighed = fit->numbers && fit->options->c > 0;
    struct run run = {.fit = fit, .rows = fit->rows, .groups = group_count(fit), .blocks = blocks};
    pt_rows own = {0};
    int status = PAPERTAG_OK;

    if (fit->numbers) {
        status = narrow_rows(fit, fit->options->folds, &own) ? pt_no_memory(err) : PAPERTAG_OK;
        run.rows = &own;
    }
    run.duals = students ? NULL : fit->duals;
    run.epsilon = weighed ? EPSILON_AFTER_WEIGHING : EPSILON;
    status = status ? status : pt_fit_run(fit, students ? "student" : "fit", run.groups, fit_block, &run, err);
    pt_rows_free(&own); /* before the folds make rows of their own */
    if (!status) {
        run.margins = margins;
        run.epsilon = weighed ? EPSILON_FOLDS_AFTER : EPSILON;
        status = fit->numbers ? pt_fit_run(fit, "cross-validation", fit->options->folds * PARTS, fit_part, &run, err)
                              : pt_fit_run(fit, students ? "students" : "cross-validation",
                                           fit->options->folds * run.groups, fit_block, &run, err);
    }
    free_spares(&run);
    return status;
}

/* ---- what terms weigh ------------------------------------------------------------------------------------------ */

static void add_squares(const pt_fit *fit, const float *weights, double *squares)
{
    enum { SUMS = 4 }; /* side by side: each addition waits for the one before it */

    for (size_t term = 0; term < fit->terms; term++) {
        double sums[SUMS] = {0};
        for (size_t lane = 0; lane < PT_LANES; lane++) {
            sums[lane % SUMS] += (double)weights[term * PT_LANES + lane] * weights[term * PT_LANES + lane];
        }
        squares[term] += (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
}

/* What terms weigh without what the papers of a fold contribute to the weights; for the number of folds, with all. */
static int weigh_without(void *context, size_t fold)
{
    struct run *run = context;
    const pt_fit *fit = run->fit;
    float *weights = take_weights(run);
    uint32_t *papers = NULL;
    size_t count = 0;
    int status = weights ? pt_fit_papers(fit, fold, &papers, &count) : PAPERTAG_NO_MEMORY;

    for (size_t block = 0; block < run->groups && !status; block++) {
        const pt_linear_problem problem = {.rows = fit->rows,
                                           .labels = fit->labels,
                                           .papers = papers + count,
                                           .paper_count = fit->labels->count - count,
                                           .terms = fit->terms,
                                           .first_tag = block * PT_LANES,
                                           .tag_count = fit->tags};
        memcpy(weights, run->blocks[block], (fit->terms + 1) * PT_LANES * sizeof *weights);
        status = pt_linear_leave_out(&problem, &fit->duals[block], weights, NULL);
        if (!status) {
            add_squares(fit, weights, run->squares + fold * fit->terms);
        }
    }
    free(papers);
    return_weights(run, weights);
    return status;
}

static int weigh_terms(const pt_fit *fit, double *squares, papertag_error *err)
{
    struct run run = {.fit = fit,
                      .rows = fit->rows,
                      .groups = group_count(fit),
                      .epsilon = EPSILON_WEIGHING,
                      .duals = fit->duals,
                      .squares = squares};
    int status;

    run.blocks = pt_calloc(run.groups, sizeof *run.blocks);
    status = run.blocks ? pt_fit_run(fit, "terms", run.groups, fit_block, &run, err) : pt_no_memory(err);
    status = status ? status : pt_fit_run(fit, "terms by fold", fit->options->folds + 1, weigh_without, &run, err);
    for (size_t block = 0; run.blocks && block < run.groups; block++) {
        free(run.blocks[block]);
    }
    free(run.blocks);
    free_spares(&run);
    return status;
}

/* ---- keywords -------------------------------------------------------------------------------------------------- */

struct keyword_run {
    const pt_fit *fit;
    const pt_labels *named;
    const bool *has_keywords;
    float **blocks;
};

static int fit_keyword_block(void *context, size_t block)
{
    const struct keyword_run *run = context;
    const pt_fit *fit = run->fit;
    pt_linear_options options = linear_options(fit, fit->options->folds, EPSILON);
    pt_linear_problem problem = {.rows = fit->rows,
                                 .labels = run->named,
                                 .terms = fit->terms,
                                 .first_tag = block * PT_LANES,
                                 .tag_count = fit->tags};
    uint32_t *papers = pt_alloc(fit->rows->count, sizeof *papers);
    int status;

    if (!papers) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < fit->rows->count; i++) {
        if (run->has_keywords[i]) {
            papers[problem.paper_count++] = (uint32_t)i;
        }
    }
    problem.papers = papers;
    options.c = 1;
    status = pt_linear_fit(&problem, &options, run->blocks[block], NULL);
    free(papers);
    return status;
}

static int fit_keywords(const pt_fit *fit, const pt_labels *named, const bool *has_keywords, float **blocks,
                        papertag_error *err)
{
    struct keyword_run run = {fit, named, has_keywords, blocks};

    return pt_fit_run(fit, "keywords", group_count(fit), fit_keyword_block, &run, err);
}

const pt_solver pt_solver_linear = {.held_out = fit_held_out, .weigh_terms = weigh_terms, .keywords = fit_keywords};
