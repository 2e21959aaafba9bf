/*
 * status - how the program ends, and how it reports what went wrong.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdarg.h>

#include "papertag.h"

/* Exit codes: a contract with scripts. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOTHING = 3, EXIT_LATER = 75 };

/* Reports `papertag: ` and a message on a line of standard error. Strings in it are cleaned, see clean.h: every message
 * of the program goes through here. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
void complain_list(const char *format, va_list list) __attribute__((format(printf, 1, 0)));

/* Reports `papertag: message` on standard error; returns EXIT_FAILED. */
int failed(const papertag_error *err);

/* The same; returns EXIT_USAGE when an argument of the user was wrong, else EXIT_FAILED. */
int refused(const papertag_error *err);

/* Reports that there is no memory; returns EXIT_FAILED, which static analysis must see. */
void report_out_of_memory(void);
static inline int out_of_memory(void)
{
    report_out_of_memory();
    return EXIT_FAILED;
}

/* Flushes standard output. EXIT_DONE, or EXIT_FAILED after one report; a reader who left early is not reported. */
int finish_output(void);

#endif
