/*
 * add - what becomes of the papers of a batch: added, updated, tagged again.
 *
 * A hash of what each source last gave is kept. So a source that repeats itself changes nothing, and two sources that
 * word an abstract differently do not replace each other's text for ever.
 */
#include <stdlib.h>

#include "clock.h"
#include "days.h"
#include "doubts.h"
#include "identity.h"
#include "known_model.h"
#include "model/model.h"
#include "records.h"
#include "row_blocks.h"
#include "segment.h"
#include "tag_index.h"

/* A row of the index of tags in force. */
struct filed {
    int64_t tag, day, paper;
    double p;
};

/* What the papers of a batch are stored with. */
struct adding {
    papertag_store *store;
    const pt_known_model *model; /* that gave the scores; NULL */
    pt_opinion *opinions;        /* opinion_count: of new papers, to be written together, which is quicker */
    size_t opinion_count, opinion_capacity;
    struct filed *filed; /* filed_count: to be filed together, in the order of the index */
    size_t filed_count, filed_capacity;
    char now[PT_TIME];
    papertag_import counts;
    pt_row_writer rows;
    pt_new_texts texts;
};

/* ---- opinions -------------------------------------------------------------------------------------------------- */

/* Has what the model thinks of a new paper, which has no verdicts yet, written and filed with what waits. */
static int take_opinions(struct adding *a, int64_t paper, int64_t day, const pt_batch_item *item, papertag_error *err)
{
    const size_t count = item->opinion_count;

    if (pt_reserve(&a->opinions, &a->opinion_capacity, a->opinion_count + count, sizeof *a->opinions) ||
        pt_reserve(&a->filed, &a->filed_capacity, a->filed_count + count, sizeof *a->filed)) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const pt_batch_opinion *o = &item->opinions[i];
        const int64_t tag = a->model->tags[o->tag];
        a->opinions[a->opinion_count++] = (pt_opinion){paper, tag, o->p, o->margin, o->assigned};
        if (o->assigned) {
            a->filed[a->filed_count++] = (struct filed){tag, day, paper, o->p};
        }
    }
    return PAPERTAG_OK;
}

static int compare_filed(const void *a, const void *b)
{
    const struct filed *x = a, *y = b;

    return x->tag != y->tag   ? (x->tag > y->tag) - (x->tag < y->tag)
           : x->day != y->day ? (x->day > y->day) - (x->day < y->day)
                              : (x->paper > y->paper) - (x->paper < y->paper);
}

/* Writes the opinions that wait, and files their papers in the order of the index. Whatever changes a paper's tags does
 * so after this. */
static int write_waiting(struct adding *a, papertag_error *err)
{
    static const char sql[] = "INSERT INTO tagged(tag, day, paper, p) VALUES(?1,?2,?3,?4)";
    int status = pt_store_write_opinions(a->store, a->opinions, a->opinion_count, err);

    pt_sort(a->filed, a->filed_count, sizeof *a->filed, compare_filed);
    for (size_t i = 0, first = 0; i < a->filed_count && !status; i++) {
        const struct filed *f = &a->filed[i];
        status = pt_store_do(a->store, sql, err, "iiir", f->tag, f->day, f->paper, f->p);
        if (!status && (i + 1 == a->filed_count || f[1].tag != f->tag)) {
            status = pt_store_count_filed(a->store, f->tag, (int64_t)(i + 1 - first), err);
            first = i + 1;
        }
    }
    a->opinion_count = a->filed_count = 0;
    return status;
}

/* Writes what the model thinks now in place of what one thought before. */
static int replace_opinions(papertag_store *store, int64_t key, const pt_batch_item *item, const pt_known_model *model,
                            papertag_error *err)
{
    static const char tagged_by[] = "UPDATE papers SET model=?2 WHERE key=?1";
    int status = pt_store_do(store, "DELETE FROM opinions WHERE paper=?1", err, "i", key);

    for (size_t i = 0; i < item->opinion_count && !status; i++) {
        const pt_batch_opinion *o = &item->opinions[i];
        const pt_opinion opinion = {key, model->tags[o->tag], o->p, o->margin, o->assigned};
        status = pt_store_write_opinions(store, &opinion, 1, err);
    }
    return status ? status : pt_store_do(store, tagged_by, err, "ii", key, model->key);
}

