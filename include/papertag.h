/*
 * papertag.h - topic tags for research papers: the whole public interface.
 *
 *     read --> tokenize --> vectorize --> score          papertag_reader, papertag_tagger
 *     read --> tokenize --> vectorize --> fit --> file   papertag_reader, papertag_trainer
 *     papers and scores --> store --> selection          papertag_batch, papertag_store
 *
 * Words for shapes, used throughout:
 *     N  papers          V  terms of the vocabulary (word n-grams)
 *     T  tags            K  non-zero terms of one paper
 *
 * Rules that hold for every function:
 *   - A fallible function returns a papertag_status. On failure its outputs are untouched and, when `err` is not
 *     NULL, `err->message` says in one line what was wrong, with file and line where there are any.
 *   - A handle comes from an `_open` and goes with its `_close`; `_close(NULL)` does nothing. Pointers handed out
 *     are borrowed: they belong to the handle and hold until the next call on it, unless said otherwise.
 *   - There is no global state. A papertag_model never changes after it is opened and may be shared by threads;
 *     every other handle belongs to one thread at a time.
 *   - Text is UTF-8, NUL-terminated. Bytes that are not UTF-8 separate words and do no other harm.
 *   - The library never prints, exits or changes the locale.
 */
#ifndef PAPERTAG_H
#define PAPERTAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PAPERTAG_VERSION "0.1.0"

#if defined(__GNUC__)
#define PAPERTAG_API __attribute__((visibility("default")))
#else
#define PAPERTAG_API
#endif

/* ---- errors ---------------------------------------------------------------------------------------------------- */

typedef enum papertag_status {
    PAPERTAG_OK = 0,
    PAPERTAG_END = 1,          /* no more papers: not an error, and `err` is not written */
    PAPERTAG_NO_MEMORY = 2,    /* an allocation failed */
    PAPERTAG_IO = 3,           /* the system refused a file operation */
    PAPERTAG_BAD_INPUT = 4,    /* a record, a file or a set of papers is not what it should be */
    PAPERTAG_BAD_ARGUMENT = 5, /* an option is out of range, or a name is not known */
    PAPERTAG_BAD_MODEL = 6,    /* a model file is foreign, damaged, or of another version */
    PAPERTAG_BAD_STORE = 7,    /* a store is foreign, or of a later version */
    PAPERTAG_DAMAGED = 8       /* the file of a store is damaged: papertag_store_salvage reads what is left */
} papertag_status;

typedef struct papertag_error {
    papertag_status status;
    char message[1024]; /* one line without a newline, cut at the end if it must be */
} papertag_error;

/* Writes a file whole or not at all, whatever happens: beside it under another name, synced, then renamed over it. What
 * path leads to by symbolic links is what is replaced, and its permissions stay; a pipe or a device is written into.
 * The library writes all its files so. Errors: PAPERTAG_IO. */
PAPERTAG_API int papertag_write_file(const char *path, const void *bytes, size_t size, papertag_error *err);

/* ---- papers ---------------------------------------------------------------------------------------------------- */

typedef struct papertag_strings {
    const char *const *items; /* `count` strings; NULL when count is 0 */
    size_t count;
} papertag_strings;

/* A paper as read. Absent strings are NULL, absent numbers -1. At least one of title and abstract has text. */
typedef struct papertag_paper {
    const char *id;    /* never NULL: the source's id, or "t-" and 16 hex digits derived from the title (or abstract) */
    const char *arxiv; /* arXiv identifier without a version: as given, or told from id, url or doi */
    const char *doi;   /* lower case, without "doi:" or a resolver before it */
    const char *title;
    const char *abstract;
    const char *date; /* YYYY-MM-DD */
    const char *organization;
    const char *url;
    const char *source; /* where it came from: "arxiv", "huggingface", "conference" ... */
    const char *venue;
    papertag_strings authors;
    papertag_strings categories;
    papertag_strings keywords;
    papertag_strings tags;
    papertag_strings maybe; /* tags on which careful readers disagree: evaluation leaves these pairs out */
    bool has_tags;          /* the record has a tags field, be it empty */
    long author_count;      /* may exceed authors.count, when only the number is known */
    long upvotes;
    long comments;
    size_t line; /* where the record begins in its file, from 1 */
} papertag_paper;

typedef struct papertag_reader papertag_reader;

typedef struct papertag_reader_options {
    const char *format;     /* as papertag_reader_format gives it; NULL: told from the content */
    const char *page_date;  /* YYYY-MM-DD of a copied page, for its dates without a year; NULL: from the page */
    const char *tags_field; /* the field that holds the tags; NULL: "tags" */
    bool text_only;         /* the fields that are neither id, title nor abstract may be left absent: reads faster */
} papertag_reader_options;

/* Opens `path` ("-": standard input) for reading papers; gzip and xz are unpacked. `options` may be NULL.
 * Errors: PAPERTAG_IO, PAPERTAG_BAD_INPUT when no format fits, PAPERTAG_BAD_ARGUMENT for an unknown format. */
