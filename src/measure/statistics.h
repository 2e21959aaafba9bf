/*
 * statistics - tests, intervals and draws for counts: how sure a share is, and whether two differ by more than chance.
 *
 * papertag_share of the public header is defined here too.
 */
#ifndef PT_STATISTICS_H
#define PT_STATISTICS_H

#include "base/base.h"

/* How far a share has grown from `before` of papers_before to `now` of papers_now, in standard deviations; 0 when
 * either share leaves nothing to compare. Two pooled proportions, each with one hit and one miss added (Agresti and
 * Caffo, "Simple and effective confidence intervals for proportions", 2000). */
double pt_growth(size_t now, size_t papers_now, size_t before, size_t papers_before);

/* The probability, 0 to 1, that at least `worse` of worse + better changes are for the worse when either is as likely:
 * the one-sided sign test, exact up to 1000 changes, by the normal approximation beyond. */
double pt_sign_test(size_t worse, size_t better);

/* A draw from the beta distribution, a and b above 0: x / (x + y) of two gamma variates (Marsaglia and Tsang, "A simple
 * method for generating gamma variables", 2000). `random` is the state of pt_random. */
double pt_beta_draw(double a, double b, uint64_t *random);

#endif
