/*
 * calendar - see calendar.h. US Eastern time is UTC-5, and UTC-4 from the second Sunday of March to the first of
 * November (Energy Policy Act of 2005).
 */
#include <stdio.h>
#include <stdlib.h>

#include "../dates.h"
#include "calendar.h"

static const int64_t day_length = INT64_C(86400000), hour_length = INT64_C(3600000);

/* The n-th Sunday of a month, as a day number. */
static long sunday(int year, int month, int n)
{
    char first[DAY_SIZE + 12]; /* room for any int, which compilers insist on */
    long number;

    snprintf(first, sizeof first, "%04d-%02d-01", year, month);
    number = day_number(first);
    return number + (7 - weekday_of(number)) % 7 + 7 * (n - 1);
}

/* Hours by which US Eastern is behind UTC on the evening of a day. */
static int hours_behind(long day)
{
    char date[DAY_SIZE];
    int year;

    write_day(date, day);
    year = atoi(date);
    return day >= sunday(year, 3, 2) && day < sunday(year, 11, 1) ? 4 : 5;
}

int64_t next_announcement(int64_t after)
{
    for (long day = (long)(after / day_length) - 1;; day++) {
        const int64_t moment = day * day_length + (20 + hours_behind(day)) * hour_length;
        if (moment > after && weekday_of(day) < 5) {
            return moment;
        }
    }
}

size_t count_announcements(int64_t after, int64_t until)
{
    size_t count = 0;

    for (int64_t at = next_announcement(after); at <= until && count < 1000; at = next_announcement(at)) {
        count++;
    }
    return count;
}
