/*
 * lsa - latent semantic analysis: the directions in which the rows of many papers differ most.
 *
 * Terms that occur with the same other terms share directions. What is learnt about one of them then applies to the
 * others, so fewer labelled papers are needed. Rows are extended by their coordinates along `rank` directions. This is
 * a linear map, so weights learnt on extended rows can be folded into weights of terms alone, and a model needs nothing
 * else.
 *
 * The directions are the leading right singular vectors of the matrix of rows (Deerwester and others, "Indexing by
 * latent semantic analysis", 1990), found by a randomised range finder with subspace iteration (Halko, Martinsson and
 * Tropp, "Finding structure with randomness", 2011, algorithms 4.4 and 5.1).
 */
#ifndef PT_LSA_H
#define PT_LSA_H

#include "linear.h"

/* Zero-initialise; pt_lsa_free ends it. */
typedef struct pt_lsa {
    size_t terms;      /* V */
    size_t rank;       /* R: directions */
    float *directions; /* V x R, scaled so that the coordinates of a row have mean square length 1 */
    double *singular;  /* R: singular values, falling */
} pt_lsa;

/* Finds at most `rank` directions, fewer when there are few rows or terms; out->rank is 0 when there are too few for
 * any. The same rows, rank and seed give the same bytes for any number of jobs. 0 or PAPERTAG_NO_MEMORY. */
int pt_lsa_fit(const pt_rows *rows, size_t terms, size_t rank, uint64_t seed, unsigned jobs, pt_lsa *out,
               papertag_error *err);
void pt_lsa_free(pt_lsa *lsa);

/* Appends the first `count` rows to `out`, each with its coordinates as terms V .. V + R - 1. 0 or
 * PAPERTAG_NO_MEMORY. */
int pt_lsa_extend(const pt_lsa *lsa, const pt_rows *rows, size_t count, pt_rows *out, papertag_error *err);

/* Folds weights of extended rows, (V + R + 1) x PT_LANES, into weights of rows, (V + 1) x PT_LANES, in place. */
void pt_lsa_fold(const pt_lsa *lsa, float *weights);

#endif
