/*
 * clock - what time it is, as the store writes it.
 */
#include "clock.h"

#include <time.h>

#include "base/date.h"

/* A time as the store reads it back, whatever the clock says: of the years 1970 to 9999. */
static void write_time(char out[PT_TIME], time_t when)
{
    static const time_t last = 253402300799; /* 9999-12-31T23:59:59Z */
    struct tm utc;

    when = when < 0 ? 0 : when > last ? last : when;
    gmtime_r(&when, &utc);
    strftime(out, PT_TIME, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

void pt_store_now(char out[PT_TIME])
{
    write_time(out, time(NULL));
}

void pt_store_tomorrow(char out[PT_TIME])
{
    write_time(out, time(NULL) + 86400);
}

bool pt_is_time(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

    for (size_t i = 0; i < sizeof form; i++) {
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) {
            return false;
        }
    }
    /* digits of one width compare as numbers; a minute may have a leap second */
    return pt_is_day(text) && strncmp(text + 11, "24", 2) < 0 && strncmp(text + 14, "60", 2) < 0 &&
           strncmp(text + 17, "61", 2) < 0;
}

int pt_store_today(const char *as_of, long *today, papertag_error *err)
{
    char now[PT_TIME];

    pt_store_now(now);
    if (as_of && (!pt_is_day(as_of) || as_of[10])) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "'%.40s' is not a day as YYYY-MM-DD", as_of);
    }
    *today = pt_day_number(as_of ? as_of : now);
    return PAPERTAG_OK;
}
