/*
 * slice - part of a text, not NUL-terminated.
 */
#ifndef PT_SLICE_H
#define PT_SLICE_H

#include <string.h>

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

static inline bool pt_starts_with(pt_slice text, const char *prefix)
{
    const size_t length = strlen(prefix);
    return text.length >= length && !memcmp(text.text, prefix, length);
}

/* Where `word` begins in text[0 .. length); NULL when it does not occur. */
static inline const char *pt_find_text(const char *text, size_t length, const char *word)
{
    const size_t size = strlen(word);
    const char *end = text + length, *at = text;

    while ((at = memchr(at, *word, (size_t)(end - at))) != NULL && (size_t)(end - at) >= size) {
        if (!memcmp(at, word, size)) {
            return at;
        }
        at++;
    }
    return NULL;
}

/* The part before the first `c`, which is taken off with it; all of the text when there is none. */
static inline pt_slice pt_take_until(pt_slice *text, char c)
{
    const char *stop = text->length ? memchr(text->text, c, text->length) : NULL;
    const pt_slice part = {text->text, stop ? (size_t)(stop - text->text) : text->length};
    const size_t taken = part.length + (stop != NULL);

    *text = (pt_slice){taken ? text->text + taken : text->text, text->length - taken};
    return part;
}

/* The next word, which is taken off the text; empty after the last. */
static inline pt_slice pt_take_word(pt_slice *text)
{
    const char *at = text->text, *end = text->length ? at + text->length : at, *from;

    while (at < end && pt_is_white(*at)) {
        at++;
    }
    for (from = at; at < end && !pt_is_white(*at); at++) {
    }
    *text = (pt_slice){at, (size_t)(end - at)};
    return (pt_slice){from, (size_t)(at - from)};
}

/* An address in a list: "<http://example.org/a>", or without the angles. */
static inline bool pt_is_address(pt_slice word)
{
    return (word.length > 2 && *word.text == '<' && word.text[word.length - 1] == '>') ||
           pt_starts_with(word, "http://") || pt_starts_with(word, "https://");
}

/* An address without its angles. */
static inline pt_slice pt_bare_address(pt_slice word)
{
    const bool angles = word.length > 2 && *word.text == '<' && word.text[word.length - 1] == '>';
    return (pt_slice){word.text + angles, word.length - 2 * angles};
}

#endif
