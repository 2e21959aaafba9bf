/*
 * selection - options that choose papers and tags, as the library takes them.
 */
#ifndef SELECTION_H
#define SELECTION_H

#include "options.h"

/* The query of OPTIONS_SELECT. EXIT_DONE or EXIT_USAGE. */
int query_of(const args *a, papertag_query *query);
extern const char *const sort_words[]; /* of --sort, in the order of papertag_sort */

/* The p at which --precision assigns tags, in *p; unchanged when it was not given. EXIT_DONE, EXIT_USAGE or
 * EXIT_FAILED. */
int precision_cut(const args *a, const papertag_model *model, double *p);

#endif
