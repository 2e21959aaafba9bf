/*
 * papertag/train.h - fit a model to labelled papers, and measure one.
 *
 *     read --> tokenize --> vectorize --> fit --> file   papertag_reader, papertag_trainer
 */
#ifndef PAPERTAG_TRAIN_H
#define PAPERTAG_TRAIN_H

#include "papertag/use.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- training -------------------------------------------------------------------------------------------------- */

typedef enum papertag_solver { PAPERTAG_SOLVER_LINEAR = 0, PAPERTAG_SOLVER_LIBSVM = 1 } papertag_solver;

/* The values are LIBSVM's. */
typedef enum papertag_kernel {
    PAPERTAG_KERNEL_LINEAR = 0,
    PAPERTAG_KERNEL_POLY = 1,
    PAPERTAG_KERNEL_RBF = 2,
    PAPERTAG_KERNEL_SIGMOID = 3
} papertag_kernel;

typedef enum papertag_class_weight {
    PAPERTAG_WEIGHT_NONE = 0,    /* every paper weighs 1 */
    PAPERTAG_WEIGHT_SQRT = 1,    /* a positive weighs sqrt(negatives / positives) */
    PAPERTAG_WEIGHT_BALANCED = 2 /* a positive weighs negatives / positives */
} papertag_class_weight;

typedef enum papertag_precision { PAPERTAG_FLOAT32 = 0, PAPERTAG_INT8 = 1 } papertag_precision;

/* The words for the values of these enums, in their order, ended by NULL, as manifests have them. Static. */
PAPERTAG_API const char *const *papertag_solver_names(void);
PAPERTAG_API const char *const *papertag_kernel_names(void);
PAPERTAG_API const char *const *papertag_class_weight_names(void);
PAPERTAG_API const char *const *papertag_precision_names(void);

typedef struct papertag_train_options {
    /* text */
    unsigned ngram_max;  /* words of the longest n-gram, 1 to 4 */
    bool stop_words;     /* leave out English stop words */
    double title_weight; /* how often a word of the title counts; one of the abstract counts once; 0 to 1e6 */
    size_t min_df;       /* a term must occur in at least this many papers, >= 1 ... */
    double max_df;       /* ... and in at most this share of them, above 0, at most 1 */
    size_t max_terms;    /* keep only the terms that weigh most, with another solver than the linear one or unlabelled
                          * papers the most frequent ones; 0: all */
    /* fit */
    papertag_solver solver;
    papertag_kernel kernel; /* of PAPERTAG_SOLVER_LIBSVM */
    double gamma;           /* of poly, rbf, sigmoid; 0: 1, as rows are unit vectors */
    double coef0;           /* of poly, sigmoid */
    int degree;             /* of poly, 1 to 100 */
    double c;               /* cost of an error, to 1e9; 0: chosen by cross-validation */
    papertag_class_weight class_weight;
    unsigned folds;               /* of the cross-validation that finds C, calibration and cuts; 2 to 20 */
    size_t min_examples;          /* a tag with fewer papers is an error ... */
    bool skip_rare;               /* ... or, with this, is left out */
    uint64_t seed;                /* of all that is random */
    unsigned jobs;                /* threads; 0: one for each processor. Does not change the result */
    papertag_precision precision; /* of the weights in the model file; kernel models are always FLOAT32 */
    const char *name;             /* of the model, for its manifest; NULL: "unnamed" */
    /* Called on the thread that called papertag_trainer_fit: `done` of `total` steps of `stage`. May be NULL. */
    void (*progress)(void *context, const char *stage, size_t done, size_t total);
    void *progress_context;
} papertag_train_options;

/* Sets the defaults of the program. */
PAPERTAG_API void papertag_train_options_init(papertag_train_options *options);

typedef struct papertag_trainer papertag_trainer;

