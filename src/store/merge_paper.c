/*
 * merge_paper - a paper of another store: found here or added, and what is newer of it.
 *
 * What a store knows of a paper is the set of records that its sources gave. Both stores keep hashes of them. A paper
 * whose records are all known here has nothing new, so that merging again changes nothing. Of two texts that one source
 * gave, the later is the one whose store has had the other as well; when neither has, the one that was stored later.
 */
#include "merge.h"

#include "days.h"
#include "identity.h"
#include "records.h"
#include "tag_index.h"

/* How what a source gave there stands to what it gave here. */
typedef enum standing {
    SAME,    /* it is what the source gave last here */
    PAST,    /* it is what the source gave here before its last */
    FIRST,   /* the source is not known here */
    LATER,   /* it is not known here, and newer than what is */
    EARLIER, /* or older */
} standing;

/* What a source gave last of the paper there. */
struct seen {
    const char *source, *id;
    int64_t record, text; /* hashes */
    int64_t text_here;    /* the hash of the text that it gave last here */
    standing standing;
};

/* A record that a source there gave before its last. */
struct past_record {
    const char *source;
    int64_t record;
};

/* A paper there. Texts are in the merge's arena. */
struct incoming {
    pt_merge *m;
    pt_batch_item item; /* the paper, as the source in hand gave it */
    int64_t theirs, day, version, model, title_key, author_key;
    const char *id, *added, *updated;
    pt_db_value counted_by; /* the source of the counts; null: none, or it is not known */
    struct seen *seen;      /* seen_count */
    size_t seen_count;
    struct past_record *past; /* past_count */
    size_t past_count;
};

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void read_seen(pt_db_row *row, pt_arena *arena, void *item)
{
    struct seen *s = item;

    s->source = pt_db_text(row, 0, arena);
    s->id = pt_db_text(row, 1, arena);
    s->record = pt_db_integer(row, 2, INT64_MIN, INT64_MAX);
    s->text = pt_db_integer(row, 3, INT64_MIN, INT64_MAX);
}

static void read_past_record(pt_db_row *row, pt_arena *arena, void *item)
{
    struct past_record *p = item;

    p->source = pt_db_text(row, 0, arena);
    p->record = pt_db_integer(row, 1, INT64_MIN, INT64_MAX);
}

/* Reads what the sources there gave. The source that the paper names comes first. */
static int read_records(struct incoming *in, papertag_error *err)
{
    static const char sql[] = "SELECT source, id, record, text FROM sources WHERE paper=?1 ORDER BY source<>?2, source";
    static const char past[] = "SELECT source, record FROM records WHERE paper=?1";
    pt_merge *m = in->m;
    pt_listing list = {.arena = &m->arena, .size = sizeof *in->seen, .read = read_seen};
    pt_listing before = {.arena = &m->arena, .size = sizeof *in->past, .read = read_past_record};
    int status = pt_store_list(m->theirs, sql, &list, err, "it", in->theirs, in->item.paper.source);

    if (!status && m->has_records) {
        status = pt_store_list(m->theirs, past, &before, err, "i", in->theirs);
    }
    in->seen = list.items;
    in->seen_count = list.count;
    in->past = before.items;
    in->past_count = before.count;
    return status;
}

static bool is_arxiv(const char *id)
{
    size_t length = 0;

    return !pt_is_derived_id(id) && pt_arxiv_id(id, &length) == id && !id[length];
}

/* Makes the item that of a source; without one, of the paper alone. */
static void take_source(struct incoming *in, const struct seen *s)
{
    pt_batch_item *item = &in->item;

    item->paper.source = s ? s->source : "";
    item->paper.id = s ? s->id : in->id;
    item->id_is_derived = pt_is_derived_id(item->paper.id);
    item->record_key = s ? (uint64_t)s->record : 0;
    item->text_key = s ? (uint64_t)s->text : 0;
}

/* A time there; one that lies in the future would win for ever. */
static const char *known_time(const pt_merge *m, const char *time)
{
    return strcmp(time, m->tomorrow) > 0 ? m->now : time;
}

