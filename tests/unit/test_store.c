/*
 * Unit tests of the store: which papers are the same, versions, verdicts, layouts, plans, deliveries. Each works on a
 * file of its own. Papers are written for these tests.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "a_store.h"
#include "store/migrations.h"
#include "store/select.h"
#include "store/statement.h"
#include "store/store.h"

/* ---- the same paper -------------------------------------------------------------------------------------------- */

static void test_adding_again_changes_nothing(void **state)
{
    (void)state;
    assert_string_equal(add("{\"id\":\"a\"," QUANT ",\"upvotes\":3}"), "1/0/0/1");
    assert_string_equal(add("{\"id\":\"a\"," QUANT ",\"upvotes\":3}"), "0/0/1/0");
    assert_string_equal(add("{\"id\":\"a\"," QUANT ",\"upvotes\":4}"), "0/1/0/0");
    assert_int_equal(get("a")->paper.upvotes, 4);
    assert_int_equal(get("a")->version, 1);
}

static void test_a_changed_text_is_a_new_version(void **state)
{
    int64_t versions = 0;

    (void)state;
    add("{\"id\":\"a\"," QUANT "}");
    assert_string_equal(add("{\"id\":\"a\"," ROBOT "}"), "0/1/0/1");
    assert_int_equal(get("a")->version, 2);
    assert_string_equal(chosen(&(papertag_query){.expression = "quantization"}), "");
    assert_string_equal(chosen(&(papertag_query){.expression = "robotics"}), "a");
    assert_string_equal(chosen(&(papertag_query){.search = "tea"}), "a");
    assert_string_equal(chosen(&(papertag_query){.search = "bits"}), "");
    assert_int_equal(
        pt_store_ask(store, "SELECT count(*) FROM versions WHERE title LIKE 'Four bits%'", &versions, &err, ""),
        PAPERTAG_OK);
    assert_int_equal(versions, 1);
}

static void test_one_paper_from_many_sources(void **state)
{
    (void)state;
    assert_string_equal(add("{\"id\":\"2601.00001v1\",\"source\":\"arxiv\"," QUANT ",\"authors\":[\"Ada Example\"]}"),
                        "1/0/0/1");
    /* by the arXiv id, under another of its names */
    assert_string_equal(add("{\"id\":\"p7\",\"source\":\"huggingface\",\"url\":\"https://arxiv.org/abs/2601.00001\","
                            "\"upvotes\":9,\"organization\":\"Example Lab\"," QUANT "}"),
                        "0/1/0/0");
    assert_int_equal(get("2601.00001")->paper.upvotes, 9);
    assert_string_equal(get("p7")->paper.organization, "Example Lab");
    assert_int_equal(get("p7")->sources.count, 2);
    /* by the DOI */
    add("{\"id\":\"2601.00001\",\"source\":\"arxiv\"," QUANT ",\"authors\":[\"Ada Example\"],\"doi\":\"10.1/X\"}");
    assert_string_equal(add("{\"id\":\"s2\",\"source\":\"semantic-scholar\",\"doi\":\"https://doi.org/10.1/x\","
                            "\"title\":\"Four Bits Are Enough for Language Models: A Study\",\"abstract\":\"Another "
                            "wording.\"}"),
                        "0/1/0/0");
    assert_int_equal(get("10.1/x")->version, 1); /* the text of the first source stays */
    /* by the title, spelt otherwise, when an author agrees */
    assert_string_equal(add("{\"source\":\"web\",\"title\":\"Four Bits are Enough  for Language-Models!\","
                            "\"authors\":[\"A. Example\"]}"),
                        "0/1/0/0");
    assert_string_equal(add("{\"source\":\"web2\",\"title\":\"Four bits are enough for language models\","
                            "\"authors\":[\"B. Other\"]}"),
                        "1/0/0/1");
    /* the same again, of each: nothing new */
    assert_string_equal(add("{\"id\":\"p7\",\"source\":\"huggingface\",\"url\":\"https://arxiv.org/abs/2601.00001\","
                            "\"upvotes\":9,\"organization\":\"Example Lab\"," QUANT "}"),
                        "0/0/1/0");
}

