/*
 * out - what the program writes: JSON for programs, text for people.
 *
 * JSON here is a few flat objects a line, written straight into a buffer. Text for people may come from anywhere, so
 * control characters and the marks that turn the direction of text are left out before it reaches a terminal.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "app.h"

/* ---- buffer ---------------------------------------------------------------------------------------------------- */

void text_add(text *t, const char *bytes, size_t size)
{
    if (!t->failed && t->capacity - t->size < size + 1) {
        size_t capacity = (t->capacity + size + 1) * 2;
        char *data = realloc(t->data, capacity);
        if (data) {
            t->data = data;
            t->capacity = capacity;
        } else {
            t->failed = true;
        }
    }
    if (!t->failed) {
        memcpy(t->data + t->size, bytes, size);
        t->size += size;
        t->data[t->size] = '\0';
    }
}

void text_put(text *t, const char *string)
{
    text_add(t, string, strlen(string));
}

void text_format(text *t, const char *format, ...)
{
    char line[1024];
    va_list list;
    int length;

    va_start(list, format);
    length = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    text_add(t, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
}

void text_free(text *t)
{
    free(t->data);
    *t = (text){0};
}

const char *text_of(text *whole, const text *part)
{
    whole->failed = whole->failed || part->failed;
    return part->data ? part->data : "";
}

bool text_write(text *t)
{
    if (t->failed) {
        return !out_of_memory();
    }
    if (t->size && fwrite(t->data, 1, t->size, stdout) != t->size) {
        finish_output();
        return false;
    }
    t->size = 0;
    return true;
}

bool text_write_file(text *t, const char *path)
{
    papertag_error err;
    const bool good = !t->failed && !papertag_write_file(path, t->data, t->size, &err);

    if (!good) {
        fprintf(stderr, "papertag: %s\n", t->failed ? "out of memory" : err.message);
    }
    t->size = 0;
    return good;
}

int finish_output(void)
{
    static bool told; /* what cannot be written stays in the buffer of stdout, and fails again at each end */

    if (!fflush(stdout) && !ferror(stdout)) {
        return EXIT_DONE;
    }
    if (!told && errno != EPIPE) { /* who stops reading has what they wanted */
        fprintf(stderr, "papertag: cannot write the output: %s\n", strerror(errno));
    }
    told = true;
    return EXIT_FAILED;
}

/* ---- HTML ------------------------------------------------------------------------------------------------------ */

size_t text_hidden(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;

    if (c[0] == 0xe2 &&
        ((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) || (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9))) {
        return 3; /* U+202A .. U+202E, U+2066 .. U+2069 */
    }
    if (c[0] == 0xef && ((c[1] == 0xbb && c[2] == 0xbf) || (c[1] == 0xbf && (c[2] == 0xbe || c[2] == 0xbf)))) {
        return 3; /* U+FEFF, U+FFFE, U+FFFF */
    }
    return 0;
}

void text_html(text *t, const char *string)
{
    for (; *string; string++) {
        if (text_hidden(string)) {
            string += text_hidden(string) - 1;
            continue;
        }
        const char *entity = *string == '&'    ? "&amp;"
                             : *string == '<'  ? "&lt;"
                             : *string == '>'  ? "&gt;"
                             : *string == '"'  ? "&quot;"
                             : *string == '\'' ? "&#39;"
                                               : NULL;
        if (entity) {
            text_put(t, entity);
        } else if ((unsigned char)*string >= ' ' || *string == '\n' || *string == '\t') {
            text_add(t, string, 1);
        }
    }
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

/* Whether JSON takes the byte as it is, when it is ASCII. */
static bool json_plain(unsigned char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

void text_json_string(text *t, const char *string)
{
    const unsigned char *at = (const unsigned char *)string, *from = at;

    if (!string) {
        text_put(t, "null");
        return;
    }
    text_add(t, "\"", 1);
    for (;;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t length;
        while (json_plain(*at)) {
            at++;
        }
        length = *at < 0x80 ? 1 : utf8proc_iterate(at, -1, &c);
        if (*at >= 0x80 && length > 0) {
            at += length;
            continue;
        }
        text_add(t, (const char *)from, (size_t)(at - from));
        if (!*at) {
            break;
        }
        if (length <= 0) {
            text_put(t, "\\ufffd"); /* a byte that is no UTF-8 */
        } else if (*at == '"' || *at == '\\') {
            text_format(t, "\\%c", *at);
        } else {
            text_format(t, "\\u%04x", *at);
        }
        from = ++at;
    }
    text_add(t, "\"", 1);
}

/* Writes what "%.*g" writes, for the numbers that tagging is full of: 1e-4 <= |value| < 10 at up to 9 digits. Times a
 * power of ten the value is off by at most 2^-53 of itself; when it is then not too near to the middle of two whole
 * numbers, it is rounded as it would be exactly. 0: printf must do it. */
static size_t quick_number(char out[24], double value, int digits)
{
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
    const double size = fabs(value);
    int exponent = size >= 1 ? 0 : size >= 0.1 ? -1 : size >= 0.01 ? -2 : size >= 0.001 ? -3 : -4;
    double scaled, rest;
    uint64_t whole;
    char figures[12], *to = out;

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
        return 0; /* rounded up to another power of ten, or that power was not what it seemed */
    }
    for (int i = digits; i-- > 0; whole /= 10) {
        figures[i] = (char)('0' + whole % 10);
    }
    while (digits > 1 && figures[digits - 1] == '0') {
        digits--;
    }
    if (value < 0) {
        *to++ = '-';
    }
    if (exponent < 0) {
        *to++ = '0';
        *to++ = '.';
        for (int i = -1; i > exponent; i--) {
            *to++ = '0';
        }
    } else {
        *to++ = figures[0];
        if (digits > 1) {
            *to++ = '.';
        }
    }
    memcpy(to, figures + (exponent == 0), (size_t)(digits - (exponent == 0)));
    return (size_t)(to - out) + (size_t)(digits - (exponent == 0));
}

void text_json_number(text *t, double value, int digits)
{
    char quick[24];
    size_t length = quick_number(quick, value, digits);

    if (length) {
        text_add(t, quick, length);
    } else if (isfinite(value)) {
        text_format(t, "%.*g", digits, value);
    } else {
        text_put(t, "null");
    }
}

/* ---- people ---------------------------------------------------------------------------------------------------- */

style style_of_stdout(void)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM"), *columns = getenv("COLUMNS");
    style s = {80, "", "", "", "", ""};
    struct winsize size;

    if (!isatty(STDOUT_FILENO)) {
        return s;
    }
    if (columns && atoi(columns) > 0) {
        s.width = (unsigned)atoi(columns);
    } else if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col) {
        s.width = size.ws_col;
    }
    s.width = s.width < 20 ? 20 : s.width > 120 ? 120 : s.width;
    if ((!no_colour || !*no_colour) && terminal && *terminal && strcmp(terminal, "dumb") != 0) {
        s.bold = "\033[1m";
        s.dim = "\033[2m";
        s.good = "\033[32m";
        s.bad = "\033[31m";
        s.plain = "\033[0m";
    }
    return s;
}

