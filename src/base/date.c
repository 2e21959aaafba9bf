/*
 * dates - see dates.h. Counting days follows Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2021):
 * years begin in March, so that the day that leap years add is the last one.
 */
#include "date.h"

#include <stdlib.h>

#include "read/paper.h"

static long day_of(long year, long month, long day)
{
    long y = month <= 2 ? year - 1 : year;
    long era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    long of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void civil(long number, long *year, long *month, long *day)
{
    long z = number + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    long y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    long of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;

    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

long pt_day_number(const char *text)
{
    const long of_month = (text[8] - '0') * 10 + (text[9] - '0'); /* more digits may follow: a time without its T */
    return day_of(atol(text), atol(text + 5), of_month);
}

void pt_day_text(long day, char out[11])
{
    long year, month, of_month;

    civil(day, &year, &month, &of_month);
    snprintf(out, 11, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100, (unsigned)of_month % 100);
}

/* A month of a year, counted on: month 13 is January of the next. */
static long month_start(long year, long month)
{
    month += year * 12 - 1;
    return day_of(month / 12, month % 12 + 1, 1);
}

/* So many months before a day; the last of the month where the month is too short. */
static long months_before(long day, long months)
{
    long year, month, of_month, start, length;

    civil(day, &year, &month, &of_month);
    start = month_start(year, month - months);
    length = month_start(year, month - months + 1) - start;
    return start + (of_month < length ? of_month : length) - 1;
}

static long digits_at(const char *text, size_t *count)
{
    *count = strspn(text, "0123456789");
    return *count > 0 && *count <= 4 ? atol(text) : -1;
}

int pt_day_range(const char *text, long today, long *first, long *last, papertag_error *err)
{
    size_t digits;
    long number = digits_at(text, &digits);
    const char *behind = text + digits;

    if (pt_is_day(text) && !text[10]) {
        *first = *last = pt_day_number(text);
    } else if (!strcmp(text, "today")) {
        *first = *last = today;
    } else if (!strcmp(text, "yesterday")) {
        *first = *last = today - 1;
    } else if (digits == 4 && number > 0 && !*behind) {
        *first = month_start(number, 1);
        *last = month_start(number + 1, 1) - 1;
    } else if (digits == 4 && number > 0 && *behind == '-' && strlen(behind) == 3 && atol(behind + 1) >= 1 &&
               atol(behind + 1) <= 12) {
        *first = month_start(number, atol(behind + 1));
        *last = month_start(number, atol(behind + 1) + 1) - 1;
    } else if (number >= 0 && *behind && strchr("dwmy", *behind) && !behind[1]) {
        *first = *last = *behind == 'd'   ? today - number
                         : *behind == 'w' ? today - 7 * number
                         : *behind == 'm' ? months_before(today, number)
                                          : months_before(today, 12 * (number < 1900 ? number : 1900));
    } else {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT,
                       "'%.40s' is not a day: use 2026-11-01, 2026-11, today, yesterday, 7d, 2w, 3m or 1y", text);
    }
    return PAPERTAG_OK;
}
