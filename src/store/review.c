/*
 * review - which papers to ask a person about.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/hash.h"
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

/* By order, then whether it is about one tag: ?1, its key. */
static const char *const queries[][2] = {
    /* within days; of all papers, see doubts.h. The plus keeps SQLite from reading all opinions in the order of papers
     */
    [PAPERTAG_ORDER_UNCERTAIN] = {ONE_TAG ", min(abs(o.margin-c.cut))" OPINIONS CUTS " AND " NO_VERDICT
                                          " GROUP BY +o.paper ORDER BY 8, o.paper",
                                  ONE_TAG ", abs(o.margin-c.cut)" OF_TAG CUTS " AND " NO_VERDICT
                                          " ORDER BY 8, o.paper"},
    [PAPERTAG_ORDER_RANDOM] = {WHOLE " AND NOT EXISTS(SELECT 1 FROM audits a WHERE a.paper=p.key AND a.tag IS NULL)",
                               ONE_TAG OF_TAG CUTS
                               " AND NOT EXISTS(SELECT 1 FROM audits a WHERE a.paper=p.key AND (a.tag IS NULL OR"
                               " a.tag=?1))"},
    [PAPERTAG_ORDER_NEW] = {WHOLE
                            " AND NOT EXISTS(SELECT 1 FROM verdicts v WHERE v.paper=p.key) ORDER BY day DESC, key DESC",
                            ONE_TAG OF_TAG CUTS " AND " NO_VERDICT " ORDER BY p.day DESC, o.paper DESC"}};

/* A question, and the number that gives it its place. */
struct numbered {
    uint64_t number;
    papertag_question question;
};

static int compare_numbers(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;

    return x->number != y->number ? (x->number < y->number ? -1 : 1)
                                  : (x->question.key > y->question.key) - (x->question.key < y->question.key);
}

/* Questions on their way to an answer. */
struct questions {
    const papertag_store *store;
    bool random;
    uint64_t seed;
    size_t limit;
    struct numbered *list; /* count */
    size_t count, capacity;
};

static void name_tag(const papertag_store *store, int64_t tag, papertag_question *q)
{
    for (size_t t = 0; t < store->tag_count; t++) {
        q->tag = store->tag_keys[t] == tag ? store->tags[t].tag : q->tag;
    }
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
        if (pt_reserve(&q->list, &q->capacity, q->count + 1, sizeof *q->list)) {
            status = pt_no_memory(err);
        } else {
            q->list[q->count++] = (struct numbered){i, one};
        }
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
    const char *id = pt_db_peek(row, 6);
    struct numbered one = {.number = q->count};

    if (!q->random && q->limit && q->count == q->limit) {
        return PAPERTAG_END;
    }
    if (pt_reserve(&q->list, &q->capacity, q->count + 1, sizeof *q->list)) {
        return pt_no_memory(err);
    }
    if (q->random) { /* the same for a seed, whatever other papers there are */
        one.number = pt_hash(id, strlen(id), q->seed);
    }
    one.question = read_question(q->store, row);
    q->list[q->count++] = one;
    return PAPERTAG_OK;
}

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

int papertag_store_questions(papertag_store *store, papertag_order order, const char *tag, const char *since,
                             uint64_t seed, size_t limit, const papertag_question **out, size_t *count,
                             papertag_error *err)
{
    struct questions q = {.store = store, .random = order == PAPERTAG_ORDER_RANDOM, .seed = seed, .limit = limit};
    papertag_question *list = NULL;
    int64_t key = 0;
    long first = 0;
    int status = read_request(store, tag, since, &key, &first, err);

    if (!status && order == PAPERTAG_ORDER_UNCERTAIN && !since) {
        status = append_doubts(store, key, &q, err);
    } else if (!status) {
        status = pt_store_each(store, queries[order][tag != NULL], append_question, &q, err, "ii", key, (int64_t)first);
    }
    if (!status) {
        pt_sort(q.list, q.count, sizeof *q.list, compare_numbers);
        q.count = limit && q.count > limit ? limit : q.count;
        list = pt_arena_array(pt_store_answer(store), q.count + 1, sizeof *list);
        status = list ? PAPERTAG_OK : pt_no_memory(err);
    }
    for (size_t i = 0; i < q.count && !status; i++) {
        list[i] = q.list[i].question;
    }
    free(q.list);
    if (!status) {
        *out = list;
        *count = q.count;
    }
    return status;
}
