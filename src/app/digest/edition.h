/*
 * edition - a digest of a moment: named, dated, and written in a format.
 */
#ifndef EDITION_H
#define EDITION_H

#include "../dates.h"
#include "formats.h"

/* Zero-initialise, set d.store; and for formats that explain d.model and d.tagger. edition_free in the end. */
typedef struct edition {
    digest d;
    papertag_query query; /* which papers it is about */
    text title, filter;
    char stamp[MOMENT_SIZE];
} edition;

/* Names and dates it: `title`, else what the query asks for in words; the day of query->as_of, else now. `subscription`
 * (NULL: none) is what its feed is known by. The query's strings are borrowed. EXIT_DONE, EXIT_USAGE for a wrong
 * expression, or EXIT_FAILED, after reporting why. */
int edition_name(edition *e, const papertag_query *query, const char *title, const char *subscription);

/* Writes a digest of these papers, in this order, under headings as e->d.group has it. EXIT_DONE, or EXIT_FAILED after
 * reporting why. */
int edition_write(edition *e, const digest_format *format, const int64_t *keys, size_t count, text *out);

void edition_free(edition *e);

#endif
