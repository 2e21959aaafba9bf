/*
 * read_quick - a paper of JSON Lines without a tree.
 *
 * One pass over the line notes where the value of each field that a paper has begins and ends; then the record is
 * filled from there. What is read here is plain: known fields of their usual types, each once, the rest any JSON. At
 * the first thing that is not, the line is given up untouched, and the tree-builder of read_json decides what it is or
 * what is wrong with it. So this need not know every case, but what it takes it must take as the tree would: a fuzz
 * target compares them.
 */
#include <utf8proc.h>

#include "base/ascii.h"
#include "base/swar.h"
#include "json.h"

enum { DEPTH_MAX = 32 };

typedef enum kind { ABSENT, IS_NULL, STRING, ESCAPED, NUMBER, LITERAL, STRINGS, OTHER_ARRAY, OBJECT } kind;

/* Where a value stands: of a string what is between the quotes, of an array what is between the brackets. */
typedef struct value {
    kind kind;
    const char *start, *end;
} value;

typedef enum field {
    ID,
    TITLE,
    ABSTRACT,
    SUMMARY,
    DATE,
    ORGANIZATION,
    URL,
    SOURCE,
    VENUE,
    DOI,
    ARXIV,
    AUTHORS,
    CATEGORIES,
    KEYWORDS,
    MAYBE,
    AUTHOR_COUNT,
    UPVOTES,
    COMMENTS,
    AUTHORS_PARSED,
    VERSIONS,
    UPDATE_DATE,
    JOURNAL_REF,
    TAGS, /* the field that the reader's options name, unless it is one of those above */
    FIELDS
} field;

static const struct {
    const char *name;
    size_t length;
} names[TAGS] = {[ID] = {"id", 2},
                 [TITLE] = {"title", 5},
                 [ABSTRACT] = {"abstract", 8},
                 [SUMMARY] = {"summary", 7},
                 [DATE] = {"date", 4},
                 [ORGANIZATION] = {"organization", 12},
                 [URL] = {"url", 3},
                 [SOURCE] = {"source", 6},
                 [VENUE] = {"venue", 5},
                 [DOI] = {"doi", 3},
                 [ARXIV] = {"arxiv", 5},
                 [AUTHORS] = {"authors", 7},
                 [CATEGORIES] = {"categories", 10},
                 [KEYWORDS] = {"keywords", 8},
                 [MAYBE] = {"maybe", 5},
                 [AUTHOR_COUNT] = {"author_count", 12},
                 [UPVOTES] = {"upvotes", 7},
                 [COMMENTS] = {"comments", 8},
                 [AUTHORS_PARSED] = {"authors_parsed", 14},
                 [VERSIONS] = {"versions", 8},
                 [UPDATE_DATE] = {"update_date", 11},
                 [JOURNAL_REF] = {"journal-ref", 11}};

/* ---- scanning: each returns where it stopped, or NULL to give up ------------------------------------------------ */

static const char *behind_white(const char *at, const char *end)
{
    while (at < end && pt_is_white(*at)) {
        at++;
    }
    return at;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The code of the four digits at `at`; -1 when they are not. */
static long hex_code(const char *at, const char *end)
{
    long code = 0;

    if (end - at < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code;
}

/* The character of the escape "u...." whose backslash is at *at, which goes behind it, and behind a second escape when
 * the character is written as a surrogate pair; -1 for half a pair and for what is no escape. */
static long take_unicode(const char **at, const char *end)
{
    const long code = hex_code(*at + 2, end);
    long low;

    *at += 6;
    if (code < 0xd800 || code > 0xdfff) {
        return code;
    }
    low = end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' ? hex_code(*at + 2, end) : -1;
    *at += 6;
    return code < 0xdc00 && low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff)) : -1;
}

static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";

/* Behind the escape whose backslash is at `at`. */
static const char *skip_escape(const char *at, const char *end)
{
    if (end - at < 2) {
        return NULL;
    }
    if (at[1] == 'u') {
        return take_unicode(&at, end) > 0 ? at : NULL;
    }
    return at[1] && strchr(escapes, at[1]) ? at + 2 : NULL;
}

