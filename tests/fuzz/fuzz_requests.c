/*
 * Fuzz target: what the server reads of a request on its own: targets, forms, tokens in base64, hosts and origins, the
 * words of If-Match. The first line is a target, the second a host, the third an origin, the fourth an authorization;
 * the rest is a form.
 */
#include <stdlib.h>
#include <string.h>

#include "app/clean.h"
#include "app/serve/serve.h"
#include "fuzz.h"

/* What is decoded is text that a page may show. */
static void check_text(const char *string)
{
    for (size_t left = strlen(string), bytes; left; left -= bytes, string += bytes) {
        int columns;
        bytes = clean_next(string, left, &columns);
        if (columns == NOT_UTF8) {
            abort();
        }
    }
}

static void check_pairs(const pairs *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const char *value = pairs_get(p, p->items[i].name);
        check_text(p->items[i].name);
        check_text(p->items[i].value);
        if (value && !*value) {
            abort();
        }
    }
}

/* Encodes a string as a component of an address and reads it back. */
static void check_component(const char *string)
{
    text address = {0};
    target t;

    text_put(&address, "/");
    url_component(&address, string);
    if (address.size < TARGET_MOST &&
        (target_parse(&t, address.data) || t.segment_count != 1 || strcmp(t.segments[0], string) != 0)) {
        abort();
    }
    if (address.size < TARGET_MOST) {
        target_free(&t);
    }
    text_free(&address);
}

static void check_target(const char *raw)
{
    request r = {.method = "GET", .raw = raw};
    char allow[64];

    if (!target_parse(&r.target, raw)) {
        for (size_t i = 0; i < r.target.segment_count; i++) {
            check_text(r.target.segments[i]);
            check_component(r.target.segments[i]);
        }
        check_pairs(&r.target.query);
        r.route = find_route(&r, allow, sizeof allow);
        if (r.route && !strcmp(r.route->path, "/papers/{id}") && (!r.parameters[0] || !*r.parameters[0])) {
            abort();
        }
    }
    if (is_own_path(raw) && (raw[0] != '/' || raw[1] == '/' || strpbrk(raw, "\r\n\\ "))) {
        abort();
    }
    request_free(&r);
}

/* A write without the right host, and a page of it or a token, never comes in: but for signed links, whose handlers
 * look at the signature. */
static void check_guard(const char *raw, const char *host, const char *origin, const char *authorization)
{
    static token tokens[] = {{"0123456789abcdef", SCOPE_LABEL}};
    server s = {.loopback = true, .port = 8077, .address = "127.0.0.1:8077", .tokens = tokens, .token_count = 1};
    const head h = {.method = "POST", .host = host, .origin = origin, .authorization = authorization};
    request r = {.method = "POST", .raw = raw};
    char allow[64];
    const route *to = target_parse(&r.target, raw) ? NULL : find_route(&r, allow, sizeof allow);
    const char *why;
    scope granted;

    request_free(&r);
    if (to && to->is_signed) {
        return;
    }
    if (!guard(&s, &h, to, &granted, &why) && (!strstr(authorization, " ") || granted != SCOPE_LABEL)) {
        abort();
    }
    s.token_count = 0;
    if (!guard(&s, &h, to, &granted, &why) && (strncmp(origin, "http", 4) != 0 || !strstr(origin, host))) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines[4], *copy = strndup((const char *)data, size), *at = copy, out[512];
    int64_t changes;
    pairs form;

    if (!copy) {
        return 0;
    }
    for (int i = 0; i < 4; i++) {
        char *stop = strchr(at, '\n');
        lines[i] = at;
        at = stop ? stop + 1 : at + strlen(at);
        if (stop) {
            *stop = '\0';
        }
    }
    check_target(lines[0]);
    check_guard(lines[0], lines[1], lines[2], lines[3]);
    read_base64(lines[3], out, sizeof out);
    etag_changes(lines[2], &changes);
    etag_matches(lines[2], "\"1-2\"");
    if (!pairs_parse(&form, at, strlen(at))) {
        check_pairs(&form);
    }
    pairs_free(&form);
    free(copy);
    return 0;
}
