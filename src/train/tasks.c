/*
 * tasks - what all solvers need: the papers of a fold, and threads that fit many tags at once.
 *
 * Tasks share nothing but their inputs. Each is seeded by its own number, so the number of threads and the order in
 * which tasks end do not change the result.
 */
#include <stdlib.h>

#include "solver.h"

int pt_fit_papers(const pt_fit *fit, size_t fold, uint32_t **papers, size_t *count)
{
    uint32_t *chosen = pt_alloc(fit->rows->count, sizeof *chosen);
    size_t n = 0;

    if (!chosen) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < fit->labels->count; i++) {
        if (fit->fold_of[i] != fold) {
            chosen[n++] = (uint32_t)i;
        }
    }
    for (size_t i = 0, k = n; i < fit->labels->count; i++) {
        if (fit->fold_of[i] == fold) {
            chosen[k++] = (uint32_t)i;
        }
    }
    *papers = chosen;
    *count = n;
    return PAPERTAG_OK;
}

struct run {
    const papertag_train_options *options;
    const char *stage;
    size_t count;
    int (*task)(void *context, size_t i);
    void *context;
};

static int run_task(void *context, size_t i)
{
    const struct run *run = context;

    return run->task(run->context, i);
}

static void report_progress(void *context, size_t finished)
{
    const struct run *run = context;

    if (run->options->progress) {
        run->options->progress(run->options->progress_context, run->stage, finished, run->count);
    }
}

int pt_fit_run(const pt_fit *fit, const char *stage, size_t count, int (*task)(void *context, size_t i), void *context,
               papertag_error *err)
{
    struct run run = {fit->options, stage, count, task, context};
    int status = pt_parallel(fit->options->jobs, count, run_task, &run, report_progress);

    return status == PAPERTAG_NO_MEMORY ? pt_no_memory(err) : status;
}
