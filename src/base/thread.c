/*
 * thread - see thread.h.
 */
#include "thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "memory.h"

unsigned pt_jobs(unsigned jobs)
{
    long online = jobs ? (long)jobs : sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : online > 256 ? 256 : (unsigned)online;
}

struct crew {
    int (*task)(void *context, size_t i);
    void *context;
    size_t count;
    int *statuses;
    atomic_size_t next, finished;
};

static void crew_step(struct crew *crew, size_t i)
{
    crew->statuses[i] = crew->task(crew->context, i);
    atomic_fetch_add(&crew->finished, 1);
}

static void *crew_member(void *argument)
{
    struct crew *crew = argument;
    size_t i;
    while ((i = atomic_fetch_add(&crew->next, 1)) < crew->count) {
        crew_step(crew, i);
    }
    return NULL;
}

int pt_parallel(unsigned jobs, size_t count, int (*task)(void *context, size_t i), void *context,
                void (*done)(void *context, size_t finished))
{
    struct crew crew = {.task = task, .context = context, .count = count};
    pthread_t threads[256];
    size_t started = 0, i;
    int status = PAPERTAG_OK;

    crew.statuses = pt_calloc(count, sizeof *crew.statuses);
    if (!crew.statuses) {
        return PAPERTAG_NO_MEMORY;
    }
    /* A thread that cannot be started is no error: the calling thread works too and finishes what is left. */
    while (started + 1 < jobs && started + 1 < count && started < 255) {
        if (pthread_create(&threads[started], NULL, crew_member, &crew)) {
            break;
        }
        started++;
    }
    while ((i = atomic_fetch_add(&crew.next, 1)) < count) {
        crew_step(&crew, i);
        if (done) {
            done(context, atomic_load(&crew.finished));
        }
    }
    while (started) {
        pthread_join(threads[--started], NULL);
    }
    for (i = 0; i < count && !status; i++) {
        status = crew.statuses[i];
    }
    if (done && !status) {
        done(context, count);
    }
    free(crew.statuses);
    return status;
}
