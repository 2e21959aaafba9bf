/*
 * text - output that is put together in memory before it is written: plain bytes, printf, HTML.
 *
 * A string that is not the program's own is added with text_format, text_clean, text_wrapped, text_html, text_shell,
 * Markdown's or JSON's functions, never with text_put: these make it harmless for what reads it.
 *
 * No function reports a failed allocation. The text records it and takes no more; text_write reports it in the end.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Zero-initialise; text_free in the end. */
typedef struct text {
    char *data;      /* size bytes and a NUL; NULL while nothing was added */
    size_t size;     /* bytes, without the NUL */
    size_t capacity; /* bytes allocated */
    bool failed;     /* an allocation failed: the contents are not whole */
} text;

void text_add(text *t, const char *bytes, size_t size);
void text_put(text *t, const char *string);
void text_html(text *t, const char *string); /* escaped for text and quoted attributes, also of XML 1.0 */
void text_free(text *t);
void text_empty(text *t); /* keeps its memory for what is added next */

/* As printf, of any length. Strings are cleaned (see clean.h), padded to columns, and cut between characters. */
void text_format(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_format_list(text *t, const char *format, va_list list) __attribute__((format(printf, 2, 0)));

/* The ending of a word after a count: "" for one of a thing, else "s". */
static inline const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Columns that a string, or its first `length` bytes, takes on a terminal once it is cleaned. */
unsigned text_columns(const char *string);
unsigned text_columns_of(const char *string, size_t length);

/* Turns a phrase into a name that a tag may have: "KV cache" into kv-cache. Cuts it at size - 1 bytes. */
void text_slug(const char *phrase, char *slug, size_t size);

/* Room for `size` more bytes and a NUL at the end of the text; NULL without memory. The caller writes them, and adds to
 * t->size the bytes before the NUL. */
char *text_room(text *t, size_t size);

/* The contents of `part`, "" when it is empty, for use in `whole`, which fails if `part` did. */
const char *text_of(text *whole, const text *part);

/* Writes to standard output and empties the text; false after reporting, once, that it failed. */
bool text_write(text *t);

/* Ends a text: writes it to standard output unless `code` is set, and frees it. Returns code, or EXIT_FAILED when it
 * could not be written. */
int text_end(text *t, int code);

/* Writes a file, whole or not at all, and empties the text; false after reporting why it failed. */
bool text_write_file(text *t, const char *path);

#endif