/* A string, whose opening quote is at `at`; behind its closing one. */
static const char *scan_string(const char *at, const char *end, value *out)
{
    *out = (value){STRING, ++at, NULL};
    for (;;) {
        while (end - at >= 8) {
            const uint64_t x = pt_eight(at);
            if (pt_where(x, '"') | pt_where(x, '\\') | ((x - PT_EACH(' ')) & ~x & PT_EACH(0x80))) {
                break;
            }
            at += 8;
        }
        while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ') {
            at++;
        }
        if (at == end || (unsigned char)*at < ' ') {
            return NULL;
        }
        if (*at == '"') {
            out->end = at;
            return at + 1;
        }
        out->kind = ESCAPED;
        at = skip_escape(at, end);
        if (!at) {
            return NULL;
        }
    }
}

static bool digit_at(const char *at, const char *end)
{
    return at < end && pt_is_digit(*at);
}

static const char *skip_digits(const char *at, const char *end)
{
    if (!digit_at(at, end)) {
        return NULL;
    }
    while (digit_at(at, end)) {
        at++;
    }
    return at;
}

static const char *scan_number(const char *at, const char *end, value *out)
{
    *out = (value){NUMBER, at, NULL};
    at += *at == '-';
    at = at < end && *at == '0' ? at + 1 : skip_digits(at, end);
    if (at && at < end && *at == '.') {
        at = skip_digits(at + 1, end);
    }
    if (at && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        at = skip_digits(at, end);
    }
    out->end = at;
    return at;
}

static const char *scan_literal(const char *at, const char *end, const char *word, kind is, value *out)
{
    const size_t length = strlen(word);

    *out = (value){is, at, at + length};
    return (size_t)(end - at) >= length && !memcmp(at, word, length) ? at + length : NULL;
}

static const char *scan_value(const char *at, const char *end, int depth, value *out);

/* An array or, with keys, an object, whose opening bracket is at `at`. */
static const char *scan_nested(const char *at, const char *end, int depth, value *out)
{
    const bool keyed = *at == '{';
    const char close = keyed ? '}' : ']';
    value item;

    *out = (value){keyed ? OBJECT : STRINGS, at + 1, NULL};
    at = behind_white(at + 1, end);
    if (depth == DEPTH_MAX || at == end) {
        return NULL;
    }
    while (*at != close) {
        if (keyed) {
            at = *at == '"' ? scan_string(at, end, &item) : NULL;
            at = at ? behind_white(at, end) : NULL;
            if (!at || at == end || *at != ':') {
                return NULL;
            }
            at = behind_white(at + 1, end);
        }
        at = scan_value(at, end, depth + 1, &item);
        at = at ? behind_white(at, end) : NULL;
        if (!at || at == end) {
            return NULL;
        }
        if (!keyed && item.kind != STRING && item.kind != ESCAPED) {
            out->kind = OTHER_ARRAY;
        }
        if (*at == ',') {
            at = behind_white(at + 1, end);
            if (at == end || *at == close) {
                return NULL;
            }
        } else if (*at != close) {
            return NULL;
        }
    }
    out->end = at;
    return at + 1;
}

static const char *scan_value(const char *at, const char *end, int depth, value *out)
{
    if (at == end) {
        return NULL;
    }
    switch (*at) {
    case '"':
        return scan_string(at, end, out);
    case '{':
    case '[':
        return scan_nested(at, end, depth, out);
    case 'n':
        return scan_literal(at, end, "null", IS_NULL, out);
    case 't':
        return scan_literal(at, end, "true", LITERAL, out);
    case 'f':
        return scan_literal(at, end, "false", LITERAL, out);
    default:
        return *at == '-' || digit_at(at, end) ? scan_number(at, end, out) : NULL;
    }
}

static field field_of(const char *name, size_t length, const char *tags_field)
{
    for (field f = 0; f < TAGS; f++) {
        if (names[f].length == length && !memcmp(names[f].name, name, length)) {
            return f;
        }
    }
    return strlen(tags_field) == length && !memcmp(tags_field, name, length) ? TAGS : FIELDS;
}

