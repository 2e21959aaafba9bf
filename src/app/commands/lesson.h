/*
 * lesson - what retrain, tag-new and tag-remove share: a learner over the store, and the report of what changes.
 */
#ifndef LESSON_H
#define LESSON_H

#include "../app.h"

struct lesson {
    const args *args;
    papertag_store *store;
    papertag_model *model;
    papertag_learner *learner;
    unsigned long shown; /* papers to name for each tag that gain a tag, and as many that lose it */
    style style;
    const char *removed; /* a tag that is to go; NULL */
    progress progress;   /* its line goes before anything is printed */
    text out;
};

/* Opens a learner. Returns EXIT_DONE, or EXIT_USAGE or EXIT_FAILED after a message. */
int lesson_start(struct lesson *lesson, papertag_learn_options *options);

/* Opens store and model, and reads --show. Returns EXIT_DONE, or EXIT_USAGE or EXIT_FAILED after a message. */
int lesson_open(struct lesson *lesson, const args *a);
void lesson_close(struct lesson *lesson);

/* Fits, reports what changes, and takes the new model if it is better or --force is given. With `dry` nothing is
 * changed. Returns EXIT_DONE, EXIT_NOTHING when there is nothing to learn, or EXIT_USAGE or EXIT_FAILED. */
int lesson_learn(struct lesson *lesson, bool dry);

#define OPTION_SHOW                                                                                                    \
    {                                                                                                                  \
        "show", 0, "N", "name N papers that gain a tag, and N that lose it (default: 3); JSON has all"                 \
    }

#endif