PAPERTAG_API int papertag_reader_open(papertag_reader **out, const char *path, const papertag_reader_options *options,
                                      papertag_error *err);

/* The same over `size` bytes in memory, which must outlive the reader; `name` stands for the file in messages. */
PAPERTAG_API int papertag_reader_open_memory(papertag_reader **out, const char *name, const void *bytes, size_t size,
                                             const papertag_reader_options *options, papertag_error *err);

/* Reads the next paper; *out is borrowed until the next call.
 * Returns PAPERTAG_OK; PAPERTAG_END after the last; PAPERTAG_BAD_INPUT for a broken record, which is skipped: the
 * message is `FILE:LINE: reason` and the next call goes on after it. Any other status ends the reading. */
PAPERTAG_API int papertag_reader_next(papertag_reader *reader, const papertag_paper **out, papertag_error *err);

/* The format being read: "jsonl", "json", "daily-papers", "atom", "rss", "oai", "s2", "openreview", "bib", "page",
 * "csv" or "tsv". Constant. */
PAPERTAG_API const char *papertag_reader_format(const papertag_reader *reader);

PAPERTAG_API void papertag_reader_close(papertag_reader *reader);

/* ---- models ---------------------------------------------------------------------------------------------------- */

typedef struct papertag_model papertag_model;

/* What a model knows of a tag. Strings live as long as the model. */
typedef struct papertag_tag_info {
    const char *tag;        /* the slug, for instance "mixture-of-experts" */
    const char *name;       /* for people; the slug when the model has none */
    const char *definition; /* NULL when the model has none */
    const char *group;      /* NULL when the model has none */
    papertag_strings aliases;
    size_t examples; /* papers with the tag in the training set */
    double cut;      /* the tag is assigned when its margin is at least this */
    double platt_a;  /* p = 1 / (1 + exp(platt_a * margin + platt_b)) */
    double platt_b;
} papertag_tag_info;

/* Opens a model file: maps it, checks its checksum and every offset in it.
 * Errors: PAPERTAG_IO, PAPERTAG_BAD_MODEL, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_model_open(papertag_model **out, const char *path, papertag_error *err);

/* The same over `size` bytes in memory, aligned to 64 bytes, which must outlive the model. */
PAPERTAG_API int papertag_model_open_memory(papertag_model **out, const char *name, const void *bytes, size_t size,
                                            papertag_error *err);

PAPERTAG_API void papertag_model_close(papertag_model *model);

/* The T tags of the model in slug order: sets *out to an array that lives as long as the model, returns T. */
PAPERTAG_API size_t papertag_model_tags(const papertag_model *model, const papertag_tag_info **out);

/* The number of a tag given by slug, name or alias; case, spaces, '_' and a leading '#' do not matter.
 * Errors: PAPERTAG_BAD_ARGUMENT; the message names the nearest tags. */
PAPERTAG_API int papertag_model_find_tag(const papertag_model *model, const char *name, size_t *index,
                                         papertag_error *err);

/* 16 hexadecimal digits that tell this model from others: the checksum of its file. Lives with the model. */
PAPERTAG_API const char *papertag_model_hash(const papertag_model *model);

/* The manifest: a JSON object in UTF-8 with version, options, tags, training set and metrics. Lives with the model. */
PAPERTAG_API const char *papertag_model_manifest(const papertag_model *model);

/* V, the number of terms; `term(i)` for i < V, with its idf and document frequency, as vocabulary order has it.
 * *term is not NUL-terminated: it has *length bytes. Out-parameters may be NULL. */
PAPERTAG_API size_t papertag_model_term_count(const papertag_model *model);
PAPERTAG_API void papertag_model_term(const papertag_model *model, size_t i, const char **term, size_t *length,
                                      double *idf);

/* The weight of term i for tag t of a linear model; 0 for a kernel model. */
PAPERTAG_API double papertag_model_weight(const papertag_model *model, size_t i, size_t t);

/* True when every tag is one weight vector, so that explain works. */
PAPERTAG_API bool papertag_model_is_linear(const papertag_model *model);

/* Writes `DIR/TAG.model` for every tag in LIBSVM's own format (svm-predict loads it), `DIR/vocabulary.tsv`
 * (index, term, idf; index from 1), `DIR/manifest.json` and `DIR/README.txt` on how the vectors are built. DIR is
 * made if it is not there. Format: LIBSVM 3.24, README and svm_save_model. Errors: PAPERTAG_IO. */
PAPERTAG_API int papertag_model_export_libsvm(const papertag_model *model, const char *dir, papertag_error *err);

/* Reads such a folder back and writes the model file `path`. The `.model` files may have been fitted anew by
 * svm-train on the exported vectors. Errors: PAPERTAG_IO, PAPERTAG_BAD_INPUT with file and line. */
PAPERTAG_API int papertag_model_import_libsvm(const char *dir, const char *path, papertag_error *err);

/* ---- tagging --------------------------------------------------------------------------------------------------- */

typedef struct papertag_tagger papertag_tagger;

