/*
 * Unit tests of what single verdicts do to a tag, on made-up rows: papers far from the cut, papers with offsets, and
 * what a no costs a new tag.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "learn/adapt.h"

/* Terms 0 .. OWN - 1 are those of the tag; papers i % 10 < 2 have the tag. */
enum { PAPERS = 1200, TERMS = 600, OWN = 40, WORDS = 24 };

static pt_paper_rows rows; /* the papers, then a description; none is packed */
static float prior[TERMS];
static pt_span by_prior[PAPERS + 1];
static const double BIAS = -0.9, PULL = 0.25;

static double uniform(uint64_t *random)
{
    return (double)(pt_random(random) >> 11) / 9007199254740992.0;
}

static int make_rows(void **state)
{
    uint64_t random = 7;
    uint32_t described[OWN / 4];
    float even[OWN / 4];
    (void)state;

    rows.offsets = malloc((PAPERS + 1) * sizeof *rows.offsets);
    rows.offset = (pt_span){-1.5, 1.5};
    assert_non_null(rows.offsets);
    for (int i = 0; i < PAPERS; i++) {
        bool has[TERMS] = {false};
        uint32_t terms[WORDS];
        float values[WORDS];
        size_t count = 0;
        const double own = i % 10 < 2 ? 0.15 + 0.4 * uniform(&random) : 0.22 * uniform(&random);
        for (int k = 0; k < WORDS; k++) { /* frequent terms have low numbers */
            const double u = uniform(&random);
            has[uniform(&random) < own ? (int)(u * OWN) : OWN + (int)(u * u * (TERMS - OWN))] = true;
        }
        for (uint32_t t = 0; t < TERMS; t++) {
            if (has[t]) {
                terms[count++] = t;
            }
        }
        for (size_t k = 0; k < count; k++) {
            values[k] = (float)(1 / sqrt((double)count));
        }
        assert_int_equal(pt_rows_append(&rows.others, terms, values, count), PAPERTAG_OK);
        atomic_init(&rows.offsets[i], uniform(&random) * 3 - 1.5);
    }
    for (uint32_t t = 0; t < OWN; t++) { /* a new tag's description has some of its terms */
        described[t / 4] = t / 4 * 4;
        even[t / 4] = (float)sqrt(4.0 / OWN);
    }
    assert_int_equal(pt_rows_append(&rows.others, described, even, OWN / 4), PAPERTAG_OK);
    for (int t = 0; t < TERMS; t++) {
        prior[t] = t < OWN ? 1.5f : -0.2f;
    }
    atomic_init(&rows.offsets[PAPERS], 0);
    assert_int_equal(pt_rough_list(&rows, prior, BIAS, by_prior), PAPERTAG_OK);
    return 0;
}

static int free_rows(void **state)
{
    (void)state;
    pt_paper_rows_free(&rows);
    return 0;
}

/* A lesson of one verdict about a tag of the model. */
static pt_lesson lesson_of(const uint32_t *judged, const uint8_t *yes, bool with_offsets)
{
    static const uint8_t not_starting = 0;

    return (pt_lesson){.rows = &rows,
                       .papers = PAPERS,
                       .terms = TERMS,
                       .judged = judged,
                       .yes = yes,
                       .starting = &not_starting,
                       .count = 1,
                       .prior = prior,
                       .before = by_prior,
                       .prior_bias = BIAS,
                       .prior_cut = -0.3,
                       .prior_a = -3,
                       .prior_b = 0,
                       .pull = with_offsets ? PULL : 0};
}

/* How far above the cut a paper is. */
static double above(const pt_lesson *lesson, const float *weights, double bias, double cut, size_t paper)
{
    pt_paper_reader reader = {.rows = &rows};

    return pt_paper_reader_margin(&reader, weights, bias, lesson->pull, paper) - cut;
}

struct effect {
    bool follows;
    size_t tagged, flips, beyond; /* papers with the tag before; that flip; those of them farther than the judged one */
    double moved;                 /* mean of what the other papers' margins have changed by */
};

static struct effect try_verdict(uint32_t judged, bool verdict, bool with_offsets)
{
    const uint8_t yes = verdict;
    const pt_lesson lesson = lesson_of(&judged, &yes, with_offsets);
    const double reach = fabs(above(&lesson, prior, lesson.prior_bias, lesson.prior_cut, judged));
    pt_learnt_tag learnt = {0};
    struct effect e = {0};

