/*
 * review - which papers to ask a person about.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/hash.h"
#include "base/sort.h"
#include "clock.h"
#include "doubts.h"
#include "store.h"
#include "tag_index.h"
#include "tags/tags.h"

/* ?2 is the first day; undated papers are of the day on which they were added. */
#define SINCE "(p.day>=?2 OR p.day BETWEEN ?2-2000000 AND -1000001)"

/* What is asked: a paper as a whole, or one tag of it. */
#define WHOLE "SELECT key, NULL, NULL, NULL, NULL, 0, id FROM papers p WHERE " SINCE
#define ONE_TAG "SELECT o.paper, o.tag, o.p, o.margin, c.cut, o.assigned, p.id"
#define NO_VERDICT "NOT EXISTS(SELECT 1 FROM verdicts v WHERE v.paper=o.paper AND v.tag=o.tag)"
#define OPINIONS " FROM papers p JOIN opinions o ON o.paper=p.key"
#define OF_TAG OPINIONS " AND o.tag=?1"
#define CUTS " JOIN cuts c ON c.model=p.model AND c.tag=o.tag WHERE " SINCE

/* By order, then whether it is about one tag: ?1, its key. At random, about one paper: ?3, its key. */
static const char *const queries[][2] = {
    /* within days; of all papers, see doubts.h. The plus keeps SQLite from reading all opinions in the order of papers
     */
    [PAPERTAG_ORDER_UNCERTAIN] = {ONE_TAG ", min(abs(o.margin-c.cut))" OPINIONS CUTS " AND " NO_VERDICT
                                          " GROUP BY +o.paper ORDER BY 8, o.paper",
                                  ONE_TAG ", abs(o.margin-c.cut)" OF_TAG CUTS " AND " NO_VERDICT
                                          " ORDER BY 8, o.paper"},
    [PAPERTAG_ORDER_RANDOM] = {WHOLE " AND p.key=?3 AND NOT EXISTS"
                                     "(SELECT 1 FROM audits a WHERE a.paper=p.key AND a.tag IS NULL)",
                               ONE_TAG OF_TAG CUTS
                               " AND p.key=?3 AND NOT EXISTS"
                               "(SELECT 1 FROM audits a WHERE a.paper=p.key AND (a.tag IS NULL OR a.tag=?1))"},
    [PAPERTAG_ORDER_NEW] = {WHOLE
                            " AND NOT EXISTS(SELECT 1 FROM verdicts v WHERE v.paper=p.key) ORDER BY day DESC, key DESC",
                            ONE_TAG OF_TAG CUTS " AND " NO_VERDICT " ORDER BY p.day DESC, o.paper DESC"}};

/* The newest about one tag, of all papers: their days come from an index, and a paper is read once it is to be asked
 * about. */
static const char newest_of_tag[] =
    ONE_TAG " FROM papers d INDEXED BY papers_day CROSS JOIN opinions o ON o.paper=d.key AND o.tag=?1 CROSS JOIN"
            " papers p ON p.key=d.key JOIN cuts c ON c.model=p.model AND c.tag=o.tag WHERE " NO_VERDICT
            " ORDER BY d.day DESC, d.key DESC";

/* Questions on their way to an answer. */
struct questions {
    const papertag_store *store;
    size_t limit;
    papertag_question *list; /* count */
    size_t count, capacity;
};

static void name_tag(const papertag_store *store, int64_t tag, papertag_question *q)
{
    for (size_t t = 0; t < store->tag_count; t++) {
        q->tag = store->tag_keys[t] == tag ? store->tags[t].tag : q->tag;
    }
}

static int append(struct questions *q, papertag_question one, papertag_error *err)
{
    if (pt_reserve(&q->list, &q->capacity, q->count + 1, sizeof *q->list)) {
        return pt_no_memory(err);
    }
    q->list[q->count++] = one;
    return PAPERTAG_OK;
}

/* The decisions nearest to their cuts, of all papers. */
static int append_doubts(papertag_store *store, int64_t tag, struct questions *q, papertag_error *err)
{
    pt_doubt *doubts = NULL;
    size_t count = 0;
    int status = pt_store_doubts(store, tag, q->limit, &doubts, &count, err);

    for (size_t i = 0; i < count && !status; i++) {
        const pt_doubt *d = &doubts[i];
        papertag_question one = {d->paper, NULL, d->p, d->margin, d->cut, d->assigned};
        name_tag(store, d->tag, &one);
        status = append(q, one, err);
    }
    free(doubts);
    return status;
}

static papertag_question read_question(const papertag_store *store, pt_db_row *row)
{
    papertag_question q = {pt_db_key(row, 0), NULL, NAN, NAN, NAN, pt_db_flag(row, 5)};

    if (!pt_db_is_null(row, 1)) {
        name_tag(store, pt_db_key(row, 1), &q);
    }
    if (q.tag) {
        q.p = pt_db_real(row, 2, 0, 1);
        q.margin = pt_db_real_or_nan(row, 3);
        q.cut = pt_db_real_or_nan(row, 4);
    }
    return q;
}

static int append_question(void *context, pt_db_row *row, papertag_error *err)
{
    struct questions *q = context;

    return q->limit && q->count == q->limit ? PAPERTAG_END : append(q, read_question(q->store, row), err);
}

/* ---- by chance ------------------------------------------------------------------------------------------------- */

/* Papers drawn at first, and how many times as many when these are not enough. */
enum { DRAWN = 16384, DRAWN_MORE = 16 };

/* A paper, and the number that gives it its place: the same for a seed, whatever other papers there are. */
struct drawn {
    uint64_t number;
    int64_t paper;
};

