/*
 * manual - manual pages and shell completion, written from the table of commands.
 */
#ifndef MANUAL_H
#define MANUAL_H

#include "options.h"

/* What papertag is, in a sentence. */
extern const char *const about_papertag;

/* papertag(1), papertag-COMMAND(1), and a completion script for bash, on standard output. EXIT_DONE or EXIT_FAILED. */
int print_manual(void);
int print_command_manual(const command *c);
int print_completion(void);

#endif
