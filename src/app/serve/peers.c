/*
 * peers - see peers.h.
 */
#define _GNU_SOURCE
#include "peers.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct peer {
    peer *next, *previous;
    int fd;
    time_t since; /* when it last had a request or an answer */
    exchange *at; /* a worker or a stream has it, and the connection rests; NULL: neither */
    bool left;    /* the client had hung up when that was last looked at */
    bool ended;   /* by the watch */
};

struct peers {
    pthread_mutex_t mutex;
    peer *first;
};

static time_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

peers *peers_open(void)
{
    peers *p = calloc(1, sizeof *p);

    if (p) {
        pthread_mutex_init(&p->mutex, NULL);
    } else {
        report_out_of_memory();
    }
    return p;
}

void peers_close(peers *p)
{
    if (p) {
        pthread_mutex_destroy(&p->mutex);
        free(p);
    }
}

peer *peers_add(peers *p, int fd)
{
    peer *one = calloc(1, sizeof *one);

    if (!one) {
        return NULL;
    }
    *one = (peer){.fd = fd, .since = now()};
    pthread_mutex_lock(&p->mutex);
    one->next = p->first;
    if (p->first) {
        p->first->previous = one;
    }
    p->first = one;
    pthread_mutex_unlock(&p->mutex);
    return one;
}

void peers_drop(peers *p, peer *one)
{
    pthread_mutex_lock(&p->mutex);
    if (one->previous) {
        one->previous->next = one->next;
    } else {
        p->first = one->next;
    }
    if (one->next) {
        one->next->previous = one->previous;
    }
    pthread_mutex_unlock(&p->mutex);
    free(one);
}

void peers_mark(peers *p, peer *one, exchange *at)
{
    pthread_mutex_lock(&p->mutex);
    one->since = now();
    one->at = at;
    one->left = false;
    pthread_mutex_unlock(&p->mutex);
}

/* Ends a connection that takes too long to send a request or to take an answer. libmicrohttpd ends those that are
 * silent; one that sends a byte now and then is not. */
static void end_slow(peer *one)
{
    if (!one->at && !one->ended && one->since < now() - RECEIVE_SECONDS) {
        shutdown(one->fd, SHUT_RDWR);
        one->ended = true;
    }
}

/* Ends the work on a request whose client has hung up, which libmicrohttpd does not look for while a connection rests.
 * One that only says that it sends no more looks the same: it has until the next look. */
static void end_left(peer *one, work *w)
{
    struct pollfd client = {.fd = one->fd, .events = POLLRDHUP};

    if (one->at && poll(&client, 1, 0) > 0) {
        if (one->left) {
            work_leave(w, one->at);
        }
        one->left = true;
    }
}

void peers_watch(peers *p, work *w)
{
    pthread_mutex_lock(&p->mutex);
    for (peer *one = p->first; one; one = one->next) {
        end_slow(one);
        end_left(one, w);
    }
    pthread_mutex_unlock(&p->mutex);
}
