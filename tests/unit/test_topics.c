/*
 * Unit tests of the search for topics: terms that overlap, what tags leave of papers, topics with more papers than are
 * looked at first, papers that are alike by chance. Papers are made up for these tests.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "learn/chance.h"
#include "learn/phrases.h"
#include "learn/topics.h"

/* Papers of several parts of rows. Every TOPIC_EVERY-th is of the hidden topic: more papers than are sampled, and few
 * enough to be one. Every fourth has the first tag. */
enum { PAPERS = 9500, TOPIC_EVERY = 70, TAGS = 7, TEXT = 400 };

static const char *const hidden[] = {"tidal", "basin", "sluice", "turbine", "estuary", "lagoon"};
static const char *const tagged[] = {"policy", "reward", "agent", "bandit", "actor", "critic"};

static pt_tfidf_options options = {.ngram_max = 3, .title_weight = 1};
static pt_chosen chosen;
static char texts[PAPERS][TEXT];
static uint64_t random_state = 5;

static unsigned dice(unsigned sides)
{
    return (unsigned)((pt_random(&random_state) >> 32) * sides >> 32);
}

static int make_texts(void **state)
{
    static pt_texts list[PAPERS];
    pt_lexicon lexicon = {0};
    pt_rows rows = {0};

    (void)state;
    for (unsigned i = 0; i < PAPERS; i++) {
        size_t size = 0;
        for (unsigned k = 0; k < 24; k++) {
            const char *word = i % TOPIC_EVERY == 0 && k % 3 == 0 ? hidden[dice(6)]
                               : i % 4 == 0 && k % 2 == 0         ? tagged[dice(6)]
                                                                  : NULL;
            size += (size_t)(word ? snprintf(texts[i] + size, TEXT - size, "%s ", word)
                                  : snprintf(texts[i] + size, TEXT - size, "w%c%c ", 'a' + (int)dice(20),
                                             'a' + (int)dice(9)));
        }
        list[i].abstract = texts[i];
    }
    assert_int_equal(pt_lexicon_count(&lexicon, &options, list, PAPERS, 2, &rows, NULL), 0);
    assert_int_equal(pt_lexicon_choose(&lexicon, PAPERS, 5, 0.5, 0, 2, &chosen, NULL), 0);
    pt_lexicon_free(&lexicon);
    pt_rows_free(&rows);
    return 0;
}

static int free_vocabulary(void **state)
{
    (void)state;
    pt_chosen_free(&chosen);
    return 0;
}

/* The papers as rows in another order, with rows among them that are no paper's. */
struct corpus {
    pt_packed_rows rows;
    uint32_t places[PAPERS];
    long days[PAPERS];
    pt_labels tags;
    pt_corpus corpus;
};

static void append_paper(struct corpus *c, pt_counter *counter, size_t paper)
{
    pt_packed packed;
    pt_row row;

    assert_int_equal(pt_tfidf_row(counter, &options, &chosen.vocabulary, NULL, texts[paper], &row, NULL), 0);
    assert_true(pt_packed_open(counter->packed.data, counter->packed.size, &packed));
    assert_int_equal(pt_packed_rows_append(&c->rows, &packed), 0);
}

static struct corpus *open_corpus(void)
{
    struct corpus *c = calloc(1, sizeof *c);
    pt_counter counter = {.packing = PT_PACK_ALL};

    assert_non_null(c);
    for (size_t i = PAPERS; i-- > 0;) {
        if (i % 50 == 0) {
            append_paper(c, &counter, (i + 7) % PAPERS); /* replaced later */
        }
        c->places[i] = (uint32_t)c->rows.count;
        append_paper(c, &counter, i);
    }
    for (size_t i = 0; i < PAPERS; i++) {
        const uint32_t tags[] = {0, 1 + (uint32_t)(i % (TAGS - 1))};
        const size_t first = i % 4 == 0 ? 0 : 1;
        c->days[i] = (long)(i / 100);
        assert_int_equal(pt_labels_append(&c->tags, tags + first, (i % 3 ? 2 : 1) - (i % 3 ? first : 0)), 0);
    }
    c->corpus = (pt_corpus){.rows = &c->rows,
                            .places = c->places,
                            .vocabulary = &chosen.vocabulary,
                            .tags = &c->tags,
                            .days = c->days,
                            .papers = PAPERS,
                            .tag_count = TAGS};
    pt_counter_free(&counter);
    return c;
}

static void close_corpus(struct corpus *c)
{
    pt_packed_rows_free(&c->rows);
    pt_labels_free(&c->tags);
    free(c);
}

