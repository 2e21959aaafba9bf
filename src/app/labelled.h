/*
 * labelled - papers of the training set of the model that ships: their ids and tags, without their texts.
 */
#ifndef LABELLED_H
#define LABELLED_H

#include "options.h"

typedef struct labelled_row {
    const char *id;
    const char **tags; /* count; owned */
    size_t count;
} labelled_row;

/* The training set of the model that ships, by id. */
typedef struct labelled {
    labelled_row *rows; /* count, by id */
    size_t count;
    char *text; /* of the file, which the rows point into */
} labelled;

/* Reads the file of --labels, else the one that was installed with the program, else none. EXIT_DONE, or EXIT_FAILED
 * after reporting why, with file and line. */
int labelled_open(const args *a, labelled *out);
const labelled_row *labelled_find(const labelled *l, const char *id); /* NULL: there is none */
bool labelled_has_tag(const labelled *l, const char *tag);            /* whether any of them has the tag */
void labelled_close(labelled *l);

#endif
