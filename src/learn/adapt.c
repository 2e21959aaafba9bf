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

/* A tag of the model: C; the distance from the cut that a verdict asks for; what it asks for at least, and how much
 * less a single one asks for with the distance by which the prior contradicts it, all in units of WIDTH; the cost of a
 * labelled paper; by unit of doubt, the cost of an unjudged paper, from OTHERS_MIN on, and how much more a verdict
 * costs; the share of a tag's papers that a verdict may flip beyond its reach. */
static const double ADAPT_C = 10, WIDTH = 0.3, ASKED_MIN = 0.1, ASKED_LESS = 0.5, LABELLED_COST = 1, OTHERS_COST = 0.02;
static const double OTHERS_MIN = 0.001, VERDICT_MORE = 20, FLIPS = 0.002, ADAPT_EPSILON = 0.01;

/* A new tag: C, and costs relative to one example: of a paper judged not to have it (people are asked about papers near
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

void pt_learnt_tag_free(pt_learnt_tag *learnt)
{
    free(learnt->weights);
    free(learnt->held_out);
    *learnt = (pt_learnt_tag){0};
}

/* ---- the cases of a fit, and its weights ----------------------------------------------------------------------- */

struct fit {
    pt_cases cases;   /* over the arrays below */
    uint32_t *papers; /* each has room for the cases given to open_fit */
    uint8_t *positive, *fold;
    float *cost, *target;
    float *lanes; /* (V + 1) x PT_LANES: the weights */
    float *split; /* PT_LANES x (V + 1): the same lane by lane, after pt_linear_split */
};

static void close_fit(struct fit *f)
{
    free(f->papers);
    free(f->positive);
    free(f->fold);
    free(f->cost);
    free(f->target);
    free(f->lanes);
    free(f->split);
}

static int open_fit(struct fit *f, size_t cases, const pt_lesson *lesson, papertag_error *err)
{
    f->papers = pt_alloc(cases, sizeof *f->papers);
    f->positive = pt_alloc(cases, sizeof *f->positive);
    f->fold = pt_alloc(cases, sizeof *f->fold);
    f->cost = pt_alloc(cases, sizeof *f->cost);
    f->target = pt_alloc(cases, sizeof *f->target);
    f->lanes = pt_calloc(lesson->terms + 1, PT_LANES * sizeof *f->lanes);
    f->split = pt_alloc(lesson->terms + 1, PT_LANES * sizeof *f->split);
    f->cases = (pt_cases){.rows = lesson->rows,
                          .terms = lesson->terms,
                          .papers = f->papers,
                          .positive = f->positive,
                          .cost = f->cost,
                          .target = f->target,
                          .fold = f->fold};
    return f->papers && f->positive && f->fold && f->cost && f->target && f->lanes && f->split ? PAPERTAG_OK
                                                                                               : pt_no_memory(err);
}

static double lane_margin(const struct fit *f, unsigned lane, pt_row row)
{
    const float *weights = f->split + lane * (f->cases.terms + 1);
    return pt_linear_margin(weights, weights[f->cases.terms], row);
}

/* target: the margin that the paper asks for. */
static void add_case(struct fit *f, uint32_t paper, bool positive, double target, double cost, unsigned fold)
{
    const size_t at = f->cases.count++;

    f->papers[at] = paper;
    f->positive[at] = positive;
    f->cost[at] = (float)cost;
    f->target[at] = (float)target;
    f->fold[at] = (uint8_t)fold;
}

static unsigned fold_count(size_t count)
{
    return (unsigned)(count < FOLDS ? count : FOLDS);
}

/* Adds the verdicts as the first cases. Those with yes and those with no are dealt to the folds separately, in turn.
 * targets: what each asks for; NULL: 1. cost: of a no and of a yes. */
static void add_verdicts(struct fit *f, const pt_lesson *lesson, const float *targets, const double cost[2])
{
    size_t dealt[2] = {0};

    f->cases.folds = fold_count(lesson->count);
    for (size_t i = 0; i < lesson->count; i++) {
        const unsigned fold = (unsigned)(dealt[lesson->yes[i]]++ % f->cases.folds);
        add_case(f, lesson->judged[i], lesson->yes[i], targets ? targets[i] : 1, cost[lesson->yes[i]],
                 lesson->yes[i] ? fold : f->cases.folds - 1 - fold);
    }
}

/* ---- a tag of the model ---------------------------------------------------------------------------------------- */

