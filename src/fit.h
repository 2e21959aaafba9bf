/*
 * fit - one tag against the rest, for all tags: margins by cross-validation, then the weights of the whole set.
 *
 * The linear solver takes PT_LANES tags at a time, LIBSVM one; both are driven the same way: a task is (fold, tags).
 */
#ifndef PT_FIT_H
#define PT_FIT_H

#include "model.h"

/* The training set and how to fit it. All is borrowed. */
typedef struct pt_fit {
    const papertag_train_options *options;
    const pt_rows *rows;
    const pt_labels *labels;
    const uint32_t *fold_of; /* paper -> its fold, 0 .. options->folds - 1 */
    size_t terms, tags;
    double c;
} pt_fit;

/* Spreads papers over folds so that each tag's papers are spread evenly, the rarest tags first. fold_of: out. */
int pt_folds(const pt_labels *labels, size_t tags, unsigned folds, uint64_t seed, uint32_t *fold_of,
             papertag_error *err);

/* margins: out, papers x tags: of each paper by a fit on the other folds. */
int pt_fit_held_out(const pt_fit *fit, float *margins, papertag_error *err);

/* Fits all papers. For a linear kernel fills blocks[tags / PT_LANES rounded up], each (terms + 1) x PT_LANES, by the
 * caller's memory; for another kernel fills *support, to be freed by pt_support_free. */
int pt_fit_whole(const pt_fit *fit, float **blocks, pt_support *support, papertag_error *err);

#endif
