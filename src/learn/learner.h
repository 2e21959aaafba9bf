/*
 * learner - what learner.c and learner_model.c share: evidence, fits, and the model made of them.
 */
#ifndef PT_LEARNER_H
#define PT_LEARNER_H

#include "adapt.h"
#include "model/model.h"
#include "store/models.h"

/* A paper of the training set: its row and all its tags. */
struct labelled {
    uint32_t row;
    papertag_strings tags;
};

/* A tag of the old model, the new one, or both. */
struct tag {
    const char *slug;
    const papertag_own_tag *own; /* made in this store; NULL */
    uint32_t before, after;      /* its number in either model, UINT32_MAX: not there */
    const cJSON *learnt;         /* of the old model's manifest, when it has weights of its own: what they came from; */
    const cJSON *base;           /* and cut, calibration and bias under them; NULL when it has no other weights */
    bool fresh;                  /* the model it all began with does not have it */
    bool gone;
    size_t said, said_count; /* its verdicts: place of the first, and how many */
    struct fitted *fit;      /* when it was learnt anew */
};

/* A tag learnt anew, beside what it was. */
struct fitted {
    struct tag *tag;
    uint32_t *likely; /* rows that the query of an own tag finds; in the arena */
    size_t likely_count;
    uint32_t words; /* the row of its name and definition */
    pt_column column;
    float *before; /* V weights in use till now; NULL when it is new */
    double bias_before, cut_before;
    bool taken;
    size_t yes, no, labelled, right_before, right_after;
    /* opinions on the stored papers, as pt_new_opinions */
    uint32_t *rows;
    double *p, *margins;
    bool *assigned;
    size_t count;
    int64_t *gained, *lost;
    size_t gained_count, lost_count;
};

struct papertag_learner {
    papertag_store *store;
    const papertag_model *model;
    papertag_learn_options options;
    bool in_use; /* the model is the one that the store uses: verdicts.held_out are its */
    pt_arena arena;
    pt_said *said;
    size_t said_count;
    papertag_own_tag *own;
    size_t own_count;
    pt_stored_rows papers; /* its rows go on with labelled papers that are not in the store */
    pt_counter counter;
    struct labelled *labelled;
    size_t labelled_count, labelled_capacity;
    papertag_paper *dev;
    size_t dev_count, dev_capacity;
    struct tag *tags; /* by slug */
    size_t tag_count, new_count;
    struct fitted *fits;
    size_t fit_count;
    bool reading; /* in a transaction, so that all that is read is of one moment */
    bool fitted;
    papertag_tag_change *changes;
    papertag_learning report;
    pt_buf summary;
    void *bytes; /* of the new model */
    size_t size;
    papertag_model *result;
};

/* Puts the new model together from what was taken: l->bytes, l->result. */
int pt_learner_assemble(papertag_learner *l, papertag_error *err);

/* The hash of a tag's evidence, as a manifest keeps it. */
uint64_t pt_learner_evidence(const papertag_learner *l, const struct tag *tag);

/* Measures both models on the dev papers. */
int pt_learner_measure(papertag_learner *l, papertag_error *err);

#endif
