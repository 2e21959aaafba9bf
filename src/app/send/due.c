/*
 * due - see due.h.
 */
#include <limits.h>
#include <string.h>

#include "../dates.h"
#include "due.h"

bool is_due(const papertag_subscription *s, const char *day)
{
    const long today = day_number(day);
    const long last = s->last ? day_number(s->last) : LONG_MIN, made = day_number(s->created);
    const int weekday = weekday_of(today); /* 0: Sunday */
    long latest;

    if (!s->weekday || today == LONG_MIN) {
        return true;
    }
    latest = today - (weekday - s->weekday % 7 + 7) % 7; /* the last day that was one of its days */
    if (last > today) { /* the clock was wrong then: nobody is to wait until that day */
        return latest == today;
    }
    return last == LONG_MIN ? latest == today || latest > made : latest > last;
}

bool tells_quiet(const papertag_subscription *s, const char *day)
{
    return s->tell_quiet && (!s->last || strncmp(s->last, day, DAY_SIZE - 1) < 0);
}
