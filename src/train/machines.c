/*
 * machines - the libsvm solver: one tag at a time, any kernel.
 *
 * A linear machine of LIBSVM is turned into one weight vector. The support vectors of other kernels are collected, each
 * once, for all tags together.
 */
#include <libsvm/svm.h>
#include <stdlib.h>

#include "solver.h"

static const double EPSILON = 0.001; /* LIBSVM's own default */

/* One run of tasks. A task is a tag, in a run over the folds also a fold. */
struct run {
    const pt_fit *fit;
    float *margins;              /* N x T: out, of a run over the folds; NULL when all papers are fitted */
    struct svm_node *nodes;      /* of all rows, each closed by index -1 */
    struct svm_node **vectors;   /* N: the nodes of each row */
    struct svm_model **machines; /* T: out, when all papers are fitted */
};

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
        const pt_row row = pt_rows_get(rows, i);
        run->vectors[i] = run->nodes + at;
        for (size_t k = 0; k < row.count; k++) {
            run->nodes[at++] = (struct svm_node){(int)row.terms[k] + 1, row.values[k]};
        }
        run->nodes[at++] = (struct svm_node){-1, 0};
    }
    return PAPERTAG_OK;
}

/* 1 when a positive decision value of the machine means the tag, -1 when LIBSVM met a negative example first. */
static int sign_of(const struct svm_model *machine)
{
    return machine->label[0] > 0 ? 1 : -1;
}

/* ---- tasks ----------------------------------------------------------------------------------------------------- */

/* Fits one tag to n papers. *out stays NULL when all or none of them have the tag. `x` and `y` are scratch. */
static void train_machine(const struct run *run, size_t tag, const uint32_t *papers, size_t n, struct svm_node **x,
                          double *y, struct svm_model **out)
{
    const papertag_train_options *o = run->fit->options;
    const struct svm_problem problem = {(int)n, y, x};
    size_t positives = 0;
    int positive = 1;
    double weight;
    struct svm_parameter parameter = {.svm_type = C_SVC,
                                      .kernel_type = (int)o->kernel,
                                      .degree = o->degree,
                                      .gamma = o->gamma > 0 ? o->gamma : 1,
                                      .coef0 = o->coef0,
                                      .cache_size = 200, /* MB */
                                      .eps = EPSILON,
                                      .C = run->fit->c,
                                      .nr_weight = 1,
                                      .weight_label = &positive,
                                      .weight = &weight,
                                      .shrinking = 1};

    for (size_t i = 0; i < n; i++) {
        const bool has = pt_labels_have(run->fit->labels, papers[i], (uint32_t)tag);
        x[i] = run->vectors[papers[i]];
        y[i] = has ? 1 : -1;
        positives += has;
    }
    weight = pt_positive_weight(o->class_weight, positives, n - positives);
    if (positives && positives < n) {
        *out = svm_train(&problem, &parameter);
        (*out)->param.nr_weight = 0; /* its arrays are on this stack */
        (*out)->param.weight_label = NULL;
        (*out)->param.weight = NULL;
    }
}

/* The margins of the papers of a fold; -1 without a machine: the fold holds every example of the tag. */
static void write_margins(const struct run *run, size_t fold, size_t tag, const struct svm_model *machine)
{
    const pt_fit *fit = run->fit;

    for (size_t i = 0; i < fit->labels->count; i++) {
        double margin = -1;
        if (fit->fold_of[i] != fold) {
            continue;
        }
        if (machine) {
            svm_predict_values(machine, run->vectors[i], &margin);
            margin *= sign_of(machine);
        }
        run->margins[i * fit->tags + tag] = (float)margin;
    }
}

static int fit_tag(void *context, size_t task)
{
    struct run *run = context;
    const pt_fit *fit = run->fit;
    const size_t tag = task % fit->tags, fold = run->margins ? task / fit->tags : fit->options->folds;
    uint32_t *papers = NULL;
    struct svm_node **x;
    struct svm_model *machine = NULL;
    double *y;
    size_t count = 0;
    int status = pt_fit_papers(fit, fold, &papers, &count);

    x = pt_alloc(count, sizeof *x);
    y = pt_alloc(count, sizeof *y);
    if (!status && x && y) {
        train_machine(run, tag, papers, count, x, y, &machine);
    } else {
        status = PAPERTAG_NO_MEMORY;
    }
    if (!status && run->margins) {
        write_margins(run, fold, tag, machine);
    }
    if (run->machines) {
        run->machines[tag] = machine;
    } else if (machine) {
        svm_free_and_destroy_model(&machine);
    }
    free(papers);
    free(x);
    free(y);
    return status;
}

static int run_tasks(struct run *run, const char *stage, size_t folds, papertag_error *err)
{
    svm_set_print_string_function(print_nothing); /* one hook a process; it is only ever set to this */
    return make_nodes(run) ? pt_no_memory(err) : pt_fit_run(run->fit, stage, folds * run->fit->tags, fit_tag, run, err);
}