static void keep_prior(const pt_lesson *lesson, pt_learnt_tag *out)
{
    out->bias = lesson->prior_bias;
    out->cut = lesson->prior_cut;
    out->a = lesson->prior_a;
    out->b = lesson->prior_b;
    memcpy(out->weights, lesson->prior, lesson->terms * sizeof *out->weights);
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

static double offset_part(const pt_lesson *lesson, uint32_t row)
{
    return pt_offset_part(lesson->offsets, lesson->pull, row);
}

/* The margin that a fit must give a paper, in units of WIDTH, for it to have what it asks for together with the part of
 * its offset. */
static double target_of(const pt_lesson *lesson, uint32_t row, bool yes, double asked)
{
    return asked - (yes ? 1 : -1) * offset_part(lesson, row) / WIDTH;
}

/* How far the prior decides a paper to the side of `yes`: a margin above the cut, or below it. */
static double prior_distance(const pt_lesson *lesson, uint32_t row, bool yes)
{
    const double above = pt_linear_margin(lesson->prior, lesson->prior_bias, pt_rows_get(lesson->rows, row)) +
                         offset_part(lesson, row) - lesson->prior_cut;
    return yes ? above : -above;
}

/* What a verdict asks for. The farther the prior is from it, the more the weights must change for that paper alone, and
 * the more papers change with it: a single verdict there asks for little more than to be on its side of the cut. The
 * least that it asks for puts it there although the fit gives a single paper 1 / (2 C) of the way less. */
static double asked_by_verdict(const pt_lesson *lesson, size_t i)
{
    const double distance = prior_distance(lesson, lesson->judged[i], lesson->yes[i]) / WIDTH;
    const double least = ASKED_MIN + (ASKED_MIN - fmin(distance, 0)) / (2 * ADAPT_C);
    return fmax(fmin(1 + ASKED_LESS * distance / (double)lesson->count, 1), least);
}

/* How far the verdicts reach: the greatest distance from the cut of a paper that the prior decides against them. */
static double find_reach(const pt_lesson *lesson)
{
    double reach = 0;

    for (size_t i = 0; i < lesson->count; i++) {
        reach = fmax(reach, -prior_distance(lesson, lesson->judged[i], lesson->yes[i]));
    }
    return reach;
}

/* How doubtful it is that the verdicts say anything about other papers. A single verdict on a paper that the prior
 * decides otherwise by far is most likely about that paper alone; several are not. */
static double find_doubt(const pt_lesson *lesson)
{
    const double far = find_reach(lesson) / WIDTH, n = (double)lesson->count;
    return fmax(far - 1, 0) / (n * n);
}

/* Papers that hold the weights where they are: each asks for the distance from the cut that it has, WIDTH at most.
 * These are labelled papers that the prior decides as their labels do. Those that it decides otherwise do not pull, or
 * a single verdict would fit the tag to all labels again. When the verdicts are in doubt, unjudged papers without a
 * label hold too, a little, as the prior decides them. */
struct restraint {
    uint32_t *rows; /* count */
    uint8_t *has;   /* count */
    float *asked;   /* count: in units of WIDTH */
    float *cost;    /* count */
    bool *active;   /* count: it takes part in the fit */
    size_t count;
};

static void close_restraint(struct restraint *r)
{
    free(r->rows);
    free(r->has);
    free(r->asked);
    free(r->cost);
    free(r->active);
}

static void restrain(struct restraint *r, uint32_t row, bool has, double distance, double cost)
{
    r->rows[r->count] = row;
    r->has[r->count] = has;
    r->asked[r->count] = (float)fmin(distance / WIDTH, 1);
    r->cost[r->count++] = (float)cost;
}

/* Adds the stored papers that have neither a verdict nor a label. */
static int restrain_others(struct restraint *r, const pt_lesson *lesson, double cost, papertag_error *err)
{
    bool *known = pt_calloc(lesson->rows->count, sizeof *known);

    if (!known) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < lesson->count; i++) {
        known[lesson->judged[i]] = true;
    }
    for (size_t i = 0; i < lesson->labelled_count; i++) {
        known[lesson->labelled[i]] = true;
    }
    for (uint32_t i = 0; i < lesson->papers; i++) {
        const double above = known[i] ? 0 : prior_distance(lesson, i, true);
        if (above != 0) {
            restrain(r, i, above > 0, fabs(above), cost);
        }
    }
    free(known);
    return PAPERTAG_OK;
}

