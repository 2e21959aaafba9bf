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
 *     own       linear: weights of single tags fitted after the others, float, which hold in place of theirs above
 *     bias      double x T
 *     vectors   kernel: support vectors as sparse rows, and for each tag which of them, with coefficients
 */
#ifndef PT_MODEL_H
#define PT_MODEL_H

#include <cjson/cJSON.h>
#include <libsvm/svm.h>

#include "fit/fit.h"
#include "text/tfidf.h"

/* Versions of the file: a personal model has weights of its own for some tags. */
enum { PT_MODEL_PLAIN = 1, PT_MODEL_PERSONAL = 2, PT_MODEL_ALIGN = 64 };

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

/* Tags fitted after the others: their weights stand beside the model's, which stay as they were to the bit. */
typedef struct pt_own {
    size_t count;
    const uint32_t *tags;        /* ascending */
    const float *const *weights; /* count pointers to V weights */
} pt_own;

/* Puts together, as pt_model_assemble does, the linear model `base` with `own` in place of what it has of its own.
 * manifest: of the new model, of T tags; from[T]: the tag of `base` that it was, UINT32_MAX for a new one; bias[T]. */
int pt_model_assemble_own(const papertag_model *base, const cJSON *manifest, size_t tags, const uint32_t *from,
                          const double *bias, const pt_own *own, void **bytes, size_t *size, papertag_error *err);

/* ---- an open model --------------------------------------------------------------------------------------------- */

/* Weights of a linear model, term by term; one of the first two. */
typedef struct pt_matrix {
    const float *weights;
    const int8_t *quantized;
    const float *scales; /* of quantized, by term */
    size_t stride;       /* lanes of a row: the number of tags rounded up to 8 */
} pt_matrix;

static inline double pt_matrix_weight(const pt_matrix *m, size_t term, size_t lane)
{
    const size_t at = term * m->stride + lane;
    return m->quantized ? m->scales[term] * (float)m->quantized[at] : m->weights ? m->weights[at] : 0;
}

struct papertag_model {
    char *name; /* the file, for messages */
    char hash[17];
    const unsigned char *bytes;
    size_t size;
    int holder; /* of the bytes: model.c */
    char *manifest;
    cJSON *json; /* the parsed manifest; `tags` borrows its strings */
    pt_tfidf_options options;
    pt_fit_info fit;
    pt_vocabulary vocabulary;
    papertag_tag_info *tags;
    size_t tag_count;
    pt_matrix matrix;         /* by tag; empty for a kernel model */
    pt_matrix own;            /* by place in own_tags */
    const uint32_t *own_tags; /* own_count, ascending: their weights are in `own` and not in `matrix` */
    uint32_t *own_place;      /* T: place in own_tags, UINT32_MAX: none; NULL when own_count is 0 */
    size_t own_count;
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
    float *sums;            /* lanes of `matrix`, then those of `own` */
    double *margins, *p;    /* T */
    pt_ranked *ranked;      /* 2 T: scratch */
    papertag_score *scores; /* T */
    struct svm_node *nodes; /* kernel: the paper as LIBSVM has it */
    size_t nodes_capacity;
    papertag_term *terms; /* explain */
    char *term_text;
    papertag_span *spans; /* mark */
    size_t terms_capacity, term_text_capacity, spans_capacity;
};

/* A model over bytes (aligned, from malloc) that it frees when it is closed, and here when it cannot be opened. */
int pt_model_open_owned(papertag_model **out, const char *name, void *bytes, size_t size, papertag_error *err);

/* The tf-idf row of a paper; borrowed until the next call on the tagger. */
int pt_tagger_row(papertag_tagger *tagger, const char *title, const char *abstract, pt_row *row, papertag_error *err);

/* Fills tagger->scores from a row: margins, probabilities, decisions, highest p first. */
int pt_score(papertag_tagger *tagger, pt_row row, papertag_error *err);

#endif
