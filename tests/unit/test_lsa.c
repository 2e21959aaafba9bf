/*
 * Unit tests of lsa: the singular values of known matrices, directions, folding.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit/fit.h"

enum { ROWS = 400, TERMS = 120, RANK = 8 };

/* Rows of RANK topics, disjoint blocks of terms: row i is topic i % RANK with value 1 / (topic + 1) on each of the
 * topic's terms. Its singular values are sqrt(rows of the topic x terms of the topic) / (topic + 1). */
static void make_topics(pt_rows *rows)
{
    enum { OWN = TERMS / RANK };
    *rows = (pt_rows){0};
    for (size_t i = 0; i < ROWS; i++) {
        uint32_t terms[OWN], topic = (uint32_t)(i % RANK);
        float values[OWN];
        for (uint32_t k = 0; k < OWN; k++) {
            terms[k] = topic * OWN + k;
            values[k] = 1 / (float)(topic + 1);
        }
        assert_int_equal(pt_rows_append(rows, terms, values, OWN), 0);
    }
}

static void make_noise(pt_rows *rows)
{
    uint64_t seed = 11;
    *rows = (pt_rows){0};
    for (size_t i = 0; i < ROWS; i++) {
        uint32_t terms[TERMS];
        float values[TERMS];
        size_t count = 0;
        for (uint32_t t = 0; t < TERMS; t++) {
            if (pt_random(&seed) % 4 == 0) {
                terms[count] = t;
                values[count++] = (float)(pt_random(&seed) % 1000) / 1000;
            }
        }
        assert_int_equal(pt_rows_append(rows, terms, values, count), 0);
    }
}

static void test_singular_values(void **state)
{
    pt_rows rows;
    pt_lsa lsa;
    (void)state;

    make_topics(&rows);
    assert_int_equal(pt_lsa_fit(&rows, TERMS, RANK, 1, 2, &lsa, NULL), 0);
    assert_int_equal(lsa.rank, RANK);
    for (size_t r = 0; r < RANK; r++) {
        double expected = sqrt((double)ROWS / RANK * TERMS / RANK) / (double)(r + 1);
        assert_true(fabs(lsa.singular[r] - expected) < 1e-4 * expected);
    }
    pt_lsa_free(&lsa);
    pt_rows_free(&rows);
}

/* Noise has no gap after its leading singular values, so it is the hardest to sketch. The energy along the directions
 * found must still be close to the best, which a second run of twice the rank bounds. */
static void test_directions_are_orthogonal_and_leading(void **state)
{
    pt_rows rows;
    pt_lsa lsa, wider;
    double scale = 0;
    (void)state;

    make_noise(&rows);
    assert_int_equal(pt_lsa_fit(&rows, TERMS, RANK, 1, 1, &lsa, NULL), 0);
    assert_int_equal(pt_lsa_fit(&rows, TERMS, 3 * RANK, 2, 1, &wider, NULL), 0);
    for (size_t a = 0; a < RANK; a++) {
        assert_true(lsa.singular[a] > 0.97 * wider.singular[a]);
        for (size_t b = 0; b <= a; b++) {
            double dot = 0;
            for (size_t t = 0; t < TERMS; t++) {
                dot += (double)lsa.directions[t * RANK + a] * lsa.directions[t * RANK + b];
            }
            scale = a + b ? scale : dot;
            assert_true(fabs(dot / scale - (a == b)) < 1e-4);
        }
    }
    pt_lsa_free(&lsa);
    pt_lsa_free(&wider);
    pt_rows_free(&rows);
}

static void test_jobs_change_nothing(void **state)
{
    pt_rows rows;
    pt_lsa one, four;
    (void)state;

    make_noise(&rows);
    assert_int_equal(pt_lsa_fit(&rows, TERMS, RANK, 1, 1, &one, NULL), 0);
    assert_int_equal(pt_lsa_fit(&rows, TERMS, RANK, 1, 4, &four, NULL), 0);
    assert_memory_equal(one.directions, four.directions, TERMS * RANK * sizeof *one.directions);
    pt_lsa_free(&one);
    pt_lsa_free(&four);
    pt_rows_free(&rows);
}