static void test_what_a_source_holds_apart_stays_apart(void **state)
{
    (void)state;
    assert_string_equal(add("{\"id\":\"a\",\"source\":\"x\"," QUANT "}\n{\"id\":\"b\",\"source\":\"x\"," QUANT "}"),
                        "2/0/0/2");
    assert_string_equal(add("{\"id\":\"2601.00001\"," ROBOT "}\n{\"id\":\"2601.00002\",\"source\":\"y\"," ROBOT "}"),
                        "2/0/0/2");
    assert_string_equal(add("{\"id\":\"e1\",\"source\":\"x\",\"title\":\"Editorial\"}\n"
                            "{\"id\":\"e2\",\"source\":\"y\",\"title\":\"Editorial\"}"),
                        "2/0/0/2");
}

static void test_what_was_missing_is_filled_in(void **state)
{
    (void)state;
    add("{\"id\":\"2601.00001\",\"title\":\"Four bits are enough for language models\"}");
    assert_string_equal(add("{\"id\":\"2601.00001\",\"source\":\"arxiv\",\"date\":\"2026-01-02\"," QUANT "}"),
                        "0/1/0/1");
    assert_string_equal(get("2601.00001")->paper.date, "2026-01-02");
    assert_non_null(get("2601.00001")->paper.abstract);
    assert_string_equal(chosen(&(papertag_query){.expression = "quantization & date=2026-01-02"}), "2601.00001");
}

static void test_every_field_is_read_back(void **state)
{
    const papertag_paper *p;

    (void)state;
    add("{\"id\":\"2601.00001\",\"source\":\"arxiv\",\"date\":\"2026-01-02\",\"organization\":\"Lab\","
        "\"url\":\"https://example.org/a\",\"venue\":\"Workshop\",\"doi\":\"10.1/x\",\"authors\":[\"Ada \\\"A\\\" "
        "Example\",\"B. Back\\\\slash\"],\"categories\":[\"cs.LG\"],\"keywords\":[\"bits\",\"weights\"],"
        "\"upvotes\":3,\"comments\":0," QUANT "}");
    p = &get("10.1/x")->paper;
    assert_string_equal(p->id, "2601.00001");
    assert_string_equal(p->arxiv, "2601.00001");
    assert_string_equal(p->title, "Four bits are enough for language models");
    assert_non_null(strstr(p->abstract, "post-training quantization"));
    assert_string_equal(p->source, "arxiv");
    assert_string_equal(p->date, "2026-01-02");
    assert_string_equal(p->organization, "Lab");
    assert_string_equal(p->url, "https://example.org/a");
    assert_string_equal(p->venue, "Workshop");
    assert_string_equal(p->doi, "10.1/x");
    assert_int_equal(p->authors.count, 2);
    assert_string_equal(p->authors.items[0], "Ada \"A\" Example");
    assert_string_equal(p->authors.items[1], "B. Back\\slash");
    assert_int_equal(p->categories.count, 1);
    assert_string_equal(p->categories.items[0], "cs.LG");
    assert_int_equal(p->keywords.count, 2);
    assert_int_equal(p->author_count, 2);
    assert_int_equal(p->upvotes, 3);
    assert_int_equal(p->comments, 0);
    add("{\"id\":\"b\",\"title\":\"Nothing else\"}");
    p = &get("b")->paper;
    assert_null(p->abstract);
    assert_null(p->source);
    assert_null(p->url);
    assert_int_equal(p->keywords.count, 0);
    assert_int_equal(p->upvotes, -1);
}

