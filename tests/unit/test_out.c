/*
 * Unit tests of what the program writes: numbers in JSON against printf, strings in JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "app/clean.c"
#include "app/clock.c"
#include "app/dates.c"
#include "app/json.c"
#include "app/status.c"
#include "app/text.c"

static uint64_t state = 1;

static double random_share(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(state >> 11) / 9007199254740992.0;
}

static void same_as_printf(text *t, double value, int digits)
{
    char expected[40];

    snprintf(expected, sizeof expected, "%.*g", digits, value);
    t->size = 0;
    json_number(t, NULL, value, digits);
    if (strcmp(t->data, expected) != 0) {
        fail_msg("%.17g at %d digits: %s instead of %s", value, digits, t->data, expected);
    }
}

static void test_numbers_are_those_of_printf(void **unused)
{
    static const double odd[] = {0,
                                 -0.0,
                                 1,
                                 -1,
                                 0.5,
                                 0.1,
                                 0.01,
                                 0.001,
                                 0.0001,
                                 0.00001,
                                 9.5,
                                 9.9999999995,
                                 0.99999999949,
                                 0.9999999995,
                                 0.00099999999995,
                                 0.125,
                                 0.0625,
                                 2.5,
                                 1e-4,
                                 9.99999e-5,
                                 10,
                                 123.456,
                                 1e300,
                                 5e-324,
                                 0.1234567885,
                                 0.12345678949999999,
                                 0.12345678950000001,
                                 1.0000000005};
    text t = {0};
    (void)unused;

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        for (int digits = 1; digits <= 17; digits++) {
            same_as_printf(&t, odd[i], digits);
        }
    }
    for (int i = 0; i < 300000; i++) {
        const double p = random_share(), whole = round(p * 1e9);
        same_as_printf(&t, p, 9);
        same_as_printf(&t, -10 * p, 9);
        same_as_printf(&t, p * p * p, 6);
        same_as_printf(&t, (whole + 0.5) / 1e9, 9); /* in the middle of two, or nearly */
        same_as_printf(&t, nextafter(p, 1) * 0.01, 1 + i % 9);
    }
    text_free(&t);
}

static void test_what_is_no_number_is_null(void **unused)
{
    text t = {0};
    (void)unused;

    json_number(&t, NULL, NAN, 9);
    json_number(&t, NULL, -INFINITY, 9);
    assert_string_equal(t.data, "null,null");
    text_free(&t);
}

static void test_strings(void **unused)
{
    text t = {0};
    (void)unused;

    json_string(&t, NULL, "a \"b\" \\ c\n\x01\x7f \xc3\xa9 \xff \xf0\x9f\x98\x80");
    assert_string_equal(t.data, "\"a \\\"b\\\" \\\\ c\\u000a\\u0001\\u007f \xc3\xa9 \\ufffd \xf0\x9f\x98\x80\"");
    t.size = 0;
    json_string(&t, NULL, "");
    json_string(&t, NULL, NULL);
    assert_string_equal(t.data, "\"\",null");
    text_free(&t);
}

static void test_lines_of_any_length(void **unused)
{
    char *long_one = malloc(5001);
    text t = {0};
    (void)unused;

    for (size_t i = 0; i < 5000; i += 2) {
        memcpy(long_one + i, "\xc3\xa9", 2);
    }
    long_one[5000] = '\0';
    for (size_t length = 0; length < 600; length++) { /* every way to just fit, or just not */
        t.size = 0;
        text_format(&t, "%.*s|%d", (int)length, long_one, 7);
        assert_int_equal(t.size, length / 2 * 2 + 2); /* no half of a character */
        assert_string_equal(t.data + length / 2 * 2, "|7");
    }
    t.size = 0;
    text_format(&t, "%s, %s and %d more", long_one, long_one, 17);
    assert_int_equal(t.size, 5000 + 2 + 5000 + 12);
    assert_string_equal(t.data + 10002, " and 17 more");
    text_free(&t);
    free(long_one);
}

