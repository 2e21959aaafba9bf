/*
 * decide - from held-out margins to label cardinality, probabilities, cuts, and an honest F1.
 */
#include <math.h>
#include <stdlib.h>

#include "measure/measure.h"
#include "train.h"

/* All tags together are calibrated on at most this many pairs of a paper and a tag, from papers at even distances. */
enum { COMMON_PAIRS = 1 << 18 };

static int calibrate_all_tags(const pt_training *r, const float *margins, double *a, double *b)
{
    const size_t step = r->labels.count * r->tags / COMMON_PAIRS + 1, papers = (r->labels.count + step - 1) / step;
    float *some = pt_alloc(papers, r->tags * sizeof *some);
    float *positive = pt_calloc(papers, r->tags * sizeof *positive);
    int status = some && positive ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t i = 0; i < papers && !status; i++) {
        const size_t paper = i * step;
        memcpy(some + i * r->tags, margins + paper * r->tags, r->tags * sizeof *some);
        for (size_t k = r->labels.starts[paper]; k < r->labels.starts[paper + 1]; k++) {
            positive[i * r->tags + r->labels.tags[k]] = 1;
        }
    }
    if (!status) {
        pt_platt(some, positive, papers * r->tags, a, b);
    }
    free(some);
    free(positive);
    return status;
}

struct calibration {
    const pt_training *r;
    pt_result *result;
    double a, b; /* of all tags together: a tag with three examples stays close to it */
};

static const double PRIOR_STRENGTH = 0.5; /* of that calibration, as a prior for each tag */

static int calibrate_tag(void *context, size_t tag)
{
    const struct calibration *c = context;
    const pt_training *r = c->r;
    const size_t papers = r->labels.count;
    float *column = pt_alloc(papers, sizeof *column);
    float *positive = pt_alloc(papers, sizeof *positive);
    int status = column && positive ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t i = 0; i < papers && !status; i++) {
        column[i] = c->result->margins[i * r->tags + tag];
        positive[i] = pt_labels_have(&r->labels, i, (uint32_t)tag);
    }
    if (!status) {
        c->result->a[tag] = c->a;
        c->result->b[tag] = c->b;
        pt_platt_near(column, positive, papers, PRIOR_STRENGTH, &c->result->a[tag], &c->result->b[tag]);
    }
    free(column);
    free(positive);
    return status;
}

/* Fits a and b of every tag to the margins. */
static int calibrate(const pt_training *r, pt_result *result, papertag_error *err)
{
    struct calibration c = {.r = r, .result = result};
    const unsigned jobs = pt_jobs(r->fit.options->jobs);

    if (calibrate_all_tags(r, result->margins, &c.a, &c.b) || pt_parallel(jobs, r->tags, calibrate_tag, &c, NULL)) {
        return pt_no_memory(err);
    }
    return PAPERTAG_OK;
}

/* Four digits are enough, and a model file is opened faster. */
static void round_alone(const pt_training *r, pt_result *result)
{
    for (size_t t = 0; t < r->tags; t++) {
        result->alone_a[t] = round(result->a[t] * 1e4) / 1e4;
        result->alone_b[t] = round(result->b[t] * 1e4) / 1e4;
    }
}

int pt_train_decide(const pt_training *r, pt_result *result, papertag_error *err)
{
    const pt_cut_problem alone = {
        .margins = result->margins, .labels = &r->labels, .tags = r->tags, .a = result->alone_a, .b = result->alone_b};
    const pt_cut_problem moved = {
        .margins = result->margins, .labels = &r->labels, .tags = r->tags, .a = result->a, .b = result->b};
    const unsigned jobs = pt_jobs(r->fit.options->jobs);
    int status = calibrate(r, result, err);

    if (!status) {
        round_alone(r, result);
    }
    pt_cardinality_free(&result->cardinality); /* of an earlier try */
    status = status ? status : pt_cardinality_find(&alone, jobs, &result->cardinality, err);
    if (!status && result->cardinality.tags) {
        status = pt_cardinality_move(&result->cardinality, result->margins, r->labels.count, err);
        status = status ? status : calibrate(r, result, err);
    }
    return status ? status
                  : pt_find_cuts(&moved, jobs, result->cuts, result->strictness, result->levels, &result->f1, err);
}

int pt_train_measure(pt_training *r, papertag_error *err)
{
    uint32_t *counts = pt_calloc(r->tags, 3 * sizeof *counts), *tp, *fp, *fn;

    if (!counts) {
        return pt_no_memory(err);
    }
    tp = counts;
    fp = tp + r->tags;
    fn = fp + r->tags;
    for (size_t i = 0; i < r->labels.count; i++) {
        for (size_t tag = 0; tag < r->tags; tag++) {
            bool has = pt_labels_have(&r->labels, i, (uint32_t)tag);
            bool assigned = r->result.margins[i * r->tags + tag] >= r->result.cuts[tag];
            tp[tag] += has && assigned;
            fp[tag] += !has && assigned;
            fn[tag] += has && !assigned;
        }
    }
    pt_f1(tp, fp, fn, r->tags, &r->f1_micro, &r->f1_macro);
    free(counts);
    return PAPERTAG_OK;
}
