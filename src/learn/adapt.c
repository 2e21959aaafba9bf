/*
 * adapt - learns one tag of the model from verdicts. The constants were found on halves of a labelled set, with base
 * models trained on part of one half.
 *
 * Of a million papers few decide anything, so each is looked at roughly first: see paper_rows.h.
 */
#include <math.h>
#include <stdlib.h>

#include "cases.h"

enum { EPOCHS_MAX = 200, LANE_GROUPS = PT_LANES / PT_ABREAST };

/* C; the distance from the cut that a verdict asks for; what it asks for at least, and how much
 * less a single one asks for with the distance by which the prior contradicts it, all in units of WIDTH; the cost of a
 * labelled paper; by unit of doubt, the cost of an unjudged paper, from OTHERS_MIN on, and how much more a verdict
 * costs; the share of a tag's papers that a verdict may flip beyond its reach. */
static const double ADAPT_C = 10, WIDTH = 0.3, ASKED_MIN = 0.1, ASKED_LESS = 0.5, LABELLED_COST = 1, OTHERS_COST = 0.02;
static const double OTHERS_MIN = 0.001, VERDICT_MORE = 20, FLIPS = 0.002, ADAPT_EPSILON = 0.01;

void pt_learnt_tag_free(pt_learnt_tag *learnt)
{
    free(learnt->weights);
    free(learnt->held_out);
    *learnt = (pt_learnt_tag){0};
}

static void keep_prior(const pt_lesson *lesson, pt_learnt_tag *out)
{
    out->bias = lesson->prior_bias;
    out->cut = lesson->prior_cut;
    out->a = lesson->prior_a;
    out->b = lesson->prior_b;
    memcpy(out->weights, lesson->prior, lesson->terms * sizeof *out->weights);
}

/* ---- what the prior decides ------------------------------------------------------------------------------------- */

/* Papers that hold the weights where they are: each asks for the distance from the cut that it has, WIDTH at most.
 * These are labelled papers that the prior decides as their labels do. Those that it decides otherwise do not pull, or
 * a single verdict would fit the tag to all labels again. When the verdicts are in doubt, unjudged papers without a
 * label hold too, a little, as the prior decides them. What a paper asks for is found when a fit may have given it
 * less. */
enum hold { NOT_KNOWN, HOLDS, FREE, IN_FIT };
struct restraint {
    uint32_t *rows; /* count: labelled papers, then others */
    uint8_t *has;   /* count: of others, once it is known */
    float *asked;   /* count: in units of WIDTH; once it is known */
    uint8_t *state; /* count: enum hold */
    float *limit;   /* count: how long a path of the lanes cannot break it */
    bool *broken;   /* count: by the last fit */
    size_t count, labelled;
    double cost; /* of another */
};

/* A tag that is learnt. */
struct adapting {
    const pt_lesson *lesson;
    pt_paper_reader reader;
    double *above; /* n: how far above the cut the prior puts each judged paper */
    struct restraint restraint;
    pt_fit fit;
    pt_rough lanes[LANE_GROUPS]; /* of the fit */
    double path;                 /* how far a lane may have come from the prior, step by step */
};

/* How far above the cut the prior puts a paper. */
static double prior_above(const pt_lesson *lesson, pt_paper_reader *reader, size_t row)
{
    return pt_paper_reader_margin(reader, lesson->prior, lesson->prior_bias, lesson->pull, row) - lesson->prior_cut;
}

/* The margin that a fit must give a paper, in units of WIDTH, for it to have what it asks for together with the part of
 * its offset. */
static double target_of(const pt_lesson *lesson, pt_paper_reader *reader, uint32_t row, bool yes, double asked)
{
    return asked - (yes ? 1 : -1) * pt_paper_reader_offset(reader, lesson->pull, row) / WIDTH;
}

/* How far the prior decides a judged paper to the side of its verdict. */
static double distance_of(const struct adapting *a, size_t i)
{
    return a->lesson->yes[i] ? a->above[i] : -a->above[i];
}

/* What a verdict asks for. The farther the prior is from it, the more the weights must change for that paper alone, and
 * the more papers change with it: a single verdict there asks for little more than to be on its side of the cut. The
 * least that it asks for puts it there although the fit gives a single paper 1 / (2 C) of the way less. */
static double asked_by_verdict(const struct adapting *a, size_t i)
{
    const double distance = distance_of(a, i) / WIDTH;
    const double least = ASKED_MIN + (ASKED_MIN - fmin(distance, 0)) / (2 * ADAPT_C);
    return fmax(fmin(1 + ASKED_LESS * distance / (double)a->lesson->count, 1), least);
}