typedef struct papertag_score {
    const char *tag; /* lives as long as the model */
    size_t index;    /* of the tag, as in papertag_model_tags */
    double margin;   /* signed: w . x + b for a linear model, in units of the SVM's margin */
    double p;        /* calibrated probability, 0 to 1 */
    bool assigned;   /* margin >= cut, unless papertag_tagger_cut_at says otherwise */
} papertag_score;

/* Working memory for scoring with `model`, which must outlive it. One per thread. */
PAPERTAG_API int papertag_tagger_open(papertag_tagger **out, const papertag_model *model, papertag_error *err);
PAPERTAG_API void papertag_tagger_close(papertag_tagger *tagger);

/* The least p from which on tags were right with at least this precision (0.5 to 0.99, in hundredths, rounded up), all
 * tags taken together, on papers that the model was not fitted on; 2 when no p was enough. Errors:
 * PAPERTAG_BAD_ARGUMENT for another precision, or a model that was made without. */
PAPERTAG_API int papertag_model_precision_cut(const papertag_model *model, double precision, double *p,
                                              papertag_error *err);

/* From now on the tagger assigns a tag when its probability is at least p, whatever the tag's own cut. */
PAPERTAG_API void papertag_tagger_cut_at(papertag_tagger *tagger, double p);

/* Scores one paper; title or abstract may be NULL. *out is T scores, highest p first (ties: slug order), borrowed
 * until the next call on this tagger. A text without any known term scores every tag at its bias.
 * Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_tag(papertag_tagger *tagger, const char *title, const char *abstract,
                              const papertag_score **out, papertag_error *err);

typedef struct papertag_term {
    const char *term;    /* NUL-terminated */
    double contribution; /* weight x value: its share of the margin, in the margin's units */
} papertag_term;

typedef struct papertag_explanation {
    double margin; /* bias + the sum of all contributions, to rounding in double precision */
    double bias;
    const papertag_term *terms; /* the K known terms of the paper, largest |contribution| first */
    size_t count;               /* K */
} papertag_explanation;

/* The exact contribution of each term to the margin of tag `index`. Borrowed until the next call on this tagger.
 * Errors: PAPERTAG_BAD_ARGUMENT for a kernel model, which has no contribution by term; PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_explain(papertag_tagger *tagger, const char *title, const char *abstract, size_t index,
                                  papertag_explanation *out, papertag_error *err);

/* A word of a text, as white space separates words: bytes [start, start + length). */
typedef struct papertag_span {
    size_t start, length;
    double contribution; /* of the terms that it is part of, each divided among its words; 0: none */
} papertag_span;

/* Where the terms of that explanation stand: the words of `text`, which is the paper's title or abstract, in order.
 * *out is borrowed until the next call on this tagger. Errors as above. */
PAPERTAG_API int papertag_mark(papertag_tagger *tagger, const char *title, const char *abstract, size_t index,
                               const char *text, const papertag_span **out, size_t *count, papertag_error *err);

/* The tf-idf vector of a paper: *count pairs of term number (ascending) and value (of a unit vector).
 * Borrowed until the next call on this tagger. Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_vector(papertag_tagger *tagger, const char *title, const char *abstract,
                                 const uint32_t **indices, const float **values, size_t *count, papertag_error *err);

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

/* ---- the store ------------------------------------------------------------------------------------------------- */

/* One SQLite file with papers, what a model thinks of them, what a person decided, subscriptions and deliveries. Every
 * call that writes is one transaction: after a crash the file holds all of it or nothing. Several processes may use a
 * store at once; who finds it locked waits up to 30 seconds. Days are days of UTC. */
typedef struct papertag_store papertag_store;

/* Opens a store; with `create` it is made, folders included, where there is none. An older layout is brought up to
 * date. Errors: PAPERTAG_IO, PAPERTAG_BAD_STORE, PAPERTAG_DAMAGED, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_store_open(papertag_store **out, const char *path, bool create, papertag_error *err);
PAPERTAG_API void papertag_store_close(papertag_store *store);

/* Papers copied with their scores, to be stored together; may be filled by one thread and stored by another. */
typedef struct papertag_batch papertag_batch;

PAPERTAG_API int papertag_batch_open(papertag_batch **out, papertag_error *err);
PAPERTAG_API void papertag_batch_close(papertag_batch *batch);
PAPERTAG_API void papertag_batch_clear(papertag_batch *batch);
PAPERTAG_API size_t papertag_batch_count(const papertag_batch *batch);

/* Copies a paper and those of its `count` scores (as papertag_tag gives them; NULL for none) that are assigned or have
 * a p of at least PAPERTAG_OPINION_MIN. Errors: PAPERTAG_NO_MEMORY. */
#define PAPERTAG_OPINION_MIN 0.05
PAPERTAG_API int papertag_batch_add(papertag_batch *batch, const papertag_paper *paper, const papertag_score *scores,
                                    size_t count, papertag_error *err);