/* ---- a new paper ----------------------------------------------------------------------------------------------- */

static int insert_row(const struct adding *a, const pt_batch_item *item, int64_t day, papertag_error *err)
{
    static const char sql[] =
        "INSERT INTO papers(id, day, version, model, added, updated, title_key, author_key, counted_by" PT_FIELD_COLUMNS
        ") VALUES(?1,?2,1,?3,?4,?4,?5,?6,?7" PT_FIELD_MARKS ")";
    pt_db_value values[7 + PT_PAPER_FIELD_COUNT] = {{.type = PT_DB_TEXT},
                                                    {.type = PT_DB_INTEGER, .integer = day},
                                                    {.type = PT_DB_NULL},
                                                    {.type = PT_DB_TEXT, .text = a->now},
                                                    {.type = PT_DB_INTEGER, .integer = (int64_t)item->work.title},
                                                    {.type = PT_DB_INTEGER, .integer = (int64_t)item->work.author},
                                                    pt_fields_counted_by(item->values, item->paper.source)};
    const size_t count = pt_fields_values(item->values, PT_FIELDS_ALL, values, 7);
    char derived[PT_DERIVED_ID];
    int status = pt_store_free_id(a->store, item, derived, &values[0].text, err);

    if (status) {
        return status;
    }
    if (a->model && item->scored) {
        values[2] = (pt_db_value){.type = PT_DB_INTEGER, .integer = a->model->key};
    }
    return pt_store_run(a->store, sql, values, count, NULL, NULL, err);
}

/* Stores a new paper: the batch's item `number`. */
static int insert_paper(struct adding *a, const pt_batch_item *item, size_t number, papertag_error *err)
{
    const papertag_paper *paper = &item->paper;
    const bool tagged = a->model && item->scored, named = strcmp(pt_paper_id(item), paper->id) != 0 || paper->doi;
    const int64_t day = pt_day_of(paper, a->now);
    int status = insert_row(a, item, day, err);
    const int64_t key = pt_store_last_key(a->store);

    status = status ? status : pt_new_texts_put(&a->texts, number, key, paper, err);
    status = status ? status : pt_store_write_source(a->store, key, item, err);
    status = status || !named ? status : pt_store_write_names(a->store, key, item, err);
    status = status || !tagged ? status : take_opinions(a, key, day, item, err);
    if (!status && tagged && item->row) {
        status = pt_row_writer_put(&a->rows, key, item->row, item->row_size, err);
    }
    a->counts.added += !status;
    a->counts.tagged += !status && tagged;
    return status;
}

/* ---- a paper that is there ------------------------------------------------------------------------------------- */

/* Whether the record's text takes the place of the stored one: its source has changed it, or a source not seen before
 * has more than is there. */
static int text_is_newer(papertag_store *store, int64_t key, const pt_batch_item *item, bool *newer,
                         papertag_error *err)
{
    static const char last_given[] = "SELECT text FROM sources WHERE paper=?1 AND source=?2";
    static const char has_both[] = "SELECT title IS NOT NULL AND abstract IS NOT NULL FROM papers WHERE key=?1";
    static const char has_this[] = "SELECT ifnull(?2,title) IS title AND ifnull(?3,abstract) IS abstract FROM papers"
                                   " WHERE key=?1";
    const papertag_paper *paper = &item->paper;
    int64_t before = 0, whole = 0, same = 0;
    int status = pt_store_ask(store, last_given, &before, err, "it", key, paper->source);
    const bool known = !status;

    if (status && status != PAPERTAG_END) {
        return status;
    }
    status = pt_store_ask(store, has_both, &whole, err, "i", key);
    status = status ? status : pt_store_ask(store, has_this, &same, err, "itt", key, paper->title, paper->abstract);
    *newer = !same && (known ? before != (int64_t)item->text_key : !whole);
    return status;
}

