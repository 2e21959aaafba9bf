/*
 * sums - the product of a row and a matrix of weights: the margins of all tags but for their biases.
 */
#ifndef PT_SUMS_H
#define PT_SUMS_H

#include "model.h"

/* sums: out, m->stride. Each is the sum over the row's terms, in their order, of value x weight, in floats: the same on
 * every machine. An int8 weight is scaled through the value. */
void pt_linear_sums(const pt_matrix *m, pt_row row, float *sums);

/* The same as it reads in C: for processors without wide vectors, and for tests. */
void pt_linear_sums_plain(const pt_matrix *m, pt_row row, float *sums);

#endif
