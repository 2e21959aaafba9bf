/*
 * dates - days of the calendar as numbers, and the ways in which people write them.
 *
 * A day is a count of days since 1970-01-01, in UTC (Gregorian throughout).
 */
#ifndef PT_DATES_H
#define PT_DATES_H

#include "base.h"

/* The day that text (YYYY-MM-DD, checked with pt_is_day) names. */
long pt_day_number(const char *text);

/* Writes YYYY-MM-DD. Days from year 1 to 9999. */
void pt_day_text(long day, char out[11]);

/* The days that text means, first and last of them: 2026-11-01, 2026-11, 2026, today, yesterday, or so long before
 * `today`: 7d, 2w, 3m, 1y. PAPERTAG_BAD_ARGUMENT for anything else. */
int pt_day_range(const char *text, long today, long *first, long *last, papertag_error *err);

#endif
