/*
 * calibrate - Platt scaling after Lin, Lin and Weng (2007).
 *
 * Platt (1999) fits a sigmoid to an SVM's margins by maximum likelihood. The targets are moved a little towards each
 * other, so that a class with few examples does not become certain. Lin, Lin and Weng minimise the same function by
 * Newton's method with backtracking, and write the likelihood so that no exponential overflows and no difference
 * cancels. The function is convex in (a, b), so the starting point matters little.
 */
#include "calibrate.h"

#include <math.h>

struct problem {
    const float *margins;    /* n */
    const uint8_t *positive; /* n */
    size_t count;            /* n */
    double high, low;        /* targets of a positive and of a negative */
    double a0, b0, strength; /* the prior: normal about (a0, b0), variance 1 / strength; strength 0: none */
};

/* The negative log-likelihood at one (a, b). */
struct likelihood {
    double value;
    double g1, g2;        /* gradient */
    double h11, h21, h22; /* Hessian */
};

static struct likelihood evaluate(const struct problem *p, double a, double b)
{
    const double ridge = 1e-12, da = a - p->a0, db = b - p->b0;
    struct likelihood s = {.value = p->strength / 2 * (da * da + db * db),
                           .g1 = p->strength * da,
                           .g2 = p->strength * db,
                           .h11 = p->strength + ridge,
                           .h22 = p->strength + ridge};
    double tails = 1; /* product of 1 + exp(-|z|) over up to 512 examples: one logarithm instead of 512 */

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

static void minimise_by_newton(const struct problem *p, double *a_out, double *b_out)
{
    enum { ITERATIONS = 100 };
    enum { HALVINGS = 34 };        /* down to a step of about 1e-10 */
    const double tolerance = 1e-5; /* of the gradient */
    double a = *a_out, b = *b_out;
    struct likelihood s = evaluate(p, a, b);

    for (int i = 0; i < ITERATIONS && (fabs(s.g1) >= tolerance || fabs(s.g2) >= tolerance); i++) {
        const double determinant = s.h11 * s.h22 - s.h21 * s.h21;
        const double da = -(s.h22 * s.g1 - s.h21 * s.g2) / determinant;
        const double db = -(s.h11 * s.g2 - s.h21 * s.g1) / determinant;
        const double slope = s.g1 * da + s.g2 * db;
        double step = 1;
        struct likelihood next = evaluate(p, a + da, b + db);
        int halvings = 0;
        while (!(next.value < s.value + 1e-4 * step * slope) && ++halvings < HALVINGS) {
            step /= 2;
            next = evaluate(p, a + step * da, b + step * db);
        }
        if (halvings == HALVINGS) {
            break; /* no step improves: this is the precision of doubles */
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
    minimise_by_newton(&p, a, b);
}

void pt_platt_near(const float *margins, const uint8_t *positive, size_t count, double strength, double *a, double *b)
{
    struct problem p = {margins, positive, count, .high = 1, .low = 0, .a0 = *a, .b0 = *b, .strength = strength};

    minimise_by_newton(&p, a, b);
}
