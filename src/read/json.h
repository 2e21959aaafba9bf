/*
 * json - what the formats of JSON share: fields of an object, and the objects of a document one by one.
 */
#ifndef PT_READ_JSON_H
#define PT_READ_JSON_H

#include <cjson/cJSON.h>

#include "format.h"

/* An object from which reader->record is being filled. */
typedef struct pt_json {
    papertag_reader *reader;
    const cJSON *json;
    papertag_error *err;
} pt_json;

/* Fills the record. PT_SKIPPED when the object is not a paper, but not a fault either. */
typedef int pt_json_read(const pt_json *o);
enum { PT_SKIPPED = -1 };

/* Parses the object in text[0 .. length), which begins on `line`, clears the record and calls `read` to fill it. */
int pt_json_object(papertag_reader *reader, const char *text, size_t length, size_t line, pt_json_read *read,
                   papertag_error *err);

/* ---- fields: absent and null change nothing, a wrong type is a broken record ----------------------------------- */

const cJSON *pt_json_member(const pt_json *o, const char *key); /* NULL for null, too */
const char *pt_json_text(const pt_json *o, const char *key);    /* NULL for anything but a string */
int pt_json_wrong_type(const pt_json *o, const char *key, const char *wanted);

/* Each reads the field `key` into *field. Those with an item read that; `key` is its name in messages. */
int pt_json_string(const pt_json *o, const char *key, const char **field);
int pt_json_string_of(const pt_json *o, const char *key, const cJSON *item, const char **field);
int pt_json_id(const pt_json *o, const char *key, const char **field); /* a string or a number */
int pt_json_id_of(const pt_json *o, const char *key, const cJSON *item, const char **field);
int pt_json_count(const pt_json *o, const char *key, long *field); /* 0 to 2e9 */
int pt_json_count_of(const pt_json *o, const char *key, const cJSON *item, long *field);

/* A list of strings, of objects with a name, or one string with a list, as pt_list_cell reads it; authors as
 * names.h reads them. */
bool pt_json_is_list(const cJSON *item); /* an array of strings and objects with a name */
int pt_json_list(const pt_json *o, const char *key, papertag_strings *list, const char *separators);
int pt_json_list_of(const pt_json *o, const char *key, const cJSON *items, papertag_strings *list,
                    const char *separators);

/* From a string, as pt_record_date reads dates; anything else is ignored. */
int pt_json_date(const pt_json *o, const char *key, const char **field);

/* Sets the source, which is the same for all papers of a service. */
int pt_json_source(const pt_json *o, const char *source);

/* ---- documents: arrays and objects, one or several in sequence ------------------------------------------------- */

/* Services wrap papers in an object: `wrappers` are the paths to try, with spaces between them, to the array of papers
 * in it, or to the only paper: "message.items message". An object without any of them is a paper itself. NULL: so is
 * every object. A null is a paper that a service has not found. */
int pt_json_open(papertag_reader *reader, const char *wrappers, papertag_error *err);
int pt_json_next(papertag_reader *reader, pt_json_read *read, papertag_error *err);

/* The same for formats whose dialect is one of these. */
typedef struct pt_json_dialect {
    const char *wrappers;
    pt_json_read *read;
} pt_json_dialect;
int pt_json_open_format(papertag_reader *reader, papertag_error *err);
int pt_json_next_format(papertag_reader *reader, papertag_error *err);
void pt_json_close(papertag_reader *reader);

/* ---- detection, in the first bytes of a text ------------------------------------------------------------------- */

/* The byte after the bracket that closes the one before `at`; NULL when there is none before `end`. */
const char *pt_json_after(const char *at, const char *end);

/* The value of a member of the object that begins at `at`, or of a member of a member: "result.hits"; NULL when there
 * is none before `end`. */
const char *pt_json_find(const char *at, const char *end, const char *path);

/* The first object: at `at`, or in the array that is there or under one of the wrappers (see pt_json_open). NULL when
 * there is none. */
const char *pt_json_first(const char *at, const char *end, const char *wrappers);

#endif
