/*
 * metrics - the metrics of an evaluation in the order in which they are reported.
 */
#ifndef METRICS_H
#define METRICS_H

#include <stddef.h>

#include "papertag.h"

typedef struct metric {
    const char *key;   /* in JSON */
    const char *words; /* for people */
    size_t offset;     /* in papertag_metrics: a double */
} metric;

enum { METRICS = 11 };
extern const metric metrics[METRICS];

double metric_value(const papertag_metrics *m, int i);

#endif
