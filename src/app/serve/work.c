/*
 * work - see work.h. Each worker has a store handle of its own; what takes long goes to the last worker, which takes
 * nothing else.
 */
#include "work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "keep.h"
#include "stream.h"

enum { WORKERS_LEAST = 2, WORKERS_MOST = 8, STORE_BYTES = 6 * 1024 * 1024, END_SECONDS = 5 };

struct queue {
    exchange *first, **last;
    size_t count;
};

struct slot {
    work *work;
    struct queue *queue; /* that it takes from */
    pthread_t thread;
    bool started;
    worker worker;
    exchange *at; /* what it is at; NULL: nothing */
    time_t since; /* when it began that */
};

/* A stream that is being answered, by a thread of its own: how long it takes is up to the client. */
struct streaming {
    work *work;
    exchange *at; /* NULL: none */
    time_t since;
};

struct work {
    server *server;
    void (*done)(exchange *e), (*release)(exchange *e);
    keep *keep;
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* of what follows */
    struct queue usual, slow;
    struct slot slots[WORKERS_MOST + 1]; /* slot_count; the last is for the slow queue */
    struct streaming streams[STREAMS_MOST];
    size_t slot_count, active; /* slots; threads */
    bool ending;
};

static time_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* ---- answering ------------------------------------------------------------------------------------------------- */

bool choose_route(request *r, answer *a)
{
    char allow[sizeof a->allow];

    r->route = find_route(r, allow, sizeof allow);
    if (r->route && r->scope < r->route->scope) {
        answer_problem(r, a, 403, "the token does not allow this");
        return false;
    }
    if (!r->route && allow[0]) {
        answer_problem(r, a, strcmp(r->method, "OPTIONS") ? 405 : 204, NULL);
        memcpy(a->allow, allow, sizeof allow);
    } else if (!r->route) {
        answer_problem(r, a, 404, "there is nothing here");
    }
    return r->route != NULL;
}

/* Whether what was sent is of the type that the route takes. */
static bool has_type(const request *r)
{
    const char *wanted = r->route->body;
    const size_t length = r->content_type ? strcspn(r->content_type, "; \t") : 0;

    return !wanted || !strcmp(wanted, "*/*") || !r->size ||
           (length && strlen(wanted) == length && !strncasecmp(wanted, r->content_type, length));
}

/* Reads a form. False: it is none, and the answer says so. */
static bool read_form(request *r, answer *a)
{
    const char *wrong;

    if (!has_type(r)) {
        answer_problem(r, a, 415, "Content-Type has to be %s", r->route->body);
        return false;
    }
    if (!r->route->body || strcmp(r->route->body, FORM_TYPE) != 0) {
        return true;
    }
    wrong = pairs_parse(&r->form, r->body ? r->body : "", r->size);
    if (wrong) {
        answer_problem(r, a, 400, "the form cannot be read: %s", wrong);
    }
    return !wrong;
}

/* Answers what only reads: with 304 or a kept answer, if that is still good. */
static void answer_read(work *k, worker *w, request *r, answer *a)
{
    if (!r->route->fresh) {
        answer_etag(w, r, a);
    }
    if (a->etag[0] && etag_matches(r->if_none_match, a->etag)) {
        a->status = 304;
        return;
    }
    a->kept = a->etag[0] ? keep_find(k->keep, r->raw, a->etag) : NULL;
    if (a->kept) {
        a->status = 200;
        a->type = a->kept->type;
        memcpy(a->file, a->kept->file, sizeof a->file);
        return;
    }
    r->route->handle(w, r, a);
    if (a->etag[0] && a->status == 200) {
        keep_take(k->keep, r->raw, a);
    }
}

static void answer_write(worker *w, request *r, answer *a)
{
    const int64_t before = papertag_store_call(w->store);
    papertag_error err;
    int64_t changes;

    if (r->if_match && strcmp(r->if_match, "*") != 0) {
        if (!etag_changes(r->if_match, &changes)) {
            answer_problem(r, a, 412, "If-Match is no tag of this server");
            return;
        }
        papertag_store_expect(w->store, changes);
    }
    r->route->handle(w, r, a);
    if (a->status == 303 && papertag_store_call(w->store) != before) { /* a form of a page */
        calls_add(r, a, papertag_store_call(w->store));
    }
    if (a->status < 300 && !papertag_store_changes(w->store, &w->changes, &err) && r->route->scope) {
        answer_etag(w, r, a);
    }
    papertag_store_expect(w->store, -1);
}

