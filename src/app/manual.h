/*
 * manual - manual pages, written from the table of commands.
 */
#ifndef MANUAL_H
#define MANUAL_H

#include "options.h"

/* What papertag is, in a sentence. */
extern const char *const about_papertag;

/* papertag(1) and papertag-COMMAND(1), on standard output. EXIT_DONE or EXIT_FAILED. */
int print_manual(void);
int print_command_manual(const command *c);

#endif
