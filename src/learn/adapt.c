/*
 * learn - one tag from verdicts.
 *
 * Either kind of fit takes one walk over the rows for the weights and their cross-validation: see pt_linear_fit_folds.
 * The constants were found on halves of a labelled set: base models trained on a part of it, ten tags taken away.
 */
#include "adapt.h"

#include <math.h>
#include <stdlib.h>

enum { FOLDS = 10, EPOCHS_MAX = 200 };

/* A tag of the model: C, the distance from the cut that a verdict asks for, what a paper of the training set counts. */
static const double ADAPT_C = 3, WIDTH = 0.3, LABELLED_COST = 0.1, ADAPT_EPSILON = 0.1;

/* A new tag: C, what its words count beside one example, what all the papers that nobody judged count beside the
 * examples that it began with and its words, what all those that its query finds count. */
static const double START_C = 0.1, WORDS_COST = 3, POOL_COST = 1.875, LIKELY_COST = 1, START_EPSILON = 0.001;

/* Even odds of a new tag that has only the n examples it began with, as a margin, are at EVEN + FEW / (n + 1), and odds
 * change with it by SLOPE: by logistic regression over 19 tags that were begun so with 1, 2, 5 and 10 examples. MOVE:
 * how far, as a standard deviation of log-odds, verdicts are to be expected to move them. GIVEN: the probability from
 * which on the tag is given. Half the F1 that is to be hoped for would be best for F1 at once (see cuts.c), but
 * questions are asked about papers near the cut, and teach more near even odds. LEAST: see find_least. */
static const double EVEN = -0.322, FEW = 0.062, SLOPE = 113, MOVE = 1.7, GIVEN = 0.4, LEAST = 4;

void pt_column_free(pt_column *column)
{
    free(column->weights);
    free(column->held_out);
    *column = (pt_column){0};
}

double pt_column_margin(const float *weights, double bias, pt_row row)
{
    float sum = 0;

    for (size_t k = 0; k < row.count; k++) {
        sum += row.values[k] * weights[row.terms[k]];
    }
    return bias + sum;
}

/* ---- the cases of a fit, and room for its weights -------------------------------------------------------------- */

struct fit {
    pt_cases cases;
    uint32_t *papers;
    uint8_t *positive, *fold;
    float *cost, *lanes; /* (V + 1) x PT_LANES */
};

static void free_fit(struct fit *f)
{
    free(f->papers);
    free(f->positive);
    free(f->fold);
    free(f->cost);
    free(f->lanes);
}

static int make_fit(struct fit *f, size_t cases, const pt_lesson *lesson)
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
    return f->papers && f->positive && f->fold && f->cost && f->lanes ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

static void add_case(struct fit *f, uint32_t paper, bool positive, double cost, unsigned fold)
{
    const size_t at = f->cases.count++;

    f->papers[at] = paper;
    f->positive[at] = positive;
    f->cost[at] = (float)cost;
    f->fold[at] = (uint8_t)fold;
}

/* Adds the verdicts first, those of either kind dealt to the folds in turn. */
static void add_said(struct fit *f, const pt_lesson *lesson)
{
    size_t dealt[2] = {0};

    f->cases.folds = (unsigned)(lesson->count < FOLDS ? lesson->count : FOLDS);
    for (size_t i = 0; i < lesson->count; i++) {
        const unsigned fold = (unsigned)(dealt[lesson->yes[i]]++ % f->cases.folds);
        add_case(f, lesson->said[i], lesson->yes[i], 1, lesson->yes[i] ? fold : f->cases.folds - 1 - fold);
    }
}

/* The weights of all cases, each verdict's margin by those of its fold; in units of `width` around `centre`. */
static void take_column(const struct fit *f, const pt_lesson *lesson, double width, double centre, pt_column *out)
{
    const unsigned all = f->cases.folds;

    for (size_t term = 0; term < lesson->terms; term++) {
        out->weights[term] = (float)(width * f->lanes[term * PT_LANES + all]);
    }
    out->bias = centre + width * f->lanes[lesson->terms * PT_LANES + all];
    for (size_t i = 0; i < lesson->count; i++) {
        float margins[PT_LANES];
        pt_linear_margins(f->lanes, lesson->terms, pt_rows_get(lesson->rows, lesson->said[i]), margins);
        out->held_out[i] = (float)(centre + width * margins[f->fold[i]]);
    }
}

/* ---- a tag of the model ---------------------------------------------------------------------------------------- */

static void set_prior(const pt_lesson *lesson, float *lanes)
{
    for (size_t term = 0; term <= lesson->terms; term++) {
        const double prior = term < lesson->terms ? lesson->prior[term] : lesson->prior_bias - lesson->prior_cut;
        for (size_t lane = 0; lane < PT_LANES; lane++) {
            lanes[term * PT_LANES + lane] = (float)(prior / WIDTH);
        }
    }
}

