/*
 * Unit tests of bootstrap, report and statistics. That metrics are scikit-learn's is tested in tests/reference.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "measure/measure.h"
#include "measure/metrics.h"

enum { PAPERS = 400 };

static const char *const slugs[] = {"a", "b", "c"};
enum { TAGS = 3 };

/* Every paper has tag a; `right` of a hundred get it, the others get b. */
static papertag_evaluation *make(int right)
{
    static const char *const gold[] = {"a"};
    papertag_evaluation *e;
    uint64_t seed = 2;

    assert_int_equal(pt_evaluation_open(&e, slugs, TAGS, NULL), 0);
    for (int i = 0; i < PAPERS; i++) {
        papertag_paper paper = {.has_tags = true, .tags = {gold, 1}};
        bool good = (int)(pt_random(&seed) % 100) < right;
        papertag_score scores[TAGS] = {{.index = 0, .p = good ? 0.8 : 0.2, .assigned = good},
                                       {.index = 1, .p = good ? 0.1 : 0.7, .assigned = !good},
                                       {.index = 2, .p = 0.01}};
        assert_int_equal(papertag_evaluation_add(e, &paper, scores, NULL), 0);
    }
    return e;
}

static void test_interval_is_the_binomial_s(void **state)
{
    papertag_evaluation *e = make(70);
    papertag_metrics m, low, high, again;
    double half;
    (void)state;

    assert_int_equal(papertag_evaluation_metrics(e, &m, NULL), 0);
    assert_int_equal(papertag_evaluation_interval(e, 2000, 1, &low, &high, NULL), 0);
    half = 1.96 * sqrt(m.p_at_1 * (1 - m.p_at_1) / PAPERS);
    assert_true(fabs(m.p_at_1 - half - low.p_at_1) < 0.01);
    assert_true(fabs(m.p_at_1 + half - high.p_at_1) < 0.01);
    assert_true(low.f1_micro < m.f1_micro && m.f1_micro < high.f1_micro);
    assert_int_equal(papertag_evaluation_interval(e, 2000, 1, &again, &high, NULL), 0);
    assert_true(low.ece == again.ece);
    assert_null(low.per_tag);
    papertag_evaluation_close(e);
}

static void test_comparison_tells_models_apart(void **state)
{
    papertag_evaluation *good = make(90), *fair = make(70), *same = make(70), *none;
    papertag_metrics low, high, p;
    papertag_error err;
    (void)state;

    assert_int_equal(papertag_evaluation_compare(fair, good, 1000, 1, &low, &high, &p, NULL), 0);
    assert_true(low.f1_micro > 0.1 && high.f1_micro < 0.3 && p.f1_micro < 0.01);
    assert_int_equal(papertag_evaluation_compare(fair, same, 1000, 1, &low, &high, &p, NULL), 0);
    assert_true(low.f1_micro == 0 && high.f1_micro == 0 && p.f1_micro == 1);
    assert_int_equal(papertag_evaluation_compare(fair, same, 10, 1, &low, &high, &p, &err), PAPERTAG_BAD_ARGUMENT);
    assert_int_equal(pt_evaluation_open(&none, slugs, TAGS, NULL), 0);
    assert_int_equal(papertag_evaluation_interval(none, 1000, 1, &low, &high, &err), PAPERTAG_BAD_INPUT);
    assert_int_equal(papertag_evaluation_compare(fair, none, 1000, 1, &low, &high, &p, &err), PAPERTAG_BAD_ARGUMENT);
    papertag_evaluation_close(good);
    papertag_evaluation_close(fair);
    papertag_evaluation_close(same);
    papertag_evaluation_close(none);
}

static void test_report_names_what_is_confused(void **state)
{
    papertag_evaluation *e = make(70);
    papertag_report report;
    papertag_metrics m;
    size_t pairs = 0;
    (void)state;

    assert_int_equal(papertag_evaluation_metrics(e, &m, NULL), 0);
    assert_int_equal(papertag_evaluation_report(e, &report, NULL), 0);
    assert_int_equal(report.confusion_count, 1);
    assert_string_equal(report.confusions[0].gold, "a");
    assert_string_equal(report.confusions[0].assigned, "b");
    assert_int_equal(report.confusions[0].papers, (size_t)lround(PAPERS * (1 - m.p_at_1)));
    for (int b = 0; b < PAPERTAG_BINS; b++) {
        pairs += report.bins[b].pairs;
    }
    assert_int_equal(pairs, PAPERS * TAGS);
    assert_true(report.bins[8].gold == 1 && fabs(report.bins[8].p - 0.8) < 1e-9); /* all at 0.8 are gold */
    assert_true(report.bins[7].gold == 0);
    papertag_evaluation_close(e);
}

