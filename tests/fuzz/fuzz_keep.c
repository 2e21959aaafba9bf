/*
 * Fuzz target: records that are passed on. The first byte chooses JSON Lines or a document. The object of each paper,
 * with a member of ours in it, must be strict JSON on one line and have what the object had; put in again, it must not
 * change. Passing records over must count the same as reading them.
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include <cjson/cJSON.h>

#include "app/splice.h"
#include "fuzz.h"

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* ---- strict JSON: each returns the byte after what it reads ----------------------------------------------------- */

static const char *strict_string(const char *at)
{
    must(*at++ == '"');
    while (*at != '"') {
        utf8proc_int32_t c;
        const utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)at, -1, &c);
        must(bytes > 0 && c >= ' ' && c != 0x7f);
        if (c == '\\') {
            must(at[1] && strchr("\"\\/bfnrtu", at[1]));
            must(at[1] != 'u' || strspn(at + 2, "0123456789abcdefABCDEF") >= 4);
            at++;
        }
        at += bytes;
    }
    return at + 1;
}

static const char *strict_digits(const char *at)
{
    const size_t count = strspn(at, "0123456789");
    must(count > 0);
    return at + count;
}

static const char *strict_number(const char *at)
{
    at += *at == '-';
    at = *at == '0' ? at + 1 : strict_digits(at);
    at = *at == '.' ? strict_digits(at + 1) : at;
    if (*at == 'e' || *at == 'E') {
        at += at[1] == '+' || at[1] == '-' ? 2 : 1;
        at = strict_digits(at);
    }
    return at;
}

static const char *skip(const char *at)
{
    return at + strspn(at, " ");
}

static const char *strict_value(const char *at)
{
    const char open = *at, close = open == '{' ? '}' : ']';
    const size_t word = strncmp(at, "true", 4) == 0 || strncmp(at, "null", 4) == 0 ? 4
                        : strncmp(at, "false", 5) == 0                             ? 5
                                                                                   : 0;
    if (open == '"') {
        return strict_string(at);
    }
    if (open != '{' && open != '[') {
        return word ? at + word : strict_number(at);
    }
    at = skip(at + 1);
    while (*at != close) {
        if (open == '{') {
            at = skip(strict_string(at));
            must(*at++ == ':');
            at = skip(at);
        }
        at = skip(strict_value(at));
        must(*at == ',' || *at == close);
        at = *at == ',' ? skip(at + 1) : at;
    }
    return at + 1;
}

/* ---- the same as before ---------------------------------------------------------------------------------------- */

static void same_value(const cJSON *a, const cJSON *b);

static const cJSON *not_ours(const cJSON *item, bool top)
{
    while (item && top && !strcmp(item->string, "tags")) {
        item = item->next;
    }
    return item;
}

static void same_members(const cJSON *a, const cJSON *b, bool top)
{
    a = not_ours(a->child, top);
    b = not_ours(b->child, top);
    while (a && b) {
        must((a->string != NULL) == (b->string != NULL) && (!a->string || !strcmp(a->string, b->string)));
        same_value(a, b);
        a = not_ours(a->next, top);
        b = not_ours(b->next, top);
    }
    must(!a && !b);
}

static void same_value(const cJSON *a, const cJSON *b)
{
    must((a->type & 0xff) == (b->type & 0xff));
    must(!cJSON_IsString(a) || !strcmp(a->valuestring, b->valuestring));
    must(!cJSON_IsNumber(a) || !memcmp(&a->valuedouble, &b->valuedouble, sizeof a->valuedouble));
    if (cJSON_IsArray(a) || cJSON_IsObject(a)) {
        same_members(a, b, false);
    }
}

/* Whether cJSON reads all of it: it takes a NUL for the end, and bytes that are not UTF-8 are replaced. */
static bool is_comparable(const char *object, size_t length)
{
    const char *end = object + length;
    utf8proc_int32_t c;

    for (const char *at = object; at < end;) {
        const utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)at, end - at, &c);
        if (bytes <= 0 || !c || (*at == '\\' && end - at > 5 && !memcmp(at, "\\u0000", 6))) {
            return false;
        }
        at += bytes;
    }
    return true;
}

static void check_object(const char *object, size_t length)
{
    static const char value[] = "[{\"tag\":\"x\"}]";
    own_member own = {.name = "tags"};
    text once = {0}, twice = {0};
    bool replaced = false;

    text_add(&own.value, value, sizeof value - 1);
    must(json_splice(&once, object, length, &own, 1, &replaced));
    must(strict_value(once.data) == once.data + once.size);
    must(json_splice(&twice, once.data, once.size, &own, 1, &replaced));
    must(once.size == twice.size && !memcmp(once.data, twice.data, once.size));
    if (is_comparable(object, length)) {
        cJSON *before = cJSON_ParseWithLength(object, length), *after = cJSON_ParseWithLength(once.data, once.size);
        must(before && after && cJSON_GetObjectItemCaseSensitive(after, "tags"));
        same_members(before, after, true);
        cJSON_Delete(before);
        cJSON_Delete(after);
    }
    text_free(&once);
    text_free(&twice);
    text_free(&own.value);
}

/* Reads all records, or passes over those that are not `every`-th. Returns how many there are. */
static size_t count_records(const char *bytes, size_t size, const char *format, size_t every)
{
    const papertag_reader_options options = {.format = format, .objects = true, .blank_lines = true};
    papertag_reader *reader = NULL;
    const papertag_paper *paper;
    papertag_error err;
    size_t records = 0;

    if (papertag_reader_open_memory(&reader, "fuzz", bytes, size, &options, &err)) {
        return 0;
    }
    for (;; records++) {
        const bool wanted = records % every == 0;
        const int status = wanted ? papertag_reader_next(reader, &paper, &err) : papertag_reader_pass(reader, &err);
        if (wanted && !status) {
            size_t length;
            const char *object = papertag_reader_object(reader, &length);
            must(object && length);
            check_object(object, length);
        } else if (wanted && (status == PAPERTAG_BAD_INPUT || status == PAPERTAG_BLANK)) {
            must(err.reason < strlen(err.message) && err.line);
        } else if (status) {
            break;
        }
    }
    must(!papertag_reader_waits(reader));
    papertag_reader_close(reader);
    return records;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *format = size && data[0] & 1 ? "json" : "jsonl";

    if (size > 2 && data[1] != 0x1f && data[1] != 0xfd && data[1] != 'B' && data[1] != '(' && data[1] != 'P') {
        const size_t all = count_records((const char *)data + 1, size - 1, format, 1);
        must(count_records((const char *)data + 1, size - 1, format, 3) == all);
    }
    return 0;
}
