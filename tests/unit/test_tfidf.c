/*
 * Unit tests of tfidf: values computed by hand, limits, title weight; lexicon and vocabulary give the same row;
 * common terms.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "text/tfidf.h"

static const pt_texts papers[] = {{"Sparse attention", "attention attention is cheap"},
                                  {"Dense retrieval", "retrieval with attention and a dense index"},
                                  {NULL, "an index of sparse codes"},
                                  {"Title alone", NULL}};
enum { PAPERS = sizeof papers / sizeof *papers };

struct fixture {
    pt_tfidf_options options;
    pt_lexicon lexicon;
    pt_counter counter;
    pt_rows rows;
    pt_chosen chosen;
};

static void collect(struct fixture *f, unsigned ngram_max, double title_weight)
{
    *f = (struct fixture){.options = {.ngram_max = ngram_max, .title_weight = title_weight}};
    assert_int_equal(pt_lexicon_count(&f->lexicon, &f->options, papers, PAPERS, 2, &f->rows, NULL), 0);
}

static void release(struct fixture *f)
{
    pt_lexicon_free(&f->lexicon);
    pt_counter_free(&f->counter);
    pt_rows_free(&f->rows);
    pt_chosen_free(&f->chosen);
}

static double value_of(const struct fixture *f, pt_row row, const char *term)
{
    const pt_vocabulary *v = &f->chosen.vocabulary;
    for (size_t k = 0; k < row.count; k++) {
        uint32_t t = row.terms[k];
        if (v->starts[t + 1] - v->starts[t] == strlen(term) && !memcmp(v->text + v->starts[t], term, strlen(term))) {
            return row.values[k];
        }
    }
    return 0;
}

static void test_values_by_hand(void **state)
{
    struct fixture f;
    pt_row row;
    double attention, cheap, is, sparse, length;
    (void)state;

    collect(&f, 1, 2);
    assert_int_equal(pt_lexicon_choose(&f.lexicon, PAPERS, 1, 1, 0, 2, &f.chosen, NULL), 0);
    assert_int_equal(pt_rows_weigh(&f.rows, &f.chosen, 2, NULL), 0);
    row = pt_rows_get(&f.rows, 0);
    /* attention: twice in the abstract and once in the title, which counts double: tf 4; in 2 of 4 papers */
    attention = (1 + log(4)) * (log(5.0 / 3) + 1);
    sparse = (1 + log(2)) * (log(5.0 / 3) + 1);
    is = cheap = log(5.0 / 2) + 1;
    length = sqrt(attention * attention + sparse * sparse + is * is + cheap * cheap);
    assert_int_equal(row.count, 4);
    assert_true(fabs(value_of(&f, row, "attention") - attention / length) < 1e-6);
    assert_true(fabs(value_of(&f, row, "sparse") - sparse / length) < 1e-6);
    assert_true(fabs(value_of(&f, row, "cheap") - cheap / length) < 1e-6);
    release(&f);
}

static void test_limits_on_document_frequency_and_size(void **state)
{
    struct fixture f;
    papertag_error err;
    (void)state;

    collect(&f, 2, 1);
    assert_int_equal(pt_lexicon_choose(&f.lexicon, PAPERS, 2, 1, 0, 2, &f.chosen, NULL), 0);
    assert_int_equal(f.chosen.vocabulary.count, 3); /* attention, index, sparse */
    pt_chosen_free(&f.chosen);
    assert_int_equal(pt_lexicon_choose(&f.lexicon, PAPERS, 1, 0.25, 0, 2, &f.chosen, NULL), 0);
    for (size_t i = 0; i < f.chosen.vocabulary.count; i++) {
        assert_true(f.chosen.vocabulary.idf[i] > log(5.0 / 2) + 0.999);
    }
    pt_chosen_free(&f.chosen);
    assert_int_equal(pt_lexicon_choose(&f.lexicon, PAPERS, 1, 1, 2, 2, &f.chosen, NULL), 0);
    assert_int_equal(f.chosen.vocabulary.count, 2);
    pt_chosen_free(&f.chosen);
    assert_int_equal(pt_lexicon_choose(&f.lexicon, PAPERS, 4, 1, 0, 2, &f.chosen, &err), PAPERTAG_BAD_INPUT);
    assert_non_null(strstr(err.message, "no term"));
    release(&f);
}

