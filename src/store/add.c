/*
 * store_add - batches of papers, and what becomes of each in the store.
 *
 * A paper is the same as one that is there when an identifier says so (its id, arXiv's or the DOI), or its title does
 * and nothing speaks against it. What each source said is kept as a hash: a source that repeats itself changes nothing,
 * and two sources that word an abstract differently do not make versions in turn.
 */
#include "store.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/hash.h"
#include "model/model.h"
#include "read/paper.h"

/* A title of fewer letters (Introduction, Editorial) is not enough to tell a paper by. */
enum { TITLE_LETTERS = 16 };

/* ---- batches --------------------------------------------------------------------------------------------------- */

typedef struct opinion {
    uint32_t tag; /* of the model */
    bool assigned;
    double p, margin;
} opinion;

typedef struct item {
    papertag_paper paper;                     /* strings in the batch's arena */
    char *authors, *categories, *keywords;    /* JSON arrays */
    uint64_t record_key, text_key, title_key; /* title_key is 0 for a title that is not enough */
    opinion *opinions;
    size_t opinion_count;
    bool scored;
} item;

struct papertag_batch {
    pt_arena arena;
    item *items;
    size_t count, capacity;
    pt_buf scratch;
};

int papertag_batch_open(papertag_batch **out, papertag_error *err)
{
    papertag_batch *batch = pt_calloc(1, sizeof *batch);

    if (!batch) {
        return pt_no_memory(err);
    }
    *out = batch;
    return PAPERTAG_OK;
}

void papertag_batch_close(papertag_batch *batch)
{
    if (batch) {
        pt_arena_free(&batch->arena);
        pt_buf_free(&batch->scratch);
        free(batch->items);
        free(batch);
    }
}

void papertag_batch_clear(papertag_batch *batch)
{
    pt_arena_reset(&batch->arena);
    batch->count = 0;
}

size_t papertag_batch_count(const papertag_batch *batch)
{
    return batch->count;
}

/* Copies of strings; `failed` once there is no memory. */
static const char *copy(papertag_batch *batch, const char *text, bool *failed)
{
    const char *to = text ? pt_arena_copy(&batch->arena, text, strlen(text)) : NULL;
    *failed = *failed || (text && !to);
    return to;
}

/* A list as a JSON array. Clean text has no control characters. */
static char *json_list(papertag_batch *batch, papertag_strings list, bool *failed)
{
    pt_buf *out = &batch->scratch;
    char *to;

    pt_buf_clear(out);
    pt_buf_text(out, "[");
    for (size_t i = 0; i < list.count; i++) {
        pt_buf_text(out, i ? ",\"" : "\"");
        for (const char *at = list.items[i]; *at;) {
            size_t plain = strcspn(at, "\"\\");
            pt_buf_append(out, at, plain);
            at += plain;
            if (*at) {
                pt_buf_text(out, "\\");
                pt_buf_append(out, at++, 1);
            }
        }
        pt_buf_text(out, "\"");
    }
    pt_buf_text(out, "]");
    to = out->failed ? NULL : pt_arena_copy(&batch->arena, out->data, out->size);
    *failed = *failed || !to;
    return to;
}

static uint64_t mix(uint64_t key, const char *text)
{
    return pt_hash(text ? text : "", text ? strlen(text) + 1 : 0, key);
}

static uint64_t title_key(papertag_batch *batch, const char *title)
{
    pt_buf_clear(&batch->scratch);
    if (title) {
        pt_letters(&batch->scratch, title);
    }
    return batch->scratch.size < TITLE_LETTERS ? 0 : pt_hash(batch->scratch.data, batch->scratch.size, 0);
}

