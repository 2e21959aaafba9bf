/*
 * store - the face of this folder: what learning asks of a store beyond the public calls.
 *
 *     open, migrations, statement     the file, its layout, running SQL
 *     row                             what a row has, each value checked
 *     functions                       what SQL can ask the library
 *     batch, fields, days, add        papers in
 *     records                         what each source has given of a paper
 *     merge                           another store in
 *     identity, same_work             whether a paper is one that is there
 *     compile, select, stored_paper   papers out
 *     tag_index, known_model          tags: known, in force, and those of models
 *     verdict, review, doubts, audit  what a person says of tags, what to ask, how right the model is
 *     similar, trends, statistics     reports
 *     connections                     several at once that see the same
 *     row_blocks, row_scan            papers as rows of a model, kept and read
 *     rows, own_tags, models, new_opinions  what learners use: below
 *     subscriptions, deliveries, mails  which papers were sent to whom
 *     sources                         where papers are fetched from, and how far
 *     postings, unicode61, segment, segment_list  the text index, written
 *     segment_reader, leaf_index, text_index      the text index, read and compared
 *     check, paper_check, indexes, values, agreement, salvage  faults found and mended
 */
#ifndef PT_STORE_H
#define PT_STORE_H

#include <stdatomic.h>

#include "clock.h"
#include "fit/fit.h"

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* A transaction that reads: all that is read in it is of one moment. It is not nested in another. */
int pt_store_read_begin(papertag_store *store, papertag_error *err);
void pt_store_read_end(papertag_store *store);

/* The arena of what a call hands out, emptied: what the call before handed out is gone. */
pt_arena *pt_store_answer(papertag_store *store);

/* What papertag_store_interrupt sets from now on, for a long computation that asks SQLite for nothing meanwhile. */
const atomic_bool *pt_store_stop(papertag_store *store);

/* The T tags that the store knows, by slug. Borrowed until the next call that writes. */
int pt_store_known_tags(papertag_store *store, const papertag_tag_info **tags, size_t *count, papertag_error *err);

/* The stored papers as rows of a model, by ascending key. There may be millions, so the rows are packed. */
typedef struct pt_stored_rows {
    int64_t *keys;       /* count */
    uint32_t *places;    /* count: where the row of each is in `rows` */
    pt_packed_rows rows; /* as they were read: rows that have been replaced among them */
    size_t count;
    size_t longest;     /* terms of a row, at most */
    char read[PT_TIME]; /* when they were read */
    int64_t state;      /* of the file then: it differs once anything is written */
} pt_stored_rows;

/* How papers are made into rows. */
typedef struct pt_rows_options {
    const pt_tfidf_options *text;
    const pt_vocabulary *vocabulary;
    const char *space; /* of the vocabulary, when no added terms are wanted; NULL: rows that are kept are not of it */
    unsigned jobs;     /* threads; 0: one a processor */
    papertag_progress *progress; /* may be NULL */
    void *progress_context;
} pt_rows_options;

/* Reads all papers as rows. */
int pt_store_rows(papertag_store *store, const pt_rows_options *options, pt_stored_rows *out, papertag_error *err);
void pt_stored_rows_free(pt_stored_rows *rows);

/* Makes the rows of a store that keeps none of that space, before a transaction that reads them: nothing is written in
 * one. */
int pt_store_keep_rows(papertag_store *store, const pt_rows_options *options, papertag_error *err);

/* Unpacks them into *out, on several threads (0: one a processor): rows->rows is empty then. 0 or
 * PAPERTAG_NO_MEMORY. */
int pt_stored_rows_unpack(pt_stored_rows *rows, const pt_vocabulary *vocabulary, unsigned jobs, pt_rows *out);

/* The day of each paper, as a count of days since 1970: days[i] of papers->keys[i]. */
int pt_store_days(papertag_store *store, const pt_stored_rows *papers, long *days, papertag_error *err);

/* Appends to *out the tags in force of each paper, by their numbers in pt_store_known_tags. */
int pt_store_labels(papertag_store *store, const pt_stored_rows *papers, pt_labels *out, papertag_error *err);

typedef struct pt_stored_verdict {
    int64_t paper;
    const char *id, *tag, *given; /* the paper's id, the tag's slug, when */
    bool yes;
    bool example;    /* an own tag was begun with it */
    double held_out; /* the margin by weights that had not seen it; NaN when the model in use has not learnt from it */
} pt_stored_verdict;

/* All verdicts by tag, then by id; in the arena. */
int pt_store_verdicts(papertag_store *store, pt_arena *arena, pt_stored_verdict **out, size_t *count,
                      papertag_error *err);

/* The tags made in this store, by slug; in the arena. */
int pt_store_own_tags(papertag_store *store, pt_arena *arena, papertag_own_tag **out, size_t *count,
                      papertag_error *err);

/* Whether the kept model in use has that hash. */
int pt_store_in_use(papertag_store *store, const char *hash, bool *in_use, papertag_error *err);

/* ---- a new model ----------------------------------------------------------------------------------------------- */

/* What a new model thinks of the stored papers on one tag: of those whose opinion is worth keeping. All is borrowed. */
typedef struct pt_new_opinions {
    size_t tag;           /* its number in the new model */
    const uint32_t *rows; /* count: numbers among the stored papers */
    const double *p;      /* count */
    const double *margins;
    const bool *assigned;
    size_t count;
    const pt_stored_verdict *verdicts; /* verdict_count: those learnt from, held_out set */
    size_t verdict_count;
} pt_new_opinions;

typedef struct pt_new_model {
    const papertag_model *model;
    const char *previous; /* hash of the model that it was made from */
    const void *bytes;    /* size */
    size_t size;
    const char *summary;
    const pt_new_opinions *opinions; /* count: the tags that changed */
    size_t count;
    const char *forgotten; /* a tag to be taken out of the store; NULL */
} pt_new_model;

/* Keeps the model, puts it into use and writes its opinions, in one transaction. */
int pt_store_take_model(papertag_store *store, const pt_new_model *taken, const pt_stored_rows *papers,
                        papertag_error *err);

#endif
