/*
 * model - the model file and its uses: assemble, open, score, explain. The face of this folder.
 *
 * The file: a header with a table of sections, then the sections, each at a multiple of 64 bytes so that they can be
 * used where they are mapped. Numbers are in the byte order of the machine that wrote them; a file of another byte
 * order is refused.
 *
 *     header    magic, byte order, version, file size, checksum (XXH3 of all that follows the header)
 *     manifest  JSON: see pt_manifest_*
 *     terms     text, starts (V + 1), slots: a pt_vocabulary as laid out in memory; "added_terms" of the manifest
 *     idf       float x V
 *     weights   linear: V rows of `stride` lanes, float or int8; each int8 row has a float scale
 *     own       linear: float weights of single tags that were fitted later; they replace those above
 *     bias      double x T
 *     vectors   kernel: support vectors as sparse rows; for each tag which of them it uses, with coefficients
 *
 *     manifest.c          reads the JSON
 *     file.c, model.c     write and read the bytes
 *     score.c, mark.c     margins, probabilities, explanations
 *     kernel.c            margins of kernel models, by LIBSVM
 *     libsvm_*.c          LIBSVM's own files
 */
#ifndef PT_MODEL_H
#define PT_MODEL_H

#include <cjson/cJSON.h>

#include "fit/fit.h"
#include "text/tfidf.h"

/* Versions of the file: a personal model has weights of its own for some tags, an extended one also terms that were
 * added to its vocabulary. One that goes by label cardinality may be any of these: programs that know none of it
 * must not open it. */
enum {
    PT_MODEL_PLAIN = 1,
    PT_MODEL_PERSONAL = 2,
    PT_MODEL_EXTENDED = 3,
    PT_MODEL_CARDINALITY = 4,
    PT_MODEL_ALIGN = 64
};

/* The version of a model by its manifest, the terms added, and the tags with weights of their own. */
uint32_t pt_model_version(const cJSON *manifest, size_t added, size_t own);

/* ---- manifest -------------------------------------------------------------------------------------------------- */

/* How the margins of a model are computed. */
typedef struct pt_fit_info {
    papertag_kernel kernel;
    double gamma; /* poly, rbf, sigmoid */
    double coef0; /* poly, sigmoid */
    int degree;   /* poly */
    papertag_precision precision;
} pt_fit_info;

/* The parts of a manifest that scoring needs. `source` names the manifest in messages. Strings in *tags are borrowed
 * from the manifest; the array itself is freed by pt_tag_infos_free. Errors: PAPERTAG_BAD_MODEL, PAPERTAG_NO_MEMORY. */
int pt_manifest_text(const cJSON *manifest, const char *source, pt_tfidf_options *out, papertag_error *err);
int pt_manifest_fit(const cJSON *manifest, const char *source, pt_fit_info *out, papertag_error *err);
int pt_manifest_tags(const cJSON *manifest, const char *source, papertag_tag_info **tags, size_t *count,
                     papertag_error *err);
void pt_tag_infos_free(papertag_tag_info *tags, size_t count);
int pt_manifest_cardinality(const cJSON *manifest, const char *source, size_t tags, pt_cardinality *out,
                            papertag_error *err);

/* The probability from which on each tag has a precision: see papertag_tagger_demand. p_min: out, T. */
int pt_manifest_precision(const papertag_model *model, double precision, double *p_min, papertag_error *err);

/* How many terms were added to the vocabulary: a whole number, or -1 when it is none. */
double pt_manifest_added(const cJSON *manifest);

/* A member of a JSON object; `otherwise` when it is missing or no finite number. */
double pt_manifest_number(const cJSON *object, const char *key, double otherwise);

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* The support vectors of a kernel model. Tag t uses vectors[starts[t] .. starts[t + 1]), positives first. */
typedef struct pt_support {
    pt_rows rows;         /* R distinct support vectors */
    uint64_t *starts;     /* T + 1 */
    uint32_t *vectors;    /* starts[T]: numbers of rows */
    double *coefficients; /* starts[T]: alpha_i y_i, aligned with vectors */
    uint64_t *positives;  /* T: how many of a tag's vectors are positive examples */
    double *rho;          /* T: margin = sum coefficient x kernel(row, x) - rho */
} pt_support;

void pt_support_free(pt_support *support);

/* The parts of a model file. All is borrowed. */
typedef struct pt_model_parts {
    const cJSON *manifest;
    const pt_vocabulary *vocabulary; /* V terms */
    size_t tags;                     /* T */
    papertag_precision precision;
    float *const *blocks;      /* linear: T / PT_LANES rounded up, each (V + 1) x PT_LANES as pt_linear_fit gives */
    const pt_support *support; /* kernel; NULL for linear */
} pt_model_parts;

/* Assembles a model file in memory: *bytes (free it) is aligned to PT_MODEL_ALIGN. Errors: PAPERTAG_NO_MEMORY. */
int pt_model_assemble(const pt_model_parts *parts, void **bytes, size_t *size, papertag_error *err);

/* Tags fitted later. Their weights are stored next to those of the base model, which keep every bit. */
typedef struct pt_own {
    size_t count;
    const uint32_t *tags;        /* count, ascending */
    const float *const *weights; /* count pointers to weights */
    const size_t *terms;         /* count: how many weights, at most V; those of later terms are 0 */
} pt_own;

