/*
 * doubts - the decisions of the model that lie nearest to their cuts, over the whole store.
 */
#ifndef PT_STORE_DOUBTS_H
#define PT_STORE_DOUBTS_H

#include "statement.h"

/* A decision on a paper that no verdict is about. */
typedef struct pt_doubt {
    double distance; /* of the margin from the cut */
    int64_t paper, tag;
    double p, margin, cut;
    bool assigned;
} pt_doubt;

/* The `limit` nearest (0: all), the nearest first: about one tag (its key), or (0) of each paper the nearest of all.
 * *out is freed by the caller. */
int pt_store_doubts(papertag_store *store, int64_t tag, size_t limit, pt_doubt **out, size_t *count,
                    papertag_error *err);

#endif
