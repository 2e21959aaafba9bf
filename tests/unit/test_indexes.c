/*
 * Unit tests of the check of tables' indexes: an entry too few or too many, or one in the wrong place, is found, and
 * is damage where SQLite says so. The index is taken out of the schema while rows change.
 */
#include "a_store.h"
#include "store/paper_check.h"

static int64_t ask(const char *sql)
{
    int64_t out = -1;

    if (pt_store_ask(store, sql, &out, &err, "")) {
        fail_msg("%s: %s", sql, err.message);
    }
    return out;
}

static void run(const char *sql)
{
    if (pt_store_exec(store, sql, &err)) {
        fail_msg("%s: %s", sql, err.message);
    }
}

/* Has SQLite read the schema again. */
static void open_again(void)
{
    papertag_store_close(store);
    store = NULL;
    assert_int_equal(papertag_store_open(&store, path, false, &err), PAPERTAG_OK);
}

/* Changes the schema behind SQLite's back. */
static void change_schema(const char *sql)
{
    run("PRAGMA writable_schema=ON");
    run(sql);
    open_again();
}

static bool is_damaged(void)
{
    const papertag_finding *list;
    size_t count;
    bool damaged = false;

    assert_int_equal(papertag_store_check(store, model, &list, &count, &err), PAPERTAG_OK);
    for (size_t i = 0; i < count; i++) {
        damaged = damaged || list[i].kind == PAPERTAG_FINDING_DAMAGED_FILE;
    }
    assert_int_equal(damaged, ask("SELECT integrity_check<>'ok' FROM pragma_integrity_check LIMIT 1"));
    return damaged;
}

static void add_papers(void)
{
    add("{\"id\":\"a\",\"date\":\"2020-01-01\"," QUANT "}\n{\"id\":\"b\",\"date\":\"2021\"," ROBOT "}\n"
        "{\"id\":\"c\",\"title\":\"Third\",\"date\":\"2022-02-02\"}\n{\"id\":\"d\",\"title\":\"Fourth\"}");
}

/* Whether the indexes of papers are found to be right. */
static bool is_right(void)
{
    pt_paper_check check = {.sql = {0}};
    pt_paper_tally papers = {.lost = 0};
    pt_row_set rows[PT_INDEXES] = {{0}};
    bool in_order;

    assert_int_equal(pt_paper_check_open(&check, store, &err), PAPERTAG_OK);
    assert_int_equal(pt_paper_check_read(&check, store, 1, INT64_MAX, &papers, &err), PAPERTAG_OK);
    assert_int_equal(pt_indexes_tally(&check.indexes, store, rows, &in_order, &err), PAPERTAG_OK);
    pt_paper_check_close(&check);
    return in_order && pt_row_sets_are_same(rows, papers.rows);
}

static void test_papers(void **state)
{
    static const struct {
        const char *index, *change;
    } cases[] = {{"papers_day", "UPDATE papers SET day=day+1 WHERE id='a'"},
                 {"papers_work", "UPDATE papers SET author_key=author_key+1 WHERE id='b'"},
                 {"papers_model", "UPDATE papers SET model=NULL WHERE id='a'"},
                 {"papers_vague", "UPDATE papers SET date='2022' WHERE id='c'"},
                 {"papers_vague", "UPDATE papers SET day=day+1 WHERE id='b'"},
                 {"papers_vague", "UPDATE papers SET date='2021-01-01' WHERE id='b'"}};

    (void)state;
    add_papers();
    assert_false(is_damaged());
    assert_true(is_right());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[400];
        run("CREATE TABLE hidden AS SELECT * FROM sqlite_schema WHERE 0");
        snprintf(sql, sizeof sql,
                 "INSERT INTO hidden SELECT * FROM sqlite_schema WHERE name='%s';"
                 "DELETE FROM sqlite_schema WHERE name='%s'",
                 cases[i].index, cases[i].index);
        change_schema(sql);
        run(cases[i].change);
        change_schema("INSERT INTO sqlite_schema SELECT * FROM hidden");
        run("DROP TABLE hidden");
        if (is_right()) {
            fail_msg("not found: %s, without its index %s", cases[i].change, cases[i].index);
        }
        is_damaged(); /* SQLite decides: from 3.46 on it lets the last of these pass */
        run("REINDEX");
        assert_false(is_damaged());
    }
}

/* Rows that stand in another order than their table's: it is turned round while they are written. */
static void test_order(void **state)
{
    static const struct {
        const char *table, *key, *turned, *change;
    } cases[] = {
        {"opinions", "(paper, tag)", "(paper DESC, tag)",
         "INSERT INTO opinions SELECT (SELECT key FROM papers WHERE id='c'), key, 0.1, -1, 0 FROM tags LIMIT 1"},
        {"tagged", "(tag, day, paper)", "(tag DESC, day, paper)",
         "INSERT INTO tagged SELECT max(tags.key), 1, 1, 0.5 FROM tags"},
        {"sources", "(paper, source)", "(paper DESC, source)",
         "INSERT INTO sources SELECT (SELECT max(key) FROM papers), 'x', id, record, text FROM sources LIMIT 1"},
        {"names", "TEXT PRIMARY KEY", "TEXT PRIMARY KEY DESC", "INSERT INTO names VALUES('x', 1), ('y', 1)"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[400];
        assert_int_equal(close_store(state), 0);
        assert_int_equal(open_store(state), 0);
        add_papers();
        snprintf(sql, sizeof sql, "UPDATE sqlite_schema SET sql=replace(sql, '%s', '%s') WHERE name='%s'", cases[i].key,
                 cases[i].turned, cases[i].table);
        change_schema(sql);
        run(cases[i].change);
        snprintf(sql, sizeof sql, "UPDATE sqlite_schema SET sql=replace(sql, '%s', '%s') WHERE name='%s'",
                 cases[i].turned, cases[i].key, cases[i].table);
        change_schema(sql);
        if (!is_damaged()) {
            fail_msg("the order of %s is not found wrong", cases[i].table);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_papers, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_order, open_store, close_store),
    };

    return cmocka_run_group_tests_name("indexes", tests, open_model, close_model);
}
