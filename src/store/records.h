/*
 * records - what each source has given of a paper: hashes of its records, and the texts that they brought.
 *
 * All of it within a transaction that writes.
 */
#ifndef PT_STORE_RECORDS_H
#define PT_STORE_RECORDS_H

#include "batch.h"

/* Whether the source has given this very record before, as its last or earlier. So a file that has two versions of one
 * paper changes nothing when it is imported again. */
int pt_store_is_repeated(papertag_store *store, int64_t key, const pt_batch_item *item, bool *repeated,
                         papertag_error *err);

/* Keeps the hash of the record that the source gave last, before another takes its place. */
int pt_store_keep_record(papertag_store *store, int64_t key, const pt_batch_item *item, papertag_error *err);

/* Records an item as what its source gave last. */
int pt_store_write_source(papertag_store *store, int64_t key, const pt_batch_item *item, papertag_error *err);

/* The item's text becomes the next version; a title or abstract that it lacks stays. The one in force before counts as
 * replaced at `now`. The paper's tags must be out of their index, and pt_new_texts_change comes before. */
int pt_store_write_version(papertag_store *store, int64_t key, const pt_batch_item *item, const char *now,
                           papertag_error *err);

/* Has FTS5 take in the texts in force of a paper. */
int pt_store_index(papertag_store *store, int64_t key, papertag_error *err);

#endif
