/*
 * api_data - papers in, tags out: imports in every format, tagging without storing, the list of tags, the server's
 * health.
 */
#include <string.h>

#include "handlers.h"
#include "stream.h"

enum { BATCH = 1024, REJECTS_MOST = 100, PART = 64 * 1024 };

/* ---- imports --------------------------------------------------------------------------------------------------- */

struct import {
    worker *worker;
    papertag_reader *reader;
    papertag_batch *batch;
    papertag_import counts;
    size_t rejected;
    text rejects; /* JSON strings, REJECTS_MOST of them */
};

/* Reads papers into the batch until it is full. PAPERTAG_END after the last. */
static int fill_batch(struct import *i, papertag_error *err)
{
    const papertag_paper *paper;
    int status = PAPERTAG_OK;

    papertag_batch_clear(i->batch);
    while (!status && papertag_batch_count(i->batch) < BATCH) {
        status = papertag_reader_next(i->reader, &paper, err);
        if (status == PAPERTAG_BAD_INPUT) {
            if (i->rejected++ < REJECTS_MOST) {
                json_string(&i->rejects, NULL, err->message);
            }
            status = PAPERTAG_OK;
            continue;
        }
        status = status ? status : papertag_batch_tag(i->batch, paper, i->worker->tagger, err);
    }
    return status;
}

