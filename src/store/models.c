/*
 * store_learn - what a learner needs of the store: papers as rows, verdicts, tags of one's own; and the models it
 * makes.
 *
 * Models that verdicts made are kept in the store itself, so that a store is whole wherever it is carried, and a new
 * model comes into use in the very transaction that gives its tags to the papers: there is no moment at which one is
 * new and the other old. Only tags that were fitted anew are written; the others' weights are the same to the bit.
 */
#include "models.h"

#include <math.h>
#include <stdlib.h>

#include "model/model.h"
#include "read/paper.h"
#include "tags/tags.h"

/* What changes whenever something is written, by this connection or another. */
static int read_state(papertag_store *store, int64_t *state, papertag_error *err)
{
    int status = pt_store_ask(store, "SELECT data_version FROM pragma_data_version", state, err, "");

    *state = *state << 32 ^ sqlite3_total_changes(store->db); /* by others, and by this connection */
    return status;
}

/* ---- papers as rows -------------------------------------------------------------------------------------------- */

void pt_stored_rows_free(pt_stored_rows *r)
{
    free(r->keys);
    pt_rows_free(&r->rows);
    *r = (pt_stored_rows){0};
}

/* Papers are read and made rows so many at a time, in chunks that threads take. */
enum { CHUNK = 64, CHUNKS = 64 };

struct chunk {
    const papertag_model *model;
    const char *titles[CHUNK], *abstracts[CHUNK];
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
        status = pt_tfidf_row(&c->counter, &c->model->options, &c->model->vocabulary, c->titles[k], c->abstracts[k],
                              &row, NULL);
        status = status ? status : pt_rows_append(&c->rows, row.terms, row.values, row.count);
    }
    return status;
}

static int take_rows(struct chunk *chunks, size_t count, unsigned jobs, pt_rows *out)
{
    int status = pt_parallel(jobs, count, make_rows, chunks, NULL);

    for (size_t i = 0; i < count && !status; i++) {
        for (size_t k = 0; k < chunks[i].count && !status; k++) {
            const pt_row row = pt_rows_get(&chunks[i].rows, k);
            status = pt_rows_append(out, row.terms, row.values, row.count);
        }
    }
    return status;
}

int pt_store_rows(papertag_store *store, const papertag_model *model, unsigned jobs, pt_stored_rows *out,
                  papertag_error *err)
{
    struct chunk *chunks = pt_calloc(CHUNKS, sizeof *chunks);
    pt_stored_rows r = {0};
    pt_arena arena = {0};
    size_t capacity = 0, waiting = 0;
    bool failed = !chunks;
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(store, "SELECT key, title, abstract FROM papers ORDER BY key", &s, err, "");

    pt_store_now(r.read);
    status = status ? status : read_state(store, &r.state, err);
    for (size_t i = 0; !failed && i < CHUNKS; i++) {
        chunks[i].model = model;
    }
    while (!status && !failed && (code = sqlite3_step(s)) == SQLITE_ROW) {
        struct chunk *c = &chunks[waiting / CHUNK];
        failed = pt_reserve(&r.keys, &capacity, r.count + 1, sizeof *r.keys);
        if (!failed) {
            r.keys[r.count++] = sqlite3_column_int64(s, 0);
            c->titles[c->count] = pt_store_text(s, 1, &arena, &failed);
            c->abstracts[c->count++] = pt_store_text(s, 2, &arena, &failed);
        }
        if (++waiting == CHUNK * CHUNKS) {
            failed = failed || take_rows(chunks, CHUNKS, jobs, &r.rows);
            for (size_t i = 0; i < CHUNKS; i++) {
                chunks[i].count = 0;
            }
            waiting = 0;
            pt_arena_reset(&arena);
        }
    }
    failed = failed || take_rows(chunks, (waiting + CHUNK - 1) / CHUNK, jobs, &r.rows);
    status = status ? status : pt_store_finish(store, s, failed ? SQLITE_DONE : code, err);
    status = status ? status : failed ? pt_no_memory(err) : PAPERTAG_OK;
    for (size_t i = 0; chunks && i < CHUNKS; i++) {
        pt_counter_free(&chunks[i].counter);
        pt_rows_free(&chunks[i].rows);
    }
    free(chunks);
    pt_arena_free(&arena);
    if (status) {
        pt_stored_rows_free(&r);
    } else {
        *out = r;
    }
    return status;
}

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

