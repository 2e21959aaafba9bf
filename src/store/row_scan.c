/*
 * row_scan - a walk over the rows of all stored papers: those that are kept in blocks, on several connections at once,
 * and those that are missing there, made from the texts.
 */
#include <stdlib.h>

#include "base/thread.h"
#include "connections.h"
#include "model/model.h"
#include "row_blocks.h"
#include "store.h"

/* ---- rows that are missing ------------------------------------------------------------------------------------- */

/* One thread reads texts; when CHUNKS chunks of CHUNK papers are full, several threads make rows of them. */
enum { CHUNK = 64, CHUNKS = 64, KEPT_LEAST = 64 };

struct chunk {
    const pt_rows_options *options;
    int64_t keys[CHUNK];                          /* count */
    const char *titles[CHUNK], *abstracts[CHUNK]; /* count, in the arena of the scan */
    size_t count;
    pt_counter counter;
    pt_buf packed;       /* rows, one after the other */
    size_t sizes[CHUNK]; /* bytes of each */
};

/* A walk over the rows of all papers. */
struct scan {
    papertag_store *store;
    const pt_rows_options *options;
    const pt_row_takers *takers;
    size_t last;      /* the highest key: about how many papers there are */
    uint64_t *known;  /* bit k: the row of paper k was handed out */
    uint64_t *wanted; /* bit k: paper k is there and its row is not known */
    size_t missing;
    struct chunk *chunks; /* CHUNKS */
    size_t waiting;       /* papers in them */
    pt_arena arena;       /* of their texts */
    bool keeps;           /* rows that are made are written */
    int64_t changes;      /* of the store, before texts were read: see papertag_store_changes */
};

static bool has_bit(const uint64_t *bits, size_t i)
{
    return bits[i / 64] >> (i % 64) & 1;
}

static int make_rows(void *context, size_t i)
{
    struct chunk *c = (struct chunk *)context + i;
    int status = PAPERTAG_OK;

    pt_buf_clear(&c->packed);
    c->counter.packing = c->options->space ? PT_PACK_FIRST_PART : PT_PACK_ALL;
    for (size_t k = 0; k < c->count && !status; k++) {
        pt_row row;
        status = pt_tfidf_row(&c->counter, c->options->text, c->options->vocabulary, c->titles[k], c->abstracts[k],
                              &row, NULL);
        c->sizes[k] = c->counter.packed.size;
        pt_buf_append(&c->packed, c->counter.packed.data, c->sizes[k]);
    }
    return c->packed.failed ? PAPERTAG_NO_MEMORY : status;
}

/* Hands out the rows of a chunk. */
static int take_chunk(struct scan *s, const struct chunk *c, papertag_error *err)
{
    const char *at = c->packed.data;
    int status = PAPERTAG_OK;

    for (size_t k = 0; k < c->count && !status; at += c->sizes[k++]) {
        pt_packed packed;
        pt_packed_open(at, c->sizes[k], &packed);
        status = packed.unknown ? PAPERTAG_OK : s->takers->take(s->takers->contexts[0], c->keys[k], &packed, err);
    }
    return status;
}

static int keep_chunk(pt_row_writer *writer, const struct chunk *c, papertag_error *err)
{
    const char *at = c->packed.data;
    int status = PAPERTAG_OK;

    for (size_t k = 0; k < c->count && !status; at += c->sizes[k++]) {
        status = pt_row_writer_put(writer, c->keys[k], at, c->sizes[k], err);
    }
    return status;
}

/* Writes the rows, unless somebody else has written to the store since their texts were read: they may be those of
 * other texts now. */
static void keep_waiting(struct scan *s, size_t chunks)
{
    pt_row_writer writer = {.store = s->store, .space = s->options->space};
    int64_t changes = 0;
    papertag_error why;
    int status;

    s->keeps = s->keeps && pt_store_keep_begin(s->store);
    if (!s->keeps) {
        return;
    }
    status = pt_store_count_changes(s->store, &changes, &why);
    status = status || changes == s->changes ? status : PAPERTAG_CHANGED;
    for (size_t i = 0; i < chunks && !status; i++) {
        status = keep_chunk(&writer, &s->chunks[i], &why);
    }
    s->keeps = pt_store_keep_end(s->store, pt_row_writer_end(&writer, status, &why));
    s->changes++; /* these rows */
}

/* Makes rows of the papers that wait. */
static int take_waiting(struct scan *s, papertag_error *err)
{
    const size_t count = (s->waiting + CHUNK - 1) / CHUNK;
    int status = pt_parallel(s->options->jobs, count, make_rows, s->chunks, NULL) ? pt_no_memory(err) : PAPERTAG_OK;

    for (size_t i = 0; i < count && !status; i++) {
        status = take_chunk(s, &s->chunks[i], err);
    }
    if (!status) {
        keep_waiting(s, count);
    }
    for (size_t i = 0; i < count; i++) {
        s->chunks[i].count = 0;
    }
    s->waiting = 0;
    pt_arena_reset(&s->arena);
    return status;
}

