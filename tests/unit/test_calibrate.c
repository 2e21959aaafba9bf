/*
 * Unit tests of calibrate and cuts: known sigmoids, hard cases, cuts of clean and of hopeless tags, precision levels,
 * label cardinality.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit/fit.h"

static double p_of(double a, double b, double margin)
{
    return 1 / (1 + exp(a * margin + b));
}

static void test_a_known_sigmoid_is_found_again(void **state)
{
    enum { COUNT = 20000 };
    float *margins = malloc(COUNT * sizeof *margins);
    float *positive = malloc(COUNT * sizeof *positive);
    uint64_t seed = 4;
    double a, b, gradient[2] = {0}, positives = 0;
    (void)state;

    for (int i = 0; i < COUNT; i++) {
        margins[i] = (float)((double)(pt_random(&seed) >> 11) / 9007199254740992.0 * 6 - 3);
        positive[i] = (double)(pt_random(&seed) >> 11) / 9007199254740992.0 < p_of(-2, 0.7, margins[i]);
        positives += positive[i];
    }
    pt_platt(margins, positive, COUNT, &a, &b);
    assert_true(fabs(a + 2) < 0.1);
    assert_true(fabs(b - 0.7) < 0.1);
    for (int i = 0; i < COUNT; i++) { /* at the optimum the gradient of the likelihood vanishes */
        double target = positive[i] ? (positives + 1) / (positives + 2) : 1 / (COUNT - positives + 2);
        gradient[0] += margins[i] * (target - p_of(a, b, margins[i]));
        gradient[1] += target - p_of(a, b, margins[i]);
    }
    assert_true(fabs(gradient[0]) < 1e-3 && fabs(gradient[1]) < 1e-3);
    free(margins);
    free(positive);
}

static void test_hard_cases_stay_finite(void **state)
{
    float margins[100], far[4] = {-1e6f, -1e5f, 1e5f, 1e6f};
    float positive[100], halves[4] = {0, 0, 1, 1};
    double a, b;
    (void)state;

    for (int i = 0; i < 100; i++) { /* separable */
        margins[i] = (float)(i - 50) / 10 + 0.05f;
        positive[i] = i >= 50;
    }
    pt_platt(margins, positive, 100, &a, &b);
    assert_true(isfinite(a) && isfinite(b) && a < 0);
    assert_true(p_of(a, b, 5) > 0.9 && p_of(a, b, -5) < 0.1);
    memset(positive, 0, sizeof positive); /* one class */
    pt_platt(margins, positive, 100, &a, &b);
    assert_true(isfinite(a) && isfinite(b) && p_of(a, b, 0) < 0.1);
    pt_platt(margins, positive, 0, &a, &b); /* nothing */
    assert_true(isfinite(a) && isfinite(b));
    pt_platt(far, halves, 4, &a, &b);
    assert_true(isfinite(a) && isfinite(b));
}

static void test_few_examples_stay_near(void **state)
{
    static float margins[20000];
    static float positive[20000];
    uint64_t seed = 9;
    double a = -2, b = 1;
    (void)state;

    pt_platt_near(margins, positive, 0, 0.5, &a, &b); /* no examples: no change */
    assert_true(a == -2 && b == 1);
    margins[0] = 3;
    positive[0] = 0; /* one surprise moves it, a little */
    pt_platt_near(margins, positive, 1, 0.5, &a, &b);
    assert_true(p_of(a, b, 3) < p_of(-2, 1, 3) && p_of(a, b, 3) > 0.2);
    for (int i = 0; i < 20000; i++) { /* many examples of another sigmoid pull it there */
        margins[i] = (float)((double)(pt_random(&seed) >> 11) / 9007199254740992.0 * 6 - 3);
        positive[i] = (double)(pt_random(&seed) >> 11) / 9007199254740992.0 < p_of(-4, -2, margins[i]);
    }
    a = -2;
    b = 1;
    pt_platt_near(margins, positive, 20000, 0.5, &a, &b);
    assert_true(fabs(a + 4) < 0.3 && fabs(b + 2) < 0.3);
}

enum { PAPERS = 1000, TAGS = 3 };

/* Tag 0 is clean: its papers have margin 1, the others -1. Tag 1 has none. Tag 2 has every second paper from margin 0
 * on, the clean half of them above 1. */
static void make_margins(float *margins, pt_labels *labels)
{
    for (uint32_t i = 0; i < PAPERS; i++) {
        uint32_t tags[TAGS];
        size_t count = 0;
        const float last = (float)i / PAPERS * 4 - 2;
        margins[i * TAGS] = i % 4 ? -1 : 1;
        margins[i * TAGS + 1] = -1;
        margins[i * TAGS + 2] = last;
        if (i % 4 == 0) {
            tags[count++] = 0;
        }
        if (last > 1 || (last > 0 && i % 2)) {
            tags[count++] = 2;
        }
        assert_int_equal(pt_labels_append(labels, tags, count), 0);
    }
}

