/*
 * clean - see clean.h; and text_format, a printf that cleans every string.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "clean.h"

const char terminal_marks[MARKS][8] = {"\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m"};

/* ---- characters ------------------------------------------------------------------------------------------------ */

static bool is_shown(utf8proc_int32_t c)
{
    static const struct {
        utf8proc_int32_t first, last;
    } hidden[] = {
        {0x0000, 0x001f},   {0x007f, 0x009f},                                     /* C0, C1 */
        {0x061c, 0x061c},   {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, /* lines, direction, invisible */
        {0xfeff, 0xfeff},   {0xfff9, 0xfffb}, {0xfffe, 0xffff}, /* byte order, annotation, no characters */
        {0xe0000, 0xe007f},                                     /* tags, which repeat ASCII invisibly */
    };

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden && c >= hidden[i].first; i++) {
        if (c <= hidden[i].last) {
            return false;
        }
    }
    return true;
}

size_t clean_next(const char *string, size_t left, int *columns)
{
    const unsigned char first = (unsigned char)*string;
    utf8proc_int32_t c;
    utf8proc_ssize_t bytes;

    if (first < 0x80) {
        *columns = first >= ' ' && first < 0x7f ? 1 : NOT_SHOWN;
        return 1;
    }
    bytes = utf8proc_iterate((const utf8proc_uint8_t *)string, (utf8proc_ssize_t)left, &c);
    if (bytes <= 0) {
        *columns = NOT_UTF8;
        return 1;
    }
    *columns = is_shown(c) ? utf8proc_charwidth(c) : NOT_SHOWN;
    return (size_t)bytes;
}

bool is_clean(const char *string)
{
    int columns = 0;

    for (size_t left = strlen(string), bytes; left && columns >= 0; left -= bytes, string += bytes) {
        bytes = clean_next(string, left, &columns);
    }
    return columns >= 0;
}

unsigned text_columns_of(const char *string, size_t length)
{
    unsigned wide = 0;
    int columns;

    for (size_t bytes; length; length -= bytes, string += bytes) {
        bytes = clean_next(string, length, &columns);
        wide += columns > 0 ? (unsigned)columns : columns == NOT_UTF8 || strchr("\t\n\r", *string) ? 1 : 0;
    }
    return wide;
}

unsigned text_columns(const char *string)
{
    return text_columns_of(string, strlen(string));
}

void text_clean(text *t, const char *string, size_t length)
{
    while (length) {
        size_t good = 0, bytes = 0;
        int columns = 0;
        while (good < length && (bytes = clean_next(string + good, length - good, &columns), columns >= 0)) {
            good += bytes;
        }
        text_add(t, string, good);
        string += good;
        length -= good;
        if (length) {
            text_put(t, strchr("\t\n\r", *string) && *string ? " " : columns == NOT_UTF8 ? "\xef\xbf\xbd" : "");
            string += bytes;
            length -= bytes;
        }
    }
}

