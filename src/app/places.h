/*
 * places - where models, stores and installed files are.
 */
#ifndef PLACES_H
#define PLACES_H

#include "options.h"
#include "text.h"

/* Opens the model to work with: that of --model, else the one that the store (NULL: none) uses, else that of the
 * environment or the installation. */
papertag_status find_model(const args *a, papertag_store *store, papertag_model **model, papertag_error *err);

/* The same: EXIT_DONE, or EXIT_FAILED after saying why. */
int open_model(const args *a, papertag_store *store, papertag_model **model);

/* The first of the places (relative to the program, NULL ends them) where there is a file, in path. */
bool find_installed(const char *const *places, char *path, size_t size);

/* Opens the store that --db, the environment or the home directory names; with `create` it is made if it is not there.
 * EXIT_DONE, or EXIT_FAILED after saying why. */
int open_store(const args *a, bool create, papertag_store **store);

/* Adds the path of that store; false, after saying so, when nothing names one. */
bool store_path(const args *a, text *path);

/* Whether that store is there. */
bool store_is_there(const args *a);

#endif