int papertag_batch_add(papertag_batch *batch, const papertag_paper *paper, const papertag_score *scores, size_t count,
                       papertag_error *err)
{
    long counts[] = {paper->upvotes, paper->comments, paper->author_count};
    /* keys of citations are their writer's: two files may use one for two papers */
    const bool key = paper->source && !strcmp(paper->source, "bibtex");
    char derived[PT_DERIVED_ID] = "";
    bool failed = false;
    size_t kept = 0;
    item *to;

    count = scores ? count : 0;
    if (pt_reserve(&batch->items, &batch->capacity, batch->count + 1, sizeof *batch->items) ||
        (key && pt_derived_id(paper->title, paper->abstract, derived))) {
        return pt_no_memory(err);
    }
    to = &batch->items[batch->count];
    *to = (item){.paper = *paper, .scored = scores != NULL};
    to->paper.id = copy(batch, key ? derived : paper->id, &failed);
    to->paper.arxiv = copy(batch, paper->arxiv, &failed);
    to->paper.doi = copy(batch, paper->doi, &failed);
    to->paper.title = copy(batch, paper->title, &failed);
    to->paper.abstract = copy(batch, paper->abstract, &failed);
    to->paper.date = copy(batch, paper->date, &failed);
    to->paper.organization = copy(batch, paper->organization, &failed);
    to->paper.url = copy(batch, paper->url, &failed);
    to->paper.source = copy(batch, paper->source ? paper->source : "", &failed);
    to->paper.venue = copy(batch, paper->venue, &failed);
    to->authors = json_list(batch, paper->authors, &failed);
    to->categories = json_list(batch, paper->categories, &failed);
    to->keywords = json_list(batch, paper->keywords, &failed);
    for (size_t i = 0; i < count; i++) {
        kept += scores[i].assigned || scores[i].p >= PAPERTAG_OPINION_MIN;
    }
    to->opinions = pt_arena_array(&batch->arena, kept + 1, sizeof *to->opinions);
    to->title_key = title_key(batch, paper->title);
    if (failed || !to->opinions || batch->scratch.failed) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        if (scores[i].assigned || scores[i].p >= PAPERTAG_OPINION_MIN) {
            to->opinions[to->opinion_count++] =
                (opinion){(uint32_t)scores[i].index, scores[i].assigned, scores[i].p, scores[i].margin};
        }
    }
    to->text_key = mix(mix(0, paper->title), paper->abstract);
    to->record_key = pt_hash(counts, sizeof counts, to->text_key);
    to->record_key = mix(mix(mix(to->record_key, to->paper.id), paper->arxiv), paper->doi);
    to->record_key = mix(mix(mix(to->record_key, paper->date), paper->organization), paper->url);
    to->record_key = mix(mix(mix(to->record_key, paper->venue), to->authors), to->categories);
    to->record_key = mix(to->record_key, to->keywords);
    batch->count++;
    return PAPERTAG_OK;
}

/* ---- models ---------------------------------------------------------------------------------------------------- */

static int write_tag(papertag_store *store, const papertag_tag_info *tag, int64_t model, int64_t *key,
                     papertag_error *err)
{
    papertag_batch scratch = {0};
    bool failed = false;
    char *aliases = json_list(&scratch, tag->aliases, &failed);
    int status = failed ? pt_no_memory(err) : PAPERTAG_OK;

    if (!status) {
        status = pt_store_do(store,
                             "INSERT INTO tags(tag, name, definition, grp, aliases) VALUES(?1,?2,?3,?4,?5)"
                             " ON CONFLICT(tag) DO UPDATE SET name=excluded.name, definition=excluded.definition,"
                             " grp=excluded.grp, aliases=excluded.aliases",
                             err, "ttttt", tag->tag, tag->name, tag->definition, tag->group, aliases);
    }
    status = status ? status : pt_store_ask(store, "SELECT key FROM tags WHERE tag=?1", key, err, "t", tag->tag);
    status = status ? status
                    : pt_store_do(store, "INSERT OR REPLACE INTO cuts(model, tag, cut) VALUES(?1,?2,?3)", err, "iir",
                                  model, *key, tag->cut);
    pt_arena_free(&scratch.arena);
    pt_buf_free(&scratch.scratch);
    return status;
}

