/*
 * paper - how a stored paper is written: for programs and for people.
 */
#ifndef PAPER_H
#define PAPER_H

#include "papertag.h"
#include "person.h"
#include "text.h"

/* The fields of a paper as members of a JSON object; not its tags. */
void json_paper_fields(text *t, const papertag_paper *p);

/* A JSON object, without a newline. */
void text_paper_json(text *t, const papertag_stored *s);

/* A title or an abstract (NULL: nothing) without LaTeX. It is not cleaned. */
void text_plain(text *t, const char *string);

/* The beginning of an abstract without LaTeX, cleaned: at most `most` bytes, cut between words, and three dots where it
 * goes on. */
void text_beginning(text *t, const char *string, size_t most);

/* A paper's title without LaTeX, or words that say that it has none. It is not cleaned. */
void text_title(text *t, const papertag_paper *p);

/* A few lines: title, origin, tags. */
void text_paper_lines(text *t, const style *s, const papertag_stored *stored);

/* Who wrote it, in few words: the authors or how many they are, and the organization. */
void text_byline(text *t, const papertag_paper *p);

/* The byline, date, upvotes and comments, as far as known, with dots between. */
void text_about(text *t, const papertag_paper *p);

#endif