static int read_incoming(struct incoming *in, pt_db_row *row, papertag_error *err)
{
    pt_merge *m = in->m;
    papertag_paper *paper = &in->item.paper;
    int status;

    in->theirs = pt_db_key(row, 0);
    in->id = pt_db_text(row, 1, &m->arena);
    in->day = pt_db_integer(row, 2, PT_DAY_LEAST, PT_DAY_MOST);
    in->version = pt_db_key(row, 3);
    in->model = pt_db_is_null(row, 4) ? 0 : pt_key_map_ours(&m->models, pt_db_key(row, 4));
    in->added = known_time(m, pt_db_time(row, 5, &m->arena));
    in->updated = known_time(m, pt_db_time(row, 6, &m->arena));
    in->title_key = pt_db_integer(row, 7, INT64_MIN, INT64_MAX);
    in->author_key = pt_db_integer(row, 8, INT64_MIN, INT64_MAX);
    in->counted_by.text = pt_db_text_or_null(row, 9, &m->arena);
    in->counted_by.type = in->counted_by.text ? PT_DB_TEXT : PT_DB_NULL;
    pt_fields_read(row, 10, &m->arena, paper);
    if (row->failed || row->wrong[0]) {
        return PAPERTAG_END; /* the row ends the reading */
    }
    paper->arxiv = is_arxiv(in->id) ? in->id : NULL;
    paper->source = paper->source ? paper->source : "";
    status = pt_fields_copy(paper, in->item.values, &m->arena, &m->scratch);
    status = status ? status
                    : pt_work_key_of(paper->title, paper->abstract,
                                     paper->authors.count ? paper->authors.items[0] : NULL, &in->item.work);
    return status ? pt_no_memory(err) : read_records(in, err);
}

/* ---- tags -------------------------------------------------------------------------------------------------------- */

/* Where the opinions on a paper go. */
struct opinions {
    pt_merge *m;
    int64_t paper; /* its key here */
    int64_t day;
    bool file; /* the paper is new: its tags are filed one by one */
};

static int copy_opinion(void *context, pt_db_row *row, papertag_error *err)
{
    static const char sql[] = "INSERT INTO tagged(tag, day, paper, p) VALUES(?1,?2,?3,?4)";
    const struct opinions *o = context;
    pt_merge *m = o->m;
    const size_t place = pt_key_map_find(&m->tags, pt_db_key(row, 0));
    const double p = pt_db_real(row, 1, 0, 1), margin = pt_db_real_or_nan(row, 2);
    const bool assigned = pt_db_flag(row, 3);
    int64_t tag;
    int status;

    if (place == m->tags.count || row->wrong[0]) { /* a tag that is not there: an orphan */
        return PAPERTAG_OK;
    }
    tag = m->tags.pairs[place].ours;
    status = pt_store_write_opinions(m->ours, &(pt_opinion){o->paper, tag, p, margin, assigned}, 1, err);
    if (!status && o->file && assigned) {
        status = pt_store_do(m->ours, sql, err, "iiir", tag, o->day, o->paper, p);
        m->filed[place]++;
    }
    return status;
}

static int copy_opinions(const struct incoming *in, int64_t key, bool file, papertag_error *err)
{
    static const char sql[] = "SELECT tag, p, margin, assigned FROM opinions WHERE paper=?1";
    struct opinions o = {in->m, key, in->day, file};

    return pt_store_each(in->m->theirs, sql, copy_opinion, &o, err, "i", in->theirs);
}

/* ---- a new paper ------------------------------------------------------------------------------------------------- */