/* Two bibliographies use the same key for two papers. */
static void test_keys_of_citations_are_no_ids(void **state)
{
    int64_t key;

    (void)state;
    assert_string_equal(add("@article{smith, title={Four bits are enough for language models}, author={Smith, Ada}}"),
                        "1/0/0/1");
    assert_string_equal(add("@article{smith, title={A robot hand that learns to pour tea}, author={Smith, Ben}}"),
                        "1/0/0/1");
    assert_string_equal(add("@article{jones, title={Four bits are enough for language models}, author={Smith, Ada}}"),
                        "0/0/1/0");
    assert_int_equal(papertag_store_find(store, "smith", &key, &err), PAPERTAG_BAD_ARGUMENT);
}

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

static void test_verdicts_are_stronger(void **state)
{
    int64_t key;

    (void)state;
    add("{\"id\":\"a\"," QUANT "}\n{\"id\":\"b\"," ROBOT "}");
    assert_int_equal(papertag_store_find(store, "a", &key, &err), PAPERTAG_OK);
    assert_int_equal(say(key, "quantization", PAPERTAG_VERDICT_NO), PAPERTAG_OK);
    assert_int_equal(say(key, "RL", PAPERTAG_VERDICT_YES), PAPERTAG_OK);
    assert_string_equal(chosen(&(papertag_query){.expression = "quantization"}), "");
    assert_string_equal(chosen(&(papertag_query){.expression = "reinforcement-learning & p>=1"}), "a");
    /* and survive new texts and new opinions */
    add("{\"id\":\"a\"," QUANT ",\"upvotes\":5}");
    add("{\"id\":\"a\",\"title\":\"Four bits\",\"abstract\":\"Quantization of weights to four bits, again.\"}");
    assert_string_equal(chosen(&(papertag_query){.expression = "quantization"}), "");
    assert_string_equal(chosen(&(papertag_query){.expression = "RL"}), "a");
    assert_int_equal(say(key, "quantization", PAPERTAG_VERDICT_NONE), PAPERTAG_OK);
    assert_string_equal(chosen(&(papertag_query){.expression = "quantization"}), "a");
    assert_int_equal(say(key, "quantizatoin", PAPERTAG_VERDICT_YES), PAPERTAG_BAD_ARGUMENT);
}

static void test_the_view_for_other_programs(void **state)
{
    int64_t key, rows = 0;

    (void)state;
    add("{\"id\":\"a\"," QUANT "}\n{\"id\":\"b\"," ROBOT "}");
    papertag_store_find(store, "b", &key, &err);
    say(key, "quantization", PAPERTAG_VERDICT_YES);
    assert_int_equal(pt_store_ask(store, "SELECT count(*) FROM paper_tags WHERE tag='quantization'", &rows, &err, ""),
                     PAPERTAG_OK);
    assert_int_equal(rows, 2);
    assert_int_equal(pt_store_ask(store,
                                  "SELECT count(*) FROM papers JOIN paper_tags ON paper_id=id WHERE id='b' AND"
                                  " tag='quantization' AND verdict='yes' AND p=1",
                                  &rows, &err, ""),
                     PAPERTAG_OK);
    assert_int_equal(rows, 1);
}

/* ---- order and limits ------------------------------------------------------------------------------------------ */

static void test_orders(void **state)
{
    (void)state;
    add("{\"id\":\"old\",\"date\":\"2026-01-01\",\"upvotes\":50," QUANT "}\n"
        "{\"id\":\"new\",\"date\":\"2026-01-20\",\"upvotes\":5,\"title\":\"Post-training quantization for all\","
        "\"abstract\":\"Quantization of language models.\"}\n"
        "{\"id\":\"mid\",\"date\":\"2026-01-19\",\"upvotes\":40,\"title\":\"Eight bits\",\"abstract\":"
        "\"Quantization to eight bits of neural networks.\"}");
    assert_string_equal(chosen(&(papertag_query){.expression = "quantization"}), "new mid old");
    assert_string_equal(chosen(&(papertag_query){.sort = PAPERTAG_SORT_TRENDING, .as_of = "2026-01-20"}),
                        "mid new old");
    assert_string_equal(chosen(&(papertag_query){.limit = 1}), "new");
    assert_string_equal(chosen(&(papertag_query){.as_of = "2026-01-19"}), "mid old");
    assert_string_equal(chosen(&(papertag_query){.since = "1d", .as_of = "2026-01-20"}), "new mid");
    assert_string_equal(chosen(&(papertag_query){.since = "2026-01-19", .until = "2026-01-19"}), "mid");
    assert_string_equal(chosen(&(papertag_query){.search = "\"language models\" quant*"}), "new old");
    assert_string_equal(chosen(&(papertag_query){.search = "AND \" NEAR( -"}), "");
    assert_string_equal(chosen(&(papertag_query){.expression = "upvotes>=40 & !text:eight"}), "old");
}

