/*
 * metrics - see metrics.h.
 */
#include <string.h>

#include "metrics.h"

#define ROW(field, words)                                                                                              \
    {                                                                                                                  \
#field, words, offsetof(papertag_metrics, field)                                                               \
    }

const metric metrics[METRICS] = {
    ROW(f1_micro, "micro-F1"),
    ROW(f1_macro, "macro-F1 (tags with support)"),
    ROW(f1_samples, "mean F1 per paper"),
    ROW(precision_micro, "micro precision"),
    ROW(recall_micro, "micro recall"),
    ROW(p_at_1, "precision at 1"),
    ROW(p_at_3, "precision at 3"),
    ROW(p_at_5, "precision at 5"),
    ROW(ndcg_at_5, "NDCG at 5"),
    ROW(lrap, "label ranking average precision"),
    ROW(ece, "expected calibration error"),
};

double metric_value(const papertag_metrics *m, int i)
{
    double value;

    memcpy(&value, (const char *)m + metrics[i].offset, sizeof value);
    return value;
}
