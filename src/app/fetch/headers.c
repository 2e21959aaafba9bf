/*
 * headers - see headers.h. All of it comes from the network: nothing is believed beyond its form.
 */
#include "curl.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "headers.h"

/* Seconds from now, a year at most, as a time. */
static int64_t after_seconds(long long seconds, int64_t now)
{
    static const long long year = 366 * 86400LL;

    return now + (seconds < 0 ? 0 : seconds > year ? year : seconds) * 1000;
}

static bool is_whole_number(const char *value)
{
    const size_t digits = strspn(value, "0123456789");

    return digits && digits < 18 && !value[digits + strspn(value + digits, " \t")];
}

int64_t retry_time(const char *value, int64_t now)
{
    time_t date;

    if (!value) {
        return HEADERS_NO_TIME;
    }
    value += strspn(value, " \t");
    if (is_whole_number(value)) {
        return after_seconds(strtoll(value, NULL, 10), now);
    }
    /* a date has a time of the day; curl would take a lone number or word for some day, too */
    date = strchr(value, ':') && isalpha((unsigned char)*value) ? curl_getdate(value, NULL) : -1;
    return date > 0 ? after_seconds((long long)date - now / 1000, now) : HEADERS_NO_TIME;
}

/* The number after NAME= in one item of a list; -1: none. */
static long long number_of(const char *item, size_t length, const char *name)
{
    const size_t size = strlen(name);

    for (size_t i = 0; i + size + 1 < length; i++) {
        const bool begins = !i || strchr("; \t", item[i - 1]);
        if (begins && !strncmp(item + i, name, size) && item[i + size] == '=' &&
            isdigit((unsigned char)item[i + size + 1])) {
            return strtoll(item + i + size + 1, NULL, 10);
        }
    }
    return -1;
}

int64_t limit_time(const char *value, int64_t now)
{
    int64_t latest = HEADERS_NO_TIME;
    long long remaining = -1, reset = -1;

    for (; value && *value; value += strcspn(value, ",") + (value[strcspn(value, ",")] == ',')) {
        const size_t length = strcspn(value, ",");
        const long long left = number_of(value, length, "r"), until = number_of(value, length, "t");
        if (left == 0 && until >= 0 && after_seconds(until, now) > latest) {
            latest = after_seconds(until, now);
        }
        /* the older form has its parts between commas */
        remaining = remaining < 0 ? number_of(value, length, "remaining") : remaining;
        reset = reset < 0 ? number_of(value, length, "reset") : reset;
    }
    return latest == HEADERS_NO_TIME && remaining == 0 && reset >= 0 ? after_seconds(reset, now) : latest;
}

bool is_validator(const char *value)
{
    const char *c = value;

    for (; c && *c; c++) {
        if (*c < ' ' || *c > '~') {
            return false;
        }
    }
    return value && *value && c - value < 500;
}