static int insert_row(struct incoming *in, papertag_error *err)
{
    static const char sql[] =
        "INSERT INTO papers(id, day, version, model, added, updated, title_key, author_key, counted_by" PT_FIELD_COLUMNS
        ") VALUES(?1,?2,?3,nullif(?4,0),?5,?6,?7,?8,?9" PT_FIELD_MARKS ")";
    pt_db_value values[9 + PT_PAPER_FIELD_COUNT] = {{.type = PT_DB_TEXT, .text = in->id},
                                                    {.type = PT_DB_INTEGER, .integer = in->day},
                                                    {.type = PT_DB_INTEGER, .integer = in->version},
                                                    {.type = PT_DB_INTEGER, .integer = in->model},
                                                    {.type = PT_DB_TEXT, .text = in->added},
                                                    {.type = PT_DB_TEXT, .text = in->updated},
                                                    {.type = PT_DB_INTEGER, .integer = in->title_key},
                                                    {.type = PT_DB_INTEGER, .integer = in->author_key},
                                                    in->counted_by};
    const size_t count = pt_fields_values(in->item.values, PT_FIELDS_ALL, values, 9);
    char derived[PT_DERIVED_ID];
    int status = PAPERTAG_OK;

    if (pt_is_derived_id(in->id)) {
        take_source(in, in->seen_count ? in->seen : NULL);
        status = pt_store_free_id(in->m->ours, &in->item, derived, &values[0].text, err);
    }
    return status ? status : pt_store_run(in->m->ours, sql, values, count, NULL, NULL, err);
}

/* The texts before the one in force go with a new paper. */
struct texts {
    papertag_store *ours;
    int64_t paper;
};

static int copy_version(void *context, pt_db_row *row, papertag_error *err)
{
    static const char sql[] = "INSERT INTO versions(paper, version, title, abstract, replaced) VALUES(?1,?2,?3,?4,?5)";
    const struct texts *t = context;

    return pt_store_do(t->ours, sql, err, "iittt", t->paper, pt_db_key(row, 0), pt_db_peek_or_null(row, 1),
                       pt_db_peek_or_null(row, 2), pt_db_peek(row, 3));
}

static int write_record(const pt_merge *m, int64_t key, const char *source, int64_t record, papertag_error *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO records(paper, source, record) VALUES(?1,?2,?3)";

    return pt_store_do(m->ours, sql, err, "iti", key, source, record);
}

static int write_past_records(const struct incoming *in, int64_t key, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < in->past_count && !status; i++) {
        status = write_record(in->m, key, in->past[i].source, in->past[i].record, err);
    }
    return status;
}

static int insert_paper(struct incoming *in, int64_t *key, papertag_error *err)
{
    static const char versions[] = "SELECT version, title, abstract, replaced FROM versions WHERE paper=?1";
    papertag_store *ours = in->m->ours;
    struct texts texts = {.ours = ours};
    int status = insert_row(in, err);

    *key = texts.paper = pt_store_last_key(ours);
    status = status ? status : pt_new_texts_put(&in->m->texts, 0, *key, &in->item.paper, err);
    for (size_t i = 0; i < in->seen_count && !status; i++) {
        take_source(in, &in->seen[i]);
        status = pt_store_write_source(ours, *key, &in->item, err);
    }
    status = status ? status : write_past_records(in, *key, err);
    if (!status && in->version > 1) {
        status = pt_store_each(in->m->theirs, versions, copy_version, &texts, err, "i", in->theirs);
    }
    status = status ? status : copy_opinions(in, *key, true, err);
    in->m->merged.added += !status;
    return status;
}

/* ---- a paper that is here ---------------------------------------------------------------------------------------- */

/* What is here of the paper. */
struct here {
    int64_t key, model;
    const char *updated;
    papertag_paper paper;
    pt_db_value values[PT_PAPER_FIELD_COUNT];
    pt_arena *arena;
};

static int read_here(void *context, pt_db_row *row, papertag_error *err)
{
    struct here *h = context;

    (void)err;
    h->updated = pt_db_time(row, 0, h->arena);
    h->model = pt_db_integer(row, 1, 0, INT64_MAX);
    pt_fields_read(row, 2, h->arena, &h->paper);
    return PAPERTAG_OK;
}

static int find_here(struct incoming *in, struct here *h, papertag_error *err)
{
    static const char sql[] = "SELECT updated, ifnull(model, 0)" PT_FIELD_COLUMNS " FROM papers WHERE key=?1";
    int status = pt_store_row(in->m->ours, sql, read_here, h, err, "i", h->key);

    if (!status && pt_fields_copy(&h->paper, h->values, h->arena, &in->m->scratch)) {
        status = pt_no_memory(err);
    }
    return status;
}

/* Whether the source gave a record there before its last. */
static bool has_past(const struct incoming *in, const char *source, int64_t record)
{
    for (size_t i = 0; i < in->past_count; i++) {
        if (in->past[i].record == record && !strcmp(in->past[i].source, source)) {
            return true;
        }
    }
    return false;
}