static int open_restraint(struct restraint *r, const pt_lesson *lesson, double doubt, papertag_error *err)
{
    const double cost = OTHERS_COST * doubt;
    const size_t room = lesson->labelled_count + (cost >= OTHERS_MIN ? lesson->papers : 0);

    r->rows = pt_alloc(room, sizeof *r->rows);
    r->has = pt_alloc(room, sizeof *r->has);
    r->asked = pt_alloc(room, sizeof *r->asked);
    r->cost = pt_alloc(room, sizeof *r->cost);
    r->active = pt_calloc(room, sizeof *r->active);
    if (!r->rows || !r->has || !r->asked || !r->cost || !r->active) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < lesson->labelled_count; i++) {
        const double distance = prior_distance(lesson, lesson->labelled[i], lesson->has[i]);
        if (distance > 0) {
            restrain(r, lesson->labelled[i], lesson->has[i], distance, LABELLED_COST);
        }
    }
    return cost >= OTHERS_MIN ? restrain_others(r, lesson, cost, err) : PAPERTAG_OK;
}

/* Whether a fit gives a paper less than it asks for, in any lane that is in use. */
static bool is_broken(const struct fit *f, const pt_lesson *lesson, const struct restraint *r, size_t i)
{
    const double target = target_of(lesson, r->rows[i], r->has[i], r->asked[i]);

    for (unsigned lane = 0; lane <= f->cases.folds; lane++) {
        const double margin = lane_margin(f, lane, pt_rows_get(lesson->rows, r->rows[i]));
        if ((r->has[i] ? margin : -margin) < target - ADAPT_EPSILON) {
            return true;
        }
    }
    return false;
}

/* Fits the verdicts, then the papers too that hold and got less than they ask for, until there are none: few of them
 * ever take part, and those that do not would not change the fit. */
static int fit_restrained(const pt_lesson *lesson, struct fit *f, struct restraint *r, papertag_error *err)
{
    enum { ROUNDS_MAX = 30 };
    const pt_linear_options options = {
        .c = ADAPT_C, .from_prior = true, .fixed_bias = true, .epsilon = ADAPT_EPSILON, .epochs_max = EPOCHS_MAX};
    size_t before = 0;
    int status = PAPERTAG_OK;

    for (int round = 0; !status && round < ROUNDS_MAX && f->cases.count > before; round++) {
        before = f->cases.count;
        start_from_prior(lesson, f->lanes);
        status = pt_linear_fit_folds(&f->cases, &options, f->lanes, err);
        pt_linear_split(f->lanes, lesson->terms, f->cases.folds + 1, f->split);
        for (size_t i = 0; i < r->count && !status; i++) {
            if (!r->active[i] && is_broken(f, lesson, r, i)) {
                add_case(f, r->rows[i], r->has[i], target_of(lesson, r->rows[i], r->has[i], r->asked[i]), r->cost[i],
                         PT_NO_FOLD);
                r->active[i] = true;
            }
        }
    }
    return status;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How much of the change is taken, 0 to 1: as much as the verdicts support. Papers within their reach may flip. Beyond
 * it one verdict may flip a share of the tag's papers, and each verdict more than the one before: n of them
 * n (n + 1) / 2 times as many. */
static int find_part(const pt_lesson *lesson, const struct fit *f, double *part, papertag_error *err)
{
    const double reach = find_reach(lesson), n = (double)lesson->count;
    double *flips = pt_alloc(lesson->papers, sizeof *flips); /* the part at which each paper flips */
    size_t count = 0, tagged = 0, allowed;

    if (!flips) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < lesson->papers; i++) {
        const double before = prior_distance(lesson, (uint32_t)i, true);
        const double after =
            WIDTH * lane_margin(f, f->cases.folds, pt_rows_get(lesson->rows, i)) + offset_part(lesson, (uint32_t)i);
        tagged += before >= 0;
        if ((before >= 0) != (after >= 0) && fabs(before) > reach) {
            flips[count++] = before / (before - after);
        }
    }
    allowed = (size_t)(FLIPS * n * (n + 1) / 2 * (double)tagged);
    pt_sort(flips, count, sizeof *flips, compare_doubles);
    *part = count <= allowed ? 1 : allowed ? (flips[allowed - 1] + flips[allowed]) / 2 : flips[0] * 0.999;
    free(flips);
    return PAPERTAG_OK;
}