/* Collects papers for a fit. `options` is copied. Errors: PAPERTAG_BAD_ARGUMENT names the option that is out of range;
 * PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_trainer_open(papertag_trainer **out, const papertag_train_options *options,
                                       papertag_error *err);
PAPERTAG_API void papertag_trainer_close(papertag_trainer *trainer);

/* Adds a labelled paper (copied). A paper without tags is a negative example of every tag.
 * Errors: PAPERTAG_BAD_INPUT when it has no tags field or no text; PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_trainer_add(papertag_trainer *trainer, const papertag_paper *paper, papertag_error *err);

/* Adds an unlabelled paper (copied) to learn from. Its terms count like those of labelled papers. Its `keywords` name
 * tags of the trainer's tag list, which must be read first; a tag that they name min_examples times is learnt even when
 * no labelled paper has it. Errors: PAPERTAG_BAD_INPUT when it has no text; PAPERTAG_BAD_ARGUMENT for a solver that
 * does not learn from unlabelled papers (only the linear one does); PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_trainer_add_unlabelled(papertag_trainer *trainer, const papertag_paper *paper,
                                                 papertag_error *err);

/* Adds a labelled paper (copied) on which the finished model is measured. The model is never fitted to it. Errors: as
 * papertag_trainer_add. */
PAPERTAG_API int papertag_trainer_add_dev(papertag_trainer *trainer, const papertag_paper *paper, papertag_error *err);

/* Reads names, definitions, groups and aliases of tags from a JSON file like data/tags.json; the model will keep them.
 * A tag without an entry has its slug for a name. Errors: PAPERTAG_IO, PAPERTAG_BAD_INPUT, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_trainer_tag_list(papertag_trainer *trainer, const char *path, papertag_error *err);

/* Fits each tag against the rest, calibrates, finds cuts, measures, and writes the model file `path`, completely or not
 * at all. The same papers, options and seed give the same bytes for any number of jobs. A trainer fits once.
 * Errors: PAPERTAG_BAD_INPUT (no papers, no tags, a tag that too few or all papers have), PAPERTAG_NO_MEMORY,
 * PAPERTAG_IO. */
PAPERTAG_API int papertag_trainer_fit(papertag_trainer *trainer, const char *path, papertag_error *err);

/* ---- measuring ------------------------------------------------------------------------------------------------- */

typedef struct papertag_tag_metrics {
    const char *tag;
    size_t support; /* papers with the tag in the gold set */
    double precision, recall, f1;
    double average_precision; /* 0 without support */
} papertag_tag_metrics;

/* All values are 0 to 1. Definitions are scikit-learn's, with zero_division=0. Tags of a paper's `maybe` are left out
 * of the set metrics. Ranking is by p, ties in slug order. */
typedef struct papertag_metrics {
    size_t papers; /* N */
    size_t tags;   /* T: the model's tags and those of the gold set */
    double f1_micro, precision_micro, recall_micro;
    double f1_macro;               /* over tags with support */
    double f1_samples;             /* over papers with gold tags */
    double p_at_1, p_at_3, p_at_5; /* over papers with gold tags; divided by k; a `maybe` among the first k is right */
    double ndcg_at_5;              /* over papers with gold tags */
    double lrap; /* label ranking average precision; 1 for a paper without gold tags, as in scikit-learn */
    double ece;  /* expected calibration error of p over all N x T pairs, 10 bins of equal width (Naeini 2015) */
    const papertag_tag_metrics *per_tag; /* T, in slug order */
} papertag_metrics;

typedef struct papertag_evaluation papertag_evaluation;

