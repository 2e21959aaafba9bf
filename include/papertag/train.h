/*
 * papertag/train.h - fit a model from labelled papers, and measure one.
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

/* The words for the values of these enums, in their order; NULL ends each list. Manifests and the program's options use
 * them. Static. */
PAPERTAG_API const char *const *papertag_solver_names(void);
PAPERTAG_API const char *const *papertag_kernel_names(void);
PAPERTAG_API const char *const *papertag_class_weight_names(void);
PAPERTAG_API const char *const *papertag_precision_names(void);

typedef struct papertag_train_options {
    /* text */
    unsigned ngram_max;  /* longest n-gram in words, 1 to 4 */
    bool stop_words;     /* leave English stop words out */
    double title_weight; /* how often a word of the title counts, beside once for one of the abstract; >= 0 */
    size_t min_df;       /* a term must stand in at least so many papers, >= 1 */
    double max_df;       /* and in at most this share of them, 0 to 1 */
    size_t max_terms;    /* keep so many terms, the most frequent first; 0: all */
    /* fit */
    papertag_solver solver;
    papertag_kernel kernel; /* of PAPERTAG_SOLVER_LIBSVM */
    double gamma;           /* of poly, rbf, sigmoid; 0: 1, as rows are unit vectors */
    double coef0;           /* of poly, sigmoid */
    int degree;             /* of poly */
    double c;               /* cost of an error; 0: chosen by cross-validation */
    papertag_class_weight class_weight;
    unsigned folds;      /* of the cross-validation that sets C, calibration and cuts; 2 to 20 */
    size_t min_examples; /* a tag with fewer papers is an error ... */
    bool skip_rare;      /* ... or, with this, is left out */
    uint64_t seed;
    unsigned jobs;                /* threads; 0: one a processor. Does not change the result */
    papertag_precision precision; /* of the weights in the model file; kernel models are always FLOAT32 */
    const char *name;             /* of the model, for its manifest; NULL: "unnamed" */
    /* called from the thread that called papertag_trainer_fit: `done` of `total` steps of `stage`; may be NULL */
    void (*progress)(void *context, const char *stage, size_t done, size_t total);
    void *progress_context;
} papertag_train_options;

/* The defaults that the program's `train` uses. */
PAPERTAG_API void papertag_train_options_init(papertag_train_options *options);

typedef struct papertag_trainer papertag_trainer;

/* Collects papers for a fit. `options` is copied. Errors: PAPERTAG_BAD_ARGUMENT names the option out of range. */
PAPERTAG_API int papertag_trainer_open(papertag_trainer **out, const papertag_train_options *options,
                                       papertag_error *err);
PAPERTAG_API void papertag_trainer_close(papertag_trainer *trainer);

/* Adds a labelled paper (copied). A paper without tags is an example against every tag.
 * Errors: PAPERTAG_BAD_INPUT when it has no tags field or no text; PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_trainer_add(papertag_trainer *trainer, const papertag_paper *paper, papertag_error *err);

/* Adds a paper without tags to learn from: its terms stand beside those of labelled papers, and its `keywords` name
 * tags of the trainer's tag list (which must be read before). See "Unlabelled papers" in README.md. A tag that keywords
 * name min_examples times is learnt even when no labelled paper has it. Errors: PAPERTAG_BAD_INPUT when it has no text;
 * PAPERTAG_BAD_ARGUMENT for another solver than the linear one. */
PAPERTAG_API int papertag_trainer_add_unlabelled(papertag_trainer *trainer, const papertag_paper *paper,
                                                 papertag_error *err);

/* Adds a labelled paper on which the finished model is measured, never fitted. */
PAPERTAG_API int papertag_trainer_add_dev(papertag_trainer *trainer, const papertag_paper *paper, papertag_error *err);

/* Reads names, definitions, groups and aliases of tags from a JSON file like data/tags.json, to be kept in the
 * model. Tags without an entry keep their slug as their name. Errors: PAPERTAG_IO, PAPERTAG_BAD_INPUT. */
PAPERTAG_API int papertag_trainer_tag_list(papertag_trainer *trainer, const char *path, papertag_error *err);

/* Fits one tag against the rest for every tag, calibrates, sets cuts, measures, and writes the model file `path`
 * (complete or not at all). The same papers, options and seed give the same bytes for any number of jobs.
 * A trainer fits once. Errors: PAPERTAG_BAD_INPUT (no papers, no tags, a tag with too few or only examples),
 * PAPERTAG_NO_MEMORY, PAPERTAG_IO. */
PAPERTAG_API int papertag_trainer_fit(papertag_trainer *trainer, const char *path, papertag_error *err);

/* ---- measuring ------------------------------------------------------------------------------------------------- */

typedef struct papertag_tag_metrics {
    const char *tag;
    size_t support; /* papers with the tag in the gold set */
    double precision, recall, f1;
    double average_precision; /* 0 without support */
} papertag_tag_metrics;

/* All values are 0 to 1. Definitions: scikit-learn's, with zero_division=0. Pairs of a paper's `maybe` are left
 * out of the set metrics. Ranking is by p; ties go by slug order. */
