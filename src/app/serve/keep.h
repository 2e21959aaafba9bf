/*
 * keep - answers that are kept for the same request until the store changes.
 */
#ifndef KEEP_H
#define KEEP_H

#include "serve.h"

typedef struct kept_answer {
    atomic_uint users;
    text body;
    const char *type;
    char file[64], etag[64];
    char *target;
    unsigned long used; /* when it was last asked for, as a count */
} kept_answer;

typedef struct keep keep;

keep *keep_open(void);
void keep_close(keep *k);

/* The answer to a target under this tag, shared (kept_release it); NULL: there is none. */
kept_answer *keep_find(keep *k, const char *raw, const char *etag);

/* Takes the body of an answer and shares it: a->kept is set unless it is too long to be kept. */
void keep_take(keep *k, const char *raw, answer *a);

kept_answer *kept_share(kept_answer *kept);
void kept_release(void *kept);

#endif
