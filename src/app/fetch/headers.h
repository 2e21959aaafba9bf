/*
 * headers - what services say in headers: when to come again, and how much is left.
 */
#ifndef FETCH_HEADERS_H
#define FETCH_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

/* Times are in milliseconds since 1970. */
enum { HEADERS_NO_TIME = 0 };

/* Retry-After, in seconds or as a date of any of the three forms (RFC 9110, 10.2.3): the time to come again, at the
 * earliest now; HEADERS_NO_TIME for NULL or what is neither. */
int64_t retry_time(const char *value, int64_t now);

/* RateLimit ("name";r=REMAINING;t=SECONDS, or limit=, remaining=, reset=): when there is something left again, if
 * nothing is; HEADERS_NO_TIME otherwise. */
int64_t limit_time(const char *value, int64_t now);

/* Whether a validator may be sent back: printable ASCII, of a sensible length. */
bool is_validator(const char *value);

#endif