int pt_store_know_model(papertag_store *store, const papertag_model *model, pt_known_model *out, papertag_error *err)
{
    static const char find[] = "SELECT key FROM models WHERE hash=?1", find_tag[] = "SELECT key FROM tags WHERE tag=?1";
    const papertag_tag_info *tags;
    size_t count = papertag_model_tags(model, &tags);
    char now[21];
    int64_t cuts = 0;
    int status = pt_store_ask(store, find, &out->key, err, "t", model->hash);
    bool fresh = status == PAPERTAG_END;

    if (fresh) {
        pt_store_now(now);
        status = pt_store_do(store, "INSERT INTO models(hash, added) VALUES(?1,?2)", err, "tt", model->hash, now);
        status = status ? status : pt_store_ask(store, find, &out->key, err, "t", model->hash);
    }
    status =
        status ? status : pt_store_ask(store, "SELECT count(*) FROM cuts WHERE model=?1", &cuts, err, "i", out->key);
    fresh = fresh || !cuts;
    out->tags = status ? NULL : pt_calloc(count + 1, sizeof *out->tags);
    if (!out->tags) {
        return status ? status : pt_no_memory(err);
    }
    for (size_t t = 0; t < count && !status; t++) {
        status = fresh ? PAPERTAG_END : pt_store_ask(store, find_tag, &out->tags[t], err, "t", tags[t].tag);
        if (status == PAPERTAG_END) { /* not met before, or taken away since */
            status = write_tag(store, &tags[t], out->key, &out->tags[t], err);
        }
    }
    return status;
}

static int write_opinions(papertag_store *store, int64_t paper, long day, const item *it, const pt_known_model *model,
                          bool fresh, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < it->opinion_count && !status; i++) {
        const opinion *o = &it->opinions[i];
        status = pt_store_do(store, "INSERT INTO opinions(paper, tag, p, margin, assigned) VALUES(?1,?2,?3,?4,?5)", err,
                             "iirri", paper, model->tags[o->tag], o->p, o->margin, (int64_t)o->assigned);
        if (!status && fresh && o->assigned) {
            status = pt_store_do(store, "INSERT INTO tagged(tag, day, paper, p) VALUES(?1,?2,?3,?4)", err, "iiir",
                                 model->tags[o->tag], (int64_t)day, paper, o->p);
        }
    }
    return status;
}

/* ---- is it there? ---------------------------------------------------------------------------------------------- */

/* Whether the id is no more than the title. */
static bool is_weak(const papertag_paper *paper)
{
    return !strncmp(paper->id, "t-", 2);
}

/* Whether two JSON lists of authors share a last name; true when either is empty. */
static bool share_author(const char *a, const char *b, papertag_error *err, int *status)
{
    pt_arena arena = {0};
    papertag_strings x = {0}, y = {0};
    bool shared;

    if (pt_store_parse_list(a, &arena, &x) || pt_store_parse_list(b, &arena, &y)) {
        *status = pt_no_memory(err);
    }
    shared = !x.count || !y.count;
    for (size_t i = 0; i < x.count && !shared; i++) {
        const char *last = strrchr(x.items[i], ' ');
        last = last ? last + 1 : x.items[i];
        for (size_t k = 0; k < y.count && !shared; k++) {
            const char *other = strrchr(y.items[k], ' ');
            shared = !strcmp(last, other ? other + 1 : y.items[k]);
        }
    }
    pt_arena_free(&arena);
    return shared;
}

static bool is_arxiv(const char *id)
{
    size_t length = 0;
    return pt_arxiv_id(id, &length) == id && !id[length];
}

/* A paper with this title that this one may be. */
static int find_by_title(papertag_store *store, const item *it, int64_t *key, papertag_error *err)
{
    const papertag_paper *paper = &it->paper;
    sqlite3_stmt *s;
    int status = pt_store_query(store,
                                "SELECT key, id, doi, authors, EXISTS(SELECT 1 FROM sources WHERE paper=key AND"
                                " source=?2 AND id<>?3) FROM papers WHERE title_key=?1 ORDER BY key",
                                &s, err, "itt", (int64_t)it->title_key, paper->source, paper->id);
    int code = SQLITE_DONE, found = PAPERTAG_END;

    while (!status && found == PAPERTAG_END && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const char *id = (const char *)sqlite3_column_text(s, 1), *doi = (const char *)sqlite3_column_text(s, 2);
        const char *authors = (const char *)sqlite3_column_text(s, 3);
        /* the source itself holds them apart, or the identifiers do */
        const bool other = (sqlite3_column_int(s, 4) && !is_weak(paper)) || !id || !authors ||
                           (paper->arxiv && is_arxiv(id) && strcmp(paper->arxiv, id) != 0) ||
                           (paper->doi && doi && strcmp(paper->doi, doi) != 0 && !strstr(doi, "arxiv") &&
                            !strstr(paper->doi, "arxiv"));
        if (!other && share_author(authors, it->authors, err, &status) && !status) {
            *key = sqlite3_column_int64(s, 0);
            found = PAPERTAG_OK;
        }
    }
    if (status) {
        return status;
    }
    status = pt_store_finish(store, s, code, err);
    return status ? status : found;
}