int pt_store_said(papertag_store *store, pt_arena *arena, pt_said **out, size_t *count, papertag_error *err)
{
    pt_said *list = NULL;
    size_t n = 0, capacity = 0;
    bool failed = false;
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(
            store,
            "SELECT v.paper, p.id, t.tag, v.verdict='yes', v.held_out, v.given, v.example FROM verdicts v"
            " JOIN tags t ON t.key=v.tag JOIN papers p ON p.key=v.paper ORDER BY t.tag, p.id",
            &s, err, "");

    while (!status && !failed && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const pt_said one = {.paper = sqlite3_column_int64(s, 0),
                             .id = pt_store_text(s, 1, arena, &failed),
                             .tag = pt_store_text(s, 2, arena, &failed),
                             .given = pt_store_text(s, 5, arena, &failed),
                             .yes = sqlite3_column_int(s, 3),
                             .example = sqlite3_column_int(s, 6),
                             .held_out = sqlite3_column_type(s, 4) == SQLITE_NULL ? NAN : sqlite3_column_double(s, 4)};
        failed = failed || pt_reserve(&list, &capacity, n + 1, sizeof *list);
        if (!failed) {
            list[n++] = one;
        }
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    status = status ? status : failed ? pt_no_memory(err) : PAPERTAG_OK;
    if (status) {
        free(list);
    } else {
        *out = list;
        *count = n;
    }
    return status;
}

/* ---- tags of one's own ----------------------------------------------------------------------------------------- */

int pt_store_own(papertag_store *store, pt_arena *arena, papertag_own_tag **out, size_t *count, papertag_error *err)
{
    papertag_own_tag *list = NULL, *copy = NULL;
    size_t n = 0, capacity = 0;
    bool failed = false;
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status =
            pt_store_query(store, "SELECT tag, name, definition, query FROM tags WHERE own ORDER BY tag", &s, err, "");

    while (!status && !failed && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const papertag_own_tag one = {.tag = pt_store_text(s, 0, arena, &failed),
                                      .name = pt_store_text(s, 1, arena, &failed),
                                      .definition = pt_store_text(s, 2, arena, &failed),
                                      .query = pt_store_text(s, 3, arena, &failed)};
        failed = failed || pt_reserve(&list, &capacity, n + 1, sizeof *list);
        if (!failed) {
            list[n++] = one;
        }
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    if (!status && !failed) {
        copy = pt_arena_copy_array(arena, list, n, sizeof *list);
        failed = !copy;
    }
    free(list);
    status = status ? status : failed ? pt_no_memory(err) : PAPERTAG_OK;
    if (!status) {
        *out = copy;
        *count = n;
    }
    return status;
}

int papertag_store_own_tags(papertag_store *store, papertag_strings *out, papertag_error *err)
{
    papertag_own_tag *own;
    const char **slugs;
    size_t count;
    int status;

    pt_arena_reset(&store->answer_arena);
    status = pt_store_own(store, &store->answer_arena, &own, &count, err);
    if (status) {
        return status;
    }
    slugs = pt_arena_array(&store->answer_arena, count + 1, sizeof *slugs);
    if (!slugs) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        slugs[i] = own[i].tag;
    }
    *out = (papertag_strings){count ? slugs : NULL, count};
    return PAPERTAG_OK;
}

static bool is_slug(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return length && !text[length] && *text != '-' && text[length - 1] != '-' && length <= 60;
}

/* Whether the tag may be made, or changed. */
static int check_own(papertag_store *store, const papertag_own_tag *tag, size_t count, papertag_error *err)
{
    papertag_query query = {.expression = tag->query};
    const char *text;
    int64_t own = 0;
    size_t index = 0;
    int status;

    if (!is_slug(tag->tag)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT,
                       "'%.60s' cannot name a tag: a to z, 0 to 9 and '-' between them, at most 60", tag->tag);
    }
    status = tag->query ? papertag_store_expression(store, &query, &text, NULL, err) : PAPERTAG_OK;
    status = status ? status : pt_store_read_tags(store, err);
    if (status) {
        return status;
    }
    while (index < store->tag_count && strcmp(store->tags[index].tag, tag->tag) != 0) {
        index++; /* an alias of another tag may become one of its own */
    }
    if (index < store->tag_count) {
        status = pt_store_ask(store, "SELECT own FROM tags WHERE key=?1", &own, err, "i", store->tag_keys[index]);
        if (!status && !own) {
            return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "there is a tag '%s' already, which came with a model",
                           tag->tag);
        }
    } else if (!count) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a new tag needs a paper as its example");
    }
    return status;
}

