/*
 * lesson - what retrain, tag-new and tag-remove share: a learner over the store, and the report of what it changes.
 */
#ifndef LESSON_H
#define LESSON_H

#include "../app.h"

/* What one run needs. */
struct lesson {
    const args *args;
    papertag_store *store;
    papertag_model *model;
    papertag_learner *learner;
    unsigned long shown; /* papers named of those that flip, of each tag */
    style style;
    text out;
};

/* Opens store and model, and reads --show. EXIT_DONE; else EXIT_USAGE or EXIT_FAILED after saying why. */
int lesson_open(struct lesson *job, const args *a);
void lesson_close(struct lesson *job);

/* Fits, reports what changes, and takes the new model when it is better, or --force is given. With `dry` nothing is
 * changed. EXIT_DONE; EXIT_NOTHING when there is nothing to learn; else EXIT_USAGE or EXIT_FAILED. */
int lesson_learn(struct lesson *job, bool dry);

#define OPTION_SHOW                                                                                                    \
    {                                                                                                                  \
        "show", 0, "N", "name N papers that gain a tag, and N that lose it (default: 3); JSON has all"                 \
    }

#endif