/* What became of papers: each is one of the first three. */
typedef struct papertag_import {
    size_t added, updated, unchanged;
    size_t tagged; /* papers whose tags were written */
} papertag_import;

/* Stores a batch; adds to *counts. `model` is the one that gave the scores. A paper that is there already, from this
 * source or another (the same arXiv identifier, DOI, or title with an author in common), is updated: what was missing
 * is filled in, counts are renewed, and a text that its source has changed becomes the next version. */
PAPERTAG_API int papertag_store_add(papertag_store *store, const papertag_batch *batch, const papertag_model *model,
                                    papertag_import *counts, papertag_error *err);

/* Adds to a batch up to `limit` stored papers whose tags are not the model's, with scores by `tagger` (of that model).
 * papertag_store_retag then writes them. */
PAPERTAG_API int papertag_store_outdated(papertag_store *store, const papertag_model *model, papertag_tagger *tagger,
                                         papertag_batch *batch, size_t limit, papertag_error *err);
PAPERTAG_API int papertag_store_retag(papertag_store *store, const papertag_batch *batch, const papertag_model *model,
                                      papertag_error *err);

/* The tags that the store knows, in slug order, as papertag_model_tags gives them (examples, cut and platt are 0), and
 * for each how many papers have it. Borrowed until the next call that writes. */
PAPERTAG_API int papertag_store_tags(papertag_store *store, const papertag_tag_info **tags, const size_t **papers,
                                     size_t *count, papertag_error *err);

typedef enum papertag_sort {
    PAPERTAG_SORT_DATE = 0,     /* newest first */
    PAPERTAG_SORT_TRENDING = 1, /* by upvotes / (age in days + 1) ^ 1.5: most first */
    PAPERTAG_SORT_P = 2         /* by the highest p among the tags that the expression names: most probable first */
} papertag_sort;

/* Which papers, in which order. Zero-initialised: all, newest first. */
typedef struct papertag_query {
    const char *expression; /* a tag expression; NULL: any */
    const char *search; /* words and "phrases" that must all stand in title or abstract; `word*` begins with; NULL */
    const char *since, *until; /* days: 2026-11-01, 2026-11, 2026, today, yesterday, 7d, 2w, 3m, 1y; NULL: open */
    const char *as_of;         /* a day, YYYY-MM-DD, to be taken for today: papers of later days are not seen; NULL */
    papertag_sort sort;
    size_t limit;           /* 0: all */
    const char *subscriber; /* a subscription: leave out the papers that it has had; NULL */
} papertag_query;

/* Papers by their keys in the store: *keys is borrowed until the next selection.
 * Errors: PAPERTAG_BAD_ARGUMENT for a wrong expression (with its column) or day. */
PAPERTAG_API int papertag_store_select(papertag_store *store, const papertag_query *query, const int64_t **keys,
                                       size_t *count, papertag_error *err);

/* The expression of a query in plain form, tags by their slugs ("" without one), and the slugs of the tags that it
 * names, not under a `not`. Both are borrowed until the next call; `named` may be NULL. */
PAPERTAG_API int papertag_store_expression(papertag_store *store, const papertag_query *query, const char **text,
                                           papertag_strings *named, papertag_error *err);

/* Papers of the query's days that come nearest to its expression: the highest p of a tag that it names, though not
 * assigned. As papertag_store_select, at most `limit`; none when the expression names no tag. */
PAPERTAG_API int papertag_store_nearest(papertag_store *store, const papertag_query *query, size_t limit,
                                        const int64_t **keys, size_t *count, papertag_error *err);

/* A tag of a stored paper. */
typedef struct papertag_decision {
    const char *tag, *name;
    double p;            /* the model's; 1 where a person said yes */
    double margin, cut;  /* the model's; NaN where it has none */
    bool assigned;       /* by the model */
    bool in_force;       /* by a person, else by the model */
    const char *verdict; /* "yes", "no", or NULL: a person has not said */
} papertag_decision;

typedef struct papertag_stored {
    papertag_paper paper;          /* has_tags is false: tags are below */
    size_t version;                /* of the text, from 1 */
    const char *added, *updated;   /* YYYY-MM-DDTHH:MM:SSZ */
    const char *model;             /* hash of the model that tagged it; NULL: not tagged */
    papertag_strings sources;      /* where it was seen, each "source id" */
    const papertag_decision *tags; /* in force first, then highest p first */
    size_t tag_count;
} papertag_stored;

/* The paper of a key. *out is borrowed until the next call. PAPERTAG_BAD_ARGUMENT when there is none. */
PAPERTAG_API int papertag_store_get(papertag_store *store, int64_t key, const papertag_stored **out,
                                    papertag_error *err);

/* The key of a paper by any of its ids: arXiv's, its source's, a DOI. PAPERTAG_BAD_ARGUMENT when there is none. */
PAPERTAG_API int papertag_store_find(papertag_store *store, const char *id, int64_t *key, papertag_error *err);

/* What a person says of a tag: "yes", "no", or NULL to forget what was said. */
typedef struct papertag_verdict {
    const char *tag; /* slug, name or alias */
    const char *verdict;
} papertag_verdict;

