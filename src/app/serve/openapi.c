/*
 * openapi - the description of the API (OpenAPI 3.1), made from the table of routes.
 */
#include <string.h>

#include "handlers.h"

static void add_parameter(text *out, const char *name, size_t length, const char *where, const char *about)
{
    text word = {0};

    text_add(&word, name, length);
    json_open(out, NULL, '{');
    json_string(out, "name", text_of(out, &word));
    json_string(out, "in", where);
    json_optional(out, "description", about);
    json_bool(out, "required", !strcmp(where, "path"));
    json_open(out, "schema", '{');
    json_string(out, "type", !strcmp(text_of(out, &word), "limit") ? "integer" : "string");
    json_close(out, '}');
    json_close(out, '}');
    text_free(&word);
}

static void add_parameters(text *out, const route *one)
{
    json_open(out, "parameters", '[');
    for (const char *at = one->path; (at = strchr(at, '{')) != NULL; at++) {
        add_parameter(out, at + 1, strcspn(at + 1, "}"), "path", NULL);
    }
    for (const parameter *p = one->parameters; p && p->name; p++) {
        add_parameter(out, p->name, strlen(p->name), "query", p->about);
    }
    json_close(out, ']');
}

/* What is sent or answered, of a media type; `schema` is the name of what it holds, NULL: any bytes. */
static void add_content(text *out, const char *type, const char *schema)
{
    text plain = {0};

    text_add(&plain, type, strcspn(type, ";"));
    json_open(out, "content", '{');
    json_open(out, text_of(out, &plain), '{');
    json_open(out, "schema", '{');
    if (schema) {
        put_schema(out, schema, strlen(schema));
    }
    json_close(out, '}');
    json_close(out, '}');
    json_close(out, '}');
    text_free(&plain);
}

static void add_operation(text *out, const route *one)
{
    static const char *const scopes[] = {NULL, "read", "label", "admin"};
    char status[8], id[96];
    size_t used = 0;

    for (const char *c = one->path + strlen("/api/v1/"); *c && used + 8 < sizeof id; c++) {
        if (*c != '{' && *c != '}') {
            id[used++] = *c == '/' || *c == '.' ? '-' : *c;
        }
    }
    snprintf(id + used, sizeof id - used, "-%s", one->method);
    json_string(out, "operationId", id);
    json_string(out, "summary", one->summary);
    if (scopes[one->scope]) {
        json_string(out, "x-scope", scopes[one->scope]);
    }
    text_put(out, scopes[one->scope] ? ",\"security\":[{\"token\":[]},{}]" : ",\"security\":[]");
    add_parameters(out, one);
    if (one->body) {
        json_open(out, "requestBody", '{');
        add_content(out, one->body, one->takes);
        json_close(out, '}');
    }
    json_open(out, "responses", '{');
    snprintf(status, sizeof status, "%d", one->status);
    json_open(out, status, '{');
    json_string(out, "description", status_words(one->status));
    add_content(out, one->answers, one->gives);
    json_close(out, '}');
    json_open(out, "default", '{');
    json_string(out, "description", "A problem (RFC 9457)");
    add_content(out, "application/problem+json", "Problem");
    json_close(out, '}');
    json_close(out, '}');
}

/* Whether a row before this one has the same path. */
static bool is_known(const route *one)
{
    for (const route *before = routes; before < one; before++) {
        if (!strcmp(before->path, one->path)) {
            return true;
        }
    }
    return false;
}

/* All methods of a path. */
static void add_path(text *out, const route *first)
{
    json_open(out, first->path, '{');
    for (const route *one = first; one->method; one++) {
        if (!strcmp(one->path, first->path)) {
            char method[8] = "";
            for (size_t i = 0; one->method[i] && i + 1 < sizeof method; i++) {
                method[i] = (char)(one->method[i] | 0x20);
            }
            json_open(out, method, '{');
            add_operation(out, one);
            json_close(out, '}');
        }
    }
    json_close(out, '}');
}

void api_openapi(worker *w, request *r, answer *a)
{
    text *out = &a->body;

    (void)w;
    (void)r;
    json_open(out, NULL, '{');
    json_string(out, "openapi", "3.1.0");
    json_open(out, "info", '{');
    json_string(out, "title", "papertag");
    json_string(out, "version", PAPERTAG_VERSION);
    json_string(out, "description",
                "Papers of a store, their tags, and a person's verdicts on them. Answers to GET have an ETag; "
                "If-None-Match gets 304, and If-Match on a write 412 when the store has changed since.");
    json_open(out, "license", '{');
    json_string(out, "name", "See the file LICENSE of papertag");
    json_close(out, '}');
    json_close(out, '}');
    json_open(out, "servers", '[');
    text_put(out, "{\"url\":\"/\"}");
    json_close(out, ']');
    json_open(out, "paths", '{');
    for (const route *one = routes; one->method; one++) {
        if (is_api(one->path) && !is_known(one)) {
            add_path(out, one);
        }
    }
    json_close(out, '}');
    json_open(out, "components", '{');
    json_open(out, "securitySchemes", '{');
    text_put(out, "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}");
    json_close(out, '}');
    put_schemas(out);
    json_close(out, '}');
    json_close(out, '}');
    json_line_end(out);
}
