/*
 * listing - the mails in which arXiv lists new papers.
 */
#ifndef PT_LISTING_H
#define PT_LISTING_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the first bytes of a text have the beginning of a paper in them. */
bool pt_has_listing(const char *head, size_t size);

#endif
