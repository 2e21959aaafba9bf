/*
 * adapt - learns one tag from verdicts: a tag of the model, or a new one.
 *
 * Either fit walks the rows once for the weights and their cross-validation: see pt_linear_fit_folds. The constants
 * were found on halves of a labelled set, with base models trained on part of one half and ten tags removed.
 */
#include "adapt.h"

#include <math.h>
#include <stdlib.h>

enum { FOLDS = 10, EPOCHS_MAX = 200 };

/* A tag of the model: C; the distance from the cut that a verdict asks for; the cost of a labelled paper. */
static const double ADAPT_C = 3, WIDTH = 0.3, LABELLED_COST = 0.1, ADAPT_EPSILON = 0.1;

/* A new tag: C, and costs relative to one example: of its name and definition; of all unjudged papers together, for
 * each unit of cost of the starting examples and the description; of all likely papers together. */
static const double START_C = 0.1, DESCRIPTION_COST = 3, UNJUDGED_COST = 1.875, LIKELY_COST = 1, START_EPSILON = 0.001;

/* Even odds of a new tag that was fitted to its n starting examples alone are at the margin EVEN + FEW / (n + 1), and
 * log-odds rise by SLOPE for each unit of margin: a logistic regression over 19 tags started with 1, 2, 5 and 10
 * examples. MOVE is the standard deviation of the prior for how far verdicts shift the log-odds. CUT_P is the
 * probability at the cut. Half of the F1 to be expected would give the best F1 now (see cuts.c), but questions are
 * asked about papers near the cut, and papers near even odds teach more. LOWEST: see find_lowest. */
static const double EVEN = -0.322, FEW = 0.062, SLOPE = 113, MOVE = 1.7, CUT_P = 0.4, LOWEST = 4;

void pt_learnt_tag_free(pt_learnt_tag *learnt)
{
    free(learnt->weights);
    free(learnt->held_out);
    *learnt = (pt_learnt_tag){0};
}

double pt_tag_margin(const float *weights, double bias, pt_row row)
{
    float sum = 0;

    for (size_t k = 0; k < row.count; k++) {
        sum += row.values[k] * weights[row.terms[k]];
    }
    return bias + sum;
}

/* ---- the cases of a fit, and its weights ----------------------------------------------------------------------- */

struct fit {
    pt_cases cases;   /* over the arrays below */
    uint32_t *papers; /* each has room for the cases given to open_fit */
    uint8_t *positive, *fold;
    float *cost;
    float *lanes; /* (V + 1) x PT_LANES: the weights */
};

static void close_fit(struct fit *f)
{
    free(f->papers);
    free(f->positive);
    free(f->fold);
    free(f->cost);
    free(f->lanes);
}

static int open_fit(struct fit *f, size_t cases, const pt_lesson *lesson, papertag_error *err)
{
    f->papers = pt_alloc(cases, sizeof *f->papers);
    f->positive = pt_alloc(cases, sizeof *f->positive);
    f->fold = pt_alloc(cases, sizeof *f->fold);
    f->cost = pt_alloc(cases, sizeof *f->cost);
    f->lanes = pt_calloc(lesson->terms + 1, PT_LANES * sizeof *f->lanes);
    f->cases = (pt_cases){.rows = lesson->rows,
                          .terms = lesson->terms,
                          .papers = f->papers,
                          .positive = f->positive,
                          .cost = f->cost,
                          .fold = f->fold};
    return f->papers && f->positive && f->fold && f->cost && f->lanes ? PAPERTAG_OK : pt_no_memory(err);
}

static void add_case(struct fit *f, uint32_t paper, bool positive, double cost, unsigned fold)
{
    const size_t at = f->cases.count++;

    f->papers[at] = paper;
    f->positive[at] = positive;
    f->cost[at] = (float)cost;
    f->fold[at] = (uint8_t)fold;
}

