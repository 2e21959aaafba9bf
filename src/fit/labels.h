/*
 * labels - which tags each of many papers has.
 */
#ifndef PT_LABELS_H
#define PT_LABELS_H

#include "base/base.h"

/* Tags of N papers: paper i has tags[starts[i]] .. tags[starts[i + 1] - 1], ascending. Zero-initialise;
 * pt_labels_free ends it. */
typedef struct pt_labels {
    size_t *starts;       /* N + 1 */
    uint32_t *tags;       /* starts[N] */
    size_t count;         /* N */
    size_t capacity;      /* of starts */
    size_t tags_capacity; /* of tags */
} pt_labels;

void pt_labels_free(pt_labels *labels);

/* Appends a paper with a copy of its `count` tags. 0 or PAPERTAG_NO_MEMORY. */
int pt_labels_append(pt_labels *labels, const uint32_t *tags, size_t count);

bool pt_labels_have(const pt_labels *labels, size_t paper, uint32_t tag);

#endif
