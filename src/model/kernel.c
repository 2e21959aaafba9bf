/*
 * kernel - margins of kernel models, computed by LIBSVM.
 *
 * LIBSVM wants a struct for each machine and a list of nodes for each support vector. They are built once, when the
 * model is opened, and share all arrays whose types agree with those of pt_support. No other file outside of training
 * knows LIBSVM's types.
 */
#include "kernel.h"

#include <libsvm/svm.h>
#include <stdlib.h>

struct pt_kernel {
    size_t tags;                /* T */
    struct svm_model *machines; /* T */
    struct svm_node *nodes;     /* of all rows of the support, each closed by index -1 */
    struct svm_node **vectors;  /* support->starts[T]: the nodes of each tag's vectors */
    int *vector_counts;         /* 2 x T: positive and negative vectors of a tag */
    double **coefficients;      /* T: of a tag's vectors */
};

struct pt_kernel_input {
    struct svm_node *nodes;
    size_t capacity;
};

void pt_support_free(pt_support *support)
{
    pt_rows_free(&support->rows);
    free(support->starts);
    free(support->vectors);
    free(support->coefficients);
    free(support->positives);
    free(support->rho);
    *support = (pt_support){0};
}

/* LIBSVM counts indices from 1. Returns the place after the closing node. */
static struct svm_node *write_nodes(struct svm_node *nodes, pt_row row)
{
    for (size_t k = 0; k < row.count; k++) {
        *nodes++ = (struct svm_node){(int)row.terms[k] + 1, row.values[k]};
    }
    *nodes++ = (struct svm_node){-1, 0};
    return nodes;
}

/* The nodes of all rows, and for each vector of each tag a pointer to those of its row. */
static int make_vectors(pt_kernel *kernel, const pt_support *s)
{
    const size_t entries = s->rows.starts[s->rows.count];
    struct svm_node **nodes_of = pt_alloc(s->rows.count, sizeof *nodes_of), *at;

    kernel->nodes = at = pt_alloc(entries + s->rows.count, sizeof *kernel->nodes);
    kernel->vectors = pt_alloc(s->starts[kernel->tags], sizeof *kernel->vectors);
    if (!nodes_of || !kernel->nodes || !kernel->vectors) {
        free(nodes_of);
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < s->rows.count; i++) {
        nodes_of[i] = at;
        at = write_nodes(at, pt_rows_get(&s->rows, i));
    }
    for (size_t i = 0; i < s->starts[kernel->tags]; i++) {
        kernel->vectors[i] = nodes_of[s->vectors[i]];
    }
    free(nodes_of);
    return PAPERTAG_OK;
}

int pt_kernel_open(pt_kernel **out, const pt_support *s, size_t tags, const pt_fit_info *fit)
{
    static const int labels[2] = {1, -1}; /* LIBSVM takes a pointer to int, and only reads it */
    const struct svm_parameter parameter = {.svm_type = C_SVC,
                                            .kernel_type = (int)fit->kernel,
                                            .degree = fit->degree,
                                            .gamma = fit->gamma,
                                            .coef0 = fit->coef0};
    pt_kernel *kernel = pt_calloc(1, sizeof *kernel);

    if (!kernel) {
        return PAPERTAG_NO_MEMORY;
    }
    kernel->tags = tags;
    kernel->machines = pt_calloc(tags, sizeof *kernel->machines);
    kernel->vector_counts = pt_calloc(tags, 2 * sizeof *kernel->vector_counts);
    kernel->coefficients = pt_calloc(tags, sizeof *kernel->coefficients);
    if (!kernel->machines || !kernel->vector_counts || !kernel->coefficients || make_vectors(kernel, s)) {
        pt_kernel_close(kernel);
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t t = 0; t < tags; t++) {
        const size_t start = s->starts[t], count = s->starts[t + 1] - start;
        kernel->vector_counts[2 * t] = (int)s->positives[t];
        kernel->vector_counts[2 * t + 1] = (int)(count - s->positives[t]);
        kernel->coefficients[t] = s->coefficients + start;
        kernel->machines[t] = (struct svm_model){.param = parameter,
                                                 .nr_class = 2,
                                                 .l = (int)count,
                                                 .SV = kernel->vectors + start,
                                                 .sv_coef = &kernel->coefficients[t],
                                                 .rho = &s->rho[t],
                                                 .label = (int *)labels,
                                                 .nSV = &kernel->vector_counts[2 * t]};
    }
    *out = kernel;
    return PAPERTAG_OK;
}

void pt_kernel_close(pt_kernel *kernel)
{
    if (!kernel) {
        return;
    }
    free(kernel->machines);
    free(kernel->nodes);
    free(kernel->vectors);
    free(kernel->vector_counts);
    free(kernel->coefficients);
    free(kernel);
}

int pt_kernel_margins(const pt_kernel *kernel, pt_row row, pt_kernel_input **input, double *margins)
{
    pt_kernel_input *in = *input ? *input : pt_calloc(1, sizeof *in);

    *input = in;
    if (!in || pt_reserve(&in->nodes, &in->capacity, row.count + 1, sizeof *in->nodes)) {
        return PAPERTAG_NO_MEMORY;
    }
    write_nodes(in->nodes, row);
    for (size_t t = 0; t < kernel->tags; t++) {
        svm_predict_values(&kernel->machines[t], in->nodes, &margins[t]);
    }
    return PAPERTAG_OK;
}

void pt_kernel_input_free(pt_kernel_input *input)
{
    if (input) {
        free(input->nodes);
        free(input);
    }
}
