/*
 * dates - see dates.h. None of it depends on the locale or the time zone.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "clock.h"
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

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void text_mail_date(text *out, const char *moment)
{
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
    write_moment(out, clock_now());
}

void write_moment(char out[MOMENT_SIZE], int64_t milliseconds)
{
    static const int64_t latest = INT64_C(253402300799); /* the last second of the year 9999 */
    int64_t seconds = milliseconds / 1000;
    time_t clock;
    struct tm utc;

    seconds = seconds < 0 ? 0 : seconds > latest ? latest : seconds;
    clock = (time_t)seconds;
    gmtime_r(&clock, &utc);
    strftime(out, MOMENT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* Days since 1970 of a day of the Gregorian calendar: years begin with March, so that leap days come last. */
static long count_days(int year, int month, int day)
{
    const long y = year - (month <= 2), m = (month + 9) % 12;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

void write_day(char out[DAY_SIZE], long number)
{
    char moment[MOMENT_SIZE];

    write_moment(moment, (int64_t)number * 86400000);
    memcpy(out, moment, 10);
    out[10] = '\0';
}

long day_number(const char *day)
{
    char back[DAY_SIZE];
    int year = 0, month = 0, date = 0;
    long number;

    if (sscanf(day, "%4d-%2d-%2d", &year, &month, &date) != 3 || year < 1970 || month < 1 || month > 12) {
        return LONG_MIN;
    }
    number = count_days(year, month, date);
    write_day(back, number);
    return strncmp(back, day, 10) ? LONG_MIN : number;
}

int weekday_of(long number)
{
    return (int)(((number + 4) % 7 + 7) % 7);
}

int64_t read_milliseconds(const char *moment)
{
    const struct moment m = read_moment(moment);
    const long days = day_number(moment);

    return days == LONG_MIN ? 0 : ((days * INT64_C(24) + m.hour) * 60 + m.minute) * 60000 + m.second * 1000;
}

/* Minutes east of Greenwich: "+0130"; the names of North America's zones (RFC 5322, 4.3). Other names say nothing. */
static int read_zone(const char *zone)
{
    static const char names[] = "EDT EST CDT CST MDT MST PDT PST"; /* from -4, an hour apart, each twice but the ends */
    static const int hours[] = {-4, -5, -5, -6, -6, -7, -7, -8};
    int number = 0;

    if ((*zone == '+' || *zone == '-') && sscanf(zone + 1, "%4d", &number) == 1 && number >= 0 && number % 100 < 60) {
        number = number / 100 * 60 + number % 100;
        return *zone == '-' ? -number : number;
    }
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
        if (!strncasecmp(zone, names + 4 * i, 3)) {
            return 60 * hours[i];
        }
    }
    return 0;
}

bool read_mail_date(const char *string, char out[MOMENT_SIZE])
{
    const char *comma = strchr(string, ',');
    char name[4] = "", day[DAY_SIZE + 32];
    struct moment m = {0};
    int64_t milliseconds;
    int month = 1, used = 0, more = 0;

    string = comma ? comma + 1 : string; /* after the day of the week */
    if (sscanf(string, " %2d %3[A-Za-z] %4d %2d:%2d%n", &m.day, name, &m.year, &m.hour, &m.minute, &used) != 5) {
        return false;
    }
    string += used;
    if (sscanf(string, ":%2d%n", &m.second, &more) == 1) { /* may be left out */
        string += more;
    }
    while (month <= 12 && strcasecmp(months[month - 1], name) != 0) {
        month++;
    }
    snprintf(day, sizeof day, "%04d-%02d-%02d", m.year, month, m.day);
    if (month > 12 || day_number(day) == LONG_MIN || m.hour > 23 || m.minute > 59 || m.second > 60 || m.hour < 0 ||
        m.minute < 0 || m.second < 0) {
        return false;
    }
    string += strspn(string, " \t");
    milliseconds = ((day_number(day) * INT64_C(24) + m.hour) * 60 + m.minute - read_zone(string)) * 60000;
    milliseconds += m.second * INT64_C(1000);
    write_moment(out, milliseconds);
    return milliseconds >= 0;
}
