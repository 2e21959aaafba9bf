/*
 * request - a request once it is here whole, and how its target and its form are read. All of it is a stranger's bytes.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "../text.h"
#include "papertag.h"

/* What someone may do; each includes those before it. */
typedef enum scope { SCOPE_NONE, SCOPE_READ, SCOPE_LABEL, SCOPE_ADMIN } scope;

/* Names and values, decoded: valid UTF-8 without NUL. */
typedef struct pairs {
    struct pair {
        const char *name, *value;
    } * items; /* count; the strings are in `memory` */
    size_t count;
    char *memory;
} pairs;

enum {
    TARGET_MOST = 8192,  /* bytes of a target */
    SEGMENTS_MOST = 16,  /* of a path */
    PAIRS_MOST = 10000,  /* of a query or a form */
    PARAMETERS_MOST = 2, /* of a route's path */
};

/* A target, split and decoded. */
typedef struct target {
    char *memory;
    const char *segments[SEGMENTS_MOST]; /* segment_count: of the path, between its slashes */
    size_t segment_count;
    pairs query;
} target;

struct route;
struct cJSON;

typedef struct request {
    const char *method;
    const char *raw; /* the target as it was sent */
    const char *host;
    const char *if_match, *if_none_match; /* NULL: none */
    const char *cookies;                  /* NULL: none */
    const char *content_type;             /* NULL: none */
    const char *body;                     /* size bytes and a NUL; NULL: none */
    size_t size;
    struct stream *stream; /* the body, where it is answered while it comes in; NULL */
    scope scope;           /* what whoever sent it may do */
    target target;
    const struct route *route;
    const char *parameters[PARAMETERS_MOST]; /* of the route's path, decoded */
    pairs form;                              /* of a body that is one */
    struct owned {
        struct owned *next;
        char *data;
    } * owned; /* strings that live as long as the request */
} request;

/* Splits a target into path and query and decodes both. NULL, or what is wrong with it. Call target_free in any case.
 */
const char *target_parse(target *out, const char *raw);
void target_free(target *t);

/* Decodes name=value&name=value as forms are sent. NULL, or what is wrong with it. Call pairs_free in any case. */
const char *pairs_parse(pairs *out, const char *from, size_t size);
void pairs_free(pairs *p);

/* The first value of that name, trimmed of blanks; NULL: there is none, or it is empty. */
const char *pairs_get(const pairs *p, const char *name);

/* The next value of a name that may be repeated; NULL after the last. *at is 0 before the first call. */
const char *pairs_each(const pairs *p, const char *name, size_t *at);

/* Moves a text's string into the request: it lives as long. "" without memory, which `whole` then records too. */
const char *request_own(request *r, text *t, text *whole);

void request_free(request *r);

/* Adds a string as a component of a path or a query: percent-encoded. */
void url_component(text *t, const char *string);

/* Whether a string is a path of this server that a form may lead back to: it begins with one slash, and has no
 * character that a header may not hold. */
bool is_own_path(const char *path);

/* Reads base64. False when it is none, or longer than `size` - 1 bytes. */
bool read_base64(const char *from, char *out, size_t size);

#endif