/* ---- terms that overlap ---------------------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void test_overlapping_terms_are_those_of_comparing_every_two(void **state)
{
    const pt_vocabulary *v = &chosen.vocabulary;
    uint32_t *found = malloc(v->count * sizeof *found);
    pt_phrase_index index;

    (void)state;
    assert_non_null(found);
    assert_int_equal(pt_phrase_index_build(&index, v), 0);
    for (uint32_t term = 0; term < v->count; term += 1 + term / 40) {
        size_t at = 0, count = pt_overlapping_terms(&index, term, found);
        qsort(found, count, sizeof *found, compare_numbers);
        for (uint32_t other = 0; other < v->count; other++) {
            if (pt_terms_overlap(v, term, other)) {
                assert_true(at < count && found[at++] == other);
            }
        }
        assert_int_equal(at, count);
    }
    pt_phrase_index_free(&index);
    free(found);
}

/* ---- what tags leave ------------------------------------------------------------------------------------------- */

/* The values of all papers, paper by paper, computed without groups, parts and steps. *dense: V for each. */
static float *leave_by_hand(const struct corpus *c)
{
    const size_t terms = chosen.vocabulary.count;
    float *dense = calloc(PAPERS * terms, sizeof *dense), *means = calloc(TAGS * terms, sizeof *means);
    pt_row_scratch x = {0};

    assert_true(dense && means);
    for (size_t i = 0; i < PAPERS; i++) {
        const pt_packed packed = pt_packed_rows_get(&c->rows, c->places[i]);
        pt_row row;
        assert_int_equal(pt_packed_values(&packed, &chosen.vocabulary, &x, &row), 0);
        for (size_t k = 0; k < row.count; k++) {
            dense[i * terms + row.terms[k]] = row.values[k];
            for (size_t t = c->tags.starts[i]; t < c->tags.starts[i + 1]; t++) {
                means[c->tags.tags[t] * terms + row.terms[k]] += row.values[k];
            }
        }
    }
    for (size_t t = 0; t < TAGS; t++) {
        double square = 0;
        for (size_t k = 0; k < terms; k++) {
            square += (double)means[t * terms + k] * means[t * terms + k];
        }
        for (size_t k = 0; k < terms; k++) {
            means[t * terms + k] = (float)(means[t * terms + k] / sqrt(square));
        }
    }
    for (size_t i = 0; i < PAPERS; i++) {
        float *row = dense + i * terms;
        for (size_t t = c->tags.starts[i]; t < c->tags.starts[i + 1]; t++) {
            const float *mean = means + c->tags.tags[t] * terms;
            double dot = 0;
            for (size_t k = 0; k < terms; k++) {
                dot += (double)row[k] * mean[k];
            }
            for (size_t k = 0; k < terms; k++) {
                row[k] = row[k] > 0 ? fmaxf(row[k] - (float)(dot * mean[k]), 0) : 0;
            }
        }
    }
    pt_unpacked_free(&x.row);
    free(means);
    return dense;
}

static void test_tags_leave_what_they_leave_by_hand(void **state)
{
    const size_t terms = chosen.vocabulary.count;
    struct corpus *c = open_corpus();
    float *dense = leave_by_hand(c), *sum = calloc((terms / PT_PACKED_PAGE + 1) * PT_PACKED_PAGE, sizeof *sum);
    uint32_t *list = malloc(terms * sizeof *list);
    pt_residual left;

    (void)state;
    assert_true(sum && list);
    assert_int_equal(pt_residual_find(&left, &c->corpus, 10, 2, NULL), PAPERTAG_OK);
    assert_int_equal(c->rows.part_count, 0); /* freed on the way */
    for (size_t i = 0; i < PAPERS; i++) {
        const pt_residual_row row = pt_residual_get(&left, i);
        const float *by_hand = dense + i * terms;
        double product = 0;
        pt_residual_terms(row, list);
        for (size_t k = 0; k < row.count; k++) {
            assert_true(fabs((double)(row.unit * (float)row.values[k] - by_hand[list[k]])) <= 0.51 * row.unit);
            product += (double)(sum[list[k]] * row.unit * (float)row.values[k]);
        }
        assert_true(fabs(pt_residual_add(row, sum) - product) <= 1e-4 * (1 + product));
    }
    pt_residual_free(&left);
    close_corpus(c);
    free(dense);
    free(sum);
    free(list);
}