static void test_commas_are_placed(void **unused)
{
    const char *items[] = {"{", ":\n", ""};
    text t = {0};
    (void)unused;

    json_open(&t, NULL, '{');
    json_open(&t, "empty", '{');
    json_close(&t, '}');
    json_optional(&t, "absent", NULL);
    json_strings(&t, "strings", (papertag_strings){items, 3});
    json_strings(&t, "none", (papertag_strings){NULL, 0});
    json_open(&t, "list", '[');
    json_count(&t, NULL, 0);
    json_null(&t, NULL);
    json_bool(&t, NULL, true);
    json_open(&t, NULL, '[');
    json_close(&t, ']');
    json_format(&t, NULL, "%.2f", 0.5);
    json_close(&t, ']');
    json_number(&t, "p", 0.25, 6);
    json_string(&t, "null", NULL);
    json_close(&t, '}');
    json_line_end(&t);
    json_open(&t, NULL, '[');
    json_line_break(&t);
    json_string(&t, NULL, "a");
    json_line_break(&t);
    json_string(&t, NULL, "b");
    json_close(&t, ']');
    assert_string_equal(t.data, "{\"empty\":{},\"strings\":[\"{\",\":\\u000a\",\"\"],\"none\":[],"
                                "\"list\":[0,null,true,[],0.50],\"p\":0.25,\"null\":null}\n[\n\"a\",\n\"b\"]");
    text_free(&t);
}

static void test_dates(void **unused)
{
    text t = {0};
    (void)unused;

    text_mail_date(&t, "2026-11-24T06:05:09Z");
    text_put(&t, "\n");
    text_mail_date(&t, "2024-02-29");
    text_put(&t, "\n");
    text_mail_date(&t, "2000-01");
    assert_string_equal(t.data, "Tue, 24 Nov 2026 06:05:09 +0000\nThu, 29 Feb 2024 00:00:00 +0000\n"
                                "Sat, 01 Jan 2000 00:00:00 +0000");
    text_free(&t);
    assert_true(is_weekend("2026-11-28T23:59:59Z") && is_weekend("2026-11-29"));
    assert_false(is_weekend("2026-11-27") || is_weekend("2026-11-30"));
}

static void test_strings_of_others_are_cleaned(void **unused)
{
    static const char hostile[] = "a\033[2J\x07\r\nb\xc2\x9b"
                                  "1mc\xe2\x80\xae"
                                  "d\xd8\x9c\xe2\x80\x8e\xe2\x81\xa6\xff\xc3";
    text t = {0};
    (void)unused;

    text_format(&t, "%s|%-4s|%3s|%c|%+.2f|%04x|%zu|%5ld%%", hostile, "\xc3\xa9\033", "\xe6\xbc\xa2", '\033', 0.5, 10u,
                (size_t)7, -3L);
    assert_string_equal(t.data, "a[2J  b1mcd\xef\xbf\xbd\xef\xbf\xbd|\xc3\xa9   | \xe6\xbc\xa2||+0.50|000a|7|   -3%");
    t.size = 0;
    text_format(&t, "%s%s%s", terminal_marks[MARK_BOLD], "\033[1m", terminal_marks[MARK_PLAIN]);
    assert_string_equal(t.data, "\033[1m[1m\033[0m"); /* the program's own by their place, not their bytes */
    t.size = 0;
    text_html(&t, hostile);
    assert_string_equal(t.data, "a[2J\nb1mcd\xef\xbf\xbd\xef\xbf\xbd");
    t.size = 0;
    json_string(&t, NULL, "\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81");
    assert_string_equal(t.data, "\"\\u009b\\u202e\\udb40\\udc41\""); /* data stays, as ASCII */
    assert_true(is_clean("d\xc3\xa9j\xc3\xa0 vu"));
    assert_false(is_clean(hostile) || is_clean("\xe2\x80\x8e") || is_clean("\n"));
    text_free(&t);
}

static void test_words_for_a_shell(void **unused)
{
    static const char *const words[][2] = {{"2306.00978v1", "2306.00978v1"},
                                           {"10.1000/a-b_c:1+2@x,y", "10.1000/a-b_c:1+2@x,y"},
                                           {"", "''"},
                                           {"$(touch x)", "'$(touch x)'"},
                                           {"a'b", "'a'\\''b'"},
                                           {"=ls", "'=ls'"},
                                           {"~", "'~'"},
                                           {"a\nb\033c", "'a bc'"}};
    text t = {0};
    (void)unused;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        t.size = 0;
        text_shell(&t, words[i][0]);
        assert_string_equal(t.data, words[i][1]);
    }
    text_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers_are_those_of_printf),
                                       cmocka_unit_test(test_what_is_no_number_is_null),
                                       cmocka_unit_test(test_strings),
                                       cmocka_unit_test(test_strings_of_others_are_cleaned),
                                       cmocka_unit_test(test_words_for_a_shell),
                                       cmocka_unit_test(test_lines_of_any_length),
                                       cmocka_unit_test(test_commas_are_placed),
                                       cmocka_unit_test(test_dates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
