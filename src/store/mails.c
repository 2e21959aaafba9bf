/*
 * mails - deliveries by mail, and what became of each.
 *
 * A mail is a delivery whose message is kept until a server answers for it. Unlike a file, nothing shows afterwards how
 * far it got; so each step is recorded before it is made. A mail that was begun was not sent, since its state changes
 * before its last bytes leave. One whose state is unknown is left to a person: sent again, it could arrive twice.
 */
#include "deliveries.h"
#include "select.h"
#include "store.h"

const char *papertag_mail_state_name(papertag_mail_state state)
{
    static const char *const names[] = {"begun", "accepted", "refused", "deferred", "unknown"};

    return names[state];
}

int papertag_mail_begin(papertag_store *store, const char *subscription, const char *day, const int64_t *keys,
                        size_t count, const char *address, const char *message_id, const void *bytes, size_t size,
                        int64_t *delivery, papertag_error *err)
{
    static const char announce[] = "INSERT INTO deliveries(subscription, day, begun, ended) VALUES(?1,?2,?3,?3)";
    static const char mail[] = "INSERT INTO mails(delivery, address, message_id, state, bytes) VALUES(?1,?2,?3,0,?4)";
    int64_t key = 0, made;
    char now[PT_TIME];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_find_subscription(store, subscription, &key, err);
    status = status ? status : pt_store_do(store, announce, err, "itt", key, day, now);
    made = pt_store_last_key(store);
    status = status ? status : pt_store_deliver(store, key, made, keys, count, err);
    status = status ? status : pt_store_do(store, mail, err, "ittb", made, address, message_id, bytes, size);
    status = pt_store_end(store, status, err);
    if (!status) {
        *delivery = made;
    }
    return status;
}

static void read_mail(pt_db_row *row, pt_arena *arena, void *item)
{
    papertag_mail *m = item;

    m->delivery = pt_db_key(row, 0);
    m->subscription = pt_db_text(row, 1, arena);
    m->address = pt_db_text(row, 2, arena);
    m->message_id = pt_db_text(row, 3, arena);
    m->state = (papertag_mail_state)pt_db_integer(row, 4, PAPERTAG_MAIL_BEGUN, PAPERTAG_MAIL_UNKNOWN);
    m->begun = pt_db_time(row, 5, arena);
    m->tried = pt_db_time_or_null(row, 6, arena);
    m->answer = pt_db_text_or_null(row, 7, arena);
    m->tries = pt_db_count(row, 8);
    m->papers = pt_db_count(row, 9);
}

int papertag_store_mails(papertag_store *store, const char *subscription, const papertag_mail **out, size_t *count,
                         papertag_error *err)
{
    static const char sql[] =
        "SELECT m.delivery, s.name, m.address, m.message_id, m.state, d.begun, m.tried, m.answer, m.tries,"
        " (SELECT count(*) FROM delivered WHERE delivery=m.delivery)"
        " FROM mails m JOIN deliveries d ON d.key=m.delivery JOIN subscriptions s ON s.key=d.subscription"
        " WHERE m.state<>1 AND (?1 IS NULL OR s.name=?1) ORDER BY m.delivery";
    pt_listing list = {.arena = pt_store_answer(store), .size = sizeof **out, .read = read_mail};
    int status = pt_store_list(store, sql, &list, err, "t", subscription);

    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}

/* The bytes of a message, copied. */
struct message {
    pt_arena *arena;
    char *bytes;
    size_t size;
};

static int read_message(void *context, pt_db_row *row, papertag_error *err)
{
    struct message *m = context;
    const void *bytes = pt_db_bytes(row, 0, &m->size);

    m->bytes = bytes ? pt_arena_copy(m->arena, bytes, m->size) : NULL;
    return m->bytes || !bytes ? PAPERTAG_OK : pt_no_memory(err);
}

int papertag_mail_message(papertag_store *store, int64_t delivery, const void **bytes, size_t *size,
                          papertag_error *err)
{
    static const char sql[] = "SELECT bytes FROM mails WHERE delivery=?1 AND bytes IS NOT NULL";
    struct message m = {.arena = pt_store_answer(store)};
    int status = pt_store_row(store, sql, read_message, &m, err, "i", delivery);

    if (status == PAPERTAG_END) {
        status = pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no message of that number is to be sent");
    }
    if (!status) {
        *bytes = m.bytes;
        *size = m.size;
    }
    return status;
}

int papertag_mail_record(papertag_store *store, int64_t delivery, papertag_mail_state state, const char *answer,
                         papertag_error *err)
{
    static const char sql[] = "UPDATE mails SET state=?2, tried=?3, tries=tries+(?2<>4), answer=?4,"
                              " bytes=iif(?2=1, NULL, bytes) WHERE delivery=?1";
    char now[PT_TIME];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_do(store, sql, err, "iitt", delivery, (int64_t)state, now, answer);
    return pt_store_end(store, status, err);
}

int papertag_mail_resolve(papertag_store *store, const char *subscription, bool sent, size_t *count,
                          papertag_error *err)
{
    static const char count_them[] = "SELECT count(*) FROM mails m JOIN deliveries d ON d.key=m.delivery"
                                     " WHERE d.subscription=?1 AND m.state<>1";
    static const char settle[] = "UPDATE mails SET state=1, bytes=NULL WHERE state<>1 AND delivery IN"
                                 " (SELECT key FROM deliveries WHERE subscription=?1)";
    static const char withdraw[] = "DELETE FROM deliveries WHERE subscription=?1 AND key IN"
                                   " (SELECT delivery FROM mails WHERE state<>1)";
    int64_t key = 0, found = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_find_subscription(store, subscription, &key, err);
    status = status ? status : pt_store_ask(store, count_them, &found, err, "i", key);
    status = status ? status : pt_store_do(store, sent ? settle : withdraw, err, "i", key);
    status = pt_store_end(store, status, err);
    if (!status) {
        *count = (size_t)found;
    }
    return status;
}

int papertag_delivery_latest(papertag_store *store, const char *subscription, size_t limit, const int64_t **keys,
                             size_t *count, papertag_error *err)
{
    pt_sql sql = {0};
    int status;

    pt_buf_text(&sql.text, "SELECT d.paper FROM deliveries e JOIN delivered d ON d.delivery=e.key WHERE"
                           " e.subscription=(SELECT key FROM subscriptions WHERE name=");
    pt_sql_text(&sql, subscription);
    pt_buf_format(&sql.text, ") AND e.ended IS NOT NULL ORDER BY e.key DESC, d.place LIMIT %zu", limit);
    status = sql.text.failed ? pt_no_memory(err) : pt_store_select_keys(store, &sql, keys, count, err);
    pt_sql_free(&sql);
    return status;
}
