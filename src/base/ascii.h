/*
 * ascii - classes and case of ASCII characters. <ctype.h> follows the locale and needs a cast; these do not.
 */
#ifndef PT_BASE_ASCII_H
#define PT_BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>

static inline bool pt_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool pt_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool pt_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || pt_is_upper(c);
}

/* A space, a tab or a part of a line end. */
static inline bool pt_is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline char pt_lower(char c)
{
    return (char)(pt_is_upper(c) ? c + ('a' - 'A') : c);
}

/* Whether text[0 .. length), in any case, is `word`, which is lower case. */
static inline bool pt_same_word(const char *text, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++) {
        if (!word[i] || pt_lower(text[i]) != word[i]) {
            return false;
        }
    }
    return !word[length];
}

#endif
