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
#include <stdint.h>
#include <string.h>

#include "base/vector.h"

/* exp(-FAR) is nearly the least double. */
static const double FAR = 700;

struct problem {
    const float *margins;    /* n */
    const float *positive;   /* n: 1 or 0 */
    size_t count;            /* n */
    double far;              /* see exp_minus */
    double low, range;       /* the target of a negative, and how much higher that of a positive is */
    double a0, b0, strength; /* the prior: normal about (a0, b0), variance 1 / strength; strength 0: none */
};

/* The negative log-likelihood at one (a, b). */
struct likelihood {
    double value;
    double g1, g2;        /* gradient */
    double h11, h21, h22; /* Hessian */
};

/* exp(-x) of 0 <= x < far <= FAR, else exp(-far); the same on every machine, and several at once. (Were `far` a
 * constant, compilers would write a branch for it.) x = k ln 2 + r: exp(-r) is its series, within 1e-14, and -k becomes
 * the exponent. */
static inline double exp_minus(double x, double far)
{
    const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33, rounder = 0x1.8p52;
    const double near = x < far ? x : far, sum = near * 0x1.71547652b82fep0 + rounder, k = sum - rounder;
    const double r = near - k * ln2_high - k * ln2_low;
    double series = -1.0 / 39916800, power;
    uint64_t bits;

    series = series * r + 1.0 / 3628800;
    series = series * r - 1.0 / 362880;
    series = series * r + 1.0 / 40320;
    series = series * r - 1.0 / 5040;
    series = series * r + 1.0 / 720;
    series = series * r - 1.0 / 120;
    series = series * r + 1.0 / 24;
    series = series * r - 1.0 / 6;
    series = series * r + 0.5;
    series = series * r - 1;
    series = series * r + 1;
    memcpy(&bits, &sum, sizeof bits); /* its lowest bits are k */
    bits = (1023 - bits) << 52;
    memcpy(&power, &bits, sizeof power);
    return series * power;
}

/* Examples are added up in lanes: example i in lane i % LANES. */
enum { LANES = 8 };

struct lanes {
    double value[LANES], tails[LANES], h11[LANES], h21[LANES], h22[LANES], g1[LANES], g2[LANES];
};

static inline __attribute__((always_inline)) void add_examples(const struct problem *p, size_t first, int count,
                                                               double a, double b, struct lanes *s)
{
    for (int i = 0; i < count; i++) { /* without a branch: compilers leave loops with one alone */
        const double m = p->margins[first + (size_t)i], z = a * m + b, e = exp_minus(fabs(z), p->far),
                     small = e / (1 + e);
        const double certain = z >= 0 ? 0 : 1, probability = certain + (1 - 2 * certain) * small;
        const double target = p->low + p->range * p->positive[first + (size_t)i], difference = target - probability;
        const double spread = small * (1 - small);
        s->value[i] += (target - certain) * z;
        s->tails[i] *= 1 + e;
        s->h11[i] += m * m * spread;
        s->h22[i] += spread;
        s->h21[i] += m * spread;
        s->g1[i] += m * difference;
        s->g2[i] += difference;
    }
}

WIDEST_VECTORS
static void add_all(const struct problem *p, double a, double b, struct lanes *s)
{
    size_t i = 0;

    for (; i + LANES <= p->count; i += LANES) {
        add_examples(p, i, LANES, a, b, s);
        for (int lane = 0; lane < LANES && i % 512 == 0; lane++) {
            s->value[lane] += log(s->tails[lane]); /* a product of at most 64: one logarithm instead of 64 */
            s->tails[lane] = 1;
        }
    }
    add_examples(p, i, (int)(p->count - i), a, b, s);
}

static struct likelihood evaluate(const struct problem *p, double a, double b)
{
    const double ridge = 1e-12, da = a - p->a0, db = b - p->b0;
    struct likelihood s = {.value = p->strength / 2 * (da * da + db * db),
                           .g1 = p->strength * da,
                           .g2 = p->strength * db,
                           .h11 = p->strength + ridge,
                           .h22 = p->strength + ridge};
    struct lanes lanes = {.tails = {1, 1, 1, 1, 1, 1, 1, 1}};

    add_all(p, a, b, &lanes);
    for (int i = 0; i < LANES; i++) {
        s.value += lanes.value[i] + log(lanes.tails[i]);
        s.h11 += lanes.h11[i];
        s.h22 += lanes.h22[i];
        s.h21 += lanes.h21[i];
        s.g1 += lanes.g1[i];
        s.g2 += lanes.g2[i];
    }
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

void pt_platt(const float *margins, const float *positive, size_t count, double *a, double *b)
{
    struct problem p = {.margins = margins, .positive = positive, .count = count, .far = FAR};
    double positives = 0, negatives;

    for (size_t i = 0; i < count; i++) {
        positives += positive[i];
    }
    negatives = (double)count - positives;
    p.low = 1 / (negatives + 2);
    p.range = (positives + 1) / (positives + 2) - p.low;
    *a = 0;
    *b = log((negatives + 1) / (positives + 1));
    minimise_by_newton(&p, a, b);
}

void pt_platt_near(const float *margins, const float *positive, size_t count, double strength, double *a, double *b)
{
    struct problem p = {margins, positive, count, FAR, .low = 0, .range = 1, .a0 = *a, .b0 = *b, .strength = strength};

    minimise_by_newton(&p, a, b);
}
