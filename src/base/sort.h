/*
 * sort - the order of many scores, and the first of many items.
 */
#ifndef PT_BASE_SORT_H
#define PT_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number and what it is about. */
typedef struct pt_scored {
    double score; /* not a NaN */
    uint32_t item;
} pt_scored;

/* Sorts by falling score; those of equal score keep their order. 0 or PAPERTAG_NO_MEMORY. */
int pt_sort_scored(pt_scored *items, size_t count);

/* The k items that come first in an order, of any number taken one by one. They are sorted and cut to k each time there
 * are twice as many. Set the first three; the others start as 0. */
typedef struct pt_top {
    size_t k;                                     /* SIZE_MAX: all */
    size_t size;                                  /* of an item, bytes */
    int (*compare)(const void *a, const void *b); /* below 0: `a` comes first; 0 for none of two that are taken */
    void *items;                                  /* count, to free */
    size_t count, capacity;
    bool is_full; /* k have been sorted: what comes after pt_top_last is not taken */
} pt_top;

/* Takes a copy of the item if it may be among the first. 0 or PAPERTAG_NO_MEMORY. */
int pt_top_take(pt_top *top, const void *item);

/* Sorts what was taken and leaves k at most. */
void pt_top_cut(pt_top *top);

/* The last of the first k; NULL before they are full. */
static inline const void *pt_top_last(const pt_top *top)
{
    return top->is_full ? (const char *)top->items + (top->k - 1) * top->size : NULL;
}

#endif
