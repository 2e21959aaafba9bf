/*
 * server - from the start to the signal that ends it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "http.h"

/* Waits for SIGTERM or SIGINT; once a second looks after what takes too long. */
static void wait_for_end(struct connections *h, const sigset_t *signals)
{
    const struct timespec second = {.tv_sec = 1};

    while (sigtimedwait(signals, NULL, &second) < 0) {
        connections_tick(h);
    }
}

/* Tells whoever waits that the server is ready. */
static int announce(const server *s)
{
    text out = {0};

    text_format(&out, "serving http://%s/\n", s->address);
    return text_end(&out, EXIT_DONE) ? EXIT_FAILED : finish_output();
}

int serve(server *s)
{
    struct connections *h = NULL;
    sigset_t signals;
    int code = EXIT_DONE;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* threads inherit it: only this one takes the signals */
    s->models = models_open();
    s->jobs = jobs_open(s);
    s->ended = ended_open();
    if (!s->models || !s->jobs || !s->ended) {
        code = out_of_memory();
    }
    h = code ? NULL : connections_open(s);
    code = h ? announce(s) : EXIT_FAILED;
    if (!code) {
        wait_for_end(h, &signals);
    }
    if ((h && !connections_close(h)) || !jobs_close(s->jobs)) {
        /* Someone is learning or searching. Nothing half done is ever in the store: it can just end. */
        _exit(code);
    }
    models_close(s->models);
    ended_close(s->ended);
    return code;
}