/* The key of the paper that this one is; PAPERTAG_END when it is new. */
static int find_paper(papertag_store *store, const item *it, const char *id, int64_t *key, papertag_error *err)
{
    static const char by_id[] = "SELECT key FROM papers WHERE id=?1",
                      by_name[] = "SELECT paper FROM names WHERE name=?1";
    const papertag_paper *paper = &it->paper;
    int status = pt_store_ask(store, by_id, key, err, "t", id);

    if (status == PAPERTAG_END && (paper->arxiv || !is_weak(paper))) {
        status = pt_store_ask(store, by_name, key, err, "t", id);
    }
    if (status == PAPERTAG_END && strcmp(paper->id, id) != 0 && !is_weak(paper)) {
        status = pt_store_ask(store, by_name, key, err, "t", paper->id);
    }
    if (status == PAPERTAG_END && paper->doi) {
        status = pt_store_ask(store, by_name, key, err, "t", paper->doi);
    }
    if (status == PAPERTAG_END && it->title_key) {
        status = find_by_title(store, it, key, err);
    }
    return status;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static int write_names(papertag_store *store, int64_t key, const item *it, papertag_error *err)
{
    const papertag_paper *paper = &it->paper;
    const char *names[] = {is_weak(paper) ? NULL : paper->id, paper->arxiv, paper->doi};
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof names / sizeof *names && !status; i++) {
        if (names[i] && !(i == 0 && paper->arxiv && !strcmp(paper->id, paper->arxiv))) {
            status = pt_store_do(store,
                                 "INSERT OR IGNORE INTO names(name, paper) SELECT ?1, ?2 WHERE NOT EXISTS"
                                 "(SELECT 1 FROM papers WHERE id=?1)",
                                 err, "ti", names[i], key);
        }
    }
    return status;
}

static int write_source(papertag_store *store, int64_t key, const item *it, papertag_error *err)
{
    return pt_store_do(store,
                       "INSERT INTO sources(paper, source, id, record, text) VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO"
                       " UPDATE SET id=excluded.id, record=excluded.record, text=excluded.text",
                       err, "ittii", key, it->paper.source, it->paper.id, (int64_t)it->record_key,
                       (int64_t)it->text_key);
}

static int insert_paper(papertag_store *store, const item *it, const char *id, const char *now,
                        const pt_known_model *model, papertag_error *err)
{
    const papertag_paper *paper = &it->paper;
    const bool tagged = model && it->scored, named = strcmp(id, paper->id) != 0 || paper->doi;
    const long day = pt_day_number(paper->date ? paper->date : now);
    int64_t key;
    int status = pt_store_do(
        store,
        "INSERT INTO papers(id, date, day, version, model, added, updated, upvotes, comments, author_count, title_key,"
        " title, organization, url, source, venue, doi, authors, categories, keywords, abstract)"
        " VALUES(?1,?2,?3,1,?4,?5,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)",
        err, "ttictcccitttttttttt", id, paper->date, (int64_t)day, tagged ? (long)model->key : -1L, now, paper->upvotes,
        paper->comments, paper->author_count, (int64_t)it->title_key, paper->title, paper->organization, paper->url,
        paper->source, paper->venue, paper->doi, it->authors, it->categories, it->keywords, paper->abstract);

    key = sqlite3_last_insert_rowid(store->db);
    status = status ? status
                    : pt_store_do(store, "INSERT INTO search(rowid, title, abstract) VALUES(?1,?2,?3)", err, "itt", key,
                                  paper->title, paper->abstract);
    status = status ? status : write_source(store, key, it, err);
    status = status || !named ? status : write_names(store, key, it, err);
    return status || !tagged ? status : write_opinions(store, key, day, it, model, true, err);
}

