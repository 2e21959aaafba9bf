/*
 * new_tag - learns a tag that the model did not have: see adapt.h. The constants were found on halves of a labelled
 * set, with base models trained on part of one half and ten tags removed.
 */
#include <math.h>
#include <stdlib.h>

#include "cases.h"

enum { EPOCHS_MAX = 200 };

/* C, and costs relative to one example: of a paper judged not to have it (people are asked about papers near
 * the cut, so most of those resemble it); of its name and definition; of all unjudged papers together, for each unit of
 * cost of the starting examples and the description; of all likely papers together. */
static const double START_C = 0.1, NO_COST = 0.5, DESCRIPTION_COST = 3, UNJUDGED_COST = 1.875, LIKELY_COST = 1;
static const double START_EPSILON = 0.001;

/* Even odds of a new tag that has its starting examples alone: see find_even. EVEN and EVEN_RISE are a line through the
 * best cuts of ten tags, by where their examples are when they are left out; no example counts as farther than FAR,
 * PRIOR examples more are at USUAL, and even odds are at least at EVEN_MIN, all in standard deviations. Log-odds rise
 * by SLOPE for each of them. MOVE is the standard deviation of the prior for how far verdicts shift the log-odds. CUT_P
 * is the probability at the cut. Half of the F1 to be expected would give the best F1 now (see cuts.c), but questions
 * are asked about papers near the cut, and papers near even odds teach more. */
static const double EVEN = 0.7, EVEN_RISE = 0.65, EVEN_MIN = 0.5, FAR = 8, PRIOR = 0.5, USUAL = 3, SLOPE = 2.5;
static const double MOVE = 1.7, CUT_P = 0.4;

/* The state of a stored paper. */
enum mark { UNJUDGED, JUDGED, LIKELY, MARKS };

/* Marks the stored papers (free it), and counts each mark. Without `all`, only starting examples are marked as judged.
 * NULL: no memory. */
static uint8_t *mark_papers(const pt_lesson *lesson, bool all, size_t counts[MARKS])
{
    uint8_t *marks = pt_calloc(lesson->papers, sizeof *marks);

    for (size_t i = 0; marks && i < lesson->likely_count; i++) {
        marks[lesson->likely[i]] = LIKELY;
    }
    for (size_t i = 0; marks && i < lesson->count; i++) {
        marks[lesson->judged[i]] = all || lesson->starting[i] ? JUDGED : marks[lesson->judged[i]];
    }
    counts[UNJUDGED] = counts[JUDGED] = counts[LIKELY] = 0;
    for (size_t i = 0; marks && i < lesson->papers; i++) {
        counts[marks[i]]++;
    }
    return marks;
}

static size_t count_starting(const pt_lesson *lesson)
{
    size_t count = 0;

    for (size_t i = 0; i < lesson->count; i++) {
        count += lesson->starting[i];
    }
    return count;
}

/* Adds the stored papers that are not judged. */
static void add_unjudged(pt_fit *f, const pt_lesson *lesson, const uint8_t *marks, const size_t counts[MARKS])
{
    const double total = UNJUDGED_COST * ((double)count_starting(lesson) + DESCRIPTION_COST);

    for (size_t i = 0; i < lesson->papers; i++) {
        if (marks[i] == LIKELY) {
            pt_fit_add(f, (uint32_t)i, true, 1, LIKELY_COST / (double)counts[LIKELY], PT_NO_FOLD);
        } else if (marks[i] == UNJUDGED) {
            pt_fit_add(f, (uint32_t)i, false, 1, total / (double)counts[UNJUDGED], PT_NO_FOLD);
        }
    }
}

/* Fits the starting examples, or with `all` every verdict, with the description against the unjudged papers. */
static int fit_new_tag(const pt_lesson *lesson, bool all, pt_fit *f, papertag_error *err)
{
    const pt_linear_options options = {.c = START_C, .epsilon = START_EPSILON, .epochs_max = EPOCHS_MAX};
    size_t counts[MARKS];
    uint8_t *marks = mark_papers(lesson, all, counts);
    int status = marks ? pt_fit_open(f, lesson->papers + 1, lesson, err) : pt_no_memory(err);

    if (!status) {
        if (all) {
            pt_fit_add_verdicts(f, lesson, NULL, (double[]){NO_COST, 1});
        }
        f->cases.folds = all ? f->cases.folds : pt_fit_folds(count_starting(lesson));
        for (size_t i = 0; i < lesson->count && !all; i++) {
            if (lesson->starting[i]) {
                pt_fit_add(f, lesson->judged[i], true, 1, 1, (unsigned)(f->cases.count % f->cases.folds));
            }
        }
        pt_fit_add(f, lesson->description, true, 1, DESCRIPTION_COST, PT_NO_FOLD);
        add_unjudged(f, lesson, marks, counts);
        status = pt_linear_fit_folds(&f->cases, &options, f->lanes, err);
    }
    free(marks);
    return status;
}

