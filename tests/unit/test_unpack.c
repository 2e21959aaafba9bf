/*
 * Unit tests of packed sources: gzip and xz under every way in, joined, cut short, damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <lzma.h>
#include <zlib.h>

#include "papertag.h"

enum { ROOM = 4 * 1024 * 1024 };

typedef size_t pack(const char *text, size_t size, char *to);

static size_t gzip(const char *text, size_t size, char *to)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)size;
    z.next_out = (Bytef *)to;
    z.avail_out = ROOM;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return ROOM - z.avail_out;
}

static size_t xz(const char *text, size_t size, char *to)
{
    size_t used = 0;
    assert_int_equal(
        lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text, size, (uint8_t *)to, &used, ROOM),
        LZMA_OK);
    return used;
}

static pack *const packers[] = {gzip, xz};

/* Counts the papers, whose ids must be 0, 1, 2 ...; keeps the last message. */
static size_t count_papers(papertag_reader *reader, char message[1024])
{
    const papertag_paper *p;
    papertag_error err;
    size_t count = 0;
    int status;

    message[0] = '\0';
    while ((status = papertag_reader_next(reader, &p, &err)) != PAPERTAG_END) {
        if (status) {
            assert_int_equal(status, PAPERTAG_BAD_INPUT);
            assert_int_equal(message[0], 0); /* a fault is reported once */
            strcpy(message, err.message);
            continue;
        }
        assert_int_equal(atoi(p->id), (int)count);
        count++;
    }
    papertag_reader_close(reader);
    return count;
}

static size_t count_in_memory(const char *bytes, size_t size, char message[1024])
{
    papertag_reader *reader;
    papertag_error err;
    int status = papertag_reader_open_memory(&reader, "file", bytes, size, NULL, &err);
    if (status) {
        assert_int_equal(status, PAPERTAG_BAD_INPUT);
        strcpy(message, err.message);
        return 0;
    }
    return count_papers(reader, message);
}

/* Lines of papers from number `from` up to `to`. */
static size_t lines(int from, int to, char *text)
{
    size_t size = 0;
    for (int i = from; i < to; i++) {
        size += (size_t)sprintf(text + size, "{\"id\":\"%d\",\"title\":\"Paper %d of many\"}\n", i, i * 7919);
    }
    return size;
}

struct space {
    char text[ROOM], packed[ROOM];
};

static void test_lines_from_memory_and_from_a_file(void **state)
{
    struct space *s = malloc(sizeof *s);
    char message[1024];
    (void)state;

    for (int i = 0; i < 2; i++) {
        char path[] = "/tmp/papertag-test-XXXXXX";
        int fd = mkstemp(path);
        size_t size = packers[i](s->text, lines(0, 50000, s->text), s->packed);
        papertag_reader *reader;
        papertag_error err;

        assert_int_equal(count_in_memory(s->packed, size, message), 50000);
        assert_string_equal(message, "");
        assert_int_equal(write(fd, s->packed, size), (ssize_t)size);
        close(fd);
        assert_int_equal(papertag_reader_open(&reader, path, NULL, &err), 0);
        assert_string_equal(papertag_reader_format(reader), "jsonl");
        assert_int_equal(count_papers(reader, message), 50000);
        assert_string_equal(message, "");
        unlink(path);
    }
    free(s);
}

static void test_every_format_can_be_packed(void **state)
{
    static const char *const texts[] = {
        "[{\"id\":\"0\",\"title\":\"T\"},{\"id\":\"1\",\"title\":\"U\"}]", "id,title\n0,T\n1,U\n",
        "<feed><entry><id>0</id><title>T</title></entry><entry><id>1</id><title>U</title></entry></feed>",
        "\xef\xbb\xbf{\"id\":\"0\",\"title\":\"T\"}\n{\"id\":\"1\",\"title\":\"U\"}"};
    struct space *s = malloc(sizeof *s);
    char message[1024];
    (void)state;

    for (int i = 0; i < 2; i++) {
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            size_t size = packers[i](texts[k], strlen(texts[k]), s->packed);
            assert_int_equal(count_in_memory(s->packed, size, message), 2);
            assert_string_equal(message, "");
        }
        assert_int_equal(count_in_memory(s->packed, packers[i]("", 0, s->packed), message), 0);
        assert_string_equal(message, "");
    }
    free(s);
}

