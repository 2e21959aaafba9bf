/*
 * cuts - from margins to decisions: the margin at which each tag is assigned.
 */
#ifndef PT_CUTS_H
#define PT_CUTS_H

#include "labels.h"

/* Precisions for which the least probability is recorded, in hundredths: 50 to 99. */
enum { PT_PRECISION_MIN = 50, PT_PRECISIONS = 50 };

/* What cuts are found from: N papers, T tags. All pointers are borrowed. */
typedef struct pt_cut_problem {
    const float *margins;    /* N x T: of each paper by machines that were not fitted on it */
    const pt_labels *labels; /* N */
    size_t tags;             /* T */
    const double *a;         /* T: Platt parameters, p = 1 / (1 + exp(a m + b)) */
    const double *b;         /* T */
    const double *offsets;   /* N: each margin is moved by its paper's offset times the tag's pull; NULL: by nothing */
    const double *pull;      /* T: with offsets */
} pt_cut_problem;

/* The micro-F1 of the single best probability for all tags. 0 or PAPERTAG_NO_MEMORY. */
int pt_common_f1(const pt_cut_problem *problem, double *f1);

/* Finds the margin from which on each tag is assigned, on up to `jobs` threads.
 * cuts: out, T.
 * strictness: out, T: how much more sure a tag must be than the others to be right as often, in log-odds.
 * levels: out, PT_PRECISIONS: the least p, one for all tags once their strictness is taken off the log-odds, from which
 * on the share of right tags was at least (PT_PRECISION_MIN + i) / 100; 2 where it never was.
 * f1: out, the micro-F1 of the single best probability for all tags, before the cuts are refined tag by tag.
 * 0 or PAPERTAG_NO_MEMORY. */
int pt_find_cuts(const pt_cut_problem *problem, unsigned jobs, double *cuts, double *strictness, double *levels,
                 double *f1, papertag_error *err);

#endif
