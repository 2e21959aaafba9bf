/*
 * lsa - latent semantic analysis: the directions in which the rows of many papers differ most.
 *
 * Terms that stand beside the same others share directions, so what is learnt of one is known of the rest: it takes
 * fewer labelled papers. Rows are extended by their coordinates along `rank` directions, a linear map, so that weights
 * learnt on the extended rows fold back into weights of terms alone and nothing of this is left in a model.
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
    size_t terms, rank;
    float *directions; /* terms x rank, scaled so that the coordinates of a row have mean square length 1 */
    double *singular;  /* rank singular values, falling */
} pt_lsa;

/* Finds at most `rank` directions, fewer for few rows or terms; out->rank is 0 when there is nothing to find. The same
 * rows, rank and seed give the same bytes whatever the number of jobs. */
int pt_lsa_fit(const pt_rows *rows, size_t terms, size_t rank, uint64_t seed, unsigned jobs, pt_lsa *out,
               papertag_error *err);
void pt_lsa_free(pt_lsa *lsa);

/* Appends the first `count` rows to `out`, each with its coordinates as terms `terms` .. `terms + rank - 1`. */
int pt_lsa_extend(const pt_lsa *lsa, const pt_rows *rows, size_t count, pt_rows *out, papertag_error *err);

/* Folds weights of extended rows, (terms + rank + 1) x PT_LANES, into weights of rows, (terms + 1) x PT_LANES, in
 * place. */
void pt_lsa_fold(const pt_lsa *lsa, float *weights);

#endif
