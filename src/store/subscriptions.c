/*
 * subscriptions - who gets which papers.
 */
#include "clock.h"
#include "deliveries.h"
#include "select.h"
#include "store.h"

int pt_store_find_subscription(papertag_store *store, const char *name, int64_t *key, papertag_error *err)
{
    int status = pt_store_ask(store, "SELECT key FROM subscriptions WHERE name=?1", key, err, "t", name);
    return status == PAPERTAG_END ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no subscription '%.100s'", name) : status;
}

/* ---- what counts as delivered ---------------------------------------------------------------------------------- */

/* Has all papers count as delivered, but the first `count`. Those that a delivery has are left to it: it may still be
 * taken back. */
static int count_papers(papertag_store *store, int64_t key, const int64_t *first, size_t count, papertag_error *err)
{
    static const char count_all[] = "UPDATE subscriptions SET counted=(SELECT coalesce(max(key), 0) FROM papers)"
                                    " WHERE key=?1";
    static const char forget_counted[] = "DELETE FROM delivered WHERE subscription=?1 AND delivery IS NULL";
    static const char forget_uncounted[] = "DELETE FROM uncounted WHERE subscription=?1";
    static const char leave_delivered[] = "INSERT INTO uncounted SELECT subscription, paper FROM delivered WHERE"
                                          " subscription=?1";
    static const char leave[] = "INSERT OR IGNORE INTO uncounted SELECT ?1, key FROM papers WHERE key=?2";
    int status = pt_store_do(store, count_all, err, "i", key);

    status = status ? status : pt_store_do(store, forget_counted, err, "i", key);
    status = status ? status : pt_store_do(store, forget_uncounted, err, "i", key);
    status = status ? status : pt_store_do(store, leave_delivered, err, "i", key);
    for (size_t i = 0; i < count && !status; i++) {
        status = pt_store_do(store, leave, err, "ii", key, first[i]);
    }
    return status;
}

/* ---- subscribing ----------------------------------------------------------------------------------------------- */

/* Writes a subscription; all papers count as delivered but the first `count`: SIZE_MAX: none does. */
static int write_subscription(papertag_store *store, const papertag_subscription *s, const int64_t *first, size_t count,
                              papertag_error *err)
{
    static const char write[] =
        "INSERT INTO subscriptions(name, expression, format, address, title, unsubscribe, sort, count, created, "
        "weekday,"
        " tell_quiet, path) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12) ON CONFLICT(name) DO UPDATE SET"
        " expression=excluded.expression, format=excluded.format, address=excluded.address, title=excluded.title,"
        " unsubscribe=excluded.unsubscribe, sort=excluded.sort, count=excluded.count, weekday=excluded.weekday,"
        " tell_quiet=excluded.tell_quiet, path=excluded.path";
    int64_t key = 0;
    char now[PT_TIME];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_do(store, write, err, "ttttttiitiit", s->name, s->expression ? s->expression : "", s->format,
                         s->address, s->title, s->unsubscribe, (int64_t)s->sort, (int64_t)s->limit, now,
                         (int64_t)s->weekday, (int64_t)s->tell_quiet, s->path);
    status = status ? status : pt_store_find_subscription(store, s->name, &key, err);
    status = status || count == SIZE_MAX ? status : count_papers(store, key, first, count, err);
    return pt_store_end(store, status, err);
}

int papertag_store_subscribe_to(papertag_store *store, const papertag_subscription *s, const int64_t *first,
                                size_t count, papertag_error *err)
{
    const papertag_query query = {.expression = s->expression, .sort = s->sort, .limit = 1};
    const int64_t *keys;
    size_t found;
    int status;

    if (!s->name[0] || strlen(s->name) > 100 || strpbrk(s->name, "\r\n")) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a subscription's name is one line of 1 to 100 bytes");
    }
    status = papertag_store_select(store, &query, &keys, &found, err); /* what its digests will ask for can be asked */
    return status ? status : write_subscription(store, s, first, count, err);
}

int papertag_store_subscribe(papertag_store *store, const papertag_subscription *s, bool from_now, papertag_error *err)
{
    return papertag_store_subscribe_to(store, s, NULL, from_now ? 0 : SIZE_MAX, err);
}

int papertag_store_unsubscribe(papertag_store *store, const char *name, papertag_error *err)
{
    int64_t key = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_find_subscription(store, name, &key, err);
    status = status ? status : pt_store_do(store, "DELETE FROM subscriptions WHERE key=?1", err, "i", key);
    return pt_store_end(store, status, err);
}

static void read_subscription(pt_db_row *row, pt_arena *arena, void *item)
{
    papertag_subscription *s = item;

    s->name = pt_db_text(row, 0, arena);
    s->expression = pt_db_text(row, 1, arena);
    s->expression = *s->expression ? s->expression : NULL;
    s->format = pt_db_text(row, 2, arena);
    s->address = pt_db_text_or_null(row, 3, arena);
    s->title = pt_db_text_or_null(row, 4, arena);
    s->unsubscribe = pt_db_text_or_null(row, 5, arena);
    s->sort = (papertag_sort)pt_db_integer(row, 6, PAPERTAG_SORT_DATE, PAPERTAG_SORT_P);
    s->limit = pt_db_count(row, 7);
    s->delivered = pt_db_count(row, 8);
    s->last = pt_db_time_or_null(row, 9, arena);
    s->created = pt_db_time(row, 10, arena);
    s->weekday = (int)pt_db_integer(row, 11, 0, 7);
    s->tell_quiet = pt_db_flag(row, 12);
    s->path = pt_db_text_or_null(row, 13, arena);
}

int papertag_store_subscriptions(papertag_store *store, const papertag_subscription **out, size_t *count,
                                 papertag_error *err)
{
    /* from deliveries to papers: in a store of an earlier version, most papers have a row without a delivery */
    static const char sql[] = "SELECT name, expression, format, address, title, unsubscribe, sort, count,"
                              " (SELECT count(*) FROM deliveries e CROSS JOIN delivered d ON d.delivery=e.key WHERE"
                              " e.subscription=s.key AND e.ended IS NOT NULL),"
                              " (SELECT max(ended) FROM deliveries WHERE subscription=s.key),"
                              " created, weekday, tell_quiet, path"
                              " FROM subscriptions s ORDER BY name";
    pt_listing list = {.arena = pt_store_answer(store), .size = sizeof **out, .read = read_subscription};
    int status = pt_store_list(store, sql, &list, err, "");

    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}

/* ---- history ----------------------------------------------------------------------------------------------------- */

static void read_past(pt_db_row *row, pt_arena *arena, void *item)
{
    papertag_delivery *d = item;

    d->day = pt_db_text(row, 0, arena);
    d->ended = pt_db_time(row, 1, arena);
    d->papers = pt_db_count(row, 2);
}

int papertag_store_deliveries(papertag_store *store, const char *subscription, size_t limit,
                              const papertag_delivery **out, size_t *count, papertag_error *err)
{
    static const char sql[] = "SELECT day, ended, (SELECT count(*) FROM delivered WHERE delivery=d.key)"
                              " FROM deliveries d WHERE ended IS NOT NULL AND"
                              " subscription=(SELECT key FROM subscriptions WHERE name=?1) ORDER BY key DESC LIMIT ?2";
    pt_listing list = {.arena = pt_store_answer(store), .size = sizeof **out, .read = read_past};
    int status = pt_store_list(store, sql, &list, err, "ti", subscription, (int64_t)limit);

    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}
