/*
 * Unit tests of tags (names, the list) and keywords.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tags/tags.h"

static const char *const moe[] = {"MoE", "experts"}, *const rl[] = {"RL"};
static const papertag_tag_info tags[] = {
    {.tag = "mixture-of-experts", .name = "Mixture of experts", .aliases = {moe, 2}},
    {.tag = "quantization", .name = "Quantization"},
    {.tag = "reinforcement-learning", .name = "Reinforcement learning", .aliases = {rl, 1}},
};
enum { TAGS = 3 };

static void test_keys_forget_case_and_gaps(void **state)
{
    static const char *const pairs[][2] = {{"#Mixture of Experts", "mixture-of-experts"},
                                           {"  mixture_of--experts - ", "mixture-of-experts"},
                                           {"RL", "rl"},
                                           {"", ""},
                                           {"---", ""}};
    char key[64], small[4];
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        pt_tag_key(key, sizeof key, pairs[i][0]);
        assert_string_equal(key, pairs[i][1]);
    }
    pt_tag_key(small, sizeof small, "longer");
    assert_string_equal(small, "lon");
}

static void test_tags_are_found(void **state)
{
    static const struct {
        const char *name;
        size_t index;
    } cases[] = {{"quantization", 1}, {"QUANTIZATION", 1},           {"moe", 0},
                 {"#experts", 0},     {"Reinforcement Learning", 2}, {"rl", 2}};
    papertag_error err;
    size_t index;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(pt_find_tag(tags, TAGS, cases[i].name, &index, &err), 0);
        assert_int_equal(index, cases[i].index);
    }
}

static void test_unknown_tags_name_the_nearest(void **state)
{
    static const char *const cases[][2] = {{"quantisation", "nearest: quantization"},
                                           {"qunatization", "nearest: quantization"},
                                           {"reinforcment", "nearest: reinforcement-learning"},
                                           {"mixture", "nearest: mixture-of-experts"},
                                           {"", "nearest: "}};
    papertag_error err;
    size_t index = 7;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(pt_find_tag(tags, TAGS, cases[i][0], &index, &err), PAPERTAG_BAD_ARGUMENT);
        assert_non_null(strstr(err.message, cases[i][1]));
        assert_int_equal(index, 7);
    }
}

/* Reads a list from text; the message of the failure, or NULL. */
static const char *read_list(const char *text, pt_tag_list *list)
{
    static papertag_error err;
    char path[] = "/tmp/papertag-test-XXXXXX";
    int fd = mkstemp(path), status;
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    *list = (pt_tag_list){0};
    status = pt_tag_list_read(list, path, &err);
    unlink(path);
    assert_true(status == 0 || status == PAPERTAG_BAD_INPUT);
    return status ? err.message : NULL;
}

static void test_lists_are_read_and_checked(void **state)
{
    pt_tag_list list;
    (void)state;

    assert_null(read_list(
        "{\"tags\":[{\"tag\":\"b\",\"name\":\"B\",\"aliases\":[\"x\"],\"patterns\":[\"p\"]},{\"tag\":\"a\"}]}", &list));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.entries[0].tag, "a");
    assert_null(list.entries[0].name);
    assert_string_equal(pt_tag_list_entry(&list, "b")->aliases.items[0], "x");
    assert_null(pt_tag_list_entry(&list, "c"));
    pt_tag_list_free(&list);
    assert_null(pt_tag_list_entry(&list, "a"));
    assert_non_null(strstr(read_list("{\"tags\":[\n{\"tag\":\"a\"}\n{}]}", &list), ":3: not JSON"));
    assert_non_null(strstr(read_list("[]", &list), "no array \"tags\""));
    assert_non_null(strstr(read_list("{\"tags\":[{\"tag\":\"a\"},{}]}", &list), "entry 2 has no \"tag\""));
    assert_non_null(strstr(read_list("{\"tags\":[{\"tag\":\"a\"},{\"tag\":\"a\"}]}", &list), "'a' occurs twice"));
    assert_non_null(strstr(read_list("{\"tags\":[{\"tag\":\"a\",\"aliases\":[\"B\"]},{\"tag\":\"b\"}]}", &list),
                           "is a name of both"));
    assert_non_null(strstr(read_list("{\"tags\":[{\"tag\":\"a\",\"aliases\":[3]}]}", &list), "must hold strings"));
}

/* ---- keywords --- */

static void test_keywords_name_tags(void **state)
{
    static const struct {
        const char *keyword, *names; /* the tags, a letter each */
    } cases[] = {{"quantization", "q"},
                 {"Quantisation", ""},
                 {"LLM Quantization", ""},         /* a name must be the whole keyword */
                 {"low-bit weights", "q"},         /* a pattern may stand anywhere, */
                 {"Low bit Weight training", "q"}, /* in any case, with or without a plural's s, */
                 {"shallow-bit weights", ""},      /* but word for word */
                 {"low bit", ""},                  /* and whole */
                 {"RL", "r"},
                 {"reinforcement-learning", "r"},
                 {"Reinforcement  Learning (RL)", ""},
                 {"loss", "l"}, /* not the plural of los */
                 {"los", ""},
                 {"", ""},
                 {" - ", ""},
                 {"\xc3\x9c"
                  "ber low-bit weights \xff",
                  "q"}};
    pt_tag_list list;
    pt_keyword_index index;
    char lengthy[4096];
    const char *const one[] = {lengthy}, *const two[] = {"RL", "loss"};
    bool named[3] = {false};
    (void)state;

    assert_null(read_list("{\"tags\":[{\"tag\":\"loss\"},"
                          "{\"tag\":\"quantization\",\"patterns\":[\"low-bit weights\"]},"
                          "{\"tag\":\"rl\",\"name\":\"Reinforcement learning\"}]}",
                          &list));
    assert_int_equal(pt_keyword_index_build(&index, &list, NULL), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool found[3] = {false};
        pt_mark_keyword_tags(&index, (papertag_strings){&cases[i].keyword, 1}, found);
        for (size_t e = 0; e < list.count; e++) {
            assert_int_equal(found[e], strchr(cases[i].names, list.entries[e].tag[0]) != NULL);
        }
    }
    pt_mark_keyword_tags(&index, (papertag_strings){two, 2}, named);
    assert_true(named[0] && !named[1] && named[2]);
    memset(lengthy, 'x', sizeof lengthy - 1);
    lengthy[sizeof lengthy - 1] = '\0';
    pt_mark_keyword_tags(&index, (papertag_strings){one, 1}, named);
    assert_false(named[1]);
    for (size_t i = 1; i < sizeof lengthy - 1; i += 2) {
        lengthy[i] = ' ';
    }
    pt_mark_keyword_tags(&index, (papertag_strings){one, 1}, named);
    assert_false(named[1]);
    pt_keyword_index_free(&index);
    pt_tag_list_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_forget_case_and_gaps), cmocka_unit_test(test_tags_are_found),
        cmocka_unit_test(test_unknown_tags_name_the_nearest), cmocka_unit_test(test_lists_are_read_and_checked),
        cmocka_unit_test(test_keywords_name_tags)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
