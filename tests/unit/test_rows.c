/*
 * Unit tests of rows: packed and unpacked again, any bytes as a packed row; rows that a store keeps are those that its
 * texts give, whatever happened to the papers, and whether one connection reads them or several. Papers are made up for
 * these tests.
 */
#include <math.h>
#include <stdlib.h>

#include "a_store.h"
#include "base/hash.h"
#include "learn/paper_rows.h"
#include "model/model.h"
#include "store/connections.h"
#include "store/row_blocks.h"

static uint64_t random_state = 11;

static uint32_t dice(uint32_t sides)
{
    return (uint32_t)((pt_random(&random_state) >> 32) * sides >> 32);
}

/* ---- packing --------------------------------------------------------------------------------------------------- */

enum { TERMS = 300, VOCABULARY = 200000 };

static void test_a_row_is_the_same_again(void **state)
{
    static const float counts[] = {1, 1, 1, 2, 4, 255, 256, 0.5F, 1.5F, 1e6F};
    static const uint32_t steps[] = {1, 2, 600, 70000};
    pt_unpacked row = {0};
    pt_buf bytes = {0};

    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint32_t terms[TERMS], next = 0;
        float values[TERMS];
        size_t count = 0;
        pt_packed packed;
        while (count < TERMS && next < VOCABULARY && dice(200)) {
            terms[count] = next;
            values[count++] = counts[dice(10)];
            next += 1 + dice(steps[round % 4]);
        }
        pt_buf_clear(&bytes);
        pt_pack_row(&bytes, terms, values, count);
        pt_pack_scale(&bytes, 0.25);
        assert_true(pt_packed_open(bytes.data, bytes.size, &packed));
        assert_int_equal(pt_unpack(&packed, VOCABULARY, &row), PAPERTAG_OK);
        assert_int_equal(row.count, count);
        assert_memory_equal(row.terms, terms, count * sizeof *terms);
        assert_memory_equal(row.values, values, count * sizeof *values);
        assert_true(packed.scale == 0.25F);
        for (size_t size = 0; size < bytes.size; size++) { /* a part of it is refused, or is a shorter row */
            if (pt_packed_open(bytes.data, size, &packed)) {
                assert_int_not_equal(pt_unpack(&packed, VOCABULARY, &row), PAPERTAG_OK);
            }
        }
    }
    pt_buf_free(&bytes);
    pt_unpacked_free(&row);
}

static void test_any_bytes_are_taken_or_refused(void **state)
{
    const size_t pages = VOCABULARY / PT_PACKED_PAGE + 1;
    float *dense = calloc(pages * PT_PACKED_PAGE, sizeof *dense);
    unsigned char bytes[400];
    pt_unpacked row = {0};
    pt_logs logs = {{0}};

    (void)state;
    assert_non_null(dense);
    for (int round = 0; round < 200000; round++) {
        const size_t size = dice(sizeof bytes);
        unsigned char *copy = malloc(size + 1); /* of its own, so that a sanitizer sees what is read past its end */
        pt_packed packed;
        assert_non_null(copy);
        for (size_t i = 0; i < size; i++) {
            copy[i] = (unsigned char)(dice(3) ? dice(4) : dice(256));
        }
        if (pt_packed_open(copy, size, &packed) && !packed.unknown) {
            pt_unpack(&packed, VOCABULARY, &row);
            pt_packed_product(&packed, dense, pages, &logs);
        }
        free(copy);
    }
    pt_unpacked_free(&row);
    free(dense);
}

/* ---- rows of a store ------------------------------------------------------------------------------------------- */

static pt_rows_options by_model(bool kept)
{
    return (pt_rows_options){.text = &model->options,
                             .vocabulary = &model->vocabulary,
                             .space = kept ? pt_model_space(model) : NULL,
                             .jobs = 2};
}

static int64_t number_of(const char *sql)
{
    int64_t number = 0;

    assert_int_equal(pt_store_ask(store, sql, &number, &err, ""), PAPERTAG_OK);
    return number;
}

