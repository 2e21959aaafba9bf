/*
 * Unit tests of the linear solver: the optimum, lanes that do not mix, class weights, costs, priors, warm starts, lanes
 * that are folds.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit/fit.h"

enum { PAPERS = 300, TERMS = 30, TAGS = 20 }; /* more papers than a window of visits */

struct fixture {
    pt_rows rows;
    pt_labels labels;
    uint32_t papers[PAPERS];
    float weights[(TERMS + 1) * PT_LANES];
};

/* Rows of unit length; tag t depends on term t, with noise, so that no tag is separable. */
static void make(struct fixture *f)
{
    uint64_t seed = 5;
    *f = (struct fixture){0};
    for (uint32_t i = 0; i < PAPERS; i++) {
        uint32_t terms[TERMS], tags[TAGS];
        float values[TERMS];
        double squares = 0;
        size_t count = 0, tag_count = 0;
        for (uint32_t t = 0; t < TERMS; t++) {
            if (pt_random(&seed) % 3 == 0) {
                terms[count] = t;
                values[count] = 1 + (float)(pt_random(&seed) % 100) / 50;
                squares += values[count] * values[count];
                count++;
            }
        }
        for (size_t k = 0; k < count; k++) {
            values[k] = (float)(values[k] / sqrt(squares));
            if (terms[k] < TAGS && (values[k] > 0.25 || pt_random(&seed) % 10 == 0)) {
                tags[tag_count++] = terms[k];
            }
        }
        assert_int_equal(pt_rows_append(&f->rows, terms, values, count), 0);
        assert_int_equal(pt_labels_append(&f->labels, tags, tag_count), 0);
        f->papers[i] = i;
    }
}

static void release(struct fixture *f)
{
    pt_rows_free(&f->rows);
    pt_labels_free(&f->labels);
}

/* All tags of all papers of the fixture. */
static pt_linear_problem whole_problem(const struct fixture *f)
{
    return (pt_linear_problem){.rows = &f->rows,
                               .labels = &f->labels,
                               .papers = f->papers,
                               .paper_count = PAPERS,
                               .terms = TERMS,
                               .tag_count = TAGS};
}

static void fit_all(const struct fixture *f, const pt_linear_options *options, float *weights)
{
    const pt_linear_problem problem = whole_problem(f);
    assert_int_equal(pt_linear_fit(&problem, options, weights, NULL), 0);
}

static void fit_tags(const struct fixture *f, size_t first, size_t end, const pt_linear_options *options,
                     float *weights)
{
    pt_linear_problem problem = whole_problem(f);
    problem.first_tag = first;
    problem.tag_count = end;
    assert_int_equal(pt_linear_fit(&problem, options, weights, NULL), 0);
}

static void fit_papers(const struct fixture *f, const uint32_t *papers, size_t count, const pt_linear_options *options,
                       float *weights)
{
    pt_linear_problem problem = whole_problem(f);
    problem.papers = papers;
    problem.paper_count = count;
    assert_int_equal(pt_linear_fit(&problem, options, weights, NULL), 0);
}

static const pt_linear_options strict = {.c = 1, .epsilon = 1e-4, .epochs_max = 5000, .seed = 1};

/* The primal objective of one tag. gradient: out; NULL: not wanted. */
static double objective(const struct fixture *f, uint32_t tag, double c, double positive_weight, const double *w,
                        double *gradient)
{
    double value = 0;
    for (int j = 0; j <= TERMS; j++) {
        value += w[j] * w[j] / 2;
        if (gradient) {
            gradient[j] = w[j];
        }
    }
    for (size_t i = 0; i < PAPERS; i++) {
        pt_row row = pt_rows_get(&f->rows, i);
        bool has = pt_labels_have(&f->labels, i, tag);
        double y = has ? 1 : -1, cost = c * (has ? positive_weight : 1), margin = w[TERMS], loss;
        for (size_t k = 0; k < row.count; k++) {
            margin += w[row.terms[k]] * row.values[k];
        }
        loss = 1 - y * margin;
        if (loss <= 0) {
            continue;
        }
        value += cost * loss * loss;
        for (size_t k = 0; gradient && k < row.count; k++) {
            gradient[row.terms[k]] -= 2 * cost * loss * y * row.values[k];
        }
        if (gradient) {
            gradient[TERMS] -= 2 * cost * loss * y;
        }
    }
    return value;
}