/* Notes the members of the object that is the whole line. */
static bool scan_line(const char *at, const char *end, const char *tags_field, value *values)
{
    if (at == end || *at != '{') {
        return false;
    }
    do {
        value key, item, *to;
        field f;
        at = behind_white(at + 1, end);
        at = at < end && *at == '"' ? scan_string(at, end, &key) : NULL;
        at = at ? behind_white(at, end) : NULL;
        if (!at || at == end || *at != ':' || key.kind == ESCAPED) {
            return false;
        }
        at = scan_value(behind_white(at + 1, end), end, 1, &item);
        at = at ? behind_white(at, end) : NULL;
        if (!at || at == end) {
            return false;
        }
        f = field_of(key.start, (size_t)(key.end - key.start), tags_field);
        to = f < FIELDS ? &values[f] : NULL;
        if (to && to->kind != ABSENT) {
            return false; /* twice */
        }
        if (to) {
            *to = item;
        }
    } while (*at == ',');
    return *at == '}' && behind_white(at + 1, end) == end;
}

/* ---- filling the record ---------------------------------------------------------------------------------------- */

/* Appends a string that scan_string has passed, its escapes decoded. */
static void decode(pt_buf *out, const char *at, const char *end)
{
    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        pt_buf_append(out, at, (size_t)((escape ? escape : end) - at));
        at = escape ? escape : end;
        if (escape && escape[1] == 'u') {
            utf8proc_uint8_t bytes[4];
            pt_buf_append(out, bytes, (size_t)utf8proc_encode_char((utf8proc_int32_t)take_unicode(&at, end), bytes));
        } else if (escape) {
            pt_buf_append(out, meanings + (strchr(escapes, escape[1]) - escapes), 1);
            at += 2;
        }
    }
}

/* A record being filled. What does not suit it is noted in `odd`, what fails in `status`. */
typedef struct filling {
    papertag_reader *reader;
    papertag_error *err;
    int status;
    bool odd;
} filling;

static bool is_none(const value *v)
{
    return v->kind == ABSENT || v->kind == IS_NULL;
}

static bool is_string(const value *v)
{
    return v->kind == STRING || v->kind == ESCAPED;
}

/* The string of a value, its escapes decoded; *text is borrowed until the next. False when there is no memory. */
static bool string_of(filling *f, const value *v, const char **text, size_t *length)
{
    pt_buf *scratch = &f->reader->scratch;

    *text = v->start;
    *length = (size_t)(v->end - v->start);
    if (v->kind == ESCAPED) {
        pt_buf_clear(scratch);
        decode(scratch, v->start, v->end);
        f->status = scratch->failed ? pt_no_memory(f->err) : f->status;
        *text = scratch->data;
        *length = scratch->size;
    }
    return !f->status;
}

static void fill_text(filling *f, const value *v, const char **to)
{
    const char *text;
    size_t length;

    if (!is_string(v)) {
        f->odd = f->odd || !is_none(v);
    } else if (string_of(f, v, &text, &length)) {
        f->status = pt_record_text(&f->reader->record, to, text, length, f->err);
    }
}

/* A number that is whole and so small that it is exact however it is read. */
static void fill_whole(filling *f, const value *v, long *to)
{
    long number = 0;

    if (v->kind != NUMBER || v->end - v->start > 9) {
        f->odd = f->odd || !is_none(v);
        return;
    }
    for (const char *at = v->start; at < v->end; at++) {
        f->odd = f->odd || !digit_at(at, v->end);
        number = number * 10 + (*at - '0');
    }
    *to = number;
}

static void fill_id(filling *f, const value *v)
{
    papertag_paper *paper = &f->reader->record.paper;
    long number;

    if (v->kind == NUMBER) {
        fill_whole(f, v, &number);
        f->status = pt_record_text(&f->reader->record, &paper->id, v->start, (size_t)(v->end - v->start), f->err);
    } else {
        fill_text(f, v, &paper->id);
    }
}

static void fill_date(filling *f, const value *v)
{
    const char *text;
    size_t length;

    if (is_string(v) && string_of(f, v, &text, &length)) {
        f->status = pt_record_date(&f->reader->record, text, length, f->err);
    }
}

