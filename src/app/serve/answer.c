/*
 * answer - problems, redirects, and the tags by which an answer is known again.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../dates.h"
#include "page.h"
#include "serve.h"

const char *status_words(int status)
{
    static const struct {
        int status;
        const char *words;
    } all[] = {{200, "OK"},
               {201, "Created"},
               {202, "Accepted"},
               {204, "No Content"},
               {303, "See Other"},
               {304, "Not Modified"},
               {400, "Bad Request"},
               {401, "Unauthorized"},
               {403, "Forbidden"},
               {404, "Not Found"},
               {405, "Method Not Allowed"},
               {409, "Conflict"},
               {412, "Precondition Failed"},
               {413, "Content Too Large"},
               {415, "Unsupported Media Type"},
               {422, "Unprocessable Content"},
               {500, "Internal Server Error"},
               {503, "Service Unavailable"}};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].status == status) {
            return all[i].words;
        }
    }
    return "Error";
}

bool is_api(const char *raw)
{
    return !strncmp(raw, "/api/", 5);
}

void answer_problem(const request *r, answer *a, int status, const char *format, ...)
{
    text detail = {0};
    va_list list;

    if (format) {
        va_start(list, format);
        text_format_list(&detail, format, list);
        va_end(list);
    }
    text_free(&a->body);
    a->status = status;
    a->etag[0] = a->location[0] = a->cookie[0] = a->file[0] = '\0';
    a->keep = false;
    if (r->raw && is_api(r->raw)) {
        a->type = "application/problem+json";
        json_open(&a->body, NULL, '{');
        json_string(&a->body, "type", "about:blank");
        json_string(&a->body, "title", status_words(status));
        json_count(&a->body, "status", (size_t)status);
        json_optional(&a->body, "detail", detail.data);
        json_close(&a->body, '}');
        json_line_end(&a->body);
    } else {
        a->type = "text/html; charset=utf-8";
        if (r->route && r->route->is_signed) {
            page_problem_alone(&a->body, detail.data);
        } else {
            page_problem(&a->body, status, detail.data);
        }
    }
    text_free(&detail);
}

void answer_error(const request *r, answer *a, const papertag_error *err)
{
    switch (err->status) {
    case PAPERTAG_BAD_ARGUMENT:
    case PAPERTAG_BAD_INPUT:
    case PAPERTAG_UNKNOWN_FORMAT:
        answer_problem(r, a, 400, "%s", err->message);
        break;
    case PAPERTAG_CHANGED:
        answer_problem(r, a, 412, "%s", err->message);
        break;
    case PAPERTAG_INTERRUPTED:
        answer_problem(r, a, 503, "the answer took too long");
        a->retry = 30;
        break;
    default:
        complain("%s", err->message);
        answer_problem(r, a, 500, NULL);
    }
}

void answer_redirect(answer *a, const char *path)
{
    text_free(&a->body);
    a->status = 303;
    a->type = NULL;
    a->keep = false;
    snprintf(a->location, sizeof a->location, "%s",
             is_own_path(path) && strlen(path) < sizeof a->location ? path : "/");
}

/* ---- tags of answers ------------------------------------------------------------------------------------------- */

/* FNV-1a. */
static uint64_t add_hash(uint64_t hash, const char *string)
{
    for (; *string; string++) {
        hash = (hash ^ (unsigned char)*string) * 0x100000001b3;
    }
    return hash;
}

void answer_etag(const worker *w, const request *r, answer *a)
{
    char today[MOMENT_SIZE];
    uint64_t hash = add_hash(0xcbf29ce484222325, r->raw);

    present_moment(today); /* words such as `yesterday` mean another day tomorrow */
    today[10] = '\0';
    hash = add_hash(add_hash(hash, today), PAPERTAG_VERSION);
    snprintf(a->etag, sizeof a->etag, "\"%llx-%016llx\"", (unsigned long long)w->changes, (unsigned long long)hash);
}

bool etag_changes(const char *if_match, int64_t *changes)
{
    char *end;

    if (*if_match != '"') {
        return false;
    }
    *changes = (int64_t)strtoull(if_match + 1, &end, 16);
    return *end == '-' && end > if_match + 1;
}

bool etag_matches(const char *if_none_match, const char *etag)
{
    const size_t length = strlen(etag);

    for (const char *at = if_none_match; at && *at; at += strcspn(at, ","), at += *at == ',') {
        at += strspn(at, " \t");
        if (!strncmp(at, "*", 1)) {
            return true;
        }
        at += !strncmp(at, "W/", 2) ? 2 : 0;
        if (length && !strncmp(at, etag, length)) {
            return true;
        }
    }
    return false;
}