struct given {
    bool known;
    int64_t record, text;
};

static int read_given(void *context, pt_db_row *row, papertag_error *err)
{
    (void)err;
    *(struct given *)context =
        (struct given){true, pt_db_integer(row, 0, INT64_MIN, INT64_MAX), pt_db_integer(row, 1, INT64_MIN, INT64_MAX)};
    return PAPERTAG_OK;
}

/* How the last record of a source stands; `later`: the paper was stored later there. */
static int judge(struct incoming *in, struct seen *s, const struct here *h, bool later, papertag_error *err)
{
    static const char sql[] = "SELECT record, text FROM sources WHERE paper=?1 AND source=?2";
    papertag_store *ours = in->m->ours;
    struct given given = {.known = false};
    bool repeated = false;
    int status;

    take_source(in, s);
    status = pt_store_is_repeated(ours, h->key, &in->item, &repeated, err);
    status = status ? status : pt_store_each(ours, sql, read_given, &given, err, "it", h->key, s->source);
    s->text_here = given.text;
    s->standing = repeated                                         ? (s->record == given.record ? SAME : PAST)
                  : !given.known                                   ? FIRST
                  : later || has_past(in, s->source, given.record) ? LATER
                                                                   : EARLIER;
    return status;
}

/* Whether a record that a source there gave before its last is not known here. */
static int has_unknown_past(struct incoming *in, const struct here *h, bool *unknown, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < in->past_count && !status && !*unknown; i++) {
        bool repeated = false;
        in->item.paper.source = in->past[i].source;
        in->item.record_key = (uint64_t)in->past[i].record;
        status = pt_store_is_repeated(in->m->ours, h->key, &in->item, &repeated, err);
        *unknown = !status && !repeated;
    }
    return status;
}

/* What becomes of the paper here. */
struct change {
    bool any;    /* there is a record that is not known here */
    bool counts; /* the counts there take the place of those here */
    bool text;   /* the text there takes the place of the one here */
    bool past;   /* the text there is one that its source gave before the one here */
};

static bool is_same_part(const char *theirs, const char *ours)
{
    return !theirs || (ours && !strcmp(theirs, ours));
}

/* Whether the text in force here has all that the text there has. */
static bool is_same_text(const papertag_paper *theirs, const papertag_paper *ours)
{
    return is_same_part(theirs->title, ours->title) && is_same_part(theirs->abstract, ours->abstract);
}

/* Decides by the standing of each source, and by whose the text in force there is. */
static void decide(const struct incoming *in, const struct here *h, bool later, struct change *out)
{
    const papertag_paper *paper = &in->item.paper;
    const int64_t text = (int64_t)papertag_text_hash(paper->title, paper->abstract);
    const bool whole = h->paper.title && h->paper.abstract;
    const bool same = is_same_text(paper, &h->paper);
    bool owned = false, older = false;

    for (size_t i = 0; i < in->seen_count; i++) {
        const struct seen *s = &in->seen[i];
        const bool owns = s->text == text;
        owned = owned || owns;
        out->any = out->any || s->standing >= FIRST;
        older = older || s->standing == PAST || s->standing == EARLIER;
        if (!in->counted_by.text || !strcmp(in->counted_by.text, s->source)) {
            out->counts = out->counts || s->standing == LATER || (s->standing == FIRST && later);
        }
        out->text = out->text || (owns && s->standing == LATER && s->text != s->text_here) ||
                    (owns && s->standing == FIRST && !whole);
        out->past = out->past || (owns && s->standing == EARLIER && s->text != s->text_here);
    }
    out->counts = out->counts && (paper->upvotes >= 0 || paper->comments >= 0) && (in->counted_by.text || !older);
    out->text = !same && (out->text || (out->any && !owned && !whole)); /* not owned: put together from two records */
    out->past = !same && !out->text && out->past;
}

/* A text of the paper there, in force or earlier. It is known when a text here has all its parts. */
struct past_text {
    const struct incoming *in;
    int64_t paper;
};

