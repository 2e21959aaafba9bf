/*
 * rows - compressed sparse rows: all terms in one array, all values in another.
 */
#include "rows.h"

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
