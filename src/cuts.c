/*
 * cuts - the margin at which each tag is assigned.
 *
 * The margin that gives a tag its best F1 on held-out papers is a noisy thing when the tag has forty examples. What all
 * tags share is steadier: one probability, the same for all, that gives the best micro-F1 (in theory, half the F1 that
 * is reached: Lipton, Elkan and Narayanaswamy, "Optimal thresholding of classifiers to maximize F1 measure", 2014). So
 * a tag's cut lies between the two: its own best margin weighs as many papers as it has examples, the common one weighs
 * STEADY papers.
 */
#include "cuts.h"

#include <math.h>
#include <stdlib.h>

enum { STEADY = 200 };

/* Pairs less likely than this cannot raise an F1 by being assigned; leaving them out spares the sorting of nearly all.
 */
static const double P_MIN = 0.02;

typedef struct judged {
    double score;
    bool positive;
} judged;

static int compare_judged(const void *a, const void *b)
{
    const judged *x = a, *y = b;
    return x->score < y->score ? 1 : x->score > y->score ? -1 : 0;
}

/* The score at which F1 is best, half way to the next lower one; `positives` of all pairs are positive. Returns the F1,
 * 0 when there is no positive among the pairs. */
static double best_score(judged *pairs, size_t count, size_t positives, double *score)
{
    size_t hits = 0;
    double best = 0;

    pt_sort(pairs, count, sizeof *pairs, compare_judged);
    for (size_t i = 0; i < count; i++) {
        double f1;
        hits += pairs[i].positive;
        if (i + 1 < count && pairs[i + 1].score == pairs[i].score) {
            continue; /* a cut cannot pass between equals */
        }
        f1 = 2.0 * (double)hits / (double)(i + 1 + positives);
        if (f1 > best) {
            best = f1;
            *score = i + 1 < count ? (pairs[i].score + pairs[i + 1].score) / 2 : pairs[i].score;
        }
    }
    return best;
}

static double probability(double a, double b, double margin)
{
    return 1 / (1 + exp(a * margin + b));
}

/* The pairs are sorted. One wrong tag is added to those seen, so that a few lucky ones prove nothing. */
static void precision_levels(const judged *pairs, size_t count, double *levels)
{
    size_t hits = 0;

    for (int i = 0; i < PT_PRECISIONS; i++) {
        levels[i] = 2;
    }
    for (size_t i = 0; i < count; i++) {
        double precision;
        hits += pairs[i].positive;
        if (i + 1 < count && pairs[i + 1].score == pairs[i].score) {
            continue;
        }
        precision = (double)hits / (double)(i + 2);
        for (int k = 0; k < PT_PRECISIONS && 100 * precision >= PT_PRECISION_MIN + k; k++) {
            levels[k] = pairs[i].score;
        }
    }
}

int pt_cuts(const float *margins, const pt_labels *labels, size_t tags, const double *a, const double *b, double *cuts,
            double *levels, double *f1, papertag_error *err)
{
    judged *pairs = NULL;
    size_t capacity = 0, count = 0, papers = labels->count;
    double common = 0.5, best;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < papers; i++) {
        if (pt_reserve(&pairs, &capacity, count + tags, sizeof *pairs)) {
            status = pt_no_memory(err);
            goto done;
        }
        for (size_t t = 0; t < tags; t++) {
            double p = probability(a[t], b[t], margins[i * tags + t]);
            if (p >= P_MIN) {
                pairs[count++] = (judged){p, pt_labels_have(labels, i, (uint32_t)t)};
            }
        }
    }
    best = best_score(pairs, count, labels->starts[papers], &common);
    common = fmin(fmax(common, 0.05), 0.95);
    if (levels) {
        precision_levels(pairs, count, levels);
    }
    for (size_t t = 0; t < tags; t++) {
        double own, shared = a[t] < 0 ? (log(1 / common - 1) - b[t]) / a[t] : 0;
        size_t positives = 0;
        count = 0;
        if (pt_reserve(&pairs, &capacity, papers, sizeof *pairs)) {
            status = pt_no_memory(err);
            goto done;
        }
        for (size_t i = 0; i < papers; i++) {
            bool positive = pt_labels_have(labels, i, (uint32_t)t);
            positives += positive;
            if (probability(a[t], b[t], margins[i * tags + t]) >= P_MIN) {
                pairs[count++] = (judged){margins[i * tags + t], positive};
            }
        }
        own = shared;
        best_score(pairs, count, positives, &own);
        cuts[t] = ((double)positives * own + STEADY * shared) / (double)(positives + STEADY);
    }
    if (f1) {
        *f1 = best;
    }
done:
    free(pairs);
    return status;
}
