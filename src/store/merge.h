/*
 * merge - another store brought into this one.
 *
 *     merge         the other store, its tags, models and subscriptions, and its papers in batches
 *     merge_paper   a paper: found or added, and what is newer of it
 *     merge_person  what people said of papers and what was delivered to them
 */
#ifndef PT_STORE_MERGE_H
#define PT_STORE_MERGE_H

#include "batch.h"
#include "clock.h"
#include "key_map.h"
#include "row_blocks.h"
#include "segment.h"

typedef struct pt_merge {
    papertag_store *ours, *theirs;
    papertag_merged merged;
    char now[PT_TIME], tomorrow[PT_TIME];
    int64_t call;   /* the call that can be undone to which all verdicts and marks belong; 0: none was needed yet */
    int64_t *filed; /* [tags.count] new papers of the batch filed under each tag */
    pt_key_map tags, models, subscriptions, deliveries;
    pt_key_map papers;  /* of the batch */
    bool has_records;   /* sources there gave other records before their last */
    pt_row_writer rows; /* of the batch: rows of papers whose text changes are forgotten */
    pt_new_texts texts; /* of the batch */
    pt_arena arena;     /* of the paper in hand */
    pt_buf scratch;
} pt_merge;

/* The columns that pt_merge_paper reads of table `papers`. */
#define PT_MERGE_COLUMNS                                                                                               \
    "key, id, day, version, model, added, updated, title_key, author_key, counted_by" PT_FIELD_COLUMNS

/* Brings a paper in from a row of theirs, and appends it to m->papers. A pt_row_reader; within a transaction here. */
int pt_merge_paper(void *merge, pt_db_row *row, papertag_error *err);

/* Bring in what people said of the papers of the batch, and which of them were delivered. Within a transaction here. */
int pt_merge_person(pt_merge *m, papertag_error *err);

#endif
