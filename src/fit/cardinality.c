/*
 * cardinality - moves the margins of a paper by how many tags it is likely to have.
 *
 * The strength was looked at on 27,370 papers with 72 tags, ten folds, cuts found on one half and used on the other:
 * 0.3 to 0.9 gain 0.0013 to 0.0017 of micro-F1, with a standard error of 0.0004.
 */
#include "cardinality.h"

#include <math.h>
#include <stdlib.h>

/* Less likely tags do not count; what is added to S, so that a paper without a likely tag is not infinitely far. */
static const double P_MIN = 0.02, ADDED = 0.3;

/* A margin that tells less than this about its tag tells nothing; and what is added to it stays finite. */
static const double A_MAX = -1e-9;

/* Strengths to choose from; the least gain of F1 of each over the one chosen before it; the least number of papers for
 * which there is a choice at all. */
static const double STRENGTHS[] = {0.4, 0.8, 1.2, 1.6, 2}, GAIN_MIN = 0.0003;
enum { PAPERS_MIN = 1000 };

void pt_cardinality_free(pt_cardinality *cardinality)
{
    free(cardinality->a);
    *cardinality = (pt_cardinality){0};
}

int pt_cardinality_open(pt_cardinality *cardinality, double strength, double middle, const double *a, const double *b,
                        size_t tags)
{
    double *values = pt_alloc(tags, 4 * sizeof *values);

    if (!values) {
        return PAPERTAG_NO_MEMORY;
    }
    *cardinality = (pt_cardinality){.strength = strength,
                                    .middle = middle,
                                    .tags = tags,
                                    .a = values,
                                    .b = values + tags,
                                    .least = values + 2 * tags,
                                    .pull = values + 3 * tags};
    for (size_t t = 0; t < tags; t++) {
        const bool counts = a[t] < A_MAX;
        cardinality->a[t] = a[t];
        cardinality->b[t] = b[t];
        cardinality->least[t] = counts ? (log(1 / P_MIN - 1) - b[t]) / a[t] : INFINITY;
        cardinality->pull[t] = counts ? strength / -a[t] : 0;
    }
    return PAPERTAG_OK;
}

double pt_cardinality_offset(const pt_cardinality *cardinality, const double *margins)
{
    double sum = ADDED;

    for (size_t t = 0; t < cardinality->tags; t++) {
        if (margins[t] >= cardinality->least[t]) {
            sum += 1 / (1 + exp(cardinality->a[t] * margins[t] + cardinality->b[t]));
        }
    }
    return cardinality->tags ? cardinality->middle - log(sum) : 0;
}

void pt_cardinality_bounds(const pt_cardinality *cardinality, double *least, double *most)
{
    const double rounding = 1e-9;

    *least = cardinality->middle - log(ADDED + (double)cardinality->tags) - rounding;
    *most = cardinality->middle - log(ADDED) + rounding;
}

/* The offset of each paper in out (papers), by rows of float margins. */
static int measure(const pt_cardinality *cardinality, const float *margins, size_t papers, double *out)
{
    double *row = pt_alloc(cardinality->tags, sizeof *row);

    for (size_t i = 0; i < papers && row; i++) {
        for (size_t t = 0; t < cardinality->tags; t++) {
            row[t] = margins[i * cardinality->tags + t];
        }
        out[i] = pt_cardinality_offset(cardinality, row);
    }
    free(row);
    return row ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

int pt_cardinality_move(const pt_cardinality *cardinality, float *margins, size_t papers, papertag_error *err)
{
    double *offsets = pt_alloc(papers, sizeof *offsets);
    int status = offsets ? measure(cardinality, margins, papers, offsets) : PAPERTAG_NO_MEMORY;

    if (!status) {
        for (size_t i = 0; i < papers; i++) {
            for (size_t t = 0; t < cardinality->tags; t++) {
                float *margin = &margins[i * cardinality->tags + t];
                *margin = (float)(*margin + cardinality->pull[t] * offsets[i]);
            }
        }
    }
    free(offsets);
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}

/* Sets the middle, and takes it off the offsets measured without it. */
static void centre(pt_cardinality *cardinality, double *offsets, size_t papers)
{
    double sum = 0;

    for (size_t i = 0; i < papers; i++) {
        sum += offsets[i];
    }
    cardinality->middle = round(-sum / (double)papers * 1e4) / 1e4;
    for (size_t i = 0; i < papers; i++) {
        offsets[i] += cardinality->middle;
    }
}

/* What the tasks share. Trial 0 moves nothing, trial i tries STRENGTHS[i - 1]. */
enum { TRIALS = sizeof STRENGTHS / sizeof *STRENGTHS + 1 };
struct trials {
    const pt_cut_problem *problem;
    const double *offsets; /* N */
    double middle;
    double f1[TRIALS]; /* out */
};

static int try_strength(void *context, size_t i)
{
    struct trials *trials = context;
    pt_cut_problem trial = *trials->problem;
    pt_cardinality cardinality = {0};
    int status = PAPERTAG_OK;

    if (i) {
        status = pt_cardinality_open(&cardinality, STRENGTHS[i - 1], trials->middle, trial.a, trial.b, trial.tags);
        trial.offsets = trials->offsets;
        trial.pull = cardinality.pull;
    }
    status = status ? status : pt_common_f1(&trial, &trials->f1[i]);
    pt_cardinality_free(&cardinality);
    return status;
}

int pt_cardinality_find(const pt_cut_problem *problem, unsigned jobs, pt_cardinality *out, papertag_error *err)
{
    const size_t papers = problem->labels->count;
    double *offsets = pt_alloc(papers, sizeof *offsets), strength = 0;
    struct trials trials = {problem, offsets, .f1 = {0}};
    pt_cardinality unit = {0};
    int status = offsets ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    if (papers >= PAPERS_MIN) {
        status = status ? status : pt_cardinality_open(&unit, 1, 0, problem->a, problem->b, problem->tags);
        status = status ? status : measure(&unit, problem->margins, papers, offsets);
    }
    if (unit.tags && !status) {
        centre(&unit, offsets, papers);
        trials.middle = unit.middle;
        status = pt_parallel(jobs, TRIALS, try_strength, &trials, NULL);
    }
    for (size_t i = 1, best = 0; i < TRIALS && unit.tags && !status; i++) {
        if (trials.f1[i] > trials.f1[best] + GAIN_MIN) {
            strength = STRENGTHS[i - 1];
            best = i;
        }
    }
    if (strength > 0 && !status) {
        status = pt_cardinality_open(out, strength, unit.middle, problem->a, problem->b, problem->tags);
    }
    pt_cardinality_free(&unit);
    free(offsets);
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}
