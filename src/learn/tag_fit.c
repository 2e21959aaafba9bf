/*
 * tag_fit - fits one tag, compares the new weights with those in use, and finds the stored papers whose tag flips.
 *
 * Both weights are compared as if they had not seen the verdicts: the new ones by cross-validation, those in use by the
 * cross-validation of when they were learnt (verdicts.held_out). A verdict given since then they have not seen.
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

/* The weights in use so far. */
static int copy_old(const papertag_model *m, pt_tag_fit *fit)
{
    const uint32_t t = fit->tag->old_number;

    fit->old_cut = NAN;
    if (t == UINT32_MAX) {
        return PAPERTAG_OK;
    }
    fit->old_weights = fit->tag->learnt ? pt_copy_weights(&m->own, m->vocabulary.count, m->own_place[t])
                                        : pt_copy_weights(&m->matrix, m->vocabulary.count, t);
    fit->old_bias = m->bias[t];
    fit->old_cut = m->tags[t].cut;
    return fit->old_weights ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* Counts the verdicts that either weights decide as the person did, and takes the new ones unless they are worse by
 * more than chance. */
static void compare_on_verdicts(const papertag_learner *l, const pt_lesson *lesson, pt_tag_fit *fit)
{
    size_t worse = 0, better = 0;

    for (size_t i = 0; i < lesson->count; i++) {
        const pt_stored_verdict *v = &l->verdicts[fit->tag->first_verdict + i];
        const bool seen = l->in_use && !isnan(v->held_out);
        const bool after = (fit->learnt.held_out[i] >= fit->learnt.cut) == v->yes;
        bool before = false;
        if (fit->old_weights) {
            const pt_row row = pt_rows_get(lesson->rows, lesson->judged[i]);
            const double margin = seen ? v->held_out : pt_tag_margin(fit->old_weights, fit->old_bias, row);
            before = (margin >= fit->old_cut) == v->yes;
        }
        fit->right_before += before;
        fit->right_after += after;
        worse += before && !after;
        better += after && !before;
        fit->yes += v->yes;
        fit->no += !v->yes;
    }
    fit->taken = !fit->old_weights || l->options.force || pt_sign_test(worse, better) >= PT_CHANCE;
}

int pt_tag_fit_learn(void *context, size_t i)
{
    const papertag_learner *l = context;
    pt_tag_fit *fit = &l->fits[i];
    pt_evidence e = {0};
    int status = copy_old(l->model, fit);

    status = status ? status : pt_evidence_gather(l, fit, &e);
    status = status ? status : pt_learn_tag(&e.lesson, &fit->learnt, NULL);
    if (!status) {
        fit->labelled = e.lesson.labelled_count;
        compare_on_verdicts(l, &e.lesson, fit);
    }
    pt_evidence_free(&e);
    return status;
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

int pt_tag_fit_decide(void *context, size_t i)
{
    const papertag_learner *l = context;
    pt_tag_fit *fit = &l->fits[i];
    const pt_learnt_tag *new = &fit->learnt;
    bool *judged = pt_calloc(l->papers.count, sizeof *judged);
    struct room room = {0};
    int status = judged ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t k = 0; k < fit->tag->verdict_count && !status; k++) {
        judged[pt_learner_row(l, l->verdicts[fit->tag->first_verdict + k].paper)] = true;
    }
    for (size_t row = 0; row < l->papers.count && !status; row++) {
        const pt_row values = pt_rows_get(&l->papers.rows, row);
        const double margin = pt_tag_margin(new->weights, new->bias, values);
        const double p = 1 / (1 + exp(new->a *margin + new->b));
        const bool after = margin >= new->cut;
        const bool before = fit->old_weights && pt_tag_margin(fit->old_weights, fit->old_bias, values) >= fit->old_cut;
        if (after || p >= PAPERTAG_OPINION_MIN) {
            status = add_opinion(fit, &room, row, p, margin, after);
        }
        if (!status && after != before && !judged[row]) { /* a verdict holds whatever the weights decide */
            status = add_flip(fit, &room, l->papers.keys[row], after);
        }
    }
    free(judged);
    return status;
}
