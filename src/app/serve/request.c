/*
 * request - see request.h.
 */
#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "../clean.h"

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Decodes from[0 .. size) to *to, which is moved past the NUL that ends it. False: an escape that is none, a NUL, or
 * bytes that are not UTF-8. */
static bool decode(const char *from, size_t size, bool plus, char **to)
{
    char *start = *to, *at = start;

    for (size_t i = 0; i < size; i++) {
        if (from[i] == '%') {
            const int first = i + 1 < size ? hex_value(from[i + 1]) : -1,
                      second = i + 2 < size ? hex_value(from[i + 2]) : -1;
            if (first < 0 || second < 0 || !(first | second)) {
                return false;
            }
            *at++ = (char)(first << 4 | second);
            i += 2;
        } else if (!from[i]) {
            return false;
        } else {
            *at++ = plus && from[i] == '+' ? ' ' : from[i];
        }
    }
    *at++ = '\0';
    *to = at;
    for (size_t left = strlen(start), bytes; left; left -= bytes, start += bytes) {
        int columns = 0;
        bytes = clean_next(start, left, &columns);
        if (columns == NOT_UTF8) {
            return false;
        }
    }
    return true;
}

const char *pairs_parse(pairs *out, const char *from, size_t size)
{
    const char *end = from + size;
    size_t count = 1;
    char *to;

    *out = (pairs){0};
    for (const char *c = from; c < end; c++) {
        count += *c == '&';
    }
    if (count > PAIRS_MOST) {
        return "it has too many fields";
    }
    out->items = calloc(count, sizeof *out->items);
    out->memory = malloc(size + 2 * count + 1);
    if (!out->items || !out->memory) {
        return "out of memory";
    }
    to = out->memory;
    while (from < end) {
        const char *stop = memchr(from, '&', (size_t)(end - from)), *equal;
        struct pair *pair = &out->items[out->count];
        stop = stop ? stop : end;
        equal = memchr(from, '=', (size_t)(stop - from));
        equal = equal ? equal : stop;
        pair->name = to;
        if (!decode(from, (size_t)(equal - from), true, &to)) {
            return "a name in it is not percent-encoded UTF-8";
        }
        pair->value = to;
        if (!decode(equal + (equal < stop), (size_t)(stop - equal - (equal < stop)), true, &to)) {
            return "a value in it is not percent-encoded UTF-8";
        }
        out->count += stop > from;
        from = stop + 1;
    }
    return NULL;
}

void pairs_free(pairs *p)
{
    free(p->items);
    free(p->memory);
    *p = (pairs){0};
}

const char *pairs_each(const pairs *p, const char *name, size_t *at)
{
    while (*at < p->count) {
        const struct pair *pair = &p->items[(*at)++];
        if (!strcmp(pair->name, name)) {
            return pair->value;
        }
    }
    return NULL;
}

const char *pairs_get(const pairs *p, const char *name)
{
    size_t at = 0;
    const char *value = pairs_each(p, name, &at);

    value = value ? value + strspn(value, " \t\r\n") : NULL;
    return value && *value ? value : NULL;
}

const char *target_parse(target *out, const char *raw)
{
    const size_t size = strlen(raw), path = strcspn(raw, "?");
    char *to;

    *out = (target){0};
    if (*raw != '/' || size > TARGET_MOST) {
        return *raw != '/' ? "the target is not a path" : "the target is too long";
    }
    to = out->memory = malloc(size + SEGMENTS_MOST + 1);
    if (!out->memory) {
        return "out of memory";
    }
    for (size_t at = 1; at <= path;) {
        const size_t length = strcspn(raw + at, "/?");
        if (out->segment_count == SEGMENTS_MOST) {
            return "the path is too deep";
        }
        out->segments[out->segment_count++] = to;
        if (!decode(raw + at, length, false, &to)) {
            return "the path is not percent-encoded UTF-8";
        }
        at += length + 1;
    }
    return raw[path] ? pairs_parse(&out->query, raw + path + 1, size - path - 1) : NULL;
}

void target_free(target *t)
{
    pairs_free(&t->query);
    free(t->memory);
    *t = (target){0};
}

const char *request_own(request *r, text *t, text *whole)
{
    struct owned *owned = t->failed ? NULL : malloc(sizeof *owned);

    if (!owned || !t->data) {
        whole->failed = whole->failed || t->failed || !owned;
        free(owned);
        text_free(t);
        return "";
    }
    *owned = (struct owned){r->owned, t->data};
    r->owned = owned;
    *t = (text){0};
    return owned->data;
}

void request_free(request *r)
{
    while (r->owned) {
        struct owned *next = r->owned->next;
        free(r->owned->data);
        free(r->owned);
        r->owned = next;
    }
    target_free(&r->target);
    pairs_free(&r->form);
}

void url_component(text *t, const char *string)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:";

    while (*string) {
        const size_t length = strspn(string, plain);
        text_add(t, string, length);
        string += length;
        if (*string) {
            text_format(t, "%%%02X", (unsigned char)*string++);
        }
    }
}

bool is_own_path(const char *path)
{
    if (path[0] != '/' || path[1] == '/' || path[1] == '\\' || strlen(path) > TARGET_MOST) {
        return false;
    }
    for (const char *c = path; *c; c++) {
        if (*c <= ' ' || *c >= 0x7f || *c == '\\') {
            return false;
        }
    }
    return true;
}

bool read_base64(const char *from, char *out, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, have = 0;
    size_t used = 0;

    for (; *from && *from != '='; from++) {
        const char *digit = strchr(digits, *from);
        if (!digit || used + 1 >= size) {
            return false;
        }
        bits = (bits << 6 | (unsigned)(digit - digits)) & 0xffff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[used++] = (char)(bits >> have & 0xff);
        }
    }
    out[used] = '\0';
    return !from[strspn(from, "=")];
}