static void test_several_in_one_file(void **state)
{
    struct space *s = malloc(sizeof *s);
    char message[1024];
    (void)state;

    for (int i = 0; i < 2; i++) {
        size_t size = packers[i](s->text, lines(0, 10, s->text), s->packed);
        size += packers[i]("", 0, s->packed + size);
        size += packers[i](s->text, lines(10, 30, s->text), s->packed + size);
        memset(s->packed + size, 0, 512); /* both formats allow zeros at the end, xz in fours */
        assert_int_equal(count_in_memory(s->packed, size + 512, message), 30);
        assert_string_equal(message, "");
        strcpy(s->packed + size, "and then this");
        assert_int_equal(count_in_memory(s->packed, size + 13, message), 30);
        assert_int_equal(strncmp(message, "file:31: the ", 13), 0);
    }
    free(s);
}

static void test_cut_short_wherever(void **state)
{
    static const char *const reasons[] = {"the gzip data ends too early", "the xz data ends too early"};
    struct space *s = malloc(sizeof *s);
    char message[1024], expected[64];
    (void)state;

    for (int i = 0; i < 2; i++) {
        size_t size = packers[i](s->text, lines(0, 300, s->text), s->packed);
        for (size_t cut = 6; cut < size; cut += cut < 64 ? 1 : 37) {
            size_t count = count_in_memory(s->packed, cut, message);
            snprintf(expected, sizeof expected, "file:%zu: %s", count + 1, reasons[i]);
            assert_string_equal(message, expected);
        }
    }
    free(s);
}

static void test_damage_is_reported(void **state)
{
    struct space *s = malloc(sizeof *s);
    char message[1024];
    (void)state;

    for (int i = 0; i < 2; i++) {
        size_t size = packers[i](s->text, lines(0, 300, s->text), s->packed);
        s->packed[size - 8] ^= 0x55; /* of the checksum */
        assert_int_equal(count_in_memory(s->packed, size, message), 300);
        assert_string_equal(message, i ? "file:301: the xz data is damaged" : "file:301: the gzip data is damaged");
    }
    assert_int_equal(count_in_memory("\x1f\x8bwhat follows is no gzip", 25, message), 0);
    assert_string_equal(message, "file:1: the gzip data is damaged");
    /* a document is not read in part */
    strcpy(s->text, "[{\"id\":\"0\",\"title\":\"T\"}\n,{\"id\":\"1\",\"title\":\"U\"}]");
    assert_int_equal(count_in_memory(s->packed, gzip(s->text, strlen(s->text), s->packed) - 9, message), 0);
    assert_string_equal(message, "file:1: the gzip data ends too early");
    free(s);
}

static void test_a_fault_in_xml_has_its_line(void **state)
{
    static const char text[] = "<feed>\n<entry><id>0</id><title>T</title></entry>\n<entry>\n<id>1</id></entry></feed>";
    struct space *s = malloc(sizeof *s);
    char message[1024];
    (void)state;

    assert_int_equal(count_in_memory(s->packed, gzip(text, strlen(text) - 20, s->packed) - 4, message), 1);
    assert_string_equal(message, "file:4: the gzip data ends too early");
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_from_memory_and_from_a_file),
        cmocka_unit_test(test_every_format_can_be_packed),
        cmocka_unit_test(test_several_in_one_file),
        cmocka_unit_test(test_cut_short_wherever),
        cmocka_unit_test(test_damage_is_reported),
        cmocka_unit_test(test_a_fault_in_xml_has_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