static int read_text(void *context, pt_db_row *row, papertag_error *err)
{
    struct scan *s = context;
    struct chunk *c = &s->chunks[s->waiting / CHUNK];
    const int64_t key = pt_db_key(row, 0);

    (void)err;
    if ((size_t)key > s->last || !has_bit(s->wanted, (size_t)key)) {
        return PAPERTAG_OK;
    }
    c->keys[c->count] = key;
    c->titles[c->count] = pt_db_text_or_null(row, 1, &s->arena);
    c->abstracts[c->count++] = pt_db_text_or_null(row, 2, &s->arena);
    s->waiting++;
    return PAPERTAG_OK;
}

/* Makes the rows that are missing. Neighbouring papers are read together, as many as the chunks hold. */
static int make_missing(struct scan *s, papertag_error *err)
{
    static const char sql[] = "SELECT key, title, abstract FROM papers WHERE key BETWEEN ?1 AND ?2 ORDER BY key";
    int status = PAPERTAG_OK;

    for (size_t first = 1, made = 0; first <= s->last && !status; first++) {
        size_t end = first;
        if (!s->wanted[first / 64]) {
            first |= 63;
            continue;
        }
        while (end <= s->last && end < first + CHUNK * CHUNKS - s->waiting && has_bit(s->wanted, end)) {
            end++;
        }
        if (end == first) {
            continue;
        }
        status = pt_store_each(s->store, sql, read_text, s, err, "ii", (int64_t)first, (int64_t)end - 1);
        made += s->waiting;
        if (!status && s->waiting == CHUNK * CHUNKS) {
            status = take_waiting(s, err);
        }
        if (s->options->progress) {
            s->options->progress(s->options->progress_context, "reading papers", made, s->missing);
        }
        first = end - 1;
    }
    return status || !s->waiting ? status : take_waiting(s, err);
}

/* ---- rows that are kept ---------------------------------------------------------------------------------------- */

/* Blocks that are worth a connection of their own. */
enum { BLOCKS_LEAST = 256 };

/* Neighbouring blocks, read on a connection of their own. */
struct part {
    const struct scan *scan;
    papertag_store *store; /* the connection */
    void *context;         /* of the taker */
    int64_t first, last;   /* blocks */
    uint64_t *met, *known; /* bit k: there is a row of paper k; the last one is known, and was handed out */
    size_t rows;
};

static int take_kept(void *context, int64_t paper, const pt_packed *row, papertag_error *err)
{
    struct part *p = context;
    const struct scan *s = p->scan;
    const uint64_t bit = UINT64_C(1) << ((uint64_t)paper % 64);
    const int status = pt_connection_check(p->store, s->store, err);

    if (status) {
        return status;
    }
    if (paper < 1 || (uint64_t)paper > s->last) {
        return PAPERTAG_DAMAGED;
    }
    p->met[paper / 64] |= bit;
    if (row->unknown) {
        p->known[paper / 64] &= ~bit;
        return PAPERTAG_OK;
    }
    p->known[paper / 64] |= bit;
    return s->takers->take(p->context, paper, row, err);
}

static int read_part(void *context, size_t i, papertag_error *err)
{
    struct part *p = (struct part *)context + i;
    const pt_block_range range = {p->scan->options->space, p->first, p->last};

    return pt_row_blocks_read(p->store, &range, take_kept, p, &p->rows, err);
}

/* Of a paper that an earlier part has met, too, this part has the newer row. */
static void join_part(struct scan *s, const struct part *p, size_t *rows)
{
    for (size_t i = 0; i <= s->last / 64; i++) {
        s->known[i] = (s->known[i] & ~p->met[i]) | p->known[i];
    }
    if (p->context != s->takers->contexts[0]) {
        s->takers->join(s->takers->contexts[0], p->context, p->known, s->last);
    }
    *rows += p->rows;
}