typedef struct papertag_metrics {
    size_t papers; /* N */
    size_t tags;   /* T: the model's tags and those of the gold set */
    double f1_micro, precision_micro, recall_micro;
    double f1_macro;               /* over tags with support */
    double f1_samples;             /* over papers with gold tags */
    double p_at_1, p_at_3, p_at_5; /* over papers with gold tags; divided by k; a `maybe` in the top is no error */
    double ndcg_at_5;              /* over papers with gold tags */
    double lrap; /* label ranking average precision; a paper without gold tags counts 1, as in scikit-learn */
    double ece;  /* expected calibration error of p over all N x T pairs, 10 bins of equal width (Naeini 2015) */
    const papertag_tag_metrics *per_tag; /* T rows in slug order */
} papertag_metrics;

typedef struct papertag_evaluation papertag_evaluation;

PAPERTAG_API int papertag_evaluation_open(papertag_evaluation **out, const papertag_model *model, papertag_error *err);
PAPERTAG_API void papertag_evaluation_close(papertag_evaluation *evaluation);

/* Adds a paper's gold tags (and `maybe`) and the T scores that papertag_tag gave for it.
 * Errors: PAPERTAG_BAD_INPUT when the paper has no tags field; PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_add(papertag_evaluation *evaluation, const papertag_paper *gold,
                                         const papertag_score *scores, papertag_error *err);

/* The metrics over all papers added so far; out->per_tag is borrowed until the next call.
 * Errors: PAPERTAG_BAD_INPUT when there are none; PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_metrics(papertag_evaluation *evaluation, papertag_metrics *out,
                                             papertag_error *err);

/* The ends of the 95 % interval of each metric, by `resamples` (100 to 1000000) bootstrap samples of the papers;
 * per_tag stays NULL. The same seed gives the same interval. Errors: PAPERTAG_BAD_INPUT without papers,
 * PAPERTAG_BAD_ARGUMENT, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_interval(const papertag_evaluation *evaluation, unsigned resamples, uint64_t seed,
                                              papertag_metrics *low, papertag_metrics *high, papertag_error *err);

/* The same of the differences, second minus first, of two models on the same papers, which must have been added in the
 * same order; and the two-sided p-value of each, by the paired bootstrap. Errors as above. */
PAPERTAG_API int papertag_evaluation_compare(const papertag_evaluation *first, const papertag_evaluation *second,
                                             unsigned resamples, uint64_t seed, papertag_metrics *low,
                                             papertag_metrics *high, papertag_metrics *p_value, papertag_error *err);

/* What Annif would print for the tags assigned: averages over all papers, precision at k divided by what was
 * suggested, an NDCG of 1 for a paper without gold tags. */
typedef struct papertag_annif {
    double precision, recall, f1, ndcg, ndcg_at_5, ndcg_at_10, p_at_1, p_at_3, p_at_5, lrap;
    size_t true_positives, false_positives, false_negatives;
} papertag_annif;

/* What LibMultiLabel would print: over all papers, divided by k, macro figures over all tags. rp_at_5 is divided by the
 * smaller of k and the number of gold tags. */
typedef struct papertag_libmultilabel {
    double micro_f1, macro_f1, another_macro_f1, p_at_1, p_at_3, p_at_5, rp_at_5;
} papertag_libmultilabel;

typedef struct papertag_confusion {
    const char *gold, *assigned; /* slugs: missed, and wrongly assigned to the same paper */
    size_t papers;
} papertag_confusion;

typedef struct papertag_bin {
    double p, gold; /* mean of p, share of gold */
    size_t pairs;
} papertag_bin;

enum { PAPERTAG_BINS = 10, PAPERTAG_CONFUSIONS = 20, PAPERTAG_CURVE_POINTS = 101 };

typedef struct papertag_report {
    papertag_annif annif;
    papertag_libmultilabel libmultilabel;
    papertag_bin bins[PAPERTAG_BINS]; /* of p, equal width: what the calibration error sums */
    papertag_confusion
        confusions[PAPERTAG_CONFUSIONS]; /* most papers first; the slugs live as long as the evaluation */
    size_t confusion_count;
} papertag_report;

/* Errors: PAPERTAG_BAD_INPUT without papers, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_report(const papertag_evaluation *evaluation, papertag_report *out,
                                            papertag_error *err);

/* The best precision that keeps a recall of at least k / 100, for k = 0 .. 100; of one tag, or with NULL of all pairs
 * together. All 0 without gold. Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_evaluation_curve(const papertag_evaluation *evaluation, const char *tag,
                                           double precision[PAPERTAG_CURVE_POINTS], papertag_error *err);

/* An estimate and the ends of its 95 % interval. NaN: nothing is known. */
typedef struct papertag_estimate {
    double value, low, high;
} papertag_estimate;

/* The share `hits` of `count`, 0 to 1, with Wilson's score interval (1927); all NaN for a count of 0. */
PAPERTAG_API papertag_estimate papertag_share(size_t hits, size_t count);

#ifdef __cplusplus
}
#endif
#endif
