/*
 * peers - the connections, for the watch over clients that are slow and clients that have left.
 */
#ifndef PEERS_H
#define PEERS_H

#include "work.h"

typedef struct peers peers;
typedef struct peer peer;

/* NULL without memory, after saying so. */
peers *peers_open(void);
void peers_close(peers *p);

/* A connection that was made: NULL without memory, then it is not watched. One that ends. */
peer *peers_add(peers *p, int fd);
void peers_drop(peers *p, peer *one);

/* Notes that a connection has come on, and what it rests for: `at` is being answered. NULL: it does not rest. */
void peers_mark(peers *p, peer *one, exchange *at);

/* To be called every second: ends connections that take too long, and the work on requests whose clients have left. */
void peers_watch(peers *p, work *w);

#endif