/* How far the verdicts reach: the greatest distance from the cut of a paper that the prior decides against them. */
static double find_reach(const struct adapting *a)
{
    double reach = 0;

    for (size_t i = 0; i < a->lesson->count; i++) {
        reach = fmax(reach, -distance_of(a, i));
    }
    return reach;
}

/* How doubtful it is that the verdicts say anything about other papers. A single verdict on a paper that the prior
 * decides otherwise by far is most likely about that paper alone; several are not. */
static double find_doubt(const struct adapting *a)
{
    const double far = find_reach(a) / WIDTH, n = (double)a->lesson->count;
    return fmax(far - 1, 0) / (n * n);
}

static int look_at_verdicts(struct adapting *a)
{
    const pt_lesson *lesson = a->lesson;
    const int status = pt_paper_reader_open(&a->reader, lesson->rows);

    a->above = pt_alloc(lesson->count, sizeof *a->above);
    for (size_t i = 0; i < lesson->count && !status && a->above; i++) {
        a->above[i] = prior_above(lesson, &a->reader, lesson->judged[i]);
    }
    return status || !a->above ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* ---- papers that hold ------------------------------------------------------------------------------------------ */

static void close_restraint(struct restraint *r)
{
    free(r->rows);
    free(r->has);
    free(r->asked);
    free(r->state);
    free(r->limit);
    free(r->broken);
}

/* Adds the stored papers that have neither a verdict nor a label. */
static int restrain_others(struct restraint *r, const pt_lesson *lesson)
{
    bool *known = pt_calloc(pt_paper_rows_count(lesson->rows), sizeof *known);

    if (!known) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < lesson->count; i++) {
        known[lesson->judged[i]] = true;
    }
    for (size_t i = 0; i < lesson->labelled_count; i++) {
        known[lesson->labelled[i]] = true;
    }
    for (uint32_t i = 0; i < lesson->papers; i++) {
        if (!known[i]) {
            r->rows[r->count++] = i;
        }
    }
    free(known);
    return PAPERTAG_OK;
}

static int open_restraint(struct restraint *r, const pt_lesson *lesson, double doubt)
{
    const double cost = OTHERS_COST * doubt;
    const size_t room = lesson->labelled_count + (cost >= OTHERS_MIN ? lesson->papers : 0);

    r->cost = cost;
    r->rows = pt_alloc(room, sizeof *r->rows);
    r->has = pt_alloc(room, sizeof *r->has);
    r->asked = pt_alloc(room, sizeof *r->asked);
    r->state = pt_calloc(room, sizeof *r->state);
    r->limit = pt_calloc(room, sizeof *r->limit);
    r->broken = pt_alloc(room, sizeof *r->broken);
    if (!r->rows || !r->has || !r->asked || !r->state || !r->limit || !r->broken) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < lesson->labelled_count; i++) {
        r->rows[i] = lesson->labelled[i];
        r->has[i] = lesson->has[i];
    }
    r->count = r->labelled = lesson->labelled_count;
    return cost >= OTHERS_MIN ? restrain_others(r, lesson) : PAPERTAG_OK;
}

/* Finds what a paper asks for. */
static void find_asked(const pt_lesson *lesson, pt_paper_reader *reader, struct restraint *r, size_t k)
{
    const double above = prior_above(lesson, reader, r->rows[k]);
    double distance;

    r->has[k] = k < r->labelled ? r->has[k] : above > 0;
    distance = r->has[k] ? above : -above;
    r->asked[k] = (float)fmin(distance / WIDTH, 1);
    r->state[k] = distance > 0 ? HOLDS : FREE;
}

/* Whether a fit gives a paper less than it asks for, in any lane that is in use. */
static bool is_broken(const pt_fit *f, const pt_lesson *lesson, pt_paper_reader *reader, const struct restraint *r,
                      size_t k)
{
    const double target = target_of(lesson, reader, r->rows[k], r->has[k], r->asked[k]);
    const pt_row row = pt_paper_reader_get(reader, r->rows[k]);

    for (unsigned lane = 0; lane <= f->cases.folds; lane++) {
        const float *weights = pt_fit_lane(f, lane);
        const double margin = pt_linear_margin(weights, weights[lesson->terms], row);
        if ((r->has[k] ? margin : -margin) < target - ADAPT_EPSILON) {
            return true;
        }
    }
    return false;
}