/* Collects gold tags and scores of papers. The model's tags are copied. Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_open(papertag_evaluation **out, const papertag_model *model, papertag_error *err);
PAPERTAG_API void papertag_evaluation_close(papertag_evaluation *evaluation);

/* Adds a paper's gold tags (and `maybe`) and the T scores that papertag_tag gave for it.
 * Errors: PAPERTAG_BAD_INPUT when the paper has no tags field; PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_add(papertag_evaluation *evaluation, const papertag_paper *gold,
                                         const papertag_score *scores, papertag_error *err);

/* The metrics over all papers added so far. out->per_tag is borrowed until the next call.
 * Errors: PAPERTAG_BAD_INPUT without papers; PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_metrics(papertag_evaluation *evaluation, papertag_metrics *out,
                                             papertag_error *err);

/* The ends of the 95 % interval of each metric, by `resamples` (100 to 1000000) bootstrap samples of the papers (Efron
 * 1979). per_tag stays NULL. The same seed gives the same interval. Errors: PAPERTAG_BAD_INPUT without papers,
 * PAPERTAG_BAD_ARGUMENT, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_interval(const papertag_evaluation *evaluation, unsigned resamples, uint64_t seed,
                                              papertag_metrics *low, papertag_metrics *high, papertag_error *err);

/* The same for the differences, second minus first, of two models on the same papers, which must have been added in the
 * same order; and the two-sided p-value of each, by the paired bootstrap. Errors: as papertag_evaluation_interval. */
PAPERTAG_API int papertag_evaluation_compare(const papertag_evaluation *first, const papertag_evaluation *second,
                                             unsigned resamples, uint64_t seed, papertag_metrics *low,
                                             papertag_metrics *high, papertag_metrics *p_value, papertag_error *err);

/* What Annif would report for the assigned tags: averages over all papers. Precision at k is divided by the number of
 * tags suggested, at most k. The NDCG of a paper without gold tags is 1. */
typedef struct papertag_annif {
    double precision, recall, f1, ndcg, ndcg_at_5, ndcg_at_10, p_at_1, p_at_3, p_at_5, lrap;
    size_t true_positives, false_positives, false_negatives;
} papertag_annif;

/* What LibMultiLabel would report: averages over all papers, divided by k; macro figures over all tags. rp_at_5 is
 * divided by 5 or the number of gold tags, whichever is smaller. */
typedef struct papertag_libmultilabel {
    double micro_f1, macro_f1, another_macro_f1, p_at_1, p_at_3, p_at_5, rp_at_5;
} papertag_libmultilabel;

typedef struct papertag_confusion {
    const char *gold;     /* slug of a tag that was missed ... */
    const char *assigned; /* ... and of one that was wrongly assigned to the same paper */
    size_t papers;
} papertag_confusion;

typedef struct papertag_bin {
    double p;     /* mean of p, 0 to 1 */
    double gold;  /* share of pairs that are gold, 0 to 1 */
    size_t pairs; /* of a paper and a tag */
} papertag_bin;

enum { PAPERTAG_BINS = 10, PAPERTAG_CONFUSIONS = 20, PAPERTAG_CURVE_POINTS = 101 };

typedef struct papertag_report {
    papertag_annif annif;
    papertag_libmultilabel libmultilabel;
    papertag_bin bins[PAPERTAG_BINS];                   /* by p, of equal width: the terms of `ece` */
    papertag_confusion confusions[PAPERTAG_CONFUSIONS]; /* most papers first; slugs live as long as the evaluation */
    size_t confusion_count;
} papertag_report;

/* Errors: PAPERTAG_BAD_INPUT without papers, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_report(const papertag_evaluation *evaluation, papertag_report *out,
                                            papertag_error *err);

/* precision[k]: the best precision with a recall of at least k / 100; of one tag, or with NULL of all pairs together.
 * All 0 without gold. Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_curve(const papertag_evaluation *evaluation, const char *tag,
                                           double precision[PAPERTAG_CURVE_POINTS], papertag_error *err);

/* An estimate and the ends of its 95 % interval. NaN: unknown. */
typedef struct papertag_estimate {
    double value, low, high;
} papertag_estimate;

/* The share `hits` of `count`, 0 to 1, with Wilson's score interval (1927); all NaN for a count of 0. */
PAPERTAG_API papertag_estimate papertag_share(size_t hits, size_t count);

#ifdef __cplusplus
}
#endif
#endif