    assert_int_equal(pt_learn_tag(&lesson, &learnt, NULL), PAPERTAG_OK);
    for (size_t i = 0; i < PAPERS; i++) {
        const double before = above(&lesson, prior, lesson.prior_bias, lesson.prior_cut, i);
        const double after = above(&lesson, learnt.weights, learnt.bias, learnt.cut, i);
        const bool flips = (before >= 0) != (after >= 0);
        e.tagged += before >= 0;
        if (i == judged) {
            e.follows = (after >= 0) == verdict;
        } else {
            e.flips += flips;
            e.beyond += flips && fabs(before) > reach;
            e.moved += fabs(after - before) / (PAPERS - 1);
        }
    }
    assert_true(learnt.cut == lesson.prior_cut && learnt.bias == lesson.prior_bias);
    pt_learnt_tag_free(&learnt);
    return e;
}

/* The k-th paper from the one that is decided most surely against the verdict. */
static uint32_t far_paper(bool verdict, size_t k, bool with_offsets)
{
    const uint32_t none = 0;
    const uint8_t yes = verdict;
    const pt_lesson lesson = lesson_of(&none, &yes, with_offsets);
    bool taken[PAPERS] = {false};
    uint32_t best = 0;

    for (size_t n = 0; n <= k; n++) {
        double most = -INFINITY;
        for (uint32_t i = 0; i < PAPERS; i++) {
            const double distance = above(&lesson, prior, lesson.prior_bias, lesson.prior_cut, i) * (verdict ? -1 : 1);
            if (!taken[i] && distance > most) {
                most = distance;
                best = i;
            }
        }
        taken[best] = true;
    }
    return best;
}

static void test_a_far_verdict_is_about_its_paper(void **state)
{
    size_t flips = 0, verdicts = 0;
    (void)state;

    for (int with_offsets = 0; with_offsets < 2; with_offsets++) {
        for (int verdict = 0; verdict < 2; verdict++) {
            for (size_t k = 0; k < 40; k += 10) {
                const struct effect e = try_verdict(far_paper(verdict, k, with_offsets), verdict, with_offsets);
                assert_true(e.follows);
                assert_int_equal(e.beyond, 0);
                assert_true(e.flips * 10 < e.tagged);
                flips += e.flips;
                verdicts++;
            }
        }
    }
    assert_true(flips < 20 * verdicts); /* when the other papers do not hold: 73 a verdict */
}

static void test_any_verdict_is_followed(void **state)
{
    size_t flips = 0, verdicts = 0;
    (void)state;

    for (int with_offsets = 0; with_offsets < 2; with_offsets++) {
        for (uint32_t i = 0; i < PAPERS; i += 150) {
            for (int verdict = 0; verdict < 2; verdict++) {
                const struct effect e = try_verdict(i, verdict, with_offsets);
                assert_true(e.follows);
                assert_true((double)e.beyond <= 0.002 * (double)e.tagged);
                flips += e.flips;
                verdicts++;
            }
        }
    }
    assert_true(flips < 8 * verdicts);
}

/* ---- a new tag --------------------------------------------------------------------------------------------------- */

/* How far above the mean paper those of a new tag are, by five examples and `nos` of its papers that were judged not to
 * have it. */
static double lead_of_tag(size_t nos)
{
    enum { EXAMPLES = 5, NOS_MAX = 10 };
    uint32_t judged[EXAMPLES + NOS_MAX] = {0, 201, 410, 601, 810};
    uint8_t yes[EXAMPLES + NOS_MAX] = {1, 1, 1, 1, 1}, starting[EXAMPLES + NOS_MAX] = {1, 1, 1, 1, 1};
    pt_lesson lesson = {.rows = &rows,
                        .papers = PAPERS,
                        .terms = TERMS,
                        .judged = judged,
                        .yes = yes,
                        .starting = starting,
                        .count = EXAMPLES + nos,
                        .description = PAPERS};
    pt_learnt_tag learnt = {0};
    double mean = 0, lead = 0;

    for (size_t i = 0; i < nos; i++) {
        judged[EXAMPLES + i] = (uint32_t)(100 + 10 * i);
    }
    assert_int_equal(pt_learn_tag(&lesson, &learnt, NULL), PAPERTAG_OK);
    for (size_t i = 0; i < PAPERS; i++) {
        const double margin = pt_linear_margin(learnt.weights, learnt.bias, pt_rows_get(&rows.others, i));
        mean += margin / PAPERS;
        lead += i % 10 < 2 ? margin / (PAPERS / 5) : 0;
    }
    pt_learnt_tag_free(&learnt);
    return lead - mean;
}

/* People are asked about papers near the cut: those they say no to resemble the tag's own, and must not undo it. */
static void test_a_no_costs_a_new_tag_less_than_a_yes(void **state)
{
    (void)state;
    assert_true(lead_of_tag(5) > 0.945 * lead_of_tag(0)); /* were it to cost as much: 0.93 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_far_verdict_is_about_its_paper),
                                       cmocka_unit_test(test_any_verdict_is_followed),
                                       cmocka_unit_test(test_a_no_costs_a_new_tag_less_than_a_yes)};
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
