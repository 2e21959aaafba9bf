/*
 * Unit tests of packed sources: each way of packing under every way in, joined, cut short, damaged; archives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bzlib.h>
#include <cmocka.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

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

static size_t bzip2(const char *text, size_t size, char *to)
{
    unsigned used = ROOM;
    assert_int_equal(BZ2_bzBuffToBuffCompress(to, &used, (char *)(uintptr_t)text, (unsigned)size, 1, 0, 0), BZ_OK);
    return used;
}

static size_t zstd(const char *text, size_t size, char *to)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t used;
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    used = ZSTD_compress2(context, to, ROOM, text, size);
    ZSTD_freeCCtx(context);
    assert_false(ZSTD_isError(used));
    return used;
}

enum { GZIP, XZ, BZIP2, ZSTD, PACKERS };

static pack *const packers[] = {gzip, xz, bzip2, zstd};
static const char *const names[] = {"gzip", "xz", "bzip2", "zstd"};

/* ---- zip ------------------------------------------------------------------------------------------------------- */

static void put(char **at, unsigned long value, int bytes)
{
    for (; bytes; bytes--, value >>= 8) {
        *(*at)++ = (char)(value & 0xff);
    }
}

enum { PLAIN, DEFLATE, STREAMED, WIDE, ENCRYPTED }; /* kinds of members; STREAMED: the sizes follow the data */

/* Writes a member of a zip archive; returns its size. */
static size_t zip_member(const char *name, const char *text, int kind, char *to)
{
    const size_t size = strlen(text);
    const unsigned long sum = crc32(0, (const Bytef *)text, (uInt)size);
    const bool follows = kind == STREAMED || kind == WIDE;
    char *data = malloc(ROOM), *at = to;
    z_stream z = {0};
    size_t packed = size;

    memcpy(data, text, size);
    if (kind != PLAIN) {
        assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
        z.next_in = (Bytef *)(uintptr_t)text;
        z.avail_in = (uInt)size;
        z.next_out = (Bytef *)data;
        z.avail_out = ROOM;
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        packed = ROOM - z.avail_out;
        deflateEnd(&z);
    }
    put(&at, 0x04034b50, 4);
    put(&at, 20, 2);
    put(&at, kind == ENCRYPTED ? 1 : follows ? 8 : 0, 2);
    put(&at, kind == PLAIN ? 0 : 8, 2);
    put(&at, 0, 4); /* time and day */
    put(&at, follows ? 0 : sum, 4);
    put(&at, kind == WIDE ? 0xffffffff : follows ? 0 : packed, 4);
    put(&at, kind == WIDE ? 0xffffffff : follows ? 0 : size, 4);
    put(&at, strlen(name), 2);
    put(&at, kind == WIDE ? 20 : 0, 2);
    at += sprintf(at, "%s", name);
    if (kind == WIDE) {
        put(&at, 1, 2);
        put(&at, 16, 2);
        put(&at, 0, 8);
        put(&at, 0, 8);
    }
    memcpy(at, data, packed);
    at += packed;
    if (follows) {
        put(&at, 0x08074b50, 4);
        put(&at, sum, 4);
        put(&at, packed, kind == WIDE ? 8 : 4);
        put(&at, size, kind == WIDE ? 8 : 4);
    }
    free(data);
    return (size_t)(at - to);
}

