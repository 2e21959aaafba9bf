/*
 * Unit tests of doubts: what few blocks of papers give is what a look at all opinions gives, whatever happened to
 * papers, opinions and verdicts meanwhile.
 */
#include <math.h>

#include "base/hash.h"
#include "store/doubts.h"
#include "store/store.h"
#include "subjects.h"

enum { COPIES = 20, ALL = PAPERS * (COPIES + 1), BLOCKS = ALL / 256 + 1 };

static uint64_t random_state = 3;

static uint32_t dice(uint32_t sides)
{
    return (uint32_t)((pt_random(&random_state) >> 32) * sides >> 32);
}

/* Papers enough for the table to be kept: each of the store's is there many times, with other margins. */
static int open_large_store(void **state)
{
    static const char papers[] =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<20)"
        " INSERT INTO papers(id, day, version, model, added, updated, title_key, author_key, title, abstract, authors,"
        " categories, keywords) SELECT id||'-'||i, day, 1, model, added, updated, 1000*i+key, 0, title, abstract,"
        " authors, categories, keywords FROM n CROSS JOIN papers ORDER BY i, key";
    static const char opinions[] =
        "INSERT INTO opinions(paper, tag, p, margin, assigned) SELECT p.key, o.tag, o.p,"
        " o.margin+(p.key*7919+o.tag*104729)%20011/20011.0-0.5, o.assigned FROM papers p JOIN papers q ON"
        " q.id=substr(p.id, 1, 4) JOIN opinions o ON o.paper=q.key WHERE p.key>300";

    assert_int_equal(open_store(state), 0);
    assert_int_equal(pt_store_exec(store, papers, &err), PAPERTAG_OK);
    assert_int_equal(pt_store_exec(store, opinions, &err), PAPERTAG_OK);
    return 0;
}

static int64_t number_of(const char *sql)
{
    int64_t number = -1;

    assert_int_equal(pt_store_ask(store, sql, &number, &err, ""), PAPERTAG_OK);
    return number;
}

/* ---- all opinions ---------------------------------------------------------------------------------------------- */

static void read_doubt(pt_db_row *row, pt_arena *arena, void *item)
{
    pt_doubt *d = item;

    (void)arena;
    d->paper = pt_db_key(row, 0);
    d->tag = pt_db_key(row, 1);
    d->distance = pt_db_real(row, 2, 0, INFINITY);
}

/* What is asked is what a look at everything finds. */
static void check(papertag_store *in, int64_t tag, size_t limit)
{
    static const char sql[] =
        "SELECT o.paper, o.tag, min(abs(o.margin-c.cut)) FROM opinions o JOIN papers p ON p.key=o.paper JOIN cuts c ON"
        " c.model=p.model AND c.tag=o.tag WHERE (?1=0 OR o.tag=?1) AND NOT EXISTS(SELECT 1 FROM verdicts v WHERE"
        " v.paper=o.paper AND v.tag=o.tag) GROUP BY o.paper ORDER BY 3, 1 LIMIT ?2";
    pt_arena arena = {0};
    pt_listing all = {.arena = &arena, .size = sizeof(pt_doubt), .read = read_doubt};
    const pt_doubt *expected;
    pt_doubt *found;
    size_t count;

    assert_int_equal(pt_store_list(in, sql, &all, &err, "ii", tag, limit ? (int64_t)limit : (int64_t)-1), PAPERTAG_OK);
    assert_int_equal(pt_store_doubts(in, tag, limit, &found, &count, &err), PAPERTAG_OK);
    assert_int_equal(count, all.count);
    expected = all.items;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(found[i].paper, expected[i].paper);
        assert_int_equal(found[i].tag, expected[i].tag);
        assert_true(found[i].distance == expected[i].distance);
    }
    free(found);
    pt_arena_free(&arena);
}

static void check_all(papertag_store *in)
{
    check(in, 0, 1 + dice(40));
    check(in, 1 + (int64_t)dice(SUBJECTS - 1), 1 + dice(40));
}

/* ---- changes --------------------------------------------------------------------------------------------------- */

