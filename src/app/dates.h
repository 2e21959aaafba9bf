/*
 * dates - days and moments as mail writes them, and days of the week.
 */
#ifndef DATES_H
#define DATES_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

/* Adds a moment (YYYY-MM-DDTHH:MM:SSZ, or a day) as mail and RSS write it: Tue, 24 Nov 2026 06:00:00 +0000. */
void text_mail_date(text *out, const char *moment);

/* Whether a day (or a moment) is a Saturday or a Sunday. */
bool is_weekend(const char *day);

/* The present moment as YYYY-MM-DDTHH:MM:SSZ. */
enum { MOMENT_SIZE = 21 };
void present_moment(char out[MOMENT_SIZE]);

/* Reads a moment as mail writes it (RFC 5322). False: it is none, or before 1970. */
bool read_mail_date(const char *string, char out[MOMENT_SIZE]);

/* The same of a time in milliseconds since 1970; and back (0 for what is no moment or day). */
void write_moment(char out[MOMENT_SIZE], int64_t milliseconds);
int64_t read_milliseconds(const char *moment);

/* A day YYYY-MM-DD as a count of days since 1970, and back. LONG_MIN for what is no day of the calendar. */
enum { DAY_SIZE = 11 };
long day_number(const char *day);
void write_day(char out[DAY_SIZE], long number);

/* The day of the week of such a count, 0: Sunday. */
int weekday_of(long number);

#endif