static int write_past_text(const struct past_text *p, const char *title, const char *abstract, const char *replaced,
                           papertag_error *err)
{
    static const char known[] =
        "SELECT 1 FROM papers WHERE key=?1 AND title IS ifnull(?2,title) AND abstract IS ifnull(?3,abstract) UNION ALL"
        " SELECT 1 FROM versions WHERE paper=?1 AND title IS ifnull(?2,title) AND abstract IS ifnull(?3,abstract)";
    static const char write[] = "INSERT INTO versions(paper, version, title, abstract, replaced)"
                                " SELECT key, version, ?2, ?3, ?4 FROM papers WHERE key=?1";
    static const char next[] = "UPDATE papers SET version=version+1 WHERE key=?1";
    papertag_store *ours = p->in->m->ours;
    int64_t found;
    int status = pt_store_ask(ours, known, &found, err, "itt", p->paper, title, abstract);

    if (status != PAPERTAG_END) {
        return status;
    }
    status = pt_store_do(ours, write, err, "ittt", p->paper, title, abstract, replaced);
    return status ? status : pt_store_do(ours, next, err, "i", p->paper);
}

static int copy_past_text(void *context, pt_db_row *row, papertag_error *err)
{
    return write_past_text(context, pt_db_peek_or_null(row, 0), pt_db_peek_or_null(row, 1), pt_db_peek(row, 2), err);
}

/* Writes the text, and those before it that were never here, after those that the paper had here. */
static int change_text(struct incoming *in, const struct here *h, const struct change *change, papertag_error *err)
{
    static const char before[] = "SELECT title, abstract, replaced FROM versions WHERE paper=?1 ORDER BY version";
    const papertag_paper *paper = &in->item.paper;
    struct past_text past = {in, h->key};
    int status = PAPERTAG_OK;

    if (change->text) {
        status = pt_new_texts_change(&in->m->texts, h->key, err);
        status = status ? status : pt_store_write_version(in->m->ours, h->key, &in->item, in->m->now, err);
        status = status ? status : pt_row_writer_put(&in->m->rows, h->key, NULL, 0, err);
    }
    if (!status && (change->text || change->past) && in->version > 1) {
        status = pt_store_each(in->m->theirs, before, copy_past_text, &past, err, "i", in->theirs);
    }
    if (!status && change->past) {
        status = write_past_text(&past, paper->title, paper->abstract, in->updated, err);
    }
    return status;
}

/* Fills in what is missing here. Of two times of being added the first counts, of being updated the last. */
static int fill_in(struct incoming *in, struct here *h, const struct change *change, papertag_error *err)
{
    static const char sql[] = "UPDATE papers SET added=min(added,?2), updated=max(updated,?3), author_key=CASE"
                              " author_key WHEN 0 THEN ?4 ELSE author_key END, counted_by=CASE WHEN ?6 THEN ?5 ELSE"
                              " ifnull(counted_by,?5) END" PT_FIELD_FILLS " WHERE key=?1";
    pt_db_value values[6 + PT_PAPER_FIELD_COUNT] = {{.type = PT_DB_INTEGER, .integer = h->key},
                                                    {.type = PT_DB_TEXT, .text = in->added},
                                                    {.type = PT_DB_TEXT, .text = in->updated},
                                                    {.type = PT_DB_INTEGER, .integer = in->author_key},
                                                    in->counted_by,
                                                    {.type = PT_DB_INTEGER, .integer = change->counts}};
    size_t count;
    int status;

    if (!change->counts) {
        pt_fields_keep_latest(in->item.values, h->values);
    }
    count = pt_fields_values(in->item.values, PT_FIELDS_FILLED, values, 6);
    status = pt_store_run(in->m->ours, sql, values, count, NULL, NULL, err);
    return status ? status : pt_days_update(in->m->ours, h->key, &in->item.paper, in->m->now, err);
}

