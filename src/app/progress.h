/*
 * progress - how far work has got that takes more than a second: one line on standard error, when that is a terminal.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* progress_begin, then progress_show any number of times, then progress_end, which takes the line away. */
typedef struct progress {
    struct timespec begun;
    bool terminal; /* standard error is one */
    bool shown;    /* the line is there */
} progress;

void progress_begin(progress *p);

/* Shows `done` of `total` steps of a stage, once a second has passed; without a total `done` alone. context: the
 * progress. This is a papertag_progress. */
void progress_show(void *context, const char *stage, size_t done, size_t total);

void progress_end(progress *p);

#endif
