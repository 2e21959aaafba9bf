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

#include "clean.h"
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
        s.bold = terminal_marks[MARK_BOLD];
        s.dim = terminal_marks[MARK_DIM];
        s.good = terminal_marks[MARK_GOOD];
        s.bad = terminal_marks[MARK_BAD];
        s.plain = terminal_marks[MARK_PLAIN];
    }
    return s;
}

/* ---- wrapped lines --------------------------------------------------------------------------------------------- */

/* A line that is being filled. */
struct line {
    text *out;
    const char *indent;
    unsigned width, column;
};

static void begin_line(struct line *l)
{
    text_put(l->out, "\n");
    text_put(l->out, l->indent);
    l->column = text_columns(l->indent);
}

/* Where the item of a list that begins at `string` ends: before the next middle dot between spaces. */
static size_t item_length(const char *string)
{
    const char *end = strstr(string, " \xc2\xb7 ");

    return end ? (size_t)(end - string) + 3 : strlen(string);
}

/* Whether a line of Chinese, Japanese or Korean text may not begin with this character: marks that close or divide. */
static bool is_closing(const char *string, size_t left)
{
    static const char closing[] = "\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011\u300b\u3009"
                                  "\u3015\uff3d\uff5d\u30fc\u3005";

    for (const char *at = closing; *at && left >= 3; at += 3) { /* each has three bytes */
        if (!memcmp(at, string, 3)) {
            return true;
        }
    }
    return false;
}

/* Adds a word. Scripts without spaces have wide characters: a line may end between two of them, unless the second is a
 * closing mark, for which the line must have room, too. */
static void add_word(struct line *l, const char *word, size_t length)
{
    size_t begin = 0;
    int before = 0;

    for (size_t at = 0, bytes; at < length; at += bytes) {
        int columns;
        unsigned wide, mark;
        bytes = clean_next(word + at, length - at, &columns);
        wide = text_columns_of(word + at, bytes);
        mark = is_closing(word + at + bytes, length - at - bytes) ? 2 : 0;
        if (columns == 2 && before == 2 && l->column + wide + mark > l->width && !is_closing(word + at, bytes)) {
            text_clean(l->out, word + begin, at - begin);
            begin_line(l);
            begin = at;
        }
        l->column += wide;
        before = columns;
    }
    text_clean(l->out, word + begin, length - begin);
}

void text_wrapped(text *t, const style *s, const char *string, const char *indent)
{
    struct line l = {t, indent, s->width, text_columns(indent)};
    const unsigned room = s->width > l.column ? s->width - l.column : 0;
    bool first = true, item = false; /* whether the word begins an item */

    for (; *string; first = false) {
        const size_t length = strcspn(string, " \t\r\n");
        unsigned wide = text_columns_of(string, item ? item_length(string) : length);
        if (item && wide > room) { /* too long for any line: by words */
            wide = text_columns_of(string, length);
        }
        if (!first && l.column + 1 + wide > l.width) {
            begin_line(&l);
        } else if (!first) {
            text_put(t, " ");
            l.column++;
        }
        add_word(&l, string, length);
        item = length == 2 && !memcmp(string, "\xc2\xb7", 2);
        string += length;
        string += strspn(string, " \t\r\n");
    }
}
