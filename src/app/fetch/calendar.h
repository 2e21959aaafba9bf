/*
 * calendar - when arXiv announces papers: Sunday to Thursday, 20:00 US Eastern.
 */
#ifndef FETCH_CALENDAR_H
#define FETCH_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

/* The first announcement after a time; both in milliseconds since 1970. Holidays, which arXiv publishes year by year,
 * are not known here. */
int64_t next_announcement(int64_t after);

/* How many announcements there were in (after, until], at most 1000. */
size_t count_announcements(int64_t after, int64_t until);

#endif
