/*
 * calibrate - from margins to probabilities (Platt scaling).
 */
#ifndef PT_CALIBRATE_H
#define PT_CALIBRATE_H

#include <stddef.h>

/* Fits p = 1 / (1 + exp(a m + b)) to `count` margins; positive[i] is 1 when example i has the tag, else 0. The margins
 * should come from examples that the machine was not fitted on. a and b are always finite. With one class only, p is
 * nearly constant.
 * Method: Lin, Lin and Weng, "A note on Platt's probabilistic outputs for support vector machines" (2007). */
void pt_platt(const float *margins, const float *positive, size_t count, double *a, double *b);

/* The same for a tag with few examples: a and b start as a prior, for instance the values of all tags together, and
 * move as far as the examples justify. The prior is normal, of variance 1 / strength, and replaces Platt's softened
 * targets. */
void pt_platt_near(const float *margins, const float *positive, size_t count, double strength, double *a, double *b);

#endif
