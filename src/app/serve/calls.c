/*
 * calls - see calls.h. The cookie is a stranger's bytes: what it names can only be undone by who may change it anyway.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

static const char cookie_name[] = "papertag-calls=";

/* The value of the cookie; NULL: there is none. */
static const char *find_cookie(const char *cookies)
{
    const size_t length = sizeof cookie_name - 1;

    for (const char *at = cookies; at && *at; at += strcspn(at, ";"), at += *at == ';') {
        at += strspn(at, " ");
        if (!strncmp(at, cookie_name, length)) {
            return at + length;
        }
    }
    return NULL;
}

size_t calls_read(const request *r, int64_t calls[CALLS_OWN])
{
    const char *at = find_cookie(r->cookies);
    size_t count = 0;

    while (at && *at >= '0' && *at <= '9' && count < CALLS_OWN) {
        char *end;
        const long long number = strtoll(at, &end, 10);
        if (number > 0 && number < INT64_MAX) {
            calls[count++] = number;
        }
        at = *end == '.' ? end + 1 : NULL;
    }
    return count;
}

void calls_write(answer *a, const int64_t *calls, size_t count)
{
    size_t used = (size_t)snprintf(a->cookie, sizeof a->cookie, "%s", cookie_name);

    for (size_t i = 0; i < count && i < CALLS_OWN; i++) {
        used += (size_t)snprintf(a->cookie + used, sizeof a->cookie - used, "%s%" PRId64, i ? "." : "", calls[i]);
    }
    snprintf(a->cookie + used, sizeof a->cookie - used, "; Path=/; HttpOnly; SameSite=Strict");
}

void calls_add(const request *r, answer *a, int64_t call)
{
    int64_t calls[CALLS_OWN + 1] = {call};
    const size_t count = calls_read(r, calls + 1);

    calls_write(a, calls, count + 1);
}
