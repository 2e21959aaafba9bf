/*
 * cuts - the margin at which each tag is assigned.
 *
 * With forty examples, the margin that gives a tag its best F1 on held-out papers is noisy. One probability for all
 * tags is steadier: the one with the best micro-F1 (in theory, half the F1 reached: Lipton, Elkan and Narayanaswamy,
 * "Optimal thresholding of classifiers to maximize F1 measure", 2014). So a tag's cut is a weighted mean of the two.
 * The weight of its own best margin is its number of examples; the weight of the common one is COMMON_WEIGHT. Its own
 * share is never more than OWN_SHARE_MAX: it gives the best F1 of the tag, but the common one gives the best F1 over
 * all decisions, which matters as much.
 *
 * A precision is asked of a tag, not of all tags together: whoever follows one tag sees no other. Of two tags that are
 * assigned above the same probability, the one with fewer near-certain papers is right less often. So each tag has a
 * strictness: how much farther its own least log-odds for 0.8 and for 0.9 are than those of all tags. Again a tag with
 * few examples stays close to all tags.
 */
#include "cuts.h"

#include <math.h>
#include <stdlib.h>

#include "base/sort.h"

enum { COMMON_WEIGHT = 200 }; /* examples */
static const double OWN_SHARE_MAX = 0.4;

/* Precisions that tell how strict a tag must be; examples that pull towards all tags; the most that log-odds count. */
static const double STRICT_AT[] = {0.8, 0.9}, LOG_ODDS_MAX = 4.6;
enum { STRICT_COUNT = sizeof STRICT_AT / sizeof *STRICT_AT, STRICT_PRIOR = 50 };

/* Assigning a pair less likely than this cannot raise an F1. Leaving those out saves sorting nearly all pairs. */
static const double P_MIN = 0.02;

/* In the pairs of a tag and a paper below, `score` is a margin or a probability, and `item` 1 for a positive, else 0.
 */

/* Finds the score with the best F1, half way to the next lower score. pairs: by falling score. positives: of all pairs,
 * also those left out. Returns the F1; 0, with *score unchanged, when no pair is positive. */
