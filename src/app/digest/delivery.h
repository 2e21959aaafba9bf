/*
 * delivery - the digest of a subscription, written to a file or to standard output, with its papers recorded as
 * delivered.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include "edition.h"

/* The papers that the file of a subscription is to have: the new ones, then, where it is a feed, the last that it had
 * before, 100 in all. *all is to be freed.
 * EXIT_DONE, or EXIT_FAILED after reporting why. */
int delivery_papers(papertag_store *store, const papertag_subscription *s, const digest_format *format,
                    const int64_t *fresh, size_t count, int64_t **all, size_t *all_count);

/* Writes a digest to `path` (NULL or "-": standard output; folders on the way are made), and records its `count` new
 * papers as delivered to the subscription, before and after: see papertag_delivery_begin. EXIT_DONE, or EXIT_FAILED
 * after reporting why. */
int deliver_digest(edition *e, const char *subscription, const int64_t *fresh, size_t count, text *out,
                   const char *path);

/* Writes to a file or standard output. */
int write_digest(text *out, const char *path);

#endif
