/*
 * selection - options that choose papers and tags, as the library takes them.
 */
#ifndef SELECTION_H
#define SELECTION_H

#include "options.h"

/* The query of OPTIONS_SELECT. EXIT_DONE or EXIT_USAGE. */
int query_of(const args *a, papertag_query *query);
extern const char *const sort_words[]; /* of --sort, in the order of papertag_sort */

/* Copies keys that are borrowed from the store; *copy (not NULL, even of none) is to be freed. EXIT_DONE or
 * EXIT_FAILED. */
int copy_keys(const int64_t *keys, size_t count, int64_t **copy);

/* What --precision asks of a model, in *precision; unchanged when it was not given. EXIT_DONE, EXIT_USAGE or
 * EXIT_FAILED. */
int precision_of(const args *a, const papertag_model *model, double *precision);

#endif
