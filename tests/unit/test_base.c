/*
 * Unit tests of base: memory, numbers, threads, days, months, the nearest word, sixteen bytes at a time, scores in
 * order.
 */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/ascii.h"
#include "base/base.h"
#include "base/date.h"
#include "base/nearest.h"
#include "base/sixteen.h"
#include "base/sort.h"

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static void test_sizes_that_overflow(void **state)
{
    const size_t half = SIZE_MAX / 2 + 1;
    size_t capacity = 0;
    pt_arena arena = {0};
    void *items = NULL, *empty = pt_alloc(0, 8);

    (void)state;
    assert_non_null(empty);
    free(empty);
    assert_null(pt_alloc(half, 2));
    assert_null(pt_calloc(half, 2));
    assert_null(pt_alloc_large(half, 2));
    assert_null(pt_arena_array(&arena, half, 2));
    assert_null(pt_arena_alloc(&arena, SIZE_MAX));
    assert_null(pt_arena_copy(&arena, "", SIZE_MAX));
    assert_int_equal(pt_grow(&items, &capacity, SIZE_MAX - 1, 1), PAPERTAG_NO_MEMORY);
    assert_int_equal(pt_grow(&items, &capacity, SIZE_MAX / 8, 16), PAPERTAG_NO_MEMORY);
    assert_null(items);
    assert_int_equal(capacity, 0);
    pt_arena_free(&arena);
}

static void test_arenas(void **state)
{
    static const char *const words[] = {"a", "bc", ""};
    const int numbers[] = {1, 2, 3};
    papertag_strings copy;
    pt_arena arena = {0};
    char *last = NULL;

    (void)state;
    for (size_t size = 1; size < 100000; size *= 3) { /* across blocks */
        char *bytes = pt_arena_alloc(&arena, size);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        memset(bytes, 1, size);
        last = bytes;
    }
    assert_int_equal(last[0], 1);
    assert_memory_equal(pt_arena_copy_array(&arena, numbers, 3, sizeof *numbers), numbers, sizeof numbers);
    assert_non_null(pt_arena_copy_array(&arena, NULL, 0, sizeof *numbers));
    assert_int_equal(pt_arena_copy_strings(&arena, (papertag_strings){words, 3}, &copy), 0);
    assert_int_equal(copy.count, 3);
    assert_string_equal(copy.items[1], "bc");
    pt_arena_reset(&arena);
    assert_string_equal(pt_arena_copy(&arena, "again", 5), "again");
    pt_arena_free(&arena);
    pt_arena_reset(&arena);
    pt_arena_free(&arena);
}

static void test_buffers(void **state)
{
    pt_buf buf = {0};

    (void)state;
    pt_buf_clear(&buf);
    pt_buf_append(&buf, NULL, 0);
    assert_string_equal(buf.data, "");
    pt_buf_text(&buf, "one");
    pt_buf_format(&buf, " %d %0200d", 2, 3);
    assert_int_equal(buf.size, 206);
    assert_memory_equal(buf.data, "one 2 000", 9);
    pt_buf_append(&buf, "x", SIZE_MAX); /* fails, and so does what follows */
    pt_buf_text(&buf, "y");
    pt_buf_format(&buf, "z");
    assert_true(buf.failed);
    assert_int_equal(buf.size, 206);
    pt_buf_clear(&buf);
    assert_false(buf.failed);
    assert_string_equal(buf.data, "");
    pt_buf_free(&buf);
}

/* ---- numbers and letters --------------------------------------------------------------------------------------- */

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        double value;
        size_t length;
    } cases[] = {{"0.5", 0.5, 3}, {"-2e3x", -2000, 4}, {".25,", 0.25, 3}, {"x", 0, 0}, {"nan", 0, 0}, {"", 0, 0}};
    char text[40];

    (void)state;
    setlocale(LC_NUMERIC, "de_DE.UTF-8"); /* where there is one: its decimal point is a comma */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *end;
        assert_true(pt_parse_double(cases[i].text, &end) == cases[i].value);
        assert_int_equal(end - cases[i].text, cases[i].length);
    }
    assert_int_equal(pt_format_double(text, 0.125, 15), 5);
    assert_string_equal(text, "0.125");
    setlocale(LC_NUMERIC, "C");
}