static int adapt(const pt_lesson *lesson, pt_column *out, papertag_error *err)
{
    const pt_linear_options options = {
        .c = ADAPT_C, .from_prior = true, .fixed_bias = true, .epsilon = ADAPT_EPSILON, .epochs_max = EPOCHS_MAX};
    struct fit f = {0};
    int status = make_fit(&f, lesson->count + lesson->labelled_count, lesson);

    if (!status) {
        set_prior(lesson, f.lanes);
        add_said(&f, lesson);
        for (size_t i = 0; i < lesson->labelled_count; i++) {
            add_case(&f, lesson->labelled[i], lesson->has[i], LABELLED_COST, PT_NO_FOLD);
        }
        status = pt_linear_fit_folds(&f.cases, &options, f.lanes, err);
    }
    if (!status) {
        take_column(&f, lesson, WIDTH, lesson->prior_cut, out);
        out->bias = lesson->prior_bias;
        out->cut = lesson->prior_cut;
        out->a = lesson->prior_a;
        out->b = lesson->prior_b;
    }
    free_fit(&f);
    return status == PAPERTAG_NO_MEMORY ? pt_no_memory(err) : status;
}

/* Without a verdict the tag is what it was. */
static int restore(const pt_lesson *lesson, pt_column *out)
{
    memcpy(out->weights, lesson->prior, lesson->terms * sizeof *out->weights);
    out->bias = lesson->prior_bias;
    out->cut = lesson->prior_cut;
    out->a = lesson->prior_a;
    out->b = lesson->prior_b;
    return PAPERTAG_OK;
}

/* ---- a new tag ------------------------------------------------------------------------------------------------- */

/* Marks of the stored papers: what is known of each. */
enum mark { UNJUDGED, JUDGED, LIKELY };

/* Marks the papers, the verdicts after the first examples only with `all`. */
static uint8_t *mark_papers(const pt_lesson *lesson, bool all, size_t counts[3])
{
    uint8_t *marks = pt_calloc(lesson->papers, sizeof *marks);

    for (size_t i = 0; marks && i < lesson->likely_count; i++) {
        marks[lesson->likely[i]] = LIKELY;
    }
    for (size_t i = 0; marks && i < lesson->count; i++) {
        marks[lesson->said[i]] = all || lesson->first[i] ? JUDGED : marks[lesson->said[i]];
    }
    counts[UNJUDGED] = counts[JUDGED] = counts[LIKELY] = 0;
    for (size_t i = 0; marks && i < lesson->papers; i++) {
        counts[marks[i]]++;
    }
    return marks;
}

static size_t count_first(const pt_lesson *lesson)
{
    size_t count = 0;

    for (size_t i = 0; i < lesson->count; i++) {
        count += lesson->first[i];
    }
    return count;
}

/* Fits the first examples, with `all` every verdict, against the papers that nobody judged. */
static int fit_new(const pt_lesson *lesson, bool all, struct fit *f, papertag_error *err)
{
    const pt_linear_options options = {.c = START_C, .epsilon = START_EPSILON, .epochs_max = EPOCHS_MAX};
    size_t counts[3];
    uint8_t *marks = mark_papers(lesson, all, counts);
    int status = marks ? make_fit(f, lesson->papers + 1, lesson) : PAPERTAG_NO_MEMORY;

    if (!status) {
        const double pool = POOL_COST * ((double)count_first(lesson) + WORDS_COST) / (double)counts[UNJUDGED];
        if (all) {
            add_said(f, lesson);
        }
        for (size_t i = 0; i < lesson->count && !all; i++) {
            if (lesson->first[i]) {
                add_case(f, lesson->said[i], true, 1, PT_NO_FOLD);
            }
        }
        add_case(f, lesson->words, true, WORDS_COST, PT_NO_FOLD);
        for (size_t i = 0; i < lesson->papers; i++) {
            if (marks[i] == LIKELY) {
                add_case(f, (uint32_t)i, true, LIKELY_COST / (double)counts[LIKELY], PT_NO_FOLD);
            } else if (marks[i] == UNJUDGED) {
                add_case(f, (uint32_t)i, false, pool, PT_NO_FOLD);
            }
        }
        status = pt_linear_fit_folds(&f->cases, &options, f->lanes, err);
    }
    free(marks);
    if (status == PAPERTAG_NO_MEMORY) {
        pt_no_memory(err);
        return PAPERTAG_NO_MEMORY;
    }
    return status;
}

/* Mean and standard deviation of the margins of all stored papers, in each lane. */
struct spread {
    double mean[PT_LANES], deviation[PT_LANES];
};