/* Takes a part of the change. Bias, cut and calibration stay the prior's. */
static void take_part(const pt_lesson *lesson, const struct fit *f, double part, pt_learnt_tag *out)
{
    const unsigned all = f->cases.folds;

    keep_prior(lesson, out);
    for (size_t term = 0; term < lesson->terms; term++) {
        const double prior = lesson->prior[term];
        out->weights[term] = (float)(prior + part * (WIDTH * f->lanes[term * PT_LANES + all] - prior));
    }
    for (size_t i = 0; i < lesson->count; i++) {
        const double before = prior_distance(lesson, lesson->judged[i], true);
        double after;
        float margins[PT_LANES];
        pt_linear_margins(f->lanes, lesson->terms, pt_rows_get(lesson->rows, lesson->judged[i]), margins);
        after = WIDTH * margins[f->fold[i]] + offset_part(lesson, lesson->judged[i]);
        out->held_out[i] = (float)(lesson->prior_cut + before + part * (after - before));
    }
}

static int adapt_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err)
{
    float *asked = pt_alloc(lesson->count, sizeof *asked);
    const double doubt = find_doubt(lesson);
    struct restraint restraint = {0};
    struct fit f = {0};
    double part = 1;
    int status = asked ? open_restraint(&restraint, lesson, doubt, err) : pt_no_memory(err);

    status = status ? status : open_fit(&f, lesson->count + restraint.count, lesson, err);
    if (!status) {
        for (size_t i = 0; i < lesson->count; i++) {
            asked[i] = (float)target_of(lesson, lesson->judged[i], lesson->yes[i], asked_by_verdict(lesson, i));
        }
        add_verdicts(&f, lesson, asked, (double[]){1 + VERDICT_MORE * doubt, 1 + VERDICT_MORE * doubt});
    }
    status = status ? status : fit_restrained(lesson, &f, &restraint, err);
    status = status ? status : find_part(lesson, &f, &part, err);
    if (!status) {
        take_part(lesson, &f, part, out);
    }
    close_restraint(&restraint);
    close_fit(&f);
    free(asked);
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
            add_case(f, (uint32_t)i, true, 1, LIKELY_COST / (double)counts[LIKELY], PT_NO_FOLD);
        } else if (marks[i] == UNJUDGED) {
            add_case(f, (uint32_t)i, false, 1, total / (double)counts[UNJUDGED], PT_NO_FOLD);
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
            add_verdicts(f, lesson, NULL, (double[]){NO_COST, 1});
        }
        f->cases.folds = all ? f->cases.folds : fold_count(count_starting(lesson));
        for (size_t i = 0; i < lesson->count && !all; i++) {
            if (lesson->starting[i]) {
                add_case(f, lesson->judged[i], true, 1, 1, (unsigned)(f->cases.count % f->cases.folds));
            }
        }
        add_case(f, lesson->description, true, 1, DESCRIPTION_COST, PT_NO_FOLD);
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

/* Where even odds are when a new tag has its starting examples alone, in standard deviations above the mean margin of
 * the stored papers: by where the examples are when they are left out of the fit. */
static double find_even(const pt_lesson *lesson, const struct fit *starting, const struct spread *spread)
{
    const size_t count = count_starting(lesson);
    double sum = 0;

    for (size_t i = 0; i < count; i++) { /* the first cases */
        const unsigned fold = starting->fold[i];
        float margins[PT_LANES];
        pt_linear_margins(starting->lanes, lesson->terms, pt_rows_get(lesson->rows, starting->papers[i]), margins);
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
static void calibrate_new_tag(const pt_lesson *lesson, const struct fit *starting, const struct fit *fit,
                              pt_learnt_tag *out)
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
static void read_lanes(const struct fit *f, const pt_lesson *lesson, pt_learnt_tag *out)
{
    const unsigned all = f->cases.folds;

    for (size_t term = 0; term < lesson->terms; term++) {
        out->weights[term] = f->lanes[term * PT_LANES + all];
    }
    out->bias = f->lanes[lesson->terms * PT_LANES + all];
    for (size_t i = 0; i < lesson->count; i++) {
        float margins[PT_LANES];
        pt_linear_margins(f->lanes, lesson->terms, pt_rows_get(lesson->rows, lesson->judged[i]), margins);
        out->held_out[i] = margins[f->fold[i]];
    }
}

static int learn_new_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err)
{
    struct fit starting = {0}, fit = {0};
    int status = fit_new_tag(lesson, false, &starting, err);

    status = status ? status : fit_new_tag(lesson, true, &fit, err);
    if (!status) {
        read_lanes(&fit, lesson, out);
        calibrate_new_tag(lesson, &starting, &fit, out);
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
