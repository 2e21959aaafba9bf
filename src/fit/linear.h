/*
 * linear - linear support vector machines for many tags over the same papers.
 *
 * For each tag t:  min over (w, b)  1/2 (|w - w0|^2 + (b - b0)^2) + sum_i C_i max(0, 1 - y_it (w . x_i + b))^2
 *
 * y_it is +1 when paper i has tag t and -1 otherwise; C_i is C times what the paper counts, and for a positive also
 * times the tag's weight. (w0, b0) is what is held to be true before a paper is seen: 0, or the weights of an earlier
 * fit (the adaptive SVM of Yang, Yan and Hauptmann, "Cross-domain video concept detection", 2007).
 */
#ifndef PT_LINEAR_H
#define PT_LINEAR_H

#include "text/tfidf.h"

/* Tags fitted side by side in one pass over the rows: one cache line of floats. */
enum { PT_LANES = 16 };

/* Tags of many papers: paper i has tags[starts[i]] .. tags[starts[i + 1] - 1], ascending. */
typedef struct pt_labels {
    size_t *starts; /* count + 1 */
    uint32_t *tags;
    size_t count, capacity, tags_capacity;
} pt_labels;

void pt_labels_free(pt_labels *labels);
int pt_labels_append(pt_labels *labels, const uint32_t *tags, size_t count);
bool pt_labels_have(const pt_labels *labels, size_t paper, uint32_t tag);

typedef struct pt_linear_options {
    double c;          /* C above, > 0 */
    const float *cost; /* what each of the papers listed counts, > 0; NULL: 1 */
    bool from_prior;   /* (w0, b0) is in `weights` at the call; else it is 0 */
    bool fixed_bias;   /* b stays b0 */
    papertag_class_weight class_weight;
    double epsilon;      /* stop when the projected gradient's range is below it */
    unsigned epochs_max; /* or after so many passes */
    uint64_t seed;       /* of the order in which papers are visited */
    float *duals;        /* out, rows x PT_LANES: the dual variables of the papers listed; NULL */
    const float *start;  /* the duals of such a fit to the first `start_papers` rows, among them those listed, to begin
                            with; NULL: begin at nothing */
    size_t start_papers;
} pt_linear_options;

/* Fits tags first_tag .. first_tag + PT_LANES - 1 (as far as there are `tag_count`) on the papers listed.
 * weights: (terms + 1) x PT_LANES, row `terms` is b; out, or with from_prior in and out; lanes without a tag are 0. */
int pt_linear_fit(const pt_rows *rows, const pt_labels *labels, const uint32_t *papers, size_t paper_count,
                  size_t terms, size_t first_tag, size_t tag_count, const pt_linear_options *options, float *weights,
                  papertag_error *err);

/* Papers that speak for and against one tag, and how they are left out in turn. `count` of each array; all borrowed. */
typedef struct pt_cases {
    const uint32_t *papers; /* rows */
    const uint8_t *positive;
    const float *cost;   /* what each counts, > 0 */
    const uint8_t *fold; /* 0 .. folds - 1, or PT_NO_FOLD for a paper that every fit learns from */
    size_t count;
    unsigned folds; /* at most PT_LANES - 1 */
} pt_cases;
enum { PT_NO_FOLD = 0xff };

/* Fits one tag in all lanes at once: lane f < folds without the papers of fold f, lane `folds` with all papers; further
 * lanes stay at their prior. So one walk over the rows gives the fit and its cross-validation. weights as above, which
 * with from_prior hold w0 for each lane at the call. class_weight and cost of the options are not used. */
int pt_linear_fit_folds(const pt_rows *rows, const pt_cases *cases, size_t terms, const pt_linear_options *options,
                        float *weights, papertag_error *err);

/* margins[lane] = w . x + b for the row, over weights as pt_linear_fit gives them. */
void pt_linear_margins(const float *weights, size_t terms, pt_row row, float margins[PT_LANES]);

/* The cost of a positive relative to a negative's. */
double pt_positive_weight(papertag_class_weight kind, size_t positives, size_t negatives);

#endif
