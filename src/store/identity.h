/*
 * identity - whether a paper is one that the store has, and what a paper is called.
 */
#ifndef PT_STORE_IDENTITY_H
#define PT_STORE_IDENTITY_H

#include "batch.h"

/* The id under which a paper is stored: arXiv's before its source's. */
const char *pt_paper_id(const pt_batch_item *item);

/* The key of the paper that an item is. PAPERTAG_END: it is new. */
int pt_store_same_paper(papertag_store *store, const pt_batch_item *item, int64_t *key, papertag_error *err);

/* The id under which to store a new paper, in *out: its own, or when that is derived and taken by another paper of the
 * same title and author, one that is made of the whole record, in `derived`. */
int pt_store_free_id(papertag_store *store, const pt_batch_item *item, char derived[PT_DERIVED_ID], const char **out,
                     papertag_error *err);

/* Records the names of a paper other than its id, so that later records find it by them. */
int pt_store_write_names(papertag_store *store, int64_t key, const pt_batch_item *item, papertag_error *err);

/* Records one more name, unless another paper has it. */
int pt_store_write_name(papertag_store *store, const char *name, int64_t key, papertag_error *err);

#endif
