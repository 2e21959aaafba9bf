/*
 * fit - one tag against the rest, for all tags: margins by cross-validation, then the weights of the whole set.
 *
 * The linear solver takes PT_LANES tags at a time, LIBSVM one; both are driven the same way: a task is (fold, tags).
 *
 * Unlabelled papers are learnt from in three ways. Keywords of their authors give a first guess of the weights, a prior
 * that the labelled papers correct. Which terms stand together gives latent directions along which a few labelled
 * papers say something of many terms (lsa.h). And a teacher fitted with these to the labelled papers gives every
 * unlabelled paper the tags that it finds likelier than not, from which, together with the labelled papers, a student
 * is fitted. This is self-training (Scudder 1965; Yarowsky 1995) in one round; the student sees many more terms than
 * the teacher, and each beside the terms by which the teacher went.
 */
#ifndef PT_FIT_H
#define PT_FIT_H

#include "fit/fit.h"
#include "model/model.h"

/* The training set and how to fit it. All is borrowed. The labelled papers are the first of the rows, labels->count of
 * them; the unlabelled ones follow. */
typedef struct pt_fit {
    const papertag_train_options *options;
    const pt_rows *rows;
    const pt_labels *labels;
    const uint32_t *fold_of; /* labelled paper -> its fold, 0 .. options->folds - 1 */
    size_t terms, tags;
    double c;
    /* with unlabelled papers, linear solver only */
    float **prior;                   /* blocks fitted to keywords alone, see pt_fit_keywords; NULL: none */
    double trust;                    /* in them: what they are multiplied with before the labelled papers are seen; */
    const size_t *examples;          /* T: always 1 for a tag that no labelled paper has */
    const pt_lsa *lsa;               /* NULL: none; set: the teacher learns from the extended rows */
    const pt_rows *extended;         /* the labelled rows with their coordinates */
    const double *platt_a, *platt_b; /* T: of a fit without the unlabelled papers; set: they are learnt from too */
} pt_fit;

/* Spreads papers over folds so that each tag's papers are spread evenly, the rarest tags first. fold_of: out. */
int pt_folds(const pt_labels *labels, size_t tags, unsigned folds, uint64_t seed, uint32_t *fold_of,
             papertag_error *err);

/* Fits blocks[] to the rows of which has_keywords[row] is set, with the tags that their keywords name. Each block is
 * (terms + 1) x PT_LANES, by the caller's memory. */
int pt_fit_keywords(const pt_fit *fit, const pt_labels *named, const bool *has_keywords, float **blocks,
                    papertag_error *err);

/* margins: out, labelled papers x tags: of each paper by a fit on the other folds. The linear solver fits all papers on
 * the way and gives their weights: blocks[tags / PT_LANES rounded up], each at least (terms + 1) x PT_LANES, to be
 * freed one by one; what an entry held before is freed. */
int pt_fit_held_out(const pt_fit *fit, float *margins, float **blocks, papertag_error *err);

/* Fits all papers with LIBSVM: with a linear kernel fills blocks[] (of which each is NULL or zero), with another
 * *support, to be freed by pt_support_free. */
int pt_fit_machines(const pt_fit *fit, float **blocks, pt_support *support, papertag_error *err);

#endif