/* Records verdicts on tags of a paper: all or, with an unknown tag (PAPERTAG_BAD_ARGUMENT), none. */
PAPERTAG_API int papertag_store_judge(papertag_store *store, int64_t key, const papertag_verdict *verdicts,
                                      size_t count, papertag_error *err);

/* Takes the last call that recorded verdicts back: what there was before it is there again; the call before it is the
 * next. *key: the paper, or the first of several. PAPERTAG_END when there is no such call; 1,000 calls are kept. */
PAPERTAG_API int papertag_store_undo(papertag_store *store, int64_t *key, papertag_error *err);

/* A verdict with its paper. */
typedef struct papertag_judgement {
    const char *id, *tag; /* of the paper, any of its ids; slug, name or alias */
    const char *verdict;  /* "yes" or "no" */
    const char *given;    /* when: YYYY-MM-DDTHH:MM:SSZ; NULL: now */
} papertag_judgement;

/* All verdicts, oldest first. Borrowed until the next call. */
PAPERTAG_API int papertag_store_judgements(papertag_store *store, const papertag_judgement **out, size_t *count,
                                           papertag_error *err);

/* Records verdicts from elsewhere, in one transaction that papertag_store_undo takes back whole: *brought of them, the
 * others being known already or older than what is known. One that cannot be recorded (no such paper or tag, no
 * verdict) is left out; `reject` is told which, and why. */
PAPERTAG_API int papertag_store_bring(papertag_store *store, const papertag_judgement *judgements, size_t count,
                                      size_t *brought,
                                      void (*reject)(void *context, size_t i, const papertag_error *why), void *context,
                                      papertag_error *err);

/* ---- reviewing --------------------------------------------------------------------------------------------------- */

typedef enum papertag_order {
    PAPERTAG_ORDER_UNCERTAIN = 0, /* the decision nearest to its cut first */
    PAPERTAG_ORDER_RANDOM = 1,    /* by chance, the same for a seed: what an estimate can be made from */
    PAPERTAG_ORDER_NEW = 2        /* the latest paper first */
} papertag_order;

/* What to ask a person. */
typedef struct papertag_question {
    int64_t key;
    const char *tag;       /* is the paper about this? NULL: are its tags right, all together? */
    double p, margin, cut; /* of the tag; NaN without */
    bool assigned;         /* by the model */
} papertag_question;

/* Up to `limit` questions (0: all) that nobody has answered, one a paper; about `tag` alone, unless it is NULL. In the
 * order by uncertainty each is about one tag, else without `tag` about all. By chance and with a tag, papers of which
 * the model has an opinion on it are drawn; without, all papers. `since`: as in papertag_query. Borrowed until the next
 * call. Errors: PAPERTAG_BAD_ARGUMENT for an unknown tag or a wrong day. */
PAPERTAG_API int papertag_store_questions(papertag_store *store, papertag_order order, const char *tag,
                                          const char *since, uint64_t seed, size_t limit, const papertag_question **out,
                                          size_t *count, papertag_error *err);

/* Records the answer to a question: verdicts, as papertag_store_judge does, and with `audit` that the paper was drawn
 * by chance, about the question's tag or all. papertag_store_undo takes it back. */
PAPERTAG_API int papertag_store_answer(papertag_store *store, const papertag_question *question, bool audit,
                                       const papertag_verdict *verdicts, size_t count, papertag_error *err);

/* An estimate and the ends of its 95 % interval. NaN: nothing is known. */
typedef struct papertag_estimate {
    double value, low, high;
} papertag_estimate;

/* A share, and Wilson's score interval (1927). */
PAPERTAG_API papertag_estimate papertag_share(size_t hits, size_t count);

/* How right the model is on a tag, estimated from papers drawn by chance. */
typedef struct papertag_tag_audit {
    const char *tag;
    size_t papers;            /* stored papers that the model gave the tag */
    size_t audited, assigned; /* papers drawn that tell of the tag, and those of them with the tag */
    size_t right, missed;     /* of those with it, how many rightly; of those without, how many wrongly */
    papertag_estimate precision, recall;
} papertag_tag_audit;

typedef struct papertag_month {
    char month[8];               /* YYYY-MM, of the papers' days */
    size_t papers, tagged, tags; /* papers, those with a tag, and tags that the model gave */
    double p;                    /* mean probability of those: the precision that the model expects */
    size_t audited, right;       /* tags given to papers drawn by chance, and rightly */
} papertag_month;

typedef struct papertag_audit {
    size_t papers;                       /* drawn, and judged as a whole */
    papertag_estimate precision, recall; /* over all tags of these */
    const papertag_tag_audit *tags;      /* by slug; those of which something was drawn */
    size_t tag_count;
    const papertag_month *months; /* oldest first */
    size_t month_count;
} papertag_audit;