/* The rows that the store keeps are those that its texts give. */
static void check_rows(void)
{
    const pt_rows_options kept = by_model(true), fresh = by_model(false);
    pt_stored_rows a = {0}, b = {0};
    pt_rows of_a = {0}, of_b = {0};

    assert_int_equal(pt_store_rows(store, &kept, &a, &err), PAPERTAG_OK);
    assert_int_equal(pt_store_rows(store, &fresh, &b, &err), PAPERTAG_OK);
    assert_int_equal(a.count, b.count);
    assert_int_equal(a.count, number_of("SELECT count(*) FROM papers"));
    assert_memory_equal(a.keys, b.keys, a.count * sizeof *a.keys);
    assert_int_equal(pt_stored_rows_unpack(&a, &model->vocabulary, 2, &of_a), PAPERTAG_OK);
    assert_int_equal(pt_stored_rows_unpack(&b, &model->vocabulary, 1, &of_b), PAPERTAG_OK);
    for (size_t i = 0; i < a.count; i++) {
        const pt_row x = pt_rows_get(&of_a, i), y = pt_rows_get(&of_b, i);
        assert_int_equal(x.count, y.count);
        assert_memory_equal(x.terms, y.terms, x.count * sizeof *x.terms);
        assert_memory_equal(x.values, y.values, x.count * sizeof *x.values);
    }
    pt_rows_free(&of_a);
    pt_rows_free(&of_b);
    pt_stored_rows_free(&a);
    pt_stored_rows_free(&b);
}

static const char *const subjects[] = {"sparse attention kernels", "robot policies", "quantized language models",
                                       "graph neural networks", "speech translation"};

/* Adds `count` papers from number `first` on, their texts of a version. */
static void add_numbered(int first, int count, int version)
{
    pt_buf lines = {0};

    for (int i = first; i < first + count; i++) {
        pt_buf_format(&lines,
                      "{\"id\":\"r%d\",\"source\":\"s\",\"title\":\"Paper %d about %s\",\"abstract\":\"We study %s, "
                      "version %d, with %s and %s.\"}\n",
                      i, i, subjects[i % 5], subjects[i % 3], version, subjects[(i + version) % 5], subjects[i % 2]);
    }
    assert_false(lines.failed);
    add(lines.data);
    pt_buf_free(&lines);
}

static void test_kept_rows_are_those_of_the_texts(void **state)
{
    (void)state;
    check_rows();
    add_numbered(0, 1, 1);
    check_rows();
    for (int i = 1; i < 10; i++) {
        add_numbered(i, 1, 1);
    }
    add_numbered(10, 150, 1);
    assert_int_equal(number_of("SELECT sum(papers) FROM row_blocks"), 160);
    assert_int_equal(number_of("SELECT count(*) FROM row_blocks"), 3);
    check_rows();
    add_numbered(30, 20, 2); /* texts that their source has changed */
    assert_int_equal(number_of("SELECT sum(papers) FROM row_blocks"), 180);
    check_rows();
    add("{\"id\":\"r5\",\"source\":\"s\",\"title\":\"Paper 5 about speech translation and robots\"}"); /* half a text */
    check_rows();
    assert_int_equal(pt_store_exec(store, "DELETE FROM row_blocks WHERE block=2", &err), PAPERTAG_OK);
    check_rows();
    assert_int_equal(number_of("SELECT count(*) FROM (SELECT * FROM row_blocks)"), 3);
}

static void test_rows_of_another_model_make_room(void **state)
{
    (void)state;
    add_numbered(0, 200, 1);
    assert_int_equal(pt_store_exec(store, "UPDATE row_blocks SET space='other'", &err), PAPERTAG_OK);
    add_numbered(200, 10, 1); /* nothing of this model among those of the other */
    assert_int_equal(number_of("SELECT count(*) FROM row_blocks WHERE space<>'other'"), 0);
    check_rows();
    assert_int_equal(number_of("SELECT count(*) FROM row_blocks WHERE space='other'"), 0);
    assert_int_equal(number_of("SELECT sum(papers) FROM row_blocks"), 210);
    check_rows();
}

static void test_texts_changed_often_leave_no_heap(void **state)
{
    (void)state;
    add_numbered(0, 1500, 1);
    for (int version = 2; version < 7; version++) {
        add_numbered(0, 1500, version);
    }
    assert_int_equal(number_of("SELECT sum(papers) FROM row_blocks"), 9000);
    check_rows();
    assert_int_equal(number_of("SELECT count(*) FROM row_blocks"), 0);
    check_rows();
    assert_int_equal(number_of("SELECT sum(papers) FROM row_blocks"), 1500);
}

