/*
 * schemas - what bodies and answers of the API hold, in a short form, and as JSON Schema.
 *
 * A schema is its members, with commas between them: NAME:TYPE, or NAME?:TYPE when it may be left out. A type is
 * string, integer, number, boolean or null; the name of another schema; [TYPE], a list; or several words with | between
 * them: types, or else the strings that it may be.
 */
#include <ctype.h>
#include <string.h>

#include "handlers.h"

static const struct {
    const char *name, *members;
} schemas[] = {
    {"Paper",
     "id:string, title?:string, abstract?:string, date?:string, announced?:string, announce_type?:string, "
     "featured?:string, authors:[string], author_count?:integer, organization?:string, url?:string, arxiv?:string, "
     "doi?:string, source?:string, venue?:string, code_url?:string, project_url?:string, pdf_url?:string, "
     "upvotes?:integer, comments?:integer, categories:[string], keywords:[string], maybe?:[string], "
     "version:integer, added?:string, updated?:string, model?:string, tags:[Decision], read:boolean, "
     "starred:boolean, note?:string"},
    {"Decision", "tag:string, p:number|null, margin?:number, verdict?:yes|no"},
    {"Papers", "papers:[Paper], next:string|null"},
    {"Similar", "papers:[Neighbour]"},
    {"Neighbour", "similarity:number, paper:Paper"},
    {"Explanation", "id:string, tag:string, margin:number, bias:number, terms:[Term]"},
    {"Term", "term:string, contribution:number"},
    {"Verdict", "verdict:yes|no"},
    {"Marks", "read?:boolean, starred?:boolean, note?:string|null"},
    {"Verdicts", "verdicts:[PaperVerdict]"},
    {"PaperVerdict", "id:string, tag:string, verdict:yes|no|none"},
    {"Recorded", "count:integer, undo:integer"},
    {"Undo", "undo?:integer"},
    {"Import", "format:string, added:integer, updated:integer, unchanged:integer, rejected:integer, tagged:integer, "
               "rejects:[string], remarks:[string]"},
    {"Tagged", "id?:string|null, title?:string|null, tags?:[Score], error?:string"},
    {"Score", "tag:string, p:number, margin:number, assigned:boolean"},
    {"Retraining", "id:integer, state:waiting|reading|fitting|tagging|done|nothing to learn|failed, progress:number, "
                   "begun:string, ended?:string, model?:string, kept?:boolean, tags?:integer, taken?:integer, "
                   "papers?:integer, detail?:string"},
    {"Tags", "tags:[Tag]"},
    {"Tag", "tag:string, name:string, definition?:string, group?:string, aliases:[string], papers:integer"},
    {"Questions", "questions:[Question]"},
    {"Question", "id:string, tag:string|null, p:number|null, margin:number|null, assigned:boolean, title:string|null"},
    {"Health", "status:ok, version:string, changes:integer"},
    {"Problem", "type:string, title:string, status:integer, detail?:string"},
};

/* Whether the first `length` bytes of a word are the name of a type of JSON. */
static bool is_json_type(const char *word, size_t length)
{
    static const char *const types[] = {"string", "integer", "number", "boolean", "null"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strlen(types[i]) == length && !memcmp(types[i], word, length)) {
            return true;
        }
    }
    return false;
}

static void put_word(text *out, const char *key, const char *word, size_t length)
{
    text copy = {0};

    text_add(&copy, word, length);
    json_string(out, key, text_of(out, &copy));
    text_free(&copy);
}

/* Adds what a type allows, as members of an object that is open. */
static void put_type(text *out, const char *type, size_t length)
{
    const bool several = memchr(type, '|', length);
    size_t word = 0;

    if (*type == '[') {
        json_string(out, "type", "array");
        json_open(out, "items", '{');
        put_type(out, type + 1, length - 2);
        json_close(out, '}');
    } else if (isupper((unsigned char)*type)) {
        put_schema(out, type, length);
    } else if (!several && is_json_type(type, length)) {
        put_word(out, "type", type, length);
    } else {
        json_open(out, is_json_type(type, strcspn(type, "|")) ? "type" : "enum", '[');
        for (size_t at = 0; at < length; at += word + 1) {
            const char *end = memchr(type + at, '|', length - at);
            word = end ? (size_t)(end - type) - at : length - at;
            put_word(out, NULL, type + at, word);
        }
        json_close(out, ']');
    }
}

void put_schema(text *out, const char *name, size_t length)
{
    text place = {0};

    text_put(&place, "#/components/schemas/");
    text_add(&place, name, length);
    json_string(out, "$ref", text_of(out, &place));
    text_free(&place);
}

/* Calls put_type for each member, or lists those that have to be there. */
static void put_members(text *out, const char *members, bool required)
{
    for (const char *at = members; *at;) {
        const size_t all = strcspn(at, ","), name = strcspn(at, "?:"), colon = strcspn(at, ":");
        if (required && at[name] == ':') {
            put_word(out, NULL, at, name);
        } else if (!required) {
            text key = {0};
            text_add(&key, at, name);
            json_open(out, text_of(out, &key), '{');
            put_type(out, at + colon + 1, all - colon - 1);
            json_close(out, '}');
            text_free(&key);
        }
        at += all + strspn(at + all, ", ");
    }
}

void put_schemas(text *out)
{
    json_open(out, "schemas", '{');
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        json_open(out, schemas[i].name, '{');
        json_string(out, "type", "object");
        json_open(out, "required", '[');
        put_members(out, schemas[i].members, true);
        json_close(out, ']');
        json_open(out, "properties", '{');
        put_members(out, schemas[i].members, false);
        json_close(out, '}');
        json_close(out, '}');
    }
    json_close(out, '}');
}