static void end_run(struct run *run)
{
    for (size_t t = 0; run->machines && t < run->fit->tags; t++) {
        if (run->machines[t]) {
            svm_free_and_destroy_model(&run->machines[t]);
        }
    }
    free(run->machines);
    free(run->nodes);
    free(run->vectors);
}

static int fit_held_out(const pt_fit *fit, float *margins, float **blocks, papertag_error *err)
{
    struct run run = {.fit = fit, .margins = margins};
    int status = run_tasks(&run, "cross-validation", fit->options->folds, err);

    (void)blocks;
    end_run(&run);
    return status;
}

/* ---- from machines to a model ---------------------------------------------------------------------------------- */

/* A linear machine is one weight vector: the sum of its support vectors times their coefficients. */
static int write_weights(const struct run *run, size_t tag, float *block)
{
    const struct svm_model *machine = run->machines[tag];
    const size_t terms = run->fit->terms, lane = tag % PT_LANES;
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
        block[term * PT_LANES + lane] = (float)(sign_of(machine) * sums[term]);
    }
    block[terms * PT_LANES + lane] = (float)(-sign_of(machine) * machine->rho[0]);
    free(sums);
    return PAPERTAG_OK;
}

/* Appends the support vectors of a tag, those of positive examples first. number_of[paper]: the row of `s` that holds
 * it, UINT32_MAX for none yet. */
static int append_support(const struct run *run, size_t tag, uint32_t *number_of, pt_support *s)
{
    const struct svm_model *machine = run->machines[tag];
    const int sign = sign_of(machine), classes[2] = {sign > 0 ? 0 : 1, sign > 0 ? 1 : 0};
    size_t at = s->starts[tag];

    for (int c = 0; c < 2; c++) {
        const int first = classes[c] ? machine->nSV[0] : 0, end = first + machine->nSV[classes[c]];
        for (int i = first; i < end; i++) {
            const size_t paper = (size_t)machine->sv_indices[i] - 1;
            const pt_row row = pt_rows_get(run->fit->rows, paper);
            if (number_of[paper] == UINT32_MAX) {
                number_of[paper] = (uint32_t)s->rows.count;
                if (pt_rows_append(&s->rows, row.terms, row.values, row.count)) {
                    return PAPERTAG_NO_MEMORY;
                }
            }
            s->vectors[at] = number_of[paper];
            s->coefficients[at++] = sign * machine->sv_coef[0][i];
        }
    }
    s->starts[tag + 1] = at;
    s->positives[tag] = (uint64_t)machine->nSV[classes[0]];
    s->rho[tag] = sign * machine->rho[0];
    return PAPERTAG_OK;
}

/* The support vectors of all tags. *out is freed by the caller, whatever this returns. */
static int gather_support(const struct run *run, pt_support *out)
{
    const size_t papers = run->fit->rows->count, tags = run->fit->tags;
    uint32_t *number_of = pt_alloc(papers, sizeof *number_of);
    size_t used = 0;
    int status = PAPERTAG_NO_MEMORY;

    for (size_t t = 0; t < tags; t++) {
        used += (size_t)run->machines[t]->l;
    }
    out->starts = pt_calloc(tags + 1, sizeof *out->starts);
    out->positives = pt_calloc(tags, sizeof *out->positives);
    out->rho = pt_alloc(tags, sizeof *out->rho);
    out->vectors = pt_alloc(used, sizeof *out->vectors);
    out->coefficients = pt_alloc(used, sizeof *out->coefficients);
    if (number_of && out->starts && out->positives && out->rho && out->vectors && out->coefficients) {
        memset(number_of, 0xff, papers * sizeof *number_of);
        status = PAPERTAG_OK;
    }
    for (size_t t = 0; t < tags && !status; t++) {
        status = append_support(run, t, number_of, out);
    }
    free(number_of);
    return status;
}

static int fit_all(const pt_fit *fit, float **blocks, pt_support *support, papertag_error *err)
{
    struct run run = {.fit = fit, .machines = pt_calloc(fit->tags, sizeof *run.machines)};
    const bool linear = fit->options->kernel == PAPERTAG_KERNEL_LINEAR;
    int status = run.machines ? run_tasks(&run, "fit", 1, err) : PAPERTAG_NO_MEMORY;

    if (!status && !linear) {
        status = gather_support(&run, support);
    }
    for (size_t t = 0; !status && linear && t < fit->tags; t++) {
        float **block = &blocks[t / PT_LANES];
        *block = *block ? *block : pt_calloc(fit->terms + 1, PT_LANES * sizeof **block);
        status = *block ? write_weights(&run, t, *block) : PAPERTAG_NO_MEMORY;
    }
    end_run(&run);
    return status == PAPERTAG_NO_MEMORY ? pt_no_memory(err) : status;
}

const pt_solver pt_solver_libsvm = {.kernels = true, .held_out = fit_held_out, .all = fit_all};