static void test_random_numbers_are_the_same_everywhere(void **state)
{
    uint64_t seed = 1234567; /* the values of SplitMix64's reference implementation */

    (void)state;
    assert_true(pt_random(&seed) == UINT64_C(6457827717110365317));
    assert_true(pt_random(&seed) == UINT64_C(3203168211198807973));
}

static void test_letters(void **state)
{
    static const struct {
        const char *text, *word;
        bool same;
    } cases[] = {{"Title", "title", true},
                 {"Titles", "title", false},
                 {"Tit", "title", false},
                 {"", "title", false},
                 {"", "", true}};

    (void)state;
    for (int c = -128; c < 128; c++) {
        const bool small = c >= 'a' && c <= 'z', large = c >= 'A' && c <= 'Z';
        assert_int_equal(pt_is_letter((char)c), small || large);
        assert_int_equal(pt_is_upper((char)c), large);
        assert_int_equal(pt_is_digit((char)c), c >= '0' && c <= '9');
        assert_int_equal(pt_lower((char)c), large ? c + 32 : c);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(pt_same_word(cases[i].text, strlen(cases[i].text), cases[i].word), cases[i].same);
    }
}

static void test_the_nearest_word(void **state)
{
    static const char *const words[] = {"tag", "show", "similar", "review", "subscribe", "subscriptions"};
    enum { WORDS = 6 };
    static const struct {
        const char *word;
        size_t index;
    } cases[] = {{"similr", 2}, {"simliar", 2}, {"sim", 2},  {"shwo", 1}, {"view", 3},  {"subscription", 5},
                 {"tga", 0},    {"tag", 0},     {"subs", 4}, {"xyz", 6},  {"zebra", 6}, {"", 6}};
    char lengthy[1000];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(papertag_nearest(cases[i].word, words, WORDS), cases[i].index);
    }
    assert_int_equal(papertag_nearest("tag", words, 0), 0);
    memset(lengthy, 'x', sizeof lengthy - 1);
    lengthy[sizeof lengthy - 1] = '\0';
    assert_true(papertag_nearest(lengthy, words, WORDS) <= WORDS);
    assert_true(pt_word_distance("tag", lengthy) > 3);
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

struct count {
    atomic_size_t ran;
    size_t reported;
};

static int count_task(void *context, size_t i)
{
    struct count *count = context;
    atomic_fetch_add(&count->ran, 1);
    return i == 70 ? 7 : i == 30 ? 3 : 0;
}

static void report_done(void *context, size_t finished)
{
    struct count *count = context;
    count->reported = finished;
}

static void test_tasks_run_once_and_the_first_failure_is_returned(void **state)
{
    (void)state;
    for (unsigned jobs = 1; jobs < 5; jobs++) {
        struct count count = {0};
        assert_int_equal(pt_parallel(jobs, 100, count_task, &count, report_done), 3);
        assert_int_equal(atomic_load(&count.ran), 100);
        count = (struct count){0};
        assert_int_equal(pt_parallel(jobs, 20, count_task, &count, report_done), 0);
        assert_int_equal(count.reported, 20);
        assert_int_equal(pt_parallel(jobs, 0, count_task, &count, NULL), 0);
    }
    assert_int_equal(pt_jobs(3), 3);
    assert_int_equal(pt_jobs(1000), 256);
    assert_true(pt_jobs(0) >= 1);
}

/* ---- days ------------------------------------------------------------------------------------------------------ */

