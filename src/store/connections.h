/*
 * connections - several connections to a store that see the same state of it, so that its parts are read at once.
 */
#ifndef PT_STORE_CONNECTIONS_H
#define PT_STORE_CONNECTIONS_H

#include "statement.h"

enum { PT_CONNECTIONS_MOST = 8 };

/* Each is for one thread at a time, and in a transaction that reads. */
typedef struct pt_connections {
    papertag_store *list[PT_CONNECTIONS_MOST]; /* count; the first is the store's own */
    size_t count;                              /* from 1 */
    bool begun;                                /* the store's own transaction was begun here */
} pt_connections;

/* Opens up to `wanted` connections; those beside the store's own keep `cache` bytes of pages each. There are fewer when
 * some cannot be opened or somebody is just writing, and one alone while the store is in a transaction that writes.
 * After an error there is nothing to close. */
int pt_connections_open(pt_connections *connections, papertag_store *store, size_t wanted, size_t cache,
                        papertag_error *err);

/* Ends the transactions, and closes all but the store's own. */
void pt_connections_close(pt_connections *connections);

#endif