static void test_row_of_the_vocabulary_is_the_row_of_the_lexicon(void **state)
{
    struct fixture f;
    (void)state;

    collect(&f, 2, 2);
    assert_int_equal(pt_lexicon_choose(&f.lexicon, PAPERS, 1, 1, 0, 2, &f.chosen, NULL), 0);
    assert_int_equal(pt_rows_weigh(&f.rows, &f.chosen, 2, NULL), 0);
    for (int i = 0; i < PAPERS; i++) {
        pt_row trained = pt_rows_get(&f.rows, (size_t)i), row;
        assert_int_equal(
            pt_tfidf_row(&f.counter, &f.options, &f.chosen.vocabulary, papers[i].title, papers[i].abstract, &row, NULL),
            0);
        assert_int_equal(row.count, trained.count);
        assert_memory_equal(row.terms, trained.terms, row.count * sizeof *row.terms);
        assert_memory_equal(row.values, trained.values, row.count * sizeof *row.values);
    }
    release(&f);
}

/* Rows and vocabulary made narrower go on agreeing: a text's row by the smaller vocabulary is its narrowed row. */
static void test_a_narrower_vocabulary_and_narrower_rows_agree(void **state)
{
    struct fixture f;
    uint32_t *number, count = 0;
    pt_rows narrow;
    (void)state;

    collect(&f, 2, 2);
    assert_int_equal(pt_lexicon_choose(&f.lexicon, PAPERS, 1, 1, 0, 2, &f.chosen, NULL), 0);
    assert_int_equal(pt_rows_weigh(&f.rows, &f.chosen, 2, NULL), 0);
    number = pt_alloc(f.chosen.vocabulary.count, sizeof *number);
    assert_non_null(number);
    for (size_t i = 0; i < f.chosen.vocabulary.count; i++) {
        number[i] = i % 3 == 1 ? UINT32_MAX : count++;
    }
    assert_int_equal(pt_rows_narrow(&f.rows, number, &narrow), 0);
    assert_int_equal(pt_chosen_narrow(&f.chosen, number, count, NULL), 0);
    assert_int_equal(f.chosen.vocabulary.count, count);
    for (int i = 0; i < PAPERS; i++) {
        pt_row trained = pt_rows_get(&narrow, (size_t)i), row;
        assert_int_equal(
            pt_tfidf_row(&f.counter, &f.options, &f.chosen.vocabulary, papers[i].title, papers[i].abstract, &row, NULL),
            0);
        assert_int_equal(row.count, trained.count);
        assert_memory_equal(row.terms, trained.terms, row.count * sizeof *row.terms);
        for (size_t k = 0; k < row.count; k++) {
            assert_true(fabs((double)row.values[k] - (double)trained.values[k]) < 1e-6);
        }
    }
    free(number);
    pt_rows_free(&narrow);
    release(&f);
}

/* Words of 500 papers, in some to all of them. */
static void collect_frequent(struct fixture *f, size_t *count)
{
    pt_buf text = {0};

    *f = (struct fixture){.options = {.ngram_max = 2, .title_weight = 1}};
    for (*count = 0; *count < 500; ++*count) {
        pt_buf_clear(&text);
        for (size_t k = 0; k < 40; k++) {
            if (*count % (k + 2) != 0 || *count % (k + 1) == 0) {
                pt_buf_format(&text, "%c%zu ", (char)('z' - k % 20), k);
            }
        }
        assert_int_equal(pt_lexicon_count(&f->lexicon, &f->options, &(pt_texts){NULL, text.data}, 1, 1, &f->rows, NULL),
                         0);
    }
    pt_buf_free(&text);
}

static void test_terms_are_numbered_by_frequency_then_bytes(void **state)
{
    static const size_t most[] = {0, 20, 100};
    struct fixture f;
    size_t count;
    (void)state;

    collect_frequent(&f, &count);
    for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
        const pt_vocabulary *v = &f.chosen.vocabulary;
        assert_int_equal(pt_lexicon_choose(&f.lexicon, count, 2, 1, most[i], 2, &f.chosen, NULL), 0);
        assert_true(most[i] ? v->count == most[i] : v->count > 100);
        for (size_t t = 1; t < v->count; t++) {
            const int order = pt_compare_bytes(v->text + v->starts[t - 1], v->starts[t] - v->starts[t - 1],
                                               v->text + v->starts[t], v->starts[t + 1] - v->starts[t]);
            assert_true(v->idf[t - 1] < v->idf[t] || (v->idf[t - 1] == v->idf[t] && order < 0));
        }
        pt_chosen_free(&f.chosen);
    }
    release(&f);
}

