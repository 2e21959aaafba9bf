/*
 * store_ledger - subscriptions, and which papers each has had.
 *
 * A delivery is recorded before its digest is written, with the file and a hash of the bytes, and ended after. When the
 * program is killed between the two, the file tells which of both it was: the bytes are there, or nobody saw them. So a
 * file gets every paper once. Of standard output nothing can be told afterwards: such a delivery counts as not made,
 * since a paper sent again is better than one never seen.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/hash.h"
#include "read/paper.h"

/* ---- subscriptions --------------------------------------------------------------------------------------------- */

static int find(papertag_store *store, const char *name, int64_t *key, papertag_error *err)
{
    int status = pt_store_ask(store, "SELECT key FROM subscriptions WHERE name=?1", key, err, "t", name);
    return status == PAPERTAG_END ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no subscription '%.100s'", name) : status;
}

int papertag_store_subscribe(papertag_store *store, const papertag_subscription *s, bool from_now, papertag_error *err)
{
    const papertag_query query = {.expression = s->expression};
    const char *plain;
    int64_t key = 0;
    char now[21];
    int status;

    if (!s->name[0] || strlen(s->name) > 100 || strpbrk(s->name, "\r\n")) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a subscription's name is one line of 1 to 100 bytes");
    }
    status = papertag_store_expression(store, &query, &plain, NULL, err);
    status = status ? status : pt_store_begin(store, err);
    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_do(store,
                         "INSERT INTO subscriptions(name, expression, format, address, title, unsubscribe, sort, count,"
                         " created) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9) ON CONFLICT(name) DO UPDATE SET"
                         " expression=excluded.expression, format=excluded.format, address=excluded.address,"
                         " title=excluded.title, unsubscribe=excluded.unsubscribe, sort=excluded.sort,"
                         " count=excluded.count",
                         err, "ttttttiit", s->name, s->expression ? s->expression : "", s->format, s->address, s->title,
                         s->unsubscribe, (int64_t)s->sort, (int64_t)s->limit, now);
    status = status ? status : find(store, s->name, &key, err);
    if (!status && from_now) {
        status = pt_store_do(
            store, "INSERT OR IGNORE INTO delivered(subscription, paper, place) SELECT ?1, key, 0 FROM papers", err,
            "i", key);
    }
    return pt_store_end(store, status, err);
}

int papertag_store_unsubscribe(papertag_store *store, const char *name, papertag_error *err)
{
    int64_t key = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = find(store, name, &key, err);
    status = status ? status : pt_store_do(store, "DELETE FROM subscriptions WHERE key=?1", err, "i", key);
    return pt_store_end(store, status, err);
}

