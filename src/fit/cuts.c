/*
 * cuts - the margin at which each tag is assigned.
 *
 * The margin that gives a tag its best F1 on held-out papers is a noisy thing when the tag has forty examples. What all
 * tags share is steadier: one probability, the same for all, that gives the best micro-F1 (in theory, half the F1 that
 * is reached: Lipton, Elkan and Narayanaswamy, "Optimal thresholding of classifiers to maximize F1 measure", 2014). So
 * a tag's cut lies between the two: its own best margin weighs as many papers as it has examples, the common one weighs
 * STEADY papers. However many examples there are, its own weighs at most OWN_MOST of all: it is the best for the tag's
 * F1, and the common one for the F1 over all decisions, which counts as much.
 */
#include "cuts.h"

#include <math.h>
#include <stdlib.h>

enum { STEADY = 200 };
static const double OWN_MOST = 0.4;

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

/* The margin at which the probability is p. */
static double margin_at(double a, double b, double p)
{
    return a < 0 ? (log(1 / p - 1) - b) / a : INFINITY;
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

/* What the tags' cuts are found from. */
struct cutting {
    const float *margins;
    const pt_labels *labels;
    size_t tags;
    const double *a, *b;
    double common; /* the probability at which the F1 over all tags is best */
    double *cuts;
};

static int cut_tag(void *context, size_t t)
{
    const struct cutting *c = context;
    const size_t papers = c->labels->count;
    const double least = margin_at(c->a[t], c->b[t], P_MIN);
    const double shared = c->a[t] < 0 ? margin_at(c->a[t], c->b[t], c->common) : 0;
    judged *pairs = pt_alloc(papers, sizeof *pairs);
    size_t positives = 0, count = 0;
    double own = shared, share;

    if (!pairs) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < papers; i++) {
        bool positive = pt_labels_have(c->labels, i, (uint32_t)t);
        positives += positive;
        if (c->margins[i * c->tags + t] >= least) {
            pairs[count++] = (judged){c->margins[i * c->tags + t], positive};
        }
    }
    best_score(pairs, count, positives, &own);
    share = fmin((double)positives / (double)(positives + STEADY), OWN_MOST);
    c->cuts[t] = share * own + (1 - share) * shared;
    free(pairs);
    return PAPERTAG_OK;
}

int pt_cuts(const float *margins, const pt_labels *labels, size_t tags, const double *a, const double *b, unsigned jobs,
            double *cuts, double *levels, double *f1, papertag_error *err)
{
    struct cutting c = {margins, labels, tags, a, b, .common = 0.5, .cuts = cuts};
    judged *pairs = NULL;
    double *least = pt_alloc(tags, sizeof *least);
    size_t capacity = 0, count = 0, papers = labels->count;
    int status = PAPERTAG_OK;

    if (!least) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < tags; t++) {
        least[t] = margin_at(a[t], b[t], P_MIN);
    }
    for (size_t i = 0; i < papers && !status; i++) {
        if (pt_reserve(&pairs, &capacity, count + tags, sizeof *pairs)) {
            status = pt_no_memory(err);
            break;
        }
        for (size_t t = 0; t < tags; t++) {
            const double margin = margins[i * tags + t];
            if (margin >= least[t]) {
                pairs[count++] = (judged){1 / (1 + exp(a[t] * margin + b[t])), pt_labels_have(labels, i, (uint32_t)t)};
            }
        }
    }
    if (!status) {
        *f1 = best_score(pairs, count, labels->starts[papers], &c.common);
        c.common = fmin(fmax(c.common, 0.05), 0.95);
        precision_levels(pairs, count, levels);
        status = pt_parallel(jobs, tags, cut_tag, &c, NULL) ? pt_no_memory(err) : PAPERTAG_OK;
    }
    free(least);
    free(pairs);
    return status;
}
