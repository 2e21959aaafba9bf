/*
 * Unit tests of reviewing: the order of questions, answers and undo, what an audit estimates, and tags that others
 * make and remove meanwhile.
 */
#include <math.h>

#include "store/own_tags.h"
#include "store/statement.h"
#include "subjects.h"

static void test_questions_go_by_distance_and_end(void **state)
{
    const papertag_question *q;
    size_t count, all;
    (void)state;

    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_UNCERTAIN, NULL, NULL, 1, 0, &q, &all, &err), 0);
    for (size_t i = 1; i < all; i++) {
        assert_true(fabs(q[i - 1].margin - q[i - 1].cut) <= fabs(q[i].margin - q[i].cut));
    }
    assert_true(all > PAPERS / 2);
    for (int i = 0; i < 3; i++) {
        papertag_tag_verdict v;
        papertag_question first;
        assert_int_equal(
            papertag_store_questions(store, PAPERTAG_ORDER_UNCERTAIN, "quantization", NULL, 1, 1, &q, &count, &err), 0);
        assert_int_equal(count, 1);
        assert_string_equal(q->tag, "quantization");
        first = *q;
        v = (papertag_tag_verdict){"quantization", PAPERTAG_VERDICT_NO};
        assert_int_equal(papertag_store_answer(store, &first, false, &v, 1, &err), 0);
    }
    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_NEW, NULL, "2026-02", 1, 0, &q, &count, &err), 0);
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *stored;
        const int64_t key = q[i].key;
        assert_null(q[i].tag);
        assert_int_equal(papertag_store_get(store, key, &stored, &err), 0);
        assert_string_equal(stored->paper.date, "2026-02-15");
    }
    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_NEW, "nonsense", NULL, 1, 0, &q, &count, &err),
                     PAPERTAG_BAD_ARGUMENT);
}

/* The newest about a tag are the same whether a few are asked for or all: these are found in different ways. */
static void test_the_newest_of_a_tag_are_the_first_of_all(void **state)
{
    enum { FEW = 3 };
    const papertag_question *q;
    int64_t first[FEW];
    size_t count;

    (void)state;
    assert_int_equal(
        papertag_store_questions(store, PAPERTAG_ORDER_NEW, "quantization", NULL, 1, FEW, &q, &count, &err), 0);
    assert_int_equal(count, FEW);
    for (size_t i = 0; i < FEW; i++) {
        first[i] = q[i].key;
    }
    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_NEW, "quantization", NULL, 1, 0, &q, &count, &err),
                     0);
    assert_true(count > FEW);
    for (size_t i = 0; i < FEW; i++) {
        assert_int_equal(q[i].key, first[i]);
    }
}

/* A random order is repeatable, ends when all papers were drawn, and undo takes a draw back with its answer, also one
 * without a verdict. */
static void test_audits_and_undo(void **state)
{
    const papertag_question *q;
    papertag_question one;
    papertag_audit audit;
    const papertag_tag_verdict v = {"quantization", PAPERTAG_VERDICT_YES};
    int64_t first, second, key;
    size_t count;
    (void)state;

    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_RANDOM, NULL, NULL, 7, 2, &q, &count, &err), 0);
    first = q[0].key;
    second = q[1].key;
    one = q[0];
    assert_int_equal(papertag_store_answer(store, &one, true, &v, 1, &err), 0);
    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_RANDOM, NULL, NULL, 7, 1, &q, &count, &err), 0);
    assert_int_equal(q[0].key, second);
    one = q[0];
    assert_int_equal(papertag_store_answer(store, &one, true, NULL, 0, &err), 0); /* drawn, no verdict */
    assert_int_equal(papertag_store_audit(store, &audit, &err), 0);
    assert_int_equal(audit.papers, 2);
    assert_int_equal(papertag_store_undo(store, &key, &err), 0);
    assert_int_equal(key, second);
    assert_int_equal(papertag_store_undo(store, &key, &err), 0);
    assert_int_equal(key, first);
    assert_int_equal(papertag_store_undo(store, &key, &err), PAPERTAG_END);
    assert_int_equal(papertag_store_audit(store, &audit, &err), 0);
    assert_int_equal(audit.papers, 0);
    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_RANDOM, NULL, NULL, 7, 0, &q, &count, &err), 0);
    assert_int_equal(count, PAPERS);
    assert_int_equal(q[0].key, first);
}

