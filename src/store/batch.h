/*
 * batch - papers and scores copied to be stored together.
 */
#ifndef PT_STORE_BATCH_H
#define PT_STORE_BATCH_H

#include "fields.h"
#include "postings.h"
#include "read/reader.h"

/* What a model thinks of a paper on one tag. */
typedef struct pt_batch_opinion {
    uint32_t tag; /* its number in the model */
    bool assigned;
    double p, margin;
} pt_batch_opinion;

typedef struct pt_batch_item {
    papertag_paper paper;                     /* id, arxiv and the texts in the batch's arena; lists are borrowed from
                                                 the reader and not to be read any more: their JSON is in `values` */
    pt_db_value values[PT_PAPER_FIELD_COUNT]; /* the paper's fields */
    bool id_is_derived;                       /* the id is no more than title and author (see pt_derived_id) */
    uint64_t record_key, text_key;            /* hashes of the record and of its text */
    pt_work_key work;                         /* of title and first author */
    pt_batch_opinion *opinions;               /* opinion_count */
    size_t opinion_count;
    bool scored;
    const char *row; /* row_size bytes, packed; NULL: none was made */
    size_t row_size;
} pt_batch_item;

struct papertag_batch {
    pt_arena arena;
    pt_batch_item *items; /* count */
    size_t count, capacity;
    pt_buf scratch;
    char space[64];       /* of the rows; see pt_model_space */
    pt_postings postings; /* of the items' texts; not made before papertag_batch_prepare */
};

/* papertag_store_add as part of a transaction that writes. *counts is of use only when that is committed. */
int pt_store_add_batch(papertag_store *store, const papertag_batch *batch, const papertag_model *model,
                       papertag_import *counts, papertag_error *err);

#endif
