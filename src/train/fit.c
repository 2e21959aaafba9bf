/*
 * fit - fits one tag against the rest, for all tags.
 *
 * A task fits some tags (a block of lanes for the linear solver, one tag for LIBSVM) on all papers but one fold's, or
 * on all. Tasks share nothing but their inputs, so they run on as many threads as there are, and since each is seeded
 * by its own place in the plan, their number and order do not show in the result.
 */
#include "fit.h"

#include <libsvm/svm.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { EPOCHS_MAX = 300 };

/* A student's C is this much of the teacher's: there are many more papers, and their tags are guesses. Labelled papers
 * count as much more as it takes to make 30 % of the unlabelled, at most LABELLED_MOST times. */
static const double STUDENT_C = 0.3, LABELLED_SHARE = 0.3, LABELLED_MOST = 10;

static const double EPSILON_LINEAR = 0.2, EPSILON_LIBSVM = 0.001; /* LIBSVM's own default */

/* The folds only serve to find cuts: with MANY papers, each tells a little, and what is beyond this does not show. */
static const double EPSILON_FOLD = 0.5;
static const size_t MANY = 20000;

/* ---- folds ----------------------------------------------------------------------------------------------------- */

struct dealt {
    uint64_t order;         /* random, for papers of the same tag */
    uint32_t paper, rarity; /* how frequent its rarest tag is, by rank */
};

static int compare_dealt(const void *a, const void *b)
{
    const struct dealt *x = a, *y = b;
    if (x->rarity != y->rarity) {
        return x->rarity < y->rarity ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order ? 1 : (x->paper > y->paper) - (x->paper < y->paper);
}

int pt_folds(const pt_labels *labels, size_t tags, unsigned folds, uint64_t seed, uint32_t *fold_of,
             papertag_error *err)
{
    struct dealt *cards = pt_alloc(labels->count, sizeof *cards);
    size_t *examples = pt_calloc(tags, sizeof *examples);
    int status = PAPERTAG_OK;

    if (!cards || !examples) {
        status = pt_no_memory(err);
        goto done;
    }
    for (size_t i = 0; i < labels->starts[labels->count]; i++) {
        examples[labels->tags[i]]++;
    }
    for (size_t i = 0; i < labels->count; i++) {
        uint32_t rarest = UINT32_MAX;
        for (size_t k = labels->starts[i]; k < labels->starts[i + 1]; k++) {
            uint32_t tag = labels->tags[k];
            rarest = rarest == UINT32_MAX || examples[tag] < examples[rarest] ? tag : rarest;
        }
        cards[i] = (struct dealt){pt_random(&seed), (uint32_t)i, rarest};
    }
    pt_sort(cards, labels->count, sizeof *cards, compare_dealt);
    for (size_t i = 0; i < labels->count; i++) {
        fold_of[cards[i].paper] = (uint32_t)(i % folds);
    }
done:
    free(cards);
    free(examples);
    return status;
}

/* ---- tasks ----------------------------------------------------------------------------------------------------- */

/* Room for the weights of a block that a task has done with, for the next to take: the system need not clear it again.
 */
enum { SPARES = 64 };

/* What all tasks of one run share. */
struct run {
    const pt_fit *fit;
    size_t groups;                     /* tasks of a fold: blocks or tags */
    float *margins;                    /* cross-validation: papers x tags; NULL when the whole set is fitted */
    float **blocks;                    /* linear solver: weights of the whole set, by block */
    float **duals;                     /* linear solver: of the whole set, by block: where the folds begin */
    struct svm_node *nodes, **vectors; /* LIBSVM: the rows */
    struct svm_model **machines;       /* whole set, LIBSVM: by tag */
    const pt_labels *named;            /* keywords: tags by row, and which rows have any keyword */
    const bool *has_keywords;
    _Atomic(float *) spares[SPARES]; /* linear solver */
    const char *stage;
    size_t tasks;
};

static size_t rank_of(const pt_fit *fit)
{
    return fit->lsa ? fit->lsa->rank : 0;
}

static float *take_weights(struct run *run)
{
    for (int i = 0; i < SPARES; i++) {
        float *weights = atomic_exchange(&run->spares[i], NULL);
        if (weights) {
            return weights;
        }
    }
    return pt_alloc_large((run->fit->terms + rank_of(run->fit) + 1) * PT_LANES, sizeof(float));
}

static void give_weights(struct run *run, float *weights)
{
    for (int i = 0; weights && i < SPARES; i++) {
        float *none = NULL;
        if (atomic_compare_exchange_strong(&run->spares[i], &none, weights)) {
            return;
        }
    }
    free(weights);
}

/* The labelled papers of a task in *papers (free it): all but those of `fold`; fold == folds: all. There is room for
 * all rows. */
static int choose_papers(const pt_fit *fit, size_t fold, uint32_t **papers, size_t *count)
{
    uint32_t *chosen = pt_alloc(fit->rows->count, sizeof *chosen);
    size_t n = 0;

    if (!chosen) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < fit->labels->count; i++) {
        if (fit->fold_of[i] != fold) {
            chosen[n++] = (uint32_t)i;
        }
    }
    *papers = chosen;
    *count = n;
    return PAPERTAG_OK;
}

