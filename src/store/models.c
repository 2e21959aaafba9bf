/*
 * models - the models that verdicts made, kept in the store.
 *
 * They are part of the store, so that it is whole wherever it is carried, and a new model comes into use in the very
 * transaction that gives its tags to the papers: nobody sees one new and the other old. Only the tags that were fitted
 * again are written; the weights of the others are the same to the bit.
 */
#include <stdlib.h>

#include "doubts.h"
#include "known_model.h"
#include "model/model.h"
#include "new_opinions.h"
#include "own_tags.h"
#include "statement.h"
#include "store.h"
#include "tag_index.h"

/* ---- a new model ----------------------------------------------------------------------------------------------- */

/* Writes the margins by which the verdicts on a tag were decided without having been seen. Those of another model are
 * nothing to go back to. */
static int write_held_out(papertag_store *store, const pt_new_opinions *o, int64_t tag, papertag_error *err)
{
    static const char write[] = "UPDATE verdicts SET held_out=?3 WHERE paper=?1 AND tag=?2";
    int status = pt_store_do(store, "UPDATE verdicts SET held_out=NULL WHERE tag=?1", err, "i", tag);

    status = status ? status : pt_store_do(store, "UPDATE before SET held_out=NULL WHERE tag=?1", err, "i", tag);
    for (size_t i = 0; i < o->verdict_count && !status; i++) {
        status = pt_store_do(store, write, err, "iir", o->verdicts[i].paper, tag, o->verdicts[i].held_out);
    }
    return status;
}

int pt_store_in_use(papertag_store *store, const char *hash, bool *in_use, papertag_error *err)
{
    int64_t count = 0;
    int status = pt_store_ask(store, "SELECT count(*) FROM kept WHERE used AND hash=?1", &count, err, "t", hash);

    *in_use = count;
    return status;
}

/* Notes with the model in use by which margins it decides verdicts that it has not seen (verdicts.held_out): JSON, an
 * array of paper, tag, verdict and margin for each. */
static int put_held_out_away(papertag_store *store, papertag_error *err)
{
    static const char put[] = "UPDATE kept SET held_out=(SELECT json_group_array(json_array(paper, tag, verdict,"
                              " held_out)) FROM verdicts WHERE held_out IS NOT NULL) WHERE used";

    return pt_store_do(store, put, err, "");
}

/* Forgets the margins, those too that an undone call would bring back. */
static int clear_held_out(papertag_store *store, papertag_error *err)
{
    int status = pt_store_do(store, "UPDATE verdicts SET held_out=NULL WHERE held_out IS NOT NULL", err, "");

    return status ? status : pt_store_do(store, "UPDATE before SET held_out=NULL WHERE held_out IS NOT NULL", err, "");
}

/* Brings back the margins of the model that is now in use. A verdict that was given or changed since then is one that
 * this model has not learnt from. */
static int take_held_out(papertag_store *store, papertag_error *err)
{
    static const char take[] =
        "WITH list(paper, tag, verdict, margin) AS MATERIALIZED (SELECT value->>0, value->>1, value->>2, value->>3 FROM"
        " kept, json_each(iif(json_valid(kept.held_out), kept.held_out, '[]')) WHERE used)"
        " UPDATE verdicts SET held_out=list.margin FROM list WHERE list.paper=verdicts.paper AND list.tag=verdicts.tag"
        " AND list.verdict=verdicts.verdict AND typeof(list.margin)='real'";
    int status = clear_held_out(store, err);

    return status ? status : pt_store_do(store, take, err, "");
}