static double best_score(const pt_scored *pairs, size_t count, size_t positives, double *score)
{
    size_t hits = 0;
    double best = 0;

    for (size_t i = 0; i < count; i++) {
        double f1;
        hits += pairs[i].item;
        if (i + 1 < count && pairs[i + 1].score == pairs[i].score) {
            continue; /* a cut cannot separate equal scores */
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

static float margin_of(const pt_cut_problem *problem, size_t paper, size_t tag)
{
    const float margin = problem->margins[paper * problem->tags + tag];

    return problem->offsets ? (float)(margin + problem->pull[tag] * problem->offsets[paper]) : margin;
}

static double log_odds(double p)
{
    return fmin(fmax(log(p / (1 - p)), -LOG_ODDS_MAX), LOG_ODDS_MAX);
}

/* For each of n precisions, ascending, the least score from which on the share of positives is at least that; `none`
 * when it never is. pairs: sorted by falling score; the walk begins at the lowest. One wrong tag is added to each
 * count, so that a few lucky pairs prove nothing. */
static void find_least(const pt_scored *pairs, size_t count, const double *precisions, size_t n, double none,
                       double *least)
{
    size_t hits = 0, found = 0;

    for (size_t i = 0; i < count; i++) {
        hits += pairs[i].item;
    }
    for (size_t i = count; i > 0 && found < n; i--) {
        const bool last = i == count || pairs[i].score != pairs[i - 1].score;
        while (last && found < n && (double)hits / (double)(i + 1) >= precisions[found] - 1e-12) {
            least[found++] = pairs[i - 1].score;
        }
        hits -= pairs[i - 1].item;
    }
    while (found < n) {
        least[found++] = none;
    }
}

static void find_precision_levels(const pt_scored *pairs, size_t count, double *levels)
{
    double precisions[PT_PRECISIONS];

    for (int i = 0; i < PT_PRECISIONS; i++) {
        precisions[i] = (PT_PRECISION_MIN + i) / 100.0;
    }
    find_least(pairs, count, precisions, PT_PRECISIONS, 2, levels);
}

/* What the tasks share. */
struct cutting {
    const pt_cut_problem *problem;
    double common;               /* the probability with the best F1 over all tags */
    double strict[STRICT_COUNT]; /* log-odds from which on all tags together have the precision */
    double *cuts, *strictness;   /* T */
};

/* pairs: those of a tag, sorted by falling margin. */
static double find_strictness(const struct cutting *c, const pt_scored *pairs, size_t count, size_t positives, double a,
                              double b)
{
    double least[STRICT_COUNT], sum = 0;

    find_least(pairs, count, STRICT_AT, STRICT_COUNT, INFINITY, least);
    for (int i = 0; i < STRICT_COUNT; i++) {
        sum += fmin(fmax(-(a * least[i] + b), -LOG_ODDS_MAX), LOG_ODDS_MAX) - c->strict[i];
    }
    return sum / STRICT_COUNT * (double)positives / (double)(positives + STRICT_PRIOR);
}

static int find_cut(void *context, size_t t)
{
    const struct cutting *c = context;
    const pt_cut_problem *problem = c->problem;
    const size_t papers = problem->labels->count;
    const double a = problem->a[t], b = problem->b[t], least = margin_at(a, b, P_MIN);
    const double shared = a < 0 ? margin_at(a, b, c->common) : 0;
    pt_scored *pairs = pt_alloc(papers, sizeof *pairs);
    size_t positives = 0, count = 0;
    double own = shared, share;
    int status;

    if (!pairs) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < papers; i++) {
        const float margin = margin_of(problem, i, t);
        const bool positive = pt_labels_have(problem->labels, i, (uint32_t)t);
        positives += positive;
        if (margin >= least) {
            pairs[count++] = (pt_scored){margin, positive};
        }
    }
    status = pt_sort_scored(pairs, count);
    if (!status) {
        best_score(pairs, count, positives, &own);
        share = fmin((double)positives / (double)(positives + COMMON_WEIGHT), OWN_SHARE_MAX);
        c->cuts[t] = share * own + (1 - share) * shared;
        c->strictness[t] = a < 0 ? find_strictness(c, pairs, count, positives, a, b) : 0;
    }
    free(pairs);
    return status;
}

/* The likely pairs of all tags in *out (free it) by falling probability, which is that once the log-odds are less by
 * the tag's strictness; NULL: all are 0. */
static int list_pairs(const pt_cut_problem *problem, const double *strictness, pt_scored **out, size_t *count)
{
    const size_t tags = problem->tags;
    double *least = pt_alloc(tags, sizeof *least);
    size_t capacity = 0;
    int status = least ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t t = 0; t < tags && !status; t++) {
        least[t] = margin_at(problem->a[t], problem->b[t], P_MIN);
    }
    for (size_t i = 0; i < problem->labels->count && !status; i++) {
        status = pt_reserve(out, &capacity, *count + tags, sizeof **out);
        for (size_t t = 0; t < tags && !status; t++) {
            const double margin = margin_of(problem, i, t);
            if (margin >= least[t]) {
                const double less = strictness ? strictness[t] : 0;
                (*out)[(*count)++] = (pt_scored){1 / (1 + exp(problem->a[t] * margin + problem->b[t] + less)),
                                                 pt_labels_have(problem->labels, i, (uint32_t)t)};
            }
        }
    }
    free(least);
    return status ? status : pt_sort_scored(*out, *count);
}

int pt_common_f1(const pt_cut_problem *problem, double *f1)
{
    pt_scored *pairs = NULL;
    size_t count = 0;
    double common;
    const int status = list_pairs(problem, NULL, &pairs, &count);

    if (!status) {
        *f1 = best_score(pairs, count, problem->labels->starts[problem->labels->count], &common);
    }
    free(pairs);
    return status;
}

int pt_find_cuts(const pt_cut_problem *problem, unsigned jobs, double *cuts, double *strictness, double *levels,
                 double *f1, papertag_error *err)
{
    struct cutting c = {problem, .common = 0.5, .cuts = cuts, .strictness = strictness};
    pt_scored *pairs = NULL, *moved = NULL;
    double least[STRICT_COUNT];
    size_t count = 0, moved_count = 0;
    int status = list_pairs(problem, NULL, &pairs, &count);

    if (!status) {
        *f1 = best_score(pairs, count, problem->labels->starts[problem->labels->count], &c.common);
        c.common = fmin(fmax(c.common, 0.05), 0.95);
        find_least(pairs, count, STRICT_AT, STRICT_COUNT, 1, least);
        for (int i = 0; i < STRICT_COUNT; i++) {
            c.strict[i] = log_odds(least[i]);
        }
        status = pt_parallel(jobs, problem->tags, find_cut, &c, NULL);
    }
    status = status ? status : list_pairs(problem, strictness, &moved, &moved_count);
    if (!status) {
        find_precision_levels(moved, moved_count, levels);
    }
    free(pairs);
    free(moved);
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}