/* Estimates precision and recall from the answers to questions by chance. The papers of a tag fall into three strata:
 * given it, not given it but with an opinion, neither; in each the share with the tag is estimated, and precision and
 * recall follow from these and the sizes of the strata, which are known. The interval of a tag is by 4,000 draws from
 * the strata's Beta posteriors, whose prior counts as one paper that is as all tags' papers are (empirical Bayes); that
 * of all tags by 2,000 bootstrap samples of papers. Where a model has learnt from an answer, what counts is what it
 * would have decided without (see papertag_learner). Borrowed until the next call. */
PAPERTAG_API int papertag_store_audit(papertag_store *store, papertag_audit *out, papertag_error *err);

typedef struct papertag_neighbour {
    int64_t key;
    double similarity; /* cosine of the tf-idf vectors, 0 to 1 */
} papertag_neighbour;

/* The stored papers most similar to one of them, nearest first, at most `limit`. The text index gives the papers that
 * share its most telling words; the tagger's model measures those. Borrowed until the next call. */
PAPERTAG_API int papertag_store_similar(papertag_store *store, papertag_tagger *tagger, int64_t key, size_t limit,
                                        const papertag_neighbour **out, size_t *count, papertag_error *err);

/* Papers a week with a tag, or with NULL all: counts[weeks - 1] is the week that ends with `as_of` (NULL: today). */
PAPERTAG_API int papertag_store_weeks(papertag_store *store, const char *tag, const char *as_of, size_t *counts,
                                      size_t weeks, papertag_error *err);

/* A tag or word that rises: its papers in the last `days` days and in the `days` before those. */
typedef struct papertag_trend {
    const char *term;
    bool is_tag;
    size_t now, before;
    double score; /* standard deviations by which its share of papers has grown (two proportions, Wilson's plus four) */
} papertag_trend;

/* What rises most, highest score first: tags, and words of titles that at least 3 papers have. Borrowed until the next
 * call. */
PAPERTAG_API int papertag_store_trends(papertag_store *store, const char *as_of, unsigned days, size_t limit,
                                       const papertag_trend **out, size_t *count, papertag_error *err);

typedef struct papertag_store_stats {
    size_t papers, versions, tagged, tags, opinions, verdicts, subscriptions, deliveries;
    size_t bytes;             /* of the file */
    const char *first, *last; /* dates of the papers, YYYY-MM-DD; NULL without papers */
    const char *model;        /* hash of the model that tagged last; NULL */
} papertag_store_stats;

PAPERTAG_API int papertag_store_statistics(papertag_store *store, papertag_store_stats *out, papertag_error *err);

/* ---- is it sound? ------------------------------------------------------------------------------------------------ */

/* What was found of a store. */
typedef struct papertag_finding {
    bool trouble;     /* something is wrong; else it is only worth knowing */
    const char *what; /* a sentence */
    const char *next; /* what to run; NULL: nothing needs to be done */
} papertag_finding;

/* Looks a store over: the file, references between its rows, the text index against the texts, the index of tags
 * against opinions and verdicts, papers that `model` (NULL: none) has not tagged, verdicts that no model has learnt,
 * deliveries that were begun and not ended. Borrowed until the next call. */
PAPERTAG_API int papertag_store_check(papertag_store *store, const papertag_model *model, const papertag_finding **out,
                                      size_t *count, papertag_error *err);

/* Makes the indexes anew from what they are made of, and drops rows that refer to rows that are not there; in one
 * transaction. PAPERTAG_DAMAGED: the file itself is damaged, and left as it is. */
PAPERTAG_API int papertag_store_repair(papertag_store *store, papertag_error *err);

/* What was saved of a damaged store. */
typedef struct papertag_salvaged {
    size_t papers; /* with their texts */
    size_t named;  /* papers whose rows could not be read: they stand by their names, and verdicts on them hold */
    size_t verdicts;
    char kept[4128]; /* the path of the damaged file */
} papertag_salvaged;

/* Puts a new store in the place of a damaged one, with every row in it that can be read; papers are to be tagged anew.
 * The damaged file is kept beside it as PATH.damaged. The store must not be open, here or elsewhere.
 * Errors: PAPERTAG_BAD_STORE when nothing can be read, PAPERTAG_IO; the store at `path` is then as it was. */
PAPERTAG_API int papertag_store_salvage(const char *path, papertag_salvaged *out, papertag_error *err);

/* ---- topics without a tag ---------------------------------------------------------------------------------------- */

/* A topic that no tag covers. */
typedef struct papertag_topic {
    const char *name;         /* the phrase that its papers use */
    const char *const *terms; /* term_count: its own first, then those that set its papers apart */
    size_t term_count;
    const int64_t *keys; /* count: its papers, the most typical first */
    size_t count;
    size_t recent, before;   /* papers of the last days, and of as many days before those */
    double growth;           /* standard deviations by which its share of papers has grown: see papertag_trend */
    double score;            /* by which topics are ordered; comparable within one call */
    const char *nearest_tag; /* the tag that covers it best; NULL: none of its papers has a tag */
    double coverage;         /* the F1 of that tag, taken as a guess of the topic's papers */
} papertag_topic;

