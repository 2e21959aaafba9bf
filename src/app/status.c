/*
 * status - messages about failures, each on a line of standard error that starts with the program's name.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "status.h"

int failed(const papertag_error *err)
{
    fprintf(stderr, "papertag: %s\n", err->message);
    return EXIT_FAILED;
}

int refused(const papertag_error *err)
{
    failed(err);
    return err->status == PAPERTAG_BAD_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
}

void report_out_of_memory(void)
{
    fprintf(stderr, "papertag: out of memory\n");
}

int finish_output(void)
{
    static bool reported; /* what cannot be written stays in the buffer of stdout, and fails again at each flush */

    if (!fflush(stdout) && !ferror(stdout)) {
        return EXIT_DONE;
    }
    if (!reported && errno != EPIPE) {
        fprintf(stderr, "papertag: cannot write the output: %s\n", strerror(errno));
    }
    reported = true;
    return EXIT_FAILED;
}