/* At the optimum of a smooth convex function the gradient vanishes. */
static void check_optimum(const struct fixture *f, papertag_class_weight kind)
{
    for (uint32_t tag = 0; tag < PT_LANES; tag++) {
        double w[TERMS + 1], gradient[TERMS + 1], norm = 0, weight;
        size_t positives = 0;
        for (size_t i = 0; i < PAPERS; i++) {
            positives += pt_labels_have(&f->labels, i, tag);
        }
        weight = pt_positive_weight(kind, positives, PAPERS - positives);
        for (int j = 0; j <= TERMS; j++) {
            w[j] = f->weights[j * PT_LANES + (int)tag];
        }
        objective(f, tag, strict.c, weight, w, gradient);
        for (int j = 0; j <= TERMS; j++) {
            norm += gradient[j] * gradient[j];
        }
        assert_true(sqrt(norm) < 0.01);
    }
}

static void test_reaches_the_optimum(void **state)
{
    struct fixture f;
    (void)state;

    make(&f);
    for (papertag_class_weight kind = PAPERTAG_WEIGHT_NONE; kind <= PAPERTAG_WEIGHT_BALANCED; kind++) {
        pt_linear_options options = strict;
        options.class_weight = kind;
        fit_all(&f, &options, f.weights);
        check_optimum(&f, kind);
    }
    release(&f);
}

static void test_lanes_do_not_mix(void **state)
{
    pt_linear_options options = {.c = 1, .epochs_max = 7, .seed = 3}; /* epsilon 0: the same number of passes for all */
    struct fixture f, alone;
    (void)state;

    make(&f);
    fit_all(&f, &options, f.weights);
    for (uint32_t tag = 0; tag < PT_LANES; tag += 5) {
        alone = f;
        fit_tags(&f, tag, tag + 1, &options, alone.weights);
        for (int j = 0; j <= TERMS; j++) {
            assert_true(alone.weights[j * PT_LANES] == f.weights[j * PT_LANES + (int)tag]);
        }
    }
    release(&f);
}

static void test_lanes_without_a_tag_are_zero(void **state)
{
    struct fixture f;
    (void)state;

    make(&f);
    fit_tags(&f, PT_LANES, TAGS, &strict, f.weights);
    for (int j = 0; j <= TERMS; j++) {
        for (int lane = TAGS - PT_LANES; lane < PT_LANES; lane++) {
            assert_true(f.weights[j * PT_LANES + lane] == 0);
        }
    }
    release(&f);
}

/* A paper with a cost of 2 has the effect of the same paper given twice. */
static void test_cost_is_repetition(void **state)
{
    pt_linear_options options = strict;
    uint32_t twice[2 * PAPERS];
    float cost[PAPERS];
    pt_linear_problem problem;
    struct fixture f, repeated;
    (void)state;

    make(&f);
    repeated = f;
    for (uint32_t i = 0; i < PAPERS; i++) {
        cost[i] = 2;
        twice[2 * i] = twice[2 * i + 1] = i;
    }
    fit_papers(&f, twice, 2 * PAPERS, &options, repeated.weights);
    problem = whole_problem(&f);
    problem.cost = cost;
    assert_int_equal(pt_linear_fit(&problem, &options, f.weights, NULL), 0);
    for (int i = 0; i < (TERMS + 1) * PT_LANES; i++) {
        assert_true(fabsf(f.weights[i] - repeated.weights[i]) < 1e-3F);
    }
    release(&f);
}

/* With a tiny C the weights stay at the prior; with a normal one they reach the optimum of the shifted problem. */
static void test_prior_holds_where_papers_say_little(void **state)
{
    pt_linear_options options = strict;
    struct fixture f, prior;
    float start[(TERMS + 1) * PT_LANES];
    (void)state;

    make(&f);
    for (int i = 0; i < (TERMS + 1) * PT_LANES; i++) {
        start[i] = (float)(i % 7) - 3;
    }
    prior = f;
    memcpy(prior.weights, start, sizeof start);
    options.from_prior = true;
    options.c = 1e-9;
    fit_all(&f, &options, prior.weights);
    for (int i = 0; i < (TERMS + 1) * PT_LANES; i++) {
        assert_true(fabsf(prior.weights[i] - start[i]) < 1e-4F);
    }
    memcpy(prior.weights, start, sizeof start);
    options.c = strict.c;
    fit_all(&f, &options, prior.weights);
    for (uint32_t tag = 0; tag < PT_LANES; tag++) {
        double w[TERMS + 1], gradient[TERMS + 1];
        for (int j = 0; j <= TERMS; j++) {
            w[j] = prior.weights[j * PT_LANES + (int)tag];
        }
        objective(&f, tag, strict.c, 1, w, gradient);
        for (int j = 0; j <= TERMS; j++) {
            assert_true(fabs(gradient[j] - start[j * PT_LANES + (int)tag]) < 0.01);
        }
    }
    release(&f);
}

