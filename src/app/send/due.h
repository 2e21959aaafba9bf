/*
 * due - on which days a subscription is served.
 */
#ifndef DUE_H
#define DUE_H

#include <stdbool.h>

#include "papertag.h"

/* Whether a digest is due on a day (YYYY-MM-DD): a weekly one on its day, or later when that day was missed. */
bool is_due(const papertag_subscription *s, const char *day);

/* Whether a digest without papers is to say so: once a day. */
bool tells_quiet(const papertag_subscription *s, const char *day);

#endif
