/*
 * metrics - how well assigned tags and rankings fit the gold tags.
 */
#ifndef PT_METRICS_H
#define PT_METRICS_H

#include "base/base.h"

typedef struct pt_cell {
    double p;
    bool gold, assigned, left_out;
} pt_cell;

struct papertag_evaluation {
    pt_arena arena;
    const char **tags; /* the model's in slug order, then those met in gold, in order of meeting */
    size_t tag_count, tags_capacity, model_tags;
    pt_cell *cells; /* row by row, the tags known when it was added */
    size_t *starts; /* of each row, and the end of the last */
    size_t count, capacity, cells_capacity;
    papertag_tag_metrics *per_tag;
};

enum { PT_BINS = PAPERTAG_BINS };

/* What one paper adds to each metric. */
typedef struct pt_tally {
    bool labelled; /* has gold tags */
    double f1, p_at[3], ndcg, lrap, bin_p[PT_BINS], bin_gold[PT_BINS];
} pt_tally;

/* What metrics look at: rows of equal width, tags in slug order. */
typedef struct pt_table {
    size_t papers, tags;
    const char **slugs;
    pt_cell *cells;    /* papers x tags */
    pt_tally *tallies; /* papers */
    uint32_t *counts;  /* 3 x tags, set by pt_measure: true positives, false positives, false negatives */
} pt_table;

int pt_table_open(pt_table *out, const papertag_evaluation *evaluation, papertag_error *err);
void pt_table_close(pt_table *table);

/* The metrics with paper i counted times[i] times (NULL: once); per_tag stays NULL. Some time must be above 0. */
papertag_metrics pt_measure(pt_table *table, const uint32_t *times);

/* Opens an evaluation over the tags given (slug order, no doubles; copied) without a model. */
int pt_evaluation_open(papertag_evaluation **out, const char *const *tags, size_t count, papertag_error *err);

#endif