static void test_cuts_and_precision_levels(void **state)
{
    static float margins[PAPERS * TAGS];
    const double a[TAGS] = {-3, -3, -3}, b[TAGS] = {0, 0, 1};
    double cuts[TAGS], strictness[TAGS], levels[PT_PRECISIONS], again[TAGS], same_levels[PT_PRECISIONS], f1, same_f1;
    pt_labels labels = {0};
    const pt_cut_problem problem = {.margins = margins, .labels = &labels, .tags = TAGS, .a = a, .b = b};
    (void)state;

    make_margins(margins, &labels);
    assert_int_equal(pt_find_cuts(&problem, 1, cuts, strictness, levels, &f1, NULL), 0);
    assert_true(f1 > 0.8 && f1 < 1);
    assert_true(cuts[0] > -1 && cuts[0] < 1);
    assert_true(isfinite(cuts[1])); /* no examples: the margin of the common probability */
    assert_true(cuts[2] > -0.5 && cuts[2] < 1);
    for (int i = 1; i < PT_PRECISIONS; i++) {
        assert_true(levels[i] >= levels[i - 1]);
    }
    assert_true(levels[0] > 0 && levels[PT_PRECISIONS - 1] < 1);
    assert_int_equal(pt_find_cuts(&problem, 3, again, strictness, same_levels, &same_f1, NULL), 0);
    assert_memory_equal(again, cuts, sizeof cuts);
    assert_memory_equal(same_levels, levels, sizeof levels);
    assert_true(same_f1 == f1);
    pt_labels_free(&labels);
}

/* Two tags with the same calibration. Of papers that are neither near certain nor unlikely four fifths have the first
 * tag, half of them the second. Above the same probability the second would be right less often. */
static void test_a_tag_that_is_less_sure_is_cut_more_strictly(void **state)
{
    enum { N = 2000, TWO = 2, ASKED = 90 };
    static float margins[N * TWO];
    const double a[TWO] = {-1, -1}, b[TWO] = {0, 0};
    double cuts[TWO], strictness[TWO], levels[PT_PRECISIONS], f1;
    size_t given = 0, right = 0, both = 0, both_right = 0;
    pt_labels labels = {0};
    const pt_cut_problem problem = {.margins = margins, .labels = &labels, .tags = TWO, .a = a, .b = b};
    (void)state;

    for (uint32_t i = 0; i < N; i++) {
        const bool sure = i % 4 == 0, vague = i % 4 == 1;
        uint32_t tags[TWO];
        size_t count = 0;
        margins[TWO * i] = margins[TWO * i + 1] = sure ? 4 : vague ? (float)(i % 100) / 50 - 1 : -4;
        if (sure || (vague && i % 40 < 30)) {
            tags[count++] = 0;
        }
        if (sure ? i % 80 : vague && i % 8 == 1) {
            tags[count++] = 1;
        }
        assert_int_equal(pt_labels_append(&labels, tags, count), 0);
    }
    assert_int_equal(pt_find_cuts(&problem, 1, cuts, strictness, levels, &f1, NULL), 0);
    assert_true(strictness[1] > strictness[0]);
    for (size_t i = 0; i < N; i++) {
        for (uint32_t t = 0; t < TWO; t++) {
            const double p = 1 / (1 + exp(strictness[t] - margins[TWO * i + t]));
            const bool assigned = p >= levels[ASKED - PT_PRECISION_MIN], has = pt_labels_have(&labels, i, t);
            both += assigned;
            both_right += assigned && has;
            given += assigned && t;
            right += assigned && t && has;
        }
    }
    assert_true((double)both_right >= 0.9 * (double)both);
    assert_true((double)right > 0.86 * (double)given); /* above a common probability: 0.85 */
    pt_labels_free(&labels);
}

static void test_cuts_without_examples(void **state)
{
    const float margins[4] = {-1, 0, 1, 2};
    const double a = -1, b = 0;
    double cut, strictness, levels[PT_PRECISIONS], f1;
    pt_labels labels = {0};
    const pt_cut_problem problem = {.margins = margins, .labels = &labels, .tags = 1, .a = &a, .b = &b};
    (void)state;

    for (int i = 0; i < 4; i++) {
        assert_int_equal(pt_labels_append(&labels, NULL, 0), 0);
    }
    assert_int_equal(pt_find_cuts(&problem, 1, &cut, &strictness, levels, &f1, NULL), 0);
    assert_true(f1 == 0 && fabs(cut) < 1e-9); /* even odds */
    for (int i = 0; i < PT_PRECISIONS; i++) {
        assert_true(levels[i] == 2); /* never reached */
    }
    pt_labels_free(&labels);
}