/* Assembles, as pt_model_assemble does, the linear model `base` with `own` in place of its own weights. vocabulary:
 * that of `base` without the terms that were added to it, and then V - that many added ones, any number. manifest: the
 * new model's, with T tags. from[T]: each tag's number in `base`, UINT32_MAX for a new tag. bias[T]. */
int pt_model_assemble_own(const papertag_model *base, const pt_vocabulary *vocabulary, const cJSON *manifest,
                          size_t tags, const uint32_t *from, const double *bias, const pt_own *own, void **bytes,
                          size_t *size, papertag_error *err);

/* ---- an open model --------------------------------------------------------------------------------------------- */

/* Weights of a linear model, term by term: float, or int8 with a scale a term. Neither in a kernel model. */
typedef struct pt_matrix {
    const float *weights;    /* V x stride */
    const int8_t *quantized; /* V x stride */
    const float *scales;     /* V: of quantized */
    size_t stride;           /* lanes of a row: the number of tags rounded up to 8 */
} pt_matrix;

static inline double pt_matrix_weight(const pt_matrix *m, size_t term, size_t lane)
{
    const size_t at = term * m->stride + lane;
    return m->quantized ? m->scales[term] * (float)m->quantized[at] : m->weights ? m->weights[at] : 0;
}

/* Who frees the bytes of a model. */
typedef enum pt_bytes_owner { PT_BYTES_BORROWED, PT_BYTES_MAPPED, PT_BYTES_OWNED } pt_bytes_owner;

struct papertag_model {
    char *name;    /* the file, for messages */
    char hash[17]; /* 16 hexadecimal digits */
    const unsigned char *bytes;
    size_t size;
    pt_bytes_owner owner;
    char *manifest;
    cJSON *json; /* the parsed manifest */
    pt_tfidf_options options;
    pt_fit_info fit;
    pt_vocabulary vocabulary; /* V terms, borrowed from bytes */
    papertag_tag_info *tags;  /* T; strings borrowed from json */
    size_t tag_count;         /* T */
    pt_matrix matrix;         /* lane: number of the tag */
    pt_matrix own;            /* lane: place in own_tags */
    const uint32_t *own_tags; /* own_count, ascending: their weights are in `own` and not in `matrix` */
    uint32_t *own_place;      /* T: place in own_tags, UINT32_MAX: none; NULL when own_count is 0 */
    size_t own_count;
    const double *bias;         /* T */
    pt_cardinality cardinality; /* by the margins of `matrix`, also of tags with weights in `own` */
    pt_support support;         /* kernel model: borrowed from bytes */
    struct pt_kernel *kernel;   /* kernel model; NULL for linear */
};

/* ---- scoring -------------------------------------------------------------------------------------------------- */

/* A tag with its probability, to be ranked. */
typedef struct pt_ranked {
    double p;
    size_t tag;
} pt_ranked;

struct papertag_tagger {
    const papertag_model *model;
    double *p_min; /* T: tags are assigned from these probabilities on, not by their cuts; NULL: by their cuts */
    pt_counter counter;
    float *sums;                   /* lanes of `matrix`, then those of `own` */
    double *margins, *p;           /* T */
    pt_ranked *ranked;             /* 2 T: scratch */
    papertag_score *scores;        /* T */
    struct pt_kernel_input *input; /* kernel model */
    papertag_term *terms;          /* explain */
    char *term_text;
    papertag_span *spans; /* mark */
    size_t terms_capacity, term_text_capacity, spans_capacity;
};

/* A model over bytes (aligned, from malloc). They are freed with the model, or here when it cannot be opened. */
int pt_model_open_owned(papertag_model **out, const char *name, void *bytes, size_t size, papertag_error *err);

/* What a learner wrote of a tag that it fitted: an object of the manifest; NULL: the tag is as it was trained. */
const cJSON *pt_model_learnt(const papertag_model *model, size_t tag);

/* Whether a tag was made by a person, and the model had none like it before. */
bool pt_model_tag_is_personal(const papertag_model *model, size_t tag);

/* The part of a row that has no terms added to the vocabulary: a vector of length 1. */
static inline pt_row pt_first_part(const pt_vocabulary *v, pt_row row)
{
    while (v->added && row.count && row.terms[row.count - 1] >= v->count - v->added) {
        row.count--;
    }
    return row;
}

/* A name for the vocabulary and the options by which rows are made, without terms that were added: models that were
 * learnt from this one have the same. */
const char *pt_model_space(const papertag_model *model);

/* The tf-idf row of a paper; borrowed until the next call on the tagger. */
int pt_tagger_row(papertag_tagger *tagger, const char *title, const char *abstract, pt_row *row, papertag_error *err);

/* The offset of a row, by the margins that it has without weights of their own, of a linear model. */
double pt_model_offset(papertag_tagger *tagger, pt_row row);

/* Fills tagger->scores from a row: margins, probabilities, decisions, highest p first. */
int pt_score(papertag_tagger *tagger, pt_row row, papertag_error *err);

/* The same with the scores of assigned tags alone: *count of them. */
int pt_score_assigned(papertag_tagger *tagger, pt_row row, size_t *count, papertag_error *err);

#endif
