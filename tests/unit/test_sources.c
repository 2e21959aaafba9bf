/*
 * Unit tests of sources: what the store keeps of where papers are fetched from, together with the papers or not at all.
 */
#include "a_store.h"
#include "store/statement.h"

#define SOURCE_TEST(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)

static const char *const sets[] = {"cs.LG", "cs.CL"};
static const papertag_source arxiv = {.name = "ml", .kind = "arxiv", .arguments = {sets, 2}};

static const papertag_source *only_source(void)
{
    const papertag_source *list;
    size_t count;

    assert_int_equal(papertag_store_sources(store, &list, &count, &err), PAPERTAG_OK);
    assert_int_equal(count, 1);
    return list;
}

static void test_sources_are_listed_and_removed(void **state)
{
    const papertag_source *s, *list;
    size_t count;

    (void)state;
    assert_int_equal(papertag_store_source_add(store, &arxiv, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_source_add(store, &arxiv, &err), PAPERTAG_BAD_ARGUMENT);
    assert_non_null(strstr(err.message, "'ml' already"));
    s = only_source();
    assert_string_equal(s->kind, "arxiv");
    assert_int_equal(s->arguments.count, 2);
    assert_string_equal(s->arguments.items[1], "cs.CL");
    assert_non_null(s->added);
    assert_null(s->place);
    assert_null(s->url);
    assert_int_equal(papertag_store_source_remove(store, "ml", &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_source_remove(store, "ml", &err), PAPERTAG_BAD_ARGUMENT);
    assert_int_equal(papertag_store_sources(store, &list, &count, &err), PAPERTAG_OK);
    assert_int_equal(count, 0);
}

static void test_names_are_words(void **state)
{
    static const char *const wrong[] = {"", "two words", "-dash", "line\nbreak"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        papertag_source s = arxiv;
        s.name = wrong[i];
        assert_int_equal(papertag_store_source_add(store, &s, &err), PAPERTAG_BAD_ARGUMENT);
    }
}

/* A batch of one paper. */
static papertag_batch *a_batch(void)
{
    static const papertag_paper paper = {.id = "a", .title = "Four bits", .line = 1};
    papertag_batch *batch;

    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    assert_int_equal(papertag_batch_add(batch, &paper, NULL, 0, &err), PAPERTAG_OK);
    return batch;
}

static void test_papers_and_place_are_stored_together(void **state)
{
    papertag_source progress = {.name = "ml",
                                .place = "from=2026-11-20 token=abc",
                                .validators = "v",
                                .state = "fresh",
                                .answer = "200",
                                .answered = "2026-11-26T00:00:00Z",
                                .news = "2026-11-26T00:00:01Z",
                                .again = "2026-11-26T00:00:02Z",
                                .gap = 3};
    papertag_import counts = {0};
    papertag_batch *batch = a_batch();
    const papertag_source *s;

    (void)state;
    assert_int_equal(papertag_store_source_add(store, &arxiv, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_add_from(store, &progress, batch, NULL, &counts, &err), PAPERTAG_OK);
    assert_int_equal(counts.added, 1);
    s = only_source();
    assert_string_equal(s->kind, "arxiv");
    assert_string_equal(s->place, progress.place);
    assert_string_equal(s->validators, "v");
    assert_string_equal(s->state, "fresh");
    assert_string_equal(s->answer, "200");
    assert_string_equal(s->answered, progress.answered);
    assert_null(s->finished);
    assert_string_equal(s->news, progress.news);
    assert_string_equal(s->again, progress.again);
    assert_int_equal(s->gap, 3);
    assert_int_equal(papertag_store_add_from(store, &progress, NULL, NULL, &counts, &err), PAPERTAG_OK);
    assert_int_equal(counts.added, 1);
    papertag_batch_close(batch);
}

static void test_nothing_is_stored_for_a_source_that_is_gone(void **state)
{
    const papertag_source progress = {.name = "gone", .place = "x"};
    papertag_batch *batch = a_batch();
    papertag_import counts = {0};
    int64_t papers = -1;

    (void)state;
    assert_int_equal(papertag_store_add_from(store, &progress, batch, NULL, &counts, &err), PAPERTAG_BAD_ARGUMENT);
    assert_int_equal(counts.added, 0);
    assert_int_equal(pt_store_ask(store, "SELECT count(*) FROM papers", &papers, &err, ""), PAPERTAG_OK);
    assert_int_equal(papers, 0);
    papertag_batch_close(batch);
}

static void test_a_source_may_have_no_arguments(void **state)
{
    const papertag_source daily = {.name = "daily", .kind = "hf", .url = "http://127.0.0.1/"};

    (void)state;
    assert_int_equal(papertag_store_source_add(store, &daily, &err), PAPERTAG_OK);
    assert_int_equal(only_source()->arguments.count, 0);
    assert_string_equal(only_source()->url, daily.url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SOURCE_TEST(test_sources_are_listed_and_removed), SOURCE_TEST(test_names_are_words),
        SOURCE_TEST(test_a_source_may_have_no_arguments), SOURCE_TEST(test_papers_and_place_are_stored_together),
        SOURCE_TEST(test_nothing_is_stored_for_a_source_that_is_gone)};
    return cmocka_run_group_tests(tests, open_model, close_model);
}
