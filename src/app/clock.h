/*
 * clock - what time it is, and waiting: the only place that asks the system.
 *
 * For tests, PAPERTAG_CLOCK names a file with the time, in milliseconds since 1970. Waiting then takes no time: it
 * turns the clock in the file forward, for every program that reads it.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970, in UTC. */
int64_t clock_now(void);

/* Waits; does nothing when `milliseconds` is not positive. */
void clock_wait(int64_t milliseconds);

#endif