/* Writes what begins the directory at the end. */
static size_t zip_end(char *to)
{
    memcpy(to, "PK\1\2 and so on", 14);
    return 14;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

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

    for (int i = 0; i < PACKERS; i++) {
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

    for (int i = 0; i < PACKERS; i++) {
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

    for (int i = 0; i < PACKERS; i++) {
        size_t size = packers[i](s->text, lines(0, 10, s->text), s->packed);
        size += packers[i]("", 0, s->packed + size);
        size += packers[i](s->text, lines(10, 30, s->text), s->packed + size);
        memset(s->packed + size, 0, 512); /* gzip and xz allow zeros at the end, xz in fours */
        assert_int_equal(count_in_memory(s->packed, size + (i <= XZ ? 512 : 0), message), 30);
        assert_string_equal(message, "");
        strcpy(s->packed + size, "and then this");
        assert_int_equal(count_in_memory(s->packed, size + 13, message), 30);
        assert_int_equal(strncmp(message, "file:31: the ", 13), 0);
    }
    free(s);
}

static void test_cut_short_wherever(void **state)
{
    struct space *s = malloc(sizeof *s);
    char message[1024], expected[64];
    (void)state;

    for (int i = 0; i < PACKERS; i++) {
        size_t size = packers[i](s->text, lines(0, 300, s->text), s->packed);
        for (size_t cut = 6; cut < size; cut += cut < 64 ? 1 : 37) {
            size_t count = count_in_memory(s->packed, cut, message);
            snprintf(expected, sizeof expected, "file:%zu: the %s data ends too early", count + 1, names[i]);
            assert_string_equal(message, expected);
        }
    }
    free(s);
}

static void test_damage_is_reported(void **state)
{
    struct space *s = malloc(sizeof *s);
    char message[1024], expected[64];
    (void)state;

    for (int i = 0; i < PACKERS; i++) {
        size_t size = packers[i](s->text, lines(0, 300, s->text), s->packed);
        s->packed[size - (i == ZSTD ? 2 : i == BZIP2 ? 4 : 8)] ^= 0x55; /* of the checksum */
        count_in_memory(s->packed, size, message);
        snprintf(expected, sizeof expected, "the %s data is damaged", names[i]);
        assert_non_null(strstr(message, expected));
        if (i <= XZ) { /* which compare it after all bytes were given out */
            assert_int_equal(strncmp(message, "file:301: ", 10), 0);
        }
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

static void test_members_of_an_archive(void **state)
{
    struct space *s = malloc(sizeof *s);
    char message[1024], *at = s->packed;
    (void)state;

    at += zip_member("folder/", "", PLAIN, at);
    at += zip_member("folder/a.jsonl", "{\"id\":\"0\",\"title\":\"T\"}\n{\"id\":\"1\",\"title\":\"T\"}\n", DEFLATE, at);
    at += zip_member("__MACOSX/folder/._a.jsonl", "of no use", DEFLATE, at);
    at += zip_member("b.csv", "id,title\n2,T\n", PLAIN, at);
    at += zip_member("empty", "", PLAIN, at);
    at += zip_member("c.json", "[{\"id\":\"3\",\"title\":\"T\"}]", STREAMED, at);
    at += zip_member("d.csv", "title,id\nT,4\n", WIDE, at);
    at += zip_end(at);
    assert_int_equal(count_in_memory(s->packed, (size_t)(at - s->packed), message), 5);
    assert_string_equal(message, "");
    memcpy(s->packed, "PK\5\6", 4);
    memset(s->packed + 4, 0, 18);
    assert_int_equal(count_in_memory(s->packed, 22, message), 0);
    assert_string_equal(message, "");
    free(s);
}

static void test_faults_name_the_member(void **state)
{
    struct space *s = malloc(sizeof *s);
    char message[1024], *at = s->packed, *second;
    (void)state;

    at += zip_member("a.jsonl", "{\"id\":\"0\",\"title\":\"T\"}\n{}\n{\"id\":\"1\",\"title\":\"T\"}\n", DEFLATE, at);
    second = at;
    at += zip_member("b.jsonl", "{\"id\":\"2\",\"title\":\"T\"}\n", DEFLATE, at);
    at += zip_end(at);
    assert_int_equal(count_in_memory(s->packed, (size_t)(at - s->packed), message), 3);
    assert_int_equal(strncmp(message, "file/a.jsonl:2: ", 16), 0);

    at = second + zip_member("x.png", "\x89PNG\r\n\x1a\n", PLAIN, second);
    at += zip_member("b.jsonl", "{\"id\":\"0\",\"title\":\"T\"}\n", DEFLATE, at);
    at += zip_end(at);
    memmove(s->packed, second, (size_t)(at - second));
    assert_int_equal(count_in_memory(s->packed, (size_t)(at - second), message), 1);
    assert_int_equal(strncmp(message, "file/x.png", 10), 0);

    at = s->packed + zip_member("a.jsonl", "{\"id\":\"0\",\"title\":\"T\"}\n", ENCRYPTED, s->packed);
    assert_int_equal(count_in_memory(s->packed, (size_t)(at - s->packed), message), 0);
    assert_string_equal(message, "file: the zip archive is encrypted");
    free(s);
}

static void test_archives_cut_short_or_damaged(void **state)
{
    struct space *s = malloc(sizeof *s);
    char message[1024];
    (void)state;

    for (int kind = PLAIN; kind <= WIDE; kind++) {
        size_t size;
        if (kind == STREAMED) {
            continue; /* cut in its last bytes it is the same as without */
        }
        s->text[lines(0, 300, s->text)] = '\0';
        size = zip_member("a.jsonl", s->text, kind, s->packed);
        for (size_t cut = 6; cut < size; cut += cut < 64 ? 1 : 37) {
            count_in_memory(s->packed, cut, message);
            assert_non_null(strstr(message, "the zip archive ends too early"));
        }
        s->packed[kind == WIDE ? size - 20 : 14] ^= 0x55; /* of the sum */
        assert_int_equal(count_in_memory(s->packed, size, message), 300);
        assert_string_equal(message, "file/a.jsonl:301: the zip archive is damaged");
    }
    free(s);
}

/* Small files that unpack to very large ones. */
static void test_bombs_are_refused(void **state)
{
    const size_t large = 70 * 1024 * 1024;
    char *text = malloc(large), *packed = malloc(ROOM), message[1024];
    (void)state;

    memset(text, ' ', large);
    *text = '[';
    for (int i = 0; i < PACKERS; i++) {
        size_t size = packers[i](text, large, packed);
        assert_int_equal(count_in_memory(packed, size, message), 0);
        assert_non_null(strstr(message, "400 times its size"));
    }
    free(text);
    free(packed);
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
        cmocka_unit_test(test_members_of_an_archive),
        cmocka_unit_test(test_faults_name_the_member),
        cmocka_unit_test(test_archives_cut_short_or_damaged),
        cmocka_unit_test(test_bombs_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
