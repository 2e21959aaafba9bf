/*
 * stored - what the commands that show papers of the store share.
 */
#ifndef STORED_H
#define STORED_H

#include "../app.h"

/* Opens the store and finds the paper whose id is the first operand. EXIT_DONE; else, after saying why, EXIT_NOTHING
 * when the store has no such paper, or EXIT_FAILED. */
int find_stored(const args *a, papertag_store **store, int64_t *key);

/* Writes papers to standard output: for a person, or with --json a line each. EXIT_DONE, or EXIT_FAILED after saying
 * why. */
int write_stored(const args *a, papertag_store *store, const int64_t *keys, size_t count);

/* The same in the format of --format, if there is one. EXIT_USAGE for one that is not known. */
int export_stored(const args *a, papertag_store *store, const int64_t *keys, size_t count);

#endif
