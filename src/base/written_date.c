/*
 * written_date - dates as people and programs write them; see date.h.
 *
 * Sources often know a month or a year only. What is returned is as precise as what is written, and no more: of an
 * ambiguous or impossible date, the part that is certain.
 */
#include "ascii.h"
#include "date.h"

/* A date so far. 0: not known. */
typedef struct written {
    int year, month, day;
    int minutes;  /* of the day in UTC; below 0 or above a day's when the time zone moves the day */
    int pending;  /* a number that may become the day of a month that follows */
    bool settled; /* the day: no later number is one */
} written;

static bool has_month(const written *date)
{
    return date->month >= 1 && date->month <= 12;
}

static bool has_day(const written *date)
{
    return has_month(date) && date->day >= 1 && date->day <= pt_days_in_month(date->year, date->month);
}

typedef struct scanner {
    const char *at, *end;
} scanner;

static size_t digits_at(const scanner *s)
{
    size_t count = 0;

    while (s->at + count < s->end && pt_is_digit(s->at[count])) {
        count++;
    }
    return count;
}

/* Takes a number of at most `most` digits; -1 when there is none, or a longer one. */
static int take_number(scanner *s, size_t most)
{
    const size_t count = digits_at(s);
    int value = 0;

    if (!count || count > most) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        value = 10 * value + *s->at++ - '0';
    }
    return value;
}

static bool take(scanner *s, const char *any_of)
{
    const bool found = s->at < s->end && *s->at && strchr(any_of, *s->at);

    s->at += found;
    return found;
}

/* The minutes by which a time zone is before UTC: "-0500", "+05:30"; 0 for "Z", and for one that is not known. The
 * names are those of RFC 822. */
static int take_zone(scanner *s)
{
    static const char names[][4] = {"edt", "est", "cdt", "cst", "mdt", "mst", "pdt", "pst"};
    static const int hours[] = {4, 5, 5, 6, 6, 7, 7, 8};

    while (take(s, " ")) {
    }
    if (s->at < s->end && (*s->at == '+' || *s->at == '-')) {
        const int sign = *s->at++ == '-' ? 1 : -1;
        scanner two = {s->at, s->end - s->at > 2 ? s->at + 2 : s->end};
        const int hour = take_number(&two, 2);
        int minute;
        s->at = two.at;
        take(s, ":");
        minute = take_number(s, 2);
        return hour < 0 || hour > 14 ? 0 : sign * (60 * hour + (minute > 0 && minute < 60 ? minute : 0));
    }
    for (size_t i = 0; i < sizeof hours / sizeof *hours && s->end - s->at >= 3; i++) {
        if (pt_same_word(s->at, 3, names[i])) {
            s->at += 3;
            return 60 * hours[i];
        }
    }
    return 0;
}

/* A time of day and its zone: "05:00:00 -0500", "23:30Z". */
static void take_time(scanner *s, written *date)
{
    const int hour = take_number(s, 2), minute = take(s, ":") ? take_number(s, 2) : -1;

    if (hour < 0 || hour > 24 || minute < 0 || minute > 59) {
        return;
    }
    while (take(s, ":.,") && digits_at(s)) { /* seconds and their fraction */
        s->at += digits_at(s);
    }
    date->minutes = 60 * hour + minute + take_zone(s);
}

/* ---- years first: 2031-02-03T10:00:00Z, 2031/2, 20310203 ------------------------------------------------------- */

static bool numbers_from_year(scanner *s, written *date)
{
    const size_t digits = digits_at(s);
    scanner year = {s->at, s->at + 4}, rest = *s;
    int month, day;
    char separator;

    if (digits != 4 && digits != 8) {
        return false;
    }
    date->year = take_number(&year, 4);
    if (digits == 8) {
        date->month = 10 * (s->at[4] - '0') + s->at[5] - '0';
        date->day = 10 * (s->at[6] - '0') + s->at[7] - '0';
        return has_day(date);
    }
    rest.at += 4;
    separator = rest.at < rest.end ? *rest.at : '\0';
    if (!take(&rest, "-/.") || (month = take_number(&rest, 2)) < 0) {
        return false; /* words may follow */
    }
    date->month = month;
    if (rest.at < rest.end && *rest.at == separator && (rest.at++, day = take_number(&rest, 2)) >= 0) {
        date->day = day;
        if (take(&rest, "T ")) {
            take_time(&rest, date);
        }
    }
    return true;
}

/* ---- other orders ---------------------------------------------------------------------------------------------- */

/* 13/2/2031, 2/13/2031, 3.2.2031. Which number is the month may be uncertain: with '/', only when one is above 12 or
 * both are the same is the order known. */
static bool numbers_to_year(scanner *s, written *date)
{
    scanner rest = *s;
    const int first = take_number(&rest, 2);
    const char separator = first > 0 && rest.at < rest.end ? *rest.at : '\0';
    int second, year;

    if ((separator != '/' && separator != '.' && separator != '-') || (rest.at++, second = take_number(&rest, 2)) < 0 ||
        rest.at == rest.end || *rest.at != separator || (rest.at++, digits_at(&rest)) != 4) {
        return false;
    }
    year = take_number(&rest, 4);
    date->year = year;
    if (separator == '.' || first > 12 || first == second) {
        date->day = first;
        date->month = second;
    } else if (second > 12) {
        date->month = first;
        date->day = second;
    }
    return true;
}

