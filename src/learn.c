/*
 * learn - one tag from verdicts.
 *
 * Either kind of fit takes one walk over the rows for the weights and their cross-validation: see pt_linear_fit_folds.
 * The constants were found on halves of a labelled set: base models trained on a part of it, ten tags taken away.
 */
#include "learn.h"

#include <math.h>
#include <stdlib.h>

#include "calibrate.h"

enum { FOLDS = 10, EPOCHS_MAX = 200 };

/* A tag of the model: C, the distance from the cut that a verdict asks for, what a paper of the training set counts. */
static const double ADAPT_C = 3, WIDTH = 0.3, LABELLED_COST = 0.1, ADAPT_EPSILON = 0.1;

/* A new tag: C, what its words count beside one example, what all the papers that nobody judged count beside all the
 * examples, what all those that its query finds count. */
static const double START_C = 0.1, WORDS_COST = 3, POOL_COST = 3, LIKELY_COST = 1, START_EPSILON = 0.01;

/* Where a new tag begins among the margins of papers that nobody judged, measured from their median in units of how far
 * those below it are from it (the root of the mean square): the papers above may have the tag, be they few or many.
 * Even odds are at CENTRE, and change with SLOPE; STRENGTH of this belief against verdicts. */
static const double CENTRE = 7, SLOPE = 0.42, SLOPE_LEAST = 0.15, STRENGTH = 8;

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

double pt_sign_test(size_t worse, size_t better)
{
    const size_t n = worse + better;
    double share = pow(0.5, (double)n), tail = 0; /* of all ways, those with k for the worse; from k = n down */

    if (n > 1000) { /* so few ways that they have no double */
        return 0.5 * erfc(((double)worse - (double)better - 1) / sqrt(2 * (double)n));
    }
    for (size_t k = n; k + 1 > worse; k--) {
        tail += share;
        share *= (double)k / (double)(n - k + 1);
    }
    return fmin(tail, 1);
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

static int make_fit(struct fit *f, size_t cases, size_t terms)
{
    f->papers = pt_alloc(cases, sizeof *f->papers);
    f->positive = pt_alloc(cases, sizeof *f->positive);
    f->fold = pt_alloc(cases, sizeof *f->fold);
    f->cost = pt_alloc(cases, sizeof *f->cost);
    f->lanes = pt_calloc(terms + 1, PT_LANES * sizeof *f->lanes);
    f->cases = (pt_cases){.papers = f->papers, .positive = f->positive, .cost = f->cost, .fold = f->fold};
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
    int status = make_fit(&f, lesson->count + lesson->labelled_count, lesson->terms);

    if (!status) {
        set_prior(lesson, f.lanes);
        add_said(&f, lesson);
        for (size_t i = 0; i < lesson->labelled_count; i++) {
            add_case(&f, lesson->labelled[i], lesson->has[i], LABELLED_COST, PT_NO_FOLD);
        }
        status = pt_linear_fit_folds(lesson->rows, &f.cases, lesson->terms, &options, f.lanes, err);
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

static uint8_t *mark_papers(const pt_lesson *lesson, size_t *likely)
{
    uint8_t *marks = pt_calloc(lesson->papers, sizeof *marks);

    *likely = 0;
    for (size_t i = 0; marks && i < lesson->count; i++) {
        marks[lesson->said[i]] = JUDGED;
    }
    for (size_t i = 0; marks && i < lesson->likely_count; i++) {
        if (marks[lesson->likely[i]] == UNJUDGED) {
            marks[lesson->likely[i]] = LIKELY;
            ++*likely;
        }
    }
    return marks;
}

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The median of the margins of papers nobody judged, and the distance of those below it. */
static int look_at_pool(const pt_lesson *lesson, const uint8_t *marks, const pt_column *c, double *median, double *unit)
{
    float *margins = pt_alloc(lesson->papers, sizeof *margins);
    size_t count = 0;
    double squares = 0;

    for (size_t i = 0; i < lesson->papers && margins; i++) {
        if (marks[i] == UNJUDGED) {
            margins[count++] = (float)pt_column_margin(c->weights, c->bias, pt_rows_get(lesson->rows, i));
        }
    }
    pt_sort(margins, margins ? count : 0, sizeof *margins, compare_floats);
    *median = margins && count ? margins[count / 2] : c->bias;
    for (size_t i = 0; i < count / 2; i++) {
        squares += (*median - margins[i]) * (*median - margins[i]);
    }
    *unit = fmax(sqrt(squares / (double)(count / 2 ? count / 2 : 1)), 1e-4);
    free(margins);
    return margins ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* The cut and the calibration: from where a tag begins among papers nobody judged, as far as verdicts do not say
 * otherwise. */
static int place_cut(const pt_lesson *lesson, const uint8_t *marks, pt_column *c, papertag_error *err)
{
    float *away = pt_alloc(lesson->count, sizeof *away);
    double median, unit, a = -SLOPE, b = 0;

    if (!away || look_at_pool(lesson, marks, c, &median, &unit)) {
        free(away);
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < lesson->count; i++) {
        away[i] = (float)((c->held_out[i] - median) / unit - CENTRE);
    }
    pt_platt_near(away, lesson->yes, lesson->count, STRENGTH, &a, &b);
    a = fmin(a, -SLOPE_LEAST);
    c->cut = median + unit * (CENTRE - b / a);
    c->a = a / unit;
    c->b = b - a * (median / unit + CENTRE);
    free(away);
    return PAPERTAG_OK;
}

static int start(const pt_lesson *lesson, pt_column *out, papertag_error *err)
{
    const pt_linear_options options = {.c = START_C, .epsilon = START_EPSILON, .epochs_max = EPOCHS_MAX};
    size_t likely, yes = 0;
    uint8_t *marks = mark_papers(lesson, &likely);
    struct fit f = {0};
    int status = marks ? make_fit(&f, lesson->papers + 1, lesson->terms) : PAPERTAG_NO_MEMORY;

    if (!status) {
        const size_t pool = lesson->papers - lesson->count - likely;
        add_said(&f, lesson);
        for (size_t i = 0; i < lesson->count; i++) {
            yes += lesson->yes[i];
        }
        add_case(&f, lesson->words, true, WORDS_COST, PT_NO_FOLD);
        for (size_t i = 0; i < lesson->papers; i++) {
            if (marks[i] == LIKELY) {
                add_case(&f, (uint32_t)i, true, LIKELY_COST / (double)likely, PT_NO_FOLD);
            } else if (marks[i] == UNJUDGED) {
                add_case(&f, (uint32_t)i, false, POOL_COST * (double)(yes ? yes : 1) / (double)pool, PT_NO_FOLD);
            }
        }
        status = pt_linear_fit_folds(lesson->rows, &f.cases, lesson->terms, &options, f.lanes, err);
    }
    if (!status) {
        take_column(&f, lesson, 1, 0, out);
        status = place_cut(lesson, marks, out, err);
    }
    free(marks);
    free_fit(&f);
    return status == PAPERTAG_NO_MEMORY ? pt_no_memory(err) : status;
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
