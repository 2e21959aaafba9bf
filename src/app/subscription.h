/*
 * subscription - a subscription with strings of its own, which outlives the store's answers.
 */
#ifndef SUBSCRIPTION_H
#define SUBSCRIPTION_H

#include "papertag.h"

enum { SUBSCRIPTION_STRINGS = 9 };
typedef struct own_subscription {
    papertag_subscription s; /* its strings are those below */
    char *strings[SUBSCRIPTION_STRINGS];
} own_subscription;

/* Copies all subscriptions; *list (*count of them) is for own_subscriptions_free. EXIT_DONE, or EXIT_FAILED after
 * reporting why. */
int own_subscriptions(papertag_store *store, own_subscription **list, size_t *count);
void own_subscriptions_free(own_subscription *list, size_t count);

/* The one of that name; NULL: there is none. */
const papertag_subscription *subscription_named(const papertag_subscription *list, size_t count, const char *name);
const papertag_subscription *find_subscription(const own_subscription *list, size_t count, const char *name);

#endif