/* Keeps the model's file as the one in use, and forgets the oldest. */
static int keep_file(papertag_store *store, const pt_new_model *taken, papertag_error *err)
{
    static const char write[] = "INSERT INTO kept(hash, made, used, summary, bytes) VALUES(?1,?2,1,?3,?4)";
    static const char forget[] = "DELETE FROM kept WHERE NOT used AND key NOT IN"
                                 " (SELECT key FROM kept ORDER BY key DESC LIMIT ?1)";
    const char *hash = papertag_model_hash(taken->model);
    bool same = false; /* the model in use is the one that this was made from: tags not fitted again are as they were */
    char now[PT_TIME];
    int status;

    pt_store_now(now);
    status = pt_store_in_use(store, taken->previous, &same, err);
    status = status ? status : put_held_out_away(store, err);
    status = status || same ? status : clear_held_out(store, err);
    status = status ? status : pt_store_do(store, "UPDATE kept SET used=0 WHERE used", err, "");
    status = status ? status : pt_store_do(store, "DELETE FROM kept WHERE hash=?1", err, "t", hash);
    if (!status) {
        status = pt_store_do(store, write, err, "tttb", hash, now, taken->summary, taken->bytes, taken->size);
    }
    return status ? status : pt_store_do(store, forget, err, "i", (int64_t)PAPERTAG_MODELS_KEPT);
}

/* Makes the papers of the previous model those of the new one, without touching them: the new model takes the key that
 * papers refer to, and the previous one gets another. Papers that came or changed since they were read stay with the
 * previous one. */
static int take_papers(papertag_store *store, const pt_new_model *taken, const pt_stored_rows *papers, int64_t state,
                       papertag_error *err)
{
    static const char find[] = "SELECT key FROM models WHERE hash=?1";
    static const char take[] = "UPDATE papers SET model=?1 WHERE model=(SELECT key FROM models WHERE hash=?2) AND"
                               " key<=?3 AND updated<?4";
    static const char rename[] = "UPDATE models SET hash=?2 WHERE key=?1";
    static const char restore[] = "INSERT INTO models(hash, added) SELECT ?2, added FROM models WHERE key=?1";
    static const char give_cuts[] = "UPDATE cuts SET model=?2 WHERE model=?1";
    static const char give_back[] = "UPDATE papers SET model=?2 WHERE model=?1 AND (key>?3 OR updated>=?4)";
    const int64_t last = papers->count ? papers->keys[papers->count - 1] : 0;
    const bool same = papers->state == state;      /* nothing was written since they were read */
    const char *since = same ? "~" : papers->read; /* "~": after any time */
    const char *hash = papertag_model_hash(taken->model), *previous = taken->previous;
    int64_t old = 0, other = 0;
    int status = pt_store_ask(store, find, &other, err, "t", hash);

    if (status != PAPERTAG_END) { /* the store has had this very model */
        return status ? status : pt_store_do(store, take, err, "itit", other, previous, last, since);
    }
    status = pt_store_ask(store, find, &old, err, "t", previous);
    if (status) {
        return status == PAPERTAG_END ? PAPERTAG_OK : status;
    }
    status = pt_store_do(store, rename, err, "it", old, hash);
    status = status ? status : pt_store_do(store, restore, err, "it", old, previous);
    status = status ? status : pt_store_ask(store, find, &other, err, "t", previous);
    status = status ? status : pt_store_do(store, give_cuts, err, "ii", old, other);
    return status || same ? status : pt_store_do(store, give_back, err, "iiit", old, other, last, since);
}

int pt_store_take_model(papertag_store *store, const pt_new_model *taken, const pt_stored_rows *papers,
                        papertag_error *err)
{
    pt_known_model known = {0};
    int64_t state = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_state(store, &state, err);
    status = status ? status : take_papers(store, taken, papers, state, err);
    status = status ? status : pt_store_know_model(store, taken->model, &known, err);
    status = status ? status : keep_file(store, taken, err);
    status = status ? status : pt_store_replace_opinions(store, taken, &known, papers, err);
    for (size_t i = 0; i < taken->count && !status; i++) {
        const pt_new_opinions *o = &taken->opinions[i];
        status = write_held_out(store, o, known.tags[o->tag], err);
    }
    status = status ? status : pt_doubts_renew(store, taken, &known, papers->keys, err);
    status = status || !taken->forgotten ? status : pt_store_forget_tag(store, taken->forgotten, err);
    free(known.tags);
    return pt_store_end(store, status, err);
}

/* ---- the models kept ------------------------------------------------------------------------------------------- */