/* The labels of a student's papers: the labelled ones' own, and of each other the tags of the block that the teacher
 * finds likelier than not. */
static int teach(const pt_fit *fit, size_t first, const float *teacher, pt_labels *out)
{
    size_t lanes = fit->tags - first < PT_LANES ? fit->tags - first : PT_LANES;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < fit->labels->count && !status; i++) {
        size_t start = fit->labels->starts[i];
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

/* Replaces the teacher's weights by the student's. `papers` are the labelled ones; the others are added to them. */
static int fit_student(const pt_fit *fit, pt_linear_options options, size_t first, uint32_t *papers, size_t count,
                       float *weights)
{
    size_t labelled = fit->labels->count, others = fit->rows->count - labelled;
    double share = LABELLED_SHARE * (double)others / (double)labelled;
    float *cost = pt_alloc(count + others, sizeof *cost);
    pt_labels labels = {0};
    int status = cost ? teach(fit, first, weights, &labels) : PAPERTAG_NO_MEMORY;

    if (!status) {
        for (size_t i = 0; i < count; i++) {
            cost[i] = (float)fmin(fmax(share, 1), LABELLED_MOST);
        }
        for (size_t i = 0; i < others; i++) {
            papers[count + i] = (uint32_t)(labelled + i);
            cost[count + i] = 1;
        }
        options.c *= STUDENT_C;
        status = pt_linear_fit(&(pt_linear_problem){.rows = fit->rows,
                                                    .labels = &labels,
                                                    .papers = papers,
                                                    .cost = cost,
                                                    .paper_count = count + others,
                                                    .terms = fit->terms,
                                                    .first_tag = first,
                                                    .tag_count = fit->tags},
                               &options, weights, NULL);
    }
    free(cost);
    pt_labels_free(&labels);
    return status;
}

static pt_linear_options linear_options(const pt_fit *fit, size_t fold)
{
    const bool folds_only = fold < fit->options->folds;

    return (pt_linear_options){.c = fit->c,
                               .class_weight = fit->options->class_weight,
                               .epsilon = folds_only && fit->labels->count >= MANY ? EPSILON_FOLD : EPSILON_LINEAR,
                               .epochs_max = EPOCHS_MAX,
                               .seed = fit->options->seed + fold};
}

/* What the weights of a block are before a labelled paper is seen: those of keywords, as far as they are trusted. */
static void set_prior(const pt_fit *fit, size_t block, size_t rank, float *weights)
{
    const float *prior = fit->prior[block];
    float trust[PT_LANES] = {0};

    for (size_t lane = 0; lane < PT_LANES && block * PT_LANES + lane < fit->tags; lane++) {
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

/* Fits the tags of a block to the labelled papers: to all, or to all but a fold's, from there. */
static int fit_labelled(const struct run *run, size_t block, size_t fold, const uint32_t *papers, size_t count,
                        float *weights)
{
    const pt_fit *fit = run->fit;
    const bool whole = fold == fit->options->folds;
    const size_t rank = rank_of(fit);
    const pt_linear_problem problem = {.rows = rank ? fit->extended : fit->rows,
                                       .labels = fit->labels,
                                       .papers = papers,
                                       .paper_count = count,
                                       .terms = fit->terms + rank,
                                       .first_tag = block * PT_LANES,
                                       .tag_count = fit->tags};
    pt_linear_options options = linear_options(fit, fold);
    int status = PAPERTAG_OK;

    if (run->duals && whole) {
        run->duals[block] = pt_alloc(fit->labels->count, PT_LANES * sizeof **run->duals);
        status = run->duals[block] ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
        options.duals = run->duals[block];
    } else if (run->duals) {
        options.start = run->duals[block];
        options.start_papers = fit->labels->count;
    }
    if (!status && fit->prior) {
        set_prior(fit, block, rank, weights);
        options.from_prior = true;
    }
    return status ? status : pt_linear_fit(&problem, &options, weights, NULL);
}

/* A block and a fold, or with fold == folds the whole set, whose weights are kept. */
static int linear_task(void *context, size_t task)
{
    struct run *run = context;
    const pt_fit *fit = run->fit;
    size_t block = task % run->groups, first = block * PT_LANES, count;
    size_t fold = run->margins ? task / run->groups : fit->options->folds;
    float *weights = take_weights(run);
    uint32_t *papers = NULL;
    int status = weights ? choose_papers(fit, fold, &papers, &count) : PAPERTAG_NO_MEMORY;

    status = status ? status : fit_labelled(run, block, fold, papers, count, weights);
    if (!status && rank_of(fit)) {
        pt_lsa_fold(fit->lsa, weights);
    }
    if (!status && fit->platt_a) {
        status = fit_student(fit, linear_options(fit, fold), first, papers, count, weights);
    }
    for (size_t i = 0; !status && run->margins && i < fit->labels->count; i++) {
        float margins[PT_LANES];
        if (fit->fold_of[i] == fold) {
            pt_linear_margins(weights, fit->terms, pt_rows_get(fit->rows, i), margins);
            memcpy(run->margins + i * fit->tags + first, margins,
                   (fit->tags - first < PT_LANES ? fit->tags - first : PT_LANES) * sizeof *margins);
        }
    }
    if (!status && !run->margins) {
        free(run->blocks[block]);
        run->blocks[block] = weights;
        weights = NULL;
    }
    free(papers);
    give_weights(run, weights);
    return status;
}

static int keywords_task(void *context, size_t block)
{
    struct run *run = context;
    const pt_fit *fit = run->fit;
    pt_linear_options options = linear_options(fit, fit->options->folds);
    uint32_t *papers = pt_alloc(fit->rows->count, sizeof *papers);
    size_t count = 0;
    int status = PAPERTAG_NO_MEMORY;

    if (papers) {
        for (size_t i = 0; i < fit->rows->count; i++) {
            if (run->has_keywords[i]) {
                papers[count++] = (uint32_t)i;
            }
        }
        options.c = 1;
        status = pt_linear_fit(&(pt_linear_problem){.rows = fit->rows,
                                                    .labels = run->named,
                                                    .papers = papers,
                                                    .paper_count = count,
                                                    .terms = fit->terms,
                                                    .first_tag = block * PT_LANES,
                                                    .tag_count = fit->tags},
                               &options, run->blocks[block], NULL);
    }
    free(papers);
    return status;
}

/* ---- LIBSVM ---------------------------------------------------------------------------------------------------- */

static void print_nothing(const char *text)
{
    (void)text;
}

/* The rows as LIBSVM takes them. */
static int make_nodes(struct run *run)
{
    const pt_rows *rows = run->fit->rows;
    size_t at = 0;

    run->nodes = pt_alloc(rows->starts[rows->count] + rows->count, sizeof *run->nodes);
    run->vectors = pt_alloc(rows->count, sizeof *run->vectors);
    if (!run->nodes || !run->vectors) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < rows->count; i++) {
        pt_row row = pt_rows_get(rows, i);
        run->vectors[i] = run->nodes + at;
        for (size_t k = 0; k < row.count; k++) {
            run->nodes[at++] = (struct svm_node){(int)row.terms[k] + 1, row.values[k]};
        }
        run->nodes[at++] = (struct svm_node){-1, 0};
    }
    return PAPERTAG_OK;
}

/* +1 when a positive margin of the machine means the tag, -1 when LIBSVM met a negative example first. */
static int direction(const struct svm_model *machine)
{
    return machine->label[0] > 0 ? 1 : -1;
}

static int libsvm_task(void *context, size_t task)
{
    struct run *run = context;
    const pt_fit *fit = run->fit;
    const papertag_train_options *o = fit->options;
    size_t tag = task % run->groups, fold = run->margins ? task / run->groups : o->folds, count, positives = 0;
    uint32_t *papers = NULL;
    struct svm_node **x = NULL;
    double *y = NULL, weight;
    int positive = 1;
    struct svm_problem problem;
    struct svm_parameter parameter = {.svm_type = C_SVC,
                                      .kernel_type = (int)o->kernel,
                                      .degree = o->degree,
                                      .gamma = o->gamma > 0 ? o->gamma : 1,
                                      .coef0 = o->coef0,
                                      .cache_size = 200,
                                      .eps = EPSILON_LIBSVM,
                                      .C = fit->c,
                                      .shrinking = 1};
    struct svm_model *machine = NULL;
    int status = choose_papers(fit, fold, &papers, &count);

    if (status) {
        return status;
    }
    x = pt_alloc(count, sizeof *x);
    y = pt_alloc(count, sizeof *y);
    if (!x || !y) {
        status = PAPERTAG_NO_MEMORY;
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        bool has = pt_labels_have(fit->labels, papers[i], (uint32_t)tag);
        x[i] = run->vectors[papers[i]];
        y[i] = has ? 1 : -1;
        positives += has;
    }
    weight = pt_positive_weight(o->class_weight, positives, count - positives);
    parameter.nr_weight = 1;
    parameter.weight_label = &positive;
    parameter.weight = &weight;
    problem = (struct svm_problem){(int)count, y, x};
    if (positives && positives < count) {
        machine = svm_train(&problem, &parameter);
        machine->param.nr_weight = 0; /* its arrays are on this stack */
        machine->param.weight_label = NULL;
        machine->param.weight = NULL;
    }
    for (size_t i = 0; run->margins && i < fit->labels->count; i++) {
        if (fit->fold_of[i] == fold) {
            double margin = -1; /* a fold that holds every example leaves nothing to learn from */
            if (machine) {
                svm_predict_values(machine, run->vectors[i], &margin);
                margin *= direction(machine);
            }
            run->margins[i * fit->tags + tag] = (float)margin;
        }
    }
    if (run->machines) {
        run->machines[tag] = machine;
        machine = NULL;
    }
done:
    if (machine) {
        svm_free_and_destroy_model(&machine);
    }
    free(papers);
    free(x);
    free(y);
    return status;
}

/* A linear machine is one weight vector: the sum of its support vectors times their coefficients. */
static int fold_into_weights(const struct run *run, size_t tag, float *block)
{
    const struct svm_model *machine = run->machines[tag];
    size_t terms = run->fit->terms, lane = tag % PT_LANES;
    double *sums = pt_calloc(terms, sizeof *sums);

    if (!sums) {
        return PAPERTAG_NO_MEMORY;
    }
    for (int i = 0; i < machine->l; i++) {
        for (const struct svm_node *node = machine->SV[i]; node->index > 0; node++) {
            sums[node->index - 1] += machine->sv_coef[0][i] * node->value;
        }
    }
    for (size_t term = 0; term < terms; term++) {
        block[term * PT_LANES + lane] = (float)(direction(machine) * sums[term]);
    }
    block[terms * PT_LANES + lane] = (float)(-direction(machine) * machine->rho[0]);
    free(sums);
    return PAPERTAG_OK;
}

/* Gathers the support vectors of all tags, each once, and their coefficients. */
static int gather_support(const struct run *run, pt_support *out)
{
    const pt_fit *fit = run->fit;
    size_t papers = fit->rows->count, used = 0, at = 0;
    uint32_t *number = pt_alloc(papers, sizeof *number);
    pt_support s = {0};
    int status = PAPERTAG_NO_MEMORY;

    for (size_t t = 0; t < fit->tags; t++) {
        used += (size_t)run->machines[t]->l;
    }
    s.starts = pt_calloc(fit->tags + 1, sizeof *s.starts);
    s.positives = pt_calloc(fit->tags, sizeof *s.positives);
    s.rho = pt_alloc(fit->tags, sizeof *s.rho);
    s.vectors = pt_alloc(used, sizeof *s.vectors);
    s.coefficients = pt_alloc(used, sizeof *s.coefficients);
    if (!number || !s.starts || !s.positives || !s.rho || !s.vectors || !s.coefficients) {
        goto done;
    }
    memset(number, 0xff, papers * sizeof *number);
    for (size_t t = 0; t < fit->tags; t++) {
        const struct svm_model *machine = run->machines[t];
        int turn = direction(machine), half[2] = {machine->nSV[0], machine->l};
        /* positives first, whichever class LIBSVM has first */
        for (int side = 0; side < 2; side++) {
            int second = turn > 0 ? side : 1 - side;
            for (int i = second ? half[0] : 0; i < half[second]; i++) {
                size_t paper = (size_t)machine->sv_indices[i] - 1;
                if (number[paper] == UINT32_MAX) {
                    pt_row row = pt_rows_get(fit->rows, paper);
                    number[paper] = (uint32_t)s.rows.count;
                    if (pt_rows_append(&s.rows, row.terms, row.values, row.count)) {
                        goto done;
                    }
                }
                s.vectors[at] = number[paper];
                s.coefficients[at++] = turn * machine->sv_coef[0][i];
            }
        }
        s.starts[t + 1] = at;
        s.positives[t] = (uint64_t)(turn > 0 ? machine->nSV[0] : machine->nSV[1]);
        s.rho[t] = turn * machine->rho[0];
    }
    *out = s;
    s = (pt_support){0};
    status = PAPERTAG_OK;
done:
    free(number);
    pt_support_free(&s);
    return status;
}

/* ---- running --------------------------------------------------------------------------------------------------- */

static void report(void *context, size_t finished)
{
    const struct run *run = context;
    const papertag_train_options *o = run->fit->options;
    if (o->progress) {
        o->progress(o->progress_context, run->stage, finished, run->tasks);
    }
}

static int run_tasks(struct run *run, size_t folds, papertag_error *err)
{
    const papertag_train_options *o = run->fit->options;
    bool libsvm = o->solver == PAPERTAG_SOLVER_LIBSVM;
    int (*task)(void *context, size_t i) = libsvm ? libsvm_task : run->named ? keywords_task : linear_task;
    int status = PAPERTAG_OK;

    run->groups = libsvm ? run->fit->tags : (run->fit->tags + PT_LANES - 1) / PT_LANES;
    run->tasks = folds * run->groups;
    if (libsvm) {
        svm_set_print_string_function(print_nothing); /* LIBSVM has one hook a process; it is always set to this */
        status = make_nodes(run);
    }
    status = status ? status : pt_parallel(pt_jobs(o->jobs), run->tasks, task, run, report);
    return status == PAPERTAG_NO_MEMORY ? pt_no_memory(err) : status;
}

static void end_run(struct run *run)
{
    for (int i = 0; i < SPARES; i++) {
        free(atomic_load(&run->spares[i]));
    }
    for (size_t t = 0; run->machines && t < run->fit->tags; t++) {
        if (run->machines[t]) {
            svm_free_and_destroy_model(&run->machines[t]);
        }
    }
    free(run->machines);
    free(run->nodes);
    free(run->vectors);
}

int pt_fit_keywords(const pt_fit *fit, const pt_labels *named, const bool *has_keywords, float **blocks,
                    papertag_error *err)
{
    struct run run = {.fit = fit, .blocks = blocks, .named = named, .has_keywords = has_keywords, .stage = "keywords"};

    return run_tasks(&run, 1, err);
}

/* The linear solver: first the whole set, then from there fold by fold. A student has a teacher of its own in every
 * fold, and no labels that two folds share: it begins at nothing. */
static int held_out_linear(const pt_fit *fit, float *margins, float **blocks, papertag_error *err)
{
    struct run run = {.fit = fit, .blocks = blocks, .stage = fit->platt_a ? "student" : "fit"};
    size_t groups = (fit->tags + PT_LANES - 1) / PT_LANES;
    int status;

    run.duals = fit->platt_a ? NULL : pt_calloc(groups, sizeof *run.duals);
    if (!run.duals && !fit->platt_a) {
        return pt_no_memory(err);
    }
    status = run_tasks(&run, 1, err);
    if (!status) {
        run.margins = margins;
        run.stage = fit->platt_a ? "students" : "cross-validation";
        status = run_tasks(&run, fit->options->folds, err);
    }
    for (size_t block = 0; run.duals && block < groups; block++) {
        free(run.duals[block]);
    }
    free(run.duals);
    end_run(&run);
    return status;
}

int pt_fit_held_out(const pt_fit *fit, float *margins, float **blocks, papertag_error *err)
{
    struct run run = {.fit = fit, .margins = margins, .stage = "cross-validation"};
    int status;

    if (fit->options->solver == PAPERTAG_SOLVER_LINEAR) {
        return held_out_linear(fit, margins, blocks, err);
    }
    status = run_tasks(&run, fit->options->folds, err);
    end_run(&run);
    return status;
}

int pt_fit_machines(const pt_fit *fit, float **blocks, pt_support *support, papertag_error *err)
{
    struct run run = {.fit = fit, .stage = "fit"};
    bool linear = fit->options->kernel == PAPERTAG_KERNEL_LINEAR;
    int status;

    run.machines = pt_calloc(fit->tags, sizeof *run.machines);
    if (!run.machines) {
        return pt_no_memory(err);
    }
    status = run_tasks(&run, 1, err);
    if (!status && !linear) {
        status = gather_support(&run, support);
    }
    for (size_t t = 0; !status && linear && t < fit->tags; t++) {
        float **block = &blocks[t / PT_LANES];
        *block = *block ? *block : pt_calloc(fit->terms + 1, PT_LANES * sizeof **block);
        status = *block ? fold_into_weights(&run, t, *block) : PAPERTAG_NO_MEMORY;
    }
    end_run(&run);
    return status == PAPERTAG_NO_MEMORY ? pt_no_memory(err) : status;
}