/* Shares the blocks out among the connections. ends: the first block and the last, as far as is known. */
static int open_parts(struct scan *s, const pt_connections *c, const uint64_t ends[2], struct part *parts)
{
    const size_t words = s->last / 64 + 1;
    const uint64_t step = (ends[1] - ends[0]) / c->count + 1;
    bool failed = false;

    for (size_t i = 0; i < c->count; i++) {
        parts[i] = (struct part){.scan = s, .store = c->list[i], .context = s->takers->contexts[i]};
        parts[i].first = i ? parts[i - 1].last + 1 : INT64_MIN;
        parts[i].last = i + 1 < c->count ? (int64_t)(ends[0] + (i + 1) * step) : INT64_MAX;
        parts[i].met = pt_calloc(words, sizeof *parts[i].met);
        parts[i].known = pt_calloc(words, sizeof *parts[i].known);
        failed = failed || !parts[i].met || !parts[i].known;
    }
    return failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* Hands out the rows of the blocks; *rows: how many there were. */
static int read_parts(struct scan *s, const pt_connections *c, const uint64_t ends[2], size_t *rows,
                      papertag_error *err)
{
    struct part parts[PT_CONNECTIONS_MOST] = {{NULL}};
    int status = open_parts(s, c, ends, parts) ? pt_no_memory(err) : PAPERTAG_OK;

    status = status ? status : pt_connections_each(c, read_part, parts, err);
    for (size_t i = 0; i < c->count; i++) {
        if (!status) {
            join_part(s, &parts[i], rows);
        }
        free(parts[i].met);
        free(parts[i].known);
    }
    return status;
}

static int read_ends(void *context, pt_db_row *row, papertag_error *err)
{
    uint64_t *ends = context;

    (void)err;
    ends[0] = (uint64_t)pt_db_integer(row, 0, INT64_MIN, INT64_MAX);
    ends[1] = (uint64_t)pt_db_integer(row, 1, INT64_MIN, INT64_MAX);
    return PAPERTAG_OK;
}

/* On how many connections it is worth to read. ends: the first block and the last. */
static int plan_parts(const struct scan *s, uint64_t ends[2], size_t *wanted, papertag_error *err)
{
    static const char sql[] = /* both together would be looked for in the whole table */
        "SELECT coalesce((SELECT min(block) FROM row_blocks), 0), coalesce((SELECT max(block) FROM row_blocks), 0)";
    const size_t jobs = pt_jobs(s->options->jobs), most = s->takers->count < jobs ? s->takers->count : jobs;
    int status = pt_store_row(s->store, sql, read_ends, ends, err, "");
    const uint64_t worth = (ends[1] - ends[0]) / BLOCKS_LEAST + 1;

    *wanted = worth < most ? (size_t)worth : most;
    return status;
}

/* ---- all rows --------------------------------------------------------------------------------------------------- */

static int want_paper(void *context, pt_db_row *row, papertag_error *err)
{
    struct scan *s = context;
    const size_t key = (size_t)pt_db_key(row, 0);

    (void)err;
    if (key <= s->last && !has_bit(s->known, key)) {
        s->wanted[key / 64] |= UINT64_C(1) << (key % 64);
        s->missing++;
    }
    return PAPERTAG_OK;
}

/* Removes the blocks of other models, or all when most of what they hold is out of date. */
static void drop_blocks(struct scan *s, bool outdated)
{
    static const char others[] = "DELETE FROM row_blocks WHERE space<>?1";
    static const char all[] = "DELETE FROM row_blocks WHERE ?1 IS NOT NULL";
    papertag_error why;

    if (s->keeps && pt_store_keep_begin(s->store)) {
        const int status = pt_store_do(s->store, outdated ? all : others, &why, "t", s->options->space);
        s->keeps = pt_store_keep_end(s->store, status);
    }
}

static int open_scan(struct scan *s, papertag_error *err)
{
    int status = pt_store_last_paper(s->store, &s->last, err);

    if (status) {
        return status;
    }
    s->known = pt_calloc(s->last / 64 + 1, sizeof *s->known);
    s->wanted = pt_calloc(s->last / 64 + 1, sizeof *s->wanted);
    s->chunks = pt_calloc(CHUNKS, sizeof *s->chunks);
    if (!s->known || !s->wanted || !s->chunks) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < CHUNKS; i++) {
        s->chunks[i].options = s->options;
    }
    return PAPERTAG_OK;
}

static void close_scan(struct scan *s)
{
    for (size_t i = 0; i < CHUNKS && s->chunks; i++) {
        pt_counter_free(&s->chunks[i].counter);
        pt_buf_free(&s->chunks[i].packed);
    }
    free(s->chunks);
    free(s->known);
    free(s->wanted);
    pt_arena_free(&s->arena);
}

/* Makes the rows that no block has. rows: how many the blocks had. */
static int complete(struct scan *s, size_t rows, papertag_error *err)
{
    papertag_error why;
    size_t known = 0;
    bool outdated;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i <= s->last / 64; i++) {
        known += (size_t)__builtin_popcountll(s->known[i]);
    }
    outdated = rows > 2 * known + CHUNK * CHUNKS;
    if (known < s->last) { /* papers are never deleted, so mostly there is none missing */
        status = pt_store_each(s->store, "SELECT key FROM papers", want_paper, s, err, "");
    }
    s->keeps = s->options->space && (s->missing >= KEPT_LEAST || outdated) && pt_store_can_write(s->store);
    if (!status) {
        drop_blocks(s, outdated);
    }
    s->keeps = s->keeps && !pt_store_count_changes(s->store, &s->changes, &why);
    return status || !s->missing ? status : make_missing(s, err);
}

int pt_store_scan(papertag_store *store, const pt_rows_options *options, const pt_row_takers *takers,
                  papertag_error *err)
{
    struct scan s = {.store = store, .options = options, .takers = takers};
    pt_connections connections;
    uint64_t ends[2] = {0};
    size_t rows = 0, wanted = 1;
    int status = options->space ? plan_parts(&s, ends, &wanted, err) : PAPERTAG_OK;

    pt_store_pass_begin(store);
    status = status ? status : pt_connections_open(&connections, store, wanted, err);
    if (!status) {
        status = open_scan(&s, err);
        status = status || !options->space ? status : read_parts(&s, &connections, ends, &rows, err);
        pt_connections_close(&connections);
    }
    status = status ? status : complete(&s, rows, err);
    pt_store_pass_end(store);
    close_scan(&s);
    return status;
}
