/*
 * places - where models and stores are.
 */
#ifndef PLACES_H
#define PLACES_H

#include "options.h"
#include "text.h"

/* Opens the model to work with: that of --model, else the one that the store (NULL: none) uses, else that of the
 * environment or the installation. */
papertag_status find_model(const args *a, papertag_store *store, papertag_model **model, papertag_error *err);

/* The same. EXIT_DONE, or EXIT_FAILED after reporting why. */
int open_model(const args *a, papertag_store *store, papertag_model **model);

/* Opens the store that --db, the environment or the home directory names; `create`: makes it when there is none.
 * EXIT_DONE, or EXIT_FAILED after reporting why. */
int open_store(const args *a, bool create, papertag_store **store);

/* Adds the path of that store; false, after reporting it, when nothing names one. */
bool store_path(const args *a, text *path);

/* Whether that store exists. */
bool store_is_there(const args *a);

#endif
