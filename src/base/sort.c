/*
 * sort - a radix sort of scores, a byte at a time from the lowest: comparing a million takes several times as long. And
 * the first k of many items.
 */
#include "sort.h"

#include <stdlib.h>
#include <string.h>

#include "base.h"

enum { DIGITS = sizeof(uint64_t), VALUES = 256 };

/* A number that is less for a higher score. The bits of a double above 0 are in its order, those below 0 in the reverse
 * one; 0 and -0 are one score. */
static inline uint64_t key_of(double score)
{
    uint64_t bits;

    score += 0.0;
    memcpy(&bits, &score, sizeof bits);
    return bits >> 63 ? bits : ~(bits | (uint64_t)1 << 63);
}

static inline unsigned digit_of(double score, unsigned digit)
{
    return key_of(score) >> 8 * digit & (VALUES - 1);
}

int pt_sort_scored(pt_scored *items, size_t count)
{
    size_t counts[DIGITS][VALUES] = {{0}};
    pt_scored *scratch, *from = items, *to;

    if (count < 2) {
        return PAPERTAG_OK;
    }
    scratch = to = pt_alloc(count, sizeof *scratch);
    if (!scratch) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        for (unsigned d = 0; d < DIGITS; d++) {
            counts[d][digit_of(items[i].score, d)]++;
        }
    }
    for (unsigned d = 0; d < DIGITS; d++) {
        size_t place = 0;
        pt_scored *swap = from;
        if (counts[d][digit_of(items[0].score, d)] == count) {
            continue; /* all have the same */
        }
        for (unsigned value = 0; value < VALUES; value++) {
            const size_t here = counts[d][value];
            counts[d][value] = place;
            place += here;
        }
        for (size_t i = 0; i < count; i++) {
            to[counts[d][digit_of(from[i].score, d)]++] = from[i];
        }
        from = to;
        to = swap;
    }
    if (from != items) {
        memcpy(items, from, count * sizeof *items);
    }
    free(scratch);
    return PAPERTAG_OK;
}

void pt_top_cut(pt_top *top)
{
    pt_sort(top->items, top->count, top->size, top->compare);
    if (top->k && top->count >= top->k) {
        top->count = top->k;
        top->is_full = true;
    }
}

int pt_top_take(pt_top *top, const void *item)
{
    if (!top->k || (top->is_full && top->compare(item, pt_top_last(top)) > 0)) {
        return PAPERTAG_OK;
    }
    if (pt_reserve(&top->items, &top->capacity, top->count + 1, top->size)) {
        return PAPERTAG_NO_MEMORY;
    }
    memcpy((char *)top->items + top->count++ * top->size, item, top->size);
    if (top->count / 2 >= top->k) {
        pt_top_cut(top);
    }
    return PAPERTAG_OK;
}
