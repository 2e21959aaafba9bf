/*
 * chance - figures of a set of papers, and the same of random sets.
 */
#include "chance.h"

#include <math.h>
#include <stdlib.h>

/* The chance of a search to find anything where there is nothing; random sets of a size; what is added to a figure
 * before its logarithm: some sets share nothing. */
static const double LEVEL = 0.05, ADDED = 1e-4;
enum { SETS = 200 };

/* The z that a normal variable exceeds with probability p. */
static double z_of(double p)
{
    double low = 0, high = 40;

    for (int i = 0; i < 60; i++) {
        const double z = (low + high) / 2;
        if (erfc(z / sqrt(2)) / 2 > p) {
            low = z;
        } else {
            high = z;
        }
    }
    return high;
}

int pt_chance_open(pt_chance *chance, const pt_residual *left, size_t tests)
{
    *chance = (pt_chance){.left = left,
                          .z_min = z_of(LEVEL / (double)(tests ? tests : 1)),
                          .sum = pt_calloc(left->terms / PT_PACKED_PAGE + 1, PT_PACKED_PAGE * sizeof *chance->sum)};
    return chance->sum ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

void pt_chance_close(pt_chance *chance)
{
    free(chance->sum);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The logarithms of the figures of a set of papers. likeness: scratch, count. */
static void measure_set(pt_chance *chance, const uint32_t *papers, size_t count, const uint32_t *own, size_t own_count,
                        double *likeness, double figures[PT_CHANCE_FIGURES])
{
    const size_t sums = (chance->left->terms / PT_PACKED_PAGE + 1) * PT_PACKED_PAGE;
    double all = 0;

    for (size_t i = 0; i < count; i++) {
        pt_residual_add(pt_residual_get(chance->left, papers[i]), chance->sum);
    }
    for (size_t i = 0; i < own_count; i++) {
        chance->sum[own[i]] = 0;
    }
    for (size_t i = 0; i < count; i++) {
        likeness[i] =
            pt_residual_with_others(pt_residual_get(chance->left, papers[i]), chance->sum) / (double)(count - 1);
        all += likeness[i] / (double)count;
    }
    memset(chance->sum, 0, sums * sizeof *chance->sum);
    pt_sort(likeness, count, sizeof *likeness, compare_doubles);
    figures[0] = log(fmax(all, 0) + ADDED);
    figures[1] = log(fmax(likeness[count / 2], 0) + ADDED);
}

/* Draws `count` different papers of `all`. */
static void draw(uint64_t *random, size_t all, uint32_t *papers, size_t count)
{
    for (size_t i = 0; i < count;) {
        bool drawn = false;
        papers[i] = (uint32_t)((pt_random(random) >> 32) * all >> 32);
        for (size_t k = 0; k < i; k++) {
            drawn = drawn || papers[k] == papers[i];
        }
        i += !drawn;
    }
}

static void measure_random_sets(pt_chance *chance, size_t size, struct pt_random_sets *out)
{
    uint32_t papers[PT_CHANCE_SIZES];
    double likeness[PT_CHANCE_SIZES], figures[PT_CHANCE_FIGURES], squares[PT_CHANCE_FIGURES] = {0};
    uint64_t random = size;

    for (int set = 0; set < SETS; set++) {
        draw(&random, chance->left->papers[PT_EVERY], papers, size);
        measure_set(chance, papers, size, NULL, 0, likeness, figures);
        for (int f = 0; f < PT_CHANCE_FIGURES; f++) {
            out->mean[f] += figures[f] / SETS;
            squares[f] += figures[f] * figures[f] / SETS;
        }
    }
    for (int f = 0; f < PT_CHANCE_FIGURES; f++) {
        out->deviation[f] = sqrt(fmax(squares[f] - out->mean[f] * out->mean[f], 1e-12));
    }
}

int pt_may_be_chance(pt_chance *chance, const uint32_t *papers, size_t count, const uint32_t *own, size_t own_count,
                     bool *out)
{
    const size_t size = count < PT_CHANCE_SIZES ? count : PT_CHANCE_SIZES;
    struct pt_random_sets *sets = &chance->sets[size];
    double figures[PT_CHANCE_FIGURES], *likeness;

    *out = size >= chance->left->papers[PT_EVERY]; /* nothing to compare with */
    if (*out) {
        return PAPERTAG_OK;
    }
    likeness = pt_alloc(count, sizeof *likeness);
    if (!likeness) {
        return PAPERTAG_NO_MEMORY;
    }
    if (sets->deviation[0] == 0) {
        measure_random_sets(chance, size, sets);
    }
    measure_set(chance, papers, count, own, own_count, likeness, figures);
    for (int f = 0; f < PT_CHANCE_FIGURES; f++) {
        *out = *out || figures[f] < sets->mean[f] + chance->z_min * sets->deviation[f];
    }
    free(likeness);
    return PAPERTAG_OK;
}