static void test_groups_are_counted(void **state)
{
    struct corpus *c = open_corpus();
    const uint32_t agent = pt_vocabulary_find(&chosen.vocabulary, "agent", 5);
    size_t all = 0, of_tag = 0, recent = 0, before = 0;
    pt_residual left;

    (void)state;
    for (size_t i = 0; i < PAPERS; i++) {
        const bool has = strstr(texts[i], "agent "), is_of_tag = c->tags.tags[c->tags.starts[i]] == 0;
        all += has;
        of_tag += has && is_of_tag;
        recent += has && c->days[i] > (PAPERS - 1) / 100 - 10;
        before += has && c->days[i] <= (PAPERS - 1) / 100 - 10 && c->days[i] > (PAPERS - 1) / 100 - 20;
    }
    assert_int_equal(pt_residual_find(&left, &c->corpus, 10, 2, NULL), PAPERTAG_OK);
    assert_int_equal(left.papers[PT_EVERY], PAPERS);
    assert_int_equal(left.papers[PT_RECENT], 1000);
    assert_int_equal(left.papers[PT_UNTAGGED], 0);
    assert_int_equal(pt_residual_count(&left, PT_EVERY, agent), all);
    assert_int_equal(pt_residual_count(&left, PT_TAGGED, agent), of_tag);
    assert_int_equal(pt_residual_count(&left, PT_RECENT, agent), recent);
    assert_int_equal(pt_residual_count(&left, PT_BEFORE, agent), before);
    pt_residual_free(&left);
    close_corpus(c);
}

/* ---- topics ---------------------------------------------------------------------------------------------------- */

/* The scores of the topics that are found, and the first papers; and that the first is the hidden one. */
static size_t find_scores(unsigned jobs, double scores[], uint32_t papers[])
{
    const pt_topic_options wanted = {.min_papers = 5, .limit = 5, .days = 10, .jobs = jobs};
    struct corpus *c = open_corpus();
    pt_topic *topics;
    papertag_error err;
    size_t count = 0, hits = 0;

    assert_int_equal(pt_find_topics(&c->corpus, &wanted, &topics, &count, &err), PAPERTAG_OK);
    assert_true(count > 0);
    for (size_t i = 0; i < topics[0].count; i++) {
        hits += topics[0].papers[i] % TOPIC_EVERY == 0;
    }
    assert_int_equal(hits, topics[0].count);
    for (size_t i = 0; i < count; i++) {
        scores[i] = topics[i].score;
        papers[i] = topics[i].papers[0];
    }
    pt_topics_free(topics, count);
    close_corpus(c);
    return count;
}

static void test_topics_are_the_same_for_any_number_of_threads(void **state)
{
    double one[5], three[5];
    uint32_t papers_of_one[5], papers_of_three[5];
    const size_t count = find_scores(1, one, papers_of_one);

    (void)state;
    assert_int_equal(find_scores(3, three, papers_of_three), count);
    assert_memory_equal(one, three, count * sizeof *one);
    assert_memory_equal(papers_of_one, papers_of_three, count * sizeof *papers_of_one);
}

/* ---- chance ---------------------------------------------------------------------------------------------------- */

static bool may_be_chance(pt_chance *chance, const uint32_t *papers, size_t count)
{
    bool out = false;

    assert_int_equal(pt_may_be_chance(chance, papers, count, NULL, 0, &out), PAPERTAG_OK);
    return out;
}

static void test_random_papers_are_alike_by_chance(void **state)
{
    enum { TESTS = 3000, MOST = 130 };
    struct corpus *c = open_corpus();
    uint32_t papers[MOST];
    pt_chance chance;
    pt_residual left;

    (void)state;
    assert_int_equal(pt_residual_find(&left, &c->corpus, 10, 2, NULL), PAPERTAG_OK);
    assert_int_equal(pt_chance_open(&chance, &left, TESTS), PAPERTAG_OK);
    for (int set = 0; set < 200; set++) {
        const size_t count = 2 + (size_t)set % 20;
        for (size_t i = 0; i < count; i++) {
            papers[i] = dice(PAPERS / 20) * 20 + (uint32_t)i; /* all different */
        }
        assert_true(may_be_chance(&chance, papers, count));
    }
    papers[1] = papers[0]; /* twins say nothing of the others */
    assert_true(may_be_chance(&chance, papers, 8));
    for (uint32_t i = 0; i < MOST; i++) {
        papers[i] = TOPIC_EVERY * i;
    }
    for (size_t count = 6; count <= MOST; count *= 2) {
        assert_false(may_be_chance(&chance, papers, count));
    }
    pt_chance_close(&chance);
    pt_residual_free(&left);
    close_corpus(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_overlapping_terms_are_those_of_comparing_every_two),
                                       cmocka_unit_test(test_tags_leave_what_they_leave_by_hand),
                                       cmocka_unit_test(test_groups_are_counted),
                                       cmocka_unit_test(test_topics_are_the_same_for_any_number_of_threads),
                                       cmocka_unit_test(test_random_papers_are_alike_by_chance)};
    return cmocka_run_group_tests(tests, make_texts, free_vocabulary);
}
