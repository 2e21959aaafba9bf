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

/* ln(1 + exp(-|z|)), the part of the log-likelihood that is always small. */
static double tail(double z)
{
    return log1p(exp(-fabs(z)));
}

/* What is fitted: targets of a positive and a negative, and a prior N((a0, b0), 1 / strength). */
struct problem {
    const float *margins;
    const uint8_t *positive;
    size_t count;
    double high, low, a0, b0, strength;
};

static double negative_log_likelihood(const struct problem *p, double a, double b)
{
    double sum = p->strength / 2 * ((a - p->a0) * (a - p->a0) + (b - p->b0) * (b - p->b0));
    for (size_t i = 0; i < p->count; i++) {
        double z = a * p->margins[i] + b, target = p->positive[i] ? p->high : p->low;
        sum += (z >= 0 ? target * z : (target - 1) * z) + tail(z);
    }
    return sum;
}

static void minimise(const struct problem *p, double *a_out, double *b_out)
{
    enum { ITERATIONS = 100 };
    enum { HALVINGS = 34 }; /* down to a step of about 1e-10 */
    const double ridge = 1e-12, enough = 1e-5;
    double a = *a_out, b = *b_out, value = negative_log_likelihood(p, a, b);

    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        double h11 = p->strength + ridge, h22 = h11, h21 = 0;
        double g1 = p->strength * (a - p->a0), g2 = p->strength * (b - p->b0), determinant, da, db, slope, step;
        for (size_t i = 0; i < p->count; i++) {
            double m = p->margins[i], z = a * m + b, e = exp(-fabs(z));
            double probability = z >= 0 ? e / (1 + e) : 1 / (1 + e), q = 1 - probability;
            double difference = (p->positive[i] ? p->high : p->low) - probability;
            h11 += m * m * probability * q;
            h22 += probability * q;
            h21 += m * probability * q;
            g1 += m * difference;
            g2 += difference;
        }
        if (fabs(g1) < enough && fabs(g2) < enough) {
            break;
        }
        determinant = h11 * h22 - h21 * h21;
        da = -(h22 * g1 - h21 * g2) / determinant;
        db = -(h11 * g2 - h21 * g1) / determinant;
        slope = g1 * da + g2 * db;
        int halvings = 0;
        for (step = 1; halvings < HALVINGS; halvings++, step /= 2) {
            double next = negative_log_likelihood(p, a + step * da, b + step * db);
            if (next < value + 1e-4 * step * slope) {
                a += step * da;
                b += step * db;
                value = next;
                break;
            }
        }
        if (halvings == HALVINGS) {
            break; /* no step improves: as near as doubles come */
        }
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

void pt_platt_near(const float *margins, const uint8_t *positive, size_t count, double *a, double *b)
{
    struct problem p = {margins, positive, count, .high = 1, .low = 0, .a0 = *a, .b0 = *b, .strength = 0.5};

    minimise(&p, a, b);
}
