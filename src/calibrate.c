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

static double negative_log_likelihood(const float *margins, const uint8_t *positive, size_t count, double high,
                                      double low, double a, double b)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double z = a * margins[i] + b, target = positive[i] ? high : low;
        sum += (z >= 0 ? target * z : (target - 1) * z) + tail(z);
    }
    return sum;
}

void pt_platt(const float *margins, const uint8_t *positive, size_t count, double *a_out, double *b_out)
{
    enum { ITERATIONS = 100 };
    enum { HALVINGS = 34 }; /* down to a step of about 1e-10 */
    const double ridge = 1e-12, enough = 1e-5;
    double positives = 0, negatives, high, low, a = 0, b, value;

    for (size_t i = 0; i < count; i++) {
        positives += positive[i] != 0;
    }
    negatives = (double)count - positives;
    high = (positives + 1) / (positives + 2);
    low = 1 / (negatives + 2);
    b = log((negatives + 1) / (positives + 1));
    value = negative_log_likelihood(margins, positive, count, high, low, a, b);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        double h11 = ridge, h22 = ridge, h21 = 0, g1 = 0, g2 = 0, determinant, da, db, slope, step;
        for (size_t i = 0; i < count; i++) {
            double z = a * margins[i] + b, e = exp(-fabs(z));
            double p = z >= 0 ? e / (1 + e) : 1 / (1 + e), q = 1 - p;
            double difference = (positive[i] ? high : low) - p;
            h11 += margins[i] * (double)margins[i] * p * q;
            h22 += p * q;
            h21 += margins[i] * p * q;
            g1 += margins[i] * difference;
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
            double next = negative_log_likelihood(margins, positive, count, high, low, a + step * da, b + step * db);
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
