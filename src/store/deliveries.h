/*
 * deliveries - what goes on between the beginning and the end of one.
 */
#ifndef PT_STORE_DELIVERIES_H
#define PT_STORE_DELIVERIES_H

#include "statement.h"

/* SQL: whether a paper counts as delivered to a subscription, by both keys, because it was there when the subscription
 * was made. Papers are never deleted, and their keys ascend. Besides, what was delivered is in table `delivered`; with
 * no delivery there, too, a paper counts as delivered. */
#define PT_IS_COUNTED(subscription, paper)                                                                             \
    "(" paper "<=(SELECT counted FROM subscriptions WHERE key=" subscription ") AND NOT EXISTS"                        \
    "(SELECT 1 FROM uncounted u WHERE u.subscription=" subscription " AND u.paper=" paper "))"

/* The key of a subscription. PAPERTAG_BAD_ARGUMENT when there is none. */
int pt_store_find_subscription(papertag_store *store, const char *name, int64_t *key, papertag_error *err);

/* Records that a subscription was given papers by a delivery. Within a transaction that writes. */
int pt_store_deliver(papertag_store *store, int64_t subscription, int64_t delivery, const int64_t *keys, size_t count,
                     papertag_error *err);

/* Frees what the store holds of a delivery, and lets others deliver. Its record and its draft stay. */
void pt_delivery_leave(papertag_store *store);

#endif
