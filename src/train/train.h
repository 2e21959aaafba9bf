/*
 * train - the trainer, and the steps from collected papers to a model file. papertag_trainer_fit puts them in order.
 */
#ifndef PT_TRAIN_H
#define PT_TRAIN_H

#include "fit.h"
#include "tags/tags.h"
#include "text/tfidf.h"

/* Papers whose terms are counted together. */
enum { PT_QUEUE = 256 };

struct papertag_trainer {
    papertag_train_options options;
    char *name;
    pt_tfidf_options tfidf;
    pt_lexicon lexicon;
    pt_texts queue[PT_QUEUE]; /* read, and not yet in `queue_rows`, which is `rows` or `pool` */
    size_t queued;
    pt_rows *queue_rows;
    pt_arena queue_arena;
    bool broken;      /* there was no memory for papers that count as added: nothing more can be done */
    pt_rows rows;     /* N rows of (lexicon term, tf), until pt_train_choose makes them tf-idf */
    pt_labels labels; /* tags by order of meeting */
    pt_rows pool;     /* of the unlabelled papers, likewise */
    pt_labels named;  /* the tags that their keywords name */
    bool *has_keywords;
    size_t has_keywords_capacity;
    pt_keyword_index keywords; /* of the tag list, made when first needed */
    pt_arena arena;            /* slugs, dev papers */
    const char **tags;         /* slugs by order of meeting */
    uint32_t *sorted;          /* their numbers, in slug order */
    size_t tag_count, tags_capacity, sorted_capacity;
    papertag_paper *dev; /* title, abstract, tags, maybe */
    size_t dev_count, dev_capacity;
    uint64_t hash; /* of all training papers in order */
    pt_tag_list list;
    bool fitted;
};

/* What a cross-validation gives, and the fit of all papers that goes with it. */
typedef struct pt_result {
    float *margins;               /* N x T, each paper's by a fit that has not seen it */
    double *a, *b, *cuts;         /* T: calibration and cuts */
    double levels[PT_PRECISIONS]; /* p by precision: see pt_find_cuts */
    double f1;                    /* micro-F1 by which fits are compared */
    float **blocks;               /* the weights, for the linear kernel: see pt_fit_held_out */
} pt_result;

/* What a training makes. Zero-initialise; pt_training_free ends it. */
typedef struct pt_training {
    uint32_t *kept;            /* T: tag of the model -> number by order of meeting; in slug order */
    size_t *examples;          /* T: labelled papers with the tag */
    size_t *named_examples;    /* T: unlabelled papers whose keywords name it */
    size_t tags;               /* T */
    pt_labels labels;          /* by tag of the model */
    pt_labels named;           /* all rows, those of labelled papers empty */
    bool *has_keywords;        /* all rows */
    pt_chosen chosen;          /* the vocabulary */
    uint32_t *fold_of;         /* N */
    pt_fit fit;                /* what of this the fit looks at */
    pt_result result;          /* the best so far */
    double *platt;             /* 2 T: calibration of the teacher */
    double f1_micro, f1_macro; /* of the held-out margins at the cuts */
    float **prior;             /* weights by keywords alone; NULL without any */
    pt_lsa lsa;                /* of all rows; rank 0 without unlabelled ones */
    pt_rows extended;          /* the labelled rows, extended by it */
    pt_support support;        /* the support vectors, for another */
} pt_training;

void pt_training_free(pt_training *r);

/* Counts the terms of papers that have been added and not yet counted. */
int pt_train_count(papertag_trainer *t, papertag_error *err);

/* Chooses tags and vocabulary, weighs the rows, deals papers into folds. */
int pt_train_choose(papertag_trainer *t, pt_training *r, papertag_error *err);

/* Weights, and margins by cross-validation, with the C that was asked for or the best of a few; from the margins
 * calibration and cuts. */
int pt_train_cross_validate(papertag_trainer *t, pt_training *r, papertag_error *err);

/* With unlabelled papers, the same for students of what has been found so far. */
int pt_train_students(papertag_trainer *t, pt_training *r, papertag_error *err);

/* Puts the model file together, measures it on the dev papers, writes it. */
int pt_train_write(const papertag_trainer *t, const pt_training *r, const char *path, papertag_error *err);

#endif
