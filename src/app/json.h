/*
 * json - writes JSON into a text. Commas are placed here, never by the caller.
 *
 * A key is plain ASCII without quotes; NULL in a list and at the top level.
 */
#ifndef JSON_H
#define JSON_H

#include "papertag.h"
#include "text.h"

void json_open(text *t, const char *key, char bracket); /* '{' or '[' */
void json_close(text *t, char bracket);                 /* '}' or ']' */

void json_line_end(text *t);   /* after the object of a line of JSON Lines */
void json_line_break(text *t); /* between brackets: what follows goes on a line of its own */

void json_string(text *t, const char *key, const char *value);   /* NULL: null */
void json_optional(text *t, const char *key, const char *value); /* NULL: neither key nor value */
void json_strings(text *t, const char *key, papertag_strings list);
void json_number(text *t, const char *key, double value, int digits); /* not finite: null */
void json_count(text *t, const char *key, size_t value);
void json_bool(text *t, const char *key, bool value);
void json_null(text *t, const char *key);

/* A number in a form of its own. */
void json_format(text *t, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Writes a character of `length` bytes, after clean_next gave its columns, as an escape: one that JSON requires, or one
 * that is not shown (it is data and stays). */
void json_escape(text *t, const char *character, size_t length, int columns);

/* JSON that is already written, with its characters that are not shown escaped. */
void json_verbatim(text *t, const char *json);

/* Only what goes before a value, the comma and the key, when the caller writes the value itself. */
void json_key(text *t, const char *key);

/* A member of an object that was read; NULL: there is none of that name. */
struct cJSON;
const struct cJSON *json_member(const struct cJSON *object, const char *key);

#endif