static void test_damaged_rows_are_reported_and_made_again(void **state)
{
    static const char *const harm[] = {
        "UPDATE row_blocks SET bytes=x'00'",
        "UPDATE row_blocks SET bytes=zeroblob(30)",
        "UPDATE row_blocks SET bytes=CAST(bytes||x'0102' AS BLOB)",
        "UPDATE row_blocks SET bytes=substr(bytes, 1, length(bytes)-1)",
        "UPDATE row_blocks SET bytes=CAST(x'ffffffffffffff7f00000000'||bytes AS BLOB)",
        "UPDATE row_blocks SET bytes=CAST(x'0000000000000080'||substr(bytes, 9) AS BLOB)"};
    const papertag_neighbour *near;
    const papertag_finding *found;
    size_t count;
    bool reported;

    (void)state;
    add_numbered(0, 20, 1);
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        assert_int_equal(pt_store_exec(store, harm[i], &err), PAPERTAG_OK);
        assert_int_equal(papertag_store_similar(store, tagger, 1, 3, &near, &count, &err), PAPERTAG_DAMAGED);
        assert_int_equal(papertag_store_check(store, model, &found, &count, &err), PAPERTAG_OK);
        reported = false;
        for (size_t k = 0; k < count; k++) {
            reported = reported || (found[k].trouble && strstr(found[k].what, "rows"));
        }
        assert_true(reported);
        assert_int_equal(papertag_store_repair(store, &err), PAPERTAG_OK);
        check_rows();
        assert_int_equal(papertag_store_similar(store, tagger, 1, 3, &near, &count, &err), PAPERTAG_OK);
        assert_int_equal(count, 3);
        assert_int_equal(pt_store_exec(store, "DELETE FROM row_blocks", &err), PAPERTAG_OK);
        add_numbered(0, 20, (int)i + 2);
    }
}

static int ignore_row(void *context, int64_t paper, const pt_packed *row, papertag_error *e)
{
    (void)context;
    (void)paper;
    (void)row;
    (void)e;
    return PAPERTAG_OK;
}

/* Rows are kept without a word to whoever reads tags meanwhile. */
static void test_tags_stay_while_rows_are_made(void **state)
{
    const pt_rows_options kept = by_model(true);
    const pt_row_takers takers = {.take = ignore_row, .contexts = &(void *){NULL}, .count = 1};
    const papertag_tag_info *before, *after;
    size_t count;

    (void)state;
    add_numbered(0, 100, 1);
    assert_int_equal(pt_store_exec(store, "DELETE FROM row_blocks", &err), PAPERTAG_OK);
    assert_int_equal(pt_store_known_tags(store, &before, &count, &err), PAPERTAG_OK);
    assert_int_equal(pt_store_scan(store, &kept, &takers, &err), PAPERTAG_OK);
    assert_int_equal(number_of("SELECT sum(papers) FROM row_blocks"), 100);
    assert_int_equal(pt_store_known_tags(store, &after, &count, &err), PAPERTAG_OK);
    assert_ptr_equal(before, after);
}

/* Another handle to the store changes texts once, when the first row is there. */
static int change_texts(void *context, int64_t paper, const pt_packed *row, papertag_error *e)
{
    papertag_store **other = context, *own = store;

    (void)paper;
    (void)row;
    (void)e;
    if (*other) {
        store = *other;
        add_numbered(0, 20, 2);
        papertag_store_close(store);
        *other = NULL;
        store = own;
    }
    return PAPERTAG_OK;
}