static void test_coordinates_have_length_one_on_average(void **state)
{
    pt_rows rows, extended = {0};
    pt_lsa lsa;
    double squares = 0;
    (void)state;

    make_noise(&rows);
    assert_int_equal(pt_lsa_fit(&rows, TERMS, RANK, 1, 1, &lsa, NULL), 0);
    assert_int_equal(pt_lsa_extend(&lsa, &rows, ROWS, &extended, NULL), 0);
    for (size_t i = 0; i < ROWS; i++) {
        pt_row before = pt_rows_get(&rows, i), row = pt_rows_get(&extended, i);
        assert_int_equal(row.count, before.count + RANK);
        for (size_t k = before.count; k < row.count; k++) {
            assert_int_equal(row.terms[k], TERMS + k - before.count);
            squares += (double)row.values[k] * row.values[k];
        }
    }
    assert_true(fabs(squares / ROWS - 1) < 0.01);
    pt_lsa_free(&lsa);
    pt_rows_free(&rows);
    pt_rows_free(&extended);
}

static void test_folded_weights_give_the_same_margins(void **state)
{
    pt_rows rows, extended = {0};
    pt_lsa lsa;
    float *weights = malloc((TERMS + RANK + 1) * PT_LANES * sizeof *weights);
    float(*margins)[PT_LANES] = malloc(ROWS * sizeof *margins);
    uint64_t seed = 3;
    (void)state;

    assert_true(weights && margins);
    make_noise(&rows);
    assert_int_equal(pt_lsa_fit(&rows, TERMS, RANK, 1, 1, &lsa, NULL), 0);
    assert_int_equal(pt_lsa_extend(&lsa, &rows, ROWS, &extended, NULL), 0);
    for (size_t i = 0; i < (TERMS + RANK + 1) * PT_LANES; i++) {
        weights[i] = (float)(pt_random(&seed) % 2000) / 1000 - 1;
    }
    for (size_t i = 0; i < ROWS; i++) {
        pt_linear_margins(weights, TERMS + RANK, pt_rows_get(&extended, i), margins[i]);
    }
    pt_lsa_fold(&lsa, weights);
    for (size_t i = 0; i < ROWS; i++) {
        float folded[PT_LANES];
        pt_linear_margins(weights, TERMS, pt_rows_get(&rows, i), folded);
        for (int lane = 0; lane < PT_LANES; lane++) {
            assert_true(fabsf(folded[lane] - margins[i][lane]) < 1e-3F);
        }
    }
    pt_lsa_free(&lsa);
    pt_rows_free(&rows);
    pt_rows_free(&extended);
    free(weights);
    free(margins);
}

static void test_few_rows_have_few_directions(void **state)
{
    const uint32_t terms[] = {0, 1};
    const float values[] = {0.6F, 0.8F};
    pt_rows rows = {0};
    pt_lsa lsa;
    (void)state;

    assert_int_equal(pt_lsa_fit(&rows, TERMS, RANK, 1, 1, &lsa, NULL), 0);
    assert_int_equal(lsa.rank, 0);
    pt_lsa_free(&lsa);
    for (size_t i = 0; i < 20; i++) { /* all equal: one direction describes them */
        assert_int_equal(pt_rows_append(&rows, terms, values, 2), 0);
    }
    assert_int_equal(pt_lsa_fit(&rows, TERMS, RANK, 1, 1, &lsa, NULL), 0);
    assert_int_equal(lsa.rank, 5);
    assert_true(fabs(lsa.singular[0] - sqrt(20)) < 1e-4);
    for (size_t r = 1; r < lsa.rank; r++) {
        assert_true(lsa.singular[r] < 1e-2);
    }
    for (size_t i = 0; i < TERMS * lsa.rank; i++) {
        assert_true(isfinite(lsa.directions[i]));
    }
    pt_lsa_free(&lsa);
    pt_rows_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_singular_values),
                                       cmocka_unit_test(test_directions_are_orthogonal_and_leading),
                                       cmocka_unit_test(test_jobs_change_nothing),
                                       cmocka_unit_test(test_coordinates_have_length_one_on_average),
                                       cmocka_unit_test(test_folded_weights_give_the_same_margins),
                                       cmocka_unit_test(test_few_rows_have_few_directions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
