/*
 * routes - the table of all routes: what is answered where, to whom. The description of the API is made from it, too.
 */
#include <string.h>

#include "handlers.h"

/* ---- parameters ------------------------------------------------------------------------------------------------ */

#define FORMAT_PARAMETER                                                                                               \
    {                                                                                                                  \
        "format", "the format of what is sent, as `papertag add --from` names it; detected when it is not named"       \
    }
#define QUERY_PARAMETERS                                                                                               \
    {"q", "a tag expression: quantization & p>=0.8, author:\"ada example\", is:unread"},                               \
        {"search", "words and \"phrases\" that all occur in title or abstract; word* is a prefix"},                    \
        {"since", "from that day on: 2026-11-01, 2026-11, yesterday, 7d, 2w, 3m"},                                     \
        {"until", "up to and including that day"}, {"sort", "date (the newest first), trending or p"},                 \
    {                                                                                                                  \
        "limit", "how many papers at most"                                                                             \
    }

static const parameter query[] = {QUERY_PARAMETERS, {"cursor", "`next` of the answer before"}, {NULL, NULL}};
static const parameter viewed[] = {QUERY_PARAMETERS,
                                   {"cursor", "`next` of the answer before"},
                                   {"view", "new (default), or what is trending: day, week or month"},
                                   {"day", "only this day, YYYY-MM-DD; of what is trending, the last one"},
                                   {NULL, NULL}};
static const parameter selection[] = {QUERY_PARAMETERS, {NULL, NULL}};
static const parameter explained[] = {{"tag", "the tag to explain"}, {NULL, NULL}};
static const parameter exported[] = {
    QUERY_PARAMETERS, {"only", "`ticked`: only the papers with these ids"}, {"id", "may be repeated"}, {NULL, NULL}};
static const parameter limited[] = {{"limit", "how many at most"}, {NULL, NULL}};
static const parameter imported[] = {
    FORMAT_PARAMETER, {"page-date", "the day of a copied page, YYYY-MM-DD"}, {NULL, NULL}};
static const parameter ended[] = {{"ended", "one that has just ended, which can be undone"}, {NULL, NULL}};
static const parameter gone[] = {{"gone", "a tag that is being removed"}, {NULL, NULL}};
static const parameter formatted[] = {FORMAT_PARAMETER, {NULL, NULL}};
static const parameter questions[] = {{"order", "uncertain (default), random or new"},
                                      {"tag", "ask about this tag only"},
                                      {"since", "papers from that day on"},
                                      {"seed", "a number: the random order is the same for the same one"},
                                      {"limit", "how many at most"},
                                      {NULL, NULL}};
static const parameter unsubscribing[] = {{"name", "the subscription"},
                                          {"to", "stands for the reader's address"},
                                          {"sign", "the signature, as the mail has it"},
                                          {NULL, NULL}};
static const parameter judging[] = {{"paper", "its id"},
                                    {"tag", "the tag"},
                                    {"verdict", "yes or no"},
                                    {"sign", "the signature, as the mail has it"},
                                    {NULL, NULL}};

/* ---- routes ---------------------------------------------------------------------------------------------------- */

#define JSON "application/json"
#define HTML "text/html; charset=utf-8"
#define API "/api/v1/"
#define READ(p, h, s, q, t)                                                                                            \
    {                                                                                                                  \
        .method = "GET", .path = (p), .scope = SCOPE_READ, .handle = (h), .summary = (s), .parameters = (q),           \
        .answers = (t), .status = 200                                                                                  \
    }
#define GIVES(p, h, s, q, g)                                                                                           \
    {                                                                                                                  \
        .method = "GET", .path = (p), .scope = SCOPE_READ, .handle = (h), .summary = (s), .parameters = (q),           \
        .answers = JSON, .gives = (g), .status = 200                                                                   \
    }
#define WRITE(m, p, h, s, t, g)                                                                                        \
    {                                                                                                                  \
        .method = (m), .path = (p), .scope = SCOPE_LABEL, .handle = (h), .summary = (s), .body = (t) ? JSON : NULL,    \
        .takes = (t), .gives = (g), .answers = JSON, .status = 200, .most = (t) ? BODY_MOST : 0                        \
    }
