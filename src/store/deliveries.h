/*
 * deliveries - what goes on between the beginning and the end of one.
 */
#ifndef PT_STORE_DELIVERIES_H
#define PT_STORE_DELIVERIES_H

#include "statement.h"

/* The key of a subscription. PAPERTAG_BAD_ARGUMENT when there is none. */
int pt_store_find_subscription(papertag_store *store, const char *name, int64_t *key, papertag_error *err);

/* Records that a subscription was given papers by a delivery. Within a transaction that writes. */
int pt_store_deliver(papertag_store *store, int64_t subscription, int64_t delivery, const int64_t *keys, size_t count,
                     papertag_error *err);

/* Frees what the store holds of a delivery, and lets others deliver. Its record and its draft stay. */
void pt_delivery_leave(papertag_store *store);

#endif
