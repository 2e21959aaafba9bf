/*
 * files - what is not a page: style, script and icon; feeds; selections for other programs.
 */
#include <stdlib.h>
#include <string.h>

#include "../dates.h"
#include "../digest/formats.h"
#include "../export/export.h"
#include "../web.h"
#include "page.h"

enum { FEED_MOST = 200, EXPORT_MOST = 20000 };

/* ---- files that are built in ----------------------------------------------------------------------------------- */

static const struct {
    const char *end, *type;
} types[] = {{".css", "text/css; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"}};

void page_file(worker *w, request *r, answer *a)
{
    const char *name = r->parameters[0] ? r->parameters[0] : "icon.svg";
    const web_file *file = find_web_file(name);
    uint64_t hash = 0xcbf29ce484222325;

    (void)w;
    if (!file || strncmp(name, "digest", 6) == 0 || strncmp(name, "report", 6) == 0) {
        answer_problem(r, a, 404, "there is no such file");
        return;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const size_t length = strlen(name), end = strlen(types[i].end);
        if (length > end && !strcmp(name + length - end, types[i].end)) {
            a->type = types[i].type;
        }
    }
    for (size_t i = 0; i < file->size; i++) {
        hash = (hash ^ (unsigned char)file->data[i]) * 0x100000001b3;
    }
    snprintf(a->etag, sizeof a->etag, "\"%016llx\"", (unsigned long long)hash);
    if (etag_matches(r->if_none_match, a->etag)) {
        a->status = 304;
    } else {
        text_add(&a->body, file->data, file->size);
    }
}

/* ---- feeds ----------------------------------------------------------------------------------------------------- */

static const digest_format *feed_format(const char *raw)
{
    return !strncmp(raw, "/feed.rss", 9)     ? &format_rss
           : !strncmp(raw, "/feed.json", 10) ? &format_jsonfeed
                                             : &format_atom;
}

/* Writes the feed of a selection. What it says of when it was made is when its papers were last updated: it is the same
 * until they change. */
static void write_feed(const request *r, answer *a, digest *d)
{
    char moment[MOMENT_SIZE] = "1970-01-01T00:00:00Z";
    bool opens;

    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        if (!paper) {
            answer_error(r, a, &d->err);
            return;
        }
        if (paper->updated && strcmp(paper->updated, moment) > 0) {
            snprintf(moment, sizeof moment, "%s", paper->updated);
        }
    }
    d->generated = moment;
    if (!feed_format(r->raw)->write(d, &a->body)) {
        answer_error(r, a, &d->err);
    }
}

void page_feed(worker *w, request *r, answer *a)
{
    text url = {0}, title = {0}, filter = {0};
    digest d = {.store = w->store};
    papertag_query query;
    const int64_t *keys;
    const char *plain;
    papertag_error err;
    size_t count;

    if (!read_query(r, a, FEED_MOST, &query) ||
        !succeeded(papertag_store_expression(w->store, &query, &plain, NULL, &err), r, a, &err)) {
        return;
    }
    text_put(&filter, plain);
    text_put(&title, "Papers");
    if (*plain || query.search) {
        text_format(&title, ": %.500s", query.search ? query.search : plain);
    }
    text_format(&url, "http://%s%s", r->host, r->raw);
    d.url = text_of(&a->body, &url);
    d.title = text_of(&a->body, &title);
    d.filter = text_of(&a->body, &filter);
    d.feed = r->raw;
    if (succeeded(papertag_store_select(w->store, &query, &keys, &count, &err), r, a, &err)) {
        if (digest_take(&d, keys, count)) {
            write_feed(r, a, &d);
        } else {
            a->body.failed = true;
        }
    }
    digest_free(&d);
    text_free(&url);
    text_free(&title);
    text_free(&filter);
}

/* ---- selections for other programs ------------------------------------------------------------------------------ */

static const struct {
    const char *name, *type, *file;
} exports[] = {{"json", "application/jsonl", "papers.jsonl"},
               {"bib", "application/x-bibtex", "papers.bib"},
               {"ris", "application/x-research-info-systems", "papers.ris"},
               {"csv", "text/csv; charset=utf-8", "papers.csv"},
               {"csl", "application/vnd.citationstyles.csl+json", "papers.json"}};

/* The papers that were ticked, by their ids. *keys is to be freed in any case. */
static bool find_ticked(worker *w, const request *r, answer *a, int64_t **keys, size_t *count)
{
    const char **ids = NULL;
    papertag_error err;
    bool good = read_ids(r, a, &r->target.query, &ids, count);

    *keys = good ? calloc(*count, sizeof **keys) : NULL;
    if (good && !*keys) {
        a->body.failed = true;
        good = false;
    }
    for (size_t i = 0; good && i < *count; i++) {
        good = succeeded(papertag_store_find(w->store, ids[i], &(*keys)[i], &err), r, a, &err);
    }
    free(ids);
    return good;
}

static void write_export(worker *w, const request *r, answer *a, const export_format *format, const int64_t *keys,
                         size_t count)
{
    const papertag_stored *paper;
    papertag_error err;

    text_put(&a->body, format->opening);
    for (size_t i = 0; i < count; i++) {
        if (!succeeded(papertag_store_get(w->store, keys[i], &paper, &err), r, a, &err)) {
            return;
        }
        text_put(&a->body, i ? format->between : "");
        format->write(&a->body, paper);
    }
    text_put(&a->body, format->closing);
}

/* The format of the address, with its media type and a name for the file. NULL: there is no such format. */
static const export_format *find_export(const request *r, answer *a)
{
    for (size_t i = 0; i < sizeof exports / sizeof *exports; i++) {
        for (size_t k = 0; export_formats[k] && !strcmp(exports[i].name, r->parameters[0]); k++) {
            if (!strcmp(export_formats[k]->name, exports[i].name)) {
                a->type = exports[i].type;
                snprintf(a->file, sizeof a->file, "%s", exports[i].file);
                return export_formats[k];
            }
        }
    }
    answer_problem(r, a, 404, "the formats are json, bib, ris, csv and csl");
    return NULL;
}

void page_export(worker *w, request *r, answer *a)
{
    const export_format *format = find_export(r, a);
    int64_t *ticked = NULL;
    const int64_t *keys;
    papertag_query query;
    papertag_error err;
    size_t count;

    if (!format) {
        return;
    }
    if (pairs_get(&r->target.query, "only")) {
        if (find_ticked(w, r, a, &ticked, &count)) {
            write_export(w, r, a, format, ticked, count);
        }
        free(ticked);
        return;
    }
    if (!read_query(r, a, EXPORT_MOST, &query)) {
        return;
    }
    query.limit = pairs_get(&r->target.query, "limit") ? query.limit : EXPORT_MOST;
    if (succeeded(papertag_store_select(w->store, &query, &keys, &count, &err), r, a, &err)) {
        write_export(w, r, a, format, keys, count);
    }
}