int papertag_store_subscriptions(papertag_store *store, const papertag_subscription **out, size_t *count,
                                 papertag_error *err)
{
    pt_arena *arena = &store->answer_arena;
    papertag_subscription *list = NULL, *copy = NULL;
    size_t n = 0, capacity = 0;
    bool failed = false;
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(store,
                                "SELECT name, expression, format, address, title, unsubscribe, sort, count,"
                                " (SELECT count(*) FROM delivered d JOIN deliveries e ON e.key=d.delivery WHERE"
                                " d.subscription=s.key AND e.ended IS NOT NULL),"
                                " (SELECT max(ended) FROM deliveries WHERE subscription=s.key)"
                                " FROM subscriptions s ORDER BY name",
                                &s, err, "");

    pt_arena_reset(arena);
    while (!status && !failed && (code = sqlite3_step(s)) == SQLITE_ROW) {
        papertag_subscription one = {.name = pt_store_text(s, 0, arena, &failed),
                                     .expression = pt_store_text(s, 1, arena, &failed),
                                     .format = pt_store_text(s, 2, arena, &failed),
                                     .address = pt_store_text(s, 3, arena, &failed),
                                     .title = pt_store_text(s, 4, arena, &failed),
                                     .unsubscribe = pt_store_text(s, 5, arena, &failed),
                                     .sort = (papertag_sort)sqlite3_column_int(s, 6),
                                     .limit = (size_t)sqlite3_column_int64(s, 7),
                                     .delivered = (size_t)sqlite3_column_int64(s, 8),
                                     .last = pt_store_text(s, 9, arena, &failed)};
        one.expression = one.expression && *one.expression ? one.expression : NULL;
        if (failed || pt_reserve(&list, &capacity, n + 1, sizeof *list)) {
            failed = true;
        } else {
            list[n++] = one;
        }
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    if (!status && !failed) {
        copy = pt_arena_copy_array(arena, list, n, sizeof *list);
        failed = !copy;
    }
    free(list);
    if (failed) {
        return pt_no_memory(err);
    }
    if (!status) {
        *out = copy;
        *count = n;
    }
    return status;
}

/* ---- deliveries ------------------------------------------------------------------------------------------------ */

static int64_t hash_of(const void *bytes, size_t size)
{
    return (int64_t)pt_hash(bytes, size, 0);
}

/* Whether a file holds the bytes that a delivery announced. */
static bool was_written(const char *path, int64_t bytes, int64_t hash)
{
    char *data = NULL;
    size_t size = 0;
    bool same = false;

    if (path && !pt_read_file(path, &data, &size, NULL)) {
        same = size == (size_t)bytes && hash_of(data, size) == hash;
        free(data);
    }
    return same;
}

/* Waits until no other program is between begin and end. The lock lies on the store's folder, since a lock of ours on
 * the file itself would meddle with SQLite's; the system gives it up when we are killed. */
static int take_turn(papertag_store *store, papertag_error *err)
{
    const char *slash = strrchr(store->path, '/');
    char *folder;
    int code;

    if (store->turn >= 0) {
        return PAPERTAG_OK;
    }
    folder = slash ? strndup(store->path, (size_t)(slash - store->path) + 1) : strdup(".");
    if (!folder) {
        return pt_no_memory(err);
    }
    store->turn = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    do {
        code = store->turn < 0 ? -1 : flock(store->turn, LOCK_EX);
    } while (code && store->turn >= 0 && errno == EINTR);
    if (code) {
        code = errno;
        if (store->turn >= 0) {
            close(store->turn);
            store->turn = -1;
        }
        return pt_fail(err, PAPERTAG_IO, "%s: cannot lock its folder: %s", store->path, strerror(code));
    }
    return PAPERTAG_OK;
}

int papertag_delivery_settle(papertag_store *store, const char *subscription, papertag_error *err)
{
    int64_t key = 0, delivery = 0;
    char now[21];
    int status = take_turn(store, err);

    status = status ? status : pt_store_begin(store, err);
    if (status) {
        return status;
    }
    pt_store_now(now);
    status = find(store, subscription, &key, err);
    while (!status) {
        sqlite3_stmt *s;
        bool written = false;
        int code;
        status = pt_store_query(store,
                                "SELECT key, path, bytes, hash FROM deliveries WHERE subscription=?1 AND ended IS NULL",
                                &s, err, "i", key);
        if (status) {
            break;
        }
        code = sqlite3_step(s);
        if (code == SQLITE_ROW) {
            delivery = sqlite3_column_int64(s, 0);
            written = was_written((const char *)sqlite3_column_text(s, 1), sqlite3_column_int64(s, 2),
                                  sqlite3_column_int64(s, 3));
        }
        status = pt_store_finish(store, s, code, err);
        if (status || code == SQLITE_DONE) {
            break;
        }
        status = written ? pt_store_do(store, "UPDATE deliveries SET ended=?2 WHERE key=?1", err, "it", delivery, now)
                         : pt_store_do(store, "DELETE FROM deliveries WHERE key=?1", err, "i", delivery);
    }
    return pt_store_end(store, status, err);
}

int papertag_delivery_begin(papertag_store *store, const char *subscription, const char *day, const int64_t *keys,
                            size_t count, const char *path, const void *bytes, size_t size, int64_t *delivery,
                            papertag_error *err)
{
    int64_t key = 0, made = 0;
    char now[21];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = find(store, subscription, &key, err);
    status = status ? status
                    : pt_store_do(store,
                                  "INSERT INTO deliveries(subscription, day, begun, path, bytes, hash)"
                                  " VALUES(?1,?2,?3,?4,?5,?6)",
                                  err, "itttii", key, day, now, path, (int64_t)size, hash_of(bytes, size));
    made = sqlite3_last_insert_rowid(store->db);
    for (size_t i = 0; i < count && !status; i++) {
        status = pt_store_do(store, "INSERT INTO delivered(subscription, paper, delivery, place) VALUES(?1,?2,?3,?4)",
                             err, "iiii", key, keys[i], made, (int64_t)i);
    }
    if (status && sqlite3_errcode(store->db) == SQLITE_CONSTRAINT_PRIMARYKEY) {
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
    char now[21];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_do(store, "UPDATE deliveries SET ended=?2 WHERE key=?1", err, "it", delivery, now);
    status = pt_store_end(store, status, err);
    if (!status && store->turn >= 0) {
        close(store->turn);
        store->turn = -1;
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
    status = sql.text.failed ? pt_no_memory(err) : pt_store_collect(store, &sql, keys, count, err);
    pt_sql_free(&sql);
    return status;
}
