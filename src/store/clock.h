/*
 * clock - what time it is, as the store writes it.
 */
#ifndef PT_STORE_CLOCK_H
#define PT_STORE_CLOCK_H

#include "base/base.h"

/* Bytes of a time as the store writes it, 2026-11-25T08:00:00Z, with its NUL. In UTC; times compare as text. */
enum { PT_TIME = 21 };

void pt_store_now(char out[PT_TIME]);

/* The same time tomorrow. What other clocks say of the past lies before it, unless they are wrong. */
void pt_store_tomorrow(char out[PT_TIME]);

/* Whether the text is a time of that form, of a day that exists. */
bool pt_is_time(const char *text);

/* Today, as a count of days since 1970, by `as_of` (YYYY-MM-DD; NULL: by the clock). PAPERTAG_BAD_ARGUMENT for a wrong
 * day. */
int pt_store_today(const char *as_of, long *today, papertag_error *err);

#endif
