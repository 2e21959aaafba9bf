/*
 * person - text for a person: colours where the terminal has them, lines of its width, no control characters.
 */
#ifndef PERSON_H
#define PERSON_H

#include "text.h"

/* How to write for a person. */
typedef struct style {
    unsigned width;                              /* columns */
    const char *bold, *dim, *good, *bad, *plain; /* escape sequences, or "" */
} style;

style style_of_stdout(void);

/* Adds text without control characters, wrapped to the style's width. Lines after the first begin with `indent`; the
 * first is assumed to start at the same column. */
void text_wrapped(text *t, const style *s, const char *string, const char *indent);

/* Adds the characters of string[0 .. length) that may reach a terminal. */
void text_safe(text *t, const char *string, size_t length);

/* Columns that UTF-8 text takes on a terminal. */
unsigned text_columns(const char *string);

#endif
