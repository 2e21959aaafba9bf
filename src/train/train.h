/*
 * train - the trainer, and the steps from collected papers to a model file. The face of this folder;
 * papertag_trainer_fit calls the steps in order.
 *
 *     options.c      defaults, ranges, the table of solvers
 *     collect.c      papers as counts of terms and numbers of tags
 *     choose.c       tags, vocabulary, folds
 *     prune.c        of many terms those that weigh most
 *     search.c       the settings that decide best on held-out papers
 *       fit.c        the linear solver       machines.c   the libsvm solver
 *     decide.c       cardinality, calibration and cuts
 *     write.c        the manifest and the file
 */
#ifndef PT_TRAIN_H
#define PT_TRAIN_H

#include "solver.h"
#include "tags/tags.h"
#include "text/tfidf.h"

/* Papers whose terms are counted together, in the background while the next ones are read. */
enum { PT_QUEUE = 256 };

typedef struct pt_queue {
    pt_texts texts[PT_QUEUE]; /* count */
    size_t count;
    pt_rows *rows; /* where their terms go: `rows` or `pool` of the trainer */
    pt_arena arena;
} pt_queue;

struct papertag_trainer {
    papertag_train_options options;
    char *name; /* of the model */
    pt_tfidf_options tfidf;
    pt_lexicon lexicon;

    pt_queue queues[2];     /* papers whose terms are being counted, and those that wait */
    pt_queue *waiting;      /* the latter */
    pt_background counting; /* of the former */
    bool broken;            /* memory ran out for papers that were added already: every later call fails */

    pt_rows rows; /* N labelled papers: (lexicon term, tf); pt_train_choose makes them tf-idf, unlabelled included */
    pt_labels labels;   /* N: tags by the trainer's numbers */
    pt_rows pool;       /* unlabelled papers, likewise */
    pt_labels named;    /* of each: the tags that its keywords name */
    bool *has_keywords; /* of each */
    size_t has_keywords_capacity;
    pt_keyword_index keywords; /* of the tag list, built when first needed */

    const char **tags; /* tag_count slugs, in order of appearance: the trainer's numbers */
    uint32_t *sorted;  /* tag_count: these numbers in slug order */
    size_t tag_count, tags_capacity, sorted_capacity;

    papertag_paper *dev; /* dev_count: title, abstract, tags, maybe */
    size_t dev_count, dev_capacity;
    pt_arena arena; /* slugs, dev papers */
    uint64_t hash;  /* of all papers to learn from, in order */
    pt_tag_list list;
    bool fitted;
};

/* What a cross-validation yields, with the fit to all papers that goes with it. */
typedef struct pt_result {
    float *margins;            /* N x T: each paper's by a fit that has not seen it, moved by its offset */
    double *alone_a, *alone_b; /* T: calibration of these margins before they were moved */
    pt_cardinality cardinality;
    double *a, *b;                /* T: calibration */
    double *cuts;                 /* T */
    double *strictness;           /* T: see pt_find_cuts */
    double levels[PT_PRECISIONS]; /* p by precision: see pt_find_cuts */
    double f1;                    /* micro-F1 by which fits are compared */
    float **blocks;               /* weights, for a linear kernel: see pt_solver */
} pt_result;

/* What a training makes, step by step. Zero-initialise; pt_training_free ends it. */
typedef struct pt_training {
    size_t tags;            /* T */
    uint32_t *trainer_tags; /* T: the trainer's number of each; in slug order */
    size_t *examples;       /* T: labelled papers with the tag */
    size_t *named_examples; /* T: unlabelled papers whose keywords name it */
    pt_labels labels;       /* N, by the numbers of the model */
    pt_labels named;        /* all rows, likewise; empty for labelled papers */
    bool *has_keywords;     /* all rows */
    pt_chosen chosen;       /* the vocabulary, V terms */
    uint32_t *fold_of;      /* N */
    uint32_t *numbers;      /* see pt_fit; NULL: no terms were pruned */
    pt_duals *duals;        /* duals_count: see pt_fit */
    size_t duals_count;
    pt_fit fit;       /* how to fit: the best so far */
    pt_result result; /* the best so far */
    float **prior;    /* blocks of weights by keywords alone; NULL: none */
    pt_lsa lsa;       /* of all rows; rank 0 without unlabelled ones */
    pt_rows extended; /* N: the labelled rows, extended by it */
    double *platt;    /* 2 T: calibration of the teachers */
    double f1_micro;  /* of the held-out margins at the cuts */
    double f1_macro;
    pt_support support; /* support vectors, for a kernel that is not linear */
} pt_training;

void pt_training_free(pt_training *r);

/* PAPERTAG_BAD_ARGUMENT names the option that is out of range. */
int pt_train_options_check(const papertag_train_options *options, papertag_error *err);

/* Counts the terms of all papers that were added. */
int pt_train_count(papertag_trainer *t, papertag_error *err);

/* Chooses tags and vocabulary, makes the rows tf-idf, deals papers into folds. */
int pt_train_choose(papertag_trainer *t, pt_training *r, papertag_error *err);

/* How many of the most frequent terms are looked at (0: all). Call it before the pool is emptied. */
size_t pt_train_candidates(const papertag_trainer *t);

/* Leaves the options' max_terms terms that weigh most, when there are more candidates. */
int pt_train_prune(papertag_trainer *t, pt_training *r, papertag_error *err);

/* Finds r->fit and r->result: with the C that was asked for or the best of a few, then, with unlabelled papers, with
 * what they yield if that does better. */
int pt_train_cross_validate(papertag_trainer *t, pt_training *r, papertag_error *err);

/* With unlabelled papers: replaces the result by that of students, of whom r->fit is the teacher. */
int pt_train_students(papertag_trainer *t, pt_training *r, papertag_error *err);

/* Fits all papers, when the solver has not done so during cross-validation. */
int pt_train_fit_all(papertag_trainer *t, pt_training *r, papertag_error *err);

/* Label cardinality, calibration and cuts from result->margins, which are moved by it. */
int pt_train_decide(const pt_training *r, pt_result *result, papertag_error *err);

/* Micro- and macro-F1 of the held-out margins at the cuts, into r. */
int pt_train_measure(pt_training *r, papertag_error *err);

/* Assembles the model file, measures it on the dev papers, writes it. */
int pt_train_write(const papertag_trainer *t, const pt_training *r, const char *path, papertag_error *err);

#endif