static void test_days(void **state)
{
    static const struct {
        const char *text, *first, *last;
    } cases[] = {{"2026-11-01", "2026-11-01", "2026-11-01"}, {"2024-02", "2024-02-01", "2024-02-29"},
                 {"2025", "2025-01-01", "2025-12-31"},       {"today", "2026-11-24", "2026-11-24"},
                 {"yesterday", "2026-11-23", "2026-11-23"},  {"7d", "2026-11-17", "2026-11-17"},
                 {"2w", "2026-11-10", "2026-11-10"},         {"9m", "2026-02-24", "2026-02-24"},
                 {"12m", "2025-11-24", "2025-11-24"},        {"1y", "2025-11-24", "2025-11-24"},
                 {"0d", "2026-11-24", "2026-11-24"},         {"2026-12", "2026-12-01", "2026-12-31"}};
    const long today = pt_day_number("2026-11-24");
    long first, last;
    char text[11];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(pt_day_range(cases[i].text, today, &first, &last, NULL), PAPERTAG_OK);
        pt_day_text(first, text);
        assert_string_equal(text, cases[i].first);
        pt_day_text(last, text);
        assert_string_equal(text, cases[i].last);
    }
    assert_int_equal(pt_day_range("9m", pt_day_number("2026-11-30"), &first, &last, NULL), PAPERTAG_OK);
    pt_day_text(first, text);
    assert_string_equal(text, "2026-02-28"); /* February has no 30th */
    assert_int_equal(pt_day_number("1970-01-01"), 0);
    assert_int_equal(pt_day_number("2000-03-01"), 11017);
    assert_int_equal(pt_day_number("2000-03-0117:30"), 11017);
    for (long day = pt_day_number("1900-01-01"); day < pt_day_number("2101-01-01"); day++) {
        pt_day_text(day, text);
        assert_int_equal(pt_day_number(text), day);
    }
    assert_int_equal(pt_day_range("7x", today, &first, &last, NULL), PAPERTAG_BAD_ARGUMENT);
    assert_int_equal(pt_day_range("", today, &first, &last, NULL), PAPERTAG_BAD_ARGUMENT);
    assert_int_equal(pt_day_range("2026-13", today, &first, &last, NULL), PAPERTAG_BAD_ARGUMENT);
}