/* How far a margin in a lane may move before the paper might get less than it asks for; below 0: it might now. All is
 * in units of WIDTH: where its distance above the cut lies by the prior, the part of its offset, and its margin. A
 * paper on the side of the tag asks for the lesser of `before` and 1 - offset, one on the other side for the greater of
 * `before` and -1 - offset. side: 0 when it may be either. */
static double room_of(int side, pt_span before, pt_span offset, pt_span margin)
{
    const double allowed = ADAPT_EPSILON - 1e-5; /* more than rounding makes of what is asked */
    const double up = margin.least - before.most + allowed, down = before.least - margin.most + allowed;

    if (side == 0) {
        return fmin(up, down);
    }
    return side > 0 ? fmax(up, margin.least + offset.least - 1 + allowed)
                    : fmax(down, allowed - 1 - margin.most - offset.most);
}

static pt_span in_widths(double least, double most)
{
    return (pt_span){least / WIDTH, most / WIDTH};
}

/* Whether a fit may give a paper less than it asks for. Sets its limit if not. */
static bool may_be_broken(const struct adapting *a, pt_paper_reader *reader, size_t k)
{
    const struct restraint *r = &a->restraint;
    const double cut = a->lesson->prior_cut;
    const pt_span margin = a->lesson->before[r->rows[k]],
                  part = pt_rough_offset(reader->rows, a->lesson->pull, r->rows[k]);
    const pt_span before = in_widths(margin.least - cut, margin.most - cut), offset = in_widths(part.least, part.most);
    const pt_span above = pt_span_sum(before, offset);
    const bool knows_side = k < r->labelled || r->state[k] == HOLDS;
    const int side = knows_side ? (r->has[k] ? 1 : -1) : above.least > 0 ? 1 : above.most < 0 ? -1 : 0;
    double room = room_of(side, before, offset, before) - a->path;

    if (!(room >= 0)) {
        room = INFINITY;
        for (size_t group = 0; room >= 0 && group < LANE_GROUPS && a->lanes[group].count; group++) {
            pt_span margins[PT_ABREAST];
            pt_rough_margins(&a->lanes[group], reader, r->rows[k], margins);
            for (size_t lane = 0; lane < a->lanes[group].count; lane++) {
                room = fmin(room, room_of(side, before, offset, margins[lane]));
            }
        }
    }
    r->limit[k] = (float)(a->path + room);
    return room < 0;
}

static int look_for_broken(void *context, pt_paper_reader *reader, size_t first, size_t end)
{
    struct adapting *a = context;
    struct restraint *r = &a->restraint;

    for (size_t k = first; k < end; k++) {
        r->broken[k] = false;
        if (r->state[k] == FREE || r->state[k] == IN_FIT || a->path <= r->limit[k] || !may_be_broken(a, reader, k)) {
            continue;
        }
        if (r->state[k] == NOT_KNOWN) {
            find_asked(a->lesson, reader, r, k);
        }
        r->broken[k] = r->state[k] == HOLDS && is_broken(&a->fit, a->lesson, reader, r, k);
    }
    return PAPERTAG_OK;
}

/* Adds the papers that hold and get less than they ask for to the fit. */
static int add_broken(struct adapting *a)
{
    struct restraint *r = &a->restraint;
    const int status = pt_paper_rows_each(a->lesson->rows, r->count, look_for_broken, a);

    for (size_t k = 0; k < r->count && !status; k++) {
        if (r->broken[k]) {
            pt_fit_add(&a->fit, r->rows[k], r->has[k],
                       target_of(a->lesson, &a->reader, r->rows[k], r->has[k], r->asked[k]),
                       k < r->labelled ? LABELLED_COST : r->cost, PT_NO_FOLD);
            r->state[k] = IN_FIT;
        }
    }
    return status;
}

/* ---- the fit ---------------------------------------------------------------------------------------------------- */

static void start_from_prior(const pt_lesson *lesson, float *lanes)
{
    for (size_t term = 0; term <= lesson->terms; term++) {
        const double prior = term < lesson->terms ? lesson->prior[term] : lesson->prior_bias - lesson->prior_cut;
        for (size_t lane = 0; lane < PT_LANES; lane++) {
            lanes[term * PT_LANES + lane] = (float)(prior / WIDTH);
        }
    }
}

