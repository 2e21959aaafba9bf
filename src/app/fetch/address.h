/*
 * address - parts of URLs: who is asked, and what may go into a query.
 */
#ifndef FETCH_ADDRESS_H
#define FETCH_ADDRESS_H

#include <stdbool.h>

#include "../text.h"

/* Adds a string to be a part of a URL's path or query: what is neither a letter, digit nor one of -._~ nor in `also` is
 * written as %XX. */
void text_url_part(text *t, const char *string, const char *also);

/* An http or https URL with a host, without a name or password in it. What is wrong; NULL: nothing. */
const char *url_fault(const char *url);

/* Adds the host of a URL in lower case, and its port where that is not the usual one. False when it is no URL. */
bool text_url_host(text *t, const char *url);

/* Whether a host, as text_url_host writes it, is this machine under its usual names. */
bool is_this_machine(const char *host);

/* Whether an answer from `from` may send the program on to `to`, an absolute URL: to the same host or a part of it or
 * the other way round, at the same port, and never from https to http. */
bool may_redirect(const char *from, const char *to);

/* Adds where `location` leads from `base`; false when that is no URL of http or https. */
bool text_resolved(text *t, const char *base, const char *location);

#endif
