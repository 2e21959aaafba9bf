/*
 * Unit tests of the text index that batches write: it is the one that FTS5 makes of the same texts itself. The texts
 * are made up of syllables, by a fixed row of random numbers.
 */
#include <sqlite3.h>

#include "a_store.h"
#include "store/batch.h"
#include "store/statement.h"

static uint64_t dice = 1;

/* A number below `most`; small ones are likelier. */
static unsigned roll(unsigned most)
{
    unsigned n;

    dice = dice * 6364136223846793005U + 1442695040888963407U;
    n = (unsigned)(dice >> 40) % most;
    dice = dice * 6364136223846793005U + 1442695040888963407U;
    return n % ((unsigned)(dice >> 40) % most + 1);
}

/* A text of `count` words, of which some are in other letters, some without any and some very long. */
static void write_text(pt_buf *out, unsigned count)
{
    static const char *const syllables[] = {"ba", "Be", "bé", "бо", "2", "x-",
                                            "ü",  "ζ",  "本", "a",  "o", "\xf0\x9f\x98\x80"};

    pt_buf_clear(out);
    pt_buf_text(out, "");
    for (unsigned i = 0; i < count; i++) {
        for (unsigned s = roll(4); s-- + 1;) {
            pt_buf_text(out, syllables[roll(12)]);
        }
        pt_buf_text(out, roll(9) == 8 ? "\n" : " ");
    }
}

static void put_paper(papertag_batch *batch, const char *id, const char *title, const char *abstract)
{
    const papertag_paper paper = {.id = id,
                                  .source = "made",
                                  .title = title,
                                  .abstract = abstract,
                                  .upvotes = -1,
                                  .comments = -1,
                                  .author_count = -1};

    assert_int_equal(papertag_batch_add(batch, &paper, NULL, 0, &err), PAPERTAG_OK);
}

/* Stores a batch and empties it. */
static void store_batch(papertag_batch *batch, bool prepare)
{
    papertag_import counts = {0};

    if (prepare) {
        assert_int_equal(papertag_batch_prepare(batch, &err), PAPERTAG_OK);
    }
    assert_int_equal(papertag_store_add(store, batch, NULL, &counts, &err), PAPERTAG_OK);
    papertag_batch_clear(batch);
}

static int64_t ask(const char *sql)
{
    int64_t out = -1;

    if (pt_store_ask(store, sql, &out, &err, "")) {
        fail_msg("%s: %s", sql, err.message);
    }
    return out;
}

/* Compares the index with the one that FTS5 makes anew: words and their places, sizes, sums. */
static void check_index(void)
{
    static const char before[] =
        "INSERT INTO search(search, rank) VALUES('integrity-check', 1);"
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.places USING fts5vocab(main, search, instance);"
        "CREATE TEMP TABLE was AS SELECT term, doc, col, \"offset\" FROM places;"
        "CREATE TEMP TABLE sizes AS SELECT * FROM search_docsize;"
        "CREATE TEMP TABLE sums AS SELECT block FROM search_data WHERE id=1;"
        "INSERT INTO search(search) VALUES('rebuild')";
    static const char after[] = "DROP TABLE was; DROP TABLE sizes; DROP TABLE sums";

    assert_int_equal(pt_store_exec(store, before, &err), PAPERTAG_OK);
    assert_int_equal(
        ask("SELECT count(*) FROM (SELECT * FROM was EXCEPT SELECT term, doc, col, \"offset\" FROM places)"), 0);
    assert_int_equal(ask("SELECT count(*) FROM was"), ask("SELECT count(*) FROM places"));
    assert_int_equal(ask("SELECT count(*) FROM (SELECT * FROM search_docsize EXCEPT SELECT * FROM sizes)"), 0);
    assert_int_equal(ask("SELECT count(*) FROM sizes"), ask("SELECT count(*) FROM papers"));
    assert_int_equal(ask("SELECT (SELECT block FROM sums)=(SELECT block FROM search_data WHERE id=1)"), 1);
    assert_int_equal(pt_store_exec(store, after, &err), PAPERTAG_OK);
}

/* Adds papers first to last of some words each. */
static void put_papers(papertag_batch *batch, unsigned first, unsigned last, unsigned words)
{
    pt_buf title = {0}, abstract = {0};
    char id[20];

    for (unsigned i = first; i <= last; i++) {
        snprintf(id, sizeof id, "p%u", i);
        write_text(&title, roll(9));
        write_text(&abstract, roll(words));
        put_paper(batch, id, i % 7 ? title.data : NULL, i % 11 ? abstract.data : NULL);
    }
    pt_buf_free(&title);
    pt_buf_free(&abstract);
}