static void fill_list(filling *f, const value *v, papertag_strings *to)
{
    const char *at = v->start;

    if (v->kind != STRINGS) {
        f->odd = f->odd || !is_none(v);
        return;
    }
    while (!f->status && (at = behind_white(at, v->end)) < v->end) {
        const char *text;
        size_t length;
        value item;
        at = behind_white(scan_string(at, v->end, &item), v->end);
        at += at < v->end; /* the comma */
        if (string_of(f, &item, &text, &length)) {
            f->status = pt_record_append(&f->reader->record, to, text, length, f->err);
        }
    }
}

/* A record of arXiv's metadata snapshot has fields that are read in a way of their own. */
static bool is_snapshot(const value *values)
{
    return values[AUTHORS_PARSED].kind == STRINGS || values[AUTHORS_PARSED].kind == OTHER_ARRAY ||
           values[VERSIONS].kind == STRINGS || values[VERSIONS].kind == OTHER_ARRAY || !is_none(&values[UPDATE_DATE]);
}

static void fill_fields(filling *f, const value *values, const value *tags)
{
    papertag_paper *paper = &f->reader->record.paper;

    f->odd = f->odd || is_snapshot(values);
    fill_date(f, &values[DATE]);
    fill_text(f, &values[ORGANIZATION], &paper->organization);
    fill_text(f, &values[URL], &paper->url);
    fill_text(f, &values[SOURCE], &paper->source);
    fill_text(f, &values[VENUE], &paper->venue);
    fill_text(f, &values[DOI], &paper->doi);
    fill_text(f, &values[ARXIV], &paper->arxiv);
    fill_list(f, &values[AUTHORS], &paper->authors);
    fill_list(f, &values[CATEGORIES], &paper->categories);
    fill_list(f, &values[KEYWORDS], &paper->keywords);
    fill_list(f, tags, &paper->tags);
    fill_list(f, &values[MAYBE], &paper->maybe);
    fill_whole(f, &values[AUTHOR_COUNT], &paper->author_count);
    fill_whole(f, &values[UPVOTES], &paper->upvotes);
    fill_whole(f, &values[COMMENTS], &paper->comments);
}

/* Fields that are not wanted must be of their types all the same: a broken record is broken for every command. */
static void check_fields(filling *f, const value *values, const value *tags)
{
    static const field texts[] = {ORGANIZATION, URL, SOURCE, VENUE, DOI, ARXIV, JOURNAL_REF};
    const value *lists[] = {&values[AUTHORS], &values[CATEGORIES], &values[KEYWORDS], &values[MAYBE], tags};
    long number;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        f->odd = f->odd || !(is_none(&values[texts[i]]) || is_string(&values[texts[i]]));
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        f->odd = f->odd || !(is_none(lists[i]) || is_string(lists[i]) || lists[i]->kind == STRINGS);
    }
    fill_whole(f, &values[AUTHOR_COUNT], &number);
    fill_whole(f, &values[UPVOTES], &number);
    if (!is_string(&values[COMMENTS]) || !is_snapshot(values)) { /* there: how many pages and figures */
        fill_whole(f, &values[COMMENTS], &number);
    }
}

bool pt_json_quick(papertag_reader *reader, const char *line, size_t length, int *status, papertag_error *err)
{
    filling f = {.reader = reader, .err = err};
    papertag_paper *paper = &reader->record.paper;
    value values[FIELDS + 1] = {{ABSENT, NULL, NULL}};
    const value *tags = &values[field_of(reader->tags_field, strlen(reader->tags_field), reader->tags_field)];

    if (!scan_line(line, line + length, reader->tags_field, values)) {
        return false;
    }
    fill_id(&f, &values[ID]);
    fill_text(&f, &values[TITLE], &paper->title);
    fill_text(&f, &values[is_none(&values[ABSTRACT]) ? SUMMARY : ABSTRACT], &paper->abstract);
    (reader->text_only ? check_fields : fill_fields)(&f, values, tags);
    paper->has_tags = !is_none(tags);
    *status = f.status ? f.status : f.odd ? PAPERTAG_OK : pt_reader_finish(reader, err);
    return f.status || !f.odd;
}
