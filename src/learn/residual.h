/*
 * residual - what their tags leave of papers: a tag's part of a row is its part along the mean row of the tag's papers.
 *
 * There may be millions of papers. So a value takes one byte, in steps of a 255th of the row's largest, a row three
 * bytes a term, and the packed rows that they are made from are freed part by part on the way.
 */
#ifndef PT_RESIDUAL_H
#define PT_RESIDUAL_H

#include <stdatomic.h>

#include "fit/fit.h"

/* N papers as rows over V terms, with their tags. All is borrowed; rows and tags are emptied on the way. */
typedef struct pt_corpus {
    pt_packed_rows *rows;            /* of all papers, and maybe of others */
    const uint32_t *places;          /* N: where each paper's row is */
    const pt_vocabulary *vocabulary; /* V */
    pt_labels *tags;                 /* of each paper: those in force, 0 .. tag_count - 1 */
    const long *days;                /* N: the day of each paper, as a number */
    size_t papers;                   /* N */
    size_t tag_count;
} pt_corpus;

/* Papers that are counted together: by when they came, without tags, and those of each tag from PT_TAGGED on. */
enum { PT_EVERY, PT_RECENT, PT_BEFORE, PT_UNTAGGED, PT_TAGGED };

typedef struct pt_residual {
    const pt_corpus *corpus;
    size_t terms;                   /* V */
    size_t groups;                  /* PT_TAGGED + tags */
    size_t *papers;                 /* groups: papers of each */
    uint32_t *counts;               /* groups x V: its papers that have each term */
    struct pt_residual_part *parts; /* rows, part by part as those of the corpus are; part_count */
    size_t part_count;
} pt_residual;

/* Counts the papers of each group, and finds what their tags leave. days: how many are recent, and as many days before
 * those. The same for any number of threads. Rows and tags of the corpus are empty then. pt_residual_free ends it, also
 * after a failure. Errors: PAPERTAG_NO_MEMORY, PAPERTAG_INTERRUPTED once *stop is set (stop may be NULL). */
int pt_residual_find(pt_residual *left, const pt_corpus *corpus, long days, unsigned jobs, const atomic_bool *stop);
void pt_residual_free(pt_residual *left);

/* How many papers of a group have the term. */
static inline size_t pt_residual_count(const pt_residual *left, size_t group, size_t term)
{
    return left->counts[group * left->terms + term];
}

/* What is left of a paper: all terms of its row, some with nothing. Borrowed. */
typedef struct pt_residual_row {
    const unsigned char *page_counts; /* 2 x pages: terms of each page, see packed.h */
    const unsigned char *terms;       /* 2 x count: within their pages, ascending */
    const unsigned char *values;      /* count, in units of `unit` */
    size_t pages, count;
    float unit;
} pt_residual_row;
pt_residual_row pt_residual_get(const pt_residual *left, size_t paper);

/* Prefetches what pt_residual_get will read of papers[0 .. count - 1], one after the other: call it before each, with
 * those that are left. Their rows are scattered over memory. */
void pt_residual_prefetch(const pt_residual *left, const uint32_t *papers, size_t count);

static inline size_t pt_residual_number(const unsigned char *at)
{
    return at[0] | (size_t)at[1] << 8;
}

/* Adds a row to sum[V]. Returns the product of the two before. */
double pt_residual_add(pt_residual_row row, float *sum);

/* The product of a row with sum[V] without the row itself, which is a part of it. Terms whose sum was set to 0 do not
 * count. */
double pt_residual_with_others(pt_residual_row row, const float *sum);

/* Writes the terms of a row to out[row.count]. */
void pt_residual_terms(pt_residual_row row, uint32_t *out);

#endif
