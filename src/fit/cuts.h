/*
 * cuts - from margins to decisions: the margin at which each tag is assigned.
 */
#ifndef PT_CUTS_H
#define PT_CUTS_H

#include "linear.h"
#include "model/model.h"

/* Sets cuts[T] from margins that the papers got when they were not fitted on (N x T, row by row), given each tag's
 * Platt parameters a and b. Also gives the micro-F1 of the single best probability for all tags, before the cuts are
 * refined tag by tag, in *f1; and in levels[PT_PRECISIONS] the least p, the same for all tags, from which on the share
 * of right tags was at least (PT_PRECISION_MIN + i) / 100; 2 where it never was. */
int pt_cuts(const float *margins, const pt_labels *labels, size_t tags, const double *a, const double *b, unsigned jobs,
            double *cuts, double *levels, double *f1, papertag_error *err);

#endif