/* The month that a word names in full, or by at least its first three letters; 0: none. */
static int month_of_word(const char *word, size_t length)
{
    const char first[] = {word[0], length > 1 ? word[1] : '\0', length > 2 ? word[2] : '\0', '\0'};
    const int month = pt_month_of(first);
    const char *name = month ? pt_month_name(month) : "";

    if (month == 9 && length == 4 && pt_lower(word[3]) == 't') {
        return 9; /* Sept */
    }
    for (size_t i = 3; month && i < length; i++) {
        if (!name[i] || pt_lower(word[i]) != name[i]) {
            return 0;
        }
    }
    return month;
}

static void take_word(scanner *s, written *date)
{
    static const char *const links[] = {"st", "nd", "rd", "th", "of", "t"};
    const char *word = s->at;
    size_t length = 0;
    int month;

    while (s->at < s->end && pt_is_letter(*s->at)) {
        s->at++;
        length++;
    }
    month = month_of_word(word, length);
    if (month && !date->month) {
        date->month = month;
        date->day = date->pending;
        date->settled = date->day;
        return;
    }
    for (size_t i = 0; !month && i < sizeof links / sizeof *links; i++) {
        if (pt_same_word(word, length, links[i])) {
            return;
        }
    }
    date->pending = 0;
    date->settled = date->settled || date->month; /* "Jan-Feb 3" is not 3 January */
}

static void take_digits(scanner *s, written *date)
{
    const size_t count = digits_at(s);
    const char *after = s->at + count;
    int number;

    if (count <= 2 && after < s->end && *after == ':') {
        take_time(s, date);
        date->settled = date->settled || date->month;
        return;
    }
    number = take_number(s, 4);
    s->at = after;
    if (count == 4 && !date->year && number >= 1000 && number < 3000) {
        date->year = number;
        date->settled = date->settled || date->month; /* "Feb 2031, 7" */
        date->pending = 0;
    } else if (count <= 2 && number >= 1 && number <= 31 && !date->settled) {
        if (date->month) {
            date->day = number;
            date->settled = true;
        } else if (!date->pending) { /* of a range, the first */
            date->pending = number;
        }
    } else {
        date->pending = 0;
    }
}

/* "Feb 3, 2031", "3rd February 2031", "2031 Jan-Feb", "Mon, 2 Apr 2007 19:18:42 GMT". */
static void words_of(scanner *s, written *date)
{
    while (s->at < s->end) {
        if (pt_is_digit(*s->at)) {
            take_digits(s, date);
        } else if (pt_is_letter(*s->at)) {
            take_word(s, date);
        } else {
            date->pending = *s->at == ',' || *s->at == ';' ? 0 : date->pending; /* "Vol. 3, February" */
            s->at++;
        }
    }
}

/* ---- the result ------------------------------------------------------------------------------------------------ */

/* Writes what there is of the date. */
static bool write_date(const written *date, char out[11])
{
    const bool before = date->minutes < 0, after = date->minutes >= 24 * 60;

    if (date->year < 1) {
        return false;
    }
    snprintf(out, 11, "%04u", (unsigned)date->year % 10000);
    if (has_month(date)) {
        snprintf(out + 4, 7, "-%02u", (unsigned)date->month % 100);
    }
    if (has_day(date)) {
        snprintf(out + 7, 4, "-%02u", (unsigned)date->day % 100);
    }
    if (has_day(date) && (before || after)) {
        const long day = pt_day_number(out) + (after ? 1 : -1);
        if (day >= pt_day_number("0001-01-01") && day <= pt_day_number("9999-12-31")) {
            pt_day_text(day, out);
        }
    }
    return true;
}

/* Milliseconds since 1970, as pandas writes times into JSON: 13 digits. */
static bool is_time(const char *text, size_t length, char out[11])
{
    long long time = 0;

    for (size_t i = 0; i < length && length == 13; i++) {
        if (!pt_is_digit(text[i])) {
            return false;
        }
        time = 10 * time + text[i] - '0';
    }
    if (length == 13) {
        pt_day_text((long)(time / 86400000), out);
    }
    return length == 13;
}

bool pt_written_date(const char *text, size_t length, char out[11])
{
    scanner s = {text, text + length};
    written date = {0};

    while (take(&s, " \t\r\n[({\"'")) {
    }
    if (s.end - s.at == 10 && pt_is_day(s.at)) {
        memcpy(out, s.at, 10);
        out[10] = '\0';
        return true;
    }
    if (is_time(s.at, (size_t)(s.end - s.at), out)) {
        return true;
    }
    if (!numbers_from_year(&s, &date) && !numbers_to_year(&s, &date)) {
        s.at = text;
        date = (written){0};
        words_of(&s, &date);
    }
    return write_date(&date, out);
}