int papertag_store_own_tag(papertag_store *store, const papertag_own_tag *tag, const int64_t *keys, size_t count,
                           papertag_error *err)
{
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = check_own(store, tag, count, err);
    status = status ? status
                    : pt_store_do(store,
                                  "INSERT INTO tags(tag, name, definition, grp, aliases, own, query)"
                                  " VALUES(?1,ifnull(?2,?1),?3,'own','[]',1,?4) ON CONFLICT(tag) DO UPDATE SET"
                                  " name=ifnull(?2,name), definition=ifnull(?3,definition), query=ifnull(?4,query)",
                                  err, "tttt", tag->tag, tag->name, tag->definition, tag->query);
    store->tags_read = false;
    status = status || !count ? status : pt_store_judge_all(store, tag->tag, "yes", keys, count, err);
    for (size_t i = 0; i < count && !status; i++) {
        status = pt_store_do(store,
                             "UPDATE verdicts SET example=1 WHERE paper=?1 AND tag=(SELECT key FROM tags WHERE tag=?2)",
                             err, "it", keys[i], tag->tag);
    }
    return pt_store_end(store, status, err);
}

int pt_store_forget_tag(papertag_store *store, const char *slug, papertag_error *err)
{
    static const char *const rows[] = {"DELETE FROM tagged WHERE tag=?1",   "DELETE FROM opinions WHERE tag=?1",
                                       "DELETE FROM verdicts WHERE tag=?1", "DELETE FROM before WHERE tag=?1",
                                       "DELETE FROM audits WHERE tag=?1",   "DELETE FROM cuts WHERE tag=?1",
                                       "DELETE FROM tags WHERE key=?1"};
    int64_t key = 0;
    int status = pt_store_ask(store, "SELECT key FROM tags WHERE tag=?1", &key, err, "t", slug);

    for (size_t i = 0; i < sizeof rows / sizeof *rows && !status; i++) {
        status = pt_store_do(store, rows[i], err, "i", key);
    }
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

/* ---- models ---------------------------------------------------------------------------------------------------- */

static int write_tag_of(papertag_store *store, const pt_new_opinions *o, int64_t tag, const int64_t *keys,
                        papertag_error *err)
{
    int status = pt_store_do(store, "DELETE FROM tagged WHERE tag=?1", err, "i", tag);

    status = status ? status : pt_store_do(store, "DELETE FROM opinions WHERE tag=?1", err, "i", tag);
    for (size_t i = 0; i < o->count && !status; i++) {
        status = pt_store_do(store, "INSERT INTO opinions(paper, tag, p, margin, assigned) VALUES(?1,?2,?3,?4,?5)", err,
                             "iirri", keys[o->rows[i]], tag, o->p[i], o->margins[i], (int64_t)o->assigned[i]);
    }
    status = status ? status
                    : pt_store_do(store,
                                  "INSERT INTO tagged(tag, day, paper, p) SELECT ?1, day, paper, max(p) FROM ("
                                  "SELECT paper, p FROM opinions o WHERE tag=?1 AND assigned AND NOT EXISTS(SELECT 1"
                                  " FROM verdicts v WHERE v.paper=o.paper AND v.tag=?1 AND v.verdict='no')"
                                  " UNION ALL SELECT paper, 1.0 FROM verdicts WHERE tag=?1 AND verdict='yes')"
                                  " JOIN papers ON papers.key=paper GROUP BY paper",
                                  err, "i", tag);
    status = status ? status : pt_store_do(store, "UPDATE verdicts SET held_out=NULL WHERE tag=?1", err, "i", tag);
    for (size_t i = 0; i < o->said_count && !status; i++) {
        status = pt_store_do(store, "UPDATE verdicts SET held_out=?3 WHERE paper=?1 AND tag=?2", err, "iir",
                             o->said[i].paper, tag, o->said[i].held_out);
    }
    return status;
}

static int keep(papertag_store *store, const pt_new_model *new, papertag_error *err)
{
    const char *hash = papertag_model_hash(new->model);
    char now[21];
    sqlite3_stmt *s;
    int status;

    pt_store_now(now);
    status = pt_store_do(store, "UPDATE kept SET used=0 WHERE used", err, "");
    status = status ? status : pt_store_do(store, "DELETE FROM kept WHERE hash=?1", err, "t", hash);
    status = status ? status
                    : pt_store_query(store, "INSERT INTO kept(hash, made, used, summary, bytes) VALUES(?1,?2,1,?3,?4)",
                                     &s, err, "ttt", hash, now, new->summary);
    if (status) {
        return status;
    }
    sqlite3_bind_blob64(s, 4, new->bytes, new->size, SQLITE_STATIC);
    status = pt_store_finish(store, s, sqlite3_step(s), err);
    return status ? status
                  : pt_store_do(store,
                                "DELETE FROM kept WHERE NOT used AND key NOT IN"
                                " (SELECT key FROM kept ORDER BY key DESC LIMIT ?1)",
                                err, "i", (int64_t)PAPERTAG_MODELS_KEPT);
}

/* Makes the papers that the old model tagged those of the new one, without touching them: the new model takes over the
 * old one's key, which papers refer to, and the old one gets another. Papers that came or changed since they were read
 * stay the old one's. */
static int take_over(papertag_store *store, const pt_new_model *new, const pt_stored_rows *papers, int64_t state,
                     papertag_error *err)
{
    static const char find[] = "SELECT key FROM models WHERE hash=?1";
    const int64_t last = papers->count ? papers->keys[papers->count - 1] : 0;
    const char *since = papers->state == state ? "~" : papers->read; /* "~": after any time; nothing has changed */
    const char *hash = papertag_model_hash(new->model);
    int64_t old = 0, other = 0;
    int status = pt_store_ask(store, find, &other, err, "t", hash);

    if (status != PAPERTAG_END) { /* the store has had this very model */
        return status ? status
                      : pt_store_do(store,
                                    "UPDATE papers SET model=?1 WHERE model=(SELECT key FROM models WHERE hash=?2) AND"
                                    " key<=?3 AND updated<?4",
                                    err, "itit", other, new->before, last, since);
    }
    status = pt_store_ask(store, find, &old, err, "t", new->before);
    if (status) {
        return status == PAPERTAG_END ? PAPERTAG_OK : status;
    }
    status = pt_store_do(store, "UPDATE models SET hash=?2 WHERE key=?1", err, "it", old, hash);
    status = status ? status
                    : pt_store_do(store, "INSERT INTO models(hash, added) SELECT ?2, added FROM models WHERE key=?1",
                                  err, "it", old, new->before);
    status = status ? status : pt_store_ask(store, find, &other, err, "t", new->before);
    status = status ? status : pt_store_do(store, "UPDATE cuts SET model=?2 WHERE model=?1", err, "ii", old, other);
    return status ? status
                  : pt_store_do(store, "UPDATE papers SET model=?2 WHERE model=?1 AND (key>?3 OR updated>=?4)", err,
                                "iiit", old, other, last, since);
}

int pt_store_take_model(papertag_store *store, const pt_new_model *new, const pt_stored_rows *papers,
                        papertag_error *err)
{
    pt_known_model known = {0};
    int64_t state = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = read_state(store, &state, err);
    status = status ? status : take_over(store, new, papers, state, err);
    status = status ? status : pt_store_know_model(store, new->model, &known, err);
    status = status ? status : keep(store, new, err);
    for (size_t i = 0; i < new->count && !status; i++) {
        status = write_tag_of(store, &new->opinions[i], known.tags[new->opinions[i].tag], papers->keys, err);
    }
    status = status || !new->forgotten ? status : pt_store_forget_tag(store, new->forgotten, err);
    free(known.tags);
    return pt_store_end(store, status, err);
}

int pt_store_in_use(papertag_store *store, const char *hash, bool *in_use, papertag_error *err)
{
    int64_t count = 0;
    int status = pt_store_ask(store, "SELECT count(*) FROM kept WHERE used AND hash=?1", &count, err, "t", hash);

    *in_use = count;
    return status;
}

int papertag_store_models(papertag_store *store, const papertag_kept_model **out, size_t *count, papertag_error *err)
{
    pt_arena *arena = &store->answer_arena;
    papertag_kept_model *list = NULL;
    size_t n = 0;
    bool failed = false;
    int64_t all = 0;
    sqlite3_stmt *s;
    int code = SQLITE_DONE, status = pt_store_ask(store, "SELECT count(*) FROM kept", &all, err, "");

    pt_arena_reset(arena);
    status = status
                 ? status
                 : pt_store_query(store, "SELECT hash, made, summary, used, length(bytes) FROM kept ORDER BY key DESC",
                                  &s, err, "");
    list = status ? NULL : pt_arena_array(arena, (size_t)all + 1, sizeof *list);
    failed = !status && !list;
    while (!status && !failed && n < (size_t)all && (code = sqlite3_step(s)) == SQLITE_ROW) {
        list[n++] = (papertag_kept_model){.hash = pt_store_text(s, 0, arena, &failed),
                                          .made = pt_store_text(s, 1, arena, &failed),
                                          .summary = pt_store_text(s, 2, arena, &failed),
                                          .used = sqlite3_column_int(s, 3),
                                          .bytes = (size_t)sqlite3_column_int64(s, 4)};
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    status = status ? status : failed ? pt_no_memory(err) : PAPERTAG_OK;
    if (!status) {
        *out = list;
        *count = n;
    }
    return status;
}

/* The key of the kept model whose hash begins so. */
static int find_kept(papertag_store *store, const char *hash, int64_t *key, papertag_error *err)
{
    static const char all[] = "SELECT count(*) FROM kept WHERE instr(hash, ?1)=1";
    int64_t count = 0;
    int status = pt_store_ask(store, all, &count, err, "t", hash);

    if (!status && count != 1) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT,
                       count ? "%.20s: several kept models begin so" : "%.20s: no kept model begins so", hash);
    }
    return status ? status : pt_store_ask(store, "SELECT key FROM kept WHERE instr(hash, ?1)=1", key, err, "t", hash);
}

