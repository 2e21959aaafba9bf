/*
 * page_eval - the report of an evaluation as a page.
 */
#ifndef PAGE_EVAL_H
#define PAGE_EVAL_H

#include "papertag.h"

/* Writes the report of an evaluation as one self-contained HTML file. EXIT_DONE, or EXIT_FAILED after saying why. */
int write_evaluation_page(const char *path, const papertag_evaluation *evaluation, const papertag_metrics *m,
                          const papertag_metrics *low, const papertag_metrics *high, const papertag_report *report);

/* The metrics of the contract, one after the other: their words and values. */
extern const int evaluation_rows;
const char *evaluation_words(int row);
double evaluation_metric(const papertag_metrics *m, int row);

#endif
