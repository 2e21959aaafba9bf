/*
 * new_opinions - the opinions of a new model on some tags, in place of what there was.
 *
 * Only what differs is written. A row that stays, with other numbers, need not be looked up among the papers, whose
 * table is the largest: neither that its paper is there, nor its day. Opinions lie by paper, and a tag has some on
 * nearly every page. So those on all tags are replaced in one walk over the papers: each page is read and written once.
 */
#include "new_opinions.h"

#include <math.h>
#include <stdlib.h>

#include "days.h"
#include "tag_index.h"

/* A paper that has an opinion, or is filed under the tag. */
struct row {
    int64_t paper, tag, day;
    double p, margin;
    bool assigned;
};

/* Rows by paper, then tag. */
struct rows {
    struct row *list; /* count */
    size_t count, capacity;
};

static int add_row(struct rows *rows, struct row row, papertag_error *err)
{
    if (pt_reserve(&rows->list, &rows->capacity, rows->count + 1, sizeof *rows->list)) {
        return pt_no_memory(err);
    }
    rows->list[rows->count++] = row;
    return PAPERTAG_OK;
}

static int read_opinion(void *context, pt_db_row *row, papertag_error *err)
{
    const struct row opinion = {.paper = pt_db_key(row, 0),
                                .tag = pt_db_key(row, 1),
                                .p = pt_db_real(row, 2, 0, 1),
                                .margin = pt_db_real(row, 3, -INFINITY, INFINITY),
                                .assigned = pt_db_flag(row, 4)};

    return add_row(context, opinion, err);
}

static int read_filed(void *context, pt_db_row *row, papertag_error *err)
{
    const struct row filed = {.paper = pt_db_key(row, 0),
                              .tag = pt_db_key(row, 1),
                              .day = pt_db_integer(row, 2, PT_DAY_LEAST, PT_DAY_MOST),
                              .p = pt_db_real(row, 3, 0, 1)};

    return add_row(context, filed, err);
}

static int read_verdict(void *context, pt_db_row *row, papertag_error *err)
{
    const struct row verdict = {.paper = pt_db_key(row, 0), .tag = pt_db_key(row, 1), .assigned = pt_db_flag(row, 2)};

    return add_row(context, verdict, err);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return x->paper != y->paper ? (x->paper > y->paper) - (x->paper < y->paper) : (x->tag > y->tag) - (x->tag < y->tag);
}

/* Which comes first, row i of one list or row k of another: below 0: the former alone; 0: both are of one paper and
 * tag; above 0: the latter. One of the lists has more rows. */
static int compare_heads(const struct rows *a, size_t i, const struct rows *b, size_t k)
{
    if (i == a->count || k == b->count) {
        return i == a->count ? 1 : -1;
    }
    return compare_rows(&a->list[i], &b->list[k]);
}

/* ---- opinions --------------------------------------------------------------------------------------------------- */

/* New opinions on a tag on their way to the store. */
struct tag_opinions {
    const pt_new_opinions *new;
    int64_t key; /* of the tag */
    size_t at;   /* opinions before this one are written */
};

/* What is replaced. */
struct replacing {
    papertag_store *store;
    const pt_stored_rows *papers;
    struct tag_opinions *tags; /* tag_count */
    size_t tag_count;
    pt_buf sql;           /* reads the opinions on these tags of papers ?1 to ?2 */
    struct rows old, new; /* of some papers */
};

static int insert_opinion(papertag_store *store, const struct row *r, papertag_error *err)
{
    const pt_opinion opinion = {r->paper, r->tag, r->p, r->margin, r->assigned};

    return pt_store_write_opinions(store, &opinion, 1, err);
}

static int update_opinion(papertag_store *store, const struct row *r, papertag_error *err)
{
    static const char sql[] = "UPDATE opinions SET p=?3, margin=?4, assigned=?5 WHERE paper=?1 AND tag=?2";

    return pt_store_do(store, sql, err, "iirri", r->paper, r->tag, r->p, r->margin, (int64_t)r->assigned);
}

