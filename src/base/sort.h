/*
 * sort - the order of many scores.
 */
#ifndef PT_BASE_SORT_H
#define PT_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* A number and what it is about. */
typedef struct pt_scored {
    double score; /* not a NaN */
    uint32_t item;
} pt_scored;

/* Sorts by falling score; those of equal score keep their order. 0 or PAPERTAG_NO_MEMORY. */
int pt_sort_scored(pt_scored *items, size_t count);

#endif
