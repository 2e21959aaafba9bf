/*
 * stored_paper - from a key to the paper, with its tags and sources.
 */
#include <math.h>

#include "fields.h"
#include "read/reader.h"
#include "store.h"
#include "verdict.h"

/* What is being read: everything goes into the record's arena. */
struct reading {
    pt_arena *arena;
    papertag_stored *out;
};

static int read_paper(void *context, pt_db_row *row, papertag_error *err)
{
    const struct reading *r = context;
    papertag_stored *out = r->out;
    papertag_paper *paper = &out->paper;
    size_t length = 0;

    (void)err;
    out->version = pt_db_count(row, 0);
    out->added = pt_db_time(row, 1, r->arena);
    out->updated = pt_db_time(row, 2, r->arena);
    out->model = pt_db_text_or_null(row, 3, r->arena);
    paper->id = pt_db_text(row, 4, r->arena);
    pt_fields_read(row, 5, r->arena, paper);
    paper->arxiv = pt_arxiv_id(paper->id, &length) == paper->id ? paper->id : NULL;
    return PAPERTAG_OK;
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

/* A tag that only a verdict names has no opinion. */
static void read_decision(pt_db_row *row, pt_arena *arena, void *item)
{
    const bool has_opinion = !pt_db_is_null(row, 2);
    papertag_decision *d = item;

    d->tag = pt_db_text(row, 0, arena);
    d->name = pt_db_text_or_null(row, 1, arena);
    d->name = d->name ? d->name : d->tag;
    d->p = has_opinion ? pt_db_real(row, 2, 0, 1) : 0;
    d->margin = pt_db_real_or_nan(row, 3);
    d->cut = pt_db_real_or_nan(row, 4);
    d->assigned = has_opinion && pt_db_flag(row, 5);
    d->verdict = pt_verdict_read(row, 6);
    d->in_force = d->verdict ? d->verdict == PAPERTAG_VERDICT_YES : d->assigned;
    d->p = d->verdict == PAPERTAG_VERDICT_YES ? 1 : d->p;
}

static int compare_decisions(const void *a, const void *b)
{
    const papertag_decision *x = a, *y = b;

    if (x->in_force != y->in_force) {
        return x->in_force ? -1 : 1;
    }
    return x->p != y->p ? (x->p > y->p ? -1 : 1) : strcmp(x->tag, y->tag);
}

static int read_decisions(papertag_store *store, int64_t key, papertag_stored *out, papertag_error *err)
{
    static const char sql[] =
        "WITH known(tag) AS (SELECT tag FROM opinions WHERE paper=?1 UNION SELECT tag FROM verdicts WHERE paper=?1)"
        "SELECT tags.tag, tags.name, o.p, o.margin, cuts.cut, o.assigned, v.verdict FROM known"
        " JOIN tags ON tags.key=known.tag LEFT JOIN opinions o ON o.paper=?1 AND o.tag=known.tag"
        " LEFT JOIN verdicts v ON v.paper=?1 AND v.tag=known.tag LEFT JOIN cuts ON"
        " cuts.tag=known.tag AND cuts.model=(SELECT model FROM papers WHERE key=?1)";
    pt_listing list = {.arena = &store->record_arena, .size = sizeof *out->tags, .read = read_decision};
    int status = pt_store_list(store, sql, &list, err, "i", key);

    if (!status) {
        pt_sort(list.items, list.count, list.size, compare_decisions);
        out->tags = list.items;
        out->tag_count = list.count;
    }
    return status;
}

/* ---- links ----------------------------------------------------------------------------------------------------- */

/* The address `prefix` followed by an identifier, in which what an address cannot have is escaped; in the arena. NULL
 * without memory. */
static const char *address(pt_arena *arena, const char *prefix, const char *id)
{
    const size_t begin = strlen(prefix);
    char *text = pt_arena_alloc(arena, begin + 3 * strlen(id) + 1), *at = text;

    if (!text) {
        return NULL;
    }
    at += sprintf(at, "%s", prefix);
    for (; *id; id++) {
        const unsigned char c = (unsigned char)*id;
        at += sprintf(at, c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}#?%", c) ? "%%%02X" : "%c", c);
    }
    return text;
}

/* Gives a paper that is on arXiv or has a DOI the links that its sources left out. */
static int add_links(papertag_paper *paper, pt_arena *arena, papertag_error *err)
{
    const char *id = paper->arxiv ? paper->arxiv : paper->doi;
    bool failed = false;

    if (!paper->url && id) {
        paper->url = address(arena, paper->arxiv ? "https://arxiv.org/abs/" : "https://doi.org/", id);
        failed = !paper->url;
    }
    if (!paper->pdf_url && paper->arxiv) {
        paper->pdf_url = address(arena, "https://arxiv.org/pdf/", paper->arxiv);
        failed = failed || !paper->pdf_url;
    }
    return failed ? pt_no_memory(err) : PAPERTAG_OK;
}

/* ---- papers ---------------------------------------------------------------------------------------------------- */

static int read_sources(papertag_store *store, int64_t key, papertag_stored *out, papertag_error *err)
{
    static const char sql[] = "SELECT CASE source WHEN '' THEN id ELSE source||' '||id END FROM sources"
                              " WHERE paper=?1 ORDER BY source LIMIT 16";
    pt_listing list = {.arena = &store->record_arena, .size = sizeof(char *), .read = pt_db_read_text};
    int status = pt_store_list(store, sql, &list, err, "i", key);

    out->sources = (papertag_strings){list.count ? list.items : NULL, list.count};
    return status;
}

static int read_mark(void *context, pt_db_row *row, papertag_error *err)
{
    const struct reading *r = context;

    (void)err;
    r->out->read = pt_db_flag(row, 0);
    r->out->starred = pt_db_flag(row, 1);
    r->out->note = pt_db_text_or_null(row, 2, r->arena);
    return PAPERTAG_OK;
}

static int read_marks(papertag_store *store, int64_t key, papertag_stored *out, papertag_error *err)
{
    static const char sql[] = "SELECT read, starred, note FROM marks WHERE paper=?1";
    struct reading reading = {&store->record_arena, out};

    return pt_store_each(store, sql, read_mark, &reading, err, "i", key);
}

static int read_record(papertag_store *store, int64_t key, papertag_stored *out, papertag_error *err)
{
    static const char sql[] = "SELECT version, added, updated, (SELECT hash FROM models WHERE models.key=papers.model),"
                              " id" PT_FIELD_COLUMNS " FROM papers WHERE key=?1";
    struct reading reading = {&store->record_arena, out};
    int status = pt_store_row(store, sql, read_paper, &reading, err, "i", key);

    if (status == PAPERTAG_END) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no paper with the key %lld", (long long)key);
    }
    status = status ? status : read_decisions(store, key, out, err);
    status = status ? status : read_sources(store, key, out, err);
    status = status ? status : read_marks(store, key, out, err);
    return status ? status : add_links(&out->paper, &store->record_arena, err);
}

/* All of a paper is of one moment, and the file is locked once for it, not for each of its tables. */
int papertag_store_get(papertag_store *store, int64_t key, const papertag_stored **out, papertag_error *err)
{
    const bool alone = !pt_store_is_in_transaction(store);
    papertag_stored record = {0};
    int status = alone ? pt_store_read_begin(store, err) : PAPERTAG_OK;

    if (status) {
        return status;
    }
    pt_arena_reset(&store->record_arena);
    status = read_record(store, key, &record, err);
    if (alone) {
        pt_store_read_end(store);
    }
    if (!status) {
        store->record = record;
        *out = &store->record;
    }
    return status;
}