static void test_unknown_words_leave_an_empty_row(void **state)
{
    struct fixture f;
    pt_row row;
    (void)state;

    collect(&f, 2, 1);
    assert_int_equal(pt_lexicon_choose(&f.lexicon, PAPERS, 1, 1, 0, 2, &f.chosen, NULL), 0);
    assert_int_equal(pt_tfidf_row(&f.counter, &f.options, &f.chosen.vocabulary, "zzz", "qqq xxx", &row, NULL), 0);
    assert_int_equal(row.count, 0);
    assert_int_equal(pt_tfidf_row(&f.counter, &f.options, &f.chosen.vocabulary, NULL, NULL, &row, NULL), 0);
    assert_int_equal(row.count, 0);
    release(&f);
}

static void test_a_vocabulary_finds_each_of_many_terms(void **state)
{
    pt_tfidf_options options = {.ngram_max = 3, .title_weight = 1};
    pt_lexicon lexicon = {0};
    pt_counter counter = {0};
    pt_rows rows = {0};
    pt_chosen chosen = {0};
    pt_buf text = {0};
    uint64_t seed = 3;
    (void)state;

    for (int i = 0; i < 3000; i++) {
        pt_buf_clear(&text);
        for (int k = 0; k < 20; k++) {
            pt_buf_format(&text, "w%u ", (unsigned)(pt_random(&seed) % 5000));
        }
        assert_int_equal(pt_lexicon_count(&lexicon, &options, &(pt_texts){NULL, text.data}, 1, 1, &rows, NULL), 0);
    }
    assert_int_equal(pt_lexicon_choose(&lexicon, rows.count, 1, 1, 0, 2, &chosen, NULL), 0);
    assert_true(chosen.vocabulary.count > 100000);
    for (size_t i = 0; i < chosen.vocabulary.count; i += 7) {
        const pt_vocabulary *v = &chosen.vocabulary;
        pt_row row;
        bool found = false;
        pt_buf_clear(&text);
        pt_buf_append(&text, v->text + v->starts[i], v->starts[i + 1] - v->starts[i]);
        assert_int_equal(pt_tfidf_row(&counter, &options, v, NULL, text.data, &row, NULL), 0);
        for (size_t k = 0; k < row.count; k++) {
            found = found || row.terms[k] == i;
        }
        assert_true(found);
    }
    pt_lexicon_free(&lexicon);
    pt_counter_free(&counter);
    pt_rows_free(&rows);
    pt_chosen_free(&chosen);
    pt_buf_free(&text);
}

/* A counter that recalls hashes gives the rows of one that compares texts, also for n-grams of words that it knows. */
static void test_recalled_terms_are_the_terms(void **state)
{
    pt_tfidf_options options = {.ngram_max = 3, .title_weight = 1};
    pt_lexicon lexicon = {0};
    pt_counter counters[2] = {{.recalls = false}, {.recalls = true}};
    pt_rows rows = {0};
    pt_chosen chosen = {0};
    pt_buf text = {0};
    size_t hits = 0;
    (void)state;

    for (int round = 0; round < 3; round++) {
        uint64_t seed = round == 2 ? 6 : 5; /* the second round has the first one's texts, the third one new ones */
        for (int i = 0; i < 2000; i++) {
            pt_row found[2];
            pt_buf_clear(&text);
            for (int k = 0; k < 40; k++) {
                pt_buf_format(&text, "w%u ", (unsigned)(pt_random(&seed) % 300));
            }
            if (round == 0) {
                assert_int_equal(pt_lexicon_count(&lexicon, &options, &(pt_texts){NULL, text.data}, 1, 1, &rows, NULL),
                                 0);
                continue;
            }
            for (int c = 0; c < 2; c++) {
                assert_int_equal(
                    pt_tfidf_row(&counters[c], &options, &chosen.vocabulary, NULL, text.data, &found[c], NULL), 0);
            }
            assert_int_equal(found[0].count, found[1].count);
            assert_memory_equal(found[0].terms, found[1].terms, found[0].count * sizeof *found[0].terms);
            assert_memory_equal(found[0].values, found[1].values, found[0].count * sizeof *found[0].values);
            hits += found[0].count;
        }
        if (round == 0) {
            assert_int_equal(pt_lexicon_choose(&lexicon, rows.count, 1, 1, 100000, 2, &chosen, NULL), 0);
        }
    }
    assert_true(hits > 100000);
    pt_lexicon_free(&lexicon);
    pt_counter_free(&counters[0]);
    pt_counter_free(&counters[1]);
    pt_rows_free(&rows);
    pt_chosen_free(&chosen);
    pt_buf_free(&text);
}