static void test_days_that_exist(void **state)
{
    static const char *const good[] = {"2024-02-29", "2000-02-29", "2026-04-30", "0001-01-01", "2026-11-24T17:30"};
    static const char *const bad[] = {"2026-02-29", "1900-02-29", "2026-04-31", "0000-01-01", "2026-13-01",
                                      "2026-00-01", "2026-01-00", "2026-1-01",  "26-01-01",   ""};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(pt_is_day(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(pt_is_day(bad[i]));
    }
}

static void test_months(void **state)
{
    (void)state;
    for (int month = 1; month <= 12; month++) {
        assert_int_equal(pt_month_of(pt_month_name(month)), month);
    }
    assert_int_equal(pt_month_of("sept. 3"), 9);
    assert_int_equal(pt_month_of("DEC"), 12);
    assert_int_equal(pt_month_of("de"), 0);
    assert_int_equal(pt_month_of(""), 0);
}

static void test_written_dates(void **state)
{
    static const struct {
        const char *text, *date;
    } cases[] = {{"2031-02-03", "2031-02-03"},
                 {" 2031-02-03T10:00:00Z", "2031-02-03"},
                 {"2031-02-03 10:00", "2031-02-03"},
                 {"2031-02-03T23:30:00-05:00", "2031-02-04"},
                 {"2031-01-01T00:30:00.123+0100", "2030-12-31"},
                 {"2031-02-03/2031-05-06", "2031-02-03"},
                 {"2031-2-3", "2031-02-03"},
                 {"2031/02/03", "2031-02-03"},
                 {"2031/02/03/", "2031-02-03"},
                 {"2031///", "2031"},
                 {"2031/2/", "2031-02"},
                 {"2031.02.03", "2031-02-03"},
                 {"20310203", "2031-02-03"},
                 {"12345678", NULL},
                 {"2031-02", "2031-02"},
                 {"2031-02-XX", "2031-02"},
                 {"2031-02-00", "2031-02"},
                 {"2031-02-30", "2031-02"},
                 {"2031-21", "2031"},
                 {"2031-13-45", "2031"},
                 {"2031", "2031"},
                 {"2031~", "2031"},
                 {"[2031?]", "2031"},
                 {"c2031", "2031"},
                 {"2031/2032", "2031"},
                 {"2031-2032", "2031"},
                 {"2031 Feb", "2031-02"},
                 {"2031 Feb 3", "2031-02-03"},
                 {"2031, Feb. 3rd", "2031-02-03"},
                 {"2031 Jan-Feb", "2031-01"},
                 {"2031 Jan-Feb 3", "2031-01"},
                 {"2031 Spring", "2031"},
                 {"2031 FEB 3", "2031-02-03"},
                 {"Feb 3 2031", "2031-02-03"},
                 {"February 3rd, 2031", "2031-02-03"},
                 {"Feb 2031", "2031-02"},
                 {"Sept. 2031", "2031-09"},
                 {"3 February 2031", "2031-02-03"},
                 {"3rd of February 2031", "2031-02-03"},
                 {"03-Feb-2031", "2031-02-03"},
                 {"3-5 February 2031", "2031-02-03"},
                 {"Jan 30 - Feb 2, 2031", "2031-01-30"},
                 {"30 Jan - 2 Feb 2031", "2031-01-30"},
                 {"Dec 30 2031 - Jan 2 2032", "2031-12-30"},
                 {"Vol. 3, February 2031", "2031-02"},
                 {"February 2031, 7", "2031-02"},
                 {"Marble 2031", "2031"},
                 {"13/2/2031", "2031-02-13"},
                 {"2/13/2031", "2031-02-13"},
                 {"2/3/2031", "2031"},
                 {"3.2.2031", "2031-02-03"},
                 {"Mon, 2 Apr 2007 19:18:42 GMT", "2007-04-02"},
                 {"29 Feb 2024 00:00:00 +0000", "2024-02-29"},
                 {"Thu, 29 Feb 2023 00:00:00 GMT", "2023-02"},
                 {"Thu, 02 Jan 2031 22:00:00 -0500", "2031-01-03"},
                 {"Thu, 02 Jan 2031 22:00:00 EST", "2031-01-03"},
                 {"Thu Jan  2 05:00:00 2031", "2031-01-02"},
                 {"Mon, 2 Apx 2007", "2007"},
                 {"9999-12-31T23:59:00-05:00", "9999-12-31"},
                 {"February 3", NULL},
                 {"in press", NULL},
                 {"0000", NULL},
                 {"12:30", NULL},
                 {"-", NULL},
                 {"", NULL}};
    char date[11];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bool found = pt_written_date(cases[i].text, strlen(cases[i].text), date);
        if (found != (cases[i].date != NULL) || (found && strcmp(date, cases[i].date) != 0)) {
            fail_msg("'%s' is read as %s, not %s", cases[i].text, found ? date : "none",
                     cases[i].date ? cases[i].date : "none");
        }
    }
    assert_int_equal(pt_day_number("2031"), pt_day_number("2031-01-01"));
    assert_int_equal(pt_day_number("2031-02"), pt_day_number("2031-02-01"));
}

/* What an instruction does on some processors, and a loop on others. */
static void test_bits_of_sixteen_bytes(void **state)
{
    unsigned char bytes[16];
    uint32_t seed = 11;
    (void)state;

    for (int i = 0; i < 10000; i++) {
        unsigned high = 0, other = 0;
        for (unsigned k = 0; k < 16; k++) {
            seed = seed * 1664525 + 1013904223;
            bytes[k] = (unsigned char)(seed >> 24 & (i % 3 ? 0x7f : 0xff));
            bytes[k] = i % 2 && bytes[k] < ' ' ? 'x' : bytes[k];
            high |= (unsigned)(bytes[k] >= 0x80) << k;
            other |= (unsigned)(bytes[k] < ' ' || bytes[k] > '~') << k;
        }
        assert_int_equal(pt_sixteen_bits(pt_sixteen_at(bytes)), high);
        assert_int_equal(pt_sixteen_bits_plain(pt_sixteen_at(bytes)), high);
        assert_int_equal(pt_sixteen_not_plain(pt_sixteen_at(bytes)), other);
    }
}

