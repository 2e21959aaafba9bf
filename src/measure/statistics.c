/*
 * statistics - tests, intervals and draws for counts.
 */
#include "statistics.h"

#include <math.h>

/* ---- shares ---------------------------------------------------------------------------------------------------- */

static const double Z_95 = 1.959963984540054; /* a normal variate is within this in 95 % of cases */

papertag_estimate papertag_share(size_t hits, size_t count)
{
    const double n = (double)count, p = n > 0 ? (double)hits / n : NAN, z = Z_95;
    const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    const double reach = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

    return count ? (papertag_estimate){p, fmax(middle - reach, 0), fmin(middle + reach, 1)}
                 : (papertag_estimate){NAN, NAN, NAN};
}

double pt_growth(size_t now, size_t papers_now, size_t before, size_t papers_before)
{
    const double n1 = (double)papers_now + 2, n0 = (double)papers_before + 2;
    const double p1 = ((double)now + 1) / n1, p0 = ((double)before + 1) / n0;
    const double pooled = (double)(now + before + 2) / (n1 + n0);

    return pooled > 0 && pooled < 1 ? (p1 - p0) / sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0)) : 0;
}

/* ---- tests ----------------------------------------------------------------------------------------------------- */

double pt_sign_test(size_t worse, size_t better)
{
    enum { EXACT_MOST = 1000 }; /* 0.5^n of more changes underflows */
    const size_t n = worse + better;
    double share = pow(0.5, (double)n), tail = 0; /* share: of all outcomes, those with k changes for the worse */

    if (n > EXACT_MOST) {
        return 0.5 * erfc(((double)worse - (double)better - 1) / sqrt(2 * (double)n));
    }
    for (size_t k = n; k + 1 > worse; k--) {
        tail += share;
        share *= (double)k / (double)(n - k + 1);
    }
    return fmin(tail, 1);
}

/* ---- draws ----------------------------------------------------------------------------------------------------- */

/* Above 0 and below 1: both ends would break the logarithm. */
static double uniform_draw(uint64_t *random)
{
    return ((double)(pt_random(random) >> 11) + 0.5) / 9007199254740992.0;
}

/* By Box and Muller (1958). The two draws are in statements of their own, so that every compiler takes them in the same
 * order. */
static double normal_draw(uint64_t *random)
{
    const double radius = sqrt(-2 * log(uniform_draw(random)));
    const double angle = 6.283185307179586 * uniform_draw(random);

    return radius * cos(angle);
}

/* From the gamma distribution of scale 1. A shape below 1 is drawn as shape + 1 and scaled down. */
static double gamma_draw(double shape, uint64_t *random)
{
    const double more = shape < 1 ? 1 : 0, d = shape + more - 1.0 / 3, c = 1 / sqrt(9 * d);

    for (;;) {
        const double x = normal_draw(random), v = (1 + c * x) * (1 + c * x) * (1 + c * x);
        if (v > 0 && log(uniform_draw(random)) < x * x / 2 + d - d * v + d * log(v)) {
            return d * v * (shape < 1 ? pow(uniform_draw(random), 1 / shape) : 1);
        }
    }
}

double pt_beta_draw(double a, double b, uint64_t *random)
{
    const double x = gamma_draw(a, random), y = gamma_draw(b, random);

    return x + y > 0 ? x / (x + y) : 0;
}
