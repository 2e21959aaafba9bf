/*
 * calibrate - from margins to probabilities (Platt scaling).
 */
#ifndef PT_CALIBRATE_H
#define PT_CALIBRATE_H

#include <stddef.h>
#include <stdint.h>

/* Fits p = 1 / (1 + exp(a m + b)) to `count` margins of which positive[i] says whether the example is one. The margins
 * should come from examples the machine was not fitted on. Always finite; with one class only, p is nearly constant.
 * Method: Lin, Lin and Weng, "A note on Platt's probabilistic outputs for support vector machines" (2007). */
void pt_platt(const float *margins, const uint8_t *positive, size_t count, double *a, double *b);

/* The same for a tag of few examples: (a, b) is drawn from the values given on entry, for instance those of all tags
 * together, as far as the examples speak for it. A normal prior of variance 1 / strength about them takes the place of
 * Platt's softened targets. */
void pt_platt_near(const float *margins, const uint8_t *positive, size_t count, double strength, double *a, double *b);

#endif
