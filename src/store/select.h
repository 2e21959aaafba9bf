/*
 * select - from a query to the keys of papers.
 */
#ifndef PT_STORE_SELECT_H
#define PT_STORE_SELECT_H

#include "compile.h"

/* A query being made into SQL. pt_selection_free ends it. */
typedef struct pt_selection {
    papertag_store *store;
    const papertag_query *query;
    pt_expression expression; /* root NULL: the query has none */
    long today;               /* by the query */
    long first_day, last_day; /* the query's days, both included */
    bool has_undated;         /* undated papers were added on those days */
    bool has_cursor;          /* the search begins at cursor_day, going back */
    long cursor_day;
    bool in_windows; /* the statement is for papers of these days only */
    long window_first, window_last;
    size_t limit;  /* of papers the statement gives; 0: none */
    pt_buf match;  /* the query's words, as FTS5 takes them; empty: it has none */
    pt_buf common; /* prefixes that texts are asked for, each with a NUL */
    bool *marks;   /* [T] working memory */
    pt_sql sql;    /* gives keys */
} pt_selection;

/* Makes the statement that papertag_store_select runs, when it runs one. *out is to be freed after a failure, too. */
int pt_selection_open(pt_selection *out, papertag_store *store, const papertag_query *query, papertag_error *err);
void pt_selection_free(pt_selection *selection);

/* Runs a statement that gives keys, into store->selected. */
int pt_store_select_keys(papertag_store *store, const pt_sql *sql, const int64_t **keys, size_t *count,
                         papertag_error *err);

#endif
