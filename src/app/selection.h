/*
 * selection - options that choose papers and tags, as the library takes them.
 */
#ifndef SELECTION_H
#define SELECTION_H

#include "options.h"

/* The query of OPTIONS_SELECT. EXIT_DONE or EXIT_USAGE. */
int query_of(const args *a, papertag_query *query);
extern const char *const sort_words[];

/* The p at which --precision assigns tags, in *p; left as it is when it was not given. */
int precision_cut(const args *a, const papertag_model *model, double *p);

#endif