/* A fold's fit that starts from the dual variables of all papers reaches the same optimum as one that starts from 0,
 * and is closer to it after a few passes. */
static void test_a_start_leads_to_the_same_optimum(void **state)
{
    pt_duals duals = {0};
    pt_linear_options options = strict;
    struct fixture f, cold, warm;
    double far_cold = 0, far_warm = 0;
    size_t fewer = 0;
    (void)state;

    make(&f);
    options.duals = &duals;
    fit_all(&f, &options, f.weights);
    for (uint32_t i = 0; i < PAPERS; i++) {
        if (i % 5) {
            f.papers[fewer++] = i;
        }
    }
    cold = warm = f;
    options.duals = NULL;
    fit_papers(&f, f.papers, fewer, &options, f.weights);
    options.epochs_max = 3;
    fit_papers(&f, f.papers, fewer, &options, cold.weights);
    options.start = &duals;
    fit_papers(&f, f.papers, fewer, &options, warm.weights);
    for (int i = 0; i < (TERMS + 1) * PT_LANES; i++) {
        far_cold += fabs(cold.weights[i] - f.weights[i]);
        far_warm += fabs(warm.weights[i] - f.weights[i]);
    }
    assert_true(far_warm < far_cold / 2);
    options.epochs_max = strict.epochs_max;
    fit_papers(&f, f.papers, fewer, &options, warm.weights);
    for (int i = 0; i < (TERMS + 1) * PT_LANES; i++) {
        assert_true(fabsf(warm.weights[i] - f.weights[i]) < 1e-3F);
    }
    pt_duals_free(&duals);
    release(&f);
}

/* A fit to fewer terms that starts from the dual variables of one to all terms, and replaces them, reaches the optimum
 * of one that starts from 0. */
static void test_a_start_from_other_terms_leads_to_the_same_optimum(void **state)
{
    pt_duals duals = {0};
    pt_linear_options options = strict;
    uint32_t number[TERMS];
    struct fixture f, fewer, warm;
    (void)state;

    make(&f);
    options.duals = &duals;
    fit_all(&f, &options, f.weights);
    for (uint32_t i = 0; i < TERMS; i++) {
        number[i] = i % 4 == 3 ? UINT32_MAX : i;
    }
    fewer = f;
    assert_int_equal(pt_rows_narrow(&f.rows, number, &fewer.rows), 0);
    warm = fewer;
    fit_all(&fewer, &strict, fewer.weights);
    options.start = &duals;
    fit_all(&warm, &options, warm.weights);
    for (int i = 0; i < (TERMS + 1) * PT_LANES; i++) {
        assert_true(fabsf(warm.weights[i] - fewer.weights[i]) < 1e-3F);
    }
    options.epochs_max = 1; /* the dual variables are now those of the optimum */
    fit_all(&warm, &options, warm.weights);
    for (int i = 0; i < (TERMS + 1) * PT_LANES; i++) {
        assert_true(fabsf(warm.weights[i] - fewer.weights[i]) < 1e-3F);
    }
    pt_duals_free(&duals);
    pt_rows_free(&fewer.rows);
    release(&f);
}

/* Without what some papers contribute, and then without the others, nothing is left of the weights. Empty lanes stay
 * empty. */
static void test_weights_are_what_papers_contribute(void **state)
{
    pt_duals duals = {0};
    pt_linear_options options = strict;
    pt_linear_problem problem;
    struct fixture f;
    float all[(TERMS + 1) * PT_LANES], most = 0;
    uint32_t papers[PAPERS];
    size_t count = 0, some = 0;
    (void)state;

    make(&f);
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < PAPERS; i++) {
            if ((i % 5 == 2) == (pass == 0)) {
                papers[count++] = i;
            }
        }
        some = pass ? some : count;
    }
    problem = whole_problem(&f);
    problem.first_tag = PT_LANES;
    options.duals = &duals;
    assert_int_equal(pt_linear_fit(&problem, &options, f.weights, NULL), 0);
    memcpy(all, f.weights, sizeof all);
    problem.papers = papers;
    problem.paper_count = some;
    assert_int_equal(pt_linear_leave_out(&problem, &duals, f.weights, NULL), 0);
    for (int i = 0; i < TERMS * PT_LANES; i++) {
        most = fmaxf(most, fabsf(all[i] - f.weights[i]));
        assert_true(i % PT_LANES < TAGS - PT_LANES || f.weights[i] == 0);
    }
    assert_true(most > 0.1F);
    problem.papers = papers + some;
    problem.paper_count = PAPERS - some;
    assert_int_equal(pt_linear_leave_out(&problem, &duals, f.weights, NULL), 0);
    for (int i = 0; i < TERMS * PT_LANES; i++) {
        assert_true(fabsf(f.weights[i]) < 1e-4F);
    }
    pt_duals_free(&duals);
    release(&f);
}

