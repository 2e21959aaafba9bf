/*
 * Unit tests of selections by expressions that a machine made: of every shape and length that the parser takes, each
 * must run and select what its parts select, put together. Papers and expressions are made up for these tests.
 */
#include <stdlib.h>

#include "a_store.h"
#include "store/select.h"
#include "store/statement.h"

/* What a part of an expression may be, and the papers that it selects alone: bit k for the key k. */
static struct leaf {
    const char *text;
    uint64_t papers;
} leaves[] = {{"quantization", 0},
              {"robotics", 0},
              {"RL", 0},
              {"attention", 0},
              {"language-models", 0},
              {"group:efficiency", 0},
              {"group:theory", 0},
              {"text:\"four bits\"", 0},
              {"text:tea", 0},
              {"text:\"...\"", 0},
              {"author:\"ada example\"", 0},
              {"category:cs", 0},
              {"category:cs.RO", 0},
              {"source:b", 0},
              {"type:new", 0},
              {"upvotes>3", 0},
              {"comments=0", 0},
              {"date>=2026-02", 0},
              {"date=2026-01", 0},
              {"announced<2026-02-01", 0},
              {"featured!=2026-02-03", 0}};
enum { LEAVES = sizeof leaves / sizeof *leaves, MOST = 256, BYTES = 65536 };

static uint64_t random_state = 7;

static unsigned dice(unsigned sides)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % sides;
}

static uint64_t select_bits(const char *expression)
{
    const int64_t *keys;
    size_t count;
    uint64_t bits = 0;
    int status = papertag_store_select(store, &(papertag_query){.expression = expression}, &keys, &count, &err);

    if (status) {
        print_message("%s: %.3000s\n", err.message, expression);
    }
    assert_int_equal(status, PAPERTAG_OK);
    for (size_t i = 0; i < count; i++) {
        assert_true(keys[i] > 0 && keys[i] < 64);
        bits |= UINT64_C(1) << keys[i];
    }
    return bits;
}

static uint64_t all_bits(void)
{
    return select_bits("upvotes>=0");
}

/* Twelve papers that differ in all that can be asked for. */
static void add_papers(void)
{
    static const char *const texts[] = {
        "\"title\":\"Four bits are enough for language models\",\"abstract\":\"We quantize the weights of large "
        "language models to four bits by post-training quantization.\"",
        "\"title\":\"A robot hand that learns to pour tea\",\"abstract\":\"A robot arm learns manipulation from "
        "demonstrations by reinforcement learning with a policy gradient.\"",
        "\"title\":\"Sparse attention for long inputs\",\"abstract\":\"Attention kernels that leave out most of the "
        "tokens make transformers fast.\""};
    static const char *const dates[] = {"2026-01-04", "2026-01", "2026", "2026-02-11"};
    char line[1000];

    for (int i = 0; i < 12; i++) {
        snprintf(line, sizeof line,
                 "{\"id\":\"p%d\",%s,\"date\":\"%s\",\"source\":\"%s\",\"authors\":[\"%s\"],\"categories\":[\"%s\"],"
                 "\"upvotes\":%d,\"comments\":%d,\"announced\":\"2026-0%d-03\",\"announce_type\":\"%s\"%s}",
                 i, texts[i % 3], dates[i % 4], i % 2 ? "a" : "b", i % 5 ? "Ada Example" : "Bob Other",
                 i % 3 ? "cs.RO" : "stat.ML", i, i % 2, 1 + i % 3, i % 4 ? "new" : "replace",
                 i % 6 ? "" : ",\"featured\":\"2026-02-03\"");
        add(line);
    }
    for (int i = 0; i < LEAVES; i++) {
        leaves[i].papers = select_bits(leaves[i].text);
    }
}

/* An expression being made: its text, and the papers that it must select. */
struct made {
    char text[BYTES];
    size_t size;
    uint64_t all;
};

static void put(struct made *m, const char *text)
{
    m->size += (size_t)snprintf(m->text + m->size, sizeof m->text - m->size, "%s", text);
}

/* How a tree of parts is split: in the middle, anywhere, or off its left or right end; and its operators. */
enum shape { MIDDLE, ANYWHERE, LEFT, RIGHT, SHAPES };
enum operators { ALL_OR, ALL_AND, IN_TURN, BY_CHANCE, OPERATORS };

