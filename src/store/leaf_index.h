/*
 * leaf_index - the index that FTS5 makes of the pages of a word that has very many papers.
 */
#ifndef PT_STORE_LEAF_INDEX_H
#define PT_STORE_LEAF_INDEX_H

#include "statement.h"

/* A page to which a word's papers run on from the page of the word. */
struct pt_leaf {
    uint64_t page;
    int64_t key; /* the first paper on it; 0: it has none */
};

/* *right: whether the index of a word, which stands on `page` of a segment, is as FTS5 makes it of these pages. */
int pt_leaf_index_check(papertag_store *store, uint64_t segment, size_t page_size, uint64_t page,
                        const struct pt_leaf *leaves, size_t count, bool *right, papertag_error *err);

#endif