/* Moves the lanes to where the fit has put them. Returns how far the margin of a row may have moved. */
static double move_lanes(pt_fit *f, size_t terms)
{
    double farthest = 0;

    for (unsigned lane = 0; lane <= f->cases.folds; lane++) {
        const float *before = pt_fit_lane(f, lane);
        double squares = 0;
        for (size_t term = 0; term < terms; term++) {
            const double step = (double)f->lanes[term * PT_LANES + lane] - before[term];
            squares += step * step;
        }
        farthest = fmax(farthest, pt_rough_move(squares));
    }
    pt_linear_split(f->lanes, terms, f->cases.folds + 1, f->split);
    return farthest;
}

static void close_lanes(struct adapting *a)
{
    for (size_t group = 0; group < LANE_GROUPS; group++) {
        pt_rough_close(&a->lanes[group]);
    }
}

/* Fits the cases so far. */
static int fit_cases(struct adapting *a, papertag_error *err)
{
    const pt_linear_options options = {
        .c = ADAPT_C, .from_prior = true, .fixed_bias = true, .epsilon = ADAPT_EPSILON, .epochs_max = EPOCHS_MAX};
    pt_fit *f = &a->fit;
    int status = PAPERTAG_OK;

    while (f->rows.count < f->cases.count && !status) {
        const pt_row row = pt_paper_reader_get(&a->reader, f->papers[f->rows.count]);
        status = pt_rows_append(&f->rows, row.terms, row.values, row.count);
    }
    start_from_prior(a->lesson, f->lanes);
    status = status ? status : pt_linear_fit_folds(&f->cases, &options, f->lanes, err);
    a->path += move_lanes(f, a->lesson->terms);
    close_lanes(a);
    for (unsigned lane = 0; lane <= f->cases.folds && !status; lane++) {
        const float *weights = pt_fit_lane(f, lane);
        status = pt_rough_add(&a->lanes[lane / PT_ABREAST], a->lesson->rows, weights, weights[a->lesson->terms]);
    }
    return status;
}

/* Fits the verdicts, then the papers too that hold and got less than they ask for, until there are none: few of them
 * ever take part, and those that do not would not change the fit. */
static int fit_restrained(struct adapting *a, papertag_error *err)
{
    enum { ROUNDS_MAX = 30 };
    size_t before = 0;
    int status = PAPERTAG_OK;

    start_from_prior(a->lesson, a->fit.lanes);
    pt_linear_split(a->fit.lanes, a->lesson->terms, a->fit.cases.folds + 1, a->fit.split);
    for (int round = 0; !status && round < ROUNDS_MAX && a->fit.cases.count > before; round++) {
        before = a->fit.cases.count;
        status = fit_cases(a, err);
        status = status ? status : add_broken(a);
    }
    return status;
}

/* ---- how much of the change is taken ---------------------------------------------------------------------------- */

struct flips {
    const struct adapting *adapting;
    double reach, change; /* change: how far margins may move, at most */
    double *parts; /* by stored paper: the part of the change at which it flips; NaN: it does not, or within reach */
    atomic_size_t tagged;
};

/* Where the margin of a paper in one lane lies. */
static pt_span rough_margin(const pt_rough *lanes, size_t lane, pt_paper_reader *reader, size_t i)
{
    pt_span margins[PT_ABREAST];

    pt_rough_margins(lanes, reader, i, margins);
    return margins[lane];
}

