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

void text_wrapped(text *t, const style *s, const char *string, const char *indent)
{
    unsigned column = text_columns(indent);
    bool first = true;

    for (; *string; first = false) {
        size_t length = strcspn(string, " \t\r\n");
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
        text_clean(t, string, length);
        column += wide;
        string += length;
        string += strspn(string, " \t\r\n");
    }
}