/* What a plan is looked through for. */
struct plan {
    const char *what;
    bool found, scans;
};

static int read_step(void *context, pt_db_row *row, papertag_error *e)
{
    struct plan *plan = context;
    const char *line = pt_db_peek(row, 3);

    (void)e;
    plan->found = plan->found || strstr(line, plan->what);
    plan->scans = plan->scans || strstr(line, "SCAN papers") || strstr(line, "SCAN tagged");
    return PAPERTAG_OK;
}

static bool plan_has(const papertag_query *query, const char *what)
{
    struct plan plan = {.what = what};
    pt_selection s;
    char sql[2000];

    assert_int_equal(pt_selection_open(&s, store, query, &err), PAPERTAG_OK);
    snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", s.sql.text.data);
    assert_int_equal(pt_store_each(store, sql, read_step, &plan, &err, ""), PAPERTAG_OK);
    pt_selection_free(&s);
    return plan.found && !plan.scans;
}

static void test_plans_use_indexes(void **state)
{
    (void)state;
    add("{\"id\":\"a\",\"date\":\"2026-01-01\"," QUANT "}");
    assert_true(
        plan_has(&(papertag_query){.expression = "quantization & RL & !agents", .since = "7d", .until = "today"},
                 "SEARCH x USING PRIMARY KEY (tag=? AND day>? AND day<?)"));
    assert_true(plan_has(&(papertag_query){.expression = "!agents", .since = "7d"},
                         "SEARCH papers USING COVERING INDEX papers_day (day>? AND day<?)"));
    assert_true(plan_has(&(papertag_query){.expression = "agents | quantization", .since = "7d"},
                         "SEARCH tagged USING PRIMARY KEY (tag=? AND day>? AND day<?)"));
    assert_true(plan_has(&(papertag_query){.expression = "quantization & upvotes>3"},
                         "SEARCH papers USING INTEGER PRIMARY KEY (rowid=?)"));
}

/* ---- layouts --------------------------------------------------------------------------------------------------- */

/* A store of the first layout, with one paper, in place of the open one. */
static void make_old(void)
{
    papertag_store *old = NULL;

    papertag_store_close(store);
    store = NULL;
    remove(path);
    old = calloc(1, sizeof *old);
    old->path = strdup(path);
    assert_int_equal(sqlite3_open(path, &old->db), SQLITE_OK);
    assert_int_equal(pt_store_migrate(old, 1, &err), PAPERTAG_OK);
    assert_int_equal(pt_store_exec(old,
                                   "INSERT INTO papers(id, day, version, added, updated, title_key, title, authors,"
                                   " categories, keywords) VALUES('kept', 20000, 1, '2026-01-01T00:00:00Z',"
                                   " '2026-01-01T00:00:00Z', 0, 'Kept', '[]', '[]', '[]')",
                                   &err),
                     PAPERTAG_OK);
    papertag_store_close(old);
}

static void test_an_older_layout_is_migrated(void **state)
{
    int64_t version = 0;

    (void)state;
    make_old();
    assert_int_equal(papertag_store_open(&store, path, false, &err), PAPERTAG_OK);
    assert_int_equal(pt_store_ask(store, "SELECT user_version FROM pragma_user_version", &version, &err, ""),
                     PAPERTAG_OK);
    assert_int_equal(version, pt_store_version);
    assert_string_equal(get("kept")->paper.title, "Kept");
    assert_int_equal(
        papertag_store_subscribe(store, &(papertag_subscription){.name = "n", .format = "text"}, false, &err),
        PAPERTAG_OK);
}

