/*
 * dates - see dates.h. None of it depends on the locale or the time zone.
 */
#include <stdio.h>
#include <time.h>

#include "dates.h"

/* Months from 1, hours and the like 0 where only a day was given. */
struct moment {
    int year, month, day, hour, minute, second;
};

static struct moment read_moment(const char *string)
{
    struct moment m = {.year = 1970, .month = 1, .day = 1};

    sscanf(string, "%4d-%2d-%2dT%2d:%2d:%2d", &m.year, &m.month, &m.day, &m.hour, &m.minute, &m.second);
    m.month = m.month < 1 || m.month > 12 ? 1 : m.month;
    return m;
}

/* The day of the week, 0: Sunday, after Sakamoto (1992). */
static int weekday(const struct moment *m)
{
    static const int shifts[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    const int year = m->year - (m->month < 3);

    return (year + year / 4 - year / 100 + year / 400 + shifts[m->month - 1] + m->day) % 7;
}

void text_mail_date(text *out, const char *moment)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    const struct moment m = read_moment(moment);

    text_format(out, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[weekday(&m)], m.day, months[m.month - 1], m.year,
                m.hour, m.minute, m.second);
}

bool is_weekend(const char *day)
{
    const struct moment m = read_moment(day);

    return weekday(&m) % 6 == 0;
}

void present_moment(char out[MOMENT_SIZE])
{
    const time_t clock = time(NULL);
    struct tm utc;

    gmtime_r(&clock, &utc);
    strftime(out, MOMENT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}