static void answer_request(work *k, worker *w, exchange *e)
{
    request *r = &e->request;
    answer *a = &e->answer;
    papertag_error err;

    a->status = r->route->status;
    a->type = r->route->answers;
    if (!read_form(r, a)) {
        return;
    }
    if (papertag_store_changes(w->store, &w->changes, &err)) {
        answer_error(r, a, &err);
    } else if (!strcmp(r->route->method, "GET")) {
        answer_read(k, w, r, a);
    } else {
        answer_write(w, r, a);
    }
}

/* ---- workers --------------------------------------------------------------------------------------------------- */

/* The next exchange; NULL: the server ends. */
static exchange *next_exchange(struct slot *s)
{
    work *k = s->work;
    exchange *e;

    pthread_mutex_lock(&k->mutex);
    while (!s->queue->first && !k->ending) {
        pthread_cond_wait(&k->changed, &k->mutex);
    }
    e = s->queue->first;
    if (e) {
        s->queue->first = e->next;
        s->queue->last = e->next ? s->queue->last : &s->queue->first;
        s->queue->count--;
        s->at = k->ending ? NULL : e;
        s->since = now();
    }
    pthread_mutex_unlock(&k->mutex);
    return e;
}

static void *run_worker(void *argument)
{
    struct slot *s = argument;
    work *k = s->work;

    for (exchange *e; (e = next_exchange(s)) != NULL;) {
        if (k->ending || e->left) {
            answer_problem(&e->request, &e->answer, 503, e->left ? "nobody waits for the answer" : "the server ends");
        } else {
            answer_request(k, &s->worker, e);
        }
        pthread_mutex_lock(&k->mutex);
        s->at = NULL;
        pthread_mutex_unlock(&k->mutex);
        e->answered = true;
        k->done(e);
    }
    pthread_mutex_lock(&k->mutex);
    k->active--;
    pthread_cond_broadcast(&k->changed);
    pthread_mutex_unlock(&k->mutex);
    return NULL;
}

static bool start_worker(work *k, struct slot *s)
{
    papertag_error err;

    *s = (struct slot){.work = k, .queue = &k->usual, .worker = {.server = k->server}};
    if (papertag_store_open(&s->worker.store, k->server->store, true, &err) ||
        papertag_store_limit_cache(s->worker.store, STORE_BYTES, &err)) {
        failed(&err);
        return false;
    }
    s->started = true;
    return true;
}

work *work_open(server *s, void (*done)(exchange *e), void (*release)(exchange *e))
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t usual = processors < WORKERS_LEAST  ? WORKERS_LEAST
                         : processors > WORKERS_MOST ? WORKERS_MOST
                                                     : (size_t)processors;
    work *k = calloc(1, sizeof *k);
    bool good = k != NULL;

    if (!k) {
        report_out_of_memory();
        return NULL;
    }
    *k = (work){.server = s, .done = done, .release = release, .keep = keep_open()};
    k->usual.last = &k->usual.first;
    k->slow.last = &k->slow.first;
    pthread_mutex_init(&k->mutex, NULL);
    pthread_cond_init(&k->changed, NULL);
    good = k->keep || !out_of_memory();
    for (size_t i = 0; i <= usual && good; i++) {
        good = start_worker(k, &k->slots[i]);
        k->slots[i].queue = i == usual ? &k->slow : &k->usual;
        k->slot_count++;
    }
    for (size_t i = 0; i < k->slot_count && good; i++) {
        good = !pthread_create(&k->slots[i].thread, NULL, run_worker, &k->slots[i]);
        k->active += good;
        if (!good) {
            complain("cannot start a thread");
            k->slots[i].started = false;
        }
    }
    if (!good) {
        work_close(k);
    }
    return good ? k : NULL;
}

bool work_push(work *k, exchange *e)
{
    struct queue *queue = e->request.route->slow ? &k->slow : &k->usual;
    bool room;

    pthread_mutex_lock(&k->mutex);
    room = queue->count < QUEUE_MOST && !k->ending;
    if (room) {
        e->next = NULL;
        *queue->last = e;
        queue->last = &e->next;
        queue->count++;
        pthread_cond_broadcast(&k->changed);
    }
    pthread_mutex_unlock(&k->mutex);
    return room;
}

/* ---- streams --------------------------------------------------------------------------------------------------- */