/* Writes what the model thinks now in place of what one thought before. */
static int replace_opinions(papertag_store *store, int64_t key, const item *it, const pt_known_model *model,
                            papertag_error *err)
{
    int status = pt_store_do(store, "DELETE FROM opinions WHERE paper=?1", err, "i", key);

    status = status ? status : write_opinions(store, key, 0, it, model, false, err);
    return status ? status : pt_store_do(store, "UPDATE papers SET model=?2 WHERE key=?1", err, "ii", key, model->key);
}

/* The text becomes the next version; a title or abstract that the record lacks stays. */
static int next_version(papertag_store *store, int64_t key, const item *it, const char *now, papertag_error *err)
{
    int status = pt_store_do(store,
                             "INSERT INTO search(search, rowid, title, abstract)"
                             " SELECT 'delete', key, title, abstract FROM papers WHERE key=?1",
                             err, "i", key);

    status = status ? status
                    : pt_store_do(store,
                                  "INSERT INTO versions(paper, version, title, abstract, replaced)"
                                  " SELECT key, version, title, abstract, ?2 FROM papers WHERE key=?1",
                                  err, "it", key, now);
    status = status ? status
                    : pt_store_do(store,
                                  "UPDATE papers SET version=version+1, title=ifnull(?2,title),"
                                  " abstract=ifnull(?3,abstract), title_key=CASE WHEN ?2 IS NULL THEN title_key ELSE ?4"
                                  " END WHERE key=?1",
                                  err, "itti", key, it->paper.title, it->paper.abstract, (int64_t)it->title_key);
    return status ? status
                  : pt_store_do(store,
                                "INSERT INTO search(rowid, title, abstract)"
                                " SELECT key, title, abstract FROM papers WHERE key=?1",
                                err, "i", key);
}

/* Whether the record brings a text that goes before the one in the store. */
static int text_is_newer(papertag_store *store, int64_t key, const item *it, bool *newer, papertag_error *err)
{
    int64_t before = 0, whole = 0, same = 0;
    int status = pt_store_ask(store, "SELECT text FROM sources WHERE paper=?1 AND source=?2", &before, err, "it", key,
                              it->paper.source);
    const bool known = !status;

    if (status && status != PAPERTAG_END) {
        return status;
    }
    status = pt_store_ask(store, "SELECT title IS NOT NULL AND abstract IS NOT NULL FROM papers WHERE key=?1", &whole,
                          err, "i", key);
    status = status ? status
                    : pt_store_ask(store,
                                   "SELECT ifnull(?2,title) IS title AND ifnull(?3,abstract) IS abstract FROM papers"
                                   " WHERE key=?1",
                                   &same, err, "itt", key, it->paper.title, it->paper.abstract);
    *newer = !same && (known ? before != (int64_t)it->text_key : !whole);
    return status;
}

static int update_paper(papertag_store *store, int64_t key, const item *it, const char *now,
                        const pt_known_model *model, papertag_import *counts, papertag_error *err)
{
    const papertag_paper *paper = &it->paper;
    bool newer = false, retag;
    int status = text_is_newer(store, key, it, &newer, err);

    status = status ? status : pt_store_unfile(store, key, err);
    if (!status && newer) {
        status = next_version(store, key, it, now, err);
    }
    status = status ? status
                    : pt_store_do(store,
                                  "UPDATE papers SET date=ifnull(date,?2), upvotes=ifnull(?3,upvotes),"
                                  " comments=ifnull(?4,comments), author_count=ifnull(author_count,?5),"
                                  " organization=ifnull(organization,?6), url=ifnull(url,?7), venue=ifnull(venue,?8),"
                                  " doi=ifnull(doi,?9), authors=CASE authors WHEN '[]' THEN ?10 ELSE authors END,"
                                  " categories=CASE categories WHEN '[]' THEN ?11 ELSE categories END,"
                                  " keywords=CASE keywords WHEN '[]' THEN ?12 ELSE keywords END,"
                                  " day=CASE WHEN date IS NULL AND ?2 IS NOT NULL THEN ?13 ELSE day END, updated=?14"
                                  " WHERE key=?1",
                                  err, "itccctttttttit", key, paper->date, paper->upvotes, paper->comments,
                                  paper->author_count, paper->organization, paper->url, paper->venue, paper->doi,
                                  it->authors, it->categories, it->keywords,
                                  (int64_t)(paper->date ? pt_day_number(paper->date) : 0), now);
    /* The scores are of this record's text: they are the paper's only when its text is in force. */
    retag = model && it->scored && newer && paper->title && paper->abstract;
    if (!status && retag) {
        status = replace_opinions(store, key, it, model, err);
        counts->tagged += !status;
    } else if (!status && newer) { /* a text put together from two records: to be tagged as such */
        status = pt_store_do(store, "UPDATE papers SET model=NULL WHERE key=?1", err, "i", key);
    }
    status = status ? status : pt_store_file(store, key, err);
    status = status ? status : write_source(store, key, it, err);
    return status ? status : write_names(store, key, it, err);
}