static int look_for_flips(void *context, pt_paper_reader *reader, size_t first, size_t end)
{
    struct flips *flips = context;
    const struct adapting *a = flips->adapting;
    const pt_lesson *lesson = a->lesson;
    const unsigned all = a->fit.cases.folds;
    const float *weights = pt_fit_lane(&a->fit, all);
    size_t tagged = 0;

    for (size_t i = first; i < end; i++) {
        const pt_span offset = pt_rough_offset(lesson->rows, lesson->pull, i);
        const pt_span now = {lesson->before[i].least + offset.least - lesson->prior_cut,
                             lesson->before[i].most + offset.most - lesson->prior_cut};
        pt_span then = {now.least - flips->change, now.most + flips->change};
        double before, after;
        flips->parts[i] = NAN;
        if (then.least < 0 && then.most >= 0) { /* there is more to know */
            const pt_span margin = rough_margin(&a->lanes[all / PT_ABREAST], all % PT_ABREAST, reader, i);
            then = (pt_span){WIDTH * margin.least + offset.least, WIDTH * margin.most + offset.most};
        }
        if ((now.most < 0 && then.most < 0) || (now.least >= 0 && then.least >= 0)) {
            tagged += now.least >= 0;
            continue;
        }
        before = prior_above(lesson, reader, i);
        after = WIDTH * pt_paper_reader_margin(reader, weights, weights[lesson->terms], 0, i) +
                pt_paper_reader_offset(reader, lesson->pull, i);
        tagged += before >= 0;
        if ((before >= 0) != (after >= 0) && fabs(before) > flips->reach) {
            flips->parts[i] = before / (before - after);
        }
    }
    flips->tagged += tagged;
    return PAPERTAG_OK;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How much of the change is taken, 0 to 1: as much as the verdicts support. Papers within their reach may flip. Beyond
 * it one verdict may flip a share of the tag's papers, and each verdict more than the one before: n of them
 * n (n + 1) / 2 times as many. */
static int find_part(const struct adapting *a, double *part)
{
    const double n = (double)a->lesson->count;
    struct flips flips = {.adapting = a,
                          .reach = find_reach(a),
                          .change = WIDTH * a->path,
                          .parts = pt_alloc(a->lesson->papers, sizeof *flips.parts)};
    double *parts = flips.parts;
    size_t count = 0, allowed;

    if (!parts || pt_paper_rows_each(a->lesson->rows, a->lesson->papers, look_for_flips, &flips)) {
        free(parts);
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < a->lesson->papers; i++) {
        if (!isnan(parts[i])) {
            parts[count++] = parts[i];
        }
    }
    allowed = (size_t)(FLIPS * n * (n + 1) / 2 * (double)flips.tagged);
    pt_sort(parts, count, sizeof *parts, compare_doubles);
    *part = count <= allowed ? 1 : allowed ? (parts[allowed - 1] + parts[allowed]) / 2 : parts[0] * 0.999;
    free(parts);
    return PAPERTAG_OK;
}

/* Takes a part of the change. Bias, cut and calibration stay the prior's. */
static void take_part(struct adapting *a, double part, pt_learnt_tag *out)
{
    const pt_lesson *lesson = a->lesson;
    const pt_fit *f = &a->fit;
    const unsigned all = f->cases.folds;

    keep_prior(lesson, out);
    for (size_t term = 0; term < lesson->terms; term++) {
        const double prior = lesson->prior[term];
        out->weights[term] = (float)(prior + part * (WIDTH * f->lanes[term * PT_LANES + all] - prior));
    }
    for (size_t i = 0; i < lesson->count; i++) {
        double after;
        float margins[PT_LANES];
        pt_linear_margins(f->lanes, lesson->terms, pt_rows_get(&f->rows, i), margins); /* the first cases */
        after = WIDTH * margins[f->fold[i]] + pt_paper_reader_offset(&a->reader, lesson->pull, lesson->judged[i]);
        out->held_out[i] = (float)(lesson->prior_cut + a->above[i] + part * (after - a->above[i]));
    }
}

static int adapt_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err)
{
    float *asked = pt_alloc(lesson->count, sizeof *asked);
    struct adapting a = {.lesson = lesson};
    double doubt, part = 1;
    int status = asked ? look_at_verdicts(&a) : PAPERTAG_NO_MEMORY;

    if (!status) {
        doubt = find_doubt(&a);
        status = open_restraint(&a.restraint, lesson, doubt);
    }
    status = status ? status : pt_fit_open(&a.fit, lesson->count + a.restraint.count, lesson, err);
    if (!status) {
        const double cost = 1 + VERDICT_MORE * doubt;
        for (size_t i = 0; i < lesson->count; i++) {
            asked[i] = (float)target_of(lesson, &a.reader, lesson->judged[i], lesson->yes[i], asked_by_verdict(&a, i));
        }
        pt_fit_add_verdicts(&a.fit, lesson, asked, (double[]){cost, cost});
    }
    status = status ? status : fit_restrained(&a, err);
    status = status ? status : find_part(&a, &part);
    if (!status) {
        take_part(&a, part, out);
    }
    close_lanes(&a);
    close_restraint(&a.restraint);
    pt_fit_close(&a.fit);
    pt_paper_reader_close(&a.reader);
    free(a.above);
    free(asked);
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}

int pt_learn_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err)
{
    pt_learnt_tag learnt = {.weights = pt_alloc(lesson->terms, sizeof *learnt.weights),
                            .held_out = pt_alloc(lesson->count, sizeof *learnt.held_out)};
    int status = PAPERTAG_OK;

    if (!learnt.weights || !learnt.held_out) {
        status = pt_no_memory(err);
    } else if (!lesson->prior) {
        status = pt_learn_new_tag(lesson, &learnt, err);
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
