/*
 * subscriptions - who gets which papers, and which each subscription has had.
 *
 * A delivery is recorded before its digest is written, with the file's path and a hash of the bytes, and marked as
 * ended afterwards. When the program is killed in between, the file shows how far it got: either it has the bytes,
 * or nobody saw them. So a file gets every paper once. Nothing can be checked of standard output: such a delivery
 * counts as not made, because a paper sent twice is better than one never seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "clock.h"
#include "select.h"
#include "store.h"

/* ---- subscriptions --------------------------------------------------------------------------------------------- */

static int find_subscription(papertag_store *store, const char *name, int64_t *key, papertag_error *err)
{
    int status = pt_store_ask(store, "SELECT key FROM subscriptions WHERE name=?1", key, err, "t", name);
    return status == PAPERTAG_END ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no subscription '%.100s'", name) : status;
}

int papertag_store_subscribe(papertag_store *store, const papertag_subscription *s, bool from_now, papertag_error *err)
{
    static const char write[] =
        "INSERT INTO subscriptions(name, expression, format, address, title, unsubscribe, sort,"
        " count, created, path) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10) ON CONFLICT(name) DO UPDATE SET"
        " expression=excluded.expression, format=excluded.format, address=excluded.address,"
        " title=excluded.title, unsubscribe=excluded.unsubscribe, sort=excluded.sort,"
        " count=excluded.count, path=excluded.path";
    static const char deliver_all[] = "INSERT OR IGNORE INTO delivered(subscription, paper, place) SELECT ?1, key, 0"
                                      " FROM papers";
    const papertag_query query = {.expression = s->expression, .sort = s->sort, .limit = 1};
    const int64_t *keys;
    size_t count;
    int64_t key = 0;
    char now[PT_TIME];
    int status;

    if (!s->name[0] || strlen(s->name) > 100 || strpbrk(s->name, "\r\n")) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a subscription's name is one line of 1 to 100 bytes");
    }
    status = papertag_store_select(store, &query, &keys, &count, err); /* what its digests will ask for can be asked */
    status = status ? status : pt_store_begin(store, err);
    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_do(store, write, err, "ttttttiitt", s->name, s->expression ? s->expression : "", s->format,
                         s->address, s->title, s->unsubscribe, (int64_t)s->sort, (int64_t)s->limit, now, s->path);
    status = status ? status : find_subscription(store, s->name, &key, err);
    status = status || !from_now ? status : pt_store_do(store, deliver_all, err, "i", key);
    return pt_store_end(store, status, err);
}

int papertag_store_unsubscribe(papertag_store *store, const char *name, papertag_error *err)
{
    int64_t key = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = find_subscription(store, name, &key, err);
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
    s->path = pt_db_text_or_null(row, 10, arena);
}

int papertag_store_subscriptions(papertag_store *store, const papertag_subscription **out, size_t *count,
                                 papertag_error *err)
{
    static const char sql[] = "SELECT name, expression, format, address, title, unsubscribe, sort, count,"
                              " (SELECT count(*) FROM delivered d JOIN deliveries e ON e.key=d.delivery WHERE"
                              " d.subscription=s.key AND e.ended IS NOT NULL),"
                              " (SELECT max(ended) FROM deliveries WHERE subscription=s.key), path"
                              " FROM subscriptions s ORDER BY name";
    pt_listing list = {.arena = pt_store_answer(store), .size = sizeof **out, .read = read_subscription};
    int status = pt_store_list(store, sql, &list, err, "");

    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}

/* ---- deliveries ------------------------------------------------------------------------------------------------ */

static int64_t hash_of(const void *bytes, size_t size)
{
    return (int64_t)pt_hash(bytes, size, 0);
}

/* Whether a file has the bytes that a delivery announced. */
static bool was_written(const char *path, size_t bytes, int64_t hash)
{
    char *data = NULL;
    size_t size = 0;
    struct stat info;
    bool same = false;

    /* Anything but a file could keep the reader waiting, with the store locked. */
    if (path && !stat(path, &info) && S_ISREG(info.st_mode) && !pt_read_file(path, &data, &size, NULL)) {
        same = size == bytes && hash_of(data, size) == hash;
        free(data);
    }
    return same;
}

/* Waits until no other program is between begin and end. The lock is on the store's folder, since one on the file
 * would get in SQLite's way. The system drops it when this program is killed. */
