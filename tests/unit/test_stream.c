/*
 * Unit tests of what a stream asks of the readers: the object of a record, records passed over, empty lines, where an
 * error is, whether a source waits.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "papertag.h"

/* Bytes that come one at a time. */
struct drops {
    const char *at, *end;
};

static long read_drop(void *context, void *to, size_t room)
{
    struct drops *d = context;

    if (d->at == d->end || !room) {
        return 0;
    }
    *(char *)to = *d->at++;
    return 1;
}

static bool drops_wait(void *context)
{
    const struct drops *d = context;

    return d->at < d->end;
}

static long read_nothing(void *context, void *to, size_t room)
{
    (void)context;
    (void)to;
    (void)room;
    errno = ECONNRESET;
    return -1;
}

/* A stream is read as far as it has to be for a paper, and no farther. */
static void test_a_stream_of_the_callers(void **state)
{
    static const char lines[] = "{\"title\":\"one\"}\n{\"title\":\"two\"}\n";
    struct drops drops = {lines, lines + sizeof lines - 1};
    papertag_stream stream = {&drops, read_drop, drops_wait};
    papertag_reader *reader;
    const papertag_paper *paper;
    papertag_error err;

    (void)state;
    assert_int_equal(papertag_reader_open_stream(&reader, "s", &stream, NULL, &err), PAPERTAG_OK);
    assert_int_equal(papertag_reader_next(reader, &paper, &err), PAPERTAG_OK);
    assert_string_equal(paper->title, "one");
    assert_true(drops.end - drops.at >= (long)strlen("two\"}\n"));
    assert_true(papertag_reader_waits(reader));
    assert_int_equal(papertag_reader_next(reader, &paper, &err), PAPERTAG_OK);
    assert_string_equal(paper->title, "two");
    assert_int_equal(papertag_reader_next(reader, &paper, &err), PAPERTAG_END);
    papertag_reader_close(reader);
    stream.read = read_nothing;
    assert_int_equal(papertag_reader_open_stream(&reader, "s", &stream, NULL, &err), PAPERTAG_IO);
    assert_memory_equal(err.message, "s: ", 3);
}

static papertag_reader *open_bytes(const char *bytes, size_t size, const papertag_reader_options *options)
{
    papertag_reader *reader = NULL;
    papertag_error err;

    assert_int_equal(papertag_reader_open_memory(&reader, "file", bytes, size, options, &err), PAPERTAG_OK);
    return reader;
}

/* The object of the next paper. */
static const char *next_object(papertag_reader *reader)
{
    static char object[256];
    const papertag_paper *paper;
    papertag_error err;
    size_t length;
    const char *at;

    assert_int_equal(papertag_reader_next(reader, &paper, &err), PAPERTAG_OK);
    at = papertag_reader_object(reader, &length);
    snprintf(object, sizeof object, "%.*s", at ? (int)length : 1, at ? at : "-");
    return object;
}

static void check_objects(const char *source, const char *format, const char *first, const char *second)
{
    const papertag_reader_options options = {.format = format};
    papertag_reader *reader = open_bytes(source, strlen(source), &options);

    assert_string_equal(next_object(reader), first);
    assert_string_equal(next_object(reader), second);
    papertag_reader_close(reader);
}