/* Columns of a character; -1 for one that must not reach a terminal: controls, direction marks, private use. */
static int columns_of(utf8proc_int32_t c)
{
    if (c < ' ' || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x061c || (c >= 0x200e && c <= 0x200f) ||
        (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff) {
        return -1;
    }
    return utf8proc_charwidth(c);
}

unsigned text_columns(const char *string)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)string;
    unsigned columns = 0;

    while (*at) {
        utf8proc_int32_t c;
        utf8proc_ssize_t length = utf8proc_iterate(at, -1, &c);
        int wide = length > 0 ? columns_of(c) : 0;
        columns += wide > 0 ? (unsigned)wide : 0;
        at += length > 0 ? length : 1;
    }
    return columns;
}

void text_safe(text *t, const char *string, size_t length)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)string, *end = at + length;

    while (at < end) {
        utf8proc_int32_t c;
        utf8proc_ssize_t bytes = utf8proc_iterate(at, end - at, &c);
        if (bytes > 0 && columns_of(c) >= 0) {
            text_add(t, (const char *)at, (size_t)bytes);
        }
        at += bytes > 0 ? bytes : 1;
    }
}

void text_wrapped(text *t, const style *s, const char *string, const char *indent)
{
    unsigned column = text_columns(indent);
    bool first = true;

    for (; *string; first = false) {
        size_t length = strcspn(string, " ");
        char word[256];
        unsigned wide;
        snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1), string);
        wide = text_columns(word);
        if (!first && column + 1 + wide > s->width) {
            text_put(t, "\n");
            text_put(t, indent);
            column = text_columns(indent);
        } else if (!first) {
            text_put(t, " ");
            column++;
        }
        text_safe(t, string, length);
        column += wide;
        string += length;
        string += strspn(string, " ");
    }
}
