/*
 * deliveries - which papers each subscription has had.
 *
 * A digest that goes to a file is first written beside it, as a draft. Then the delivery is recorded with the draft's
 * name, the draft takes the file's place, and the delivery is marked as ended. When the program is killed in between,
 * the draft shows how far it got: while it is there, nobody has seen the digest; once it is gone, it has its place,
 * wherever its reader may have moved it since. So a file gets every paper once. Nothing can be checked of standard
 * output, a pipe or a device: such a delivery counts as not made, because a paper sent twice is better than one never
 * seen.
 */
#include "deliveries.h"

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

/* ---- one at a time ----------------------------------------------------------------------------------------------- */

/* Waits until no other program is between begin and end. The lock is on the folder of the store's file itself, whatever
 * path led to it, since one on the file would get in SQLite's way. The system drops it when this program is killed. */
static int lock_folder(papertag_store *store, papertag_error *err)
{
    const char *file = pt_store_file_name(store), *slash = strrchr(file, '/');
    char *folder;
    int fd, code;

    if (store->folder_lock >= 0) {
        return PAPERTAG_OK;
    }
    folder = slash ? strndup(file, (size_t)(slash - file) + 1) : strdup(".");
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

void pt_delivery_leave(papertag_store *store)
{
    pt_draft_free(&store->draft);
    if (store->folder_lock >= 0) {
        close(store->folder_lock);
        store->folder_lock = -1;
    }
}

/* ---- what became of those that did not end ----------------------------------------------------------------------- */

static int64_t hash_of(const void *bytes, size_t size)
{
    return (int64_t)pt_hash(bytes, size, 0);
}

/* Whether a file has the bytes that a delivery announced. */
static bool has_bytes(const char *path, size_t bytes, int64_t hash)
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

/* Whether a draft has taken the place of its file: it is gone, and its folder is there. `known`: whether that can be
 * said. */
static bool is_published(const char *draft, bool *known)
{
    const char *slash = strrchr(draft, '/');
    char *folder = NULL;
    struct stat info;
    bool published = false;

    *known = !lstat(draft, &info);
    if (!*known && errno == ENOENT) {
        folder = slash ? strndup(draft, (size_t)(slash - draft) + 1) : strdup(".");
        published = *known = folder && !stat(folder, &info);
    }
    free(folder);
    return published;
}

/* A delivery that was begun and not ended. */
struct open_delivery {
    pt_arena *arena;
    int64_t key;
    const char *draft; /* in the arena; NULL: it had none */
    bool written;
};

static int read_delivery(void *context, pt_db_row *row, papertag_error *err)
{
    struct open_delivery *d = context;
    const char *path = pt_db_peek_or_null(row, 1);
    const size_t bytes = pt_db_count(row, 2);
    const int64_t hash = pt_db_integer(row, 3, INT64_MIN, INT64_MAX);
    bool known = false;

    (void)err;
    d->key = pt_db_key(row, 0);
    d->draft = pt_db_text_or_null(row, 4, d->arena);
    d->written = d->draft && is_published(d->draft, &known);
    d->written = known ? d->written : has_bytes(path, bytes, hash);
    return PAPERTAG_OK;
}

static const char mark_ended[] = "UPDATE deliveries SET ended=?2 WHERE key=?1 RETURNING key";

/* Marks an open delivery as ended, or takes it back. Its draft goes once that is on the disk: see unlink_drafts. */
static int settle_one(papertag_store *store, const struct open_delivery *d, papertag_error *err)
{
    char now[PT_TIME];
    int64_t key;

    pt_store_now(now);
    return d->written ? pt_store_ask(store, mark_ended, &key, err, "it", d->key, now)
                      : pt_store_do(store, "DELETE FROM deliveries WHERE key=?1", err, "i", d->key);
}

/* A file that waits to be removed. */
struct unwanted {
    const char *path;
    const struct unwanted *next;
};

/* Settles what was begun for a subscription; *drafts: those that were not published, in the arena. */
static int settle_all(papertag_store *store, const char *subscription, pt_arena *arena, const struct unwanted **drafts,
                      papertag_error *err)
{
    static const char find[] = "SELECT key, path, bytes, hash, draft FROM deliveries WHERE subscription=?1 AND"
                               " ended IS NULL";
    struct open_delivery d = {.arena = arena};
    int64_t key = 0;
    int status = pt_store_find_subscription(store, subscription, &key, err);

    while (!status) {
        status = pt_store_row(store, find, read_delivery, &d, err, "i", key);
        status = status ? status : settle_one(store, &d, err);
        if (!status && d.draft && !d.written) {
            struct unwanted *one = pt_arena_alloc(arena, sizeof *one);
            if (!one) {
                return pt_no_memory(err);
            }
            *one = (struct unwanted){d.draft, *drafts};
            *drafts = one;
        }
    }
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

int papertag_delivery_settle(papertag_store *store, const char *subscription, papertag_error *err)
{
    const struct unwanted *drafts = NULL;
    pt_arena arena = {0};
    int status = lock_folder(store, err);

    status = status ? status : pt_store_begin(store, err);
    if (status) {
        return status;
    }
    status = settle_all(store, subscription, &arena, &drafts, err);
    status = pt_store_end(store, status, err);
    /* Only now: a draft that is gone while the delivery is still recorded counts as published. */
    for (; drafts && !status; drafts = drafts->next) {
        unlink(drafts->path);
    }
    pt_arena_free(&arena);
    return status;
}

/* ---- a delivery -------------------------------------------------------------------------------------------------- */

int pt_store_deliver(papertag_store *store, int64_t subscription, int64_t delivery, const int64_t *keys, size_t count,
                     papertag_error *err)
{
    static const char sql[] = "INSERT INTO delivered(subscription, paper, delivery, place) VALUES(?1,?2,?3,?4)";
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < count && !status; i++) {
        status = pt_store_do(store, sql, err, "iiii", subscription, keys[i], delivery, (int64_t)i);
    }
    return status;
}

/* Records a delivery and its papers; *delivery: its key. */
static int record(papertag_store *store, const char *subscription, const char *day, const int64_t *keys, size_t count,
                  const void *bytes, size_t size, int64_t *delivery, papertag_error *err)
{
    static const char announce[] = "INSERT INTO deliveries(subscription, day, begun, path, bytes, hash, draft)"
                                   " VALUES(?1,?2,?3,?4,?5,?6,?7)";
    const pt_draft *d = &store->draft;
    int64_t key = 0, made;
    char now[PT_TIME];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_find_subscription(store, subscription, &key, err);
    if (!status) {
        status = pt_store_do(store, announce, err, "itttiit", key, day, now, d->path, (int64_t)size,
                             hash_of(bytes, size), d->draft);
    }
    made = pt_store_last_key(store);
    status = status ? status : pt_store_deliver(store, key, made, keys, count, err);
    if (status && pt_store_key_is_taken(store)) {
        status = pt_fail(err, PAPERTAG_IO, "%s: another program is delivering to '%s' now", store->path, subscription);
    }
    status = pt_store_end(store, status, err);
    *delivery = made;
    return status;
}

/* Writes the draft of a file, so that its name is on the disk before it is recorded. */
static int write_draft(papertag_store *store, const char *path, const void *bytes, size_t size, papertag_error *err)
{
    int status = PAPERTAG_OK;

    pt_draft_free(&store->draft);
    if (path) {
        status = pt_draft_write(&store->draft, path, bytes, size, err);
    }
    if (!status && store->draft.draft) {
        pt_sync_folder(store->draft.draft);
    }
    return status;
}

static void drop_draft(papertag_store *store)
{
    if (store->draft.draft) {
        unlink(store->draft.draft);
    }
    pt_draft_free(&store->draft);
}

int papertag_delivery_begin(papertag_store *store, const char *subscription, const char *day, const int64_t *keys,
                            size_t count, const char *path, const void *bytes, size_t size, int64_t *delivery,
                            papertag_error *err)
{
    int status = write_draft(store, path, bytes, size, err);

    if (status) {
        return status;
    }
    status = record(store, subscription, day, keys, count, bytes, size, delivery, err);
    if (status) {
        drop_draft(store);
    }
    return status;
}

/* Forgets a delivery that failed. */
static int withdraw(papertag_store *store, int64_t delivery)
{
    papertag_error err;
    int status = pt_store_begin(store, &err);

    if (status) {
        return status;
    }
    status = pt_store_do(store, "DELETE FROM deliveries WHERE key=?1", &err, "i", delivery);
    return pt_store_end(store, status, &err);
}

int papertag_delivery_publish(papertag_store *store, int64_t delivery, const void *bytes, size_t size,
                              papertag_error *err)
{
    int status = pt_draft_publish(&store->draft, bytes, size, err);

    if (status && !withdraw(store, delivery)) {
        drop_draft(store);
    }
    return status;
}

int papertag_delivery_end(papertag_store *store, int64_t delivery, papertag_error *err)
{
    int64_t key;
    char now[PT_TIME];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_ask(store, mark_ended, &key, err, "it", delivery, now);
    if (status == PAPERTAG_END) {
        status = pt_fail(err, PAPERTAG_IO,
                         "%s: the record of this delivery is gone: its subscription was removed while it was written",
                         store->path);
    }
    status = pt_store_end(store, status, err);
    if (!status) {
        pt_delivery_leave(store);
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