static int fill_in(const struct adding *a, int64_t key, const pt_batch_item *item, papertag_error *err)
{
    static const char sql[] = "UPDATE papers SET updated=?2, author_key=CASE author_key WHEN 0 THEN ?3 ELSE author_key"
                              " END, counted_by=ifnull(?4,counted_by)" PT_FIELD_FILLS " WHERE key=?1";
    pt_db_value values[4 + PT_PAPER_FIELD_COUNT] = {{.type = PT_DB_INTEGER, .integer = key},
                                                    {.type = PT_DB_TEXT, .text = a->now},
                                                    {.type = PT_DB_INTEGER, .integer = (int64_t)item->work.author},
                                                    pt_fields_counted_by(item->values, item->paper.source)};
    const size_t count = pt_fields_values(item->values, PT_FIELDS_FILLED, values, 4);
    int status = pt_store_run(a->store, sql, values, count, NULL, NULL, err);

    return status ? status : pt_days_update(a->store, key, &item->paper, a->now, err);
}

static int update_paper(struct adding *a, int64_t key, const pt_batch_item *item, papertag_error *err)
{
    static const char untag[] = "UPDATE papers SET model=NULL WHERE key=?1";
    const papertag_paper *paper = &item->paper;
    bool newer = false;
    int status = text_is_newer(a->store, key, item, &newer, err);
    /* The scores are of this record's text: they are the paper's only when that is the whole text in force. */
    const bool tagged = a->model && item->scored && newer && paper->title && paper->abstract;

    status = status ? status : write_waiting(a, err);
    status = status ? status : pt_store_unfile(a->store, key, err);
    status = status || !newer ? status : pt_new_texts_change(&a->texts, key, err);
    status = status || !newer ? status : pt_store_write_version(a->store, key, item, a->now, err);
    status = status ? status : fill_in(a, key, item, err);
    if (!status && tagged) {
        status = replace_opinions(a->store, key, item, a->model, err);
    } else if (!status && newer) { /* a text put together from two records is to be tagged as such */
        status = pt_store_do(a->store, untag, err, "i", key);
    }
    status = status ? status : pt_store_file(a->store, key, err);
    if (!status && newer) {
        status = pt_row_writer_put(&a->rows, key, tagged ? item->row : NULL, item->row_size, err);
    }
    status = status ? status : pt_store_keep_record(a->store, key, item, err);
    status = status ? status : pt_store_write_source(a->store, key, item, err);
    status = status ? status : pt_store_write_names(a->store, key, item, err);
    a->counts.updated += !status;
    a->counts.tagged += !status && tagged;
    return status;
}

/* ---- batches --------------------------------------------------------------------------------------------------- */

static int add_item(struct adding *a, const pt_batch_item *item, size_t number, papertag_error *err)
{
    int64_t key = 0;
    bool repeated = false;
    int status = pt_store_same_paper(a->store, item, &key, err);

    if (status == PAPERTAG_END) {
        return insert_paper(a, item, number, err);
    }
    status = status ? status : pt_store_is_repeated(a->store, key, item, &repeated, err);
    if (status || repeated) {
        a->counts.unchanged += !status;
        return status;
    }
    return update_paper(a, key, item, err);
}

