/*
 * measure - how well assigned tags fit gold tags. What the later folders use.
 */
#ifndef PT_MEASURE_H
#define PT_MEASURE_H

#include "model/model.h"
#include "statistics.h"

/* Tags N labelled papers with a model and measures the result. *out: the evaluation (papertag_evaluation_close), NULL
 * after an error; metrics->per_tag is borrowed from it. Errors: as papertag_evaluation_add and _metrics. */
int pt_evaluate(const papertag_model *model, const papertag_paper *papers, size_t count, papertag_evaluation **out,
                papertag_metrics *metrics, papertag_error *err);

/* Micro- and macro-F1, 0 to 1, from the true positives, false positives and false negatives of T tags; macro over the
 * tags with support (tp + fn > 0). 0 when there is nothing to count. */
void pt_f1(const uint32_t *tp, const uint32_t *fp, const uint32_t *fn, size_t tags, double *micro, double *macro);

#endif