static bool differ(const struct row *a, const struct row *b)
{
    return a->p != b->p || a->margin != b->margin || a->assigned != b->assigned;
}

static int write_differences(papertag_store *store, const struct rows *old, const struct rows *new, papertag_error *err)
{
    static const char remove[] = "DELETE FROM opinions WHERE paper=?1 AND tag=?2";
    int status = PAPERTAG_OK;

    for (size_t i = 0, k = 0; (i < old->count || k < new->count) && !status;) {
        const int order = compare_heads(old, i, new, k);
        if (order < 0) {
            status = pt_store_do(store, remove, err, "ii", old->list[i].paper, old->list[i].tag);
        } else if (order > 0) {
            status = insert_opinion(store, &new->list[k], err);
        } else if (differ(&old->list[i], &new->list[k])) {
            status = update_opinion(store, &new->list[k], err);
        }
        i += order <= 0;
        k += order >= 0;
    }
    return status;
}

/* Lists the opinions that come next on a tag, of papers up to the last. */
static int take_opinions(struct rows *out, struct tag_opinions *tag, const int64_t *keys, int64_t last,
                         papertag_error *err)
{
    const pt_new_opinions *new = tag->new;
    int status = PAPERTAG_OK;

    for (size_t i = tag->at; i < new->count && !status; i = ++tag->at) {
        const struct row row = {.paper = keys[new->rows[i]],
                                .tag = tag->key,
                                .p = new->p[i],
                                .margin = new->margins[i],
                                .assigned = new->assigned[i]};
        if (row.paper > last) {
            break;
        }
        status = add_row(out, row, err);
    }
    return status;
}

/* Replaces the opinions on papers from one to another. */
static int replace_some(struct replacing *r, int64_t first, int64_t last, papertag_error *err)
{
    int status;

    r->old.count = r->new.count = 0;
    status = pt_store_each(r->store, r->sql.data, read_opinion, &r->old, err, "ii", first, last);
    for (size_t t = 0; t < r->tag_count && !status; t++) {
        status = take_opinions(&r->new, &r->tags[t], r->papers->keys, last, err);
    }
    if (status) {
        return status;
    }
    pt_sort(r->new.list, r->new.count, sizeof *r->new.list, compare_rows);
    return write_differences(r->store, &r->old, &r->new, err);
}

static int replace_all(struct replacing *r, papertag_error *err)
{
    enum { PAPERS = 4096 }; /* of a part */
    const int64_t *keys = r->papers->keys;
    const size_t count = r->papers->count;
    int status = PAPERTAG_OK;

    pt_buf_text(&r->sql,
                "SELECT paper, tag, p, margin, assigned FROM opinions WHERE paper BETWEEN ?1 AND ?2 AND tag IN ");
    for (size_t t = 0; t < r->tag_count; t++) {
        pt_buf_format(&r->sql, "%s%lld", t ? "," : "(", (long long)r->tags[t].key);
    }
    pt_buf_text(&r->sql, ") ORDER BY paper, tag");
    if (r->sql.failed) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; (!i || i < count) && !status; i += PAPERS) {
        /* papers that came meanwhile are of a part, too */
        const int64_t first = i ? keys[i] : INT64_MIN, last = count - i > PAPERS ? keys[i + PAPERS] - 1 : INT64_MAX;
        status = replace_some(r, first, last, err);
    }
    return status;
}

/* ---- the index of the tags in force ------------------------------------------------------------------------------ */

