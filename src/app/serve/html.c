/*
 * html - see html.h.
 */
#include "html.h"

#include <stdarg.h>
#include <string.h>

const char *html_flag(bool on)
{
    return on ? "" : NULL;
}

static void open_list(text *t, const char *name, va_list list)
{
    text_put(t, "<");
    text_put(t, name);
    for (const char *attribute; (attribute = va_arg(list, const char *)) != NULL;) {
        const char *value = va_arg(list, const char *);
        if (value) {
            text_put(t, " ");
            text_put(t, attribute);
            text_put(t, "=\"");
            text_html(t, value);
            text_put(t, "\"");
        }
    }
    text_put(t, ">");
}

void html_open(text *t, const char *name, ...)
{
    va_list list;

    va_start(list, name);
    open_list(t, name, list);
    va_end(list);
}

void html_close(text *t, const char *name)
{
    static const char in_line[] = " a strong mark s small time kbd bdi ";
    const size_t length = strlen(name);
    bool inside = false;

    for (const char *at = in_line; (at = strstr(at + 1, name)) != NULL;) {
        inside = inside || (at[-1] == ' ' && at[length] == ' ');
    }
    text_put(t, "</");
    text_put(t, name);
    text_put(t, inside ? ">" : ">\n"); /* within a line a break would be a space */
}

void html_element(text *t, const char *name, const char *content, ...)
{
    va_list list;

    va_start(list, content);
    open_list(t, name, list);
    va_end(list);
    if (content) {
        text_html(t, content);
        html_close(t, name);
    }
}

void html_text(text *t, const char *string)
{
    text_html(t, string);
}

void html_format(text *t, const char *format, ...)
{
    text line = {0};
    va_list list;

    va_start(list, format);
    text_format_list(&line, format, list);
    va_end(list);
    text_html(t, text_of(t, &line));
    text_free(&line);
}

void html_foreign(text *t, const char *string)
{
    text_put(t, "<bdi>");
    text_html(t, string);
    text_put(t, "</bdi>");
}

void html_begin(text *t)
{
    text_put(t, "<!DOCTYPE html>\n");
}