static void test_margins_are_dot_products(void **state)
{
    struct fixture f;
    float margins[PT_LANES];
    (void)state;

    make(&f);
    fit_all(&f, &strict, f.weights);
    for (size_t i = 0; i < PAPERS; i++) {
        pt_row row = pt_rows_get(&f.rows, i);
        pt_linear_margins(f.weights, TERMS, row, margins);
        for (int lane = 0; lane < PT_LANES; lane++) {
            double sum = f.weights[TERMS * PT_LANES + lane];
            for (size_t k = 0; k < row.count; k++) {
                sum += (double)f.weights[row.terms[k] * PT_LANES + (size_t)lane] * row.values[k];
            }
            assert_true(fabs(sum - margins[lane]) < 1e-5);
        }
    }
    release(&f);
}

/* Lane f equals a fit without fold f; the lane after the folds equals a fit to all papers. */
static void test_lanes_are_folds(void **state)
{
    enum { FOLDS = 4 };
    struct fixture f;
    float lanes[(TERMS + 1) * PT_LANES];
    uint8_t positive[PAPERS], fold[PAPERS];
    float cost[PAPERS];
    const pt_cases cases = {&f.rows, TERMS, f.papers, positive, cost, NULL, fold, PAPERS, FOLDS};
    (void)state;

    make(&f);
    for (size_t i = 0; i < PAPERS; i++) {
        positive[i] = pt_labels_have(&f.labels, i, 0);
        fold[i] = i % 7 ? (uint8_t)(i % FOLDS) : PT_NO_FOLD;
        cost[i] = 1;
    }
    assert_int_equal(pt_linear_fit_folds(&cases, &strict, lanes, NULL), 0);
    for (unsigned left_out = 0; left_out <= FOLDS; left_out++) {
        uint32_t papers[PAPERS];
        size_t count = 0;
        for (uint32_t i = 0; i < PAPERS; i++) {
            if (fold[i] != left_out) {
                papers[count++] = i;
            }
        }
        fit_papers(&f, papers, count, &strict, f.weights);
        for (size_t term = 0; term <= TERMS; term++) {
            assert_true(fabsf(lanes[term * PT_LANES + left_out] - f.weights[term * PT_LANES]) < 2e-3F);
        }
    }
    for (size_t term = 0; term <= TERMS; term++) {
        assert_true(lanes[term * PT_LANES + FOLDS + 1] == 0);
    }
    release(&f);
}

static void test_a_fixed_bias_stays(void **state)
{
    struct fixture f;
    pt_linear_options options = strict;
    (void)state;

    make(&f);
    for (size_t k = 0; k < (TERMS + 1) * PT_LANES; k++) {
        f.weights[k] = k >= TERMS * PT_LANES ? 0.25F : 0;
    }
    options.from_prior = options.fixed_bias = true;
    fit_all(&f, &options, f.weights);
    for (size_t lane = 0; lane < PT_LANES; lane++) {
        assert_true(f.weights[TERMS * PT_LANES + lane] == 0.25F);
        assert_true(f.weights[lane * PT_LANES + lane] > 0.1F); /* the tag's own term is learnt all the same */
    }
    release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reaches_the_optimum),
                                       cmocka_unit_test(test_lanes_do_not_mix),
                                       cmocka_unit_test(test_lanes_without_a_tag_are_zero),
                                       cmocka_unit_test(test_a_start_leads_to_the_same_optimum),
                                       cmocka_unit_test(test_a_start_from_other_terms_leads_to_the_same_optimum),
                                       cmocka_unit_test(test_weights_are_what_papers_contribute),
                                       cmocka_unit_test(test_margins_are_dot_products),
                                       cmocka_unit_test(test_cost_is_repetition),
                                       cmocka_unit_test(test_lanes_are_folds),
                                       cmocka_unit_test(test_a_fixed_bias_stays),
                                       cmocka_unit_test(test_prior_holds_where_papers_say_little)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