static void test_scores_are_sorted_and_equal_ones_keep_their_order(void **state)
{
    static const double some[] = {0.0, -0.0, 1, -1, 1e-320, -1e-320, INFINITY, -INFINITY, 0.5, 0.25, 1e300, -1e300};
    enum { COUNT = 5000, SOME = sizeof some / sizeof *some };
    pt_scored *items = calloc(COUNT, sizeof *items);
    uint64_t seed = 11;
    (void)state;

    assert_non_null(items);
    for (size_t count = 0; count <= COUNT; count = 7 * count + 1) {
        bool seen[COUNT] = {false};
        for (size_t i = 0; i < count; i++) {
            const uint64_t random = pt_random(&seed);
            const double any = ((double)(random >> 40) - (double)(1 << 23)) / 1024;
            items[i] = (pt_scored){random % 2 ? some[random / 2 % SOME] : any, (uint32_t)i};
        }
        assert_int_equal(pt_sort_scored(items, count), PAPERTAG_OK);
        for (size_t i = 0; i < count; i++) {
            assert_false(seen[items[i].item]);
            seen[items[i].item] = true;
            assert_true(!i || items[i - 1].score >= items[i].score);
            assert_true(!i || items[i - 1].score > items[i].score || items[i - 1].item < items[i].item);
        }
    }
    free(items);
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void test_the_first_of_many_items_are_kept_in_order(void **state)
{
    enum { COUNT = 1000 };
    static const size_t some[] = {0, 1, 2, 3, 100, COUNT - 1, COUNT, COUNT + 1, SIZE_MAX};
    (void)state;

    for (size_t s = 0; s < sizeof some / sizeof *some; s++) {
        const size_t k = some[s];
        pt_top top = {.k = k, .size = sizeof(uint32_t), .compare = compare_numbers};
        for (uint32_t i = 0; i < COUNT; i++) {
            const uint32_t item = i * 387 % COUNT; /* each number once */
            assert_int_equal(pt_top_take(&top, &item), PAPERTAG_OK);
            assert_true(k >= COUNT || top.count < 2 * k + !k);
        }
        pt_top_cut(&top);
        assert_int_equal(top.count, k < COUNT ? k : COUNT);
        assert_int_equal(top.is_full, k && k <= COUNT);
        for (uint32_t i = 0; i < top.count; i++) {
            assert_int_equal(((const uint32_t *)top.items)[i], i);
        }
        free(top.items);
    }
}

static int add_one(void *context)
{
    return ++*(int *)context;
}

static void test_a_task_in_the_background_is_waited_for(void **state)
{
    pt_background b = {0};
    int count = 0;
    (void)state;

    assert_int_equal(pt_background_wait(&b), 0); /* none yet */
    for (int i = 1; i <= 3; i++) {
        pt_background_start(&b, add_one, &count);
        assert_int_equal(pt_background_wait(&b), i);
        assert_int_equal(count, i);
    }
    assert_int_equal(pt_background_wait(&b), 3); /* the last status stays */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits_of_sixteen_bytes),

        cmocka_unit_test(test_sizes_that_overflow),
        cmocka_unit_test(test_arenas),
        cmocka_unit_test(test_buffers),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_random_numbers_are_the_same_everywhere),
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_the_nearest_word),
        cmocka_unit_test(test_tasks_run_once_and_the_first_failure_is_returned),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_scores_are_sorted_and_equal_ones_keep_their_order),
        cmocka_unit_test(test_the_first_of_many_items_are_kept_in_order),
        cmocka_unit_test(test_days_that_exist),
        cmocka_unit_test(test_months),
        cmocka_unit_test(test_written_dates),
        cmocka_unit_test(test_a_task_in_the_background_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
