/*
 * feed - what the formats of feeds share.
 */
#ifndef FEED_H
#define FEED_H

#include "formats.h"

/* URNs of a feed and of a paper in it, the same every time, so that a reader knows them again; the paper has others in
 * other feeds, so that a reader of both keeps both. What a URI may not hold is percent-encoded. */
void add_feed_urn(text *out, const digest *d);
void add_paper_urn(text *out, const digest *d, const papertag_paper *paper);

/* The address that an entry leads to: the paper's, else its URN. */
void add_entry_link(text *out, const digest *d, const papertag_stored *paper);

/* An entry in HTML: who, when, links, the abstract, tags. */
void add_content(text *out, const digest *d, const papertag_stored *paper);

/* <name>value</name>, escaped, and a newline. */
void add_element(text *out, const char *name, const char *value);

/* <link/> from a feed to itself, where it has an address. */
void add_self_link(text *out, const digest *d, const char *element, const digest_format *format);

/* The date of a paper when its day is known, else when it was added. Borrowed from the paper. */
const char *moment_of(const papertag_stored *paper);

/* The same as RFC 3339 has moments. */
void add_moment(text *out, const papertag_stored *paper);

#endif
