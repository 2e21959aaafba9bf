/*
 * work - requests on their way through the server: the queue, the workers, the watch.
 */
#ifndef WORK_H
#define WORK_H

#include "serve.h"

/* A request on its way: received, waiting, answered. */
typedef struct exchange {
    struct exchange *next; /* in the queue */
    server *server;
    request request;
    answer answer;
    text body;
    bool began;                      /* its head has been looked at */
    bool refused;                    /* the rest of the body is not wanted */
    bool answered;                   /* by a worker, or because none has time */
    atomic_bool left;                /* nobody waits for the answer */
    void *connection;                /* libmicrohttpd's */
    struct connections *connections; /* with a stream */
    size_t length, taken; /* with a stream: bytes of the body, 0 when that was not said; those that came in */
} exchange;

typedef struct work work;

/* Starts the workers, which call `done` for each exchange that they have answered; `release` is called for one whose
 * stream is done with. NULL after saying why not. */
work *work_open(server *s, void (*done)(exchange *e), void (*release)(exchange *e));

/* Hands an exchange to the workers. False: too many wait. */
bool work_push(work *w, exchange *e);

/* Starts a thread that answers an exchange with a stream. False: there are too many, or no thread. */
bool work_stream(work *w, exchange *e);

/* Nobody waits for the answer to an exchange that was handed over any more: the work on it ends. */
void work_leave(work *w, exchange *e);

/* To be called every second: interrupts what takes too long. */
void work_tick(work *w);

/* Ends the workers: what they are at is interrupted, and what waits is answered with 503. False: one would not end. */
bool work_close(work *w);

/* Finds the route of a request that may come in. False: there is none for it, and the answer says so. */
bool choose_route(request *r, answer *a);

#endif
