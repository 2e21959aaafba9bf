/*
 * metrics - what the files of this folder share: the papers to measure, and the table that metrics are computed from.
 */
#ifndef PT_METRICS_H
#define PT_METRICS_H

#include "base/base.h"

typedef struct pt_cell {
    double p;      /* 0 to 1 */
    bool gold;     /* the paper has the tag */
    bool assigned; /* the model gave it the tag */
    bool left_out; /* careful readers disagree */
} pt_cell;

struct papertag_evaluation {
    pt_arena arena;
    const char **tags; /* tag_count: the model's in slug order, then those that gold added, in order of appearance */
    size_t tag_count, tags_capacity;
    size_t model_tags; /* how many are the model's */
    pt_cell *cells;    /* row by row; a row has the tags known when it was added */
    size_t *starts;    /* N + 1: of each row, and the end of the last */
    size_t count;      /* N */
    size_t capacity, cells_capacity;
    papertag_tag_metrics *per_tag; /* of the last papertag_evaluation_metrics */
};

enum { PT_BINS = PAPERTAG_BINS };

/* The bin of a probability, all of equal width. */
static inline int pt_bin_of(double p)
{
    return p >= 1 ? PT_BINS - 1 : (int)(p * (double)PT_BINS);
}

/* What one paper adds to each metric. */
typedef struct pt_tally {
    bool labelled; /* has gold tags */
    double f1, ndcg, lrap;
    double p_at[3];                           /* at 1, 3, 5 */
    double bin_p[PT_BINS], bin_gold[PT_BINS]; /* sums over the pairs of each bin */
} pt_tally;

/* Rows of equal width, tags in slug order. */
typedef struct pt_table {
    size_t papers;      /* N */
    size_t tags;        /* T */
    const char **slugs; /* T */
    pt_cell *cells;     /* N x T */
    pt_tally *tallies;  /* N */
    uint32_t *counts;   /* 3 x T, set by pt_measure: true positives, false positives, false negatives */
} pt_table;

int pt_table_open(pt_table *out, const papertag_evaluation *evaluation, papertag_error *err);
void pt_table_close(pt_table *table);

/* The metrics with paper i counted times[i] times (NULL: once), at least one of them above 0. per_tag stays NULL. */
papertag_metrics pt_measure(pt_table *table, const uint32_t *times);

/* Opens an evaluation over tags (in slug order, each once; copied) without a model. */
int pt_evaluation_open(papertag_evaluation **out, const char *const *tags, size_t count, papertag_error *err);

#endif
