/*
 * read_json - what the readers of JSON share: fields of an object, and the objects of a document one by one.
 */
#ifndef PT_READ_JSON_H
#define PT_READ_JSON_H

#include <cjson/cJSON.h>

#include "paper.h"

/* An object from which reader->record is being filled. */
typedef struct pt_json {
    papertag_reader *reader;
    const cJSON *json;
    papertag_error *err;
} pt_json;

/* Fills the record and finishes it. PT_PASSED_OVER when the object is neither a paper nor a fault. */
typedef int pt_json_read(const pt_json *o);
enum { PT_PASSED_OVER = -1 };

/* ---- fields: one that is absent or null leaves the record as it is --------------------------------------------- */

const cJSON *pt_json_member(const pt_json *o, const char *key); /* NULL for null, too */
const char *pt_json_text(const pt_json *o, const char *key);    /* NULL for anything but a string */
int pt_json_wrong_type(const pt_json *o, const char *key, const char *wanted);

/* The field `key`, or an item that messages are to name so; a wrong type is a broken record. */
int pt_json_string(const pt_json *o, const char *key, const char **field);
int pt_json_string_of(const pt_json *o, const char *key, const cJSON *item, const char **field);

/* A list of strings, of objects with a "name" or "fullname", or one string to be split at `separators`. */
int pt_json_list(const pt_json *o, const char *key, papertag_strings *list, const char *separators);
int pt_json_list_of(const pt_json *o, const char *key, const cJSON *items, papertag_strings *list,
                    const char *separators);

int pt_json_date(const pt_json *o, const char *key); /* of a string that begins with a day; else nothing */

/* Sets a field that is still absent to `before` and `id`; nothing without an id. */
int pt_json_address(const pt_json *o, const char *before, const char *id);

/* ---- a line without a tree ------------------------------------------------------------------------------------- */

/* Fills the cleared record from a line of JSON Lines and finishes it; *status is then as of papertag_reader_next. False
 * when the line is not plain: the record is then to be cleared again. With reader->text_only the fields that are
 * neither id, title nor abstract are left absent. */
bool pt_json_quick(papertag_reader *reader, const char *line, size_t length, int *status, papertag_error *err);

/* ---- documents: arrays and objects, any number of them one behind the other ------------------------------------ */

/* `wrapper` names the array that holds the papers in an object around it, as services answer; null in an array is then
 * what a service has not found. NULL: an object at the top is a paper. */
int pt_json_open(papertag_reader *reader, const char *wrapper, papertag_error *err);
int pt_json_next(papertag_reader *reader, pt_json_read *read, papertag_error *err);
void pt_json_close(papertag_reader *reader);

/* ---- telling formats apart by what a text begins with, which may be cut off anywhere --------------------------- */

/* The value of a member of the object that begins at `at`; NULL when there is none before `end`. */
const char *pt_json_find(const char *at, const char *end, const char *key);

/* The first object: `at` itself, or in the array there or under `wrapper`. NULL when there is none. */
const char *pt_json_first(const char *at, const char *end, const char *wrapper);

#endif
