/*
 * model - the model file and what is done with it: write, open, score, explain.
 *
 * The file: a header, a table of sections, the sections, each at a multiple of 64 bytes so that they are used where
 * they are mapped. All numbers in the byte order of the machine that wrote it; another byte order is refused.
 *
 *     header    magic, byte order, version, file size, checksum (XXH3 of all that follows the header)
 *     manifest  JSON: see pt_manifest_*
 *     terms     text, starts (V + 1), slots: a pt_vocabulary as it is
 *     idf       float x V
 *     weights   linear: V rows of `stride` lanes, float or int8; int8 has a float scale a row
 *     bias      double x T
 *     vectors   kernel: support vectors as sparse rows, and for each tag which of them, with coefficients
 */
#ifndef PT_MODEL_H
#define PT_MODEL_H

#include <cjson/cJSON.h>
#include <libsvm/svm.h>

#include "linear.h"
#include "tfidf.h"

enum { PT_MODEL_VERSION = 1, PT_MODEL_ALIGN = 64 };

/* ---- manifest -------------------------------------------------------------------------------------------------- */

/* How a model was fitted and how its margins are computed. */
typedef struct pt_fit_info {
    papertag_solver solver;
    papertag_kernel kernel;
    double c, gamma, coef0;
    int degree;
    papertag_precision precision;
} pt_fit_info;

/* The words of a manifest for the values of the public enums; NULL ends each list. */
extern const char *const pt_solver_names[], *const pt_kernel_names[], *const pt_precision_names[],
                                                                          *const pt_class_weight_names[];

/* The precisions, in hundredths, for which a manifest has the least p that keeps them: see pt_cuts. */
enum { PT_PRECISION_MIN = 50, PT_PRECISIONS = 50 };

/* Reads what scoring needs from a manifest; the words of tags are borrowed from it. `source` names it in messages. */
int pt_manifest_text(const cJSON *manifest, const char *source, pt_tfidf_options *out, papertag_error *err);
int pt_manifest_fit(const cJSON *manifest, const char *source, pt_fit_info *out, papertag_error *err);
int pt_manifest_tags(const cJSON *manifest, const char *source, papertag_tag_info **tags, size_t *count,
                     papertag_error *err);

/* Frees what pt_manifest_tags made. */
void pt_tag_infos_free(papertag_tag_info *tags, size_t count);

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* The support vectors of a kernel model. Tag t uses vectors[starts[t] .. starts[t + 1]), positives first. */
typedef struct pt_support {
    pt_rows rows;         /* distinct support vectors */
    uint64_t *starts;     /* T + 1 */
    uint32_t *vectors;    /* numbers of rows */
    double *coefficients; /* alpha_i y_i, aligned with vectors */
    uint64_t *positives;  /* T: how many of a tag's vectors are positive examples */
    double *rho;          /* T: margin = sum coefficient x kernel(row, x) - rho */
} pt_support;

void pt_support_free(pt_support *support);

/* What a model file is made of. All is borrowed. */
typedef struct pt_model_parts {
    const cJSON *manifest;
    const pt_vocabulary *vocabulary;
    size_t tags;
    papertag_precision precision;
    float *const *blocks;      /* linear: tags / PT_LANES rounded up, each (V + 1) x PT_LANES as pt_linear_fit gives */
    const pt_support *support; /* kernel; NULL for linear */
} pt_model_parts;

/* Puts a model file together in memory: *bytes (free it) is aligned to PT_MODEL_ALIGN. */
int pt_model_assemble(const pt_model_parts *parts, void **bytes, size_t *size, papertag_error *err);

/* ---- an open model --------------------------------------------------------------------------------------------- */

struct papertag_model {
    char *name; /* the file, for messages */
    char hash[17];
    const unsigned char *bytes;
    size_t size;
    bool mapped;
    char *manifest;
    cJSON *json; /* the parsed manifest; `tags` borrows its strings */
    pt_tfidf_options options;
    pt_fit_info fit;
    pt_vocabulary vocabulary;
    papertag_tag_info *tags;
    size_t tag_count;
    size_t stride;        /* lanes of a row of weights: tag_count rounded up to 8 */
    const float *weights; /* one of these two for a linear model */
    const int8_t *quantized;
    const float *scales;        /* of quantized, by term */
    const double *bias;         /* by tag */
    struct svm_model *machines; /* by tag, for a kernel model; their arrays point into this model */
    struct svm_node *nodes, **vectors;
    int *vector_counts;    /* 2 x T: positive and negative vectors of a tag */
    double **coefficients; /* T: of a tag's vectors */
    pt_support support;    /* kernel: borrowed pointers into the file */
};

/* ---- scoring -------------------------------------------------------------------------------------------------- */

/* A tag in the order of its probability. */
typedef struct pt_ranked {
    double p;
    size_t tag;
} pt_ranked;

struct papertag_tagger {
    const papertag_model *model;
    bool by_p; /* tags are assigned by p_min, not by their cuts */
    double p_min;
    pt_counter counter;
    float *sums;            /* stride */
    double *margins, *p;    /* T */
    pt_ranked *ranked;      /* 2 T: scratch */
    papertag_score *scores; /* T */
    struct svm_node *nodes; /* kernel: the paper as LIBSVM has it */
    size_t nodes_capacity;
    papertag_term *terms; /* explain */
    char *term_text;
    size_t terms_capacity, term_text_capacity;
};

/* The tf-idf row of a paper; borrowed until the next call on the tagger. */
int pt_tagger_row(papertag_tagger *tagger, const char *title, const char *abstract, pt_row *row, papertag_error *err);

/* Fills tagger->scores from a row: margins, probabilities, decisions, highest p first. */
int pt_score(papertag_tagger *tagger, pt_row row, papertag_error *err);

#endif
