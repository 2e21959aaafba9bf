/*
 * thread - running tasks on all processors.
 */
#ifndef PT_BASE_THREAD_H
#define PT_BASE_THREAD_H

#include <stddef.h>

/* The number of threads for `jobs` as a caller gave it: itself, or the number of processors when it is 0; at most 256.
 */
unsigned pt_jobs(unsigned jobs);

/* Runs task(context, i) for each i < count on up to pt_jobs(jobs) threads, in any order. Returns the first status that
 * is not 0, in the order of i. `done` (may be NULL) is called on the calling thread from time to time, with the number
 * of tasks that are finished. */
int pt_parallel(unsigned jobs, size_t count, int (*task)(void *context, size_t i), void *context,
                void (*done)(void *context, size_t finished));

#endif
