/*
 * cases - see cases.h.
 */
#include "cases.h"

#include <stdlib.h>

enum { FOLDS = 10 };

void pt_fit_close(pt_fit *f)
{
    free(f->papers);
    free(f->positive);
    free(f->fold);
    free(f->cost);
    free(f->target);
    free(f->lanes);
    pt_rows_free(&f->rows);
    free(f->numbers);
    free(f->split);
}

/* What a tag of the model needs besides. */
static int open_own_rows(pt_fit *f, size_t cases, const pt_lesson *lesson)
{
    f->numbers = pt_alloc(cases, sizeof *f->numbers);
    f->split = pt_alloc(lesson->terms + 1, PT_LANES * sizeof *f->split);
    for (size_t i = 0; f->numbers && i < cases; i++) {
        f->numbers[i] = (uint32_t)i;
    }
    f->cases.rows = &f->rows;
    f->cases.papers = f->numbers;
    return f->numbers && f->split ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

int pt_fit_open(pt_fit *f, size_t cases, const pt_lesson *lesson, papertag_error *err)
{
    f->papers = pt_alloc(cases, sizeof *f->papers);
    f->positive = pt_alloc(cases, sizeof *f->positive);
    f->fold = pt_alloc(cases, sizeof *f->fold);
    f->cost = pt_alloc(cases, sizeof *f->cost);
    f->target = pt_alloc(cases, sizeof *f->target);
    f->lanes = pt_calloc(lesson->terms + 1, PT_LANES * sizeof *f->lanes);
    f->cases = (pt_cases){.rows = &lesson->rows->others,
                          .terms = lesson->terms,
                          .papers = f->papers,
                          .positive = f->positive,
                          .cost = f->cost,
                          .target = f->target,
                          .fold = f->fold};
    if (!f->papers || !f->positive || !f->fold || !f->cost || !f->target || !f->lanes ||
        (lesson->prior && open_own_rows(f, cases, lesson))) {
        return pt_no_memory(err);
    }
    return PAPERTAG_OK;
}

void pt_fit_add(pt_fit *f, uint32_t paper, bool positive, double target, double cost, unsigned fold)
{
    const size_t at = f->cases.count++;

    f->papers[at] = paper;
    f->positive[at] = positive;
    f->cost[at] = (float)cost;
    f->target[at] = (float)target;
    f->fold[at] = (uint8_t)fold;
}

unsigned pt_fit_folds(size_t cases)
{
    return (unsigned)(cases < FOLDS ? cases : FOLDS);
}

void pt_fit_add_verdicts(pt_fit *f, const pt_lesson *lesson, const float *targets, const double cost[2])
{
    size_t dealt[2] = {0};

    f->cases.folds = pt_fit_folds(lesson->count);
    for (size_t i = 0; i < lesson->count; i++) {
        const unsigned fold = (unsigned)(dealt[lesson->yes[i]]++ % f->cases.folds);
        pt_fit_add(f, lesson->judged[i], lesson->yes[i], targets ? targets[i] : 1, cost[lesson->yes[i]],
                   lesson->yes[i] ? fold : f->cases.folds - 1 - fold);
    }
}