int pt_store_add_batch(papertag_store *store, const papertag_batch *batch, const papertag_model *model,
                       papertag_import *counts, papertag_error *err)
{
    struct adding a = {.store = store,
                       .counts = *counts,
                       .rows = {.store = store, .space = batch->space},
                       .texts = {.store = store, .made = batch->postings.made ? &batch->postings : NULL}};
    pt_known_model known = {0};
    int status = pt_doubts_await_papers(store, err);

    pt_store_now(a.now);
    if (!status && model) {
        status = pt_store_know_model(store, model, &known, err);
        a.model = &known;
    }
    for (size_t i = 0; i < batch->count && !status; i++) {
        status = add_item(&a, &batch->items[i], i, err);
    }
    status = status ? status : write_waiting(&a, err);
    status = pt_new_texts_end(&a.texts, status, err);
    status = pt_row_writer_end(&a.rows, status, err);
    free(a.opinions);
    free(a.filed);
    free(known.tags);
    *counts = a.counts;
    return status;
}

int papertag_store_add(papertag_store *store, const papertag_batch *batch, const papertag_model *model,
                       papertag_import *counts, papertag_error *err)
{
    /* A large import comes by most pages of the file, and those that SQLite maps count as its memory. */
    enum { LARGE = 2048 };
    papertag_import all = *counts;
    int status = batch->count < LARGE ? PAPERTAG_OK : pt_store_use_memory(store, store->cache, 0, err);

    status = status ? status : pt_store_begin(store, err);
    if (status) {
        return status;
    }
    status = pt_store_add_batch(store, batch, model, &all, err);
    status = pt_store_end(store, status, err);
    if (!status) {
        *counts = all;
    }
    return status;
}

/* ---- tagging again --------------------------------------------------------------------------------------------- */

/* Where papers go to be tagged again. */
struct outdated {
    const papertag_model *model;
    papertag_tagger *tagger;
    papertag_batch *batch;
};

static int tag_row(void *context, pt_db_row *row, papertag_error *err)
{
    const struct outdated *o = context;
    const papertag_paper paper = {
        .id = pt_db_peek(row, 0), .title = pt_db_peek_or_null(row, 1), .abstract = pt_db_peek_or_null(row, 2)};
    const papertag_tag_info *tags;
    const size_t count = papertag_model_tags(o->model, &tags);
    pt_row terms;
    int status = pt_tagger_row(o->tagger, paper.title, paper.abstract, &terms, err);

    status = status ? status : pt_score(o->tagger, terms, err);
    return status ? status : papertag_batch_add(o->batch, &paper, o->tagger->scores, count, err);
}

int papertag_store_outdated(papertag_store *store, const papertag_model *model, papertag_tagger *tagger,
                            papertag_batch *batch, size_t limit, papertag_error *err)
{
    /* By the index of models: a scan of the papers would come by all that are tagged already, for each batch. */
#define OUTDATED "SELECT id, title, abstract FROM papers INDEXED BY papers_model WHERE model"
    static const char sql[] = OUTDATED " IS NULL UNION ALL " OUTDATED "<?1 UNION ALL " OUTDATED ">?1 LIMIT ?2";
    struct outdated o = {model, tagger, batch};
    int64_t key = 0;
    int status =
        pt_store_ask(store, "SELECT key FROM models WHERE hash=?1", &key, err, "t", papertag_model_hash(model));

    return status && status != PAPERTAG_END ? status
                                            : pt_store_each(store, sql, tag_row, &o, err, "ii", key, (int64_t)limit);
}

static int retag(papertag_store *store, const pt_batch_item *item, const pt_known_model *model, papertag_error *err)
{
    int64_t key = 0;
    int status = pt_store_ask(store, "SELECT key FROM papers WHERE id=?1", &key, err, "t", item->paper.id);

    status = status ? status : pt_store_unfile(store, key, err);
    status = status ? status : replace_opinions(store, key, item, model, err);
    return status ? status : pt_store_file(store, key, err);
}

int papertag_store_retag(papertag_store *store, const papertag_batch *batch, const papertag_model *model,
                         papertag_error *err)
{
    pt_known_model known = {0};
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_know_model(store, model, &known, err);
    for (size_t i = 0; i < batch->count && !status; i++) {
        status = retag(store, &batch->items[i], &known, err);
    }
    free(known.tags);
    return pt_store_end(store, status, err);
}