#define FORM(p, least, h, s)                                                                                           \
    {                                                                                                                  \
        .method = "POST", .path = (p), .scope = (least), .handle = (h), .summary = (s), .body = FORM_TYPE,             \
        .answers = HTML, .status = 200, .most = BODY_MOST                                                              \
    }
#define SIGNED(m, p, h, s, q)                                                                                          \
    {                                                                                                                  \
        .method = (m), .path = (p), .scope = SCOPE_NONE, .handle = (h), .summary = (s), .parameters = (q),             \
        .body = "*/*", .answers = HTML, .status = 200, .most = SIGNED_MOST, .fresh = true, .is_signed = true           \
    }

enum { SIGNED_MOST = 4096 }; /* bytes of the body that comes with a signed link: a field or two */

const route routes[] = {
    GIVES(API "papers", api_papers, "Papers that match, a page of them", query, "Papers"),
    GIVES(API "papers/{id}", api_paper, "One paper, by any of its ids", NULL, "Paper"),
    GIVES(API "papers/{id}/similar", api_similar, "The papers most similar to one", limited, "Similar"),
    GIVES(API "papers/{id}/explanation", api_explanation, "The terms that made the decision on a tag", explained,
          "Explanation"),
    WRITE("PUT", API "papers/{id}/verdicts/{tag}", api_put_verdict, "Say whether a paper has a tag", "Verdict",
          "Paper"),
    WRITE("DELETE", API "papers/{id}/verdicts/{tag}", api_delete_verdict, "Take a verdict back", NULL, "Paper"),
    WRITE("PUT", API "papers/{id}/marks", api_marks, "Mark a paper as read or starred, or note something of it",
          "Marks", "Paper"),
    WRITE("POST", API "verdicts", api_verdicts, "Many verdicts at once: all or none", "Verdicts", "Recorded"),
    WRITE("POST", API "undo", api_undo, "Undo the last change, or that one unless the same was changed since", "Undo",
          "Paper"),
    {.method = "POST",
     .path = API "imports",
     .scope = SCOPE_ADMIN,
     .handle = api_imports,
     .summary = "Add papers",
     .parameters = imported,
     .body = "*/*",
     .gives = "Import",
     .answers = JSON,
     .status = 200,
     .most = IMPORT_MOST,
     .slow = true},
    {.method = "POST",
     .path = API "tagging",
     .scope = SCOPE_READ,
     .handle = api_tagging,
     .summary = "Tag papers without storing them",
     .parameters = formatted,
     .body = "*/*",
     .gives = "Tagged",
     .answers = "application/jsonl",
     .status = 200,
     .most = SIZE_MAX,
     .streams = true},
    {.method = "POST",
     .path = API "retrains",
     .scope = SCOPE_ADMIN,
     .handle = api_retrain,
     .summary = "Learn from the verdicts, in the background",
     .gives = "Retraining",
     .answers = JSON,
     .status = 202},
    {.method = "GET",
     .path = API "retrains/{id}",
     .scope = SCOPE_READ,
     .handle = api_retraining,
     .summary = "How far a retraining has come",
     .gives = "Retraining",
     .answers = JSON,
     .status = 200,
     .fresh = true},
    GIVES(API "tags", api_tags, "All tags, with how many papers have each", NULL, "Tags"),
    GIVES(API "questions", api_questions, "Questions to ask a person", questions, "Questions"),
    {.method = "GET",
     .path = API "health",
     .scope = SCOPE_NONE,
     .handle = api_health,
     .summary = "Whether the server works",
     .gives = "Health",
     .answers = JSON,
     .status = 200,
     .fresh = true},
    READ(API "openapi.json", api_openapi, "This description", NULL, JSON),

    READ("/", page_papers, "Papers by day, or what is trending", viewed, HTML),
    READ("/papers/{id}", page_paper, "A paper", explained, HTML),
    READ("/tags", page_tags, "All tags", gone, HTML),
    READ("/tags/{tag}", page_tag, "A tag", NULL, HTML),
    READ("/review", page_review, "Questions, one at a time", questions, HTML),
    READ("/subscriptions", page_subscriptions, "Who receives which papers", ended, HTML),
    {.method = "GET",
     .path = "/discover",
     .scope = SCOPE_READ,
     .handle = page_discover,
     .summary = "Topics that no tag covers",
     .answers = HTML,
     .status = 200,
     .slow = true},
    READ("/trends", page_trends, "What rises", NULL, HTML),
    READ("/help", page_help, "Keys and expressions", NULL, HTML),
    READ("/feed.atom", page_feed, "A feed of a selection", selection, "application/atom+xml; charset=utf-8"),
    READ("/feed.rss", page_feed, "A feed of a selection", selection, "application/rss+xml; charset=utf-8"),
    READ("/feed.json", page_feed, "A feed of a selection", selection, "application/feed+json"),
    READ("/export/{format}", page_export, "A selection for other programs", exported, "text/plain; charset=utf-8"),
    {.method = "GET",
     .path = "/static/{file}",
     .scope = SCOPE_NONE,
     .handle = page_file,
     .summary = "Style and script",
     .answers = "text/plain; charset=utf-8",
     .status = 200,
     .fresh = true},
    {.method = "GET",
     .path = "/favicon.ico",
     .scope = SCOPE_NONE,
     .handle = page_file,
     .summary = "The icon",
     .answers = "image/svg+xml",
     .status = 200,
     .fresh = true},
    SIGNED("GET", "/unsubscribe", signed_unsubscribe, "Ask a reader of mail whether to unsubscribe", unsubscribing),
    SIGNED("POST", "/unsubscribe", signed_unsubscribe, "Unsubscribe, with one click, too (RFC 8058)", unsubscribing),
    SIGNED("GET", "/verdict", signed_verdict, "Ask a reader of mail whether a tag is right", judging),
    SIGNED("POST", "/verdict", signed_verdict, "Record what a reader of mail says of a tag", judging),
    FORM("/verdict", SCOPE_LABEL, form_verdict, "Give papers a tag or take it from them"),
    FORM("/mark", SCOPE_LABEL, form_mark, "Mark papers as read or starred"),
    FORM("/note", SCOPE_LABEL, form_note, "Note something of a paper"),
    FORM("/undo", SCOPE_LABEL, form_undo, "Undo the last change"),
    FORM("/review", SCOPE_LABEL, form_review, "Answer a question"),
    /* what sends mail, or makes the server learn, is for the one whose store it is */
    FORM("/subscriptions", SCOPE_ADMIN, form_subscribe, "Subscribe"),
    FORM("/subscriptions/end", SCOPE_ADMIN, form_unsubscribe, "End a subscription"),
    FORM("/subscriptions/undo", SCOPE_ADMIN, form_resubscribe, "Undo the end of a subscription"),
    FORM("/tags", SCOPE_ADMIN, form_tag, "Make a tag"),
    FORM("/tags/remove", SCOPE_ADMIN, form_remove_tag, "Remove a tag that was made in the store"),
    {.method = NULL},
};

