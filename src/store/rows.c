/*
 * rows - the stored papers as learners take them: rows of a model, days, tags in force.
 */
#include <stdlib.h>

#include "days.h"
#include "model/model.h"
#include "statement.h"
#include "store.h"
#include "tag_index.h"

/* ---- papers as rows -------------------------------------------------------------------------------------------- */

void pt_stored_rows_free(pt_stored_rows *r)
{
    free(r->keys);
    pt_rows_free(&r->rows);
    *r = (pt_stored_rows){0};
}

/* One thread reads texts; when CHUNKS chunks of CHUNK papers are full, several threads make rows of them. */
enum { CHUNK = 64, CHUNKS = 64 };

struct chunk {
    const pt_rows_options *options;
    const char *titles[CHUNK], *abstracts[CHUNK]; /* count, in the arena of the reading */
    size_t count;
    pt_counter counter;
    pt_rows rows;
};

static int make_rows(void *context, size_t i)
{
    struct chunk *c = (struct chunk *)context + i;
    int status = PAPERTAG_OK;

    c->rows.count = 0;
    for (size_t k = 0; k < c->count && !status; k++) {
        pt_row row;
        status = pt_tfidf_row(&c->counter, c->options->text, c->options->vocabulary, c->titles[k], c->abstracts[k],
                              &row, NULL);
        status = status ? status : pt_rows_append(&c->rows, row.terms, row.values, row.count);
    }
    return status;
}

/* Papers being read. */
struct reading {
    struct chunk *chunks; /* CHUNKS */
    size_t waiting;       /* papers in them */
    pt_arena arena;       /* of their texts */
    const pt_rows_options *options;
    int64_t last; /* the highest key: about how many papers there are */
    pt_stored_rows *out;
    size_t keys_capacity;
};

/* Makes rows of the papers that wait. */
static int take_rows(struct reading *r)
{
    const size_t count = (r->waiting + CHUNK - 1) / CHUNK;
    int status = pt_parallel(r->options->jobs, count, make_rows, r->chunks, NULL);

    for (size_t i = 0; i < count; i++) {
        struct chunk *c = &r->chunks[i];
        for (size_t k = 0; k < c->count && !status; k++) {
            const pt_row row = pt_rows_get(&c->rows, k);
            status = pt_rows_append(&r->out->rows, row.terms, row.values, row.count);
        }
        c->count = 0;
    }
    r->waiting = 0;
    pt_arena_reset(&r->arena);
    if (r->options->progress) {
        r->options->progress(r->options->progress_context, "reading papers", r->out->count, (size_t)r->last);
    }
    return status;
}

static int read_paper(void *context, pt_db_row *row, papertag_error *err)
{
    struct reading *r = context;
    struct chunk *c = &r->chunks[r->waiting / CHUNK];

    if (pt_reserve(&r->out->keys, &r->keys_capacity, r->out->count + 1, sizeof *r->out->keys)) {
        return pt_no_memory(err);
    }
    r->out->keys[r->out->count++] = pt_db_key(row, 0);
    c->titles[c->count] = pt_db_text_or_null(row, 1, &r->arena);
    c->abstracts[c->count++] = pt_db_text_or_null(row, 2, &r->arena);
    return ++r->waiting == CHUNK * CHUNKS && take_rows(r) ? pt_no_memory(err) : PAPERTAG_OK;
}

int pt_store_rows(papertag_store *store, const pt_rows_options *options, pt_stored_rows *out, papertag_error *err)
{
    static const char sql[] = "SELECT key, title, abstract FROM papers ORDER BY key";
    pt_stored_rows rows = {0};
    struct reading r = {.chunks = pt_calloc(CHUNKS, sizeof *r.chunks), .options = options, .out = &rows};
    int status = r.chunks ? pt_store_state(store, &rows.state, err) : pt_no_memory(err);

    pt_store_now(rows.read);
    for (size_t i = 0; i < CHUNKS && r.chunks; i++) {
        r.chunks[i].options = options;
    }
    status = status ? status : pt_store_ask(store, "SELECT coalesce(max(key), 0) FROM papers", &r.last, err, "");
    status = status ? status : pt_store_each(store, sql, read_paper, &r, err, "");
    if (!status && take_rows(&r)) {
        status = pt_no_memory(err);
    }
    for (size_t i = 0; i < CHUNKS && r.chunks; i++) {
        pt_counter_free(&r.chunks[i].counter);
        pt_rows_free(&r.chunks[i].rows);
    }
    free(r.chunks);
    pt_arena_free(&r.arena);
    if (status) {
        pt_stored_rows_free(&rows);
    } else {
        *out = rows;
    }
    return status;
}

/* ---- days and tags --------------------------------------------------------------------------------------------- */

/* What is known of papers, while it is read in the order of their keys. */
struct known {
    const papertag_store *store;
    const pt_stored_rows *papers;
    size_t at;         /* papers that are done */
    long *days;        /* of each paper */
    pt_labels *labels; /* of the papers that are done */
    uint32_t *tags;    /* tag_count: of the next paper */
    size_t tag_count;
};

static int read_day(void *context, pt_db_row *row, papertag_error *err)
{
    struct known *k = context;

    (void)err;
    if (k->at < k->papers->count && k->papers->keys[k->at] == pt_db_key(row, 0)) {
        k->days[k->at++] = (long)pt_db_integer(row, 1, PT_DAY_LEAST, PT_DAY_MOST);
    }
    return PAPERTAG_OK;
}

int pt_store_days(papertag_store *store, const pt_stored_rows *papers, long *days, papertag_error *err)
{
    struct known k = {.papers = papers, .days = days};

    return pt_store_each(store, "SELECT key, " PT_DAY_OR_ADDED " FROM papers ORDER BY key", read_day, &k, err, "");
}

/* The next paper is done: it has the tags read. */
static int end_paper(struct known *k, papertag_error *err)
{
    int status = pt_labels_append(k->labels, k->tags, k->tag_count) ? pt_no_memory(err) : PAPERTAG_OK;

    k->tag_count = 0;
    k->at++;
    return status;
}

static int read_label(void *context, pt_db_row *row, papertag_error *err)
{
    struct known *k = context;
    const pt_stored_rows *papers = k->papers;
    const int64_t paper = pt_db_key(row, 0), tag = pt_db_key(row, 1);
    int status = PAPERTAG_OK;

    while (!status && k->at < papers->count && papers->keys[k->at] < paper) {
        status = end_paper(k, err);
    }
    for (size_t t = 0; t < k->store->tag_count && k->at < papers->count && papers->keys[k->at] == paper; t++) {
        if (k->store->tag_keys[t] == tag) {
            k->tags[k->tag_count++] = (uint32_t)t;
        }
    }
    return status;
}

int pt_store_labels(papertag_store *store, const pt_stored_rows *papers, pt_labels *out, papertag_error *err)
{
    static const char sql[] = "SELECT DISTINCT paper, tag FROM tagged ORDER BY paper";
    struct known k = {.store = store, .papers = papers, .labels = out};
    int status = pt_store_read_tags(store, err);

    if (status) {
        return status;
    }
    k.tags = pt_alloc(store->tag_count, sizeof *k.tags);
    status = k.tags ? pt_store_each(store, sql, read_label, &k, err, "") : pt_no_memory(err);
    while (!status && k.at < papers->count) {
        status = end_paper(&k, err);
    }
    free(k.tags);
    return status;
}
