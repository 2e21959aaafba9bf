/*
 * help - help, the manual and shell completion, written from the table of commands.
 */
#ifndef HELP_H
#define HELP_H

#include <stdio.h>

#include "options.h"

/* Lists the commands; explains one. EXIT_DONE, or EXIT_FAILED after reporting why. */
int print_overview(FILE *out);
int print_command_help(FILE *out, const command *c);

/* Reports that there is no such command, with the nearest; returns EXIT_USAGE. */
int unknown_command(const char *name);

#endif