/* ---- cardinality ---------------------------------------------------------------------------------------------------
 */

enum { MANY = 4000, SIX = 6 };

static double uniform(uint64_t *seed)
{
    return (double)(pt_random(seed) >> 11) / 9007199254740992.0;
}

/* Papers whose margins tell a tag's probability; of those tags that come out, a paper keeps the `most` likeliest. */
static void make_cardinality(size_t papers, size_t most, float *margins, pt_labels *labels)
{
    uint64_t seed = 11;

    for (size_t i = 0; i < papers; i++) {
        const double busy = uniform(&seed) * 3;
        float *row = margins + i * SIX;
        uint32_t tags[SIX];
        size_t count = 0;
        for (uint32_t t = 0; t < SIX; t++) {
            row[t] = (float)(uniform(&seed) * 5 - 4 + busy / 2);
        }
        for (uint32_t t = 0; t < SIX; t++) {
            size_t likelier = 0;
            for (int u = 0; u < SIX; u++) {
                likelier += row[u] > row[t];
            }
            if (likelier < most && uniform(&seed) < p_of(-3, 0, row[t])) {
                tags[count++] = t;
            }
        }
        assert_int_equal(pt_labels_append(labels, tags, count), 0);
    }
}

/* The strength found for such papers. f1: the micro-F1 before and after the margins are moved. */
static double find_strength(size_t papers, size_t most, double f1[2])
{
    float *margins = malloc(papers * SIX * sizeof *margins);
    const double a[SIX] = {-3, -3, -3, -3, -3, -3}, b[SIX] = {0};
    pt_labels labels = {0};
    const pt_cut_problem problem = {.margins = margins, .labels = &labels, .tags = SIX, .a = a, .b = b};
    pt_cardinality cardinality = {0};
    double strength;

    make_cardinality(papers, most, margins, &labels);
    assert_int_equal(pt_common_f1(&problem, &f1[0]), 0);
    assert_int_equal(pt_cardinality_find(&problem, 2, &cardinality, NULL), 0);
    strength = cardinality.strength;
    assert_int_equal(pt_cardinality_move(&cardinality, margins, strength > 0 ? papers : 0, NULL), 0);
    assert_int_equal(pt_common_f1(&problem, &f1[1]), 0);
    pt_cardinality_free(&cardinality);
    pt_labels_free(&labels);
    free(margins);
    return strength;
}

static void test_cardinality_helps_where_papers_have_few_tags(void **state)
{
    double f1[2];
    (void)state;

    assert_true(find_strength(MANY, 2, f1) > 0);
    assert_true(f1[1] > f1[0] + 0.01);
    assert_true(find_strength(MANY, SIX, f1) == 0); /* tags that know nothing of each other */
    assert_true(f1[1] == f1[0]);
    assert_true(find_strength(500, 2, f1) == 0); /* too few papers to tell */
}

static void test_cardinality_of_a_paper(void **state)
{
    const double a[3] = {-2, -2, NAN}, b[3] = {0, 0, 0}, none[3] = {-3, -3, 5}, both[3] = {2, 2, -5};
    pt_cardinality cardinality = {0};
    (void)state;

    assert_true(pt_cardinality_offset(&cardinality, none) == 0 && pt_cardinality_pull(&cardinality, 1) == 0);
    assert_int_equal(pt_cardinality_open(&cardinality, 0.8, 0.5, a, b, 3), 0);
    assert_true(fabs(pt_cardinality_offset(&cardinality, none) - (0.5 - log(0.3))) <
                1e-12); /* the last tag does not count */
    assert_true(fabs(pt_cardinality_offset(&cardinality, both) - (0.5 - log(0.3 + 2 * p_of(-2, 0, 2)))) < 1e-12);
    assert_true(pt_cardinality_pull(&cardinality, 0) == 0.4 && pt_cardinality_pull(&cardinality, 2) == 0);
    pt_cardinality_free(&cardinality);
    assert_int_equal(pt_cardinality_open(&cardinality, 10, 0, (const double[]){-1e-310, 1, -0.0}, b, 3), 0);
    for (size_t t = 0; t < 3; t++) {
        assert_true(pt_cardinality_pull(&cardinality, t) == 0); /* nothing that would make a margin infinite */
    }
    pt_cardinality_free(&cardinality);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_known_sigmoid_is_found_again),
                                       cmocka_unit_test(test_hard_cases_stay_finite),
                                       cmocka_unit_test(test_few_examples_stay_near),
                                       cmocka_unit_test(test_cuts_and_precision_levels),
                                       cmocka_unit_test(test_a_tag_that_is_less_sure_is_cut_more_strictly),
                                       cmocka_unit_test(test_cuts_without_examples),
                                       cmocka_unit_test(test_cardinality_helps_where_papers_have_few_tags),
                                       cmocka_unit_test(test_cardinality_of_a_paper)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