static void test_the_object_is_as_it_stands(void **state)
{
    (void)state;
    check_objects("{\"title\":\"A\", \"x\":1}\n\n \t{\"title\":\"<i>B</i>\",\"id\":[]}\r\n", "jsonl",
                  "{\"title\":\"A\", \"x\":1}", "{\"title\":\"<i>B</i>\",\"id\":[]}");
    check_objects("[{\"title\":\"A\",\n\"x\":[1,{}]} , {\"title\":\"B\"}]", "json", "{\"title\":\"A\",\n\"x\":[1,{}]}",
                  "{\"title\":\"B\"}");
    check_objects("{\"papers\":[{\"title\":\"A\"},{\"title\":\"B\"}]}", NULL, "{\"title\":\"A\"}", "{\"title\":\"B\"}");
    check_objects("[{\"paper\":{\"id\":\"1\",\"title\":\"A\"},\"n\":1},{\"paper\":{\"id\":\"2\",\"title\":\"B\"}}]",
                  NULL, "{\"paper\":{\"id\":\"1\",\"title\":\"A\"},\"n\":1}",
                  "{\"paper\":{\"id\":\"2\",\"title\":\"B\"}}");
    check_objects("id,title\n1,A\n2,B\n", NULL, "-", "-");
    check_objects("\xef\xbb\xbf{\"title\":\"A\"}\n\xef\xbb\xbf{\"title\":\"B\"}\n", "jsonl", "{\"title\":\"A\"}",
                  "{\"title\":\"B\"}");
}

static void test_a_broken_record_has_no_object(void **state)
{
    static const char source[] = "{\"title\":\"A\"}\n{\"title\":3}\nx\n{\"title\":\"B\"}\n";
    papertag_reader *reader = open_bytes(source, sizeof source - 1, NULL);
    const papertag_paper *paper;
    papertag_error err;
    size_t length = 7;
    (void)state;

    assert_string_equal(next_object(reader), "{\"title\":\"A\"}");
    assert_int_equal(papertag_reader_next(reader, &paper, &err), PAPERTAG_BAD_INPUT);
    assert_string_equal(err.message + err.reason, "field 'title' must be a string");
    assert_int_equal(err.line, 2);
    assert_int_equal(papertag_reader_next(reader, &paper, &err), PAPERTAG_BAD_INPUT);
    assert_string_equal(err.message, "file:3: not valid JSON at column 1");
    assert_string_equal(err.message + err.reason, "not valid JSON at column 1");
    assert_null(papertag_reader_object(reader, &length));
    assert_int_equal(length, 0);
    assert_string_equal(next_object(reader), "{\"title\":\"B\"}");
    papertag_reader_close(reader);
}

static void test_unused_members_are_no_remark_when_the_object_is_used(void **state)
{
    static const char source[] = "{\"title\":\"A\",\"x\":1,\"tags\":[{\"tag\":\"t\"}],\"y\":\"\\ud83d\\ude00\"}\n";
    (void)state;

    for (int objects = 0; objects < 2; objects++) {
        const papertag_reader_options options = {.objects = objects};
        papertag_reader *reader = open_bytes(source, sizeof source - 1, &options);
        const char *const *remarks;
        const papertag_paper *paper;
        papertag_error err;
        next_object(reader);
        assert_int_equal(papertag_reader_next(reader, &paper, &err), PAPERTAG_END);
        assert_int_equal(papertag_reader_remarks(reader, &remarks), !objects);
        papertag_reader_close(reader);
    }
}

/* What each record is: p a paper, b broken, e an empty line; those that `every` leaves out are passed over: "." */
static const char *kinds(const char *source, const papertag_reader_options *options, size_t every)
{
    static char out[64];
    papertag_reader *reader = open_bytes(source, strlen(source), options);
    const papertag_paper *paper;
    papertag_error err;
    size_t count = 0;

    for (int status; count + 1 < sizeof out; count++) {
        const bool wanted = count % every == 0;
        status = wanted ? papertag_reader_next(reader, &paper, &err) : papertag_reader_pass(reader, &err);
        if (status == PAPERTAG_END) {
            break;
        }
        assert_true(wanted || status == PAPERTAG_OK);
        out[count] = !wanted                        ? '.'
                     : status == PAPERTAG_OK        ? 'p'
                     : status == PAPERTAG_BAD_INPUT ? 'b'
                     : status == PAPERTAG_BLANK     ? 'e'
                                                    : '?';
    }
    out[count] = '\0';
    papertag_reader_close(reader);
    return out;
}

