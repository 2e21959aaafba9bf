/*
 * html - the one place that writes markup. Names of elements and attributes are the program's own; every value and all
 * text is escaped.
 */
#ifndef HTML_H
#define HTML_H

#include "../text.h"

/* An attribute without a value that is there or not: html_open(t, "input", "checked", html_flag(on), NULL). */
const char *html_flag(bool on);

/* <name attribute="value" ...>: names and values in turn, up to a NULL for a name. A NULL value leaves its attribute
 * out. */
void html_open(text *t, const char *name, ...) __attribute__((sentinel));
void html_close(text *t, const char *name);

/* The element with text in it. NULL text: an element without an end, such as <input>. */
void html_element(text *t, const char *name, const char *content, ...) __attribute__((sentinel));

/* Text, escaped; as printf, too. */
void html_text(text *t, const char *string);
void html_format(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text from a stranger in an element that keeps its direction to itself. */
void html_foreign(text *t, const char *string);

/* <!DOCTYPE html> */
void html_begin(text *t);

#endif
