/*
 * labels - the tags of many papers, one paper after the other in one array.
 */
#include "labels.h"

#include <stdlib.h>

void pt_labels_free(pt_labels *labels)
{
    free(labels->starts);
    free(labels->tags);
    *labels = (pt_labels){0};
}

int pt_labels_append(pt_labels *labels, const uint32_t *tags, size_t count)
{
    size_t start = labels->count ? labels->starts[labels->count] : 0;

    if (pt_reserve(&labels->starts, &labels->capacity, labels->count + 2, sizeof *labels->starts) ||
        pt_reserve(&labels->tags, &labels->tags_capacity, start + count, sizeof *labels->tags)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (count) {
        memcpy(labels->tags + start, tags, count * sizeof *tags);
    }
    labels->starts[labels->count] = start;
    labels->starts[++labels->count] = start + count;
    return PAPERTAG_OK;
}

bool pt_labels_have(const pt_labels *labels, size_t paper, uint32_t tag)
{
    for (size_t i = labels->starts[paper]; i < labels->starts[paper + 1]; i++) {
        if (labels->tags[i] == tag) {
            return true;
        }
    }
    return false;
}