/* A size that overflows is reported as lack of memory, and the lexicon can still be used. */
static void test_more_papers_than_memory_can_hold(void **state)
{
    struct fixture f;
    papertag_error err;
    (void)state;

    collect(&f, 1, 1);
    assert_int_equal(pt_lexicon_count(&f.lexicon, &f.options, papers, SIZE_MAX / 8, 1, &f.rows, &err),
                     PAPERTAG_NO_MEMORY);
    assert_int_equal(f.rows.count, PAPERS);
    assert_int_equal(pt_lexicon_count(&f.lexicon, &f.options, papers, PAPERS, 1, &f.rows, &err), 0);
    assert_int_equal(f.rows.count, 2 * PAPERS);
    release(&f);
}

static void test_a_term_occurs_once_in_a_vocabulary(void **state)
{
    const uint32_t starts[] = {0, 3, 8, 11};
    uint32_t slots[16];
    const pt_vocabulary vocabulary = {.text = "onetwo sone", .starts = starts, .count = 3, .mask = 15};
    papertag_error err;
    (void)state;

    assert_int_equal(pt_vocabulary_slots(3), 16);
    assert_int_equal(pt_vocabulary_index(&vocabulary, slots, &err), PAPERTAG_BAD_INPUT);
    assert_string_equal(err.message, "the term 'one' occurs twice in the vocabulary");
}

/* A slot only says where a term may be: its text decides, of any length and to the last byte. */
static void test_a_term_is_compared_to_the_last_byte(void **state)
{
    enum { WORD = 40, AFTER = 20 };
    static const float idf[2] = {1, 1};
    pt_tfidf_options options = {.ngram_max = 2};
    (void)state;

    for (size_t length = 1; length <= 2 * WORD + 1; length++) {
        char text[2 * WORD + 2] = "", terms[2 * WORD + 2 + AFTER];
        const uint32_t starts[3] = {0, (uint32_t)length, (uint32_t)length + AFTER};
        uint32_t slots[16];
        pt_vocabulary v = {.text = terms, .starts = starts, .slots = slots, .idf = idf, .count = 2, .mask = 15};
        pt_counter counter = {0};
        pt_row row;
        if (length == WORD + 1) {
            continue; /* neither a word nor two */
        }
        for (size_t i = 0; i < length; i++) {
            text[i] = i == WORD ? ' ' : (char)('a' + i * 7 % 23);
        }
        memcpy(terms, text, length);
        memset(terms + length, 'z', AFTER);
        assert_int_equal(pt_vocabulary_index(&v, slots, NULL), 0);
        assert_int_equal(pt_tfidf_row(&counter, &options, &v, NULL, text, &row, NULL), 0);
        assert_int_equal(row.count, 1);
        for (size_t i = 0; i < length; i++) {
            terms[i] ^= 1;
            assert_int_equal(pt_tfidf_row(&counter, &options, &v, NULL, text, &row, NULL), 0);
            assert_int_equal(row.count, 0);
            terms[i] ^= 1;
        }
        pt_counter_free(&counter);
    }
}

/* Terms that were handed out. */
struct terms {
    pt_common_term *list; /* count */
    size_t count, capacity;
};

static int take_term(void *context, const pt_common_term *term, papertag_error *err)
{
    struct terms *t = context;

    (void)err;
    assert_int_equal(pt_reserve(&t->list, &t->capacity, t->count + 1, sizeof *t->list), 0);
    t->list[t->count++] = *term;
    return 0;
}

