/*
 * list - see list.h.
 *
 * Only the strings count. What is between them, commas, spaces, None or numbers, separates. So one scan reads all of
 * the ways in which lists are written.
 */
#include "list.h"

#include <utf8proc.h>

#include "slice.h"

bool pt_is_written_list(const char *text, size_t length)
{
    const pt_slice list = pt_trimmed((pt_slice){text, length});
    size_t i = 1;

    if (list.length < 2 || list.text[0] != '[' || list.text[list.length - 1] != ']') {
        return false;
    }
    while (i < list.length && (pt_is_white(list.text[i]) || strchr("[{u", list.text[i]))) {
        i++;
    }
    return i < list.length && strchr("'\"]", list.text[i]);
}

/* The value of a hexadecimal number of `count` digits at `at`; -1 when there is none. */
static utf8proc_int32_t hexadecimal(const char *at, const char *end, int count)
{
    utf8proc_int32_t value = 0;

    for (int i = 0; i < count; i++) {
        const char c = at < end ? pt_lower(*at++) : ' ';
        if (!pt_is_digit(c) && (c < 'a' || c > 'f')) {
            return -1;
        }
        value = 16 * value + (pt_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return value;
}

/* Appends what an escape stands for. `at` is after the backslash; returns where the text goes on. */
static const char *take_escape(pt_buf *out, const char *at, const char *end)
{
    const int digits = *at == 'u' ? 4 : *at == 'x' ? 2 : 0;
    utf8proc_int32_t code = digits ? hexadecimal(at + 1, end, digits) : -1;
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t size;

    if (code < 0) {
        pt_buf_append(out, strchr("nrtbf", *at) && *at ? " " : at, 1);
        return at + 1;
    }
    at += 1 + digits;
    if (code >= 0xd800 && code < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        const utf8proc_int32_t low = hexadecimal(at + 2, end, 4);
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            at += 6;
        }
    }
    size = utf8proc_encode_char(code >= 0xd800 && code < 0xe000 ? 0xfffd : code, bytes);
    pt_buf_append(out, bytes, (size_t)size);
    return at;
}

/* Replaces out by the string that begins at the quote `at`. Returns the byte after its end. */
static const char *take_string(pt_buf *out, const char *at, const char *end)
{
    const char quote = *at++;

    pt_buf_clear(out);
    pt_buf_append(out, "", 0);
    while (at < end && *at != quote) {
        if (*at == '\\' && at + 1 < end) {
            at = take_escape(out, at + 1, end);
        } else {
            pt_buf_append(out, at++, 1);
        }
    }
    return at < end ? at + 1 : end;
}

static const char *skip_white(const char *at, const char *end)
{
    while (at < end && pt_is_white(*at)) {
        at++;
    }
    return at;
}

int pt_written_list(const char *text, size_t length, const char *name, pt_list_item *item, void *context)
{
    const char *at = text, *end = text + length;
    size_t depth = 0; /* of objects */
    bool wanted = false;
    pt_buf string = {0};
    int status = PAPERTAG_OK;

    name = name ? name : "name";
    while (at < end && !status) {
        depth += *at == '{';
        depth -= *at == '}' && depth;
        if (*at != '\'' && *at != '"') {
            at++;
            continue;
        }
        at = take_string(&string, at, end);
        if (string.failed) {
            status = PAPERTAG_NO_MEMORY;
        } else if (depth && skip_white(at, end) < end && *skip_white(at, end) == ':') {
            wanted = !strcmp(string.data, name);
        } else if (!depth || wanted) {
            status = item(context, string.data, string.size);
            wanted = false;
        }
    }
    pt_buf_free(&string);
    return status;
}
