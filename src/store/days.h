/*
 * days - the day by which a paper is new.
 *
 * Column `papers.day` has it, as a count of days since 1970: the day on which its source announced it as new or as new
 * in a category, else its date; of a date that is a month or a year, the first day. A paper of which no date is known
 * has the day on which it was added, minus PT_UNDATED: so it comes after all others, and is still found by that day.
 * An announcement later than tomorrow is kept as its source gave it, but does not count until its day; a paper dated
 * more than a year ahead has the day on which it was added.
 */
#ifndef PT_STORE_DAYS_H
#define PT_STORE_DAYS_H

#include "batch.h"

/* Days of undated papers are below PT_DAY_FIRST, those of others are not. */
enum { PT_UNDATED = 2000000, PT_DAY_FIRST = -1000000, PT_DAY_LEAST = -3000000, PT_DAY_MOST = 3000000 };

/* SQL conditions: the paper's own day is not known, so that it is of no week; the last day of its date,
 * as text that pt_sql_last_day makes comparable. */
#define PT_DAY_IS_VAGUE "length(date)<10 AND ifnull(announce_type,'') NOT IN ('new','cross')"
#define PT_LAST_DAY "date||substr('-12-31',length(date)-3)"

/* SQL: the day of a paper, of an undated one that on which it was added. */
#define PT_DAY_OR_ADDED "(CASE WHEN day<-1000000 THEN day+2000000 ELSE day END)"

/* Drops dates that are none. */
void pt_days_check(papertag_paper *paper);

/* The day of a new paper that is added at `now`, YYYY-MM-DD... */
int64_t pt_day_of(const papertag_paper *paper, const char *now);

/* Writes the dates of a stored paper that a record knows better at `now`, and its day: a date that is missing or more
 * precise, the latest announcement. */
int pt_days_update(papertag_store *store, int64_t key, const papertag_paper *paper, const char *now,
                   papertag_error *err);

#endif