static int add_item(papertag_store *store, const item *it, const char *now, const pt_known_model *model,
                    papertag_import *counts, papertag_error *err)
{
    const char *id = it->paper.arxiv ? it->paper.arxiv : it->paper.id;
    int64_t key = 0, same = 0;
    int status = find_paper(store, it, id, &key, err);

    if (status == PAPERTAG_END) {
        status = insert_paper(store, it, id, now, model, err);
        counts->added += !status;
        counts->tagged += !status && model && it->scored;
        return status;
    }
    if (status) {
        return status;
    }
    status = pt_store_ask(store, "SELECT record=?3 AND id=?4 FROM sources WHERE paper=?1 AND source=?2", &same, err,
                          "itit", key, it->paper.source, (int64_t)it->record_key, it->paper.id);
    if (!status && same) {
        counts->unchanged++;
        return status;
    }
    if (status && status != PAPERTAG_END) {
        return status;
    }
    status = update_paper(store, key, it, now, model, counts, err);
    counts->updated += !status;
    return status;
}

int papertag_store_add(papertag_store *store, const papertag_batch *batch, const papertag_model *model,
                       papertag_import *counts, papertag_error *err)
{
    papertag_import sum = *counts;
    pt_known_model known = {0};
    char now[21];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = model ? pt_store_know_model(store, model, &known, err) : PAPERTAG_OK;
    for (size_t i = 0; i < batch->count && !status; i++) {
        status = add_item(store, &batch->items[i], now, model ? &known : NULL, &sum, err);
    }
    free(known.tags);
    status = pt_store_end(store, status, err);
    if (!status) {
        *counts = sum;
    }
    return status;
}

/* ---- tagging anew ---------------------------------------------------------------------------------------------- */

int papertag_store_outdated(papertag_store *store, const papertag_model *model, papertag_tagger *tagger,
                            papertag_batch *batch, size_t limit, papertag_error *err)
{
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(store,
                                "SELECT id, title, abstract FROM papers WHERE model IS NOT"
                                " (SELECT key FROM models WHERE hash=?1) OR model IS NULL ORDER BY key LIMIT ?2",
                                &s, err, "ti", model->hash, (int64_t)limit);

    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const papertag_paper paper = {.id = (const char *)sqlite3_column_text(s, 0),
                                      .title = (const char *)sqlite3_column_text(s, 1),
                                      .abstract = (const char *)sqlite3_column_text(s, 2)};
        const papertag_tag_info *tags;
        const papertag_score *scores = NULL;
        status = paper.id ? papertag_tag(tagger, paper.title, paper.abstract, &scores, err) : pt_no_memory(err);
        status = status ? status : papertag_batch_add(batch, &paper, scores, papertag_model_tags(model, &tags), err);
    }
    return status ? status : pt_store_finish(store, s, code, err);
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
        const item *it = &batch->items[i];
        int64_t key = 0;
        status = pt_store_ask(store, "SELECT key FROM papers WHERE id=?1", &key, err, "t", it->paper.id);
        status = status ? status : pt_store_unfile(store, key, err);
        status = status ? status : replace_opinions(store, key, it, &known, err);
        status = status ? status : pt_store_file(store, key, err);
    }
    free(known.tags);
    return pt_store_end(store, status, err);
}
