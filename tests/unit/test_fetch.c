/*
 * Unit tests of what fetching stands on: the calendar, headers, addresses, places, packed bodies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "app/clean.c"
#include "app/clock.c"
#include "app/dates.c"
#include "app/fetch/address.c"
#include "app/fetch/calendar.c"
#include "app/fetch/gunzip.c"
#include "app/fetch/headers.c"
#include "app/fetch/place.c"
#include "app/lazy.c"
#include "app/status.c"
#include "app/text.c"

static int64_t at(const char *moment)
{
    return read_milliseconds(moment);
}

static const char *announced_after(const char *moment)
{
    static char out[MOMENT_SIZE];

    write_moment(out, next_announcement(at(moment)));
    return out;
}

static void test_announcements(void **state)
{
    (void)state;
    /* a Wednesday in winter, in summer; Friday evening waits for Sunday */
    assert_string_equal(announced_after("2026-11-25T12:00:00Z"), "2026-11-26T01:00:00Z");
    assert_string_equal(announced_after("2026-07-01T12:00:00Z"), "2026-07-02T00:00:00Z");
    assert_string_equal(announced_after("2026-11-27T12:00:00Z"), "2026-11-30T01:00:00Z");
    assert_string_equal(announced_after("2026-11-26T01:00:00Z"), "2026-11-27T01:00:00Z");
    /* clocks change on 8 March and 1 November 2026, both Sundays, before the evening */
    assert_string_equal(announced_after("2026-03-06T12:00:00Z"), "2026-03-09T00:00:00Z");
    assert_string_equal(announced_after("2026-03-05T12:00:00Z"), "2026-03-06T01:00:00Z");
    assert_string_equal(announced_after("2026-10-30T12:00:00Z"), "2026-11-02T01:00:00Z");
    assert_string_equal(announced_after("2026-10-29T12:00:00Z"), "2026-10-30T00:00:00Z");
    assert_int_equal(count_announcements(at("2026-11-22T00:00:00Z"), at("2026-11-29T00:00:00Z")), 5);
    assert_int_equal(count_announcements(0, at("2026-11-29T00:00:00Z")), 1000);
}

static void test_days(void **state)
{
    static const char *const wrong[] = {"2026-02-29", "2026-13-01", "2026-00-01", "1969-12-31", "", "2026-11", "x"};
    char day[DAY_SIZE];

    (void)state;
    for (long n = 0; n < 60000; n++) {
        write_day(day, n);
        assert_int_equal(day_number(day), n);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(day_number(wrong[i]), LONG_MIN);
    }
    assert_int_equal(weekday_of(day_number("2026-11-22")), 0);
    assert_int_equal(at("1970-01-01T00:00:01Z"), 1000);
}

static void test_times_to_come_again(void **state)
{
    const int64_t now = at("2026-11-25T12:00:00Z");

    (void)state;
    assert_int_equal(retry_time("120", now), now + 120000);
    assert_int_equal(retry_time("0", now), now);
    assert_int_equal(retry_time("Wed, 25 Nov 2026 12:10:00 GMT", now), now + 600000);
    assert_int_equal(retry_time("Wednesday, 25-Nov-26 12:10:00 GMT", now), now + 600000);
    assert_int_equal(retry_time("Wed Nov 25 12:10:00 2026", now), now + 600000);
    assert_int_equal(retry_time("Wed, 25 Nov 2020 12:10:00 GMT", now), now);
    assert_true(retry_time("99999999999999999", now) < now + INT64_C(400) * 86400000);
    for (size_t i = 0; i < 5; i++) {
        static const char *const none[] = {"", "soon", "-5", "1.5", "999999999999999999999999"};
        assert_int_equal(retry_time(none[i], now), HEADERS_NO_TIME);
    }
    assert_int_equal(retry_time(NULL, now), HEADERS_NO_TIME);
    assert_int_equal(limit_time("\"api\";r=0;t=45", now), now + 45000);
    assert_int_equal(limit_time("\"a\";r=3;t=45, \"b\";r=0;t=7", now), now + 7000);
    assert_int_equal(limit_time("limit=10, remaining=0, reset=9", now), now + 9000);
    assert_int_equal(limit_time("\"api\";r=499;t=233", now), HEADERS_NO_TIME);
    assert_int_equal(limit_time("r=0", now), HEADERS_NO_TIME);
    assert_int_equal(limit_time("", now), HEADERS_NO_TIME);
    assert_int_equal(limit_time(NULL, now), HEADERS_NO_TIME);
}