/* Tags a paper so that its margins lie at most so far from the cuts; `number` from ALL on: a new one. */
static void tag_paper(papertag_store *in, uint32_t number, double most)
{
    const papertag_tag_info *infos;
    const size_t count = papertag_model_tags(model, &infos);
    papertag_score scores[SUBJECTS];
    papertag_import counts = {0};
    papertag_batch *batch;
    char id[32], abstract[1000];
    papertag_paper paper;

    assert_true(count <= SUBJECTS);
    make_paper((int)(number % PAPERS), id, abstract, sizeof abstract, &paper);
    if (number >= PAPERS) {
        snprintf(id, sizeof id, "p%03u-%u", number % PAPERS, number / PAPERS);
    }
    for (size_t t = 0; t < count; t++) {
        const double away = most * ((int)dice(2001) - 1000) / 1000;
        scores[t] = (papertag_score){
            .tag = infos[t].tag, .index = t, .p = 0.5, .margin = infos[t].cut + away, .assigned = away >= 0};
    }
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    assert_int_equal(papertag_batch_add(batch, &paper, scores, count, &err), PAPERTAG_OK);
    if (number >= ALL) {
        paper.title = "Another paper";
        assert_int_equal(papertag_store_add(in, batch, model, &counts, &err), PAPERTAG_OK);
    } else {
        assert_int_equal(papertag_store_retag(in, batch, model, &err), PAPERTAG_OK);
    }
    papertag_batch_close(batch);
}

/* Answers one of the next questions, or takes an answer back. */
static void judge(papertag_store *in)
{
    const papertag_question *q;
    papertag_tag_verdict v = {.verdict = dice(2) ? PAPERTAG_VERDICT_NO : PAPERTAG_VERDICT_YES};
    papertag_question one;
    size_t count;

    if (dice(3)) {
        assert_int_equal(papertag_store_questions(in, PAPERTAG_ORDER_UNCERTAIN, NULL, NULL, 1, 5, &q, &count, &err), 0);
        one = q[dice((uint32_t)count)];
        v.tag = one.tag;
        assert_int_equal(papertag_store_answer(in, &one, false, &v, 1, &err), PAPERTAG_OK);
    } else {
        int64_t key;
        assert_in_range(papertag_store_undo(in, &key, &err), PAPERTAG_OK, PAPERTAG_END);
    }
}

/* ---- tests ----------------------------------------------------------------------------------------------------- */

static void test_the_nearest_of_all_are_found(void **state)
{
    papertag_store *handles[2] = {store};
    uint32_t next = ALL;

    (void)state;
    assert_int_equal(papertag_store_open(&handles[1], path, false, &err), PAPERTAG_OK);
    check(store, 0, 0);
    assert_int_equal(number_of("SELECT count(*) FROM doubts WHERE tag=0"), BLOCKS);
    for (int round = 0; round < 150; round++) {
        papertag_store *in = handles[dice(2)];
        switch (dice(4)) {
        case 0:
            tag_paper(in, next++, 0.01);
            break;
        case 1:
            tag_paper(in, dice(ALL), 0.1);
            break;
        default:
            judge(in);
        }
        check_all(handles[dice(2)]);
        if (!dice(30)) { /* so that many are not known */
            assert_int_equal(pt_store_exec(store, "DELETE FROM doubts WHERE tag=0 AND block%7>0", &err), PAPERTAG_OK);
        }
    }
    check(store, 0, 0);
    check(store, 2, 0);
    papertag_store_close(handles[1]);
}

/* Nothing is waited for: another handle writes, and what was found is found again. */
static void test_a_writer_beside(void **state)
{
    papertag_store *other;

    (void)state;
    assert_int_equal(papertag_store_open(&other, path, false, &err), PAPERTAG_OK);
    assert_int_equal(pt_store_begin(other, &err), PAPERTAG_OK);
    check_all(store);
    assert_int_equal(number_of("SELECT count(*) FROM doubts"), 0);
    assert_int_equal(pt_store_end(other, PAPERTAG_OK, &err), PAPERTAG_OK);
    check_all(store);
    assert_true(number_of("SELECT count(*) FROM doubts") > BLOCKS);
    papertag_store_close(other);
}

