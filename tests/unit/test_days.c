/*
 * Unit tests of days: dates that are a year or a month, papers without a date, announcements, and what expressions ask
 * of them. Papers are made up for these tests.
 */
#include "a_store.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/date.h"
#include "store/days.h"
#include "store/migrations.h"
#include "store/statement.h"

/* Adds one paper without scores; what became of it as add() gives it. */
static const char *put(papertag_paper paper)
{
    static char out[64];
    papertag_import counts = {0};
    papertag_batch *batch;

    paper.title = paper.title ? paper.title : paper.id;
    paper.author_count = paper.upvotes = paper.comments = -1;
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    assert_int_equal(papertag_batch_add(batch, &paper, NULL, 0, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_add(store, batch, NULL, &counts, &err), PAPERTAG_OK);
    papertag_batch_close(batch);
    snprintf(out, sizeof out, "%zu/%zu/%zu", counts.added, counts.updated, counts.unchanged);
    return out;
}

#define BY(...) chosen(&(papertag_query){__VA_ARGS__})

static void test_dates_that_are_not_days(void **state)
{
    (void)state;
    put((papertag_paper){.id = "y", .date = "2021"});
    put((papertag_paper){.id = "m", .date = "2021-07"});
    put((papertag_paper){.id = "d", .date = "2021-02-03"});
    assert_string_equal(get("y")->paper.date, "2021");
    assert_string_equal(get("m")->paper.date, "2021-07");
    assert_string_equal(BY(.expression = "date>=2021"), "m d y");
    assert_string_equal(BY(.expression = "date=2021"), "m d y");
    assert_string_equal(BY(.expression = "date>2020"), "m d y");
    assert_string_equal(BY(.expression = "date>=2021-02"), "m d");
    assert_string_equal(BY(.expression = "date<=2021-06"), "d");
    assert_string_equal(BY(.expression = "date<2022"), "m d y");
    assert_string_equal(BY(.expression = "date=2021-07"), "m");
    assert_string_equal(BY(.expression = "date!=2021-07"), "d y");
    /* all of the date's days have to be among those that are asked for */
    assert_string_equal(BY(.since = "2021-01-01"), "m d y");
    assert_string_equal(BY(.since = "2021-01-02"), "m d");
    assert_string_equal(BY(.since = "2021", .until = "2021"), "m d y");
    assert_string_equal(BY(.since = "2021", .until = "2021-07-30"), "d");
    assert_string_equal(BY(.since = "7d", .as_of = "2021-07-20"), "");
}

static void test_months_of_fewer_days(void **state)
{
    (void)state;
    put((papertag_paper){.id = "feb", .date = "2021-02"});
    put((papertag_paper){.id = "apr", .date = "2021-04"});
    put((papertag_paper){.id = "end", .date = "2021-04-30"});
    assert_string_equal(BY(.expression = "date=2021-02"), "feb");
    assert_string_equal(BY(.expression = "date=2021-04"), "end apr");
    assert_string_equal(BY(.expression = "date!=2021-04"), "feb");
    assert_string_equal(BY(.expression = "date<=2021-04-30"), "end apr feb");
    assert_string_equal(BY(.expression = "date<=2021-04-29"), "feb");
    assert_string_equal(BY(.expression = "date<2021-04-30"), "feb");
    assert_string_equal(BY(.since = "2021-02", .until = "2021-02"), "feb");
    assert_string_equal(BY(.until = "2021-02-27"), "");
    assert_string_equal(BY(.since = "2021-04", .until = "2021-04"), "end apr");
}

static void test_a_date_becomes_more_precise(void **state)
{
    (void)state;
    put((papertag_paper){.id = "a", .source = "x", .date = "2021"});
    assert_string_equal(put((papertag_paper){.id = "a", .source = "y", .date = "2021-02-03"}), "0/1/0");
    assert_string_equal(get("a")->paper.date, "2021-02-03");
    assert_string_equal(BY(.since = "2021-02-03"), "a");
    assert_string_equal(put((papertag_paper){.id = "a", .source = "z", .date = "2022-01-01"}), "0/1/0");
    assert_string_equal(get("a")->paper.date, "2021-02-03");
    put((papertag_paper){.id = "b", .date = "2021-02-30"}); /* no such day */
    assert_null(get("b")->paper.date);
}

static void test_papers_without_a_date(void **state)
{
    size_t weeks[2];

    (void)state;
    put((papertag_paper){.id = "undated"});
    put((papertag_paper){.id = "old", .date = "1999-01-01"});
    put((papertag_paper){.id = "year", .date = "2021"});
    assert_string_equal(BY(0), "year old undated"); /* they never come first */
    assert_string_equal(BY(.since = "7d", .until = "today"), "undated");
    assert_string_equal(BY(.until = "2000-01-01"), "old");
    assert_string_equal(BY(.as_of = "2000-01-01"), "old");
    assert_string_equal(BY(.expression = "date>=1990"), "year old");
    assert_int_equal(papertag_store_weeks(store, NULL, "2021-01-02", weeks, 2, &err), PAPERTAG_OK);
    assert_int_equal(weeks[0] + weeks[1], 0); /* a year is of no week */
    put((papertag_paper){.id = "undated", .source = "x", .date = "2020-01-01"});
    assert_string_equal(BY(0), "year undated old");
}

static void test_announcements(void **state)
{
    (void)state;
    put((papertag_paper){.id = "new", .date = "2021-01-01", .announced = "2021-01-03", .announce_type = "new"});
    put((papertag_paper){.id = "cross", .date = "2020", .announced = "2021-01-03", .announce_type = "cross"});
    put((papertag_paper){.id = "1901.00001", .announced = "2021-01-03", .announce_type = "replace"});
    put((papertag_paper){
        .id = "dated", .date = "2019-06-01", .announced = "2021-01-03", .announce_type = "replace-cross"});
    assert_string_equal(BY(.since = "2021-01-03"), "new cross");
    assert_string_equal(BY(.expression = "type:new"), "new");
    assert_string_equal(BY(.expression = "type:replace | type:Replace-Cross"), "dated 1901.00001");
    assert_string_equal(BY(.expression = "announced>=2021-01-03 & !type:new & !type:cross"), "dated 1901.00001");
    assert_string_equal(BY(.expression = "announced>2021-01-03"), "");
    assert_string_equal(BY(.expression = "date=2020"), "cross");
    /* what was new stays new on its day when it is replaced */
    assert_string_equal(put((papertag_paper){.id = "new", .announced = "2021-02-03", .announce_type = "replace"}),
                        "0/1/0");
    assert_string_equal(get("new")->paper.announce_type, "replace");
    assert_string_equal(get("new")->paper.announced, "2021-02-03");
    assert_string_equal(BY(.since = "2021-01-04"), "");
    assert_string_equal(BY(.since = "2021-01-03"), "new cross");
    /* an older announcement changes nothing */
    put((papertag_paper){.id = "new", .source = "x", .announced = "2021-01-02", .announce_type = "cross"});
    assert_string_equal(get("new")->paper.announced, "2021-02-03");
}

/* A source whose clock or page is wrong is not to come first for ever, nor to hide what was really announced later. */
static void test_days_far_ahead(void **state)
{
    (void)state;
    put((papertag_paper){.id = "real", .announced = "2021-01-03", .announce_type = "new"});
    put((papertag_paper){.id = "far", .date = "2020-01-01", .announced = "9998-01-03", .announce_type = "new"});
    put((papertag_paper){.id = "late", .date = "9999-12-31"});
    assert_string_equal(BY(0), "late real far");
    assert_string_equal(BY(.since = "2021-01-04"), "late");
    assert_string_equal(BY(.since = "today", .until = "today"), "late"); /* the day on which it was added */
    assert_string_equal(get("far")->paper.announced, "9998-01-03");      /* what the source said stays */
    put((papertag_paper){.id = "far", .source = "x", .announced = "9999-01-03", .announce_type = "cross"});
    put((papertag_paper){.id = "real", .source = "x", .announced = "9999-01-03", .announce_type = "cross"});
    assert_string_equal(BY(0), "late real far");
    assert_string_equal(get("real")->paper.announced, "2021-01-03");
    put((papertag_paper){.id = "far", .source = "y", .announced = "2021-02-03", .announce_type = "new"});
    assert_string_equal(get("far")->paper.announced, "2021-02-03");
    assert_string_equal(BY(0), "late far real");
    /* a clock that has lost the time is no reason to doubt a date */
    assert_int_equal(pt_day_of(&(papertag_paper){.date = "2026-10-01"}, "1970-01-01T00:00:00Z"),
                     pt_day_number("2026-10-01"));
    assert_int_equal(pt_day_of(&(papertag_paper){.date = "9999"}, "2026-11-01T00:00:00Z"), pt_day_number("2026-11-01"));
}

static void test_new_fields(void **state)
{
    const papertag_paper all = {.id = "a",
                                .source = "arxiv",
                                .featured = "2021-01-05",
                                .code_url = "https://example.org/code",
                                .project_url = "https://example.org/project",
                                .pdf_url = "https://example.org/a.pdf"};
    const papertag_paper *p;

    (void)state;
    put((papertag_paper){.id = "a", .source = "x", .date = "2021"});
    assert_string_equal(put(all), "0/1/0");
    assert_string_equal(put(all), "0/0/1");
    p = &get("a")->paper;
    assert_string_equal(p->featured, "2021-01-05");
    assert_string_equal(p->code_url, "https://example.org/code");
    assert_string_equal(p->project_url, "https://example.org/project");
    assert_string_equal(p->pdf_url, "https://example.org/a.pdf");
    assert_string_equal(BY(.expression = "featured>=7d", .as_of = "2021-01-06"), "a");
    assert_string_equal(BY(.expression = "featured>=2021-01-06"), "");
    assert_string_equal(BY(.expression = "source:ArXiv"), "a");
    assert_string_equal(BY(.expression = "source:arxi"), "");
}

static void test_authors_and_categories(void **state)
{
    static const char *const authors[] = {"Bo Placeholder", "Ad\xc3\xa1 Example"}, *const categories[] = {"cs.LG"};

    (void)state;
    put((papertag_paper){.id = "a", .authors = {authors, 2}, .categories = {categories, 1}});
    put((papertag_paper){.id = "b"});
    assert_string_equal(BY(.expression = "author:\"ada example\""), "a");
    assert_string_equal(BY(.expression = "author:example & category:CS.LG"), "a");
    assert_string_equal(BY(.expression = "author:\"ada placeholder\""), "");
    assert_string_equal(BY(.expression = "category:cs"), "a");
    assert_string_equal(BY(.expression = "category:c_"), "");
    assert_string_equal(BY(.expression = "!category:cs.CV"), "a b");
}

/* A store of the layout before this one: its undated papers, and papers by title and author. */
static void test_an_older_layout(void **state)
{
    static const char old_papers[] =
        "INSERT INTO papers(id, day, date, version, added, updated, title_key, title, authors, categories, keywords)"
        " VALUES('a', 20000, NULL, 1, '2024-10-04T00:00:00Z', '2024-10-04T00:00:00Z', 7, 'A survey of made-up "
        "reality', '[\"Dora Doe\"]',"
        " '[]', '[]'), ('b', 20001, '2024-10-05', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 7, 'Another of "
        "the surveys', '[]', '[]', '[]');"
        "INSERT INTO search(rowid, title, abstract) SELECT key, title, abstract FROM papers";
    static const char *const authors[] = {"Doe, D."};
    papertag_store *old;

    (void)state;
    papertag_store_close(store);
    store = NULL;
    remove(path);
    old = calloc(1, sizeof *old);
    old->path = strdup(path);
    assert_int_equal(sqlite3_open(path, &old->db), SQLITE_OK);
    assert_int_equal(pt_store_migrate(old, 4, &err), PAPERTAG_OK);
    assert_int_equal(pt_store_exec(old, old_papers, &err), PAPERTAG_OK);
    papertag_store_close(old);
    assert_int_equal(papertag_store_open(&store, path, false, &err), PAPERTAG_OK);
    assert_string_equal(BY(0), "b a");
    assert_string_equal(BY(.since = "2024-10-04", .until = "2024-10-04"), "a");
    assert_string_equal(
        put((papertag_paper){
            .id = "t-0", .source = "x", .title = "A Survey of Made-Up Reality", .authors = {authors, 1}}),
        "0/1/0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {STORE_TEST(test_dates_that_are_not_days),
                                       STORE_TEST(test_months_of_fewer_days),
                                       STORE_TEST(test_a_date_becomes_more_precise),
                                       STORE_TEST(test_papers_without_a_date),
                                       STORE_TEST(test_announcements),
                                       STORE_TEST(test_days_far_ahead),
                                       STORE_TEST(test_new_fields),
                                       STORE_TEST(test_authors_and_categories),
                                       STORE_TEST(test_an_older_layout)};
    return cmocka_run_group_tests(tests, open_model, close_model);
}