/* When every paper was drawn, the estimate is the exact share. */
static void test_an_audit_of_all_is_exact(void **state)
{
    const papertag_question *q;
    papertag_question *all;
    papertag_audit audit;
    size_t count, assigned = 0, right = 0, have = 0;
    (void)state;

    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_RANDOM, NULL, NULL, 1, 0, &q, &count, &err), 0);
    all = malloc(count * sizeof *all);
    memcpy(all, q, count * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *stored;
        papertag_tag_verdict v = {"quantization", PAPERTAG_VERDICT_NO};
        bool is, given = false;
        assert_int_equal(papertag_store_get(store, all[i].key, &stored, &err), 0);
        is = atoi(stored->paper.id + 1) % 10 == 0; /* half of those that the model assigns */
        for (size_t k = 0; k < stored->tag_count; k++) {
            given = given || (!strcmp(stored->tags[k].tag, "quantization") && stored->tags[k].assigned);
        }
        assigned += given;
        right += given && is;
        have += is;
        v.verdict = is ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO;
        assert_int_equal(papertag_store_answer(store, &all[i], true, &v, 1, &err), 0);
    }
    free(all);
    assert_int_equal(papertag_store_audit(store, &audit, &err), 0);
    assert_int_equal(audit.papers, PAPERS);
    for (size_t i = 0; i < audit.tag_count; i++) {
        const papertag_tag_audit *t = &audit.tags[i];
        if (!strcmp(t->tag, "quantization")) {
            assert_int_equal(t->assigned, assigned);
            assert_int_equal(t->right, right);
            assert_true(fabs(t->precision.value - (double)right / (double)assigned) < 1e-12);
            assert_true(fabs(t->recall.value - (double)right / (double)have) < 1e-12);
            assert_true(t->precision.low < t->precision.value && t->precision.value < t->precision.high);
        }
    }
    assert_int_equal(audit.month_count, 2);
    assert_string_equal(audit.months[0].month, "2026-01");
    assert_int_equal(audit.months[0].papers, PAPERS / 2);
}

/* How many verdicts there are on a tag, and how many papers it selects. */
static void check_tag(papertag_store *in, const char *tag, size_t verdicts)
{
    const papertag_query query = {.expression = tag};
    const papertag_paper_verdict *list;
    const int64_t *keys;
    size_t count, here = 0;

    assert_int_equal(papertag_store_verdicts(in, &list, &count, &err), 0);
    for (size_t i = 0; i < count; i++) {
        here += !strcmp(list[i].tag, tag);
    }
    assert_int_equal(here, verdicts);
    assert_int_equal(papertag_store_select(in, &query, &keys, &count, &err), 0);
    assert_int_equal(count, verdicts);
}

static void make_tag(papertag_store *in, const char *name, int64_t example)
{
    assert_int_equal(papertag_store_define_tag(in, &(papertag_own_tag){.tag = name}, &example, 1, &err), 0);
}

/* A handle that lives long, as a server's, remembers the tags. A new tag takes the number of the one removed before. */
static void test_tags_of_others(void **state)
{
    papertag_tag_verdict v = {"mine", PAPERTAG_VERDICT_YES};
    papertag_store *other;
    const papertag_tag_info *known;
    const size_t *papers;
    int64_t first, second, changes;
    size_t count;

    (void)state;
    assert_int_equal(papertag_store_open(&other, path, false, &err), 0);
    assert_int_equal(papertag_store_find(store, "p000", &first, &err), 0);
    assert_int_equal(papertag_store_find(store, "p001", &second, &err), 0);
    assert_int_equal(papertag_store_tags(store, &known, &papers, &count, &err), 0);
    make_tag(other, "mine", first);
    assert_int_equal(papertag_store_set_verdicts(store, second, &v, 1, &err), 0);
    check_tag(store, "mine", 2);
    assert_int_equal(pt_store_begin(other, &err), 0);
    assert_int_equal(pt_store_end(other, pt_store_forget_tag(other, "mine", &err), &err), 0);
    make_tag(other, "yours", first);
    assert_int_equal(papertag_store_set_verdicts(store, second, &v, 1, &err), PAPERTAG_BAD_ARGUMENT);
    assert_int_equal(papertag_store_changes(store, &changes, &err), 0);
    check_tag(store, "yours", 1);
    papertag_store_close(other);
}

int main(void)
{
#define OF_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)
    const struct CMUnitTest all[] = {
        OF_STORE(test_questions_go_by_distance_and_end), OF_STORE(test_the_newest_of_a_tag_are_the_first_of_all),
        OF_STORE(test_audits_and_undo), OF_STORE(test_an_audit_of_all_is_exact), OF_STORE(test_tags_of_others)};
    return cmocka_run_group_tests(all, make_folder, remove_folder);
}
