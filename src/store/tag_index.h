/*
 * tag_index - the tags that a store knows, and table `tagged`, the index of the tags in force.
 */
#ifndef PT_STORE_TAG_INDEX_H
#define PT_STORE_TAG_INDEX_H

#include "statement.h"

/* Makes store->tags, tag_keys and tag_count current. Within a transaction too: a write empties them. */
int pt_store_read_tags(papertag_store *store, papertag_error *err);

/* Take a paper's tags out of the index, and put them there by its opinions, verdicts and day. Whatever changes one of
 * these does so between the two. */
int pt_store_unfile(papertag_store *store, int64_t paper, papertag_error *err);
int pt_store_file(papertag_store *store, int64_t paper, papertag_error *err);

/* Counts `more` papers for a tag in table `tag_counts`, after they were filed under it otherwise. */
int pt_store_count_filed(papertag_store *store, int64_t tag, int64_t more, papertag_error *err);

/* What a model thinks of a paper on one tag. */
typedef struct pt_opinion {
    int64_t paper, tag;
    double p, margin;
    bool assigned;
} pt_opinion;

/* Records opinions; quickest in the order of their papers. */
int pt_store_write_opinions(papertag_store *store, const pt_opinion *opinions, size_t count, papertag_error *err);

#endif