typedef struct papertag_discover_options {
    const char *since, *until; /* as in papertag_query */
    size_t min_papers, limit;  /* of a topic; topics */
    unsigned days;             /* what `recent` means: so many up to the newest paper */
    unsigned jobs;             /* threads; 0: one a processor. Does not change the result */
} papertag_discover_options;

/* Finds terms whose papers are alike in what their tags do not tell, best first. Needs a linear or kernel model, for
 * its terms. Method: see discover.h. Borrowed until the next call. */
PAPERTAG_API int papertag_store_discover(papertag_store *store, const papertag_model *model,
                                         const papertag_discover_options *options, const papertag_topic **out,
                                         size_t *count, papertag_error *err);

/* ---- learning from verdicts ------------------------------------------------------------------------------------ */

/* A tag made in this store. Its examples are verdicts. */
typedef struct papertag_own_tag {
    const char *tag;        /* a slug: a-z, 0-9 and '-' */
    const char *name;       /* for people; NULL: the slug */
    const char *definition; /* a sentence that says what it means; also learnt from; NULL */
    const char *query;      /* a tag expression: papers likely to have the tag; NULL */
} papertag_own_tag;

/* Makes a tag of one's own, or changes what is said of it, and records a yes for `count` stored papers, as one call
 * that records verdicts. Papers get the tag when a learner has learnt it. Errors: PAPERTAG_BAD_ARGUMENT for a name that
 * is no slug or is another tag's, a wrong expression, no paper for a new tag. */
PAPERTAG_API int papertag_store_own_tag(papertag_store *store, const papertag_own_tag *tag, const int64_t *keys,
                                        size_t count, papertag_error *err);

/* The slugs of the tags made in this store. Borrowed until the next call. */
PAPERTAG_API int papertag_store_own_tags(papertag_store *store, papertag_strings *out, papertag_error *err);

/* Learns what verdicts say, from a linear model and back into one: the model's weights are held to be true before a
 * verdict is seen, and only tags on which verdicts have changed since that model learnt are fitted. A yes and a no are
 * examples for and against their tag; what nobody judged is neither. The learner works on all stored papers, as they
 * were when it was opened. */
typedef struct papertag_learner papertag_learner;

typedef struct papertag_learn_options {
    const char *tag;    /* learn this tag alone, whether or not its verdicts have changed; NULL: those that have */
    const char *remove; /* a tag of one's own that is to go, with its verdicts; NULL */
    bool force;         /* take every fit, also one that is not better */
    unsigned jobs;      /* threads; 0: one a processor. Does not change the result */
} papertag_learn_options;

/* Opens a learner over a store and the model to start from; both must outlive it. Strings of `options` must too.
 * Errors: PAPERTAG_BAD_ARGUMENT for a kernel model or an unknown tag. */
PAPERTAG_API int papertag_learner_open(papertag_learner **out, papertag_store *store, const papertag_model *model,
                                       const papertag_learn_options *options, papertag_error *err);
PAPERTAG_API void papertag_learner_close(papertag_learner *learner);

/* Adds what is known of a paper from the model's own training set: all its tags; other tags of the model it has not.
 * Beside the verdicts, these keep a tag from forgetting. By the id of a stored paper (PAPERTAG_END when the store has
 * none such), or as a paper with its text and tags. A verdict is stronger. */
PAPERTAG_API int papertag_learner_label(papertag_learner *learner, const char *id, papertag_strings tags,
                                        papertag_error *err);
PAPERTAG_API int papertag_learner_add(papertag_learner *learner, const papertag_paper *paper, papertag_error *err);

/* Adds a labelled paper on which both models are measured, never fitted. */
PAPERTAG_API int papertag_learner_add_dev(papertag_learner *learner, const papertag_paper *paper, papertag_error *err);

/* What became of a tag. */
typedef struct papertag_tag_change {
    const char *tag;
    bool fresh;                       /* the model did not have it */
    bool gone;                        /* the model had it, and has it no longer: `remove` */
    bool taken;                       /* false: the new weights did worse on the verdicts than the old, which
                                         stay, by more than chance (sign test, 5 %) */
    size_t yes, no;                   /* verdicts learnt from */
    size_t labelled;                  /* papers of the training set learnt from beside */
    size_t right_before, right_after; /* of the verdicts, how many are decided as the person did by weights that have
                                        not seen them: by cross-validation */
    double cut_before, cut_after;     /* margins; NaN where there is none */
    const int64_t *gained, *lost;     /* stored papers whose tag flips, verdicts aside; most certain first */
    size_t gained_count, lost_count;
} papertag_tag_change;

typedef struct papertag_learning {
    const papertag_tag_change *tags; /* those fitted or gone, in slug order */
    size_t count, taken;             /* and how many of them are taken */
    size_t papers;                   /* stored papers with a tag that flips */
    size_t verdicts;                 /* in the store */
    size_t dev_papers;
    double dev_before, dev_after; /* micro-F1 on the dev papers; NaN without */
    double dev_p;                 /* two-sided p-value of their difference, by the paired bootstrap; NaN without */
    bool better; /* there is a tag that is taken, and on dev the new model is not worse by more than chance (5 %) */
    const char *hash; /* of the new model */
} papertag_learning;

