/*
 * keep - see keep.h. A few dozen answers, the longest unused of which makes room.
 */
#include "keep.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_MOST = 64, KEPT_BYTES = 384 * 1024 };

struct keep {
    pthread_mutex_t mutex;
    kept_answer *answers[KEPT_MOST];
    unsigned long count; /* of what was asked for */
};

keep *keep_open(void)
{
    keep *k = calloc(1, sizeof *k);

    if (k) {
        pthread_mutex_init(&k->mutex, NULL);
    }
    return k;
}

kept_answer *kept_share(kept_answer *kept)
{
    atomic_fetch_add(&kept->users, 1);
    return kept;
}

void kept_release(void *pointer)
{
    kept_answer *kept = pointer;

    if (kept && atomic_fetch_sub(&kept->users, 1) == 1) {
        text_free(&kept->body);
        free(kept->target);
        free(kept);
    }
}

void keep_close(keep *k)
{
    if (k) {
        for (size_t i = 0; i < KEPT_MOST; i++) {
            kept_release(k->answers[i]);
        }
        pthread_mutex_destroy(&k->mutex);
        free(k);
    }
}

kept_answer *keep_find(keep *k, const char *raw, const char *etag)
{
    kept_answer *found = NULL;

    pthread_mutex_lock(&k->mutex);
    for (size_t i = 0; i < KEPT_MOST && !found; i++) {
        kept_answer *kept = k->answers[i];
        if (kept && !strcmp(kept->etag, etag) && !strcmp(kept->target, raw)) {
            kept->used = ++k->count;
            found = kept_share(kept);
        }
    }
    pthread_mutex_unlock(&k->mutex);
    return found;
}

void keep_take(keep *k, const char *raw, answer *a)
{
    kept_answer *kept, *gone;
    size_t place = 0;

    if (a->body.failed || !a->body.data || a->body.size > KEPT_BYTES) {
        return;
    }
    kept = calloc(1, sizeof *kept);
    if (!kept || !(kept->target = strdup(raw))) {
        free(kept);
        return; /* the answer is as good without being kept */
    }
    kept->users = 2; /* the list and the answer */
    kept->body = a->body;
    kept->type = a->type;
    memcpy(kept->etag, a->etag, sizeof kept->etag);
    memcpy(kept->file, a->file, sizeof kept->file);
    a->body = (text){0};
    a->kept = kept;
    pthread_mutex_lock(&k->mutex);
    for (size_t i = 0; i < KEPT_MOST; i++) {
        place = !k->answers[i] || (k->answers[place] && k->answers[i]->used < k->answers[place]->used) ? i : place;
    }
    gone = k->answers[place];
    k->answers[place] = kept;
    kept->used = ++k->count;
    pthread_mutex_unlock(&k->mutex);
    kept_release(gone);
}
