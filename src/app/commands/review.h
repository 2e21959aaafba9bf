/*
 * review - what the parts of the command share: the questions, where the person is in them, what a key does.
 */
#ifndef REVIEW_H
#define REVIEW_H

#include "../app.h"

enum { CHOICES = 9 };

/* A proposed tag as the screen has it. */
struct choice {
    char tag[128];
    double p;
    bool assigned; /* by the model */
    bool on;       /* in force now */
    bool said;     /* by a person */
};

/* What can be taken back: an answer, which closed a question, or a verdict on one tag within it. */
struct step {
    size_t question;
    bool answer;
    size_t asked, right; /* what it added to the tallies */
};

struct review {
    const args *args;
    papertag_store *store;
    papertag_model *model;
    papertag_tagger *tagger;
    papertag_question *questions; /* their tags belong to `names` */
    char **names;
    size_t count, at;
    bool random, json;
    const char *order;
    struct step *steps;
    size_t step_count, step_capacity;
    size_t answered, asked, right; /* questions; decisions of the model judged, and found right */
    const papertag_stored *paper;  /* of the question at hand */
    struct choice choices[CHOICES];
    size_t choice_count;
    unsigned scroll;
    char note[400]; /* what the last key did, in words */
    style style;
};

/* The question at hand. */
const papertag_question *review_question(const struct review *r);

/* Says why it cannot go on, on the terminal as it was; err NULL: for want of memory. EXIT_FAILED. */
int review_stop(const papertag_error *err);

/* Reads the paper at hand anew and lists its tags: those in force, then the likeliest of the others. EXIT_DONE or
 * EXIT_FAILED. */
int review_open(struct review *r);

/* Records a verdict on one more tag of the paper at hand. EXIT_DONE or EXIT_FAILED. */
int review_judge(struct review *r, const char *tag, bool yes);

/* Acts on a key. *end: the person is done. False: not a key of this program's. */
bool review_act(struct review *r, int key, int *code, bool *end);

/* What the answers so far say of the model; the question; the tag whose terms are marked (SIZE_MAX: none). */
void review_write_tally(const struct review *r, text *out);
void review_write_question(const struct review *r, text *out);
size_t review_marked_tag(const struct review *r);

/* What the keys do, a line each. */
extern const char *const review_keys;

/* Asks the questions on a screen, key by key; in lines of text. EXIT_DONE or EXIT_FAILED. */
int review_screen(struct review *r);
int review_lines(struct review *r);

#endif
