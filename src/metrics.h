/*
 * metrics - how well assigned tags and rankings fit the gold tags.
 */
#ifndef PT_METRICS_H
#define PT_METRICS_H

#include "base.h"

/* Opens an evaluation over the tags given (slug order, no doubles; copied) without a model. */
int pt_evaluation_open(papertag_evaluation **out, const char *const *tags, size_t count, papertag_error *err);

/* Micro- and macro-F1 from the counts of true positives, false positives and false negatives of each tag; macro over
 * the tags with support (tp + fn > 0). 0 where nothing is to be counted. */
void pt_f1(const uint32_t *tp, const uint32_t *fp, const uint32_t *fn, size_t tags, double *micro, double *macro);

#endif
