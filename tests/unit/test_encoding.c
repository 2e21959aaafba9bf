/*
 * Unit tests of encodings: recognised from the bytes, converted in pieces of any size, and as a reader meets them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "papertag.h"
#include "read/encoding.h"

static pt_encoding of_head(const char *head, size_t size)
{
    size_t mark;
    return pt_encoding_of_head(head, size, &mark);
}

static void test_recognised_from_the_first_bytes(void **state)
{
    (void)state;
    assert_int_equal(of_head("\xef\xbb\xbf{", 4), PT_UTF_8);
    assert_int_equal(of_head("\xff\xfe{\0", 4), PT_UTF_16_LE);
    assert_int_equal(of_head("\xfe\xff\0{", 4), PT_UTF_16_BE);
    assert_int_equal(of_head("{\0\"\0t\0", 6), PT_UTF_16_LE);
    assert_int_equal(of_head("\0{\0\"\0t", 6), PT_UTF_16_BE);
    assert_int_equal(of_head("{\"title\"", 8), PT_ASCII);
    assert_int_equal(of_head("a\0\0b\0\0", 6), PT_ASCII);
    assert_int_equal(of_head("a", 1), PT_ASCII);
    assert_int_equal(of_head("", 0), PT_ASCII);
}

static pt_encoding of_text(const char *text)
{
    return pt_encoding_of_block(text, strlen(text));
}

static void test_recognised_from_a_block(void **state)
{
    (void)state;
    assert_int_equal(of_text(""), PT_ASCII);
    assert_int_equal(of_text("plain text that is longer than eight bytes"), PT_ASCII);
    assert_int_equal(of_text("M\xc3\xbcller"), PT_UTF_8);
    assert_int_equal(of_text("M\xfcller"), PT_WINDOWS_1252);
    assert_int_equal(of_text("cut in a character \xe2\x82"), PT_UTF_8);
    assert_int_equal(of_text("J\xf6rg M\xfcller"), PT_WINDOWS_1252);
    assert_int_equal(of_text("two good \xc3\xbc \xc3\xb6 and one bad \xfc byte"), PT_UTF_8);
}

/* Converts with `room` bytes at a time and the source cut after each byte. */
static void convert(pt_encoding encoding, const char *bytes, size_t size, size_t room, char *out)
{
    const char *from = bytes;
    char piece[64];
    size_t written = 0, got;

    for (size_t given = 0; given <= size; given++) {
        do {
            got = pt_encoding_convert(encoding, &from, bytes + given, given == size, piece, room);
            memcpy(out + written, piece, got);
            written += got;
        } while (got);
    }
    assert_ptr_equal(from, bytes + size);
    out[written] = '\0';
}

static void test_converted_in_pieces(void **state)
{
    char out[256];
    (void)state;

    for (size_t room = PT_ENCODING_ROOM; room < 12; room++) {
        convert(PT_WINDOWS_1252, "J\xf6rg \x93quoted\x94 \x80 \x81", 17, room, out);
        assert_string_equal(out, "J\xc3\xb6rg \xe2\x80\x9cquoted\xe2\x80\x9d \xe2\x82\xac \xef\xbf\xbd");
        convert(PT_UTF_16_LE, "A\0\xfc\0\x35\xd8\x00\xdc.\0", 10, room, out);
        assert_string_equal(out, "A\xc3\xbc\xf0\x9d\x90\x80.");
        convert(PT_UTF_16_BE, "\0A\0\xfc\xd8\x35\xdc\x00\0.", 10, room, out);
        assert_string_equal(out, "A\xc3\xbc\xf0\x9d\x90\x80.");
        /* halves of pairs, and a byte too few */
        convert(PT_UTF_16_LE,
                "\x00\xdc"
                "A\0\x35\xd8"
                "B\0\x35\xd8",
                10, room, out);
        assert_string_equal(out, "\xef\xbf\xbd"
                                 "A\xef\xbf\xbd"
                                 "B\xef\xbf\xbd");
        convert(PT_UTF_16_LE, "A\0B", 3, room, out);
        assert_string_equal(out, "A\xef\xbf\xbd");
    }
}

/* Reads all papers; returns how many. *title: of the last, `remark`: the first remark, both up to 255 bytes. */
static size_t read_all(papertag_reader *reader, char title[256], char remark[256])
{
    const papertag_paper *paper;
    const char *const *remarks;
    papertag_error err;
    size_t count = 0;

    while (!papertag_reader_next(reader, &paper, &err)) {
        snprintf(title, 256, "%s", paper->title);
        count++;
    }
    snprintf(remark, 256, "%s", papertag_reader_remarks(reader, &remarks) ? remarks[0] : "");
    papertag_reader_close(reader);
    return count;
}

static void check(const char *bytes, size_t size, const char *title, const char *remark)
{
    char titles[256], said[256], path[] = "/tmp/papertag-test-XXXXXX";
    int fd = mkstemp(path);
    papertag_reader *reader;
    papertag_error err;

    assert_int_equal(papertag_reader_open_memory(&reader, "memory", bytes, size, NULL, &err), 0);
    assert_true(read_all(reader, titles, said) > 0);
    assert_string_equal(titles, title);
    assert_string_equal(said, remark);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    close(fd);
    assert_int_equal(papertag_reader_open(&reader, path, NULL, &err), 0);
    assert_true(read_all(reader, titles, said) > 0);
    assert_string_equal(titles, title);
    assert_string_equal(said, remark);
    unlink(path);
}

static void test_sources(void **state)
{
    static const char latin_1[] = "@misc{a, title={Br\xfc"
                                  "cken}}";
    static const char declared[] = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><feed><entry><title>Br\xfc"
                                   "cken</title>"
                                   "</entry></feed>";
    static const char faulty[] = "{\"title\":\"Br\xc3\xbc"
                                 "cken \xc3\xbc \xfc\"}\n";
    char wide[256];
    size_t size = 0;
    (void)state;

    check(latin_1, sizeof latin_1 - 1,
          "Br\xc3\xbc"
          "cken",
          "not UTF-8: read as Windows-1252 (Latin-1)");
    check(declared, sizeof declared - 1,
          "Br\xc3\xbc"
          "cken",
          "not UTF-8: read as Windows-1252 (Latin-1)");
    check(faulty, sizeof faulty - 1,
          "Br\xc3\xbc"
          "cken \xc3\xbc \xef\xbf\xbd",
          "bytes that are not valid UTF-8 were replaced by U+FFFD");
    for (const char *at = latin_1; *at; at++) {
        wide[size++] = *at;
        wide[size++] = '\0';
    }
    check(wide, size,
          "Br\xc3\xbc"
          "cken",
          "not UTF-8: read as UTF-16 (little-endian)");
}

/* The first byte that is not ASCII may come after many blocks. */
static void test_decided_late(void **state)
{
    const size_t papers = 20000;
    char *text = malloc(64 * papers);
    size_t size = 0;
    (void)state;

    for (size_t i = 0; i < papers; i++) {
        size += (size_t)sprintf(text + size, "{\"title\":\"Paper %zu of many\"}\n", i);
    }
    size += (size_t)sprintf(text + size, "{\"title\":\"Br\xfc"
                                         "cken\"}\n");
    check(text, size,
          "Br\xc3\xbc"
          "cken",
          "not UTF-8: read as Windows-1252 (Latin-1)");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recognised_from_the_first_bytes),
        cmocka_unit_test(test_recognised_from_a_block),
        cmocka_unit_test(test_converted_in_pieces),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_decided_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
