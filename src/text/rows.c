/*
 * rows - compressed sparse rows: all terms in one array, all values in another.
 */
#include "rows.h"

#include <math.h>
#include <stdlib.h>

void pt_rows_free(pt_rows *rows)
{
    free(rows->starts);
    free(rows->terms);
    free(rows->values);
    *rows = (pt_rows){0};
}

int pt_rows_append(pt_rows *rows, const uint32_t *terms, const float *values, size_t count)
{
    size_t start = rows->count ? rows->starts[rows->count] : 0, capacity = rows->entries_capacity;

    if (pt_reserve(&rows->starts, &rows->capacity, rows->count + 2, sizeof *rows->starts) ||
        pt_reserve(&rows->terms, &capacity, start + count, sizeof *rows->terms) ||
        pt_reserve(&rows->values, &rows->entries_capacity, start + count, sizeof *rows->values)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (count) {
        memcpy(rows->terms + start, terms, count * sizeof *terms);
        memcpy(rows->values + start, values, count * sizeof *values);
    }
    rows->starts[rows->count] = start;
    rows->starts[++rows->count] = start + count;
    return PAPERTAG_OK;
}

void pt_rows_shrink(pt_rows *rows)
{
    const size_t entries = rows->count ? rows->starts[rows->count] : 0;
    void *terms = entries ? realloc(rows->terms, entries * sizeof *rows->terms) : NULL, *values;

    rows->terms = terms ? terms : rows->terms; /* it may fail: then it stays as large as it was */
    values = terms ? realloc(rows->values, entries * sizeof *rows->values) : NULL;
    rows->values = values ? values : rows->values;
    rows->entries_capacity = terms ? entries : rows->entries_capacity;
}

int pt_rows_narrow(const pt_rows *rows, const uint32_t *number, pt_rows *out)
{
    const size_t entries = rows->count ? rows->starts[rows->count] : 0;
    size_t at = 0;

    *out = (pt_rows){.starts = pt_alloc(rows->count + 1, sizeof *out->starts),
                     .terms = pt_alloc_large(entries, sizeof *out->terms),
                     .values = pt_alloc_large(entries, sizeof *out->values)};
    if (!out->starts || !out->terms || !out->values) {
        return PAPERTAG_NO_MEMORY;
    }
    out->count = rows->count;
    out->capacity = rows->count + 1;
    out->entries_capacity = entries;
    for (size_t i = 0; i < rows->count; i++) {
        const pt_row row = pt_rows_get(rows, i);
        double squares = 0, scale;
        out->starts[i] = at;
        for (size_t k = 0; k < row.count; k++) {
            if (number[row.terms[k]] != UINT32_MAX) {
                out->terms[at] = number[row.terms[k]];
                out->values[at++] = row.values[k];
                squares += (double)row.values[k] * row.values[k];
            }
        }
        scale = squares > 0 ? 1 / sqrt(squares) : 0;
        for (size_t k = out->starts[i]; k < at; k++) {
            out->values[k] = (float)(out->values[k] * scale);
        }
    }
    out->starts[rows->count] = at;
    return PAPERTAG_OK;
}