/* Rows of texts that have changed since they were read are not kept. */
static void test_texts_may_change_while_rows_are_made(void **state)
{
    const pt_rows_options kept = by_model(true);
    papertag_store *other = NULL;
    const pt_row_takers takers = {.take = change_texts, .contexts = &(void *){&other}, .count = 1};

    (void)state;
    add_numbered(0, 100, 1);
    assert_int_equal(pt_store_exec(store, "DELETE FROM row_blocks", &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_open(&other, path, false, &err), PAPERTAG_OK);
    assert_int_equal(pt_store_scan(store, &kept, &takers, &err), PAPERTAG_OK);
    assert_null(other);
    check_rows();
    assert_int_equal(number_of("SELECT sum(papers) FROM row_blocks"), 100);
}

/* ---- rough margins ---------------------------------------------------------------------------------------------- */

static float *random_weights(size_t terms, float size)
{
    float *weights = malloc(terms * sizeof *weights);

    assert_non_null(weights);
    for (size_t term = 0; term < terms; term++) {
        weights[term] = size * ((float)dice(2001) / 1000 - 1);
    }
    return weights;
}

/* Exact margins lie where rough ones say, and no farther from those by other weights than these are apart. */
static void test_exact_margins_lie_where_rough_ones_say(void **state)
{
    const pt_rows_options options = by_model(true);
    const size_t terms = model->vocabulary.count;
    float *weights = random_weights(terms, 3), *moved = random_weights(terms, 0.1F);
    pt_stored_rows stored = {0};
    pt_rough rough = {0};
    double squares = 0;

    (void)state;
    add_numbered(0, 100, 1);
    assert_int_equal(pt_store_rows(store, &options, &stored, &err), PAPERTAG_OK);
    for (size_t term = 0; term < terms; term++) {
        squares += (double)moved[term] * moved[term];
        moved[term] += weights[term];
    }
    {
        const pt_paper_rows rows = {.stored = &stored, .vocabulary = &model->vocabulary};
        pt_paper_reader reader = {0};
        assert_int_equal(pt_paper_reader_open(&reader, &rows), PAPERTAG_OK);
        assert_int_equal(pt_rough_add(&rough, &rows, moved, 1), PAPERTAG_OK);
        assert_int_equal(pt_rough_add(&rough, &rows, weights, 0.5), PAPERTAG_OK);
        for (size_t i = 0; i < stored.count; i++) {
            const double exact = pt_paper_reader_margin(&reader, weights, 0.5, 0, i);
            const double after = pt_paper_reader_margin(&reader, moved, 0.5, 0, i), move = pt_rough_move(squares);
            pt_span margins[PT_ABREAST];
            pt_rough_margins(&rough, &reader, i, margins);
            assert_true(margins[1].least <= exact && exact <= margins[1].most);
            assert_true(margins[0].least - 0.5 <= after && after <= margins[0].most - 0.5);
            assert_true(margins[1].least - move <= after && after <= margins[1].most + move);
            assert_true(margins[1].most - margins[1].least < 0.1);
        }
        pt_paper_reader_close(&reader);
    }
    pt_rough_close(&rough);
    pt_stored_rows_free(&stored);
    free(weights);
    free(moved);
}

/* ---- several connections --------------------------------------------------------------------------------------- */

enum { PAPERS = 400, TAKERS = 3 };

/* What a taker has seen: of each paper, the hash of its row. */
struct taken {
    uint64_t hashes[PAPERS + 1];
    size_t rows;
};

static int take_hash(void *context, int64_t paper, const pt_packed *row, papertag_error *e)
{
    struct taken *t = context;

    (void)e;
    assert_true(paper <= PAPERS);
    t->hashes[paper] = pt_hash(row->bytes, (size_t)(row->end - row->bytes), 0);
    t->rows++;
    return PAPERTAG_OK;
}

static void join_hashes(void *first, const void *other, const uint64_t *papers, size_t last)
{
    const struct taken *from = other;
    struct taken *to = first;

    assert_true(last <= PAPERS);
    for (size_t key = 1; key <= last; key++) {
        if (papers[key / 64] >> (key % 64) & 1) {
            to->hashes[key] = from->hashes[key];
        }
    }
}

/* Scans with up to `count` takers. */
static int scan(pt_row_taker *take, struct taken taken[TAKERS], size_t count)
{
    void *contexts[TAKERS] = {&taken[0], &taken[1], &taken[2]};
    const pt_row_takers takers = {take, join_hashes, contexts, count};
    pt_rows_options options = by_model(true);

    options.jobs = TAKERS;
    memset(taken, 0, TAKERS * sizeof *taken);
    return pt_store_scan(store, &options, &takers, &err);
}

/* A store whose blocks are so far apart that each taker has some. Texts that changed stand in two of them. */
static void spread_blocks(void)
{
    add_numbered(0, PAPERS, 1);
    add_numbered(0, 100, 2);
    add_numbered(50, 10, 3);
    add("{\"id\":\"r5\",\"source\":\"s\",\"title\":\"Paper 5 about speech translation and robots\"}");
    assert_int_equal(pt_store_exec(store, "UPDATE row_blocks SET block=block*1000", &err), PAPERTAG_OK);
}

static void test_several_takers_see_what_one_sees(void **state)
{
    static const char *const changes[] = {
        "UPDATE row_blocks SET block=block*1000", "UPDATE row_blocks SET block=-block",
        "UPDATE row_blocks SET block=-9223372036854775807-1 WHERE block=(SELECT min(block) FROM row_blocks)",
        "UPDATE row_blocks SET block=9223372036854775807 WHERE block=(SELECT max(block) FROM row_blocks)",
        "DELETE FROM row_blocks WHERE block>0"};
    static struct taken one[TAKERS], several[TAKERS];

    (void)state;
    spread_blocks();
    check_rows();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        assert_int_equal(scan(take_hash, one, 1), PAPERTAG_OK);
        assert_int_equal(scan(take_hash, several, TAKERS), PAPERTAG_OK);
        assert_memory_equal(one->hashes, several->hashes, sizeof one->hashes);
        assert_int_equal(one->rows, several[0].rows + several[1].rows + several[2].rows);
        assert_true(i || (several[1].rows && several[2].rows));
        assert_int_equal(pt_store_exec(store, changes[i], &err), PAPERTAG_OK);
    }
}

