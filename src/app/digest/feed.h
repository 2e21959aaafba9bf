/*
 * feed - what the formats of feeds share.
 */
#ifndef FEED_H
#define FEED_H

#include "formats.h"

/* An id as a URN, the same for the same paper every time, so that a reader knows it again. What a URI may not hold is
 * percent-encoded. kind: "paper:" or "digest:". */
void add_urn(text *out, const char *kind, const char *id);

/* <name>value</name>, escaped, and a newline. */
void add_element(text *out, const char *name, const char *value);

/* <link/> from a feed to itself, where it has an address. */
void add_self_link(text *out, const digest *d, const char *element, const digest_format *format);

/* The date of a paper when its day is known, else when it was added. Borrowed from the paper. */
const char *moment_of(const papertag_stored *paper);

/* The same as RFC 3339 has moments. */
void add_moment(text *out, const papertag_stored *paper);

#endif