/* Lists the papers that are to be filed: those that are assigned the tag, but as verdicts have it. */
static int list_in_force(const struct rows *opinions, const struct rows *verdicts, struct rows *out,
                         papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0, k = 0; (i < opinions->count || k < verdicts->count) && !status;) {
        const int order = compare_heads(opinions, i, verdicts, k);
        if (order >= 0) {
            const struct row *v = &verdicts->list[k];
            status = v->assigned ? add_row(out, (struct row){v->paper, v->tag, .p = 1}, err) : PAPERTAG_OK;
        } else if (opinions->list[i].assigned) {
            status = add_row(out, opinions->list[i], err);
        }
        i += order <= 0;
        k += order >= 0;
    }
    return status;
}

static int file_papers(papertag_store *store, int64_t tag, const struct rows *old, const struct rows *new,
                       papertag_error *err)
{
    static const char remove[] = "DELETE FROM tagged WHERE tag=?1 AND day=?2 AND paper=?3";
    static const char change[] = "UPDATE tagged SET p=?4 WHERE tag=?1 AND day=?2 AND paper=?3";
    static const char insert[] =
        "INSERT INTO tagged(tag, day, paper, p) SELECT ?1, day, key, ?3 FROM papers WHERE key=?2";
    static const char count[] = "INSERT OR REPLACE INTO tag_counts SELECT ?1, count(*) FROM tagged WHERE tag=?1";
    int status = PAPERTAG_OK;

    for (size_t i = 0, k = 0; (i < old->count || k < new->count) && !status;) {
        const int order = compare_heads(old, i, new, k);
        if (order < 0) {
            status = pt_store_do(store, remove, err, "iii", tag, old->list[i].day, old->list[i].paper);
        } else if (order > 0) {
            status = pt_store_do(store, insert, err, "iir", tag, new->list[k].paper, new->list[k].p);
        } else if (old->list[i].p != new->list[k].p) {
            status = pt_store_do(store, change, err, "iiir", tag, old->list[i].day, old->list[i].paper, new->list[k].p);
        }
        i += order <= 0;
        k += order >= 0;
    }
    return status ? status : pt_store_do(store, count, err, "i", tag);
}

/* Files the papers under a tag by its new opinions and its verdicts. */
static int file_tag(struct replacing *r, struct tag_opinions *tag, papertag_error *err)
{
    static const char filed[] = "SELECT paper, tag, day, p FROM tagged WHERE tag=?1";
    static const char verdicts[] = "SELECT paper, tag, verdict='yes' FROM verdicts WHERE tag=?1 ORDER BY paper";
    struct rows old = {0}, judged = {0}, new = {0};
    int status = pt_store_each(r->store, filed, read_filed, &old, err, "i", tag->key);

    status = status ? status : pt_store_each(r->store, verdicts, read_verdict, &judged, err, "i", tag->key);
    r->new.count = tag->at = 0;
    status = status ? status : take_opinions(&r->new, tag, r->papers->keys, INT64_MAX, err);
    status = status ? status : list_in_force(&r->new, &judged, &new, err);
    pt_sort(old.list, old.count, sizeof *old.list, compare_rows);
    status = status ? status : file_papers(r->store, tag->key, &old, &new, err);
    free(old.list);
    free(judged.list);
    free(new.list);
    return status;
}

int pt_store_replace_opinions(papertag_store *store, const pt_new_model *taken, const pt_known_model *known,
                              const pt_stored_rows *papers, papertag_error *err)
{
    struct replacing r = {.store = store, .papers = papers, .tag_count = taken->count};
    int status = PAPERTAG_OK;

    r.tags = pt_calloc(r.tag_count + 1, sizeof *r.tags);
    if (!r.tags) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < r.tag_count; t++) {
        r.tags[t] = (struct tag_opinions){taken->opinions + t, known->tags[taken->opinions[t].tag], 0};
    }
    status = r.tag_count ? replace_all(&r, err) : PAPERTAG_OK;
    for (size_t t = 0; t < r.tag_count && !status; t++) {
        status = file_tag(&r, &r.tags[t], err);
    }
    pt_buf_free(&r.sql);
    free(r.tags);
    free(r.old.list);
    free(r.new.list);
    return status;
}
