/*
 * pace - how fast a service may be asked: one request at a time, and a rest after each, whatever programs run.
 *
 * Each service has a file with the time of the last request and the time before which it asked not to be asked again.
 * Who holds the lock on the file may ask. The file outlives the program: killed and started again, it is no faster.
 */
#ifndef FETCH_PACE_H
#define FETCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "../text.h"

typedef struct pace {
    int fd; /* locked between pace_enter and pace_leave; else -1 */
    text path;
    int64_t last, not_before; /* milliseconds since 1970 */
} pace;

/* Waits for the turn: `rest` milliseconds after the last request, and not before the service allows it. `tell`, unless
 * NULL, is called before a wait with its end. EXIT_DONE; EXIT_LATER, without a lock, when the turn is after `latest`
 * (then p->not_before says when it is); EXIT_FAILED after saying why. */
int pace_enter(pace *p, const char *service, int64_t rest, int64_t latest, void (*tell)(void *context, int64_t until),
               void *context);

/* Records the end of a request, and until when the service is not to be asked (0: nothing to say). EXIT_DONE, or
 * EXIT_FAILED after saying why. */
int pace_leave(pace *p, int64_t not_before);

/* Locks a file that is to be one program's at a time, making it when there is none. Its descriptor; -1 when another
 * holds it; -2 after saying what is wrong. */
int lock_file(const char *path, bool wait);

#endif