static void test_redirects(void **state)
{
    static const struct {
        const char *from, *to;
        bool good;
    } cases[] = {{"https://a.example/x", "https://a.example/y", true},
                 {"http://a.example/", "https://a.example/", true},
                 {"https://a.example/", "http://a.example/", false},
                 {"https://export.a.example/", "https://a.example/", true},
                 {"https://a.example/", "https://www.a.example/", true},
                 {"https://a.example/", "https://evila.example/", false},
                 {"https://a.example/", "https://b.example/", false},
                 {"https://a.example/", "https://example/", false},
                 {"https://a.example/", "https://A.EXAMPLE/", true},
                 {"https://a.example/", "https://a.example:444/", false},
                 {"http://127.0.0.1:81/", "http://127.0.0.1:81/x", true},
                 {"http://127.0.0.1:81/", "http://127.0.0.1:82/x", false},
                 {"https://a.example/", "https://u:p@a.example/", false},
                 {"https://a.example/", "ftp://a.example/", false},
                 {"https://a.example/", "file:///etc/passwd", false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (may_redirect(cases[i].from, cases[i].to) != cases[i].good) {
            fail_msg("%s to %s", cases[i].from, cases[i].to);
        }
    }
    assert_null(url_fault("https://a.example/x?y=z"));
    assert_non_null(url_fault("https://u:p@a.example/"));
    assert_non_null(url_fault("gopher://a.example/"));
    assert_non_null(url_fault("a.example/x"));
    assert_non_null(url_fault("https://a.example/a b"));
}

static void test_a_place_is_read_back(void **state)
{
    static const char string[] = "next=2026-11-20 running=1 aside=1 from=2026-11-01 until=2026-11-19 reached=2026-11-18"
                                 " part=2 start=400 restarts=1 token=a b=c %2F";
    place p;
    text again = {0};

    (void)state;
    assert_true(place_parse(&p, string));
    assert_string_equal(p.token.data, "a b=c %2F");
    assert_int_equal(p.start, 400);
    text_place(&again, &p);
    assert_string_equal(again.data, string);
    place_end(&p, "2026-11-25");
    assert_string_equal(p.next, "2026-11-20"); /* it was aside */
    assert_false(p.running);
    place_free(&p);
    text_free(&again);
    assert_true(place_parse(&p, "from=2026-99-99 part=x junk start=99999999999999 = =="));
    assert_string_equal(p.from, "");
    assert_int_equal(p.start, 0);
    place_free(&p);
    assert_true(place_parse(&p, NULL));
    place_end(&p, "2026-11-25");
    assert_string_equal(p.next, "2026-11-25");
    place_free(&p);
}

/* A body packed with gzip's own format. */
static void pack(text *out, const char *bytes, size_t size)
{
    z_stream z = {.next_in = (Bytef *)bytes, .avail_in = (uInt)size};
    char *room = text_room(out, size + 1000);

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)size + 1000;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->size += z.total_out;
    deflateEnd(&z);
}

static void test_packed_bodies_are_whole_or_refused(void **state)
{
    static const char bytes[] = "papers and papers and papers and what is in them";
    text whole = {0};

    (void)state;
    pack(&whole, bytes, sizeof bytes);
    for (size_t size = 1; size <= whole.size; size++) {
        text body = {0};
        text_add(&body, whole.data, size);
        if (size < whole.size) {
            assert_string_equal(gunzip(&body, 1000), "cut off");
        } else {
            assert_null(gunzip(&body, 1000));
            assert_string_equal(body.data, bytes);
        }
        text_free(&body);
    }
    assert_string_equal(gunzip(&whole, 10), "too large when unpacked");
    whole.data[whole.size - 6] ^= 1;
    assert_string_equal(gunzip(&whole, 1000), "damaged");
    text_free(&whole);
}

static void test_this_machine(void **state)
{
    (void)state;
    assert_true(is_this_machine("127.0.0.1") && is_this_machine("localhost:8000") && is_this_machine("[::1]:80"));
    /* names that only begin so are other machines, which are not to see a token over plain http */
    assert_false(is_this_machine("localhost.example") || is_this_machine("127.0.0.1.example:80"));
    assert_false(is_this_machine("localhosts") || is_this_machine("127.0.0.10"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_announcements),
                                       cmocka_unit_test(test_days),
                                       cmocka_unit_test(test_times_to_come_again),
                                       cmocka_unit_test(test_redirects),
                                       cmocka_unit_test(test_this_machine),
                                       cmocka_unit_test(test_a_place_is_read_back),
                                       cmocka_unit_test(test_packed_bodies_are_whole_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
