/*
 * Unit tests of tag expressions: the data cases, limits, the tags they need, and their SQL.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/date.h"
#include "store/compile.h"
#include "tags/tags.h"

static papertag_tag_info *tags;
static size_t tag_count;
static pt_tag_list list;
static long today;

static int read_tags(void **state)
{
    (void)state;
    today = pt_day_number("2026-11-24");
    if (pt_tag_list_read(&list, "data/tags.json", NULL)) {
        return 1;
    }
    tag_count = list.count;
    tags = calloc(tag_count, sizeof *tags);
    for (size_t i = 0; tags && i < tag_count; i++) {
        tags[i].tag = list.entries[i].tag;
        tags[i].name = list.entries[i].name;
        tags[i].group = list.entries[i].group;
        tags[i].aliases = list.entries[i].aliases;
    }
    return !tags;
}

static int free_tags(void **state)
{
    (void)state;
    free(tags);
    pt_tag_list_free(&list);
    return 0;
}

/* The plain form, or the message. */
static void parse(const char *expression, char *out, size_t size)
{
    papertag_error err;
    pt_expression query;
    pt_buf text = {0};

    if (pt_expression_parse(&query, expression, tags, tag_count, today, &err)) {
        assert_int_equal(err.status, PAPERTAG_BAD_ARGUMENT);
        snprintf(out, size, "%s", err.message);
        return;
    }
    pt_expression_print(&query, &text);
    snprintf(out, size, "%s", text.data);
    pt_buf_free(&text);
    pt_expression_free(&query);
}

static void test_cases(void **state)
{
    FILE *file = fopen("tests/cases/expressions.txt", "r");
    char line[1024], got[2048], again[2048];
    size_t cases = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char *good = strstr(line, " => "), *bad = good ? NULL : strstr(line, " !! "), *want;
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        assert_true(good || bad);
        line[strcspn(line, "\n")] = '\0';
        *(good ? good : bad) = '\0';
        want = (good ? good : bad) + 4;
        parse(line, got, sizeof got);
        if (good) {
            assert_string_equal(got, want);
            parse(got, again, sizeof again);
            assert_string_equal(again, got); /* the plain form means the same */
        } else {
            got[strlen(want) < sizeof got ? strlen(want) : 0] = '\0'; /* lists of names may go on */
            assert_string_equal(got, want);
        }
        cases++;
    }
    fclose(file);
    assert_true(cases > 50);
}

static void test_limits(void **state)
{
    char *deep = calloc(1, 80000), got[256];

    (void)state;
    memset(deep, '!', 600);
    strcat(deep, "attention");
    parse(deep, got, sizeof got);
    assert_string_equal(got, "tag expression, column 513: nested deeper than 512");
    memset(deep, 0, 8192);
    for (int i = 0; i < 300; i++) {
        strcat(deep, i ? "|RL" : "RL");
    }
    parse(deep, got, sizeof got);
    assert_string_equal(got, "tag expression, column 769: more than 256 tags, phrases and comparisons");
    memset(deep, 'a', 70000);
    parse(deep, got, sizeof got);
    assert_string_equal(got, "tag expression: longer than 65536 bytes");
    free(deep);
}

static const char *names_of(const bool *set, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t t = 0; t < tag_count; t++) {
        if (set[t]) {
            snprintf(out + strlen(out), size - strlen(out), "%s%s", out[0] ? " " : "", tags[t].tag);
        }
    }
    return out;
}

static const char *needed(const char *expression, bool named)
{
    static char out[2048];
    bool *set = calloc(tag_count, sizeof *set);
    pt_expression query;

    assert_int_equal(pt_expression_parse(&query, expression, tags, tag_count, today, NULL), PAPERTAG_OK);
    assert_true((named ? pt_expression_tags : pt_expression_needs)(&query, set) < tag_count);
    names_of(set, out, sizeof out);
    pt_expression_free(&query);
    free(set);
    return out;
}

static void test_which_tags_a_match_needs(void **state)
{
    (void)state;
    assert_string_equal(needed("RL", false), "reinforcement-learning");
    assert_string_equal(needed("RL & agents & !attention", false), "reinforcement-learning");
    assert_string_equal(needed("(RL | agents) & quantization", false), "quantization");
    assert_string_equal(needed("RL | agents", false), "agents reinforcement-learning");
    assert_string_equal(needed("RL | upvotes>3", false), "");
    assert_string_equal(needed("!RL", false), "");
    assert_string_equal(needed("text:x & agents", false), "agents");
    assert_string_equal(needed("RL & !agents | quantization & p>0.5", true), "quantization reinforcement-learning");
}

static void test_values_are_parameters(void **state)
{
    const pt_columns columns = {"k", "d", "u", "c"};
    int64_t *keys = calloc(tag_count, sizeof *keys);
    pt_expression query;
    pt_sql sql = {0};

    (void)state;
    assert_int_equal(
        pt_expression_parse(&query, "text:\"x'); DROP TABLE papers; --\" & RL & p>=0.5", tags, tag_count, today, NULL),
        PAPERTAG_OK);
    pt_sql_condition(&sql, &query, keys, &columns);
    assert_null(strstr(sql.text.data, "DROP"));
    assert_int_equal(sql.count, 2);
    assert_string_equal(sql.values[0].text, "\"x'); DROP TABLE papers; --\"");
    pt_sql_free(&sql);
    pt_expression_free(&query);
    free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_limits),
                                       cmocka_unit_test(test_which_tags_a_match_needs),
                                       cmocka_unit_test(test_values_are_parameters)};
    return cmocka_run_group_tests(tests, read_tags, free_tags);
}
