/*
 * doubts - the decisions of the model that lie nearest to their cuts, over the whole store.
 *
 * Table `doubts` says for each block of 256 neighbouring papers and each tag how near the nearest decision
 * on that tag lies to its cut, of those that no verdict is about. So few blocks need be read to find the nearest of
 * all. A block counts as known while it has a row of tag 0. Whatever changes opinions, verdicts or the model of a paper
 * takes that row away in the same transaction, and who looks for doubts next reads the block again. All of the table
 * can be made again at any time, so it may be emptied.
 */
#ifndef PT_STORE_DOUBTS_H
#define PT_STORE_DOUBTS_H

#include "known_model.h"
#include "store.h"

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

/* What is known of the block of a paper does not hold any more. */
int pt_doubts_forget(papertag_store *store, int64_t paper, papertag_error *err);

/* The same of the block in which new papers will be. */
int pt_doubts_await_papers(papertag_store *store, papertag_error *err);

/* Takes in what a new model thinks, after it was written: of the tags that the model does not change, what is known
 * still holds. keys: of the papers that the opinions are numbered by. */
int pt_doubts_renew(papertag_store *store, const pt_new_model *taken, const pt_known_model *known, const int64_t *keys,
                    papertag_error *err);

#endif
