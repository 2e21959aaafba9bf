/*
 * calibrate - Platt scaling after Lin, Lin and Weng (2007).
 *
 * Platt (1999) fits a sigmoid to an SVM's margins by maximum likelihood, with targets drawn a little towards each other
 * so that a class of few examples does not become certain. Lin, Lin and Weng minimise the same by Newton's method with
 * backtracking, and write the likelihood so that no exponential overflows and no difference cancels. It is convex in
 * (a, b), so where it starts matters little.
 */
#include "calibrate.h"

#include <math.h>

/* What is fitted: targets of a positive and a negative, and a prior N((a0, b0), 1 / strength). */
struct problem {
    const float *margins;
    const uint8_t *positive;
    size_t count;
    double high, low, a0, b0, strength;
};

/* The negative log-likelihood at (a, b), its gradient and its Hessian. */
struct shape {
    double value, g1, g2, h11, h21, h22;
};

static struct shape look(const struct problem *p, double a, double b)
{
    const double ridge = 1e-12, da = a - p->a0, db = b - p->b0;
    struct shape s = {.value = p->strength / 2 * (da * da + db * db),
                      .g1 = p->strength * da,
                      .g2 = p->strength * db,
                      .h11 = p->strength + ridge,
                      .h22 = p->strength + ridge};
    double tails = 1; /* the logarithms of 1 + exp(-|z|) are added as one logarithm of a product, for many at a time */

    for (size_t i = 0; i < p->count; i++) {
        const double m = p->margins[i], z = a * m + b, e = exp(-fabs(z)), target = p->positive[i] ? p->high : p->low;
        const double small = e / (1 + e), probability = z >= 0 ? small : 1 - small;
        const double spread = small * (1 - small), difference = target - probability;
        s.value += (z >= 0 ? target : target - 1) * z;
        tails *= 1 + e;
        if (i % 512 == 511) {
            s.value += log(tails);
            tails = 1;
        }
        s.h11 += m * m * spread;
        s.h22 += spread;
        s.h21 += m * spread;
        s.g1 += m * difference;
        s.g2 += difference;
    }
    s.value += log(tails);
    return s;
}

static void minimise(const struct problem *p, double *a_out, double *b_out)
{
    enum { ITERATIONS = 100 };
    enum { HALVINGS = 34 }; /* down to a step of about 1e-10 */
    const double enough = 1e-5;
    double a = *a_out, b = *b_out;
    struct shape s = look(p, a, b);

    for (int i = 0; i < ITERATIONS && (fabs(s.g1) >= enough || fabs(s.g2) >= enough); i++) {
        const double determinant = s.h11 * s.h22 - s.h21 * s.h21;
        const double da = -(s.h22 * s.g1 - s.h21 * s.g2) / determinant;
        const double db = -(s.h11 * s.g2 - s.h21 * s.g1) / determinant;
        const double slope = s.g1 * da + s.g2 * db;
        double step = 1;
        struct shape next = look(p, a + da, b + db);
        int halvings = 0;
        while (!(next.value < s.value + 1e-4 * step * slope) && ++halvings < HALVINGS) {
            step /= 2;
            next = look(p, a + step * da, b + step * db);
        }
        if (halvings == HALVINGS) {
            break; /* no step improves: as near as doubles come */
        }
        a += step * da;
        b += step * db;
        s = next;
    }
    *a_out = a;
    *b_out = b;
}

void pt_platt(const float *margins, const uint8_t *positive, size_t count, double *a, double *b)
{
    struct problem p = {.margins = margins, .positive = positive, .count = count};
    double positives = 0, negatives;

    for (size_t i = 0; i < count; i++) {
        positives += positive[i] != 0;
    }
    negatives = (double)count - positives;
    p.high = (positives + 1) / (positives + 2);
    p.low = 1 / (negatives + 2);
    *a = 0;
    *b = log((negatives + 1) / (positives + 1));
    minimise(&p, a, b);
}

void pt_platt_near(const float *margins, const uint8_t *positive, size_t count, double strength, double *a, double *b)
{
    struct problem p = {margins, positive, count, .high = 1, .low = 0, .a0 = *a, .b0 = *b, .strength = strength};

    minimise(&p, a, b);
}
