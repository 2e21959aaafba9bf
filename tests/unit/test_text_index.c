/*
 * Unit tests of the check of the text index: it finds whatever FTS5's own check finds, and nothing in an index that is
 * right, in whichever form FTS5 has left it.
 *
 * usage: test_text_index [TIMES]      TIMES as many damages
 */
#include <stdlib.h>

#include "a_store.h"
#include "store/batch.h"
#include "store/paper_check.h"

static unsigned times = 1;
static uint64_t dice = 1;

static unsigned roll(size_t most)
{
    dice = dice * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)((dice >> 33) % most);
}

static void run(const char *sql)
{
    if (pt_store_exec(store, sql, &err)) {
        fail_msg("%s: %s", sql, err.message);
    }
}

static int64_t ask(const char *sql)
{
    int64_t out = -1;

    if (pt_store_ask(store, sql, &out, &err, "")) {
        fail_msg("%s: %s", sql, err.message);
    }
    return out;
}

/* Some words: few that are in every paper, very often, and many that are in few. */
static void put_words(pt_buf *out, unsigned count)
{
    pt_buf_clear(out);
    pt_buf_text(out, "");
    for (unsigned i = 0; i < count; i++) {
        const unsigned word = roll(4) ? roll(3) : roll(400);
        pt_buf_format(out, word % 7 == 6 ? "w\xc3\xb6rt%u " : "word%u ", word);
    }
}

/* Adds papers first to last, or changes their texts; in one batch. */
static void put_papers(unsigned first, unsigned last, unsigned words)
{
    papertag_batch *batch;
    papertag_import counts = {0};
    pt_buf title = {0}, abstract = {0};

    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    for (unsigned i = first; i <= last; i++) {
        papertag_paper paper = {.source = "made", .upvotes = -1, .comments = -1, .author_count = -1};
        char id[20];
        snprintf(id, sizeof id, "p%u", i);
        put_words(&title, 1 + roll(6));
        put_words(&abstract, roll(words));
        paper.id = id;
        paper.title = i % 9 ? title.data : NULL;
        paper.abstract = abstract.data;
        assert_int_equal(papertag_batch_add(batch, &paper, NULL, 0, &err), PAPERTAG_OK);
    }
    assert_int_equal(papertag_store_add(store, batch, NULL, &counts, &err), PAPERTAG_OK);
    papertag_batch_close(batch);
    pt_buf_free(&title);
    pt_buf_free(&abstract);
}

/* Whether index and papers are found to be the same. */
static bool is_same(void)
{
    pt_text_tally index = {.odd = false};
    pt_paper_check check = {.sql = {0}};
    pt_paper_tally papers = {.lost = 0};
    const int64_t last = ask("SELECT max(key) FROM papers");

    assert_int_equal(pt_text_index_tally(store, &index, &err), PAPERTAG_OK);
    assert_int_equal(pt_paper_check_open(&check, store, &err), PAPERTAG_OK);
    assert_int_equal(pt_paper_check_read(&check, store, 1, last / 2, &papers, &err), PAPERTAG_OK);
    assert_int_equal(pt_paper_check_read(&check, store, last / 2 + 1, last, &papers, &err), PAPERTAG_OK);
    pt_paper_check_close(&check);
    return pt_text_tally_is_same(&index, &papers.texts);
}

static bool is_right_for_fts5(void)
{
    return !pt_store_exec(store, "INSERT INTO search(search, rank) VALUES('integrity-check', 1)", &err);
}

static void check_right(const char *when)
{
    if (!is_right_for_fts5()) {
        fail_msg("%s: %s", when, err.message);
    }
    if (!is_same()) {
        fail_msg("%s: index and papers are said to differ", when);
    }
}

/* ---- an index that is right ------------------------------------------------------------------------------------- */

static void test_forms(void **state)
{
    (void)state;
    assert_int_equal(pt_store_exec(store, "SELECT 1", &err), PAPERTAG_OK);
    put_papers(1, 1, 10);
    check_right("one paper");
    for (unsigned i = 0; i < 12; i++) {
        put_papers(100 * i + 2, 100 * i + 101, 100);
    }
    check_right("many batches");
    put_papers(300, 700, 100);
    check_right("changed papers");
    run("UPDATE papers SET title=NULL, abstract=NULL WHERE key<20; INSERT INTO search(search) VALUES('rebuild')");
    check_right("made anew");
    for (unsigned i = 0; i < 6; i++) {
        put_papers(100 * i + 2, 100 * i + 51, 200);
    }
    for (int i = 0; i < 60; i++) { /* a few pages at a time: it stops in the middle of segments */
        run("INSERT INTO search(search, rank) VALUES('merge', -3)");
        check_right("while segments are merged");
    }
    run("INSERT INTO search(search) VALUES('optimize')");
    check_right("one segment");
    assert_true(ask("SELECT count(*) FROM search_data WHERE id>>36 & 1 AND id>1000") > 0);
}

/* Small pages, so that the indexes of leaves have several levels. */
static void test_levels(void **state)
{
    (void)state;
    run("INSERT INTO search(search, rank) VALUES('pgsz', 32)");
    put_papers(1, 1500, 90);
    run("INSERT INTO search(search) VALUES('rebuild')");
    check_right("made anew");
    assert_true(ask("SELECT max(id>>31 & 31) FROM search_data WHERE id>>36 & 1 AND id>1000") > 1);
    put_papers(100, 300, 40);
    for (int i = 0; i < 12; i++) {
        run("INSERT INTO search(search, rank) VALUES('merge', -300)");
        check_right("while segments are merged");
    }
}

