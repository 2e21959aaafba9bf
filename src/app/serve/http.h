/*
 * http - the server's connections: see http.c.
 */
#ifndef HTTP_H
#define HTTP_H

#include "serve.h"

struct connections;

/* Answers on the server's socket from now on. NULL after saying why not. */
struct connections *connections_open(server *s);

/* To be called every second: ends what takes too long. */
void connections_tick(struct connections *h);

/* Takes no more connections, ends what is under way and closes all. False: something would not end in time, and the
 * process is to end as it is. */
bool connections_close(struct connections *h);

#endif
