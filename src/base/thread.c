/*
 * thread - see thread.h.
 */
#include "thread.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "memory.h"

enum { THREADS_MAX = 256 };

unsigned pt_jobs(unsigned jobs)
{
    long online = jobs ? (long)jobs : sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : online > THREADS_MAX ? THREADS_MAX : (unsigned)online;
}

/* The tasks of one pt_parallel, which its threads take one by one. */
struct work {
    int (*task)(void *context, size_t i);
    void *context;
    size_t count;
    int *statuses;      /* [count] */
    atomic_size_t next; /* the first task that no thread has taken */
    atomic_size_t finished;
};

/* Runs the next task; false when there is none. */
static bool run_next(struct work *work)
{
    const size_t i = atomic_fetch_add(&work->next, 1);

    if (i >= work->count) {
        return false;
    }
    work->statuses[i] = work->task(work->context, i);
    atomic_fetch_add(&work->finished, 1);
    return true;
}

static void *run_all(void *argument)
{
    while (run_next(argument)) {
    }
    return NULL;
}

int pt_parallel(unsigned jobs, size_t count, int (*task)(void *context, size_t i), void *context,
                void (*done)(void *context, size_t finished))
{
    struct work work = {.task = task, .context = context, .count = count};
    pthread_t threads[THREADS_MAX];
    size_t started = 0;
    int status = PAPERTAG_OK;

    jobs = pt_jobs(jobs);
    work.statuses = pt_calloc(count, sizeof *work.statuses);
    if (!work.statuses) {
        return PAPERTAG_NO_MEMORY;
    }
    /* A thread that cannot be started is no error: the calling thread runs all tasks that are left. */
    while (started + 1 < jobs && started + 1 < count && started + 1 < THREADS_MAX &&
           !pthread_create(&threads[started], NULL, run_all, &work)) {
        started++;
    }
    while (run_next(&work)) {
        if (done) {
            done(context, atomic_load(&work.finished));
        }
    }
    while (started) {
        pthread_join(threads[--started], NULL);
    }
    for (size_t i = 0; i < count && !status; i++) {
        status = work.statuses[i];
    }
    if (done && !status) {
        done(context, count);
    }
    free(work.statuses);
    return status;
}

static void *run_background(void *argument)
{
    pt_background *b = argument;

    b->status = b->task(b->context);
    return NULL;
}

void pt_background_start(pt_background *b, int (*task)(void *context), void *context)
{
    *b = (pt_background){.task = task, .context = context};
    b->runs = !pthread_create(&b->thread, NULL, run_background, b);
    if (!b->runs) {
        run_background(b);
    }
}

int pt_background_wait(pt_background *b)
{
    if (b->runs) {
        pthread_join(b->thread, NULL);
        b->runs = false;
    }
    return b->status;
}
