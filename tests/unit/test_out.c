/*
 * Unit tests of what the program writes: numbers in JSON against printf, strings in JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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
        assert_int_equal(t.size, length + 2);
        assert_string_equal(t.data + length, "|7");
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers_are_those_of_printf),
                                       cmocka_unit_test(test_what_is_no_number_is_null),
                                       cmocka_unit_test(test_strings),
                                       cmocka_unit_test(test_lines_of_any_length),
                                       cmocka_unit_test(test_commas_are_placed),
                                       cmocka_unit_test(test_dates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
