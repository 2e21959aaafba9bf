/*
 * tag_fit - fits one tag, compares the new weights with those in use, and finds the stored papers whose tag flips.
 *
 * All weights are compared as if they had not seen the verdicts: the new ones by cross-validation, those in use by the
 * cross-validation of when they were learnt (verdicts.held_out). A verdict given since then they have not seen, and the
 * weights from before any verdict have seen none. The new weights are compared with both: each of many small steps may
 * pass for chance, and together they would lead anywhere. Labelled papers count as well as verdicts.
 */
#include <math.h>
#include <stdlib.h>

#include "learn.h"
#include "measure/measure.h"

void pt_tag_fit_free(pt_tag_fit *fit)
{
    pt_learnt_tag_free(&fit->learnt);
    free(fit->old_weights);
    free(fit->rows);
    free(fit->p);
    free(fit->margins);
    free(fit->assigned);
    free(fit->gained);
    free(fit->lost);
}

/* The stored papers as rows that have all terms of either weights. */
static const pt_paper_rows *rows_of(const papertag_learner *l, const pt_tag_fit *fit)
{
    return fit->tag->is_new ? &l->own.rows : &l->rows;
}

/* The weights in use so far. */
static int copy_old(const papertag_learner *l, pt_tag_fit *fit)
{
    const papertag_model *m = l->model;
    const size_t terms = m->vocabulary.count - m->vocabulary.added;
    const uint32_t t = fit->tag->old_number;

    fit->old_cut = NAN;
    if (t == UINT32_MAX) {
        return PAPERTAG_OK;
    }
    fit->old_weights = fit->tag->is_new   ? pt_own_terms_weights(l, t)
                       : fit->tag->learnt ? pt_copy_weights(&m->own, terms, m->own_place[t])
                                          : pt_copy_weights(&m->matrix, terms, t);
    fit->old_bias = m->bias[t];
    fit->pull = fit->tag->is_new ? 0 : pt_cardinality_pull(&m->cardinality, t);
    fit->old_cut = m->tags[t].cut;
    return fit->old_weights ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* How often one decision was wrong where another was right, and the other way round. */
struct tally {
    size_t worse, better;
};

static void count_pair(struct tally *tally, bool before, bool after)
{
    tally->worse += before && !after;
    tally->better += after && !before;
}

static bool is_worse(struct tally a, struct tally b)
{
    return pt_sign_test(a.worse, a.better) < PT_CHANCE ||
           pt_sign_test(a.worse + b.worse, a.better + b.better) < PT_CHANCE;
}

/* Decisions on verdicts and on labelled papers: the new weights against those in use and against those from before any
 * verdict (the prior), and those in use against the prior. */
struct comparison {
    struct tally use[2], prior[2], use_prior[2]; /* [0]: verdicts, [1]: labelled papers */
};

/* Whether a paper is decided as `yes` says, by a margin and its cut. */
static bool is_right(double margin, double cut, bool yes)
{
    return (margin >= cut) == yes;
}

static bool prior_is_right(const pt_lesson *lesson, pt_paper_reader *reader, size_t row, bool yes)
{
    const float *prior = lesson->prior;

    return prior && is_right(pt_paper_reader_margin(reader, prior, lesson->prior_bias, lesson->pull, row),
                             lesson->prior_cut, yes);
}

static void compare_on_verdicts(const papertag_learner *l, const pt_lesson *lesson, pt_paper_reader *reader,
                                pt_tag_fit *fit, struct comparison *c)
{
    for (size_t i = 0; i < lesson->count; i++) {
        const pt_stored_verdict *v = &l->verdicts[fit->tag->first_verdict + i];
        const bool seen = l->in_use && !isnan(v->held_out);
        const size_t row = lesson->judged[i];
        const bool after = is_right(fit->learnt.held_out[i], fit->learnt.cut, v->yes);
        const bool prior = prior_is_right(lesson, reader, row, v->yes);
        bool before = false;
        if (fit->old_weights) {
            const double margin =
                seen ? v->held_out : pt_paper_reader_margin(reader, fit->old_weights, fit->old_bias, fit->pull, row);
            before = is_right(margin, fit->old_cut, v->yes);
        }
        fit->right_first += prior;
        fit->right_before += before;
        fit->right_after += after;
        fit->yes += v->yes;
        fit->no += !v->yes;
        count_pair(&c->use[0], before, after);
        count_pair(&c->prior[0], prior, after);
        count_pair(&c->use_prior[0], prior, before);
    }
}

static void compare_on_labels(const pt_lesson *lesson, pt_paper_reader *reader, const pt_tag_fit *fit,
                              struct comparison *c)
{
    const pt_learnt_tag *new = &fit->learnt;

    for (size_t i = 0; i < lesson->labelled_count && fit->old_weights; i++) {
        const size_t row = lesson->labelled[i];
        const bool yes = lesson->has[i], prior = prior_is_right(lesson, reader, row, yes);
        const bool after =
            is_right(pt_paper_reader_margin(reader, new->weights, new->bias, fit->pull, row), new->cut, yes);
        const bool before = is_right(pt_paper_reader_margin(reader, fit->old_weights, fit->old_bias, fit->pull, row),
                                     fit->old_cut, yes);
        count_pair(&c->use[1], before, after);
        count_pair(&c->prior[1], prior, after);
        count_pair(&c->use_prior[1], prior, before);
    }
}

/* Puts the prior in place of what was learnt. */
static int restore_prior(const pt_lesson *lesson, pt_tag_fit *fit)
{
    pt_lesson without = *lesson;

    without.count = 0;
    pt_learnt_tag_free(&fit->learnt);
    fit->restored = fit->taken = true;
    return pt_learn_tag(&without, &fit->learnt, NULL);
}

/* Takes the new weights unless they are worse by more than chance than those in use or than the prior. When those in
 * use are worse than the prior themselves, the tag goes back to it. */
static int decide_on_fit(const papertag_learner *l, const pt_lesson *lesson, pt_paper_reader *reader, pt_tag_fit *fit)
{
    struct comparison c = {0};

    compare_on_verdicts(l, lesson, reader, fit, &c);
    compare_on_labels(lesson, reader, fit, &c);
    fit->labelled = lesson->labelled_count;
    fit->taken = !fit->old_weights || !lesson->count || l->options.force ||
                 !(is_worse(c.use[0], c.use[1]) || (lesson->prior && is_worse(c.prior[0], c.prior[1])));
    if (!fit->taken && fit->tag->learnt && lesson->prior && is_worse(c.use_prior[0], c.use_prior[1])) {
        return restore_prior(lesson, fit);
    }
    return PAPERTAG_OK;
}

/* ---- stored papers --------------------------------------------------------------------------------------------- */

/* Room in the arrays of a fit. */
struct room {
    size_t rows, p, margins, assigned, gained, lost;
};

static int add_opinion(pt_tag_fit *fit, struct room *room, size_t row, double p, double margin, bool assigned)
{
    if (pt_reserve(&fit->rows, &room->rows, fit->count + 1, sizeof *fit->rows) ||
        pt_reserve(&fit->p, &room->p, fit->count + 1, sizeof *fit->p) ||
        pt_reserve(&fit->margins, &room->margins, fit->count + 1, sizeof *fit->margins) ||
        pt_reserve(&fit->assigned, &room->assigned, fit->count + 1, sizeof *fit->assigned)) {
        return PAPERTAG_NO_MEMORY;
    }
    fit->rows[fit->count] = (uint32_t)row;
    fit->p[fit->count] = p;
    fit->margins[fit->count] = margin;
    fit->assigned[fit->count++] = assigned;
    return PAPERTAG_OK;
}

static int add_flip(pt_tag_fit *fit, struct room *room, int64_t key, bool gained)
{
    int64_t **keys = gained ? &fit->gained : &fit->lost;
    size_t *count = gained ? &fit->gained_count : &fit->lost_count;

    if (pt_reserve(keys, gained ? &room->gained : &room->lost, *count + 1, sizeof **keys)) {
        return PAPERTAG_NO_MEMORY;
    }
    (*keys)[(*count)++] = key;
    return PAPERTAG_OK;
}

/* A look at the stored papers by the weights that were learnt and by those in use. */
struct look {
    const pt_tag_fit *fit;
    const pt_span *before;         /* by the prior: see pt_lesson; NULL: there is none */
    double change_new, change_old; /* how far margins may be from those by the prior */
    pt_rough weights;              /* those that were learnt, and those in use if there are any */
    uint8_t *states;               /* by paper: enum state */
    double *margins;               /* by paper, unless it is OUT: by the weights that were learnt */
};

/* A paper may have neither an opinion worth keeping nor the tag so far; else it has the tag so far or not. */
enum state { OUT, WITHOUT, WITH };

/* Whether neither margin, at most, gives an opinion worth keeping or the tag. */
static bool is_out(const pt_tag_fit *fit, double most_new, double most_old)
{
    const pt_learnt_tag *new = &fit->learnt;

    return new->a < 0 && most_new < new->cut &&
           1 / (1 + exp(new->a *most_new + new->b)) < PAPERTAG_OPINION_MIN - 1e-9 &&
           (!fit->old_weights || most_old < fit->old_cut);
}

static bool is_surely_out(const struct look *look, pt_paper_reader *reader, size_t row)
{
    const double offset = pt_rough_offset(reader->rows, look->fit->pull, row).most;
    pt_span margins[PT_ABREAST];

    if (look->before) {
        const double most = look->before[row].most + offset;
        if (is_out(look->fit, most + look->change_new, most + look->change_old)) {
            return true;
        }
    }
    pt_rough_margins(&look->weights, reader, row, margins);
    return is_out(look->fit, margins[0].most + offset, look->fit->old_weights ? margins[1].most + offset : 0);
}

static int look_at_papers(void *context, pt_paper_reader *reader, size_t first, size_t end)
{
    const struct look *look = context;
    const pt_tag_fit *fit = look->fit;
    const pt_learnt_tag *new = &fit->learnt;

    for (size_t row = first; row < end; row++) {
        look->states[row] = OUT;
        if (!is_surely_out(look, reader, row)) {
            const bool with = fit->old_weights && pt_paper_reader_margin(reader, fit->old_weights, fit->old_bias,
                                                                         fit->pull, row) >= fit->old_cut;
            look->states[row] = with ? WITH : WITHOUT;
            look->margins[row] = pt_paper_reader_margin(reader, new->weights, new->bias, fit->pull, row);
        }
    }
    return PAPERTAG_OK;
}

/* Lists opinions and flips. */
static int list_decisions(const papertag_learner *l, const struct look *look, const bool *judged, pt_tag_fit *fit)
{
    const pt_learnt_tag *new = &fit->learnt;
    struct room room = {0};
    int status = PAPERTAG_OK;

    for (size_t row = 0; row < l->papers.count && !status; row++) {
        double margin, p;
        bool after;
        if (look->states[row] == OUT) {
            continue;
        }
        margin = look->margins[row];
        p = 1 / (1 + exp(new->a *margin + new->b));
        after = margin >= new->cut;
        if (after || p >= PAPERTAG_OPINION_MIN) {
            status = add_opinion(fit, &room, row, p, margin, after);
        }
        if (!status && after != (look->states[row] == WITH) && !judged[row]) { /* a verdict holds whatever is decided */
            status = add_flip(fit, &room, l->papers.keys[row], after);
        }
    }
    return status;
}

/* How far the margins by some weights and bias may be from those by the prior. */
static double change_of(const pt_lesson *lesson, const float *weights, double bias)
{
    double squares = 0;

    for (size_t term = 0; term < lesson->terms; term++) {
        const double step = (double)weights[term] - lesson->prior[term];
        squares += step * step;
    }
    return pt_rough_move(squares) + fabs(bias - lesson->prior_bias);
}

/* Sets what the weights that were learnt decide about the stored papers. */
static int decide_on_papers(const papertag_learner *l, const pt_lesson *lesson, pt_tag_fit *fit)
{
    const pt_paper_rows *rows = rows_of(l, fit);
    const size_t count = l->papers.count;
    bool *judged = pt_calloc(count, sizeof *judged);
    struct look look = {.fit = fit,
                        .before = lesson->before,
                        .states = pt_alloc(count, sizeof *look.states),
                        .margins = pt_alloc(count, sizeof *look.margins)};
    int status = judged && look.states && look.margins ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t k = 0; k < fit->tag->verdict_count && !status; k++) {
        judged[pt_learner_row(l, l->verdicts[fit->tag->first_verdict + k].paper)] = true;
    }
    if (lesson->prior) {
        look.change_new = change_of(lesson, fit->learnt.weights, fit->learnt.bias);
        look.change_old = change_of(lesson, fit->old_weights, fit->old_bias);
    }
    status = status ? status : pt_rough_add(&look.weights, rows, fit->learnt.weights, fit->learnt.bias);
    if (!status && fit->old_weights) {
        status = pt_rough_add(&look.weights, rows, fit->old_weights, fit->old_bias);
    }
    status = status ? status : pt_paper_rows_each(rows, count, look_at_papers, &look);
    status = status ? status : list_decisions(l, &look, judged, fit);
    pt_rough_close(&look.weights);
    free(look.margins);
    free(look.states);
    free(judged);
    return status;
}

/* ---- one fit --------------------------------------------------------------------------------------------------- */

int pt_tag_fit_learn(void *context, size_t i)
{
    papertag_learner *l = context;
    pt_tag_fit *fit = &l->fits[i];
    pt_paper_reader reader = {0};
    pt_evidence e = {0};
    int status;

    l->threads.fits++;
    status = pt_paper_reader_open(&reader, rows_of(l, fit));
    status = status ? status : copy_old(l, fit);
    status = status ? status : pt_evidence_gather(l, fit, &e);
    status = status ? status : pt_learn_tag(&e.lesson, &fit->learnt, NULL);
    status = status ? status : decide_on_fit(l, &e.lesson, &reader, fit);
    status = status ? status : decide_on_papers(l, &e.lesson, fit);
    pt_paper_reader_close(&reader);
    pt_evidence_free(&e);
    l->threads.fits--;
    return status;
}
