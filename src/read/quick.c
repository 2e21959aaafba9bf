/*
 * quick - see quick.h.
 *
 * One pass over the line finds where the value of each field begins and ends; a second fills the record from there.
 * A line is plain when its fields have their usual types and occur once each; other members may be any JSON. If a line
 * is not plain, this reader gives up, and the reader that builds a tree reads the line or reports what is wrong. So
 * this one need not know every case, but must agree with the other on the lines that it reads: a fuzz target compares
 * them.
 */
#include "quick.h"

#include <limits.h>
#include <utf8proc.h>

#include "base/ascii.h"
#include "base/sixteen.h"
#include "list_cell.h"
#include "markup.h"
#include "names.h"

enum { DEPTH_MAX = 32 };

typedef enum kind { ABSENT, IS_NULL, STRING, ESCAPED, NUMBER, LITERAL, STRINGS, OTHER_ARRAY, OBJECT } kind;

/* The bytes of a value: of a string without its quotes, of an array without its brackets. */
typedef struct value {
    kind kind;
    unsigned rank; /* of the name that it has */
    const char *start, *end;
} value;

/* Indexes of the values that are read: first the fields, in the order of their table, then the tags, then the members
 * of a record of arXiv's snapshot. */
enum { TAGS = PT_FIELDS_MAX, SNAPSHOT, MEMBERS = SNAPSHOT + PT_SNAPSHOT_UPDATED + 1 };

/* ---- scanning: each returns the next byte to read, or NULL to give up ------------------------------------------ */

static const char *skip_white(const char *at, const char *end)
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

/* The value of the four hex digits at `at`; -1 when there are none. */
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

/* The character of the escape \uXXXX, or of two that are a surrogate pair, whose backslash is at *at. Moves *at past
 * it. -1 for half a pair and for anything else. */
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

/* Skips the escape whose backslash is at `at`. */
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

