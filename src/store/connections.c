/*
 * connections - see connections.h.
 */
#include "connections.h"

#include "base/thread.h"
#include "store.h"

/* Bytes of pages: see pt_store_pass_begin. */
enum { CACHE = 1 << 20 };

/* Opens a connection to the store as it is now. */
static int open_connection(papertag_store *store, papertag_store **out)
{
    papertag_error why;
    int64_t changes;
    int status = papertag_store_open(out, pt_store_file_name(store), false, &why);

    if (status) {
        return status;
    }
    status = pt_store_use_memory(*out, CACHE, 0, &why);
    status = status ? status : pt_store_read_begin(*out, &why);
    status = status ? status : pt_store_count_changes(*out, &changes, &why);
    if (status) {
        papertag_store_close(*out);
    }
    return status;
}

static void close_others(pt_connections *c)
{
    while (c->count > 1) {
        papertag_store_close(c->list[--c->count]);
    }
}

static void open_others(pt_connections *c, size_t wanted)
{
    papertag_store *store = c->list[0];

    while (c->count < wanted && c->count < PT_CONNECTIONS_MOST && pt_store_is_file(store) &&
           !open_connection(store, &c->list[c->count])) {
        c->count++;
    }
}

/* The store is in a transaction. Another connection sees what that sees if as many changes were made to the store. */
static int open_beside(pt_connections *c, size_t wanted, papertag_error *err)
{
    int64_t changes = 0, seen = 0;
    papertag_error why;
    int status = PAPERTAG_OK;

    if (pt_store_is_writing(c->list[0])) {
        return PAPERTAG_OK;
    }
    status = pt_store_count_changes(c->list[0], &changes, err);
    if (!status) {
        open_others(c, wanted);
    }
    for (size_t i = 1; i < c->count; i++) {
        if (pt_store_count_changes(c->list[i], &seen, &why) || seen != changes) {
            close_others(c);
        }
    }
    return status;
}

/* All see the same if the store is the same before the others are opened and after. So nobody need be kept from writing
 * meanwhile. */
int pt_connections_open(pt_connections *c, papertag_store *store, size_t wanted, papertag_error *err)
{
    int64_t before = 0, after = 0;
    int status;

    *c = (pt_connections){.list = {store}, .count = 1, .begun = !pt_store_is_in_transaction(store)};
    if (!c->begun) {
        return open_beside(c, wanted, err);
    }
    status = pt_store_state(store, &before, err);
    if (!status) {
        open_others(c, wanted);
    }
    status = status ? status : pt_store_read_begin(store, err);
    status = status ? status : pt_store_state(store, &after, err);
    if (status) {
        pt_connections_close(c);
    } else if (after != before) {
        close_others(c);
    }
    return status;
}

struct run {
    pt_connection_task *task;
    void *context;
    papertag_error errors[PT_CONNECTIONS_MOST];
};

static int run_task(void *context, size_t i)
{
    struct run *run = context;

    return run->errors[i].status = run->task(run->context, i, &run->errors[i]);
}

int pt_connections_each(const pt_connections *c, pt_connection_task *task, void *context, papertag_error *err)
{
    struct run run = {.task = task, .context = context};
    const int status = pt_parallel((unsigned)c->count, c->count, run_task, &run, NULL);

    for (size_t i = 0; i < c->count && status; i++) {
        if (run.errors[i].status) {
            *err = run.errors[i];
            return err->status;
        }
    }
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}

int pt_connection_check(const papertag_store *connection, const papertag_store *store, papertag_error *err)
{
    return connection != store && store->stop ? pt_fail(err, PAPERTAG_INTERRUPTED, "%s: interrupted", store->path)
                                              : PAPERTAG_OK;
}

void pt_connections_close(pt_connections *c)
{
    close_others(c);
    if (c->begun) {
        pt_store_read_end(c->list[0]);
    }
}