/* Fits. *out is borrowed until the learner is closed. PAPERTAG_END when there is nothing to learn. A learner fits once.
 * Method: adaptive SVMs (Yang, Yan and Hauptmann 2007) for tags of the model; see learn.h for tags of one's own. */
PAPERTAG_API int papertag_learner_fit(papertag_learner *learner, const papertag_learning **out, papertag_error *err);

/* Writes the new model as a file, whole or not at all. */
PAPERTAG_API int papertag_learner_save(const papertag_learner *learner, const char *path, papertag_error *err);

/* Keeps the new model in the store, as the one in use, and gives its tags to the stored papers, all at once or not at
 * all. Papers that another model had tagged, or that came since, are left to papertag_store_outdated. */
PAPERTAG_API int papertag_learner_keep(papertag_learner *learner, papertag_error *err);

/* A model kept in the store: the last PAPERTAG_MODELS_KEPT. */
enum { PAPERTAG_MODELS_KEPT = 10 };
typedef struct papertag_kept_model {
    const char *hash, *made; /* as papertag_model_hash; YYYY-MM-DDTHH:MM:SSZ */
    const char *summary;     /* what it learnt, in words */
    bool used;
    size_t bytes;
} papertag_kept_model;

/* The models kept, newest first. Borrowed until the next call. */
PAPERTAG_API int papertag_store_models(papertag_store *store, const papertag_kept_model **out, size_t *count,
                                       papertag_error *err);

/* From now on the kept model whose hash begins so is in use; NULL: none, but the program's. Does not tag anything.
 * Errors: PAPERTAG_BAD_ARGUMENT when none begins so, or several. */
PAPERTAG_API int papertag_store_use(papertag_store *store, const char *hash, papertag_error *err);

/* Opens the model in use; PAPERTAG_END when the store has none. It may outlive the store. */
PAPERTAG_API int papertag_store_model(papertag_store *store, papertag_model **out, papertag_error *err);

/* Writes a kept model (by how its hash begins; NULL: the one in use) as a file. */
PAPERTAG_API int papertag_store_save_model(papertag_store *store, const char *hash, const char *path,
                                           papertag_error *err);

/* ---- subscriptions --------------------------------------------------------------------------------------------- */

typedef struct papertag_subscription {
    const char *name;
    const char *expression;
    const char *format;      /* of its digests */
    const char *address;     /* of the mail; NULL */
    const char *title;       /* NULL: made from the expression */
    const char *unsubscribe; /* URL for mail headers; NULL */
    papertag_sort sort;
    size_t limit; /* of papers a digest; 0: all */
    /* what papertag_store_subscriptions tells beside */
    size_t delivered; /* papers */
    const char *last; /* the last delivery, YYYY-MM-DDTHH:MM:SSZ; NULL */
} papertag_subscription;

/* Makes or, by its name, changes a subscription. With `from_now` the papers that the store has now count as delivered.
 * Errors: PAPERTAG_BAD_ARGUMENT for a wrong expression or name. */
PAPERTAG_API int papertag_store_subscribe(papertag_store *store, const papertag_subscription *subscription,
                                          bool from_now, papertag_error *err);

/* Forgets a subscription and what it has had. PAPERTAG_BAD_ARGUMENT when there is none. */
PAPERTAG_API int papertag_store_unsubscribe(papertag_store *store, const char *name, papertag_error *err);

/* All subscriptions by name. Borrowed until the next call. */
PAPERTAG_API int papertag_store_subscriptions(papertag_store *store, const papertag_subscription **out, size_t *count,
                                              papertag_error *err);

/* One delivery of papers to a subscription, in two steps around the writing of the digest, so that a paper is sent once
 * whenever the program is killed: _begin records what is about to be written, _end that it was. A delivery that was
 * begun and not ended is found by the next _settle: when the file `path` holds the bytes that were announced it counts
 * as ended, else (also for standard output, path NULL) as never begun. `day` is the day that it is of. From _settle to
 * _end (or closing the store) no other program delivers from this store: it waits. */
PAPERTAG_API int papertag_delivery_settle(papertag_store *store, const char *subscription, papertag_error *err);
PAPERTAG_API int papertag_delivery_begin(papertag_store *store, const char *subscription, const char *day,
                                         const int64_t *keys, size_t count, const char *path, const void *bytes,
                                         size_t size, int64_t *delivery, papertag_error *err);
PAPERTAG_API int papertag_delivery_end(papertag_store *store, int64_t delivery, papertag_error *err);

/* The papers that a subscription was sent on a day, in their order. Borrowed until the next selection. */
PAPERTAG_API int papertag_delivery_of(papertag_store *store, const char *subscription, const char *day,
                                      const int64_t **keys, size_t *count, papertag_error *err);

#ifdef __cplusplus
}
#endif
#endif
