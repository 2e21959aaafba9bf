/*
 * ended - subscriptions that were ended on a page, kept while the server runs. All that they were is brought back but
 * the list of what they had: papers that the store has by then count as delivered, so that none is sent twice.
 */
#include <stdlib.h>
#include <string.h>

#include "serve.h"

enum { KEPT = 16, STRINGS = 7 };

struct ended {
    pthread_mutex_t mutex;
    papertag_subscription list[KEPT]; /* name NULL: free */
    size_t next;
};

/* The strings of a subscription. */
static void list_strings(papertag_subscription *s, const char **out[STRINGS])
{
    const char **all[STRINGS] = {&s->name,  &s->expression,  &s->format, &s->address,
                                 &s->title, &s->unsubscribe, &s->path};

    memcpy(out, all, sizeof all);
}

static void drop(papertag_subscription *k)
{
    const char **strings[STRINGS];

    list_strings(k, strings);
    for (size_t i = 0; i < STRINGS; i++) {
        free((char *)*strings[i]);
    }
    *k = (papertag_subscription){0};
}

struct ended *ended_open(void)
{
    struct ended *e = calloc(1, sizeof *e);

    if (e) {
        pthread_mutex_init(&e->mutex, NULL);
    }
    return e;
}

void ended_close(struct ended *e)
{
    if (e) {
        for (size_t i = 0; i < KEPT; i++) {
            drop(&e->list[i]);
        }
        pthread_mutex_destroy(&e->mutex);
        free(e);
    }
}

/* The mutex is held. NULL: there is none. */
static papertag_subscription *find(struct ended *e, const char *name)
{
    for (size_t i = 0; i < KEPT; i++) {
        if (e->list[i].name && !strcmp(e->list[i].name, name)) {
            return &e->list[i];
        }
    }
    return NULL;
}

void ended_add(struct ended *e, const papertag_subscription *s)
{
    const char **strings[STRINGS], **originals[STRINGS];
    papertag_subscription from = *s;
    papertag_subscription *k;
    bool good = true;

    from.last = from.created = NULL;
    pthread_mutex_lock(&e->mutex);
    k = find(e, s->name);
    k = k ? k : &e->list[e->next++ % KEPT];
    drop(k);
    *k = from;
    list_strings(&from, originals);
    list_strings(k, strings);
    for (size_t i = 0; i < STRINGS; i++) {
        *strings[i] = *originals[i] ? strdup(*originals[i]) : NULL;
        good = good && (*strings[i] || !*originals[i]);
    }
    if (!good) {
        drop(k);
    }
    pthread_mutex_unlock(&e->mutex);
}

bool ended_has(struct ended *e, const char *name)
{
    bool has;

    pthread_mutex_lock(&e->mutex);
    has = find(e, name) != NULL;
    pthread_mutex_unlock(&e->mutex);
    return has;
}

int ended_restore(struct ended *e, papertag_store *store, const char *name, papertag_error *err)
{
    papertag_subscription *k;
    int status = PAPERTAG_BAD_ARGUMENT;

    pthread_mutex_lock(&e->mutex);
    k = find(e, name);
    if (k) {
        status = papertag_store_subscribe(store, k, true, err);
    } else {
        err->status = PAPERTAG_BAD_ARGUMENT;
        snprintf(err->message, sizeof err->message, "the end of '%.60s' cannot be undone any more", name);
    }
    if (k && !status) {
        drop(k);
    }
    pthread_mutex_unlock(&e->mutex);
    return status;
}