/* Adds the verdicts as the first cases. Those with yes and those with no are dealt to the folds separately, in turn. */
static void add_verdicts(struct fit *f, const pt_lesson *lesson)
{
    size_t dealt[2] = {0};

    f->cases.folds = (unsigned)(lesson->count < FOLDS ? lesson->count : FOLDS);
    for (size_t i = 0; i < lesson->count; i++) {
        const unsigned fold = (unsigned)(dealt[lesson->yes[i]]++ % f->cases.folds);
        add_case(f, lesson->judged[i], lesson->yes[i], 1, lesson->yes[i] ? fold : f->cases.folds - 1 - fold);
    }
}

/* Reads the weights of the lane that learnt from all cases, and each verdict's margin by the lane of its fold. The fit
 * worked on margins in units of `width` around `centre`. */
static void read_lanes(const struct fit *f, const pt_lesson *lesson, double width, double centre, pt_learnt_tag *out)
{
    const unsigned all = f->cases.folds;

    for (size_t term = 0; term < lesson->terms; term++) {
        out->weights[term] = (float)(width * f->lanes[term * PT_LANES + all]);
    }
    out->bias = centre + width * f->lanes[lesson->terms * PT_LANES + all];
    for (size_t i = 0; i < lesson->count; i++) {
        float margins[PT_LANES];
        pt_linear_margins(f->lanes, lesson->terms, pt_rows_get(lesson->rows, lesson->judged[i]), margins);
        out->held_out[i] = (float)(centre + width * margins[f->fold[i]]);
    }
}

/* ---- a tag of the model ---------------------------------------------------------------------------------------- */

/* Bias, cut and calibration stay the model's, and so do the weights when there is no verdict. */
static void keep_prior(const pt_lesson *lesson, pt_learnt_tag *out)
{
    out->bias = lesson->prior_bias;
    out->cut = lesson->prior_cut;
    out->a = lesson->prior_a;
    out->b = lesson->prior_b;
    if (!lesson->count) {
        memcpy(out->weights, lesson->prior, lesson->terms * sizeof *out->weights);
    }
}

static void start_from_prior(const pt_lesson *lesson, float *lanes)
{
    for (size_t term = 0; term <= lesson->terms; term++) {
        const double prior = term < lesson->terms ? lesson->prior[term] : lesson->prior_bias - lesson->prior_cut;
        for (size_t lane = 0; lane < PT_LANES; lane++) {
            lanes[term * PT_LANES + lane] = (float)(prior / WIDTH);
        }
    }
}

static int adapt_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err)
{
    const pt_linear_options options = {
        .c = ADAPT_C, .from_prior = true, .fixed_bias = true, .epsilon = ADAPT_EPSILON, .epochs_max = EPOCHS_MAX};
    struct fit f = {0};
    int status = open_fit(&f, lesson->count + lesson->labelled_count, lesson, err);

    if (!status) {
        start_from_prior(lesson, f.lanes);
        add_verdicts(&f, lesson);
        for (size_t i = 0; i < lesson->labelled_count; i++) {
            add_case(&f, lesson->labelled[i], lesson->has[i], LABELLED_COST, PT_NO_FOLD);
        }
        status = pt_linear_fit_folds(&f.cases, &options, f.lanes, err);
    }
    if (!status) {
        read_lanes(&f, lesson, WIDTH, lesson->prior_cut, out);
        keep_prior(lesson, out);
    }
    close_fit(&f);
    return status;
}

/* ---- a new tag ------------------------------------------------------------------------------------------------- */

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
static void add_unjudged(struct fit *f, const pt_lesson *lesson, const uint8_t *marks, const size_t counts[MARKS])
{
    const double total = UNJUDGED_COST * ((double)count_starting(lesson) + DESCRIPTION_COST);

    for (size_t i = 0; i < lesson->papers; i++) {
        if (marks[i] == LIKELY) {
            add_case(f, (uint32_t)i, true, LIKELY_COST / (double)counts[LIKELY], PT_NO_FOLD);
        } else if (marks[i] == UNJUDGED) {
            add_case(f, (uint32_t)i, false, total / (double)counts[UNJUDGED], PT_NO_FOLD);
        }
    }
}

