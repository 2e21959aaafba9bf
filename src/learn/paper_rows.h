/*
 * paper_rows - the rows of the stored papers, and of others, as tags are learnt from them.
 *
 * There may be millions of stored papers, and what is asked of most of them is on which side of some number their
 * margin is. So their rows stay packed, and a margin is first found roughly, with bounds: that takes a tenth of the
 * time. Only where the bounds leave it open is the row unpacked, and its offset measured. Both give the same answers as
 * exact margins of all papers would.
 */
#ifndef PT_PAPER_ROWS_H
#define PT_PAPER_ROWS_H

#include <math.h>
#include <stdatomic.h>

#include "model/model.h"
#include "store/store.h"

/* Threads that the fits of several tags share: a fit that is alone has all of them. */
typedef struct pt_threads {
    unsigned jobs;
    atomic_uint fits; /* at work now */
} pt_threads;

/* Where a number lies. */
typedef struct pt_span {
    double least, most;
} pt_span;

/* N rows over V terms: those of the stored papers, if any, then others. Zero-initialise; pt_paper_rows_free ends it. */
typedef struct pt_paper_rows {
    const pt_stored_rows *stored;    /* without terms added to the vocabulary; NULL: none; borrowed */
    const pt_vocabulary *vocabulary; /* of the stored rows; borrowed */
    pt_rows others;
    const pt_threads *threads;   /* NULL: one; borrowed */
    const papertag_model *model; /* that measures offsets; borrowed */
    _Atomic double *offsets;     /* N: see fit/cardinality.h; NaN: not measured yet; NULL: there are none */
    pt_span offset;              /* where each of them lies */
} pt_paper_rows;

void pt_paper_rows_free(pt_paper_rows *rows);

/* N. */
size_t pt_paper_rows_count(const pt_paper_rows *rows);

/* Has the offsets of all rows measured when they are first asked for, by the margins that the rows have without weights
 * of their own, if the model goes by them. 0 or PAPERTAG_NO_MEMORY. */
int pt_paper_rows_use_offsets(pt_paper_rows *rows, const papertag_model *model);

/* ---- one row --------------------------------------------------------------------------------------------------- */

/* Reads rows, for one thread. Zero-initialise; pt_paper_reader_close ends it. */
typedef struct pt_paper_reader {
    const pt_paper_rows *rows;
    pt_row_scratch scratch;
    papertag_tagger *tagger;
} pt_paper_reader;

/* 0 or PAPERTAG_NO_MEMORY. */
int pt_paper_reader_open(pt_paper_reader *reader, const pt_paper_rows *rows);
void pt_paper_reader_close(pt_paper_reader *reader);

/* Row i; borrowed until the next call on the reader. */
pt_row pt_paper_reader_get(pt_paper_reader *reader, size_t i);

/* What its offset adds to its margins of a tag that an offset of 1 pulls by `pull`. No verdict changes it. */
double pt_paper_reader_offset(pt_paper_reader *reader, double pull, size_t i);

/* Its margin by the V weights of a tag, with that. */
double pt_paper_reader_margin(pt_paper_reader *reader, const float *weights, double bias, double pull, size_t i);

/* Runs a task for rows 0 .. count - 1, some at a time, on several threads, each with a reader. 0, PAPERTAG_NO_MEMORY or
 * what a task returns. */
typedef int pt_row_task(void *context, pt_paper_reader *reader, size_t first, size_t end);
int pt_paper_rows_each(const pt_paper_rows *rows, size_t count, pt_row_task *task, void *context);

/* ---- roughly ---------------------------------------------------------------------------------------------------- */

/* Up to PT_ABREAST weights, for rough margins by all of them at once. Zero-initialise; pt_rough_close ends it. */
typedef struct pt_rough {
    size_t count;
    const float *weights[PT_ABREAST]; /* count, each V; borrowed */
    double bias[PT_ABREAST];
    double norm[PT_ABREAST]; /* the length of the weights as a vector */
    pt_abreast *dense;       /* by term: the weights times its idf */
    size_t pages;            /* of `dense`: see pt_packed_product */
} pt_rough;

/* Adds weights; there must be room. 0 or PAPERTAG_NO_MEMORY. */
int pt_rough_add(pt_rough *rough, const pt_paper_rows *rows, const float *weights, double bias);
void pt_rough_close(pt_rough *rough);

/* Where the margins of row i lie, without the part of its offset; and where that part does. */
void pt_rough_margins(const pt_rough *rough, pt_paper_reader *reader, size_t i, pt_span margins[PT_ABREAST]);
pt_span pt_rough_offset(const pt_paper_rows *rows, double pull, size_t i);

/* The same by one tag's weights, of all rows: N. 0 or PAPERTAG_NO_MEMORY. */
int pt_rough_list(const pt_paper_rows *rows, const float *weights, double bias, pt_span *margins);

/* How far a margin may move when the weights do, given the sum of the squares of what each moves by: a row has the
 * length 1, so by no more than the length of that vector, and what rounding adds. */
static inline double pt_rough_move(double squares)
{
    return sqrt(squares) * 1.005 + 1e-12;
}

static inline pt_span pt_span_sum(pt_span a, pt_span b)
{
    return (pt_span){a.least + b.least, a.most + b.most};
}

#endif
