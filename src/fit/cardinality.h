/*
 * cardinality - what the likely number of a paper's tags (its label cardinality) says about each of them.
 *
 * A machine knows one tag only. But people give a paper a few tags, seldom none and seldom six. Of papers equally close
 * to a tag's cut, those that no other tag describes have the tag more often than those that have five likely tags
 * already. So each paper has an offset,
 *
 *     offset = middle - ln(S + 0.3)        S: sum of the probabilities of all its tags
 *
 * above 0 where few tags are likely, below 0 where many are. The log-odds of each of its tags move by strength x
 * offset. In margins, which is where they are moved, tag t is pulled by strength / -a_t for each unit of the offset.
 *
 * The probabilities in S are those of the margins before they are moved: "alone".
 */
#ifndef PT_CARDINALITY_H
#define PT_CARDINALITY_H

#include "cuts.h"

/* T tags. Zero-initialise: without strength, every offset and every pull is 0. pt_cardinality_free ends it. */
typedef struct pt_cardinality {
    double strength; /* of an offset of 1, in log-odds; 0: none */
    double middle;   /* the mean of ln(S + 0.3) over the training papers */
    size_t tags;     /* T */
    double *a, *b;   /* T: p alone = 1 / (1 + exp(a m + b)) */
    double *least;   /* T: the margin from which on a tag counts; INFINITY: it never does */
    double *pull;    /* T: what one unit adds to the margin; 0 for a tag that never counts */
} pt_cardinality;

/* Copies the calibrations of T tags alone. A tag with an a that is not below -1e-9, or no number, neither counts nor
 * is pulled. 0 or PAPERTAG_NO_MEMORY. */
int pt_cardinality_open(pt_cardinality *cardinality, double strength, double middle, const double *a, const double *b,
                        size_t tags);
void pt_cardinality_free(pt_cardinality *cardinality);

/* The offset of a paper by its T margins alone. */
double pt_cardinality_offset(const pt_cardinality *cardinality, const double *margins);

/* The least and the greatest offset that any margins can give. */
void pt_cardinality_bounds(const pt_cardinality *cardinality, double *least, double *most);

static inline double pt_cardinality_pull(const pt_cardinality *cardinality, size_t tag)
{
    return cardinality->pull ? cardinality->pull[tag] : 0;
}

/* Finds the strength by which one probability for all tags gives the best micro-F1 of the held-out margins; out->
 * strength is 0 when none gains, or when there are too few papers to tell. *out is zero at the call, and is ended by
 * pt_cardinality_free. Works on up to `jobs` threads. 0 or PAPERTAG_NO_MEMORY. */
int pt_cardinality_find(const pt_cut_problem *problem, unsigned jobs, pt_cardinality *out, papertag_error *err);

/* Moves N x T margins by the offsets of their papers, in place. 0 or PAPERTAG_NO_MEMORY. */
int pt_cardinality_move(const pt_cardinality *cardinality, float *margins, size_t papers, papertag_error *err);

#endif
