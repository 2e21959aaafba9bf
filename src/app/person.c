/*
 * person - what a person sees: colours, width, wrapped lines.
 *
 * Text may come from anywhere: control characters, and marks that change its direction, never reach a terminal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "person.h"

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

/* Columns of a character; -1 for one that must not reach a terminal: controls and direction marks. */
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
