/*
 * help - help, the manual and shell completion, written from the table of commands.
 */
#ifndef HELP_H
#define HELP_H

#include <stdio.h>

#include "options.h"

void print_overview(FILE *out);
void print_command_help(FILE *out, const command *c);

/* Reports that there is no such command, with the nearest; returns EXIT_USAGE. */
int unknown_command(const char *name);

#endif
