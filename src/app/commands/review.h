/*
 * review - what the parts of the command share: the questions, how far the person has come, what a key does.
 */
#ifndef REVIEW_H
#define REVIEW_H

#include "../app.h"

enum { CHOICES = 9 }; /* the keys 1 to 9 */

/* A tag that the person can turn on or off. */
struct choice {
    char tag[128]; /* slug */
    double p;
    bool assigned; /* by the model */
    bool on;       /* in force now */
    bool judged;   /* by a person */
};

/* What can be undone: an answer, which closed a question, or a verdict on one tag. */
struct step {
    size_t question;
    bool answer;
    size_t asked, right; /* what it added to the counts below */
    int64_t call;        /* of the store, that recorded it */
};

struct review {
    papertag_store *store;
    papertag_model *model;
    papertag_tagger *tagger;
    papertag_question *questions; /* count */
    char **names;                 /* count; the tags of the questions */
    size_t count, at;             /* `at` is the current question */
    bool random, json;            /* --order random, --json */
    const char *order;            /* in words */
    struct step *steps;           /* step_count; the last is undone first */
    size_t step_count, step_capacity;
    size_t answered;                /* questions */
    size_t asked, right;            /* decisions of the model that were judged, and those confirmed */
    const papertag_stored *paper;   /* of the current question */
    struct choice choices[CHOICES]; /* choice_count; tags in force first */
    size_t choice_count;
    unsigned scroll; /* lines of the abstract or the help above the screen */
    char note[400];  /* what the last key did, in words */
    bool refused;    /* the note says why that key or name was refused */
    style style;
};

/* The current question. */
const papertag_question *review_question(const struct review *r);

/* Sets the note, which may be empty. `refused`: it says why the input was refused. */
void review_set_note(struct review *r, bool refused, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Restores the terminal and reports the error, NULL: out of memory. Returns EXIT_FAILED. */
int review_stop(const papertag_error *err);

/* Reads the paper of the current question and its tags: those in force, then the most probable others. EXIT_DONE or
 * EXIT_FAILED. */
int review_open(struct review *r);

/* Records a verdict on one more tag of the paper. A name that the store does not know becomes a note. EXIT_DONE or
 * EXIT_FAILED. */
int review_judge(struct review *r, const char *tag, bool yes);

/* Acts on a key. *end: the person is done. False: the key has no meaning here. */
bool review_act(struct review *r, int key, int *code, bool *end);

/* How many questions are answered, and how often the model was right. */
void review_write_tally(const struct review *r, text *out);

void review_write_question(const struct review *r, text *out);

/* What the keys do, wrapped to the style's width. */
void review_write_keys(const struct review *r, text *out);

/* The tag whose terms are marked: that of the question, else the first in force. SIZE_MAX: the model has none. */
size_t review_marked_tag(const struct review *r);

/* Asks the questions on a screen, key by key. EXIT_DONE or EXIT_FAILED. */
int review_screen(struct review *r);

/* Asks them in lines of text or JSON. EXIT_DONE or EXIT_FAILED. */
int review_lines(struct review *r);

#endif
