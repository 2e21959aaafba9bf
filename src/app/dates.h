/*
 * dates - days and moments as mail writes them, and days of the week.
 */
#ifndef DATES_H
#define DATES_H

#include <stdbool.h>

#include "text.h"

/* Adds a moment (YYYY-MM-DDTHH:MM:SSZ, or a day) as mail and RSS write it: Tue, 24 Nov 2026 06:00:00 +0000. */
void text_mail_date(text *out, const char *moment);

/* Whether a day (or a moment) is a Saturday or a Sunday. */
bool is_weekend(const char *day);

/* The present moment as YYYY-MM-DDTHH:MM:SSZ. */
enum { MOMENT_SIZE = 21 };
void present_moment(char out[MOMENT_SIZE]);

#endif
