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
    bool began;       /* its head has been looked at */
    bool refused;     /* the rest of the body is not wanted */
    bool answered;    /* by a worker, or because none has time */
    void *connection; /* libmicrohttpd's */
} exchange;

typedef struct work work;

/* Starts the workers, which call `done` for each exchange that they have answered. NULL after saying why not. */
work *work_open(server *s, void (*done)(exchange *e));

/* Hands an exchange to the workers. False: too many wait. */
bool work_push(work *w, exchange *e);

/* To be called every second: interrupts what takes too long. */
void work_tick(work *w);

/* Ends the workers: what they are at is interrupted, and what waits is answered with 503. False: one would not end. */
bool work_close(work *w);

/* Finds the route of a request that may come in. False: there is none for it, and the answer says so. */
bool choose_route(request *r, answer *a);

#endif
