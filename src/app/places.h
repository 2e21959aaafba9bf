/*
 * places - where models and stores are.
 */
#ifndef PLACES_H
#define PLACES_H

#include <sys/types.h>

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

/* Adds the absolute form of a path. */
void text_absolute_path(text *t, const char *path);

/* Makes the folders on the way to a file, with this mode. False after reporting why it cannot. */
bool make_folders(char *path, mode_t mode);

/* Whether a file can be made at a path; asked before long work, which is not to fail at its end. EXIT_DONE, also for
 * NULL, or EXIT_FAILED after reporting why. */
int check_output(const char *path);

/* What is wrong with a path that stands for a file a day: %Y, %m and %d are the day's, %% a percent sign. NULL:
 * nothing. */
const char *day_path_fault(const char *pattern);

/* Adds the file of a day (YYYY-MM-DD). When there is one already, "-2", "-3" ... goes before its ending: a file of a
 * day stays as it was delivered. A path that is the same every day is taken as it is. */
void text_day_path(text *t, const char *pattern, const char *day);

/* Whether an option, a setting or the environment says where that store is. */
bool names_store(const args *a);

/* Whether that store exists. */
bool store_is_there(const args *a);

#endif