void text_shell(text *t, const char *string)
{
    static const char harmless[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@+,-";

    if (*string && !string[strspn(string, harmless)]) {
        text_put(t, string);
        return;
    }
    text_put(t, "'");
    for (;;) {
        const size_t length = strcspn(string, "'");
        text_clean(t, string, length);
        if (!string[length]) {
            break;
        }
        text_put(t, "'\\''");
        string += length + 1;
    }
    text_put(t, "'");
}

/* ---- formatting ------------------------------------------------------------------------------------------------ */

/* A conversion of a format, after its '%'. */
struct conversion {
    char flags[6];
    int width;     /* columns for a string, else bytes */
    int precision; /* -1: none */
    char size;     /* 'z', 'l', 'L' for ll, or 0 */
    char letter;
};

/* A number, or '*' for the next argument. */
static const char *read_number(const char *at, int *number, va_list *list)
{
    if (*at == '*') {
        *number = va_arg(*list, int);
        return at + 1;
    }
    for (*number = 0; *at >= '0' && *at <= '9'; at++) {
        *number = *number * 10 + (*at - '0');
    }
    return at;
}

static const char *read_conversion(const char *at, struct conversion *c, va_list *list)
{
    size_t flags = strspn(at, "-+ 0#");

    *c = (struct conversion){.precision = -1};
    flags = flags < sizeof c->flags ? flags : sizeof c->flags - 1;
    memcpy(c->flags, at, flags);
    at = read_number(at + flags, &c->width, list);
    if (*at == '.') {
        at = read_number(at + 1, &c->precision, list);
    }
    while (*at == 'z' || *at == 'l') {
        c->size = c->size ? 'L' : *at;
        at++;
    }
    c->letter = *at;
    return at + (*at != '\0');
}

/* Adds what printf makes of one number. */
static void add_printed(text *t, const char *format, ...)
{
    va_list list, again;
    char *to = text_room(t, 127); /* enough for nearly all: a second run is rare */
    int length;

    va_start(list, format);
    va_copy(again, list);
    length = to ? vsnprintf(to, 128, format, list) : -1;
    if (length >= 128 && (to = text_room(t, (size_t)length)) != NULL) {
        vsnprintf(to, (size_t)length + 1, format, again);
    }
    t->failed = t->failed || length < 0;
    t->size += to && length > 0 ? (size_t)length : 0;
    va_end(again);
    va_end(list);
}

static void add_argument(text *t, const struct conversion *c, va_list *list)
{
    const char *size = c->size == 'L' ? "ll" : c->size == 'l' ? "l" : c->size == 'z' ? "z" : "";
    char format[24];

    snprintf(format, sizeof format, "%%%s*.*%s%c", c->flags, size, c->letter);
    if (strchr("aefgAEFG", c->letter)) {
        add_printed(t, format, c->width, c->precision, va_arg(*list, double));
    } else if (c->size == 'L') {
        add_printed(t, format, c->width, c->precision, va_arg(*list, long long));
    } else if (c->size == 'l') {
        add_printed(t, format, c->width, c->precision, va_arg(*list, long));
    } else if (c->size == 'z') {
        add_printed(t, format, c->width, c->precision, va_arg(*list, size_t));
    } else {
        add_printed(t, format, c->width, c->precision, va_arg(*list, int));
    }
}

static void add_spaces(text *t, int count)
{
    for (; count > 0; count--) {
        text_put(t, " ");
    }
}

/* Adds a string (NULL: an empty one), padded to columns; cut, where it has a precision, between characters. */
static void add_shown(text *t, const struct conversion *c, const char *given)
{
    const char *string = given ? given : "";
    const size_t most = c->precision < 0 ? SIZE_MAX : (size_t)c->precision;
    size_t length = strnlen(string, most);
    bool left = strchr(c->flags, '-') != NULL, marked = false;
    text shown = {0};

    for (int i = 0; i < MARKS; i++) {
        marked = marked || string == terminal_marks[i];
    }
    while (string[length] && length && ((unsigned char)string[length] & 0xc0) == 0x80) {
        length--;
    }
    if (marked) {
        text_put(t, string);
    } else if (!c->width) {
        text_clean(t, string, length);
    } else {
        text_clean(&shown, string, length);
        add_spaces(t, left ? 0 : c->width - (int)text_columns(text_of(t, &shown)));
        text_put(t, text_of(t, &shown));
        add_spaces(t, left ? c->width - (int)text_columns(text_of(t, &shown)) : 0);
    }
    text_free(&shown);
}

void text_format_list(text *t, const char *format, va_list arguments)
{
    va_list list;

    va_copy(list, arguments);
    while (*format) {
        const size_t plain = strcspn(format, "%");
        struct conversion c;
        text_add(t, format, plain);
        format += plain;
        if (!*format) {
            break;
        }
        format = read_conversion(format + 1, &c, &list);
        if (c.letter == 's') {
            add_shown(t, &c, va_arg(list, const char *));
        } else if (c.letter == 'c') {
            add_shown(t, &c, (const char[]){(char)va_arg(list, int), '\0'});
        } else if (c.letter == '%') {
            text_put(t, "%");
        } else {
            add_argument(t, &c, &list);
        }
    }
    va_end(list);
}

void text_format(text *t, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    text_format_list(t, format, list);
    va_end(list);
}
