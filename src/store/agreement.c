/*
 * agreement - whether rows that refer to papers and tags find them, and the index of the tags in force is what opinions
 * and verdicts make of it.
 *
 * To ask SQLite takes a look-up for each row. Here papers' days lie in memory, and two sets of rows are compared by the
 * sums of their rows' hashes, so that each table is read once, in its own order.
 */
#include "agreement.h"

#include <stdlib.h>

#include "base/hash.h"
#include "days.h"
#include "store.h"

/* Of a paper that is not there. */
enum { NO_DAY = INT32_MIN };

/* The highest keys for which there is memory: of papers KEYS_FACTOR times their number and KEYS_MORE, of tags TAG_KEYS.
 */
enum { KEYS_FACTOR = 4, KEYS_MORE = 1 << 20, TAG_KEYS = 1 << 20 };

/* A tag of a paper. */
struct pair {
    int64_t paper, tag;
    bool yes;
};

/* A set of rows (tag, day, paper). */
struct set {
    uint64_t sum; /* of hashes */
    size_t count;
};

struct agreement {
    papertag_store *store;
    int32_t *days; /* last + 1, by paper's key */
    size_t last;
    bool *tags; /* last_tag + 1, by key */
    size_t last_tag;
    const struct pair *verdicts; /* verdict_count, by paper, then tag; those before `at` are done */
    size_t verdict_count, at;
    struct set in_force, filed;
    bool agrees;
    struct pair before; /* what the row before has of its key */
    int64_t day_before;
    char source_before[64]; /* its first bytes */
    bool in_order;          /* so far */
};

static void put_row(struct set *set, int64_t tag, int64_t day, int64_t paper)
{
    const int64_t row[] = {tag, day, paper};

    set->sum += pt_hash(row, sizeof row, 0);
    set->count++;
}

/* Whether two numbers come after two others. */
static bool is_after(int64_t a, int64_t b, int64_t a_before, int64_t b_before)
{
    return a != a_before ? a > a_before : b > b_before;
}

/* The day of a paper; one that is not there does not agree. */
static int32_t day_of(struct agreement *a, int64_t paper)
{
    const int32_t day = (uint64_t)paper <= a->last ? a->days[paper] : NO_DAY;

    a->agrees = a->agrees && day != NO_DAY;
    return day;
}

