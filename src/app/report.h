/*
 * report - the report of an evaluation as a page.
 */
#ifndef REPORT_H
#define REPORT_H

#include "papertag.h"

/* Writes the report of an evaluation as one self-contained HTML file. EXIT_DONE, or EXIT_FAILED after reporting why. */
int write_report_page(const char *path, const papertag_evaluation *evaluation, const papertag_metrics *m,
                      const papertag_metrics *low, const papertag_metrics *high, const papertag_report *report);

#endif