static void test_as_fts5_does(void **state)
{
    papertag_batch *batch;
    pt_buf text = {0};

    (void)state;
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    put_papers(batch, 1, 1500, 200);
    store_batch(batch, true);
    put_papers(batch, 1501, 2000, 200); /* taken apart by the store */
    store_batch(batch, false);
    put_papers(batch, 2001, 2063, 20);
    store_batch(batch, true);
    put_papers(batch, 2064, 2200, 20);
    for (int i = 0; i < 9000; i++) { /* words longer than a page, and than FTS5 takes */
        pt_buf_text(&text, "syllable");
        if (i == 700 || i == 1400) {
            pt_buf_text(&text, " ");
        }
    }
    put_paper(batch, "lengthy", text.data, "one");
    write_text(&text, 60000); /* places of a word in a paper over pages */
    put_paper(batch, "wordy", "two", text.data);
    store_batch(batch, true);
    check_index();
    pt_buf_free(&text);
    papertag_batch_close(batch);
}

static void test_without_words(void **state)
{
    papertag_batch *batch;
    char id[20];

    (void)state;
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "p%d", i);
        put_paper(batch, id, "...", NULL);
    }
    store_batch(batch, true);
    assert_int_equal(ask("SELECT count(*) FROM search_docsize"), 100);
    check_index();
    papertag_batch_close(batch);
}

/* Papers whose texts change: in the batch in which they come, prepared and not, and later. */
static void test_texts_that_change(void **state)
{
    papertag_batch *batch;

    (void)state;
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    for (int run = 0; run < 4; run++) {
        put_papers(batch, 1, 300, 40);
        put_papers(batch, 100, 120, 40);
        put_papers(batch, 110, 111, 40);
        put_papers(batch, (unsigned)run * 1000 + 1000, (unsigned)run * 1000 + 1200, 40);
        store_batch(batch, run % 2);
    }
    assert_true(ask("SELECT count(*) FROM versions") > 300);
    check_index();
    papertag_batch_close(batch);
}

/* Segments do not become ever more; the index is whole after each batch, and after one that was taken back. */
static void test_many_batches(void **state)
{
    papertag_batch *batch;
    papertag_import counts = {0};

    (void)state;
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    for (unsigned i = 0; i < 40; i++) {
        put_papers(batch, i * 100 + 1, i * 100 + 100, 20);
        store_batch(batch, i % 3);

        put_paper(batch, i % 2 ? "two" : "one", i % 2 ? "two" : "one", NULL);
        if (i % 2) {
            put_papers(batch, 1000000 + i * 100, 1000070 + i * 100, 20);
            assert_int_equal(pt_store_begin(store, &err), PAPERTAG_OK);
            assert_int_equal(pt_store_add_batch(store, batch, NULL, &counts, &err), PAPERTAG_OK);
            assert_int_equal(pt_store_end(store, PAPERTAG_NO_MEMORY, &err), PAPERTAG_NO_MEMORY);
        }
        papertag_batch_clear(batch);
        assert_int_equal(pt_store_exec(store, "INSERT INTO search(search, rank) VALUES('integrity-check', 1)", &err),
                         0);
    }
    assert_true(ask("SELECT count(DISTINCT segid) FROM search_idx") < 20);
    check_index();
    papertag_batch_close(batch);
}

/* Papers of another store, of which some are here with other texts. */
static void test_merged_papers(void **state)
{
    papertag_store *ours = store;
    papertag_merged merged = {0};
    papertag_batch *batch;
    char other[80];

    (void)state;
    snprintf(other, sizeof other, "%s-other", path);
    remove(other);
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    put_papers(batch, 200, 500, 40);
    store_batch(batch, true);
    assert_int_equal(papertag_store_open(&store, other, true, &err), PAPERTAG_OK);
    put_papers(batch, 1, 300, 40);
    store_batch(batch, true);
    papertag_store_close(store);
    store = ours;
    assert_int_equal(papertag_store_merge(store, other, &merged, &err), PAPERTAG_OK);
    assert_int_equal(merged.added, 199);
    assert_true(merged.updated > 50);
    check_index();
    papertag_batch_close(batch);
    remove(other);
}

static void test_numbers(void **state)
{
    unsigned char bytes[PT_VARINT];
    uint64_t number;

    (void)state;
    for (int bit = 0; bit < 64; bit++) {
        for (int less = 0; less < 2; less++) {
            const uint64_t wanted = ((uint64_t)1 << bit) - (uint64_t)less;
            const size_t size = pt_varint_put(bytes, wanted);
            assert_int_equal(pt_varint_get(bytes, &number), size);
            assert_true(number == wanted);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test_setup_teardown(test_as_fts5_does, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_without_words, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_texts_that_change, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_many_batches, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_merged_papers, open_store, close_store),
    };

    return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