static void measure(const pt_lesson *lesson, const float *lanes, struct spread *out)
{
    const double n = (double)lesson->papers;
    double squares[PT_LANES] = {0};

    *out = (struct spread){0};
    for (size_t i = 0; i < lesson->papers; i++) {
        float margins[PT_LANES];
        pt_linear_margins(lanes, lesson->terms, pt_rows_get(lesson->rows, i), margins);
        for (size_t lane = 0; lane < PT_LANES; lane++) {
            out->mean[lane] += margins[lane];
            squares[lane] += (double)margins[lane] * margins[lane];
        }
    }
    for (size_t lane = 0; lane < PT_LANES; lane++) {
        out->mean[lane] /= n;
        out->deviation[lane] = sqrt(fmax(squares[lane] / n - out->mean[lane] * out->mean[lane], 1e-12));
    }
}

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The margin that is LEAST times as far above the median of all stored papers as those below it are under it (the root
 * of the mean square): where the store is small, or the examples are few, even odds are not lower than this. */
static int find_least(const pt_lesson *lesson, const float *lanes, double *least)
{
    float *list = pt_alloc(lesson->papers, sizeof *list);
    const size_t half = lesson->papers / 2;
    double squares = 0;

    for (size_t i = 0; list && i < lesson->papers; i++) {
        float margins[PT_LANES];
        pt_linear_margins(lanes, lesson->terms, pt_rows_get(lesson->rows, i), margins);
        list[i] = margins[0];
    }
    if (list) {
        pt_sort(list, lesson->papers, sizeof *list, compare_floats);
        for (size_t i = 0; i < half; i++) {
            squares += ((double)list[half] - list[i]) * ((double)list[half] - list[i]);
        }
        *least = list[half] + LEAST * sqrt(squares / (double)(half ? half : 1));
    }
    free(list);
    return list ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* How far verdicts move the log-odds of margins, whose odds are even at `even` and change with `slope`: the most likely
 * move, a normal prior about none. Examples that were picked because they have the tag tell nothing of it. */
static double find_move(const pt_lesson *lesson, const float *margins, double even, double slope)
{
    enum { STEPS = 50 };
    double move = 0;

    for (int step = 0; step < STEPS; step++) { /* Newton; the second derivative is never less than the prior's */
        double first = -move / (MOVE * MOVE), second = 1 / (MOVE * MOVE);
        for (size_t i = 0; i < lesson->count; i++) {
            const double p = 1 / (1 + exp(-slope * (margins[i] - even) - move));
            first += lesson->first[i] ? 0 : lesson->yes[i] - p;
            second += lesson->first[i] ? 0 : p * (1 - p);
        }
        move += fmin(fmax(first / second, -1), 1);
    }
    return move;
}

static int start(const pt_lesson *lesson, pt_column *out, papertag_error *err)
{
    struct fit begun = {0}, f = {0};
    struct spread before, after;
    double even, slope, least = 0;
    int status = fit_new(lesson, false, &begun, err);

    status = status ? status : fit_new(lesson, true, &f, err);
    if (!status && find_least(lesson, begun.lanes, &least)) {
        status = pt_no_memory(err);
    } else if (!status && begun.lanes && f.lanes && f.fold) {
        const unsigned all = f.cases.folds;
        measure(lesson, begun.lanes, &before);
        measure(lesson, f.lanes, &after);
        take_column(&f, lesson, 1, 0, out);
        for (size_t i = 0; i < lesson->count; i++) { /* a fold's margins as those of the whole */
            const unsigned fold = f.fold[i];
            out->held_out[i] =
                (float)((out->held_out[i] - after.mean[fold]) / after.deviation[fold] * after.deviation[all] +
                        after.mean[all]);
        }
        even = EVEN + FEW / ((double)count_first(lesson) + 1);
        even = (fmax(even, least) - before.mean[0]) / before.deviation[0] * after.deviation[all] + after.mean[all];
        slope = SLOPE * before.deviation[0] / after.deviation[all];
        out->a = -slope;
        out->b = slope * even - find_move(lesson, out->held_out, even, slope);
        out->cut = (log(1 / GIVEN - 1) - out->b) / out->a;
    }
    free_fit(&begun);
    free_fit(&f);
    return status;
}

int pt_learn(const pt_lesson *lesson, pt_column *out, papertag_error *err)
{
    pt_column column = {.weights = pt_alloc(lesson->terms, sizeof *column.weights),
                        .held_out = pt_alloc(lesson->count, sizeof *column.held_out)};
    int status = PAPERTAG_NO_MEMORY;

    status = !column.weights || !column.held_out ? pt_no_memory(err)
             : !lesson->prior                    ? start(lesson, &column, err)
             : lesson->count                     ? adapt(lesson, &column, err)
                                                 : restore(lesson, &column);
    if (status) {
        pt_column_free(&column);
    } else {
        *out = column;
    }
    return status;
}
