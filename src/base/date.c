/*
 * date - see date.h. Counting days follows Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2021):
 * years begin in March, so that a leap year's extra day is its last.
 */
#include "date.h"

#include <stdlib.h>

#include "ascii.h"

static const char *const month_names[12] = {"January", "February", "March",     "April",   "May",      "June",
                                            "July",    "August",   "September", "October", "November", "December"};

/* ---- counting -------------------------------------------------------------------------------------------------- */

static long day_of(long year, long month, long day)
{
    long y = month <= 2 ? year - 1 : year;
    long era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    long of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void split_day(long number, long *year, long *month, long *day)
{
    long z = number + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    long y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    long of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;

    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

/* The first day of a month, which may be outside 1 to 12: month 13 is January of the next year. */
static long month_start(long year, long month)
{
    month += year * 12 - 1;
    return day_of(month / 12, month % 12 + 1, 1);
}

long pt_days_in_month(long year, long month)
{
    return month_start(year, month + 1) - month_start(year, month);
}

/* The day `months` months earlier; the last of that month when it is too short. */
static long months_before(long day, long months)
{
    long year, month, of_month, length;

    split_day(day, &year, &month, &of_month);
    length = pt_days_in_month(year, month - months);
    return month_start(year, month - months) + (of_month < length ? of_month : length) - 1;
}

/* ---- reading and writing --------------------------------------------------------------------------------------- */

/* The number in the first `count` bytes of text; -1 when one of them is not a digit. */
static int number_at(const char *text, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (!pt_is_digit(text[i])) {
            return -1;
        }
        value = 10 * value + text[i] - '0';
    }
    return value;
}

bool pt_is_day(const char *text)
{
    int year, month, day;

    if (strnlen(text, 10) < 10 || text[4] != '-' || text[7] != '-') {
        return false;
    }
    year = number_at(text, 4);
    month = number_at(text + 5, 2);
    day = number_at(text + 8, 2);
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
           (day <= 28 || day <= pt_days_in_month(year, month)); /* most days need no calendar */
}

long pt_day_number(const char *text)
{
    const bool has_month = text[4] == '-', has_day = has_month && text[7] == '-';

    return day_of(number_at(text, 4), has_month ? number_at(text + 5, 2) : 1, has_day ? number_at(text + 8, 2) : 1);
}

bool pt_date_days(const char *text, long *first, long *last)
{
    const size_t length = text ? strnlen(text, 11) : 0;
    const long year = length >= 4 ? number_at(text, 4) : -1;
    const long month = length == 7 && text[4] == '-' ? number_at(text + 5, 2) : 0;

    if (length == 10 && pt_is_day(text)) {
        *first = *last = pt_day_number(text);
    } else if (length == 4 && year >= 1) {
        *first = month_start(year, 1);
        *last = month_start(year + 1, 1) - 1;
    } else if (length == 7 && year >= 1 && month >= 1 && month <= 12) {
        *first = month_start(year, month);
        *last = month_start(year, month + 1) - 1;
    } else {
        return false;
    }
    return true;
}

void pt_day_text(long day, char out[11])
{
    long year, month, of_month;

    split_day(day, &year, &month, &of_month);
    snprintf(out, 11, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100, (unsigned)of_month % 100);
}

int pt_month_of(const char *text)
{
    for (int i = 0; i < 12; i++) {
        const char *name = month_names[i];
        if (pt_lower(text[0]) == pt_lower(name[0]) && pt_lower(text[1]) == name[1] && pt_lower(text[2]) == name[2]) {
            return i + 1;
        }
    }
    return 0;
}

const char *pt_month_name(int month)
{
    return month_names[month - 1];
}

/* The number of one to four digits that text begins with, else -1; *count is how many digits there are. */
static long short_number(const char *text, size_t *count)
{
    *count = strspn(text, "0123456789");
    return *count > 0 && *count <= 4 ? atol(text) : -1;
}

int pt_day_range(const char *text, long today, long *first, long *last, papertag_error *err)
{
    size_t digits;
    long number = short_number(text, &digits);
    const char *rest = text + digits;
    long month = *rest == '-' && strlen(rest) == 3 ? atol(rest + 1) : 0;

    if (pt_is_day(text) && !text[10]) {
        *first = *last = pt_day_number(text);
    } else if (!strcmp(text, "today")) {
        *first = *last = today;
    } else if (!strcmp(text, "yesterday")) {
        *first = *last = today - 1;
    } else if (digits == 4 && number > 0 && !*rest) {
        *first = month_start(number, 1);
        *last = month_start(number + 1, 1) - 1;
    } else if (digits == 4 && number > 0 && month >= 1 && month <= 12) {
        *first = month_start(number, month);
        *last = month_start(number, month + 1) - 1;
    } else if (number >= 0 && *rest && strchr("dwmy", *rest) && !rest[1]) {
        *first = *last = *rest == 'd'   ? today - number
                         : *rest == 'w' ? today - 7 * number
                         : *rest == 'm' ? months_before(today, number)
                                        : months_before(today, 12 * (number < 1900 ? number : 1900));
    } else {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT,
                       "'%.40s' is not a day: use 2026-11-01, 2026-11, today, yesterday, 7d, 2w, 3m or 1y", text);
    }
    return PAPERTAG_OK;
}
