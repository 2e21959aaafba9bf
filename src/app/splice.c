/*
 * splice - see splice.h.
 *
 * The object has been parsed before, by a reader that forgives some faults. So this copies one member after the other
 * without looking for more than where each ends, and mends what a strict reader of the output would stumble over.
 */
#include <string.h>

#include "clean.h"
#include "json.h"
#include "splice.h"

/* ---- finding the members --------------------------------------------------------------------------------------- */

/* The comma or the bracket that ends the member at `at`; `end` when there is none. */
static const char *member_end(const char *at, const char *end)
{
    const char *stop = papertag_json_skip(at, end);

    return stop ? stop : end;
}

/* Spaces, line breaks, and the controls that the reader takes for white space, too. */
static const char *skip_white(const char *at, const char *end)
{
    while (at < end && (unsigned char)*at <= ' ') {
        at++;
    }
    return at;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef",
               *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 'a' - 'A' : c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* The letter of the escape \uXXXX at `at`; -1 when it is no such escape, or another character. */
static int escaped_letter(const char *at, const char *end)
{
    int code = 0;

    if (end - at < 6 || at[1] != 'u') {
        return -1;
    }
    for (int i = 2; i < 6; i++) {
        const int digit = hex_digit(at[i]);
        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code < 0x80 ? code : -1;
}

/* Whether a key, without its quotes, is `name`; its letters may be escaped. */
static bool is_named(const char *key, const char *end, const char *name)
{
    for (; key < end && *name; name++) {
        const int c = *key == '\\' ? escaped_letter(key, end) : *key;
        if (c != *name) {
            return false;
        }
        key += *key == '\\' ? 6 : 1;
    }
    return key == end && !*name;
}

/* A member of an object: [start, end), with its name between quotes. */
typedef struct member {
    const char *start, *end; /* `end`: at the comma or bracket; before the first member at the opening bracket */
    const char *key, *key_end;
    const char *value;
} member;

/* Goes on to the next member of the object that ends before `end`. False after the last, whose end is then at the
 * closing bracket, and where there is no member. */
static bool next_member(member *m, const char *end)
{
    if (m->end == end || (*m->end != '{' && *m->end != ',')) {
        return false;
    }
    m->start = m->end + 1;
    m->end = member_end(m->start, end);
    m->key = skip_white(m->start, m->end);
    if (m->end == end || m->key == m->end || *m->key != '"') {
        return false;
    }
    m->key_end = papertag_json_string_end(++m->key, m->end);
    m->value = skip_white(m->key_end + (m->key_end < m->end), m->end);
    if (m->value == m->end || *m->value != ':') {
        return false;
    }
    m->value = skip_white(m->value + 1, m->end);
    return true;
}

const char *json_find(const char *object, size_t *length, const char *name)
{
    const char *end = object + *length, *found = NULL;
    member m = {.end = object};

    while (next_member(&m, end)) {
        if (is_named(m.key, m.key_end, name)) {
            found = m.value;
            *length = (size_t)(m.end - m.value);
        }
    }
    return found;
}

/* ---- copying --------------------------------------------------------------------------------------------------- */

static bool is_plain(char c)
{
    return (unsigned char)(c - ' ') < 0x5f;
}

/* The first byte that is not printable ASCII. */
static const char *skip_plain(const char *at, const char *end)
{
    while (end - at >= 16) {
        unsigned odd = 0;
        for (int i = 0; i < 16; i++) {
            odd |= !is_plain(at[i]);
        }
        if (odd) {
            break;
        }
        at += 16;
    }
    while (at < end && is_plain(*at)) {
        at++;
    }
    return at;
}

/* Adds a string, with its quotes. *replaced: it had bytes that are not UTF-8. */
static void add_string(text *out, const char *at, const char *end, bool *replaced)
{
    const char *from = at;

    while ((at = skip_plain(at, end)) < end) {
        int columns;
        const size_t length = clean_next(at, (size_t)(end - at), &columns);
        if (columns < 0) {
            text_add(out, from, (size_t)(at - from));
            json_escape(out, at, length, columns);
            *replaced = *replaced || columns == NOT_UTF8;
            from = at + length;
        }
        at += length;
    }
    text_add(out, from, (size_t)(end - from));
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    return at;
}

/* The end of the number at `at`. *strict: it has no zeros before it, and digits on both sides of its point. */
static const char *number_end(const char *at, const char *end, bool *strict)
{
    const char *digits = at + (*at == '-'), *stop = skip_digits(digits, end);

    *strict = stop > digits && (stop - digits == 1 || *digits != '0') &&
              (stop == end || *stop != '.' || skip_digits(stop + 1, end) > stop + 1);
    while (stop < end && *stop && strchr("0123456789+-.eE", *stop)) {
        stop++;
    }
    return stop;
}

/* Adds a number that strict readers would refuse: 01, -.5 or 1. */
static void add_number(text *out, const char *at, const char *end)
{
    const char *digits, *stop;

    if (*at == '-') {
        text_add(out, at++, 1);
    }
    for (digits = at, stop = skip_digits(at, end); stop - digits > 1 && *digits == '0'; digits++) {
    }
    text_put(out, stop == digits ? "0" : "");
    text_add(out, digits, (size_t)(stop - digits));
    stop += stop < end && *stop == '.' && skip_digits(stop + 1, end) == stop + 1;
    text_add(out, stop, (size_t)(end - stop));
}

/* Adds names and values with what is between them: as it is, as far as it may be. */
static void add_tokens(text *out, const char *at, const char *end, bool *replaced)
{
    const char *from = at, *stop;

    for (; at < end; at = stop) {
        bool good = true;
        stop = at + 1;
        if (*at == '"') {
            const char *quote = papertag_json_string_end(at + 1, end);
            good = skip_plain(at + 1, quote) == quote;
            stop = quote + (quote < end);
        } else if (*at == '-' || skip_digits(at, end) > at) {
            stop = number_end(at, end, &good);
        } else {
            good = is_plain(*at);
        }
        if (good) {
            continue;
        }
        text_add(out, from, (size_t)(at - from));
        from = stop;
        if (*at == '"') {
            add_string(out, at, stop, replaced);
        } else if (is_plain(*at)) {
            add_number(out, at, stop);
        }
    }
    text_add(out, from, (size_t)(end - from));
}

static own_member *find_own(own_member *own, size_t count, const char *key, const char *end)
{
    for (size_t i = 0; i < count; i++) {
        if (is_named(key, end, own[i].name)) {
            return &own[i];
        }
    }
    return NULL;
}

static void add_own(text *out, own_member *own)
{
    json_key(out, own->name);
    text_put(out, text_of(out, &own->value));
    own->written = true;
}

/* Adds a member, or ours if it has the name of one. */
static void add_member(text *out, const member *m, own_member *own, size_t count, bool *replaced)
{
    own_member *ours = find_own(own, count, m->key, m->key_end);

    if (!ours) {
        text_put(out, out->data[out->size - 1] == '{' ? "" : ",");
        add_tokens(out, m->start, m->end, replaced);
    } else if (!ours->written) {
        ours->was = m->value;
        ours->was_end = m->end;
        add_own(out, ours);
    }
}

bool json_splice(text *out, const char *object, size_t length, own_member *own, size_t count, bool *replaced)
{
    const char *end = object + length;
    member m = {.end = object};
    bool unasked = false;

    replaced = replaced ? replaced : &unasked;
    text_add(out, "{", 1);
    for (size_t i = 0; i < count; i++) {
        own[i].written = false;
        own[i].was = NULL;
    }
    while (!out->failed && next_member(&m, end)) {
        add_member(out, &m, own, count, replaced);
    }
    for (size_t i = 0; i < count; i++) {
        if (!own[i].written) {
            add_own(out, &own[i]);
        }
    }
    text_add(out, "}", 1);
    return !out->failed && m.end < end && *m.end == '}';
}