/* The papers of the lowest numbers. */
struct draw {
    uint64_t seed;
    pt_top papers; /* of struct drawn */
};

static int compare_drawn(const void *a, const void *b)
{
    const struct drawn *x = a, *y = b;

    return x->number != y->number ? (x->number < y->number ? -1 : 1) : (x->paper > y->paper) - (x->paper < y->paper);
}

static int read_paper(void *context, pt_db_row *row, papertag_error *err)
{
    struct draw *d = context;
    const char *id = pt_db_peek(row, 1);
    const struct drawn one = {pt_hash(id, strlen(id), d->seed), pt_db_key(row, 0)};

    return pt_top_take(&d->papers, &one) ? pt_no_memory(err) : PAPERTAG_OK;
}

/* Lists the papers in the order in which they are drawn, as many as are wanted. */
static int draw_papers(papertag_store *store, int64_t first, struct draw *d, papertag_error *err)
{
    static const char all[] = "SELECT key, id FROM papers"; /* by the index of ids, which is small */
    static const char since[] = "SELECT key, id FROM papers p WHERE ?1 IS NULL AND " SINCE;
    int status;

    d->papers.count = 0;
    d->papers.is_full = false;
    status = first == LONG_MIN ? pt_store_each(store, all, read_paper, d, err, "")
                               : pt_store_each(store, since, read_paper, d, err, "ti", (const char *)NULL, first);
    pt_top_cut(&d->papers);
    return status;
}

/* Draws papers until enough of them are to be asked about. All is read in one transaction: else the file would be
 * locked for each paper. */
static int append_drawn(papertag_store *store, int64_t tag, int64_t first, uint64_t seed, struct questions *q,
                        papertag_error *err)
{
    const struct drawn *drawn;
    struct draw d = {seed, {.k = q->limit ? DRAWN : SIZE_MAX, .size = sizeof *drawn, .compare = compare_drawn}};
    size_t asked = 0;
    int status = pt_store_read_begin(store, err);

    if (status) {
        return status;
    }
    status = draw_papers(store, first, &d, err);
    while (!status && !(q->limit && q->count == q->limit)) {
        if (asked == d.papers.count && d.papers.is_full) {
            d.papers.k *= DRAWN_MORE;
            status = draw_papers(store, first, &d, err);
        }
        if (status || asked >= d.papers.count) {
            break;
        }
        drawn = d.papers.items;
        status = pt_store_each(store, queries[PAPERTAG_ORDER_RANDOM][tag != 0], append_question, q, err, "iii", tag,
                               first, drawn[asked++].paper);
    }
    pt_store_read_end(store);
    free(d.papers.items);
    return status;
}

/* ---- all orders ------------------------------------------------------------------------------------------------ */

/* The key of the tag, 0 for none, and the first day. */
static int read_request(papertag_store *store, const char *tag, const char *since, int64_t *key, long *first,
                        papertag_error *err)
{
    size_t index = 0;
    long today = 0, last;
    int status = pt_store_read_tags(store, err);

    if (!status && tag) {
        status = pt_find_tag(store->tags, store->tag_count, tag, &index, err);
    }
    *key = !status && tag ? store->tag_keys[index] : 0;
    *first = LONG_MIN;
    status = status ? status : pt_store_today(NULL, &today, err);
    return status || !since ? status : pt_day_range(since, today, first, &last, err);
}

/* Appends the newest about one tag, of all papers. Where most papers with the tag are wanted, it takes less time to
 * read all opinions than to look each paper's up. */
static int append_newest(papertag_store *store, int64_t tag, struct questions *q, papertag_error *err)
{
    int64_t papers = 0;
    int status =
        pt_store_ask(store, "SELECT coalesce(sum(papers), 0) FROM tag_counts WHERE tag=?1", &papers, err, "i", tag);

    if (status || !q->limit || q->limit / 2 > (size_t)papers) {
        return status ? status
                      : pt_store_each(store, queries[PAPERTAG_ORDER_NEW][true], append_question, q, err, "ii", tag,
                                      (int64_t)LONG_MIN);
    }
    return pt_store_each(store, newest_of_tag, append_question, q, err, "i", tag);
}

int papertag_store_questions(papertag_store *store, papertag_order order, const char *tag, const char *since,
                             uint64_t seed, size_t limit, const papertag_question **out, size_t *count,
                             papertag_error *err)
{
    struct questions q = {.store = store, .limit = limit};
    const papertag_question *list = NULL;
    int64_t key = 0;
    long first = 0;
    int status = read_request(store, tag, since, &key, &first, err);

    pt_store_pass_begin(store);
    if (!status && order == PAPERTAG_ORDER_RANDOM) {
        status = append_drawn(store, key, first, seed, &q, err);
    } else if (!status && order == PAPERTAG_ORDER_UNCERTAIN && !since) {
        status = append_doubts(store, key, &q, err);
    } else if (!status && order == PAPERTAG_ORDER_NEW && tag && !since) {
        status = append_newest(store, key, &q, err);
    } else if (!status) {
        status = pt_store_each(store, queries[order][tag != NULL], append_question, &q, err, "ii", key, (int64_t)first);
    }
    pt_store_pass_end(store);
    if (!status) {
        list = pt_arena_copy_array(pt_store_answer(store), q.list, q.count, sizeof *list);
        status = list ? PAPERTAG_OK : pt_no_memory(err);
    }
    free(q.list);
    if (!status) {
        *out = list;
        *count = q.count;
    }
    return status;
}