/* Scans a string, whose opening quote is at `at`. */
static const char *scan_string(const char *at, const char *end, value *out)
{
    *out = (value){STRING, 0, ++at, NULL};
    for (;;) {
        while (end - at >= (ptrdiff_t)sizeof(pt_sixteen)) {
            const pt_sixteen x = pt_sixteen_at(at);
            const unsigned stops = pt_sixteen_bits((pt_sixteen)((x == '"') | (x == '\\') | (x < ' ')));
            if (stops) {
                at += __builtin_ctz(stops);
                break;
            }
            at += sizeof x;
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
    *out = (value){NUMBER, 0, at, NULL};
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

    *out = (value){is, 0, at, at + length};
    return (size_t)(end - at) >= length && !memcmp(at, word, length) ? at + length : NULL;
}

static const char *scan_value(const char *at, const char *end, int depth, value *out);

/* Scans an array or an object, whose opening bracket is at `at`. */
static const char *scan_nested(const char *at, const char *end, int depth, value *out)
{
    const bool keyed = *at == '{';
    const char close = keyed ? '}' : ']';
    value item;

    *out = (value){keyed ? OBJECT : STRINGS, 0, at + 1, NULL};
    at = skip_white(at + 1, end);
    if (depth == DEPTH_MAX || at == end) {
        return NULL;
    }
    while (*at != close) {
        if (keyed) {
            at = *at == '"' ? scan_string(at, end, &item) : NULL;
            at = at ? skip_white(at, end) : NULL;
            if (!at || at == end || *at != ':') {
                return NULL;
            }
            at = skip_white(at + 1, end);
        }
        at = scan_value(at, end, depth + 1, &item);
        at = at ? skip_white(at, end) : NULL;
        if (!at || at == end) {
            return NULL;
        }
        if (!keyed && item.kind != STRING && item.kind != ESCAPED) {
            out->kind = OTHER_ARRAY;
        }
        if (*at == ',') {
            at = skip_white(at + 1, end);
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

/* ---- members --------------------------------------------------------------------------------------------------- */

static bool is_none(const value *v)
{
    return v->kind == ABSENT || v->kind == IS_NULL;
}

static bool is_string(const value *v)
{
    return v->kind == STRING || v->kind == ESCAPED;
}

/* A record being filled. */
typedef struct filling {
    papertag_reader *reader;
    papertag_error *err;
    value *values; /* [MEMBERS] */
    int status;    /* not 0: out of memory */
    bool odd;      /* the line is not plain */
} filling;

/* Whether a value says nothing: null, or an empty string, array or object. */
static bool is_empty(const value *v)
{
    return is_none(v) || (v->kind != NUMBER && v->kind != LITERAL && v->start == v->end);
}

/* Takes the value of a member whose name has `rank` as the one at `place`, unless there is a better one. */
static void take_value(filling *f, size_t place, value item, unsigned rank)
{
    value *v = &f->values[place];
    const bool joined = place < pt_field_rows && pt_fields[place].joined;

    if (is_none(&item) || (is_string(&item) && item.start == item.end)) {
        return;
    }
    /* a usual name may have a value that the field cannot take, and then it is not the field */
    f->odd =
        f->odd || (rank != PT_RANK_OWN && item.kind > NUMBER && item.kind != STRINGS) || (joined && v->kind != ABSENT);
    if (v->kind == ABSENT || rank < v->rank) {
        *v = item;
        v->rank = rank;
    }
}

/* Sorts a member by its name. */
static void sort_member(filling *f, pt_source_name *name, const value *key, const value *item)
{
    if (name->tags_rank != UINT_MAX) {
        f->reader->record.paper.has_tags = f->reader->record.paper.has_tags || !is_none(item);
        take_value(f, TAGS, *item, name->tags_rank);
    }
    if (name->field) {
        take_value(f, (size_t)(name->field - pt_fields), *item, name->rank);
    } else if (name->snapshot) {
        f->values[SNAPSHOT + name->snapshot] = *item;
    } else if (!name->known && !name->reported && !is_empty(item)) {
        f->status = pt_source_name_unused(f->reader, name, key->start, (size_t)(key->end - key->start), f->err);
    }
}

/* Finds the values of the object that is the whole line. False when the line is not plain, or without memory. */
static bool scan_line(filling *f, const char *at, const char *end)
{
    uint64_t seen[PT_NAMES_MAX / 64] = {0};

    if (at == end || *at != '{') {
        return false;
    }
    f->reader->names.next = 0;
    do {
        value key, item;
        pt_source_name *name;
        at = skip_white(at + 1, end);
        at = at < end && *at == '"' ? scan_string(at, end, &key) : NULL;
        at = at ? skip_white(at, end) : NULL;
        if (!at || at == end || *at != ':' || key.kind == ESCAPED) {
            return false;
        }
        at = scan_value(skip_white(at + 1, end), end, 1, &item);
        at = at ? skip_white(at, end) : NULL;
        if (!at || at == end) {
            return false;
        }
        name = pt_source_name_of(f->reader, key.start, (size_t)(key.end - key.start));
        f->status = name ? f->status : pt_no_memory(f->err);
        if (!name || name->index == PT_NAMES_MAX || (seen[name->index / 64] >> name->index % 64 & 1)) {
            return false; /* a second time */
        }
        seen[name->index / 64] |= (uint64_t)1 << name->index % 64;
        sort_member(f, name, &key, &item);
        if (f->status || f->odd) {
            return false;
        }
    } while (*at == ',');
    return *at == '}' && skip_white(at + 1, end) == end;
}

/* ---- filling the record ---------------------------------------------------------------------------------------- */

/* Appends a scanned string with its escapes decoded. */
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

/* The string of a value with its escapes decoded, borrowed until the next call. False when there is no memory. */
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

/* Text that may have markup and has some is for the other reader. */
static void fill_text(filling *f, const value *v, const char **to, bool may_have_markup)
{
    const char *text;
    size_t length;

    if (!is_string(v)) {
        f->odd = f->odd || !is_none(v);
    } else if (string_of(f, v, &text, &length)) {
        f->odd = f->odd || (may_have_markup && pt_has_markup(text, length));
        f->status = pt_record_text(&f->reader->record, to, text, length, f->err);
    }
}

/* A whole number of at most nine digits, which cJSON would read as the same number. */
static void fill_count(filling *f, const value *v, long *to)
{
    long number = 0;

    if (v->kind != NUMBER || v->end - v->start > 9) {
        f->odd = f->odd || !is_none(v);
        return;
    }
    for (const char *at = v->start; at < v->end; at++) {
        f->odd = f->odd || !pt_is_digit(*at);
        number = number * 10 + (*at - '0');
    }
    *to = number;
}

static void fill_id(filling *f, const value *v, const char **to)
{
    long number;

    if (v->kind == NUMBER) {
        fill_count(f, v, &number);
        f->status = pt_record_text(&f->reader->record, to, v->start, (size_t)(v->end - v->start), f->err);
    } else {
        fill_text(f, v, to, false);
    }
}

static void fill_date(filling *f, const value *v, const char **to)
{
    const char *text;
    size_t length;

    if (!is_string(v)) {
        f->odd = f->odd || !is_none(v);
    } else if (string_of(f, v, &text, &length)) {
        f->status = pt_record_date(&f->reader->record, to, text, length, f->err);
        f->odd = f->odd || !*to || (length > 7 && !(*to)[4]); /* the other reader reports it */
    }
}

static void fill_list(filling *f, const value *v, papertag_strings *to)
{
    const char *at = v->start;

    if (v->kind != STRINGS) {
        f->odd = f->odd || !is_none(v);
        return;
    }
    while (!f->status && (at = skip_white(at, v->end)) < v->end) {
        const char *text;
        size_t length;
        value item;
        at = skip_white(scan_string(at, v->end, &item), v->end);
        at += at < v->end; /* the comma */
        if (string_of(f, &item, &text, &length)) {
            f->status = to == &f->reader->record.paper.authors
                            ? pt_record_listed_author(&f->reader->record, text, length, f->err)
                            : pt_record_append(&f->reader->record, to, text, length, f->err);
        }
    }
}

static void fill_field(filling *f, const pt_field *field, const value *v)
{
    papertag_paper *paper = &f->reader->record.paper;

    switch (field->kind) {
    case PT_FIELD_TEXT:
        fill_text(f, v, pt_text_member(field, paper), field->essential);
        break;
    case PT_FIELD_ID:
        fill_id(f, v, pt_text_member(field, paper));
        break;
    case PT_FIELD_DATE:
        fill_date(f, v, pt_text_member(field, paper));
        break;
    case PT_FIELD_LIST:
    case PT_FIELD_TAGS:
    case PT_FIELD_AUTHORS:
        fill_list(f, v, pt_list_member(field, paper));
        break;
    case PT_FIELD_COUNT:
        fill_count(f, v, pt_count_member(field, paper));
        break;
    case PT_FIELD_PART:
        fill_id(f, v, pt_part_member(field, &f->reader->record));
        break;
    }
}

static bool is_array(const value *v)
{
    return v->kind == STRINGS || v->kind == OTHER_ARRAY;
}

/* As pt_is_snapshot. */
static bool is_snapshot(const value *values)
{
    return is_array(&values[SNAPSHOT + PT_SNAPSHOT_AUTHORS]) || is_array(&values[SNAPSHOT + PT_SNAPSHOT_VERSIONS]) ||
           !is_none(&values[SNAPSHOT + PT_SNAPSHOT_UPDATED]);
}

/* Even a field that is not wanted must have the right type, so that a record is broken for all readers or for none. */
static void check_field(filling *f, const pt_field *field, const value *v)
{
    long number;

    switch (field->kind) {
    case PT_FIELD_TEXT:
    case PT_FIELD_ID:
        f->odd = f->odd || !(is_none(v) || is_string(v));
        break;
    case PT_FIELD_DATE: /* may be anything */
    case PT_FIELD_PART:
        break;
    case PT_FIELD_AUTHORS:
        f->odd = f->odd || !(is_none(v) || is_string(v) || v->kind == STRINGS);
        break;
    case PT_FIELD_LIST:
    case PT_FIELD_TAGS: /* a list in brackets in a string may be broken: the other reader sees to it */
        f->odd = f->odd || !(is_none(v) || v->kind == STRINGS ||
                             (v->kind == STRING && !pt_is_bracketed(v->start, (size_t)(v->end - v->start))));
        break;
    case PT_FIELD_COUNT:
        if (!is_string(v) || strcmp(field->name, "comments") != 0) { /* there it may be a remark */
            fill_count(f, v, &number);
        }
        break;
    }
}

bool pt_quick_read(papertag_reader *reader, const char *line, size_t length, int *status, papertag_error *err)
{
    value values[MEMBERS] = {{ABSENT, 0, NULL, NULL}};
    filling f = {.reader = reader, .err = err, .values = values};

    if (!scan_line(&f, line, line + length)) {
        *status = f.status;
        return f.status;
    }
    f.odd = is_snapshot(values) && !reader->quick_text_only;
    for (size_t i = 0; i < pt_field_rows && !f.status && !f.odd; i++) {
        const pt_field *field = &pt_fields[i];
        const value *v = &values[field->kind == PT_FIELD_TAGS ? TAGS : i];
        if (field->essential || !reader->quick_text_only || (field->identifies && !reader->record.paper.id)) {
            fill_field(&f, field, v);
        } else {
            check_field(&f, field, v);
        }
    }
    /* the other reader says what it is, and makes an id of authors that only it reads */
    f.odd = f.odd || (!reader->record.paper.title && !reader->record.paper.abstract) ||
            (is_snapshot(values) && !reader->record.paper.id);
    *status = f.status;
    return f.status || !f.odd;
}
