/*
 * cases - the cases that a tag is fitted to, as they come, and the weights of all folds.
 *
 * One walk over the rows of the cases gives the weights and their cross-validation: see pt_linear_fit_folds.
 */
#ifndef PT_LEARN_CASES_H
#define PT_LEARN_CASES_H

#include "adapt.h"

/* Zero-initialise; pt_fit_close ends it. */
typedef struct pt_fit {
    pt_cases cases;   /* over the arrays below */
    uint32_t *papers; /* each has room for the cases given to pt_fit_open */
    uint8_t *positive, *fold;
    float *cost, *target;
    float *lanes; /* (V + 1) x PT_LANES: the weights */
    /* of a tag of the model */
    pt_rows rows;      /* of the cases, since those of stored papers are packed */
    uint32_t *numbers; /* 0, 1, ... */
    float *split;      /* PT_LANES x (V + 1): the weights lane by lane, after pt_linear_split */
} pt_fit;

int pt_fit_open(pt_fit *fit, size_t cases, const pt_lesson *lesson, papertag_error *err);
void pt_fit_close(pt_fit *fit);

/* target: the margin that the paper asks for. fold: or PT_NO_FOLD. */
void pt_fit_add(pt_fit *fit, uint32_t paper, bool positive, double target, double cost, unsigned fold);

/* Adds the verdicts as the first cases. Those with yes and those with no are dealt to the folds separately, in turn.
 * targets: what each asks for; NULL: 1. cost: of a no and of a yes. */
void pt_fit_add_verdicts(pt_fit *fit, const pt_lesson *lesson, const float *targets, const double cost[2]);

/* The weights of a lane: V, then the bias. */
static inline const float *pt_fit_lane(const pt_fit *fit, unsigned lane)
{
    return fit->split + lane * (fit->cases.terms + 1);
}

/* The number of folds for a number of cases. */
unsigned pt_fit_folds(size_t cases);

/* Learns a tag that the model did not have, into the arrays of *out: see adapt.h. */
int pt_learn_new_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err);

#endif
