/*
 * slice - part of a text, not NUL-terminated.
 */
#ifndef PT_SLICE_H
#define PT_SLICE_H

#include "base/ascii.h"

typedef struct pt_slice {
    const char *text;
    size_t length;
} pt_slice;

/* Whether it is `word`, which is in lower case, in any case. */
static inline bool pt_slice_is(pt_slice s, const char *word)
{
    return pt_same_word(s.text, s.length, word);
}

/* Without white space at its ends. */
static inline pt_slice pt_trimmed(pt_slice s)
{
    while (s.length && pt_is_white(*s.text)) {
        s.text++;
        s.length--;
    }
    while (s.length && pt_is_white(s.text[s.length - 1])) {
        s.length--;
    }
    return s;
}

#endif
