/*
 * thread - running tasks on all processors.
 */
#ifndef PT_BASE_THREAD_H
#define PT_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* The number of threads for `jobs` as a caller gave it: itself, or the number of processors when it is 0; at most 256.
 */
unsigned pt_jobs(unsigned jobs);

/* Runs task(context, i) for each i < count on up to pt_jobs(jobs) threads, in any order. Returns the first status that
 * is not 0, in the order of i. `done` (may be NULL) is called on the calling thread from time to time, with the number
 * of tasks that are finished. */
int pt_parallel(unsigned jobs, size_t count, int (*task)(void *context, size_t i), void *context,
                void (*done)(void *context, size_t finished));

/* A task beside the calling thread. Zero-initialise. */
typedef struct pt_background {
    int (*task)(void *context);
    void *context;
    pthread_t thread;
    bool runs;
    int status; /* of the task, once it has ended */
} pt_background;

/* Starts task(context) on a thread of its own; without one it runs here. The task before must have been waited for. */
void pt_background_start(pt_background *b, int (*task)(void *context), void *context);

/* Waits for the task and returns its status; 0 when none was started. */
int pt_background_wait(pt_background *b);

#endif
