/*
 * Unit tests of a new model's opinions: they take the place of those on its tags, and of no others, whichever papers
 * had or get one; the tags in force follow.
 */
#include "a_store.h"
#include "base/hash.h"
#include "store/new_opinions.h"

enum { ROUNDS = 3, TAGS = 3 };

/* Papers of odd keys, more than are looked at together, with opinions on five tags. Some have verdicts. */
#define MANY "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+2 FROM n WHERE i<18001) "
static const char fill[] =
    "INSERT INTO models VALUES(1, 'm', '2026-01-01T00:00:00Z');"
    "INSERT INTO tags(key, tag, aliases) VALUES(1,'a','[]'),(2,'b','[]'),(3,'c','[]'),(4,'d','[]'),(70,'e','[]');" MANY
    "INSERT INTO papers(key, id, day, version, model, added, updated, title_key, title, authors, categories, keywords)"
    " SELECT i, 'p'||i, i%700, 1, 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', i, 'T', '[]', '[]', '[]' FROM n;"
    "INSERT INTO opinions SELECT p.key, t.key, 0.25, -0.5, (p.key+t.key)%3=0 FROM papers p, tags t WHERE"
    " p.key*7919%(t.key+3)>1;"
    "INSERT INTO verdicts(paper, tag, verdict, given) SELECT p.key, t.key, iif(p.key%4=1, 'yes', 'no'),"
    " '2026-01-01T00:00:00Z' FROM papers p, tags t WHERE p.key%91=t.key;"
    "CREATE TEMP TABLE others AS SELECT * FROM opinions WHERE tag IN (2, 4);"
    "CREATE TEMP TABLE expected(paper, tag, p, margin, assigned);";

/* A table and what it should be. */
#define SAME(table, other)                                                                                             \
    "SELECT (SELECT count(*) FROM (SELECT * FROM " table " EXCEPT SELECT * FROM " other ")) + (SELECT count(*) FROM"   \
    " (SELECT * FROM " other " EXCEPT SELECT * FROM " table "))"

static int64_t number_of(const char *sql)
{
    int64_t number = -1;

    assert_int_equal(pt_store_ask(store, sql, &number, &err, ""), PAPERTAG_OK);
    return number;
}

/* Opinions by chance on a tag, many of them as they were at first; and the same in table `expected`. */
static void make_opinions(pt_new_opinions *o, int64_t tag, const int64_t *keys, size_t count, uint64_t *state)
{
    uint32_t *rows = calloc(count, sizeof *rows);
    double *p = calloc(count, sizeof *p), *margins = calloc(count, sizeof *margins);
    bool *assigned = calloc(count, sizeof *assigned);
    const size_t share = pt_random(state) % 5;

    for (size_t i = 0; i < count; i++) {
        const uint64_t dice = pt_random(state) >> 40;
        if (dice % 5 > share) {
            rows[o->count] = (uint32_t)i;
            p[o->count] = dice % 3 ? 0.25 : 0.75;
            margins[o->count] = dice % 7 ? -0.5 : (double)dice;
            assigned[o->count] = dice % 4 == 0;
            assert_int_equal(pt_store_do(store, "INSERT INTO expected VALUES(?1,?2,?3,?4,?5)", &err, "iirri", keys[i],
                                         tag, p[o->count], margins[o->count], (int64_t)assigned[o->count]),
                             PAPERTAG_OK);
            o->count++;
        }
    }
    o->rows = rows;
    o->p = p;
    o->margins = margins;
    o->assigned = assigned;
}

static void free_opinions(const pt_new_opinions *o)
{
    free((void *)(uintptr_t)o->rows);
    free((void *)(uintptr_t)o->p);
    free((void *)(uintptr_t)o->margins);
    free((void *)(uintptr_t)o->assigned);
}

static void test_opinions_are_replaced(void **state)
{
    static const char in_force[] =
        "(SELECT tag, day, paper FROM (SELECT tag, paper FROM expected e WHERE assigned AND NOT EXISTS(SELECT 1 FROM"
        " verdicts v WHERE v.paper=e.paper AND v.tag=e.tag) UNION SELECT tag, paper FROM verdicts WHERE verdict='yes'"
        " AND tag IN (1, 3, 70)) JOIN papers ON key=paper)";
    int64_t tags[TAGS] = {70, 1, 3}, keys[9001];
    const pt_known_model known = {.key = 1, .tag_count = TAGS, .tags = tags};
    const pt_stored_rows papers = {.keys = keys, .count = sizeof keys / sizeof *keys};
    uint64_t random = 5;
    char sql[1200];

    (void)state;
    assert_int_equal(pt_store_exec(store, fill, &err), PAPERTAG_OK);
    for (size_t i = 0; i < papers.count; i++) {
        keys[i] = 2 * (int64_t)i + 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        pt_new_opinions opinions[TAGS] = {0};
        const pt_new_model taken = {.opinions = opinions, .count = TAGS};
        assert_int_equal(pt_store_begin(store, &err), PAPERTAG_OK);
        assert_int_equal(pt_store_exec(store, "DELETE FROM expected", &err), PAPERTAG_OK);
        for (size_t t = 0; t < TAGS; t++) {
            opinions[t].tag = t;
            make_opinions(&opinions[t], tags[t], keys, papers.count, &random);
        }
        assert_int_equal(pt_store_replace_opinions(store, &taken, &known, &papers, &err), PAPERTAG_OK);
        assert_int_equal(pt_store_end(store, PAPERTAG_OK, &err), PAPERTAG_OK);
        assert_int_equal(number_of(SAME("(SELECT * FROM opinions WHERE tag IN (1, 3, 70))", "expected")), 0);
        assert_int_equal(number_of(SAME("(SELECT * FROM opinions WHERE tag IN (2, 4))", "others")), 0);
        snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT tag, day, paper FROM tagged EXCEPT SELECT * FROM %s)",
                 in_force);
        assert_int_equal(number_of(sql), 0);
        snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT * FROM %s EXCEPT SELECT tag, day, paper FROM tagged)",
                 in_force);
        assert_int_equal(number_of(sql), 0);
        assert_int_equal(number_of("SELECT sum(papers) FROM tag_counts") - number_of("SELECT count(*) FROM tagged"), 0);
        for (size_t t = 0; t < TAGS; t++) {
            free_opinions(&opinions[t]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {STORE_TEST(test_opinions_are_replaced)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
