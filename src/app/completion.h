/*
 * completion - scripts that complete commands, options and their values in a shell.
 */
#ifndef COMPLETION_H
#define COMPLETION_H

/* The shells: "bash", "zsh", "fish". NULL ends them. */
extern const char *const completion_shells[];

/* Writes the script for one of them to standard output. EXIT_DONE or EXIT_FAILED. */
int print_completion(int shell);

#endif