/* ---- finding one ----------------------------------------------------------------------------------------------- */

/* Whether a path has this form; its parameters go into `parameters`. */
static bool path_fits(const char *form, const target *t, const char *parameters[PARAMETERS_MOST])
{
    size_t segment = 0, found = 0;

    while (*form == '/') {
        const size_t length = strcspn(++form, "/");
        const char *named = segment < t->segment_count ? t->segments[segment] : NULL;
        if (!named) {
            return false;
        }
        if (*form == '{') {
            if (!*named) {
                return false;
            }
            parameters[found++] = named;
        } else if (strlen(named) != length || memcmp(named, form, length) != 0) {
            return false;
        }
        form += length;
        segment++;
    }
    return segment == t->segment_count;
}

const route *find_route(request *r, char *allow, size_t size)
{
    const char *method = strcmp(r->method, "HEAD") ? r->method : "GET";
    const bool has_sign = pairs_get(&r->target.query, "sign") != NULL;
    const route *found = NULL;

    allow[0] = '\0';
    for (const route *one = routes; one->method; one++) {
        const char *parameters[PARAMETERS_MOST] = {0};
        if (!path_fits(one->path, &r->target, parameters)) {
            continue;
        }
        if (!strcmp(method, one->method) && (!found || one->is_signed == has_sign)) {
            memcpy(r->parameters, parameters, sizeof parameters);
            found = one;
        }
        if (!strstr(allow, one->method)) {
            const size_t used = strlen(allow);
            snprintf(allow + used, size - used, "%s%s", used ? ", " : "", one->method);
        }
    }
    return found;
}
