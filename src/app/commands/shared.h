/*
 * shared - what one command does for another.
 */
#ifndef COMMANDS_SHARED_H
#define COMMANDS_SHARED_H

#include "../options.h"

/* Tags every stored paper that another model tagged, or none; adds to *count. EXIT_DONE, or EXIT_FAILED. */
int retag(papertag_store *store, const papertag_model *model, size_t *count);

/* eval --store. */
int eval_store(const args *a);

#endif