static void test_an_older_layout_is_salvaged(void **state)
{
    papertag_salvaged saved;

    (void)state;
    make_old();
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(papertag_store_salvage(path, &saved, &err), PAPERTAG_OK);
    assert_int_equal(saved.papers, 1);
    assert_int_equal(saved.named + saved.verdicts, 0);
    assert_int_equal(remove(saved.kept), 0);
    {
        struct stat info;
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
    assert_int_equal(papertag_store_open(&store, path, false, &err), PAPERTAG_OK);
    assert_string_equal(get("kept")->paper.title, "Kept");
}

static void test_foreign_files_are_refused(void **state)
{
    papertag_store *other = NULL;
    FILE *file;

    (void)state;
    assert_int_equal(pt_store_exec(store, "PRAGMA user_version=99", &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_open(&other, path, true, &err), PAPERTAG_BAD_STORE);
    assert_non_null(strstr(err.message, "layout 99"));
    papertag_store_close(store);
    store = NULL;
    remove(path);
    file = fopen(path, "w");
    fputs("this is no store, it is a text of more than a hundred bytes, so that nobody takes it for an empty file, no",
          file);
    fclose(file);
    assert_int_equal(papertag_store_open(&other, path, true, &err), PAPERTAG_BAD_STORE);
    remove(path);
    {
        sqlite3 *db;
        sqlite3_open(path, &db);
        sqlite3_exec(db, "CREATE TABLE accounts(x)", NULL, NULL, NULL);
        sqlite3_close(db);
    }
    assert_int_equal(papertag_store_open(&other, path, true, &err), PAPERTAG_BAD_STORE);
    assert_non_null(strstr(err.message, "another program"));
    remove(path);
    assert_int_equal(papertag_store_open(&other, path, false, &err), PAPERTAG_IO);
}

/* ---- deliveries ------------------------------------------------------------------------------------------------ */

/* The files in /tmp that begin with a path. */
static size_t files_like(const char *start)
{
    char pattern[100];
    glob_t found;
    size_t count;

    snprintf(pattern, sizeof pattern, "%s*", start);
    count = glob(pattern, 0, NULL, &found) ? 0 : found.gl_pathc;
    globfree(&found);
    return count;
}

static void test_a_delivery_counts_when_its_file_has_its_place(void **state)
{
    const papertag_query query = {.subscriber = "n"};
    char out[80], taken[90];
    const int64_t *keys;
    int64_t delivery, first[2];
    size_t count;

    (void)state;
    add("{\"id\":\"a\"," QUANT "}\n{\"id\":\"b\"," ROBOT "}");
    snprintf(out, sizeof out, "%s.out", path);
    remove(out);
    assert_int_equal(
        papertag_store_subscribe(store, &(papertag_subscription){.name = "n", .format = "text"}, false, &err),
        PAPERTAG_OK);
    assert_int_equal(papertag_store_select(store, &query, &keys, &count, &err), PAPERTAG_OK);
    assert_int_equal(count, 2);
    memcpy(first, keys, sizeof first);
    /* killed before the file had its place: as if it had not begun */
    assert_int_equal(papertag_delivery_begin(store, "n", "2026-01-01", first, 1, out, "bytes", 5, &delivery, &err),
                     PAPERTAG_OK);
    assert_int_equal(files_like(out), 1);
    assert_int_equal(papertag_delivery_settle(store, "n", &err), PAPERTAG_OK);
    assert_string_equal(chosen(&query), "a b");
    assert_int_equal(files_like(out), 0);
    /* killed after, and its reader has taken it away: it counts */
    assert_int_equal(papertag_delivery_begin(store, "n", "2026-01-01", first, 1, out, "bytes", 5, &delivery, &err),
                     PAPERTAG_OK);
    assert_int_equal(papertag_delivery_publish(store, delivery, "bytes", 5, &err), PAPERTAG_OK);
    snprintf(taken, sizeof taken, "%s.taken", out);
    assert_int_equal(rename(out, taken), 0);
    assert_int_equal(papertag_delivery_settle(store, "n", &err), PAPERTAG_OK);
    assert_int_equal(files_like(out), 1);
    remove(taken);
    assert_string_equal(chosen(&query), "b");
    assert_int_equal(papertag_delivery_of(store, "n", "2026-01-01", &keys, &count, &err), PAPERTAG_OK);
    assert_int_equal(count, 1);
    assert_int_equal(keys[0], first[0]);
    /* standard output: only the end counts */
    assert_int_equal(papertag_delivery_begin(store, "n", "2026-01-02", first + 1, 1, NULL, "x", 1, &delivery, &err),
                     PAPERTAG_OK);
    assert_int_equal(papertag_delivery_settle(store, "n", &err), PAPERTAG_OK);
    assert_string_equal(chosen(&query), "b");
    assert_int_equal(papertag_delivery_begin(store, "n", "2026-01-02", first + 1, 1, NULL, "x", 1, &delivery, &err),
                     PAPERTAG_OK);
    assert_int_equal(papertag_delivery_end(store, delivery, &err), PAPERTAG_OK);
    assert_int_equal(papertag_delivery_settle(store, "n", &err), PAPERTAG_OK);
    assert_string_equal(chosen(&query), "");
    /* the subscription goes in between */
    assert_int_equal(
        papertag_store_subscribe(store, &(papertag_subscription){.name = "m", .format = "text"}, false, &err),
        PAPERTAG_OK);
    assert_int_equal(papertag_delivery_begin(store, "m", "2026-01-02", first, 1, NULL, "x", 1, &delivery, &err),
                     PAPERTAG_OK);
    assert_int_equal(papertag_store_unsubscribe(store, "m", &err), PAPERTAG_OK);
    assert_int_equal(papertag_delivery_end(store, delivery, &err), PAPERTAG_IO);
    assert_non_null(strstr(err.message, "its subscription was removed"));
    assert_int_equal(papertag_store_unsubscribe(store, "n", &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_unsubscribe(store, "n", &err), PAPERTAG_BAD_ARGUMENT);
    remove(out);
}

/* ---- neighbours and weeks -------------------------------------------------------------------------------------- */

static void test_similar_papers(void **state)
{
    const papertag_neighbour *near;
    size_t count, weeks[12];
    int64_t key;

    (void)state;
    add("{\"id\":\"a\",\"date\":\"2026-01-20\"," QUANT "}\n{\"id\":\"b\",\"date\":\"2026-01-14\"," ROBOT "}\n"
        "{\"id\":\"c\",\"date\":\"2026-01-13\",\"title\":\"Weights of language models in four bits\","
        "\"abstract\":\"Post-training quantization once more.\"}");
    papertag_store_find(store, "a", &key, &err);
    assert_int_equal(papertag_store_similar(store, tagger, key, 5, &near, &count, &err), PAPERTAG_OK);
    assert_true(count >= 1);
    assert_true(near[0].similarity > 0.2 && near[0].similarity <= 1);
    papertag_store_find(store, "c", &key, &err);
    assert_int_equal(near[0].key, key);
    assert_int_equal(papertag_store_weeks(store, NULL, "2026-01-20", weeks, 12, &err), PAPERTAG_OK);
    assert_int_equal(weeks[11], 2); /* 14 to 20 January */
    assert_int_equal(weeks[10], 1);
    assert_int_equal(papertag_store_weeks(store, "quantization", "2026-01-20", weeks, 12, &err), PAPERTAG_OK);
    assert_int_equal(weeks[11], 1);
}

/* ---- statements ------------------------------------------------------------------------------------------------ */

static void test_more_statements_than_are_kept(void **state)
{
    char sql[32];
    int64_t value = 0;

    (void)state;
    add("{\"id\":\"a\"," QUANT "}");
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3000; i++) {
            snprintf(sql, sizeof sql, "SELECT %d", i);
            assert_int_equal(pt_store_ask(store, sql, &value, &err, ""), PAPERTAG_OK);
            assert_int_equal(value, i);
        }
    }
    assert_true(store->statements.count < store->statements.capacity);
    assert_true(store->statements.capacity <= 1024);
    assert_string_equal(add("{\"id\":\"b\"," ROBOT "}"), "1/0/0/1");
    assert_string_equal(chosen(&(papertag_query){0}), "a b");
}

/* Papers that were there when a subscription was made count as delivered, without a row a paper, but for those that it
 * begins with; what is delivered and taken back does not count. */
static void test_what_counts_as_delivered(void **state)
{
    const papertag_subscription me = {.name = "n", .format = "text"};
    const papertag_query query = {.subscriber = "n"};
    int64_t keys[3], delivery, rows = 0;

    (void)state;
    add("{\"id\":\"a\"," QUANT "}\n{\"id\":\"b\"," ROBOT "}\n{\"id\":\"c\",\"title\":\"Third\"}");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(papertag_store_find(store, (const char[]){(char)('a' + i), 0}, &keys[i], &err), PAPERTAG_OK);
    }
    assert_string_equal(chosen(&query), "a b c"); /* nobody */
    assert_int_equal(papertag_store_subscribe_to(store, &me, keys + 1, 1, &err), PAPERTAG_OK);
    assert_string_equal(chosen(&query), "b");
    add("{\"id\":\"d\",\"title\":\"Fourth\"}");
    assert_string_equal(chosen(&query), "b d");
    assert_int_equal(pt_store_ask(store, "SELECT count(*) FROM delivered", &rows, &err, ""), PAPERTAG_OK);
    assert_int_equal(rows, 0);
    /* begun, then subscribed to anew, then taken back */
    assert_int_equal(papertag_delivery_begin(store, "n", "2026-01-01", keys + 1, 1, NULL, "x", 1, &delivery, &err),
                     PAPERTAG_OK);
    assert_string_equal(chosen(&query), "d");
    assert_int_equal(papertag_store_subscribe(store, &me, true, &err), PAPERTAG_OK);
    assert_string_equal(chosen(&query), "");
    assert_int_equal(papertag_delivery_settle(store, "n", &err), PAPERTAG_OK);
    assert_string_equal(chosen(&query), "b");
    assert_int_equal(papertag_store_subscribe(store, &me, false, &err), PAPERTAG_OK); /* changes no papers */
    assert_string_equal(chosen(&query), "b");
    /* as a store of an earlier layout has it */
    assert_int_equal(pt_store_exec(store,
                                   "UPDATE subscriptions SET counted=0; DELETE FROM uncounted; INSERT INTO"
                                   " delivered(subscription, paper, place) SELECT 1, key, 0 FROM papers WHERE id<'c'",
                                   &err),
                     PAPERTAG_OK);
    assert_string_equal(chosen(&query), "c d");
    assert_int_equal(papertag_store_subscribe_to(store, &me, keys, 1, &err), PAPERTAG_OK);
    assert_string_equal(chosen(&query), "a");
    assert_int_equal(papertag_store_unsubscribe(store, "n", &err), PAPERTAG_OK);
    assert_int_equal(pt_store_ask(store, "SELECT count(*) FROM uncounted", &rows, &err, ""), PAPERTAG_OK);
    assert_int_equal(rows, 0);
}

