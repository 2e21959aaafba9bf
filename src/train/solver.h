/*
 * solver - the training set as a solver sees it, and what a solver offers. One tag is fitted against the rest, for all
 * tags: first the margins of each paper by a fit that has not seen it, then the weights by a fit to all papers.
 *
 * A fit to all labelled papers except those of one fold goes by the number of that fold; the fit to all labelled papers
 * by the number of folds.
 */
#ifndef PT_SOLVER_H
#define PT_SOLVER_H

#include "fit/fit.h"
#include "model/model.h"

/* N labelled papers, the first rows, then the unlabelled ones; V terms, T tags. All is borrowed. */
typedef struct pt_fit {
    const papertag_train_options *options;
    const pt_rows *rows;     /* tf-idf of all papers; over more terms than V when `numbers` is set */
    const pt_labels *labels; /* N */
    const uint32_t *fold_of; /* N: 0 .. options->folds - 1 */
    size_t terms;            /* V */
    size_t tags;             /* T */
    double c;                /* cost of an error; 0: not chosen yet */
    pt_duals *duals;         /* T / PT_LANES rounded up: what a solver keeps of its fits to all papers, from which the
                              * next fits start */

    /* with terms chosen by what they weigh: each fit has terms of its own, V of them */
    const uint32_t *numbers; /* (folds + 1) x candidate_terms: a term of `rows` in the fit without the fold, last in
                              * that to all papers; UINT32_MAX: left out. NULL: every fit has the terms of `rows` */
    size_t candidate_terms;

    /* with unlabelled papers, for a solver that learns from them */
    const size_t *examples;  /* T: labelled papers with the tag */
    float **prior;           /* blocks fitted to keywords alone; NULL: none */
    double trust;            /* factor of the prior; a tag without labelled papers always has 1 */
    const pt_lsa *lsa;       /* latent directions; NULL: the teacher learns from the plain rows */
    const pt_rows *extended; /* N rows with their coordinates along them */
    const double *platt_a;   /* T: calibration of the teachers; set: fit students */
    const double *platt_b;   /* T */
} pt_fit;

/* Weights come in blocks of PT_LANES tags: T / PT_LANES rounded up pointers, each NULL or to at least (V + 1) x
 * PT_LANES floats that are freed one by one. A solver may replace a block that it is given. */
typedef struct pt_solver {
    bool kernels; /* fits other kernels than the linear one */

    /* margins: out, N x T. May fill the blocks of a fit to all papers on the way. */
    int (*held_out)(const pt_fit *fit, float *margins, float **blocks, papertag_error *err);

    /* Fits all papers: fills the blocks for a linear kernel, else *support (pt_support_free). NULL: held_out has filled
     * the blocks. */
    int (*all)(const pt_fit *fit, float **blocks, pt_support *support, papertag_error *err);

    /* squares: out, (folds + 1) x V, zero at the call: of each term the sum of its squared weights over all tags,
     * without the part that comes from the papers of each fold, and last with all. NULL: the solver cannot say what a
     * term weighs. */
    int (*weigh_terms)(const pt_fit *fit, double *squares, papertag_error *err);

    /* Fills the blocks by a fit to the rows with has_keywords[row], labelled with the tags that their keywords name.
     * NULL: the solver does not learn from unlabelled papers. */
    int (*keywords)(const pt_fit *fit, const pt_labels *named, const bool *has_keywords, float **blocks,
                    papertag_error *err);
} pt_solver;

/* The solvers. A new one takes a file that defines pt_solver_NAME, and a line here. */
#define PT_SOLVERS(ROW)                                                                                                \
    ROW(linear)                                                                                                        \
    ROW(libsvm)                                                                                                        \
    /* in the order of papertag_solver */

#define PT_SOLVER_DECLARATION(name) extern const pt_solver pt_solver_##name;
PT_SOLVERS(PT_SOLVER_DECLARATION)

/* The solver of that number; NULL: there is none. */
const pt_solver *pt_solver_get(papertag_solver number);

/* ---- what solvers share (tasks.c) ------------------------------------------------------------------------------ */

/* The labelled papers of a fit in *papers (free it), *count of them; those of its fold follow. There is room for all
 * rows. 0 or PAPERTAG_NO_MEMORY. */
int pt_fit_papers(const pt_fit *fit, size_t fold, uint32_t **papers, size_t *count);

/* Runs task(context, i) for i < count on the threads that the options ask for, and reports progress of `stage`. */
int pt_fit_run(const pt_fit *fit, const char *stage, size_t count, int (*task)(void *context, size_t i), void *context,
               papertag_error *err);

#endif
