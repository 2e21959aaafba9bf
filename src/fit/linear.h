/*
 * linear - linear support vector machines for many tags over the same papers.
 *
 * For each tag t:  min over (w, b)  1/2 (|w - w0|^2 + (b - b0)^2) + sum_i C_i max(0, 1 - y_it (w . x_i + b))^2
 *
 * y_it is +1 when paper i has tag t and -1 otherwise. C_i is C times the cost of paper i, and for a positive also times
 * the tag's weight. (w0, b0) is the prior: 0, or the weights of an earlier fit (the adaptive SVM of Yang, Yan and
 * Hauptmann, "Cross-domain video concept detection", 2007).
 */
#ifndef PT_LINEAR_H
#define PT_LINEAR_H

#include "labels.h"
#include "text/tfidf.h"

/* Tags fitted side by side in one pass over the rows: one cache line of floats. */
enum { PT_LANES = 16 };

/* What to fit: PT_LANES tags of n papers over V terms. All pointers are borrowed. */
typedef struct pt_linear_problem {
    const pt_rows *rows;     /* over V terms */
    const pt_labels *labels; /* of each row */
    const uint32_t *papers;  /* n: the rows to learn from, ascending */
    const float *cost;       /* n, > 0: the weight of each paper; NULL: 1 */
    size_t paper_count;      /* n */
    size_t terms;            /* V */
    size_t first_tag;        /* the tag of lane 0; lane l is tag first_tag + l */
    size_t tag_count;        /* lanes from this tag on are empty */
} pt_linear_problem;

/* The dual variables of a fit, most of which are 0. Zero-initialise; pt_duals_free ends it. */
typedef struct pt_duals {
    uint16_t *lanes; /* rows: a bit for each lane in which the paper's variable is above 0; NULL: no fit yet */
    float *values;   /* these variables, paper by paper */
    size_t rows;
} pt_duals;

void pt_duals_free(pt_duals *duals);

typedef struct pt_linear_options {
    double c;                           /* C above, > 0 */
    bool from_prior;                    /* `weights` holds (w0, b0) at the call; else both are 0 */
    bool fixed_bias;                    /* b stays b0 */
    papertag_class_weight class_weight; /* of positives */
    double epsilon;                     /* stop when the projected gradient's range is below it */
    unsigned epochs_max;                /* or after this many passes */
    uint64_t seed;                      /* of the order in which papers are visited */
    pt_duals *duals;                    /* out: replaced by those of this fit; NULL: not wanted */
    const pt_duals *start;              /* of an earlier fit, to these papers at least, to start from (may be `duals`);
                                         * NULL or of no fit: start from 0 */
} pt_linear_options;

/* Fits the tags of a problem. weights: (V + 1) x PT_LANES, row V is b; out, or with from_prior in and out. Empty lanes
 * are 0. 0 or PAPERTAG_NO_MEMORY. */
int pt_linear_fit(const pt_linear_problem *problem, const pt_linear_options *options, float *weights,
                  papertag_error *err);

/* Takes what the problem's papers contribute to the weights of a fit to them and others out of these weights. duals: of
 * that fit. 0 or PAPERTAG_NO_MEMORY. */
int pt_linear_leave_out(const pt_linear_problem *problem, const pt_duals *duals, float *weights, papertag_error *err);

/* What to fit for one tag with cross-validation: n positive and negative papers and their folds. All pointers are
 * borrowed. */
typedef struct pt_cases {
    const pt_rows *rows;     /* over V terms */
    size_t terms;            /* V */
    const uint32_t *papers;  /* n: the rows to learn from */
    const uint8_t *positive; /* n: whether the paper has the tag */
    const float *cost;       /* n, > 0: the weight of each paper */
    const float *target;     /* n: the margin that each paper asks for, in place of 1 above; NULL: 1 */
    const uint8_t *fold;     /* n: 0 .. folds - 1, or PT_NO_FOLD for a paper that every fit learns from */
    size_t count;            /* n */
    unsigned folds;          /* at most PT_LANES - 1 */
} pt_cases;
enum { PT_NO_FOLD = 0xff };

/* Fits one tag in all lanes at once: lane f < folds without the papers of fold f, lane `folds` with all papers. Later
 * lanes stay at their prior. So one walk over the rows gives the fit and its cross-validation. weights: as above; with
 * from_prior it holds each lane's prior at the call. class_weight, duals and start of the options are not used. */
int pt_linear_fit_folds(const pt_cases *cases, const pt_linear_options *options, float *weights, papertag_error *err);

/* margins[lane] = w . x + b of the row, for weights in the form that pt_linear_fit gives. */
void pt_linear_margins(const float *weights, size_t terms, pt_row row, float margins[PT_LANES]);

/* Copies the first lanes one after the other, of each V weights and b. A margin of one lane then takes a fraction of
 * what all take. */
void pt_linear_split(const float *weights, size_t terms, size_t lanes, float *out);

/* The margin of a row by the V weights of one tag. The sum has the same order and precision as a tagger's, so that both
 * decide the same. */
double pt_linear_margin(const float *weights, double bias, pt_row row);

/* The cost of a positive relative to a negative's. */
double pt_positive_weight(papertag_class_weight kind, size_t positives, size_t negatives);

#endif
