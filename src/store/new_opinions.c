/*
 * new_opinions - the opinions of a new model on a tag, in place of what there was.
 *
 * Only what differs is written. A row that stays, with other numbers, need not be looked up among the papers, whose
 * table is the largest: neither that its paper is there, nor its day.
 */
#include "new_opinions.h"

#include <math.h>
#include <stdlib.h>

#include "days.h"
#include "tag_index.h"

/* A paper that has an opinion, or is filed under the tag. */
struct row {
    int64_t paper, day;
    double p, margin;
    bool assigned;
};

/* Rows by paper. */
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
                                .p = pt_db_real(row, 1, 0, 1),
                                .margin = pt_db_real(row, 2, -INFINITY, INFINITY),
                                .assigned = pt_db_flag(row, 3)};

    return add_row(context, opinion, err);
}

static int read_filed(void *context, pt_db_row *row, papertag_error *err)
{
    const struct row filed = {.paper = pt_db_key(row, 0),
                              .day = pt_db_integer(row, 1, PT_DAY_LEAST, PT_DAY_MOST),
                              .p = pt_db_real(row, 2, 0, 1)};

    return add_row(context, filed, err);
}

static int read_verdict(void *context, pt_db_row *row, papertag_error *err)
{
    return add_row(context, (struct row){.paper = pt_db_key(row, 0), .assigned = pt_db_flag(row, 1)}, err);
}

static int compare_rows(const void *a, const void *b)
{
    const int64_t x = ((const struct row *)a)->paper, y = ((const struct row *)b)->paper;
    return (x > y) - (x < y);
}

/* Which paper comes first, that of row i of one list or that of row k of another: below 0: the former alone; 0: they
 * are the same; above 0: the latter. One of the lists has more rows. */
static int compare_heads(const struct rows *a, size_t i, const struct rows *b, size_t k)
{
    if (i == a->count || k == b->count) {
        return i == a->count ? 1 : -1;
    }
    return compare_rows(&a->list[i], &b->list[k]);
}

/* ---- opinions --------------------------------------------------------------------------------------------------- */

static int insert_opinion(papertag_store *store, int64_t tag, const struct row *r, papertag_error *err)
{
    const pt_opinion opinion = {r->paper, tag, r->p, r->margin, r->assigned};

    return pt_store_write_opinions(store, &opinion, 1, err);
}

static int update_opinion(papertag_store *store, int64_t tag, const struct row *r, papertag_error *err)
{
    static const char sql[] = "UPDATE opinions SET p=?3, margin=?4, assigned=?5 WHERE paper=?1 AND tag=?2";

    return pt_store_do(store, sql, err, "iirri", r->paper, tag, r->p, r->margin, (int64_t)r->assigned);
}

static bool differ(const struct row *a, const struct row *b)
{
    return a->p != b->p || a->margin != b->margin || a->assigned != b->assigned;
}

static int write_opinions(papertag_store *store, int64_t tag, const struct rows *old, const struct rows *new,
                          papertag_error *err)
{
    static const char remove[] = "DELETE FROM opinions WHERE paper=?1 AND tag=?2";
    int status = PAPERTAG_OK;

    for (size_t i = 0, k = 0; (i < old->count || k < new->count) && !status;) {
        const int order = compare_heads(old, i, new, k);
        if (order < 0) {
            status = pt_store_do(store, remove, err, "ii", old->list[i].paper, tag);
        } else if (order > 0) {
            status = insert_opinion(store, tag, &new->list[k], err);
        } else if (differ(&old->list[i], &new->list[k])) {
            status = update_opinion(store, tag, &new->list[k], err);
        }
        i += order <= 0;
        k += order >= 0;
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
            status = v->assigned ? add_row(out, (struct row){.paper = v->paper, .p = 1}, err) : PAPERTAG_OK;
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

/* ---- both -------------------------------------------------------------------------------------------------------- */

int pt_store_replace_opinions(papertag_store *store, const pt_new_opinions *o, int64_t tag, const int64_t *keys,
                              papertag_error *err)
{
    static const char opinions[] = "SELECT paper, p, margin, assigned FROM opinions WHERE tag=?1 ORDER BY paper";
    static const char filed[] = "SELECT paper, day, p FROM tagged WHERE tag=?1";
    static const char verdicts[] = "SELECT paper, verdict='yes' FROM verdicts WHERE tag=?1 ORDER BY paper";
    struct rows old = {0}, old_filed = {0}, judged = {0}, new = {0}, new_filed = {0};
    int status = pt_store_each(store, opinions, read_opinion, &old, err, "i", tag);

    status = status ? status : pt_store_each(store, filed, read_filed, &old_filed, err, "i", tag);
    status = status ? status : pt_store_each(store, verdicts, read_verdict, &judged, err, "i", tag);
    for (size_t i = 0; i < o->count && !status; i++) { /* by paper, as keys ascend */
        const struct row row = {
            .paper = keys[o->rows[i]], .p = o->p[i], .margin = o->margins[i], .assigned = o->assigned[i]};
        status = add_row(&new, row, err);
    }
    pt_sort(old_filed.list, old_filed.count, sizeof *old_filed.list, compare_rows);
    status = status ? status : list_in_force(&new, &judged, &new_filed, err);
    status = status ? status : write_opinions(store, tag, &old, &new, err);
    status = status ? status : file_papers(store, tag, &old_filed, &new_filed, err);
    free(old.list);
    free(old_filed.list);
    free(judged.list);
    free(new.list);
    free(new_filed.list);
    return status;
}
