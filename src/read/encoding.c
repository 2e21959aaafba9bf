/*
 * encoding - see encoding.h.
 */
#include "encoding.h"

#include <utf8proc.h>

#include "base/swar.h"

/* Windows-1252 from 0x80 to 0x9f; the rest is as in Latin-1. 0: no character.
 * Source: Unicode, Mappings, CP1252.TXT. */
static const uint16_t windows_1252[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                          0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                          0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                          0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

enum { REPLACEMENT = 0xfffd, JUDGED = 256 * 1024, BINARY_HEAD = 512 }; /* bytes; judged from the first not ASCII */

const char *pt_encoding_name(pt_encoding encoding)
{
    static const char *const names[] = {"ASCII", "UTF-8", "UTF-16 (little-endian)", "UTF-16 (big-endian)",
                                        "Windows-1252 (Latin-1)"};
    return names[encoding];
}

/* ---- recognising ----------------------------------------------------------------------------------------------- */

/* Papers begin with ASCII: a bracket, a name, a title. In UTF-16 every second byte of that is zero. */
static pt_encoding utf_16_without_mark(const char *head, size_t size)
{
    size_t zeros[2] = {0};

    size = size < PT_ENCODING_HEAD ? size & ~(size_t)1 : PT_ENCODING_HEAD;
    for (size_t i = 0; i < size; i++) {
        zeros[i % 2] += !head[i];
    }
    if (size < 4 || (zeros[0] && zeros[1]) || 4 * (zeros[0] + zeros[1]) < 3 * (size / 2)) {
        return PT_ASCII;
    }
    return zeros[1] ? PT_UTF_16_LE : PT_UTF_16_BE;
}

pt_encoding pt_encoding_of_head(const char *head, size_t size, size_t *mark)
{
    *mark = 0;
    if (size >= 3 && !memcmp(head, "\xef\xbb\xbf", 3)) {
        *mark = 3;
        return PT_UTF_8;
    }
    if (size >= 2 && (!memcmp(head, "\xff\xfe", 2) || !memcmp(head, "\xfe\xff", 2))) {
        *mark = 2;
        return (unsigned char)*head == 0xff ? PT_UTF_16_LE : PT_UTF_16_BE;
    }
    return utf_16_without_mark(head, size);
}

/* The first byte of [at, end) that is not ASCII. */
static const char *skip_ascii(const char *at, const char *end)
{
    const uint64_t high = 0x8080808080808080u;

    while (end - at >= 8 && !(pt_eight(at) & high)) {
        at += 8;
    }
    while (at < end && (unsigned char)*at < 0x80) {
        at++;
    }
    return at;
}

/* Whether a character may begin at `at` that the end of the block cuts. */
static bool is_cut(const char *at, const char *end)
{
    bool cut = end - at <= 3 && (unsigned char)*at >= 0xc2;

    for (at++; at < end && cut; at++) {
        cut = ((unsigned char)*at & 0xc0) == 0x80;
    }
    return cut;
}

pt_encoding pt_encoding_of_block(const char *block, size_t size)
{
    const char *at = skip_ascii(block, block + size), *end = block + size;
    size_t valid = 0, invalid = 0;

    if (at == end) {
        return PT_ASCII;
    }
    if (memchr(block, '\0', size < BINARY_HEAD ? size : BINARY_HEAD)) {
        return PT_UTF_8; /* no text */
    }
    end = end - at < JUDGED ? end : at + JUDGED;
    while (at < end) {
        utf8proc_int32_t c;
        const utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)at, end - at, &c);
        if (bytes > 0) {
            valid++;
            at += bytes;
        } else if (is_cut(at, end)) {
            break;
        } else {
            invalid++;
            at++;
        }
        at = skip_ascii(at, end);
    }
    return invalid > valid ? PT_WINDOWS_1252 : PT_UTF_8;
}

/* ---- converting ------------------------------------------------------------------------------------------------ */

static uint32_t unit_at(pt_encoding encoding, const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return encoding == PT_UTF_16_LE ? b[0] | (uint32_t)b[1] << 8 : b[1] | (uint32_t)b[0] << 8;
}

/* The character of UTF-16 at *from, moved past it; -1 when [*from, end) does not hold it whole. */
static int32_t next_of_utf_16(pt_encoding encoding, const char **from, const char *end, bool last)
{
    const char *at = *from;
    uint32_t unit, low;

    if (end - at < 2) {
        *from = last ? end : at;
        return last ? REPLACEMENT : -1;
    }
    unit = unit_at(encoding, at);
    if (unit < 0xd800 || unit > 0xdfff) {
        *from = at + 2;
        return (int32_t)unit;
    }
    if (unit < 0xdc00 && end - at < 4 && !last) {
        return -1;
    }
    low = unit < 0xdc00 && end - at >= 4 ? unit_at(encoding, at + 2) : 0;
    if (low < 0xdc00 || low > 0xdfff) {
        *from = at + 2;
        return REPLACEMENT;
    }
    *from = at + 4;
    return (int32_t)(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
}

size_t pt_encoding_convert(pt_encoding encoding, const char **from, const char *end, bool last, char *to, size_t room)
{
    size_t size = 0;

    while (*from < end && room - size >= PT_ENCODING_ROOM) {
        int32_t c;
        if (encoding == PT_WINDOWS_1252) {
            c = (unsigned char)*(*from)++;
            if (c >= 0x80 && c < 0xa0) {
                c = windows_1252[c - 0x80] ? windows_1252[c - 0x80] : REPLACEMENT;
            }
        } else {
            c = next_of_utf_16(encoding, from, end, last);
        }
        if (c < 0) {
            break;
        }
        size += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)to + size);
    }
    return size;
}
