/*
 * changes - what several that work on a store at once ask of it: whether it has changed, and to stop.
 */
#include <sqlite3.h>

#include "statement.h"
#include "store.h"

int papertag_store_changes(papertag_store *store, int64_t *changes, papertag_error *err)
{
    int status = pt_store_count_changes(store, changes, err);

    return status ? status : pt_store_doubt_tags(store, err);
}

void papertag_store_expect(papertag_store *store, int64_t changes)
{
    store->expects = changes >= 0;
    store->expected = changes;
}

void papertag_store_interrupt(papertag_store *store)
{
    store->stop = true;
    sqlite3_interrupt(store->db);
}

const atomic_bool *pt_store_stop(papertag_store *store)
{
    store->stop = false;
    return &store->stop;
}

int papertag_store_limit_cache(papertag_store *store, size_t bytes, papertag_error *err)
{
    return pt_store_use_memory(store, bytes, 0, err);
}
