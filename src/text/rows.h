/*
 * rows - sparse rows: the terms of each paper and their values.
 */
#ifndef PT_ROWS_H
#define PT_ROWS_H

#include "base/base.h"

/* One sparse row of K non-zeros, borrowed. */
typedef struct pt_row {
    const uint32_t *terms; /* K, ascending */
    const float *values;   /* K; of a tf-idf row: a vector of length 1 (see tfidf.h) */
    size_t count;          /* K */
} pt_row;

/* N rows: row i is [starts[i], starts[i + 1]) of terms and values. Zero-initialise; pt_rows_free ends it. */
typedef struct pt_rows {
    size_t *starts;          /* N + 1 */
    uint32_t *terms;         /* starts[N] */
    float *values;           /* starts[N] */
    size_t count;            /* N */
    size_t capacity;         /* of starts */
    size_t entries_capacity; /* of terms and values */
} pt_rows;

void pt_rows_free(pt_rows *rows);

/* Appends a copy of a row. 0 or PAPERTAG_NO_MEMORY. */
int pt_rows_append(pt_rows *rows, const uint32_t *terms, const float *values, size_t count);

/* Gives back the room for further entries. */
void pt_rows_shrink(pt_rows *rows);

/* Copies rows with only some of their terms, each a vector of length 1 again. number: by term, what it is called in
 * *out, in the same order; UINT32_MAX: left out. *out is freed by the caller, whatever this returns. 0 or
 * PAPERTAG_NO_MEMORY. */
int pt_rows_narrow(const pt_rows *rows, const uint32_t *number, pt_rows *out);

static inline pt_row pt_rows_get(const pt_rows *rows, size_t i)
{
    const size_t start = rows->starts[i];
    return (pt_row){rows->terms + start, rows->values + start, rows->starts[i + 1] - start};
}

#endif
