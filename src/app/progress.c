/*
 * progress - the line is drawn with spaces and a carriage return: no colour, and no escape sequence that a terminal may
 * not know.
 */
#include <stdio.h>
#include <unistd.h>

#include "progress.h"

enum { BAR = 30, COLUMNS = 72 };

void progress_begin(progress *p)
{
    *p = (progress){.terminal = isatty(STDERR_FILENO)};
    clock_gettime(CLOCK_MONOTONIC, &p->begun);
}

/* Whether the work has taken a second. */
static bool is_long(const progress *p)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - p->begun.tv_sec) + 1e-9 * (double)(now.tv_nsec - p->begun.tv_nsec) > 1;
}

void progress_show(void *context, const char *stage, size_t done, size_t total)
{
    progress *p = context;
    const size_t length = total ? (done < total ? done : total) * BAR / total : 0;
    char line[128], bar[BAR + 1];

    if (!p->terminal || (!p->shown && !is_long(p))) {
        return;
    }
    for (size_t i = 0; i < BAR; i++) {
        bar[i] = i < length ? '#' : '.';
    }
    bar[BAR] = '\0';
    if (total) {
        snprintf(line, sizeof line, "%-20.20s [%s] %zu/%zu", stage, bar, done, total);
    } else {
        snprintf(line, sizeof line, "%-20.20s %zu", stage, done);
    }
    fprintf(stderr, "\r%-*.*s", COLUMNS, COLUMNS, line);
    p->shown = true;
}

void progress_end(progress *p)
{
    if (p->shown) {
        fprintf(stderr, "\r%*s\r", COLUMNS, "");
        p->shown = false;
    }
}