static int refuse_term(void *context, const pt_common_term *term, papertag_error *err)
{
    ++*(size_t *)context;
    return term->texts[0] ? pt_fail(err, PAPERTAG_BAD_INPUT, "no more") : 0;
}

/* Texts of a few words drawn by chance, so that many n-grams occur in no more than two; listed by several threads. */
static void test_common_terms_are_counted_as_a_lexicon_counts(void **state)
{
    enum { TEXTS = 2000, LEAST = 3, LISTS = 3 };
    const pt_tfidf_options options = {.text = {.plurals = true}, .ngram_max = 2, .title_weight = 1};
    static pt_listed lists[LISTS];
    pt_listed *listed[LISTS] = {&lists[0], &lists[1], &lists[2]};
    pt_lexicon lexicons[2] = {{.papers = 0}};
    struct terms found = {NULL};
    const pt_common_term *terms;
    pt_rows rows = {0};
    uint64_t random = 5;
    size_t expected = 0, count = 0;
    (void)state;

    for (int i = 0; i < 2 * TEXTS; i++) {
        const int period = (int)(pt_random(&random) >> 63);
        char text[80] = "";
        for (int w = 0; w < i % 7; w++) {
            const unsigned number = (unsigned)(pt_random(&random) >> 32);
            snprintf(text + strlen(text), sizeof text - strlen(text), "w%c%u ", 'a' + period * (number % 2),
                     number >> 16 >> number % 16);
        }
        assert_int_equal(pt_lexicon_count(&lexicons[period], &options, &(pt_texts){text, NULL}, 1, 1, &rows, NULL), 0);
        assert_int_equal(pt_list_text(&lists[i % LISTS], period, &options, i % 7 ? text : NULL, NULL), 0);
    }
    assert_int_equal(lists[0].texts[0] + lists[0].texts[1], (2 * TEXTS + 2) / LISTS);
    assert_int_equal(pt_common_find(listed, LISTS, LEAST, 2, refuse_term, &count, NULL), PAPERTAG_BAD_INPUT);
    assert_int_equal(count, 1);
    assert_int_equal(pt_common_find(listed, LISTS, LEAST, 2, take_term, &found, NULL), 0);
    terms = found.list;
    count = found.count;
    for (size_t i = 0; i < pt_lexicon_end(&lexicons[0]); i++) {
        expected += pt_lexicon_df(&lexicons[0], i) >= LEAST;
    }
    assert_int_equal(count, expected);
    assert_true(expected > 100);
    for (size_t k = 0; k < count; k++) {
        for (int period = 0; period < 2; period++) {
            size_t texts = 0, length;
            for (size_t i = 0; i < pt_lexicon_end(&lexicons[period]); i++) {
                const size_t df = pt_lexicon_df(&lexicons[period], i);
                const char *other = df ? pt_lexicon_term(&lexicons[period], i, &length) : "";
                texts += df && length == terms[k].length && !memcmp(other, terms[k].text, length) ? df : 0;
            }
            assert_int_equal(terms[k].texts[period], texts);
        }
    }
    free(found.list);
    for (int i = 0; i < LISTS; i++) {
        pt_listed_free(&lists[i]);
    }
    pt_rows_free(&rows);
    pt_lexicon_free(&lexicons[0]);
    pt_lexicon_free(&lexicons[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values_by_hand),
                                       cmocka_unit_test(test_limits_on_document_frequency_and_size),
                                       cmocka_unit_test(test_row_of_the_vocabulary_is_the_row_of_the_lexicon),
                                       cmocka_unit_test(test_a_narrower_vocabulary_and_narrower_rows_agree),
                                       cmocka_unit_test(test_terms_are_numbered_by_frequency_then_bytes),
                                       cmocka_unit_test(test_unknown_words_leave_an_empty_row),
                                       cmocka_unit_test(test_more_papers_than_memory_can_hold),
                                       cmocka_unit_test(test_a_term_occurs_once_in_a_vocabulary),
                                       cmocka_unit_test(test_a_vocabulary_finds_each_of_many_terms),
                                       cmocka_unit_test(test_recalled_terms_are_the_terms),
                                       cmocka_unit_test(test_a_term_is_compared_to_the_last_byte),
                                       cmocka_unit_test(test_common_terms_are_counted_as_a_lexicon_counts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