static void test_a_damaged_part_is_reported(void **state)
{
    static struct taken taken[TAKERS];
    static const char harm[] =
        "UPDATE row_blocks SET bytes=zeroblob(30) WHERE block=(SELECT max(block) FROM row_blocks)";

    (void)state;
    spread_blocks();
    assert_int_equal(pt_store_exec(store, harm, &err), PAPERTAG_OK);
    assert_int_equal(scan(take_hash, taken, TAKERS), PAPERTAG_DAMAGED);
    assert_non_null(strstr(err.message, "is damaged"));
}

static int interrupt(void *context, int64_t paper, const pt_packed *row, papertag_error *e)
{
    (void)context;
    (void)paper;
    (void)row;
    (void)e;
    papertag_store_interrupt(store);
    return PAPERTAG_OK;
}

/* Whichever connection reads. */
static void test_an_interruption_ends_all(void **state)
{
    static struct taken taken[TAKERS];

    (void)state;
    spread_blocks();
    pt_store_stop(store);
    assert_int_equal(scan(interrupt, taken, TAKERS), PAPERTAG_INTERRUPTED);
    pt_store_stop(store);
    assert_int_equal(scan(take_hash, taken, TAKERS), PAPERTAG_OK);
}

static size_t papers_of(papertag_store *connection)
{
    size_t last = 0;

    assert_int_equal(pt_store_last_paper(connection, &last, &err), PAPERTAG_OK);
    return last;
}

static void test_connections_see_one_state(void **state)
{
    papertag_store *other, *own = store;
    pt_connections c;

    (void)state;
    add_numbered(0, 10, 1);
    assert_int_equal(papertag_store_open(&other, path, false, &err), PAPERTAG_OK);
    assert_int_equal(pt_connections_open(&c, own, 3, &err), PAPERTAG_OK);
    assert_int_equal(c.count, 3);
    store = other; /* somebody else, who need not wait */
    add_numbered(10, 10, 1);
    store = own;
    for (size_t i = 0; i < c.count; i++) {
        assert_int_equal(papers_of(c.list[i]), 10);
    }
    pt_connections_close(&c);
    assert_int_equal(papers_of(own), 20);

    assert_int_equal(pt_store_read_begin(own, &err), PAPERTAG_OK);
    assert_int_equal(papers_of(own), 20);
    assert_int_equal(pt_connections_open(&c, own, 3, &err), PAPERTAG_OK);
    assert_int_equal(c.count, 3); /* beside what is being read */
    pt_connections_close(&c);
    store = other;
    add_numbered(20, 10, 1);
    store = own;
    assert_int_equal(pt_connections_open(&c, own, 3, &err), PAPERTAG_OK);
    assert_int_equal(c.count, 1); /* the others would see more */
    pt_connections_close(&c);
    assert_int_equal(papers_of(own), 20);
    pt_store_read_end(own);
    papertag_store_close(other);

    assert_int_equal(pt_store_begin(own, &err), PAPERTAG_OK);
    assert_int_equal(pt_connections_open(&c, own, 3, &err), PAPERTAG_OK);
    assert_int_equal(c.count, 1); /* nobody else sees what is not committed */
    pt_connections_close(&c);
    assert_int_equal(pt_store_end(own, PAPERTAG_OK, &err), PAPERTAG_OK); /* it was left open */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_row_is_the_same_again),
                                       cmocka_unit_test(test_any_bytes_are_taken_or_refused),
                                       STORE_TEST(test_kept_rows_are_those_of_the_texts),
                                       STORE_TEST(test_rows_of_another_model_make_room),
                                       STORE_TEST(test_texts_changed_often_leave_no_heap),
                                       STORE_TEST(test_damaged_rows_are_reported_and_made_again),
                                       STORE_TEST(test_tags_stay_while_rows_are_made),
                                       STORE_TEST(test_texts_may_change_while_rows_are_made),
                                       STORE_TEST(test_exact_margins_lie_where_rough_ones_say),
                                       STORE_TEST(test_several_takers_see_what_one_sees),
                                       STORE_TEST(test_a_damaged_part_is_reported),
                                       STORE_TEST(test_an_interruption_ends_all),
                                       STORE_TEST(test_connections_see_one_state)};
    return cmocka_run_group_tests(tests, open_model, close_model);
}
