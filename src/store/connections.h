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

/* Opens up to `wanted` connections; those beside the store's own keep few pages, since they are to read a part once.
 * There are fewer when some cannot be opened or somebody is just writing, and one alone while the store is in a
 * transaction that writes. After an error there is nothing to close. */
int pt_connections_open(pt_connections *connections, papertag_store *store, size_t wanted, papertag_error *err);

/* Runs a task for each connection, 0 to count - 1, on a thread of its own. Errors: that of the first connection whose
 * task fails, PAPERTAG_NO_MEMORY. */
typedef int pt_connection_task(void *context, size_t i, papertag_error *err);
int pt_connections_each(const pt_connections *connections, pt_connection_task *task, void *context,
                        papertag_error *err);

/* For a task, now and then: PAPERTAG_INTERRUPTED when papertag_store_interrupt was called for the store. That ends
 * statements of the store's own connection, but not those of others. */
int pt_connection_check(const papertag_store *connection, const papertag_store *store, papertag_error *err);

/* Ends the transactions, and closes all but the store's own. */
void pt_connections_close(pt_connections *connections);

#endif