/* Answers with a store handle and a tagger that are gone afterwards: streams are rare, and may wait for long. */
static void answer_stream(work *k, exchange *e)
{
    worker w = {.server = k->server};
    answer *a = &e->answer;
    papertag_error err;
    int status = papertag_store_open(&w.store, k->server->store, true, &err);

    a->status = e->request.route->status;
    a->type = e->request.route->answers;
    status = status ? status : papertag_store_changes(w.store, &w.changes, &err);
    if (status) {
        answer_error(&e->request, a, &err);
    } else {
        e->request.route->handle(&w, &e->request, a);
    }
    worker_forget_model(&w);
    papertag_store_close(w.store);
}

static void *run_stream(void *argument)
{
    struct streaming *s = argument;
    work *k = s->work;
    exchange *e = s->at;

    answer_stream(k, e);
    stream_finish(e->request.stream, &e->answer.body, e->answer.status == 200);
    pthread_mutex_lock(&k->mutex);
    s->at = NULL;
    pthread_mutex_unlock(&k->mutex);
    k->release(e);
    pthread_mutex_lock(&k->mutex);
    k->active--;
    pthread_cond_broadcast(&k->changed);
    pthread_mutex_unlock(&k->mutex);
    return NULL;
}

bool work_stream(work *k, exchange *e)
{
    struct streaming *s = NULL;
    pthread_t thread;

    pthread_mutex_lock(&k->mutex);
    for (size_t i = 0; i < STREAMS_MOST && !s && !k->ending; i++) {
        s = k->streams[i].at ? NULL : &k->streams[i];
    }
    if (s) {
        *s = (struct streaming){.work = k, .at = e, .since = now()};
        k->active++;
        if (pthread_create(&thread, NULL, run_stream, s)) {
            k->active--;
            s->at = NULL;
            s = NULL;
        } else {
            pthread_detach(thread);
        }
    }
    pthread_mutex_unlock(&k->mutex);
    return s != NULL;
}

/* ---- the watch and the end ------------------------------------------------------------------------------------- */

void work_leave(work *k, exchange *e)
{
    e->left = true;
    if (e->request.stream) {
        stream_leave(e->request.stream, false);
    }
    pthread_mutex_lock(&k->mutex);
    for (size_t i = 0; i < k->slot_count; i++) {
        if (k->slots[i].at == e) {
            papertag_store_interrupt(k->slots[i].worker.store);
        }
    }
    pthread_mutex_unlock(&k->mutex);
}

void work_tick(work *k)
{
    const time_t present = now();

    pthread_mutex_lock(&k->mutex);
    for (size_t i = 0; i < k->slot_count; i++) {
        const struct slot *s = &k->slots[i];
        if (s->at &&
            (k->ending || present - s->since > (s->at->request.route->slow ? SLOW_ANSWER_SECONDS : ANSWER_SECONDS))) {
            papertag_store_interrupt(s->worker.store);
        }
    }
    for (size_t i = 0; i < STREAMS_MOST; i++) {
        const struct streaming *s = &k->streams[i];
        if (s->at && (k->ending || present - s->since > SLOW_ANSWER_SECONDS)) {
            stream_leave(s->at->request.stream, false);
        }
    }
    pthread_mutex_unlock(&k->mutex);
}

/* Waits until the workers have ended. False: one does not. */
static bool wait_for_workers(work *k)
{
    struct timespec until;
    size_t active;

    clock_gettime(CLOCK_REALTIME, &until);
    for (int i = 0; i < 10 * END_SECONDS; i++) {
        work_tick(k);
        until.tv_nsec += 100000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_mutex_lock(&k->mutex);
        while (k->active && pthread_cond_timedwait(&k->changed, &k->mutex, &until) != ETIMEDOUT) {
        }
        active = k->active;
        pthread_mutex_unlock(&k->mutex);
        if (!active) {
            return true;
        }
    }
    return false;
}

bool work_close(work *k)
{
    pthread_mutex_lock(&k->mutex);
    k->ending = true;
    pthread_cond_broadcast(&k->changed);
    pthread_mutex_unlock(&k->mutex);
    if (!wait_for_workers(k)) {
        return false;
    }
    for (size_t i = 0; i < k->slot_count; i++) {
        if (k->slots[i].started && k->slots[i].thread) {
            pthread_join(k->slots[i].thread, NULL);
        }
        worker_forget_model(&k->slots[i].worker);
        papertag_store_close(k->slots[i].worker.store);
    }
    keep_close(k->keep);
    pthread_cond_destroy(&k->changed);
    pthread_mutex_destroy(&k->mutex);
    free(k);
    return true;
}