static void read_model(pt_db_row *row, pt_arena *arena, void *item)
{
    papertag_kept_model *model = item;

    model->hash = pt_db_text(row, 0, arena);
    model->made = pt_db_time(row, 1, arena);
    model->summary = pt_db_text(row, 2, arena);
    model->used = pt_db_flag(row, 3);
    model->bytes = pt_db_count(row, 4);
}

int papertag_store_models(papertag_store *store, const papertag_kept_model **out, size_t *count, papertag_error *err)
{
    static const char sql[] = "SELECT hash, made, summary, used, length(bytes) FROM kept ORDER BY key DESC";
    pt_listing list = {.arena = pt_store_answer(store), .size = sizeof **out, .read = read_model};
    int status = pt_store_list(store, sql, &list, err, "");

    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}

/* The key of the kept model whose hash begins with `hash`. */
static int find_kept(papertag_store *store, const char *hash, int64_t *key, papertag_error *err)
{
    int64_t count = 0;
    int status = pt_store_ask(store, "SELECT count(*) FROM kept WHERE instr(hash, ?1)=1", &count, err, "t", hash);

    if (!status && count != 1) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT,
                       count ? "%.20s: several kept models begin so" : "%.20s: no kept model begins so", hash);
    }
    return status ? status : pt_store_ask(store, "SELECT key FROM kept WHERE instr(hash, ?1)=1", key, err, "t", hash);
}

int papertag_store_use_model(papertag_store *store, const char *hash, papertag_error *err)
{
    static const char use[] = "UPDATE kept SET used=(key=?1) WHERE used<>(key=?1)";
    int64_t key = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = hash ? find_kept(store, hash, &key, err) : PAPERTAG_OK;
    status = status ? status : put_held_out_away(store, err);
    status = status ? status : pt_store_do(store, use, err, "i", key);
    status = status ? status : take_held_out(store, err);
    return pt_store_end(store, status, err);
}

/* The file of a kept model. */
struct kept_file {
    void *bytes; /* aligned; free it */
    size_t size;
    char hash[17];
};

static int read_file(void *context, pt_db_row *row, papertag_error *err)
{
    struct kept_file *file = context;
    const void *bytes = pt_db_bytes(row, 0, &file->size);
    const char *hash = pt_db_peek(row, 1);

    if (!bytes || posix_memalign(&file->bytes, PT_MODEL_ALIGN, file->size)) {
        return pt_no_memory(err);
    }
    memcpy(file->bytes, bytes, file->size);
    snprintf(file->hash, sizeof file->hash, "%s", hash);
    return PAPERTAG_OK;
}

/* Reads a model by the beginning of its hash; NULL: the one in use, PAPERTAG_END when there is none. */
static int read_kept(papertag_store *store, const char *hash, struct kept_file *out, papertag_error *err)
{
    static const char sql[] = "SELECT bytes, hash FROM kept WHERE key=?1";
    int64_t key = 0;
    int status = hash ? find_kept(store, hash, &key, err)
                      : pt_store_ask(store, "SELECT key FROM kept WHERE used", &key, err, "");

    return status ? status : pt_store_row(store, sql, read_file, out, err, "i", key);
}

int papertag_store_model(papertag_store *store, papertag_model **out, papertag_error *err)
{
    struct kept_file file = {0};
    pt_buf name = {0};
    int status = read_kept(store, NULL, &file, err);

    if (status) {
        return status;
    }
    pt_buf_format(&name, "%s: model %s", store->path, file.hash);
    if (name.failed) {
        free(file.bytes);
        status = pt_no_memory(err);
    } else {
        status = pt_model_open_owned(out, name.data, file.bytes, file.size, err);
    }
    pt_buf_free(&name);
    return status;
}

int papertag_store_save_model(papertag_store *store, const char *hash, const char *path, papertag_error *err)
{
    struct kept_file file = {0};
    int status = read_kept(store, hash, &file, err);

    status = status ? status : papertag_write_file(path, file.bytes, file.size, err);
    free(file.bytes);
    return status == PAPERTAG_END ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s: no kept model is in use", store->path)
                                  : status;
}
