/*
 * segment - the texts of many new papers on their way into the text index.
 *
 * FTS5 takes in a paper at a time, which was half of an import's time. So the words of many papers are gathered here
 * (see postings.h) and written as FTS5 itself writes what it has gathered: as one more segment of the index, in pages
 * of its tables. FTS5 itself takes in what changes, and all where its tables are not of the form known here.
 */
#ifndef PT_STORE_SEGMENT_H
#define PT_STORE_SEGMENT_H

#include "postings.h"
#include "statement.h"

/* The texts, within a transaction that writes. Zero-initialise but for the first two; pt_new_texts_end ends it. */
typedef struct pt_new_texts {
    papertag_store *store;
    const pt_postings *made; /* of the texts, taken apart before; NULL: they are taken apart as they come */
    pt_postings own;         /* those */
    int64_t *keys; /* [key_capacity], as the postings: papers whose texts are to be written; 0: others, none */
    size_t key_capacity, count; /* count: of keys that are not 0 */
    int64_t first, last;        /* the lowest and the highest so far */

    struct pt_changed_text *changed; /* changed_count: papers whose texts change, with those before */
    size_t changed_count, changed_capacity;
    pt_arena arena; /* of those texts */
} pt_new_texts;

/* Takes in the texts of a new paper, whose row is written; the paper `number` of those that were taken apart before. */
int pt_new_texts_put(pt_new_texts *t, size_t number, int64_t key, const papertag_paper *paper, papertag_error *err);

/* Before the texts of a paper change. */
int pt_new_texts_change(pt_new_texts *t, int64_t key, papertag_error *err);

/* Writes what is left, unless there is a status; returns it or that of writing. */
int pt_new_texts_end(pt_new_texts *t, int status, papertag_error *err);

#endif
