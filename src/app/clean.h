/*
 * clean - strings of other people, made harmless for whatever shows or runs them.
 *
 * A string from a paper, a model, a store, a file or the command line may hold bytes that drive a terminal, turn text
 * round, or are not UTF-8. It reaches a person only through the functions here; text_format cleans each %s with them.
 */
#ifndef CLEAN_H
#define CLEAN_H

#include "text.h"

/* What clean_next gives for a character that has no columns because it is not shown. */
enum { NOT_SHOWN = -1, NOT_UTF8 = -2 };

/* The escape sequences of the program itself. text_format knows them by their address, so that no string of the same
 * bytes can pass for one. */
enum { MARK_BOLD, MARK_DIM, MARK_GOOD, MARK_BAD, MARK_PLAIN, MARKS };
extern const char terminal_marks[MARKS][8];

/* The bytes (at least 1) of the character at string[0 .. left), left > 0. *columns: how many it takes on a terminal;
 * NOT_SHOWN for controls (line breaks too), marks of direction and what is no character; or NOT_UTF8. */
size_t clean_next(const char *string, size_t left, int *columns);

/* Whether all characters of a string may be shown. */
bool is_clean(const char *string);

/* Adds string[0 .. length) as it may be shown, on one line: line breaks and tabs become spaces, other characters that
 * are not shown are left out, and bytes that are not UTF-8 become U+FFFD. */
void text_clean(text *t, const char *string, size_t length);

/* Adds a string as one word of a POSIX shell: as it is when no shell takes any of it for more than itself, else in
 * single quotes. It is cleaned too: it will be pasted into a terminal. */
void text_shell(text *t, const char *string);

#endif