/* Another store brings papers, in the block that is the last here. */
static void test_papers_of_another_store(void **state)
{
    char other_path[100];
    papertag_store *other;
    papertag_merged merged;

    (void)state;
    snprintf(other_path, sizeof other_path, "%s-other", path);
    assert_int_equal(papertag_store_open(&other, other_path, true, &err), PAPERTAG_OK);
    for (uint32_t i = 0; i < 20; i++) {
        tag_paper(other, ALL + i, 0.00001);
    }
    papertag_store_close(other);
    check_all(store);
    assert_int_equal(papertag_store_merge(store, other_path, &merged, &err), PAPERTAG_OK);
    assert_int_equal(merged.added, 20);
    check(store, 0, 1);
    remove(other_path);
}

/* What is known holds under a model that changes few tags, but for these. */
static void test_a_new_model(void **state)
{
    const papertag_learn_options options = {.force = true, .jobs = 2};
    papertag_model *from = NULL;

    (void)state;
    for (int round = 0; round < 4; round++) {
        const papertag_learning *learning;
        papertag_learner *learner;
        int64_t known;
        for (int i = 0; i < 12; i++) {
            judge(store);
        }
        tag_paper(store, (uint32_t)(ALL + round), 0.001);
        check_all(store);
        assert_int_equal(papertag_learner_open(&learner, store, from ? from : model, &options, &err), PAPERTAG_OK);
        assert_int_equal(papertag_learner_fit(learner, &learning, &err), PAPERTAG_OK);
        assert_int_equal(papertag_learner_keep(learner, &err), PAPERTAG_OK);
        papertag_learner_close(learner);
        papertag_model_close(from);
        assert_int_equal(papertag_store_model(store, &from, &err), PAPERTAG_OK);
        known = number_of("SELECT count(*) FROM doubts WHERE tag=0");
        assert_true(round == 3 || known > 0);
        for (int64_t tag = 0; tag < SUBJECTS; tag++) {
            check(store, tag, 1 + dice(20));
        }
        if (round == 2) { /* the next model has other cuts, also of tags that it does not change */
            assert_int_equal(pt_store_exec(store, "UPDATE cuts SET cut=cut+0.1", &err), PAPERTAG_OK);
            assert_int_equal(pt_store_exec(store, "DELETE FROM doubts", &err), PAPERTAG_OK);
        }
    }
    papertag_model_close(from);
}

/* A table that cannot be written to costs time, and one that holds what it cannot is reported. */
static void test_a_table_that_is_damaged(void **state)
{
    pt_doubt *found;
    size_t count;

    (void)state;
    assert_int_equal(pt_store_exec(store,
                                   "CREATE TRIGGER t BEFORE INSERT ON doubts WHEN new.block=3 BEGIN SELECT"
                                   " raise(ABORT, 'no'); END",
                                   &err),
                     PAPERTAG_OK);
    check_all(store);
    assert_int_equal(number_of("SELECT count(*) FROM doubts"), 0);
    assert_int_equal(pt_store_exec(store, "DROP TRIGGER t", &err), PAPERTAG_OK);
    check_all(store);
    assert_int_equal(pt_store_exec(store, "UPDATE doubts SET nearest=-1 WHERE tag=1 AND block=2", &err), PAPERTAG_OK);
    assert_int_equal(pt_store_doubts(store, 0, 5, &found, &count, &err), PAPERTAG_DAMAGED);
    assert_non_null(strstr(err.message, "nearest is '-1"));
    assert_int_equal(papertag_store_repair(store, &err), PAPERTAG_OK);
    check_all(store);
}

int main(void)
{
#define OF_STORE(test) cmocka_unit_test_setup_teardown(test, open_large_store, close_store)
    const struct CMUnitTest all[] = {OF_STORE(test_the_nearest_of_all_are_found), OF_STORE(test_a_writer_beside),
                                     OF_STORE(test_papers_of_another_store), OF_STORE(test_a_new_model),
                                     OF_STORE(test_a_table_that_is_damaged)};
    return cmocka_run_group_tests(all, make_folder, remove_folder);
}
