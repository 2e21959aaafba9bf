/*
 * json - strings and numbers of JSON, and the commas between them.
 *
 * The last byte shows whether a comma is due: not at the start of a text, a line, a list or an object, and not after a
 * key or a NUL, which ends what is another string. Everywhere else a value has just ended.
 */
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include <cjson/cJSON.h>

#include "clean.h"
#include "json.h"

/* Whether a byte of ASCII needs no escape. */
static bool is_plain(unsigned char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

void json_escape(text *t, const char *character, size_t length, int columns)
{
    const unsigned char *at = (const unsigned char *)character;
    utf8proc_int32_t c = 0xfffd;

    if (*at == '"' || *at == '\\') {
        text_format(t, "\\%c", *at);
        return;
    }
    if (columns != NOT_UTF8) {
        utf8proc_iterate(at, (utf8proc_ssize_t)length, &c);
    }
    if (c > 0xffff) {
        text_format(t, "\\u%04x", (unsigned)(0xd7c0 + (c >> 10)));
        c = 0xdc00 + (c & 0x3ff);
    }
    text_format(t, "\\u%04x", (unsigned)c);
}

static void add_string(text *t, const char *string)
{
    const unsigned char *at = (const unsigned char *)string, *from = at;

    if (!string) {
        text_put(t, "null");
        return;
    }
    text_add(t, "\"", 1);
    for (;;) {
        int columns = 0;
        size_t length;
        while (is_plain(*at)) {
            at++;
        }
        length = *at ? clean_next((const char *)at, strnlen((const char *)at, 4), &columns) : 0;
        if (length && *at >= 0x80 && columns >= 0) {
            at += length;
            continue;
        }
        text_add(t, (const char *)from, (size_t)(at - from));
        if (!*at) {
            break;
        }
        json_escape(t, (const char *)at, length, columns);
        at += length;
        from = at;
    }
    text_add(t, "\"", 1);
}

/* Writes digits[0 .. count) after the point that the exponent, -4 to 0, gives. Returns how many bytes. */
static size_t write_digits(char out[24], bool negative, const char *digits, int count, int exponent)
{
    char *to = out;

    if (negative) {
        *to++ = '-';
    }
    *to++ = exponent < 0 ? '0' : *digits++;
    count -= exponent == 0;
    if (count) {
        *to++ = '.';
    }
    for (int i = -1; i > exponent; i--) {
        *to++ = '0';
    }
    memcpy(to, digits, (size_t)count);
    return (size_t)(to - out) + (size_t)count;
}

/* Writes what "%.*g" writes, for the numbers that tagging is full of: 1e-4 <= |value| < 10 at up to 9 digits. Scaled by
 * a power of ten the value is off by at most 2^-53 of itself. Unless it is then very near the middle of two whole
 * numbers, it is rounded as the exact value would be. Returns how many bytes; 0: printf must do it. */
static size_t write_quickly(char out[24], double value, int digits)
{
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
    const double size = fabs(value);
    const int exponent = size >= 1 ? 0 : size >= 0.1 ? -1 : size >= 0.01 ? -2 : size >= 0.001 ? -3 : -4;
    double scaled, rest;
    uint64_t whole;
    char figures[12];

    if (!(size >= 1e-4 && size < 10) || digits < 1 || digits > 9) {
        return 0;
    }
    scaled = size * powers[digits - 1 - exponent];
    whole = (uint64_t)scaled;
    rest = scaled - (double)whole;
    if (fabs(rest - 0.5) < 1e-5) {
        return 0;
    }
    whole += rest > 0.5;
    if (whole >= (uint64_t)powers[digits] || whole < (uint64_t)powers[digits - 1]) {
        return 0; /* rounded up to the next power of ten, or a comparison above was off by a rounding error */
    }
    for (int i = digits; i-- > 0; whole /= 10) {
        figures[i] = (char)('0' + whole % 10);
    }
    while (digits > 1 && figures[digits - 1] == '0') {
        digits--;
    }
    return write_digits(out, value < 0, figures, digits, exponent);
}

static void add_number(text *t, double value, int digits)
{
    char quick[24];
    size_t length = write_quickly(quick, value, digits);

    if (length) {
        text_add(t, quick, length);
    } else if (isfinite(value)) {
        text_format(t, "%.*g", digits, value);
    } else {
        text_put(t, "null");
    }
}

/* ---- keys and values ------------------------------------------------------------------------------------------- */

static bool comma_is_due(const text *t)
{
    const char last = t->size ? t->data[t->size - 1] : '\n';

    return last && last != '{' && last != '[' && last != ':' && last != '\n';
}

void json_key(text *t, const char *key)
{
    const size_t length = key ? strlen(key) : 0;
    const bool comma = comma_is_due(t);
    char *to = text_room(t, length + 4);

    if (!to) {
        return;
    }
    if (comma) {
        *to++ = ',';
    }
    if (key) {
        *to++ = '"';
        memcpy(to, key, length);
        to += length;
        *to++ = '"';
        *to++ = ':';
    }
    *to = '\0';
    t->size = (size_t)(to - t->data);
}

void json_open(text *t, const char *key, char bracket)
{
    json_key(t, key);
    text_add(t, &bracket, 1);
}

void json_close(text *t, char bracket)
{
    text_add(t, &bracket, 1);
}

void json_line_end(text *t)
{
    text_put(t, "\n");
}

void json_line_break(text *t)
{
    text_put(t, comma_is_due(t) ? ",\n" : "\n");
}

void json_string(text *t, const char *key, const char *value)
{
    json_key(t, key);
    add_string(t, value);
}

void json_verbatim(text *t, const char *json)
{
    for (size_t left = strlen(json), length; left; left -= length, json += length) {
        int columns;
        length = clean_next(json, left, &columns);
        if (columns < 0 && !strchr("\t\r\n", *json)) {
            json_escape(t, json, length, columns);
        } else {
            text_add(t, json, length);
        }
    }
}

void json_optional(text *t, const char *key, const char *value)
{
    if (value) {
        json_string(t, key, value);
    }
}

void json_strings(text *t, const char *key, papertag_strings list)
{
    json_open(t, key, '[');
    for (size_t i = 0; i < list.count; i++) {
        json_string(t, NULL, list.items[i]);
    }
    json_close(t, ']');
}

void json_number(text *t, const char *key, double value, int digits)
{
    json_key(t, key);
    add_number(t, value, digits);
}

void json_count(text *t, const char *key, size_t value)
{
    json_format(t, key, "%zu", value);
}

void json_bool(text *t, const char *key, bool value)
{
    json_key(t, key);
    text_add(t, value ? "true" : "false", value ? 4 : 5);
}

void json_null(text *t, const char *key)
{
    json_key(t, key);
    text_put(t, "null");
}

void json_format(text *t, const char *key, const char *format, ...)
{
    va_list list;

    json_key(t, key);
    va_start(list, format);
    text_format_list(t, format, list);
    va_end(list);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

const cJSON *json_member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}
