/*
 * visit - one source read from where it stands to where it has nothing more, page by page.
 */
#ifndef FETCH_VISIT_H
#define FETCH_VISIT_H

#include <stdio.h>

#include "ask.h"
#include "sources.h"

/* What all visits of a run share. */
typedef struct visitor {
    asker asker;
    const char *contact;      /* NULL */
    const char *from, *until; /* days of --from and --until; NULL: from where each source stands, until now */
    papertag_store *store;
    papertag_batch *batch;
    papertag_tagger *tagger; /* of the model */
    const papertag_model *model;
    size_t tags;
    FILE *out; /* -o: papers go there as JSON Lines, and the store stays as it is; else NULL */
} visitor;

/* How it ended. */
typedef struct visited {
    source_state state;
    papertag_import counts;
    size_t broken, pages, requests;
    text said; /* why, for people; may be empty */
} visited;

/* Visits a source, and keeps in *s what has changed, in the store and for the next visit of this run: strings of the
 * list. EXIT_DONE however it ended, see *out; EXIT_FAILED after reporting that this machine is at fault. */
int visit_source(visitor *v, source_list *list, papertag_source *s, visited *out);

/* Writes the requests that a visit would begin with, listings taken for empty. EXIT_DONE or EXIT_FAILED. */
int print_requests(visitor *v, const papertag_source *s);

#endif