static int store_papers(struct import *i, papertag_error *err)
{
    int status = PAPERTAG_OK;

    while (!status) {
        int stored;
        status = fill_batch(i, err);
        if (status && status != PAPERTAG_END) {
            break;
        }
        stored = papertag_batch_count(i->batch)
                     ? papertag_store_add(i->worker->store, i->batch, i->worker->model, &i->counts, err)
                     : PAPERTAG_OK;
        papertag_store_expect(i->worker->store, -1); /* If-Match is about the first write */
        status = stored ? stored : status;
    }
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

static void write_import(struct import *i, answer *a)
{
    const char *const *remarks;
    const size_t count = papertag_reader_remarks(i->reader, &remarks);

    json_open(&a->body, NULL, '{');
    json_string(&a->body, "format", papertag_reader_format(i->reader));
    json_count(&a->body, "added", i->counts.added);
    json_count(&a->body, "updated", i->counts.updated);
    json_count(&a->body, "unchanged", i->counts.unchanged);
    json_count(&a->body, "rejected", i->rejected);
    json_count(&a->body, "tagged", i->counts.tagged);
    json_open(&a->body, "rejects", '[');
    text_put(&a->body, text_of(&a->body, &i->rejects));
    json_close(&a->body, ']');
    json_strings(&a->body, "remarks", (papertag_strings){remarks, count});
    json_close(&a->body, '}');
    json_line_end(&a->body);
}

void api_imports(worker *w, request *r, answer *a)
{
    const papertag_reader_options options = {.format = pairs_get(&r->target.query, "format"),
                                             .page_date = pairs_get(&r->target.query, "page-date")};
    struct import i = {.worker = w};
    papertag_error err;

    if (!r->size) {
        answer_problem(r, a, 400, "the body has to be papers, in any format that `papertag add` reads");
    } else if (use_model(w, r, a) && succeeded(papertag_batch_open(&i.batch, &err), r, a, &err) &&
               succeeded(papertag_reader_open_memory(&i.reader, "body", r->body, r->size, &options, &err), r, a,
                         &err) &&
               succeeded(store_papers(&i, &err), r, a, &err)) {
        write_import(&i, a);
    }
    papertag_reader_close(i.reader);
    papertag_batch_close(i.batch);
    text_free(&i.rejects);
}

/* ---- tagging --------------------------------------------------------------------------------------------------- */

static void write_tags(text *out, const papertag_paper *paper, const papertag_score *scores, size_t count)
{
    json_open(out, NULL, '{');
    json_string(out, "id", paper->id);
    json_string(out, "title", paper->title);
    json_open(out, "tags", '[');
    for (size_t i = 0; i < count; i++) {
        if (scores[i].assigned) {
            json_open(out, NULL, '{');
            json_string(out, "tag", scores[i].tag);
            json_number(out, "p", scores[i].p, 6);
            json_number(out, "margin", scores[i].margin, 6);
            json_bool(out, "assigned", true);
            json_close(out, '}');
        }
    }
    json_close(out, ']');
    json_close(out, '}');
    json_line_end(out);
}

/* Tags the next record: a line is added to the answer, also for one that is broken, where a client counts lines. */
static int tag_next(worker *w, papertag_reader *reader, text *out, papertag_error *err)
{
    const papertag_tag_info *tags;
    const papertag_paper *paper;
    const papertag_score *scores;
    int status = papertag_reader_next(reader, &paper, err);

    if (status == PAPERTAG_BAD_INPUT) {
        json_open(out, NULL, '{');
        json_string(out, "error", err->message);
        json_close(out, '}');
        json_line_end(out);
        return PAPERTAG_OK;
    }
    status = status ? status : papertag_tag(w->tagger, paper->title, paper->abstract, &scores, err);
    if (!status) {
        write_tags(out, paper, scores, papertag_model_tags(w->model, &tags));
    }
    return status;
}

void api_tagging(worker *w, request *r, answer *a)
{
    const papertag_reader_options options = {.format = pairs_get(&r->target.query, "format"), .text_only = true};
    const papertag_stream source = stream_source(r->stream);
    papertag_reader *reader = NULL;
    papertag_error err;
    int status = PAPERTAG_OK;

    if (!use_model(w, r, a) ||
        !succeeded(papertag_reader_open_stream(&reader, "body", &source, &options, &err), r, a, &err)) {
        return;
    }
    if (papertag_reader_is_empty(reader)) {
        answer_problem(r, a, 400, "the body has to be papers, as JSON Lines or any format that `papertag tag` reads");
        status = PAPERTAG_END;
    }
    while (!status) {
        status = tag_next(w, reader, &a->body, &err);
        /* what is there goes out before more is waited for */
        if (!status && (a->body.size >= PART || papertag_reader_waits(reader)) && !stream_send(r->stream, &a->body)) {
            status = PAPERTAG_END;
        }
    }
    papertag_reader_close(reader);
    succeeded(status == PAPERTAG_END ? PAPERTAG_OK : status, r, a, &err);
}

/* ---- tags, health ---------------------------------------------------------------------------------------------- */

void api_tags(worker *w, request *r, answer *a)
{
    const papertag_tag_info *tags;
    const size_t *papers;
    papertag_error err;
    size_t count;

    if (!succeeded(papertag_store_tags(w->store, &tags, &papers, &count, &err), r, a, &err)) {
        return;
    }
    json_open(&a->body, NULL, '{');
    json_open(&a->body, "tags", '[');
    for (size_t t = 0; t < count; t++) {
        json_line_break(&a->body);
        json_open(&a->body, NULL, '{');
        json_string(&a->body, "tag", tags[t].tag);
        json_string(&a->body, "name", tags[t].name);
        json_optional(&a->body, "definition", tags[t].definition);
        json_optional(&a->body, "group", tags[t].group);
        json_strings(&a->body, "aliases", tags[t].aliases);
        json_count(&a->body, "papers", papers[t]);
        json_close(&a->body, '}');
    }
    json_close(&a->body, ']');
    json_close(&a->body, '}');
    json_line_end(&a->body);
}

void api_health(worker *w, request *r, answer *a)
{
    (void)r;
    json_open(&a->body, NULL, '{');
    json_string(&a->body, "status", "ok");
    json_string(&a->body, "version", PAPERTAG_VERSION);
    json_count(&a->body, "changes", (size_t)w->changes);
    json_close(&a->body, '}');
    json_line_end(&a->body);
}