static void test_empty_lines_and_records_passed_over(void **state)
{
    static const char lines[] = "{\"title\":\"A\"}\n\nx\n \t\n{\"title\":\"B\"}\n{}\n{\"title\":\"C\"}";
    static const char table[] = "id,title\n1,A\n\n2,\n3,B\n";
    const papertag_reader_options blank = {.format = "jsonl", .blank_lines = true};
    (void)state;

    assert_string_equal(kinds(lines, NULL, 1), "pbpbp");
    assert_string_equal(kinds(lines, &blank, 1), "pebepbp");
    assert_string_equal(kinds(lines, &blank, 2), "p.b.p.p");
    assert_string_equal(kinds(lines, NULL, 3), "p..b.");
    assert_string_equal(kinds("\n\n", &blank, 1), "ee");
    assert_string_equal(kinds(table, NULL, 1), "pbp");
    assert_string_equal(kinds(table, NULL, 2), "p.p");
    assert_string_equal(kinds("[{\"title\":\"A\"},3,{\"title\":\"B\"}]", NULL, 2), "p.p");
}

static void test_an_empty_source_is_known_as_one(void **state)
{
    static const char *const formats[] = {NULL, "jsonl", "csv", "atom", "bib"};
    (void)state;

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const papertag_reader_options options = {.format = formats[i]};
        for (const char *source = " \n"; *source; source++) {
            papertag_reader *reader = open_bytes(source, strlen(source), &options);
            const papertag_paper *paper;
            papertag_error err;
            assert_true(papertag_reader_is_empty(reader));
            assert_int_equal(papertag_reader_next(reader, &paper, &err), PAPERTAG_END);
            papertag_reader_close(reader);
        }
    }
    papertag_reader *reader = open_bytes("[]", 2, NULL);
    assert_false(papertag_reader_is_empty(reader));
    papertag_reader_close(reader);
}

/* A reader of a pipe into which `bytes` have been written. The pipe stays open. */
static papertag_reader *open_pipe(int ends[2], const char *bytes)
{
    papertag_reader *reader = NULL;
    papertag_error err;
    char path[32];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, strlen(bytes)), strlen(bytes));
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(papertag_reader_open(&reader, path, NULL, &err), PAPERTAG_OK);
    close(ends[0]);
    return reader;
}

static void test_a_pipe_waits_when_it_has_no_whole_line(void **state)
{
    int ends[2];
    papertag_reader *reader = open_pipe(ends, "{\"title\":\"A\"}\n{\"title\":\"B\"}\n\n {\"title\":");
    (void)state;

    assert_false(papertag_reader_waits(reader));
    assert_string_equal(next_object(reader), "{\"title\":\"A\"}");
    assert_false(papertag_reader_waits(reader));
    assert_string_equal(next_object(reader), "{\"title\":\"B\"}");
    assert_true(papertag_reader_waits(reader)); /* half a line */
    assert_int_equal(write(ends[1], "\"C\"}\n", 5), 5);
    assert_false(papertag_reader_waits(reader));
    assert_string_equal(next_object(reader), "{\"title\":\"C\"}");
    assert_true(papertag_reader_waits(reader));
    close(ends[1]);
    assert_false(papertag_reader_waits(reader)); /* the end of a pipe is known at once */
    papertag_reader_close(reader);

    reader = open_bytes("{\"title\":\"A\"}", 13, NULL);
    assert_false(papertag_reader_waits(reader));
    papertag_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_object_is_as_it_stands),
        cmocka_unit_test(test_a_broken_record_has_no_object),
        cmocka_unit_test(test_unused_members_are_no_remark_when_the_object_is_used),
        cmocka_unit_test(test_empty_lines_and_records_passed_over),
        cmocka_unit_test(test_an_empty_source_is_known_as_one),
        cmocka_unit_test(test_a_pipe_waits_when_it_has_no_whole_line),
        cmocka_unit_test(test_a_stream_of_the_callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
