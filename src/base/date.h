/*
 * date - days of the calendar as numbers, and the ways in which people and programs write them.
 *
 * A day is a count of days since 1970-01-01, in UTC (Gregorian throughout).
 */
#ifndef PT_BASE_DATE_H
#define PT_BASE_DATE_H

#include "base.h"

/* Whether text begins with a day that exists, as YYYY-MM-DD. */
bool pt_is_day(const char *text);

/* The day in text (YYYY-MM-DD, checked with pt_is_day); the first day of a month (YYYY-MM) or a year (YYYY). */
long pt_day_number(const char *text);

/* The first and last day of a date that is as precise as it is known: YYYY-MM-DD, YYYY-MM or YYYY, and nothing after
 * it. False when text (which may be NULL) is not one, or there is no such day. */
bool pt_date_days(const char *text, long *first, long *last);

/* Writes YYYY-MM-DD. Days of the years 1 to 9999. */
void pt_day_text(long day, char out[11]);

/* The number of days in a month, 1 to 12, of a year. */
long pt_days_in_month(long year, long month);

/* The month, 1 to 12, whose English name begins with the first three bytes of text, in any case; 0 when there is none.
 * Reads no further than a NUL. */
int pt_month_of(const char *text);

/* The English name of a month, 1 to 12. */
const char *pt_month_name(int month);

/* The date that text[0 .. length) gives, in one of the ways in which people and programs write dates, as YYYY-MM-DD,
 * YYYY-MM or YYYY: as precisely as it is written. Of a range, the first. With a time and a time zone, the day in UTC.
 * False when there is no year. Reads "2031-02-03T23:30:00-05:00", "Mon, 2 Apr 2007 19:18:42 GMT", "Feb 3, 2031",
 * "3 February 2031", "2031 Jan-Feb", "2031/02/03", "20310203", "2031". */
bool pt_written_date(const char *text, size_t length, char out[11]);

/* The first and last day that text means: 2026-11-01, 2026-11, 2026, today, yesterday, or a time before `today`: 7d,
 * 2w, 3m, 1y. PAPERTAG_BAD_ARGUMENT for anything else. */
int pt_day_range(const char *text, long today, long *first, long *last, papertag_error *err);

#endif
