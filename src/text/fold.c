/*
 * fold - Unicode to what the scanner reads.
 *
 * utf8proc replaces compatibility forms (ligatures, full-width and mathematical letters), strips accents and folds the
 * case of what is not ASCII. ASCII runs, nearly all of a usual abstract, are copied unchanged.
 */
#include "fold.h"

#include <utf8proc.h>

#include "base/sixteen.h"

/* Scripts written without spaces: each character becomes a word, and bigrams join them. */
static bool is_ideograph(utf8proc_int32_t c)
{
    return (c >= 0x2e80 && c <= 0x2fdf) || (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x4dbf) ||
           (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* Appends one character of a decomposition. */
static void append_folded(pt_buf *out, utf8proc_int32_t c)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t size;

    if (c < 0x80) {
        char byte = (char)(c < ' ' || c == 0x7f ? ' ' : c);
        pt_buf_append(out, &byte, 1);
        return;
    }
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_PD:
        pt_buf_append(out, "-", 1);
        return;
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
        pt_buf_append(out, "'", 1);
        return;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        break;
    default:
        pt_buf_append(out, c == 0x2212 ? "-" : " ", 1); /* the minus sign is a symbol, not a dash */
        return;
    }
    size = utf8proc_encode_char(c, bytes);
    if (is_ideograph(c)) {
        pt_buf_append(out, " ", 1);
        pt_buf_append(out, bytes, (size_t)size);
        pt_buf_append(out, " ", 1);
    } else {
        pt_buf_append(out, bytes, (size_t)size);
    }
}

static void fold_character(pt_buf *out, utf8proc_int32_t c)
{
    utf8proc_int32_t pieces[32]; /* the longest compatibility form has 18 */
    int boundary = 0;
    utf8proc_option_t options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE |
                                (c >= 0x80 ? UTF8PROC_CASEFOLD : 0); /* camel case needs the case of ASCII */
    utf8proc_ssize_t count = utf8proc_decompose_char(c, pieces, 32, options, &boundary);

    if (count < 0 || count > 32) {
        pt_buf_append(out, " ", 1);
        return;
    }
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        append_folded(out, pieces[i]);
    }
}

/* The first byte of [at, end) that is not printable ASCII, or end. */
static const unsigned char *end_of_plain(const unsigned char *at, const unsigned char *end)
{
    while (end - at >= (ptrdiff_t)sizeof(pt_sixteen)) {
        const unsigned other = pt_sixteen_not_plain(pt_sixteen_at(at));
        if (other) {
            return at + __builtin_ctz(other);
        }
        at += sizeof(pt_sixteen);
    }
    while (at < end && *at >= ' ' && *at < 0x7f) {
        at++;
    }
    return at;
}

bool pt_is_folded(const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + size;
    return end_of_plain(at, end) == end;
}

void pt_fold(pt_buf *out, const char *text, size_t size, bool fast_path)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + size;

    while (at < end) {
        utf8proc_int32_t c;
        utf8proc_ssize_t length;
        const unsigned char *run = at;
        if (fast_path) {
            at = end_of_plain(at, end);
        }
        if (at > run) {
            pt_buf_append(out, run, (size_t)(at - run));
            continue;
        }
        length = utf8proc_iterate(at, end - at, &c);
        if (length <= 0) {
            pt_buf_append(out, " ", 1);
            at++;
        } else {
            fold_character(out, c);
            at += length;
        }
    }
}
