/*
 * ask - one question to a service with all manners: its pace, redirects, and tries again when it asks for patience.
 */
#ifndef FETCH_ASK_H
#define FETCH_ASK_H

#include "http.h"
#include "kinds.h"
#include "papertag.h"

/* What all questions of a run share. */
typedef struct asker {
    http *http;
    int64_t deadline; /* until when it may wait for a service that asks for more than a little patience; 0: no longer */
    text closed;      /* services that refused an answer for good: no more questions, names between spaces */
    size_t requests;
} asker;

/* One service, and what is asked. */
typedef struct question {
    const harvest *harvest;
    const char *etag, *modified; /* of the last answer; NULL */
    const char *name;            /* of the source, for messages */
} question;

typedef enum reply {
    REPLY_PAGE,  /* a page, perhaps without papers */
    REPLY_SAME,  /* nothing has changed since the last answer */
    REPLY_LATER, /* not now: see reply_text and again */
    REPLY_FAILED /* another try would end in the same way */
} reply;

/* Asks until there is a page, four times at most. *answer and *p are its body and what that says, valid for REPLY_PAGE;
 * free both in any case. *said: for the others, a sentence. *again: for REPLY_LATER, when to come back, if the service
 * had a say in it; else 0. */
reply ask(asker *a, const question *q, http_answer *answer, page *p, text *said, int64_t *again);

/* Adds the name of a source's service, by which its pace is kept; *rest becomes the time between its requests, in
 * milliseconds. */
void text_service(text *t, const harvest *h, int64_t *rest);

/* On a terminal, shows what is being done in place of what was shown before; NULL: nothing any more. */
void show_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
