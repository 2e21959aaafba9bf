/*
 * clock - what time it is, as the store writes it.
 */
#include "clock.h"

#include <time.h>

#include "base/date.h"

void pt_store_now(char out[PT_TIME])
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(out, PT_TIME, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

bool pt_is_time(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

    for (size_t i = 0; i < sizeof form; i++) {
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) {
            return false;
        }
    }
    return true;
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
