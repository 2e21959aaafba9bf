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

#endif
