/*
 * subscription - see subscription.h.
 */
#include <stdlib.h>
#include <string.h>

#include "status.h"
#include "subscription.h"

/* Copies one. False without memory; what was copied is freed with the list. */
static bool copy(own_subscription *to, const papertag_subscription *from)
{
    papertag_subscription *s = &to->s;
    const char **const strings[SUBSCRIPTION_STRINGS] = {&s->name, &s->expression,  &s->format, &s->address, &s->title,
                                                        &s->path, &s->unsubscribe, &s->last,   &s->created};
    bool good = true;

    *s = *from;
    for (size_t i = 0; i < SUBSCRIPTION_STRINGS; i++) {
        if (*strings[i]) {
            *strings[i] = to->strings[i] = strdup(*strings[i]);
            good = good && to->strings[i];
        }
    }
    return good;
}

int own_subscriptions(papertag_store *store, own_subscription **list, size_t *count)
{
    const papertag_subscription *found;
    papertag_error err;

    *list = NULL;
    *count = 0;
    if (papertag_store_subscriptions(store, &found, count, &err)) {
        *count = 0;
        return failed(&err);
    }
    *list = calloc(*count + 1, sizeof **list);
    if (!*list) {
        *count = 0;
        return out_of_memory();
    }
    for (size_t i = 0; i < *count; i++) {
        if (!copy(&(*list)[i], &found[i])) {
            own_subscriptions_free(*list, *count);
            *list = NULL;
            *count = 0;
            return out_of_memory();
        }
    }
    return EXIT_DONE;
}

void own_subscriptions_free(own_subscription *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < SUBSCRIPTION_STRINGS; k++) {
            free(list[i].strings[k]);
        }
    }
    free(list);
}

const papertag_subscription *subscription_named(const papertag_subscription *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(list[i].name, name)) {
            return &list[i];
        }
    }
    return NULL;
}

const papertag_subscription *find_subscription(const own_subscription *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(list[i].s.name, name)) {
            return &list[i].s;
        }
    }
    return NULL;
}