/* Everything that a program that runs for months does on one handle. */
static void test_one_handle_for_everything(void **state)
{
    const papertag_learn_options options = {.force = true, .jobs = 1};
    const papertag_learning *learning;
    papertag_learner *learner;
    int64_t key;

    (void)state;
    test_a_delivery_counts_when_its_file_has_its_place(NULL);
    test_similar_papers(NULL);
    assert_int_equal(
        papertag_store_subscribe(store, &(papertag_subscription){.name = "n", .format = "text"}, true, &err),
        PAPERTAG_OK);
    assert_int_equal(papertag_store_find(store, "a", &key, &err), PAPERTAG_OK);
    assert_int_equal(say(key, "quantization", PAPERTAG_VERDICT_NO), PAPERTAG_OK);
    assert_int_equal(papertag_learner_open(&learner, store, model, &options, &err), PAPERTAG_OK);
    assert_int_equal(papertag_learner_fit(learner, &learning, &err), PAPERTAG_OK);
    assert_int_equal(papertag_learner_keep(learner, &err), PAPERTAG_OK);
    papertag_learner_close(learner);
    assert_int_equal(papertag_store_unsubscribe(store, "n", &err), PAPERTAG_OK);
}

/* Fails at a row after having run the same statement again, for each of its rows. */
static int fail_at_two(void *context, pt_db_row *row, papertag_error *e)
{
    int64_t first = 0;

    assert_int_equal(pt_store_ask(store, context, &first, e, ""), PAPERTAG_OK);
    assert_int_equal(first, 1);
    return pt_db_key(row, 0) == 2 ? pt_fail(e, PAPERTAG_BAD_INPUT, "two") : PAPERTAG_OK;
}