static void test_confusions_are_sorted_and_cut(void **state)
{
    enum { MANY = 30 };
    char names[MANY][16];
    const char *tags[MANY];
    papertag_evaluation *e;
    papertag_report report;
    (void)state;

    for (int t = 0; t < MANY; t++) {
        snprintf(names[t], sizeof names[t], "t%02d", t);
        tags[t] = names[t];
    }
    assert_int_equal(pt_evaluation_open(&e, tags, MANY, NULL), 0);
    for (int t = 1; t < MANY; t++) { /* tag t is missed t times where tag 0 is assigned */
        for (int i = 0; i < t; i++) {
            papertag_score scores[MANY];
            papertag_paper paper = {.has_tags = true, .tags = {&tags[t], 1}};
            for (size_t k = 0; k < MANY; k++) {
                scores[k] = (papertag_score){.index = k, .assigned = k == 0, .p = k == 0};
            }
            assert_int_equal(papertag_evaluation_add(e, &paper, scores, NULL), 0);
        }
    }
    assert_int_equal(papertag_evaluation_report(e, &report, NULL), 0);
    assert_int_equal(report.confusion_count, PAPERTAG_CONFUSIONS);
    for (int i = 0; i < PAPERTAG_CONFUSIONS; i++) {
        assert_int_equal(report.confusions[i].papers, MANY - 1 - i);
        assert_string_equal(report.confusions[i].gold, tags[MANY - 1 - i]);
    }
    papertag_evaluation_close(e);
}

static void test_curve_falls_and_ends_at_full_recall(void **state)
{
    papertag_evaluation *e = make(70);
    double curve[PAPERTAG_CURVE_POINTS];
    papertag_metrics m;
    (void)state;

    assert_int_equal(papertag_evaluation_metrics(e, &m, NULL), 0);
    assert_int_equal(papertag_evaluation_curve(e, "a", curve, NULL), 0);
    assert_true(curve[0] == 1 && curve[100] == 1); /* every paper has it */
    assert_int_equal(papertag_evaluation_curve(e, NULL, curve, NULL), 0);
    assert_true(curve[0] == 1 && curve[(int)(100 * m.p_at_1) - 1] == 1);
    assert_true(fabs(curve[100] - PAPERS / (PAPERS + PAPERS * (1 - m.p_at_1))) < 1e-9);
    for (int k = 1; k < PAPERTAG_CURVE_POINTS; k++) {
        assert_true(curve[k] <= curve[k - 1]);
    }
    assert_int_equal(papertag_evaluation_curve(e, "c", curve, NULL), 0);
    assert_true(curve[0] == 0 && curve[100] == 0);
    papertag_evaluation_close(e);
}

/* ---- statistics ------------------------------------------------------------------------------------------------ */

/* By counting: of 2^5 ways one has all five, 5 of 16 have three or four of four. */
static void test_sign_test(void **state)
{
    (void)state;

    assert_true(fabs(pt_sign_test(5, 0) - 1.0 / 32) < 1e-12);
    assert_true(fabs(pt_sign_test(3, 1) - 5.0 / 16) < 1e-12);
    assert_true(fabs(pt_sign_test(0, 0) - 1) < 1e-12 && fabs(pt_sign_test(0, 7) - 1) < 1e-12);
    assert_true(fabs(pt_sign_test(530, 471) - pt_sign_test(529, 471)) < 0.01); /* counted, and by the normal curve */
}

/* Wilson's interval for 8 of 10, from his formula by hand. */
static void test_share(void **state)
{
    const papertag_estimate e = papertag_share(8, 10);
    (void)state;

    assert_true(fabs(e.value - 0.8) < 1e-12);
    assert_true(fabs(e.low - 0.4901625) < 1e-6);
    assert_true(fabs(e.high - 0.9433178) < 1e-6);
    assert_true(isnan(papertag_share(0, 0).value));
    assert_true(papertag_share(0, 5).low == 0 && papertag_share(5, 5).high == 1);
}

/* 9 of 98 and 1 of 98 with a hit and a miss added: shares 0.1 and 0.02, pooled 0.06, by hand. */
static void test_growth(void **state)
{
    (void)state;

    assert_true(fabs(pt_growth(9, 98, 1, 98) - 0.08 / sqrt(0.06 * 0.94 * 0.02)) < 1e-12);
    assert_true(pt_growth(5, 100, 5, 100) == 0);
    assert_true(pt_growth(1, 98, 9, 98) < 0);
}

/* Beta(2, 3) has mean 2/5 and variance 1/25; a shape below 1 takes another path. */
static void test_beta_draws_have_their_mean(void **state)
{
    enum { DRAWS = 20000 };
    uint64_t random = 1;
    double sum = 0, squares = 0, low = 0;
    (void)state;

    for (int i = 0; i < DRAWS; i++) {
        const double x = pt_beta_draw(2, 3, &random);
        assert_true(x > 0 && x < 1);
        sum += x;
        squares += (x - 0.4) * (x - 0.4);
        low += pt_beta_draw(0.5, 1.5, &random);
    }
    assert_true(fabs(sum / DRAWS - 0.4) < 0.006);
    assert_true(fabs(squares / DRAWS - 0.04) < 0.002);
    assert_true(fabs(low / DRAWS - 0.25) < 0.008);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_interval_is_the_binomial_s),
                                       cmocka_unit_test(test_comparison_tells_models_apart),
                                       cmocka_unit_test(test_report_names_what_is_confused),
                                       cmocka_unit_test(test_confusions_are_sorted_and_cut),
                                       cmocka_unit_test(test_curve_falls_and_ends_at_full_recall),
                                       cmocka_unit_test(test_sign_test),
                                       cmocka_unit_test(test_share),
                                       cmocka_unit_test(test_growth),
                                       cmocka_unit_test(test_beta_draws_have_their_mean)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