/* Whether there is a tag; one that is not does not agree. */
static bool is_tag(struct agreement *a, int64_t tag)
{
    const bool is = (uint64_t)tag <= a->last_tag && a->tags[tag];

    a->agrees = a->agrees && is;
    return is;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static int read_day(void *context, pt_db_row *row, papertag_error *err)
{
    struct agreement *a = context;
    const int64_t paper = pt_db_key(row, 0), day = pt_db_integer(row, 1, PT_DAY_LEAST, PT_DAY_MOST);

    (void)err;
    if ((size_t)paper <= a->last) {
        a->days[paper] = (int32_t)day;
    }
    return PAPERTAG_OK;
}

static int read_tag(void *context, pt_db_row *row, papertag_error *err)
{
    struct agreement *a = context;
    const int64_t tag = pt_db_key(row, 0);

    (void)err;
    if ((size_t)tag <= a->last_tag) {
        a->tags[tag] = true;
    }
    return PAPERTAG_OK;
}

static void read_pair(pt_db_row *row, pt_arena *arena, void *item)
{
    (void)arena;
    *(struct pair *)item = (struct pair){pt_db_key(row, 0), pt_db_key(row, 1), pt_db_flag(row, 2)};
}

/* Whether a verdict decides; asked in the order of the opinions. */
static bool is_judged(struct agreement *a, int64_t paper, int64_t tag)
{
    const struct pair *v = a->verdicts;

    while (a->at < a->verdict_count && (v[a->at].paper < paper || (v[a->at].paper == paper && v[a->at].tag < tag))) {
        a->at++;
    }
    return a->at < a->verdict_count && v[a->at].paper == paper && v[a->at].tag == tag;
}

static int read_opinion(void *context, pt_db_row *row, papertag_error *err)
{
    struct agreement *a = context;
    const int64_t paper = pt_db_key(row, 0), tag = pt_db_key(row, 1);
    const int32_t day = day_of(a, paper);

    (void)err;
    a->in_order = a->in_order && is_after(paper, tag, a->before.paper, a->before.tag);
    a->before = (struct pair){.paper = paper, .tag = tag};
    pt_db_real(row, 3, 0, 1); /* p */
    if (is_tag(a, tag) && pt_db_flag(row, 2) && !is_judged(a, paper, tag)) {
        put_row(&a->in_force, tag, day, paper);
    }
    return a->agrees ? PAPERTAG_OK : PAPERTAG_END;
}

static int read_filed(void *context, pt_db_row *row, papertag_error *err)
{
    struct agreement *a = context;
    const int64_t tag = pt_db_key(row, 0), day = pt_db_integer(row, 1, PT_DAY_LEAST, PT_DAY_MOST),
                  paper = pt_db_key(row, 2);

    (void)err;
    a->in_order = a->in_order &&
                  (tag != a->before.tag ? tag > a->before.tag : is_after(day, paper, a->day_before, a->before.paper));
    a->before = (struct pair){.paper = paper, .tag = tag};
    a->day_before = day;
    put_row(&a->filed, tag, day, paper);
    return PAPERTAG_OK;
}

static int read_source(void *context, pt_db_row *row, papertag_error *err)
{
    struct agreement *a = context;
    const int64_t paper = pt_db_key(row, 0);
    const char *source = pt_db_peek(row, 1);

    (void)err;
    day_of(a, paper);
    a->in_order = a->in_order && strlen(source) < sizeof a->source_before &&
                  (paper != a->before.paper ? paper > a->before.paper : strcmp(source, a->source_before) > 0);
    a->before.paper = paper;
    snprintf(a->source_before, sizeof a->source_before, "%s", source);
    return PAPERTAG_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static int read_tags(struct agreement *a, papertag_error *err)
{
    int64_t last = 0;
    int status = pt_store_ask(a->store, "SELECT coalesce(max(key), 0) FROM tags", &last, err, "");

    a->agrees = a->agrees && !status && last >= 0 && last <= TAG_KEYS;
    if (!a->agrees) {
        return status;
    }
    a->last_tag = (size_t)last;
    a->tags = pt_calloc(a->last_tag + 1, sizeof *a->tags);
    return a->tags ? pt_store_each(a->store, "SELECT key FROM tags", read_tag, a, err, "") : pt_no_memory(err);
}

/* Reads what the rows are compared with; false in a->agrees when that does not fit into memory. */
static int read_around(struct agreement *a, pt_arena *arena, papertag_error *err)
{
    static const char verdicts[] = "SELECT paper, tag, verdict='yes' FROM verdicts ORDER BY 1, 2";
    pt_listing list = {.arena = arena, .size = sizeof(struct pair), .read = read_pair};
    int64_t count = 0;
    int status = pt_store_last_paper(a->store, &a->last, err);

    status = status ? status : pt_store_ask(a->store, "SELECT count(*) FROM papers", &count, err, "");
    a->agrees = !status && a->last / KEYS_FACTOR <= (size_t)count + KEYS_MORE;
    if (!a->agrees) {
        return status;
    }
    a->days = pt_alloc(a->last + 1, sizeof *a->days);
    for (size_t i = 0; a->days && i <= a->last; i++) {
        a->days[i] = NO_DAY;
    }
    status = a->days ? read_tags(a, err) : pt_no_memory(err);
    status = status ? status : pt_store_each(a->store, "SELECT key, day FROM papers", read_day, a, err, "");
    status = status ? status : pt_store_list(a->store, verdicts, &list, err, "");
    a->verdicts = list.items;
    a->verdict_count = list.count;
    return status;
}

static int compare(struct agreement *a, papertag_error *err)
{
    int status = pt_store_each(a->store, "SELECT paper, tag, assigned, p FROM opinions ORDER BY paper, tag",
                               read_opinion, a, err, "");

    for (size_t i = 0; i < a->verdict_count; i++) {
        const struct pair *v = &a->verdicts[i];
        const int32_t day = day_of(a, v->paper);
        if (is_tag(a, v->tag) && v->yes) {
            put_row(&a->in_force, v->tag, day, v->paper);
        }
    }
    if (!status && a->agrees) {
        a->before = (struct pair){.tag = 0};
        status = pt_store_each(a->store, "SELECT tag, day, paper FROM tagged", read_filed, a, err, "");
    }
    if (!status && a->agrees) {
        a->before = (struct pair){.tag = 0};
        status = pt_store_each(a->store, "SELECT paper, source FROM sources", read_source, a, err, "");
    }
    a->agrees = a->agrees && a->in_force.sum == a->filed.sum && a->in_force.count == a->filed.count;
    return status;
}

int pt_store_agrees(papertag_store *store, bool *agrees, bool *in_order, papertag_error *err)
{
    struct agreement a = {.store = store, .in_order = true};
    pt_arena arena = {0};
    int status = read_around(&a, &arena, err);

    status = status || !a.agrees ? status : compare(&a, err);
    *agrees = !status && a.agrees;
    *in_order = *agrees && a.in_order;
    pt_arena_free(&arena);
    free(a.days);
    free(a.tags);
    return status == PAPERTAG_DAMAGED ? PAPERTAG_OK : status;
}