/* Fits the starting examples, or with `all` every verdict, with the description against the unjudged papers. */
static int fit_new_tag(const pt_lesson *lesson, bool all, struct fit *f, papertag_error *err)
{
    const pt_linear_options options = {.c = START_C, .epsilon = START_EPSILON, .epochs_max = EPOCHS_MAX};
    size_t counts[MARKS];
    uint8_t *marks = mark_papers(lesson, all, counts);
    int status = marks ? open_fit(f, lesson->papers + 1, lesson, err) : pt_no_memory(err);

    if (!status) {
        if (all) {
            add_verdicts(f, lesson);
        }
        for (size_t i = 0; i < lesson->count && !all; i++) {
            if (lesson->starting[i]) {
                add_case(f, lesson->judged[i], true, 1, PT_NO_FOLD);
            }
        }
        add_case(f, lesson->description, true, DESCRIPTION_COST, PT_NO_FOLD);
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
        pt_linear_margins(lanes, lesson->terms, pt_rows_get(lesson->rows, i), margins);
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

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The lowest margin that even odds may have: above the median of all stored papers by LOWEST times the root mean square
 * distance of the papers below the median. It matters where the store is small, or the examples are few. */
static int find_lowest(const pt_lesson *lesson, const float *lanes, double *out, papertag_error *err)
{
    float *list = pt_alloc(lesson->papers, sizeof *list);
    const size_t half = lesson->papers / 2;
    double squares = 0;

    if (!list) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < lesson->papers; i++) {
        float margins[PT_LANES];
        pt_linear_margins(lanes, lesson->terms, pt_rows_get(lesson->rows, i), margins);
        list[i] = margins[0];
    }
    pt_sort(list, lesson->papers, sizeof *list, compare_floats);
    for (size_t i = 0; i < half; i++) {
        squares += ((double)list[half] - list[i]) * ((double)list[half] - list[i]);
    }
    *out = list[half] + LOWEST * sqrt(squares / (double)(half ? half : 1));
    free(list);
    return PAPERTAG_OK;
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
static void calibrate_new_tag(const pt_lesson *lesson, const struct fit *starting, const struct fit *fit, double lowest,
                              pt_learnt_tag *out)
{
    const unsigned all = fit->cases.folds;
    const struct spread before = measure_spread(lesson, starting->lanes), after = measure_spread(lesson, fit->lanes);
    double even = EVEN + FEW / ((double)count_starting(lesson) + 1);
    const double slope = SLOPE * before.deviation[0] / after.deviation[all];

    for (size_t i = 0; i < lesson->count; i++) { /* from the scale of its fold to that of the whole */
        const unsigned fold = fit->fold[i];
        out->held_out[i] =
            (float)((out->held_out[i] - after.mean[fold]) / after.deviation[fold] * after.deviation[all] +
                    after.mean[all]);
    }
    even = (fmax(even, lowest) - before.mean[0]) / before.deviation[0] * after.deviation[all] + after.mean[all];
    out->a = -slope;
    out->b = slope * even - find_shift(lesson, out->held_out, even, slope);
    out->cut = (log(1 / CUT_P - 1) - out->b) / out->a;
}

static int learn_new_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err)
{
    struct fit starting = {0}, fit = {0};
    double lowest = 0;
    int status = fit_new_tag(lesson, false, &starting, err);

    status = status ? status : fit_new_tag(lesson, true, &fit, err);
    status = status ? status : find_lowest(lesson, starting.lanes, &lowest, err);
    if (!status) {
        read_lanes(&fit, lesson, 1, 0, out);
        calibrate_new_tag(lesson, &starting, &fit, lowest, out);
    }
    close_fit(&starting);
    close_fit(&fit);
    return status;
}

int pt_learn_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err)
{
    pt_learnt_tag learnt = {.weights = pt_alloc(lesson->terms, sizeof *learnt.weights),
                            .held_out = pt_alloc(lesson->count, sizeof *learnt.held_out)};
    int status = PAPERTAG_OK;

    if (!learnt.weights || !learnt.held_out) {
        status = pt_no_memory(err);
    } else if (!lesson->prior) {
        status = learn_new_tag(lesson, &learnt, err);
    } else if (lesson->count) {
        status = adapt_tag(lesson, &learnt, err);
    } else {
        keep_prior(lesson, &learnt);
    }
    if (status) {
        pt_learnt_tag_free(&learnt);
    } else {
        *out = learnt;
    }
    return status;
}