static int lock_folder(papertag_store *store, papertag_error *err)
{
    const char *slash = strrchr(store->path, '/');
    char *folder;
    int fd, code;

    if (store->folder_lock >= 0) {
        return PAPERTAG_OK;
    }
    folder = slash ? strndup(store->path, (size_t)(slash - store->path) + 1) : strdup(".");
    if (!folder) {
        return pt_no_memory(err);
    }
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    do {
        code = fd < 0 ? -1 : flock(fd, LOCK_EX);
    } while (code && fd >= 0 && errno == EINTR);
    if (code) {
        code = errno;
        if (fd >= 0) {
            close(fd);
        }
        return pt_fail(err, PAPERTAG_IO, "%s: cannot lock its folder: %s", store->path, strerror(code));
    }
    store->folder_lock = fd;
    return PAPERTAG_OK;
}

static const char mark_ended[] = "UPDATE deliveries SET ended=?2 WHERE key=?1";

/* A delivery that was begun and not ended. */
struct open_delivery {
    int64_t key;
    bool written;
};

static int read_delivery(void *context, pt_db_row *row, papertag_error *err)
{
    struct open_delivery *d = context;

    (void)err;
    d->key = pt_db_key(row, 0);
    d->written =
        was_written(pt_db_peek_or_null(row, 1), pt_db_count(row, 2), pt_db_integer(row, 3, INT64_MIN, INT64_MAX));
    return PAPERTAG_OK;
}

int papertag_delivery_settle(papertag_store *store, const char *subscription, papertag_error *err)
{
    static const char find[] = "SELECT key, path, bytes, hash FROM deliveries WHERE subscription=?1 AND ended IS NULL";
    struct open_delivery d = {0};
    int64_t key = 0;
    char now[PT_TIME];
    int status = lock_folder(store, err);

    status = status ? status : pt_store_begin(store, err);
    if (status) {
        return status;
    }
    pt_store_now(now);
    status = find_subscription(store, subscription, &key, err);
    while (!status) {
        status = pt_store_row(store, find, read_delivery, &d, err, "i", key);
        if (!status) {
            status = d.written ? pt_store_do(store, mark_ended, err, "it", d.key, now)
                               : pt_store_do(store, "DELETE FROM deliveries WHERE key=?1", err, "i", d.key);
        }
    }
    return pt_store_end(store, status == PAPERTAG_END ? PAPERTAG_OK : status, err);
}

int papertag_delivery_begin(papertag_store *store, const char *subscription, const char *day, const int64_t *keys,
                            size_t count, const char *path, const void *bytes, size_t size, int64_t *delivery,
                            papertag_error *err)
{
    static const char announce[] = "INSERT INTO deliveries(subscription, day, begun, path, bytes, hash)"
                                   " VALUES(?1,?2,?3,?4,?5,?6)";
    static const char deliver[] = "INSERT INTO delivered(subscription, paper, delivery, place) VALUES(?1,?2,?3,?4)";
    int64_t key = 0, made;
    char now[PT_TIME];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = find_subscription(store, subscription, &key, err);
    if (!status) {
        status = pt_store_do(store, announce, err, "itttii", key, day, now, path, (int64_t)size, hash_of(bytes, size));
    }
    made = pt_store_last_key(store);
    for (size_t i = 0; i < count && !status; i++) {
        status = pt_store_do(store, deliver, err, "iiii", key, keys[i], made, (int64_t)i);
    }
    if (status && pt_store_key_is_taken(store)) {
        status = pt_fail(err, PAPERTAG_IO, "%s: another program is delivering to '%s' now", store->path, subscription);
    }
    status = pt_store_end(store, status, err);
    if (!status) {
        *delivery = made;
    }
    return status;
}

int papertag_delivery_end(papertag_store *store, int64_t delivery, papertag_error *err)
{
    char now[PT_TIME];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_do(store, mark_ended, err, "it", delivery, now);
    status = pt_store_end(store, status, err);
    if (!status && store->folder_lock >= 0) {
        close(store->folder_lock);
        store->folder_lock = -1;
    }
    return status;
}

int papertag_delivery_of(papertag_store *store, const char *subscription, const char *day, const int64_t **keys,
                         size_t *count, papertag_error *err)
{
    pt_sql sql = {0};
    int status;

    pt_buf_text(&sql.text, "SELECT d.paper FROM deliveries e JOIN delivered d ON d.delivery=e.key WHERE"
                           " e.subscription=(SELECT key FROM subscriptions WHERE name=");
    pt_sql_text(&sql, subscription);
    pt_buf_text(&sql.text, ") AND e.ended IS NOT NULL AND e.day=");
    pt_sql_text(&sql, day);
    pt_buf_text(&sql.text, " ORDER BY e.key, d.place");
    status = sql.text.failed ? pt_no_memory(err) : pt_store_select_keys(store, &sql, keys, count, err);
    pt_sql_free(&sql);
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