int papertag_store_use(papertag_store *store, const char *hash, papertag_error *err)
{
    int64_t key = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = hash ? find_kept(store, hash, &key, err) : PAPERTAG_OK;
    status = status ? status : pt_store_do(store, "UPDATE kept SET used=(key=?1) WHERE used<>(key=?1)", err, "i", key);
    return pt_store_end(store, status, err);
}

/* The bytes of a kept model (free them), aligned, and its hash. PAPERTAG_END when `hash` is NULL and none is in use. */
static int read_kept(papertag_store *store, const char *hash, void **bytes, size_t *size, char name[17],
                     papertag_error *err)
{
    int64_t key = 0;
    sqlite3_stmt *s;
    int code, status = hash ? find_kept(store, hash, &key, err)
                            : pt_store_ask(store, "SELECT key FROM kept WHERE used", &key, err, "");

    status = status ? status : pt_store_query(store, "SELECT bytes, hash FROM kept WHERE key=?1", &s, err, "i", key);
    if (status) {
        return status;
    }
    code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        const void *blob = sqlite3_column_blob(s, 0);
        const char *text = (const char *)sqlite3_column_text(s, 1);
        *size = (size_t)sqlite3_column_bytes(s, 0);
        if (!blob || !text || posix_memalign(bytes, PT_MODEL_ALIGN, *size)) {
            status = pt_no_memory(err);
        } else {
            memcpy(*bytes, blob, *size);
            snprintf(name, 17, "%s", text);
        }
    }
    return status ? (pt_store_finish(store, s, SQLITE_DONE, NULL), status) : pt_store_finish(store, s, code, err);
}

int papertag_store_model(papertag_store *store, papertag_model **out, papertag_error *err)
{
    void *bytes = NULL;
    size_t size = 0;
    char hash[17], *name;
    int status = read_kept(store, NULL, &bytes, &size, hash, err);

    if (status) {
        return status;
    }
    name = pt_alloc(strlen(store->path) + 64, 1);
    if (!name) {
        free(bytes);
        return pt_no_memory(err);
    }
    snprintf(name, strlen(store->path) + 64, "%s: model %s", store->path, hash);
    status = pt_model_open_owned(out, name, bytes, size, err);
    free(name);
    return status;
}

int papertag_store_save_model(papertag_store *store, const char *hash, const char *path, papertag_error *err)
{
    void *bytes = NULL;
    size_t size = 0;
    char name[17];
    int status = read_kept(store, hash, &bytes, &size, name, err);

    status = status ? status : papertag_write_file(path, bytes, size, err);
    free(bytes);
    return status == PAPERTAG_END ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s: no kept model is in use", store->path)
                                  : status;
}