static void test_a_failed_loop_leaves_no_transaction(void **state)
{
    char sql[] = "SELECT key FROM papers ORDER BY key";

    (void)state;
    add("{\"id\":\"a\"," QUANT "}\n{\"id\":\"b\"," ROBOT "}\n{\"id\":\"c\",\"title\":\"Third\"}");
    assert_int_equal(pt_store_each(store, sql, fail_at_two, sql, &err, ""), PAPERTAG_BAD_INPUT);
    assert_string_equal(err.message, "two");
    assert_int_equal(sqlite3_txn_state(store->db, NULL), SQLITE_TXN_NONE);
    assert_int_equal(sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL), SQLITE_OK);
}

/* A pass over the store leaves the limit that its caller has set. */
static void test_a_limited_cache_stays_limited(void **state)
{
    papertag_store_stats stats;
    int64_t pages = 0, mapped = -1;
    (void)state;

    assert_int_equal(papertag_store_limit_cache(store, 2 << 20, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_statistics(store, &stats, &err), PAPERTAG_OK);
    assert_int_equal(pt_store_ask(store, "PRAGMA cache_size", &pages, &err, ""), PAPERTAG_OK);
    assert_int_equal(pages, -2048);
    assert_int_equal(pt_store_ask(store, "PRAGMA mmap_size", &mapped, &err, ""), PAPERTAG_OK);
    assert_int_equal(mapped, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {STORE_TEST(test_adding_again_changes_nothing),
                                       STORE_TEST(test_a_changed_text_is_a_new_version),
                                       STORE_TEST(test_one_paper_from_many_sources),
                                       STORE_TEST(test_what_a_source_holds_apart_stays_apart),
                                       STORE_TEST(test_what_was_missing_is_filled_in),
                                       STORE_TEST(test_every_field_is_read_back),
                                       STORE_TEST(test_keys_of_citations_are_no_ids),
                                       STORE_TEST(test_verdicts_are_stronger),
                                       STORE_TEST(test_the_view_for_other_programs),
                                       STORE_TEST(test_orders),
                                       STORE_TEST(test_plans_use_indexes),
                                       STORE_TEST(test_an_older_layout_is_migrated),
                                       STORE_TEST(test_an_older_layout_is_salvaged),
                                       STORE_TEST(test_foreign_files_are_refused),
                                       STORE_TEST(test_a_delivery_counts_when_its_file_has_its_place),
                                       STORE_TEST(test_similar_papers),
                                       STORE_TEST(test_more_statements_than_are_kept),
                                       STORE_TEST(test_what_counts_as_delivered),
                                       STORE_TEST(test_one_handle_for_everything),
                                       STORE_TEST(test_a_failed_loop_leaves_no_transaction),
                                       STORE_TEST(test_a_limited_cache_stays_limited)};
    return cmocka_run_group_tests(tests, open_model, close_model);
}
