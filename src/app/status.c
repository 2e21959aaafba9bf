/*
 * status - messages about failures, each on a line of standard error that starts with the program's name.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "status.h"
#include "text.h"

void complain_list(const char *format, va_list list)
{
    text line = {0};

    text_put(&line, "papertag: ");
    text_format_list(&line, format, list);
    text_put(&line, "\n");
    fputs(line.failed ? "papertag: out of memory\n" : line.data, stderr);
    text_free(&line);
}

void complain(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    complain_list(format, list);
    va_end(list);
}

int failed(const papertag_error *err)
{
    complain("%s", err->message);
    return EXIT_FAILED;
}

int refused(const papertag_error *err)
{
    failed(err);
    return err->status == PAPERTAG_BAD_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
}

void report_out_of_memory(void)
{
    complain("out of memory");
}

int finish_output(void)
{
    static bool reported; /* what cannot be written stays in the buffer of stdout, and fails again at each flush */

    if (!fflush(stdout) && !ferror(stdout)) {
        return EXIT_DONE;
    }
    if (!reported && errno != EPIPE) {
        complain("cannot write the output: %s", strerror(errno));
    }
    reported = true;
    return EXIT_FAILED;
}
