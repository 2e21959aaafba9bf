/*
 * Unit tests of what a check finds in a store, and that a repair leaves nothing of it.
 */
#include "a_store.h"
#include "store/statement.h"

static bool finds(papertag_finding_kind kind, bool trouble)
{
    const papertag_finding *list;
    size_t count;
    bool found = false;

    assert_int_equal(papertag_store_check(store, model, &list, &count, &err), PAPERTAG_OK);
    assert_int_equal(list[0].kind, PAPERTAG_FINDING_STORE);
    for (size_t i = 0; i < count; i++) {
        assert_null(strstr(list[i].what, "papertag ")); /* what to run is for the program to say */
        found = found || (list[i].kind == kind && list[i].trouble == trouble);
    }
    return found;
}

/* Whether something of a kind is found whose description has these words. */
static bool says(papertag_finding_kind kind, const char *words)
{
    const papertag_finding *list;
    size_t count;
    bool found = false;

    assert_int_equal(papertag_store_check(store, model, &list, &count, &err), PAPERTAG_OK);
    for (size_t i = 0; i < count; i++) {
        found = found || (list[i].kind == kind && strstr(list[i].what, words));
    }
    return found;
}

static void test_what_a_check_finds(void **state)
{
    int64_t key, delivery;

    (void)state;
    add("{\"id\":\"a\"," QUANT "}");
    assert_false(finds(PAPERTAG_FINDING_WRONG_INDEX, true));
    assert_false(finds(PAPERTAG_FINDING_OUTDATED_TAGS, false));
    assert_int_equal(papertag_store_find(store, "a", &key, &err), PAPERTAG_OK);
    assert_int_equal(say(key, "RL", PAPERTAG_VERDICT_YES), PAPERTAG_OK);
    assert_true(finds(PAPERTAG_FINDING_UNLEARNT_VERDICTS, false));
    assert_int_equal(
        papertag_store_subscribe(store, &(papertag_subscription){.name = "n", .format = "text"}, false, &err),
        PAPERTAG_OK);
    assert_int_equal(papertag_delivery_begin(store, "n", "2026-01-01", &key, 1, NULL, "x", 1, &delivery, &err),
                     PAPERTAG_OK);
    assert_true(finds(PAPERTAG_FINDING_OPEN_DELIVERIES, false));
    assert_int_equal(pt_store_exec(store, "UPDATE papers SET model=NULL, title=NULL, abstract=NULL", &err), 0);
    assert_true(finds(PAPERTAG_FINDING_OUTDATED_TAGS, false));
    assert_true(finds(PAPERTAG_FINDING_EMPTY_PAPERS, false));
    assert_int_equal(pt_store_exec(store, "DELETE FROM tagged", &err), PAPERTAG_OK);
    assert_true(finds(PAPERTAG_FINDING_WRONG_INDEX, true));
    assert_int_equal(papertag_store_repair(store, &err), PAPERTAG_OK);
    assert_false(finds(PAPERTAG_FINDING_WRONG_INDEX, true));
}