/* Mean and standard deviation of the margins of all stored papers, by lane. */
struct spread {
    double mean[PT_LANES], deviation[PT_LANES];
};

static struct spread measure_spread(const pt_lesson *lesson, const float *lanes)
{
    const double n = (double)lesson->papers;
    double squares[PT_LANES] = {0};
    struct spread out = {0};

    for (size_t i = 0; i < lesson->papers; i++) {
        float margins[PT_LANES];
        pt_linear_margins(lanes, lesson->terms, pt_rows_get(&lesson->rows->others, i), margins);
        for (size_t lane = 0; lane < PT_LANES; lane++) {
            out.mean[lane] += margins[lane];
            squares[lane] += (double)margins[lane] * margins[lane];
        }
    }
    for (size_t lane = 0; lane < PT_LANES; lane++) {
        out.mean[lane] /= n;
        out.deviation[lane] = sqrt(fmax(squares[lane] / n - out.mean[lane] * out.mean[lane], 1e-12));
    }
    return out;
}

/* Where even odds are when a new tag has its starting examples alone, in standard deviations above the mean margin of
 * the stored papers: by where the examples are when they are left out of the fit. */
static double find_even(const pt_lesson *lesson, const pt_fit *starting, const struct spread *spread)
{
    const size_t count = count_starting(lesson);
    double sum = 0;

    for (size_t i = 0; i < count; i++) { /* the first cases */
        const unsigned fold = starting->fold[i];
        float margins[PT_LANES];
        pt_linear_margins(starting->lanes, lesson->terms, pt_rows_get(&lesson->rows->others, starting->papers[i]),
                          margins);
        sum += fmin((margins[fold] - spread->mean[fold]) / spread->deviation[fold], FAR);
    }
    return fmax(EVEN + EVEN_RISE * (sum + PRIOR * USUAL) / ((double)count + PRIOR), EVEN_MIN);
}

/* How far verdicts shift the log-odds, which are slope * (margin - even) without them: the most likely shift, under a
 * normal prior around 0. Starting examples were chosen because they have the tag, so they are no evidence about it. */
static double find_shift(const pt_lesson *lesson, const float *margins, double even, double slope)
{
    enum { STEPS = 50 };
    double shift = 0;

    for (int step = 0; step < STEPS; step++) { /* Newton; the second derivative is at least the prior's */
        double first = -shift / (MOVE * MOVE), second = 1 / (MOVE * MOVE);
        for (size_t i = 0; i < lesson->count; i++) {
            const double p = 1 / (1 + exp(-slope * (margins[i] - even) - shift));
            first += lesson->starting[i] ? 0 : lesson->yes[i] - p;
            second += lesson->starting[i] ? 0 : p * (1 - p);
        }
        shift += fmin(fmax(first / second, -1), 1);
    }
    return shift;
}

/* Sets cut and calibration of a new tag from its fits to the starting examples and to all verdicts. */
static void calibrate_new_tag(const pt_lesson *lesson, const pt_fit *starting, const pt_fit *fit, pt_learnt_tag *out)
{
    const unsigned all = fit->cases.folds;
    const struct spread before = measure_spread(lesson, starting->lanes), after = measure_spread(lesson, fit->lanes);
    const double even = find_even(lesson, starting, &before) * after.deviation[all] + after.mean[all];
    const double slope = SLOPE / after.deviation[all];

    for (size_t i = 0; i < lesson->count; i++) { /* from the scale of its fold to that of the whole */
        const unsigned fold = fit->fold[i];
        out->held_out[i] =
            (float)((out->held_out[i] - after.mean[fold]) / after.deviation[fold] * after.deviation[all] +
                    after.mean[all]);
    }
    out->a = -slope;
    out->b = slope * even - find_shift(lesson, out->held_out, even, slope);
    out->cut = (log(1 / CUT_P - 1) - out->b) / out->a;
}

/* Reads the weights of the lane that learnt from all cases, and each verdict's margin by the lane of its fold. */
static void read_lanes(const pt_fit *f, const pt_lesson *lesson, pt_learnt_tag *out)
{
    const unsigned all = f->cases.folds;

    for (size_t term = 0; term < lesson->terms; term++) {
        out->weights[term] = f->lanes[term * PT_LANES + all];
    }
    out->bias = f->lanes[lesson->terms * PT_LANES + all];
    for (size_t i = 0; i < lesson->count; i++) {
        float margins[PT_LANES];
        pt_linear_margins(f->lanes, lesson->terms, pt_rows_get(&lesson->rows->others, lesson->judged[i]), margins);
        out->held_out[i] = margins[f->fold[i]];
    }
}

int pt_learn_new_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err)
{
    pt_fit starting = {0}, fit = {0};
    int status = fit_new_tag(lesson, false, &starting, err);

    status = status ? status : fit_new_tag(lesson, true, &fit, err);
    if (!status) {
        read_lanes(&fit, lesson, out);
        calibrate_new_tag(lesson, &starting, &fit, out);
    }
    pt_fit_close(&starting);
    pt_fit_close(&fit);
    return status;
}