/* The tags there are the paper's when they are of the text in force. */
static int take_tags(struct incoming *in, const struct here *h, const struct change *change, papertag_error *err)
{
    static const char forget[] = "DELETE FROM opinions WHERE paper=?1";
    static const char tagged_by[] = "UPDATE papers SET model=nullif(?2,0) WHERE key=?1";
    const papertag_paper *paper = &in->item.paper;
    const bool whole = paper->title && paper->abstract;
    const bool same = is_same_text(paper, &h->paper);
    const bool takes = in->model && whole && (change->text || (same && !h->model));
    int status = PAPERTAG_OK;

    if (takes) {
        status = pt_store_do(in->m->ours, forget, err, "i", h->key);
        status = status ? status : copy_opinions(in, h->key, false, err);
    }
    return status || !(takes || change->text)
               ? status
               : pt_store_do(in->m->ours, tagged_by, err, "ii", h->key, takes ? in->model : 0);
}

/* Records a name that says which paper it is. */
static int write_name(const struct incoming *in, const char *name, int64_t key, papertag_error *err)
{
    return pt_is_derived_id(name) ? PAPERTAG_OK : pt_store_write_name(in->m->ours, name, key, err);
}

/* Records what the sources there gave, and what they call the paper. */
static int write_records(struct incoming *in, int64_t key, papertag_error *err)
{
    papertag_store *ours = in->m->ours;
    int status = write_past_records(in, key, err);

    status = status ? status : write_name(in, in->id, key, err);
    for (size_t i = 0; i < in->seen_count && !status; i++) {
        const struct seen *s = &in->seen[i];
        take_source(in, s);
        status = write_name(in, s->id, key, err);
        if (status) {
            break;
        }
        if (s->standing == EARLIER) {
            status = write_record(in->m, key, s->source, s->record, err);
        } else if (s->standing >= FIRST) {
            status = pt_store_keep_record(ours, key, &in->item, err);
            status = status ? status : pt_store_write_source(ours, key, &in->item, err);
        }
    }
    return status;
}

static int update_paper(struct incoming *in, int64_t key, papertag_error *err)
{
    papertag_store *ours = in->m->ours;
    struct here h = {.key = key, .arena = &in->m->arena};
    struct change change = {.any = false};
    int status = find_here(in, &h, err);
    const bool later = !status && strcmp(in->updated, h.updated) >= 0;

    for (size_t i = 0; i < in->seen_count && !status; i++) {
        status = judge(in, &in->seen[i], &h, later, err);
    }
    status = status ? status : has_unknown_past(in, &h, &change.any, err);
    if (!status) {
        decide(in, &h, later, &change);
    }
    if (status || !change.any) {
        in->m->merged.unchanged += !status;
        return status;
    }
    status = pt_store_unfile(ours, key, err);
    status = status ? status : change_text(in, &h, &change, err);
    status = status ? status : fill_in(in, &h, &change, err);
    status = status ? status : take_tags(in, &h, &change, err);
    status = status ? status : pt_store_file(ours, key, err);
    status = status ? status : write_records(in, key, err);
    in->m->merged.updated += !status;
    return status;
}

/* ---- a paper ----------------------------------------------------------------------------------------------------- */

/* The key here of the paper, by its id and by all that its sources say. PAPERTAG_END: it is new. */
static int find_ours(struct incoming *in, int64_t *key, papertag_error *err)
{
    int status = PAPERTAG_END;

    if (!pt_is_derived_id(in->id)) {
        status = pt_store_ask(in->m->ours, "SELECT key FROM papers WHERE id=?1", key, err, "t", in->id);
    }
    for (size_t i = 0; i < in->seen_count && status == PAPERTAG_END; i++) {
        take_source(in, &in->seen[i]);
        status = pt_store_same_paper(in->m->ours, &in->item, key, err);
    }
    if (status == PAPERTAG_END && !in->seen_count) {
        take_source(in, NULL);
        status = pt_store_same_paper(in->m->ours, &in->item, key, err);
    }
    return status;
}

int pt_merge_paper(void *merge, pt_db_row *row, papertag_error *err)
{
    struct incoming in = {.m = merge};
    int64_t key = 0;
    int status;

    pt_arena_reset(&in.m->arena);
    status = read_incoming(&in, row, err);
    if (status) {
        return status;
    }
    status = find_ours(&in, &key, err);
    status = status == PAPERTAG_END ? insert_paper(&in, &key, err) : status ? status : update_paper(&in, key, err);
    if (!status && pt_key_map_append(&in.m->papers, in.theirs, key)) {
        status = pt_no_memory(err);
    }
    return status;
}