/* A text that is too long for a batch's form, with bytes that no reader of papers lets pass. */
static void test_odd_texts(void **state)
{
    (void)state;
    put_papers(1, 5, 10);
    run("UPDATE papers SET title='a' || char(0) || 'b c', abstract=CAST(x'61ff62c3' AS TEXT) WHERE key=2;"
        "INSERT INTO search(search) VALUES('rebuild')");
    check_right("bytes that are no text");
}

/* ---- damage ----------------------------------------------------------------------------------------------------- */

/* Where damage is done: a row of a table, by its place in it. */
static const struct {
    const char *count, *read, *write, *remove;
} targets[] = {
    {"SELECT count(*) FROM search_data", "SELECT block, id FROM search_data ORDER BY id LIMIT 1 OFFSET ?1",
     "UPDATE search_data SET block=?2 WHERE id=?1", "DELETE FROM search_data WHERE id=?1"},
    {"SELECT count(*) FROM search_docsize", "SELECT sz, id FROM search_docsize ORDER BY id LIMIT 1 OFFSET ?1",
     "UPDATE search_docsize SET sz=?2 WHERE id=?1", "DELETE FROM search_docsize WHERE id=?1"},
    {"SELECT count(*) FROM search_idx", "SELECT term, pgno FROM search_idx ORDER BY pgno, term LIMIT 1 OFFSET ?1",
     "UPDATE OR REPLACE search_idx SET term=?2 WHERE pgno=?1", "DELETE FROM search_idx WHERE pgno=?1"},
    {"SELECT count(*) FROM search_idx", "SELECT term, pgno FROM search_idx ORDER BY pgno, term LIMIT 1 OFFSET ?1",
     "UPDATE search_idx SET pgno=(pgno+length(?2)+1)|1 WHERE pgno=?1",
     "UPDATE search_idx SET pgno=pgno/2*2 WHERE pgno=?1"},
    {"SELECT count(*) FROM papers", "SELECT CAST(abstract AS BLOB), key FROM papers ORDER BY key LIMIT 1 OFFSET ?1",
     "UPDATE papers SET abstract=CAST(?2 AS TEXT) WHERE key=?1", "UPDATE papers SET abstract=title WHERE key=?1"},
    {"SELECT 2", "SELECT block, id FROM search_data WHERE id IN (1, 10) ORDER BY id LIMIT 1 OFFSET ?1",
     "UPDATE search_data SET block=?2 WHERE id=?1", "DELETE FROM search_data WHERE id=?1"},
};

struct row {
    pt_buf bytes;
    int64_t key;
};

static int read_row(void *context, pt_db_row *row, papertag_error *e)
{
    struct row *r = context;
    const pt_db_value value = pt_db_get(row, 0);

    (void)e;
    pt_buf_append(&r->bytes, value.bytes, value.type == PT_DB_BYTES ? value.size : 0);
    r->key = pt_db_get(row, 1).integer;
    return PAPERTAG_OK;
}

/* Changes a row at random: a bit, a byte, its end, or all of it. */
static void damage(size_t t)
{
    struct row r = {.key = 0};
    const int64_t number = roll((size_t)ask(targets[t].count));
    const unsigned kind = roll(8);

    assert_int_equal(pt_store_row(store, targets[t].read, read_row, &r, &err, "i", number), PAPERTAG_OK);
    if (kind == 7) {
        assert_int_equal(pt_store_do(store, targets[t].remove, &err, "i", r.key), PAPERTAG_OK);
    } else {
        if (r.bytes.size && kind < 4) {
            r.bytes.data[roll(r.bytes.size)] ^= (char)(1 << roll(8));
        } else if (r.bytes.size && kind < 6) {
            r.bytes.data[roll(r.bytes.size)] = (char)roll(256);
        } else if (r.bytes.size) {
            r.bytes.size = roll(r.bytes.size);
        }
        assert_int_equal(pt_store_do(store, targets[t].write, &err, "ib", r.key,
                                     (const void *)(r.bytes.data ? r.bytes.data : ""), r.bytes.size),
                         PAPERTAG_OK);
    }
    pt_buf_free(&r.bytes);
}

/* Damages rows one by one, each taken back after. */
static void damage_often(unsigned count)
{
    static const char forget[] = "INSERT INTO search(search, rank) VALUES('merge', 0);"
                                 "SAVEPOINT texts; ROLLBACK TO texts; RELEASE texts";
    unsigned found = 0, judged = 0;

    for (unsigned i = 0; i < count; i++) {
        const size_t t = i % (sizeof targets / sizeof *targets);
        bool right, same;
        run("BEGIN");
        run(forget); /* FTS5 knows the list of segments by heart */
        damage(t);
        same = is_same();
        right = is_right_for_fts5();
        run("ROLLBACK");
        if (same && !right) {
            fail_msg("damage %u of kind %zu is found by FTS5 alone", i, t);
        }
        found += !right;
        judged += right && !same;
    }
    assert_true(found > count / 3);
    printf("[ damages  ] %u, %u found, %u more for FTS5 to decide\n", count, found, judged);
    check_right("after damage");
}

static void test_damage(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        put_papers(30 * i + 1, 30 * i + 40, 60);
    }
    damage_often(600 * times);
    run("INSERT INTO search(search, rank) VALUES('pgsz', 64); INSERT INTO search(search) VALUES('rebuild')");
    put_papers(1, 40, 30);
    for (int i = 0; i < 5; i++) {
        run("INSERT INTO search(search, rank) VALUES('merge', -20)");
    }
    damage_often(600 * times);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_forms, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_levels, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_odd_texts, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_damage, open_store, close_store),
    };

    times = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    return cmocka_run_group_tests_name("text_index", tests, NULL, NULL);
}
