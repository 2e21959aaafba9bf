/*
 * chance - whether papers that share a term are more alike than as many papers drawn at random.
 *
 * Thousands of terms are looked at, so in a small store the papers of some are alike by chance. A term's papers are
 * compared with random sets of as many papers, by two figures: how alike two of them are in the mean, and how alike the
 * middle one is to the others. The second is not fooled by one pair of near twins. Both must be higher than in random
 * sets by so much that in one search of twenty a single term of all those looked at would pass by chance (Bonferroni).
 * The logarithms of either figure over random sets are close to normal.
 */
#ifndef PT_CHANCE_H
#define PT_CHANCE_H

#include "residual.h"

enum { PT_CHANCE_FIGURES = 2, PT_CHANCE_SIZES = 64 };

typedef struct pt_chance {
    const pt_residual *left;
    double z_min; /* how many standard deviations a figure must be above the mean of random sets */
    float *sum;   /* V, rounded up to whole pages: 0 between uses */
    struct pt_random_sets {
        double mean[PT_CHANCE_FIGURES], deviation[PT_CHANCE_FIGURES]; /* of the logarithms */
    } sets[PT_CHANCE_SIZES + 1]; /* by size; larger sets vary less, and are compared with those of the last size */
} pt_chance;

/* tests: how many terms are looked at. pt_chance_close ends it. 0 or PAPERTAG_NO_MEMORY. */
int pt_chance_open(pt_chance *chance, const pt_residual *left, size_t tests);
void pt_chance_close(pt_chance *chance);

/* Whether `count` papers, at least 2, may be alike by chance in all terms but `own`, those that they were chosen by. 0
 * or PAPERTAG_NO_MEMORY. */
int pt_may_be_chance(pt_chance *chance, const uint32_t *papers, size_t count, const uint32_t *own, size_t own_count,
                     bool *out);

#endif