/* Appends an expression of `count` parts; returns the papers that it must select. */
static uint64_t make(struct made *m, unsigned count, enum shape shape, enum operators operators, unsigned level)
{
    const bool negated = dice(4) == 0, and = operators == ALL_AND || (operators == IN_TURN && level % 2) ||
                                             (operators == BY_CHANCE && dice(2));
    uint64_t left, right, papers;
    unsigned first;

    put(m, negated ? "!" : "");
    if (count == 1) {
        const struct leaf *leaf = &leaves[dice(LEAVES)];
        put(m, leaf->text);
        return negated ? m->all & ~leaf->papers : leaf->papers;
    }
    first = shape == MIDDLE ? count / 2 : shape == ANYWHERE ? 1 + dice(count - 1) : shape == LEFT ? count - 1 : 1;
    put(m, "(");
    left = make(m, first, shape, operators, level + 1);
    put(m, and? " & " : dice(2) ? " | " : ",");
    right = make(m, count - first, shape, operators, level + 1);
    put(m, ")");
    papers = and? left & right : left | right;
    return negated ? m->all & ~papers : papers;
}

static void test_every_shape_and_length(void **state)
{
    static const unsigned counts[] = {1, 2, 3, 5, 9, 17, 40, 72, 100, 128, 200, 255, MOST};
    struct made *m = calloc(1, sizeof *m);

    (void)state;
    add_papers();
    assert_non_null(m);
    m->all = all_bits();
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
        for (int shape = 0; shape < SHAPES; shape++) {
            for (int operators = 0; operators < OPERATORS; operators++) {
                uint64_t want;
                m->size = 0;
                want = make(m, counts[i], (enum shape)shape, (enum operators)operators, 0);
                if (select_bits(m->text) != want) {
                    print_message("wrong: %.3000s\n", m->text);
                    fail();
                }
            }
        }
    }
    free(m);
}

/* p is about the tags around it, so that its parts do not stand alone: these must run. */
static void test_many_comparisons_of_p(void **state)
{
    struct made *m = calloc(1, sizeof *m);
    char part[100];

    (void)state;
    add_papers();
    assert_non_null(m);
    for (unsigned i = 0; i < MOST / 2; i++) {
        snprintf(part, sizeof part, "%s%s & p>=0.%u", i ? " | " : "", leaves[i % 7].text, 100 + i);
        put(m, part);
    }
    assert_true(select_bits(m->text) != 0);
    m->size = 0;
    for (unsigned i = 0; i < MOST; i++) {
        if (i < MOST / 2) {
            snprintf(part, sizeof part, "%s%s", i ? " | " : "(", leaves[i % 7].text);
        } else {
            snprintf(part, sizeof part, "%sp>=0.00%u", i == MOST / 2 ? ") & " : " & ", i);
        }
        put(m, part);
    }
    assert_true(select_bits(m->text) != 0);
    free(m);
}

/* A long expression is narrowed by what it needs as a short one is, whatever the order, the search, the reader. */
static void test_long_expressions_use_indexes(void **state)
{
    struct made *m = calloc(1, sizeof *m);
    papertag_subscription me = {.name = "me", .format = "text"};
    pt_selection s;

    (void)state;
    add_papers();
    assert_non_null(m);
    m->all = all_bits();
    put(m, "quantization & ");
    make(m, MOST - 1, RIGHT, IN_TURN, 0);
    assert_int_equal(papertag_store_subscribe(store, &me, false, &err), PAPERTAG_OK);
    for (int sort = PAPERTAG_SORT_DATE; sort <= PAPERTAG_SORT_P; sort++) {
        const papertag_query query = {.expression = m->text,
                                      .sort = (papertag_sort)sort,
                                      .since = "2026-01-01",
                                      .until = "2026-12",
                                      .search = "bits model*",
                                      .subscriber = "me",
                                      .limit = 3};
        const int64_t *keys;
        size_t count;
        assert_int_equal(pt_selection_open(&s, store, &query, &err), PAPERTAG_OK);
        assert_non_null(strstr(s.sql.text.data, "FROM tagged x"));
        pt_selection_free(&s);
        assert_int_equal(papertag_store_select(store, &query, &keys, &count, &err), PAPERTAG_OK);
    }
    free(m);
}