/* Each way in which large tables may not agree is found, by what the finding says, and mended. */
static void test_tables_that_disagree(void **state)
{
    static const struct {
        const char *damage, *what;
    } cases[] = {
        {"UPDATE papers SET model=9000", "1 row refers to one"},
        {"UPDATE papers SET model=9000; INSERT INTO tagged SELECT 9000, day, key, 0.5 FROM papers", "2 rows refer"},
        {"INSERT INTO opinions SELECT 900, tag, p, margin, assigned FROM opinions LIMIT 1", "refers to one"},
        {"INSERT INTO opinions SELECT paper, 9000, p, margin, 0 FROM opinions LIMIT 1", "refers to one"},
        {"INSERT INTO sources SELECT 900, source, id, record, text FROM sources LIMIT 1", "refers to one"},
        {"DELETE FROM tagged WHERE tag=(SELECT min(tag) FROM tagged)", "missing in its index"},
        {"INSERT INTO tagged SELECT tags.key, day, papers.key, 0.5 FROM papers, tags WHERE NOT EXISTS"
         " (SELECT 1 FROM tagged t WHERE t.tag=tags.key) LIMIT 1",
         "in the index but not in force"},
        {"UPDATE tagged SET day=day+1 WHERE tag=(SELECT min(tag) FROM tagged)", "in the index but not in force"},
        {"UPDATE verdicts SET verdict=CASE verdict WHEN 'yes' THEN 'no' ELSE 'yes' END",
         "in the index but not in force"},
        {"INSERT INTO opinions SELECT (SELECT key FROM papers), min(key), 0.9, 1, 1 FROM tags WHERE key NOT IN"
         " (SELECT tag FROM opinions)",
         "missing in its index"},
        {"INSERT INTO papers(key, id, day, version, added, updated, title_key, title, authors, categories, keywords)"
         " SELECT 9000000000000, 'far', 1, 1, added, updated, 1, 'Far', '[]', '[]', '[]' FROM papers LIMIT 1;"
         "INSERT INTO search(rowid, title) VALUES(9000000000000, 'Far'); DELETE FROM tagged",
         "in the"}};
    int64_t key;

    (void)state;
    add("{\"id\":\"a\"," QUANT "}");
    assert_int_equal(papertag_store_find(store, "a", &key, &err), PAPERTAG_OK);
    assert_int_equal(say(key, "RL", PAPERTAG_VERDICT_YES), PAPERTAG_OK);
    assert_int_equal(say(key, "quantization", PAPERTAG_VERDICT_NO), PAPERTAG_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(finds(PAPERTAG_FINDING_WRONG_INDEX, true));
        assert_int_equal(pt_store_exec(store, "PRAGMA foreign_keys=OFF", &err), PAPERTAG_OK);
        assert_int_equal(pt_store_exec(store, cases[i].damage, &err), PAPERTAG_OK);
        assert_int_equal(pt_store_exec(store, "PRAGMA foreign_keys=ON", &err), PAPERTAG_OK);
        if (!says(PAPERTAG_FINDING_WRONG_INDEX, cases[i].what)) {
            fail_msg("not found: %s", cases[i].damage);
        }
        assert_int_equal(papertag_store_repair(store, &err), PAPERTAG_OK);
    }
    assert_false(finds(PAPERTAG_FINDING_WRONG_INDEX, true));
}

/* What papers refer to is looked at while their texts are read: nothing but models. */
static void test_what_papers_refer_to(void **state)
{
    int64_t others;

    (void)state;
    assert_int_equal(pt_store_ask(store,
                                  "SELECT count(*) FROM pragma_foreign_key_list('papers') WHERE \"from\"<>'model'",
                                  &others, &err, ""),
                     PAPERTAG_OK);
    assert_int_equal(others, 0);
}

/* Values that cannot be are counted, whichever part of the check reads their table. */
static void test_wrong_values(void **state)
{
    static const struct {
        const char *damage, *what;
    } cases[] = {{"UPDATE papers SET added='now'", "2 values cannot be what they are, in table papers"},
                 {"UPDATE papers SET date='2020-02-31', upvotes=-5, keywords='[' WHERE id='a'",
                  "3 values cannot be what they are, in table papers"},
                 {"UPDATE papers SET key=-key WHERE id='a'", "1 value cannot be what it is, in table papers"},
                 {"UPDATE opinions SET p=1.5 WHERE paper=(SELECT key FROM papers WHERE id='a')", "in table papers"},
                 {"UPDATE opinions SET p=1.5", "in table papers"},
                 {"INSERT INTO opinions SELECT 900, tag, 2, margin, assigned FROM opinions LIMIT 1",
                  "1 value cannot be what it is, in table opinions"},
                 {"UPDATE tags SET own=2 WHERE key=1; UPDATE papers SET version=0 WHERE id='a'",
                  "2 values cannot be what they are, in table papers"},
                 {"INSERT INTO subscriptions(name, expression, format, sort, count, created, counted)"
                  " VALUES('n', '', 'text', 0, 0, '2026-01-01T00:00:00Z', 3)",
                  "1 value cannot be what it is, in table subscriptions"}, /* there are two papers */
                 {"UPDATE tags SET own=2 WHERE key=1", "1 value cannot be what it is, in table tags"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(close_store(state), 0);
        assert_int_equal(open_store(state), 0);
        add("{\"id\":\"a\"," QUANT "}\n{\"id\":\"b\"," ROBOT "}");
        assert_false(says(PAPERTAG_FINDING_WRONG_VALUES, ""));
        assert_int_equal(pt_store_exec(store, "PRAGMA foreign_keys=OFF", &err), PAPERTAG_OK);
        assert_int_equal(pt_store_exec(store, cases[i].damage, &err), PAPERTAG_OK);
        if (!says(PAPERTAG_FINDING_WRONG_VALUES, cases[i].what)) {
            fail_msg("not found: %s", cases[i].damage);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {STORE_TEST(test_what_a_check_finds), STORE_TEST(test_tables_that_disagree),
                                       STORE_TEST(test_what_papers_refer_to), STORE_TEST(test_wrong_values)};

    return cmocka_run_group_tests_name("check", tests, open_model, close_model);
}
