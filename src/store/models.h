/*
 * store_learn - what the learner asks of the store.
 */
#ifndef PT_STORE_LEARN_H
#define PT_STORE_LEARN_H

#include "fit/fit.h"
#include "store.h"

/* All stored papers as rows of a model, by ascending key, and when they were read. */
typedef struct pt_stored_rows {
    int64_t *keys;
    pt_rows rows;
    size_t count;
    char read[21]; /* YYYY-MM-DDTHH:MM:SSZ */
    int64_t state; /* of the file: the same as long as nothing is written */
} pt_stored_rows;

int pt_store_rows(papertag_store *store, const papertag_model *model, unsigned jobs, pt_stored_rows *out,
                  papertag_error *err);
void pt_stored_rows_free(pt_stored_rows *rows);

/* A verdict. */
typedef struct pt_said {
    int64_t paper;
    const char *id, *tag, *given; /* the paper's id, the tag's slug, when */
    bool yes, example;            /* example: a tag of one's own was begun with it */
    double held_out; /* the margin by weights that had not seen it; NaN when the model in use has not learnt it */
} pt_said;

/* All verdicts by tag, then by id; strings in the arena, *out to be freed. */
int pt_store_said(papertag_store *store, pt_arena *arena, pt_said **out, size_t *count, papertag_error *err);

/* The tags made in this store, by slug; in the arena. */
int pt_store_own(papertag_store *store, pt_arena *arena, papertag_own_tag **out, size_t *count, papertag_error *err);

/* Whether the kept model in use has that hash. */
int pt_store_in_use(papertag_store *store, const char *hash, bool *in_use, papertag_error *err);

/* Records one verdict on a tag for many papers, as one call; within a transaction. */
int pt_store_judge_all(papertag_store *store, const char *tag, const char *verdict, const int64_t *keys, size_t count,
                       papertag_error *err);

/* Takes a tag and all that is known of it out of the store; within a transaction. */
int pt_store_forget_tag(papertag_store *store, const char *slug, papertag_error *err);

/* What a new model thinks of the stored papers on one tag: of those with an opinion. */
typedef struct pt_new_opinions {
    size_t tag;     /* of the new model */
    uint32_t *rows; /* count: places among the stored papers */
    double *p, *margins;
    bool *assigned;
    size_t count;
    const pt_said *said; /* the verdicts learnt from, held_out set */
    size_t said_count;
} pt_new_opinions;

typedef struct pt_new_model {
    const papertag_model *model;
    const char *before; /* hash of the model that had tagged the papers */
    const void *bytes;
    size_t size;
    const char *summary;
    const pt_new_opinions *opinions; /* count: the tags that changed */
    size_t count;
    const char *forgotten; /* a tag to be taken out; NULL */
} pt_new_model;

/* Keeps the model, puts it into use and writes its opinions, in one transaction. */
int pt_store_take_model(papertag_store *store, const pt_new_model *new, const pt_stored_rows *papers,
                        papertag_error *err);

#endif