static void test_one_part_too_many(void **state)
{
    char *text = calloc(1, BYTES);
    papertag_subscription me = {.name = "me", .format = "text", .expression = text};
    const papertag_subscription *list;
    const int64_t *keys;
    size_t count;

    int64_t enforced = 0;
    (void)state;
    assert_non_null(text);
    add_papers();
    for (unsigned i = 0; i <= MOST; i++) {
        strcat(text, i ? ",RL" : "RL");
    }
    assert_int_equal(papertag_store_subscribe(store, &me, false, &err), PAPERTAG_BAD_ARGUMENT);
    assert_non_null(strstr(err.message, "more than 256 tags, phrases and comparisons"));
    assert_int_equal(papertag_store_select(store, &(papertag_query){.expression = text}, &keys, &count, &err),
                     PAPERTAG_BAD_ARGUMENT);
    text[strlen(text) - 3] = '\0';
    assert_int_equal(papertag_store_subscribe(store, &me, false, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_subscriptions(store, &list, &count, &err), PAPERTAG_OK);
    assert_int_equal(count, 1);
    assert_int_equal(pt_store_ask(store, "PRAGMA foreign_keys", &enforced, &err, ""), PAPERTAG_OK);
    assert_int_equal(enforced, 1);
    free(text);
}

/* The newest papers alone are the first of all papers: days and keys that disagree, days with many papers. */
static void test_the_newest_are_the_first_of_all(void **state)
{
    static const char papers[] =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<40000)"
        " INSERT INTO papers(id, day, version, added, updated, title_key, title, authors, categories, keywords)"
        " SELECT 'n'||i, iif(i%3, i/4, i*7919%9000), 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', i,"
        " 'Paper '||i||' w'||(i%500)||' common '||iif(i%1000, '', 'quite rare'), '[]', '[]', '[]' FROM n;"
        "INSERT INTO search(search, rank) VALUES('pgsz', 128);" /* so that prefixes take many pages */
        "INSERT INTO search(search) VALUES('rebuild')";
    static const papertag_query queries[] = {{.search = "common"},
                                             {.search = "quite rare"},
                                             {.search = "w1*"},
                                             {.search = "w* rar*"},
                                             {.search = "c*"},
                                             {.search = "rare W*"},
                                             {.search = "1* c* w2*", .unread_first = true},
                                             {.search = "c* 7*", .expression = "!text:rare"},
                                             {.search = "common w4", .unread_first = true},
                                             {.search = "p* \"common quite\""},
                                             {.expression = "text:rare | quantization"},
                                             {.expression = "!text:rare"},
                                             {.search = "common", .since = "1990", .until = "1993-05"}};
    static const size_t limits[] = {1, 30, 1000, 39000};

    (void)state;
    add_papers();
    assert_int_equal(pt_store_exec(store, papers, &err), PAPERTAG_OK);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        papertag_query query = queries[i];
        const int64_t *keys;
        size_t count, found;
        int64_t *all;
        assert_int_equal(papertag_store_select(store, &query, &keys, &count, &err), PAPERTAG_OK);
        all = malloc((count + 1) * sizeof *all);
        assert_non_null(all);
        memcpy(all, keys, count * sizeof *all);
        assert_true(count > 1);
        for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
            query.limit = limits[k];
            query.after = 0;
            assert_int_equal(papertag_store_select(store, &query, &keys, &found, &err), PAPERTAG_OK);
            assert_int_equal(found, count < query.limit ? count : query.limit);
            assert_memory_equal(keys, all, found * sizeof *all);
            query.after = all[count / 2];
            assert_int_equal(papertag_store_select(store, &query, &keys, &found, &err), PAPERTAG_OK);
            assert_int_equal(found, count - count / 2 - 1 < query.limit ? count - count / 2 - 1 : query.limit);
            assert_memory_equal(keys, all + count / 2 + 1, found * sizeof *all);
        }
        free(all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {STORE_TEST(test_every_shape_and_length), STORE_TEST(test_many_comparisons_of_p),
                                       STORE_TEST(test_long_expressions_use_indexes),
                                       STORE_TEST(test_one_part_too_many),
                                       STORE_TEST(test_the_newest_are_the_first_of_all)};
    return cmocka_run_group_tests(tests, open_model, close_model);
}
