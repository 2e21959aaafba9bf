/*
 * libsvm_import - reads LIBSVM's files back into a model file.
 *
 * Nothing in them is trusted: they may have been fitted by svm-train, edited by hand, or damaged.
 */
#include <math.h>
#include <stdlib.h>

#include "libsvm.h"

/* ---- reading lines ----------------------------------------------------------------------------------------------- */

/* A text file, read line by line. */
struct lines {
    char *path, *text, *at, *end;
    size_t line; /* number of the last line returned, from 1 */
};

static int lines_open(struct lines *lines, const char *path, papertag_error *err)
{
    size_t size;
    int status;

    *lines = (struct lines){0};
    lines->path = strdup(path);
    if (!lines->path) {
        return pt_no_memory(err);
    }
    status = pt_read_file(path, &lines->text, &size, err);
    if (!status) {
        lines->at = lines->text;
        lines->end = lines->text + size;
    }
    return status;
}

static void lines_close(struct lines *lines)
{
    free(lines->path);
    free(lines->text);
}

/* The next line, NUL-terminated in place; NULL at the end. */
static char *lines_next(struct lines *lines)
{
    char *line = lines->at, *stop;
    if (line >= lines->end) {
        return NULL;
    }
    stop = memchr(line, '\n', (size_t)(lines->end - line));
    stop = stop ? stop : lines->end;
    *stop = '\0';
    if (stop > line && stop[-1] == '\r') {
        stop[-1] = '\0';
    }
    lines->at = stop + 1;
    lines->line++;
    return line;
}

static int bad_line(const struct lines *lines, papertag_error *err, const char *reason)
{
    return pt_fail(err, PAPERTAG_BAD_INPUT, "%s:%zu: %s", lines->path, lines->line, reason);
}

/* ---- vocabulary -------------------------------------------------------------------------------------------------- */

/* A vocabulary with its own memory. */
struct owned_vocabulary {
    pt_vocabulary view; /* over the arrays below */
    pt_buf text;
    uint32_t *starts, *slots;
    float *idf;
    size_t starts_capacity, idf_capacity;
};

static void owned_vocabulary_free(struct owned_vocabulary *v)
{
    pt_buf_free(&v->text);
    free(v->starts);
    free(v->slots);
    free(v->idf);
}

/* Whether a number can be a weight, an idf or a value of a row: sums of a million of them stay finite as floats. */
static bool is_moderate(double number)
{
    return fabs(number) <= 1e30;
}

/* Reads a line of vocabulary.tsv, the term with number `count`. */
static int read_term(struct owned_vocabulary *v, const struct lines *lines, const char *line, size_t count,
                     papertag_error *err)
{
    const char *tab = strchr(line, '\t'), *second = tab ? strchr(tab + 1, '\t') : NULL, *end;
    const double idf = second ? pt_parse_double(second + 1, &end) : 0;

    if (!second || second == tab + 1 || *end || !(idf > 0) || strtoull(line, NULL, 10) != count + 1) {
        return bad_line(lines, err, "expected the next index, a term and its idf, separated by tabs");
    }
    if (!is_moderate(idf)) {
        return bad_line(lines, err, "the idf is too large");
    }
    if (pt_reserve(&v->starts, &v->starts_capacity, count + 2, sizeof *v->starts) ||
        pt_reserve(&v->idf, &v->idf_capacity, count + 1, sizeof *v->idf)) {
        return pt_no_memory(err);
    }
    v->starts[count] = (uint32_t)v->text.size;
    v->idf[count] = (float)idf;
    pt_buf_append(&v->text, tab + 1, (size_t)(second - tab - 1));
    v->starts[count + 1] = (uint32_t)v->text.size;
    return v->text.failed || v->text.size > UINT32_MAX / 2 ? pt_no_memory(err) : PAPERTAG_OK;
}

static int read_vocabulary(struct owned_vocabulary *v, const char *path, papertag_error *err)
{
    struct lines lines;
    const char *line;
    size_t count = 0, slots;
    int status = lines_open(&lines, path, err);

    if (!status && (!(line = lines_next(&lines)) || strcmp(line, "index\tterm\tidf") != 0)) {
        status = bad_line(&lines, err, "the first line must be index, term, idf, separated by tabs");
    }
    while (!status && (line = lines_next(&lines))) {
        status = read_term(v, &lines, line, count++, err);
    }
    if (!status && !count) {
        status = bad_line(&lines, err, "no terms");
    }
    lines_close(&lines);
    if (status) {
        return status;
    }
    slots = pt_vocabulary_slots(count);
    v->slots = pt_alloc(slots, sizeof *v->slots);
    if (!v->slots) {
        return pt_no_memory(err);
    }
    v->view = (pt_vocabulary){v->text.data, v->starts, v->slots, v->idf, count, (uint32_t)slots - 1, 0};
    return pt_vocabulary_index(&v->view, v->slots, err);
}

/* ---- one machine ------------------------------------------------------------------------------------------------- */

/* The head of a TAG.model file. */
struct head {
    int kernel, degree;
    double gamma, coef0, rho;
    unsigned long total, first; /* support vectors in all, and of the class that is named first */
    int sign;                   /* -1 when the first class is the negative one, else 1 */
};

/* Each of these reads one value of the head. They return NULL, or what is wrong with the value. */

static const char *read_type(struct head *head, const char *value)
{
    (void)head;
    return strcmp(value, "c_svc") ? "only c_svc models can be imported" : NULL;
}

static const char *read_kernel(struct head *head, const char *value)
{
    for (int i = 0; papertag_kernel_names()[i]; i++) {
        if (!strcmp(value, pt_libsvm_kernel_name((papertag_kernel)i))) {
            head->kernel = i;
            return NULL;
        }
    }
    return "unknown kernel";
}

static const char *read_degree(struct head *head, const char *value)
{
    const long degree = strtol(value, NULL, 10);

    head->degree = degree < INT32_MIN || degree > INT32_MAX ? -1 : (int)degree;
    return NULL;
}

static const char *read_gamma(struct head *head, const char *value)
{
    const char *end;

    head->gamma = pt_parse_double(value, &end);
    return NULL;
}

static const char *read_coef0(struct head *head, const char *value)
{
    const char *end;

    head->coef0 = pt_parse_double(value, &end);
    return NULL;
}

static const char *read_classes(struct head *head, const char *value)
{
    (void)head;
    return strcmp(value, "2") ? "a tag's model must have two classes" : NULL;
}

static const char *read_total(struct head *head, const char *value)
{
    head->total = strtoul(value, NULL, 10);
    return NULL;
}

static const char *read_rho(struct head *head, const char *value)
{
    const char *end;

    head->rho = pt_parse_double(value, &end);
    return *end || !is_moderate(head->rho) ? "rho must be one number, of at most 1e30" : NULL;
}

static const char *read_labels(struct head *head, const char *value)
{
    int labels[2];

    if (sscanf(value, "%d %d", &labels[0], &labels[1]) != 2 || (labels[0] > 0) == (labels[1] > 0)) {
        return "of the two labels one must be positive";
    }
    head->sign = labels[0] > 0 ? 1 : -1;
    return NULL;
}

static const char *read_counts(struct head *head, const char *value)
{
    unsigned long second;

    if (sscanf(value, "%lu %lu", &head->first, &second) != 2 || head->first > UINT32_MAX || second > UINT32_MAX ||
        head->first + second != head->total) {
        return "the numbers of support vectors do not add up to total_sv";
    }
    return NULL;
}

/* LIBSVM's own calibration is not used: the manifest has papertag's. */
static const char *skip_value(struct head *head, const char *value)
{
    (void)head;
    (void)value;
    return NULL;
}

static const struct {
    const char *name;
    const char *(*read)(struct head *head, const char *value);
    bool needed;
} head_fields[] = {{"svm_type", read_type, true},  {"kernel_type", read_kernel, true},
                   {"degree", read_degree, false}, {"gamma", read_gamma, false},
                   {"coef0", read_coef0, false},   {"nr_class", read_classes, true},
                   {"total_sv", read_total, true}, {"rho", read_rho, true},
                   {"label", read_labels, true},   {"nr_sv", read_counts, true},
                   {"probA", skip_value, false},   {"probB", skip_value, false}};
enum { HEAD_FIELDS = sizeof head_fields / sizeof *head_fields };

static int read_head(struct lines *lines, struct head *head, papertag_error *err)
{
    bool seen[HEAD_FIELDS] = {false};
    char *line;

    *head = (struct head){.degree = 3, .gamma = 1, .sign = 1};
    while ((line = lines_next(lines)) && strcmp(line, "SV") != 0) {
        char *value = strchr(line, ' ');
        const char *wrong;
        size_t i = 0;
        if (!value) {
            return bad_line(lines, err, "expected a name and a value");
        }
        *value++ = '\0';
        while (i < HEAD_FIELDS && strcmp(line, head_fields[i].name) != 0) {
            i++;
        }
        wrong = i < HEAD_FIELDS ? head_fields[i].read(head, value) : "unknown name in the head of a LIBSVM model";
        if (wrong) {
            return bad_line(lines, err, wrong);
        }
        seen[i] = true;
    }
    for (size_t i = 0; i < HEAD_FIELDS; i++) {
        if (!line || (head_fields[i].needed && !seen[i])) {
            return bad_line(lines, err, "the head of the LIBSVM model is not complete");
        }
    }
    return PAPERTAG_OK;
}

/* Reads one support vector: its coefficient, and its entries into terms and values (room for `count`). */
static int read_vector(struct lines *lines, size_t terms, double *coefficient, uint32_t *indices, float *values,
                       size_t *count, papertag_error *err)
{
    const char *at = lines_next(lines), *end;
    size_t n = 0;

    if (!at) {
        return bad_line(lines, err, "fewer support vectors than total_sv gives");
    }
    *coefficient = pt_parse_double(at, &end);
    if (end == at || !isfinite(*coefficient)) {
        return bad_line(lines, err, "a support vector must begin with its coefficient");
    }
    for (at = end + strspn(end, " "); *at; at += strspn(at, " ")) {
        char *colon;
        unsigned long index = strtoul(at, &colon, 10);
        double value;
        if (colon == at || *colon != ':' || !index || index > terms || (n && index - 1 <= indices[n - 1])) {
            return bad_line(lines, err, "expected index:value, with ascending indices that vocabulary.tsv has");
        }
        value = pt_parse_double(colon + 1, &end);
        if (end == colon + 1 || !is_moderate(value)) {
            return bad_line(lines, err, "expected index:value, with a value of at most 1e30");
        }
        indices[n] = (uint32_t)(index - 1);
        values[n++] = (float)value;
        at = end;
    }
    *count = n;
    return PAPERTAG_OK;
}

/* The model in the making. */
struct import {
    const char *dir;
    cJSON *manifest;
    papertag_tag_info *tags;
    size_t tag_count;
    pt_fit_info fit;
    struct owned_vocabulary vocabulary;
    float **blocks;     /* linear: as pt_model_parts has them */
    pt_support support; /* kernel; its rho and positives are filled for either */
    size_t vectors_capacity, coefficients_capacity;
    uint32_t *indices; /* V: of one vector */
    float *values;     /* V: likewise */
    double *sums;      /* V: weights of one tag */
};

static bool is_linear(const struct import *in)
{
    return in->fit.kernel == PAPERTAG_KERNEL_LINEAR;
}

static int check_kernel(const struct import *in, const struct head *head, const char *path, papertag_error *err)
{
    if (head->kernel != (int)in->fit.kernel) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: the kernel differs from the manifest's", path);
    }
    if (!is_linear(in) && (head->gamma != in->fit.gamma || head->coef0 != in->fit.coef0 ||
                           (head->kernel == PAPERTAG_KERNEL_POLY && head->degree != in->fit.degree))) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: the kernel's parameters differ from the manifest's", path);
    }
    return PAPERTAG_OK;
}

/* Appends a support vector to the kernel model. One that several tags share is stored again for each. */
static int append_vector(struct import *in, double coefficient, size_t count)
{
    pt_support *s = &in->support;
    size_t n = s->rows.count;

    if (pt_rows_append(&s->rows, in->indices, in->values, count) ||
        pt_reserve(&s->vectors, &in->vectors_capacity, n + 1, sizeof *s->vectors) ||
        pt_reserve(&s->coefficients, &in->coefficients_capacity, n + 1, sizeof *s->coefficients)) {
        return PAPERTAG_NO_MEMORY;
    }
    s->vectors[n] = (uint32_t)n;
    s->coefficients[n] = coefficient;
    return PAPERTAG_OK;
}

/* Reads the support vectors of a tag: into in->sums for a linear model, else into in->support. */
static int read_vectors(struct import *in, struct lines *lines, const struct head *head, papertag_error *err)
{
    const size_t terms = in->vocabulary.view.count;
    int status = PAPERTAG_OK;

    memset(in->sums, 0, terms * sizeof *in->sums);
    for (unsigned long i = 0; i < head->total && !status; i++) {
        double coefficient = 0;
        size_t count = 0;
        status = read_vector(lines, terms, &coefficient, in->indices, in->values, &count, err);
        if (!status && !is_linear(in) && append_vector(in, head->sign * coefficient, count)) {
            status = pt_no_memory(err);
        }
        for (size_t k = 0; k < count && !status; k++) {
            double *sum = &in->sums[in->indices[k]];
            *sum += coefficient * in->values[k];
            status = is_moderate(*sum) ? PAPERTAG_OK : bad_line(lines, err, "the weight of a term grows beyond 1e30");
        }
    }
    return status;
}

static int import_tag(struct import *in, size_t tag, papertag_error *err)
{
    const size_t terms = in->vocabulary.view.count, lane = tag % PT_LANES;
    pt_buf path = {0};
    struct lines lines = {0};
    struct head head;
    int status = pt_libsvm_tag_path(&path, in->dir, in->tags[tag].tag, err);

    status = status ? status : lines_open(&lines, path.data, err);
    status = status ? status : read_head(&lines, &head, err);
    status = status ? status : check_kernel(in, &head, path.data, err);
    status = status ? status : read_vectors(in, &lines, &head, err);
    if (!status) {
        in->support.positives[tag] = head.sign > 0 ? head.first : head.total - head.first;
        in->support.rho[tag] = head.sign * head.rho;
        in->support.starts[tag + 1] = in->support.rows.count;
    }
    if (!status && is_linear(in)) {
        float *block = in->blocks[tag / PT_LANES];
        for (size_t term = 0; term < terms; term++) {
            block[term * PT_LANES + lane] = (float)(head.sign * in->sums[term]);
        }
        block[terms * PT_LANES + lane] = (float)-in->support.rho[tag];
    }
    lines_close(&lines);
    pt_buf_free(&path);
    return status;
}

static int read_manifest(struct import *in, const char *path, papertag_error *err)
{
    pt_tfidf_options options;
    char *text = NULL;
    size_t size;
    int status = pt_read_file(path, &text, &size, err);

    if (status) {
        return status;
    }
    in->manifest = cJSON_ParseWithLength(text, size);
    free(text);
    if (!in->manifest) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: not JSON", path);
    }
    status = pt_manifest_text(in->manifest, path, &options, err);
    if (!status) {
        pt_words_free(&options.text.stop_words); /* only checked here */
        status = pt_manifest_fit(in->manifest, path, &in->fit, err);
    }
    return status ? status : pt_manifest_tags(in->manifest, path, &in->tags, &in->tag_count, err);
}

static int reserve_import(struct import *in)
{
    size_t terms = in->vocabulary.view.count, blocks = in->tag_count / PT_LANES + 1;

    in->indices = pt_alloc(terms, sizeof *in->indices);
    in->values = pt_alloc(terms, sizeof *in->values);
    in->sums = pt_alloc(terms, sizeof *in->sums);
    in->blocks = pt_calloc(blocks, sizeof *in->blocks);
    in->support.starts = pt_calloc(in->tag_count + 1, sizeof *in->support.starts);
    in->support.positives = pt_calloc(in->tag_count, sizeof *in->support.positives);
    in->support.rho = pt_calloc(in->tag_count, sizeof *in->support.rho);
    if (!in->indices || !in->values || !in->sums || !in->blocks || !in->support.starts || !in->support.positives ||
        !in->support.rho) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < blocks && is_linear(in); i++) {
        in->blocks[i] = pt_calloc(terms + 1, PT_LANES * sizeof **in->blocks);
        if (!in->blocks[i]) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    return PAPERTAG_OK;
}

static void free_import(struct import *in)
{
    for (size_t i = 0; in->blocks && i < in->tag_count / PT_LANES + 1; i++) {
        free(in->blocks[i]);
    }
    free(in->blocks);
    pt_support_free(&in->support);
    owned_vocabulary_free(&in->vocabulary);
    pt_tag_infos_free(in->tags, in->tag_count);
    cJSON_Delete(in->manifest);
    free(in->indices);
    free(in->values);
    free(in->sums);
}

/* Sets which terms were added to the vocabulary in `path`. */
static int set_added(struct import *in, const char *path, papertag_error *err)
{
    const double added = pt_manifest_added(in->manifest);

    if (added < 0 || added >= (double)in->vocabulary.view.count) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: fewer terms than \"added_terms\" of manifest.json says", path);
    }
    in->vocabulary.view.added = (size_t)added;
    return PAPERTAG_OK;
}

int papertag_model_import_libsvm(const char *dir, const char *path, papertag_error *err)
{
    struct import in = {.dir = dir};
    pt_buf name = {0};
    void *bytes = NULL;
    size_t size = 0;
    int status;

    pt_buf_format(&name, "%s/manifest.json", dir);
    status = name.failed ? pt_no_memory(err) : read_manifest(&in, name.data, err);
    pt_buf_clear(&name);
    pt_buf_format(&name, "%s/vocabulary.tsv", dir);
    status = status ? status : name.failed ? pt_no_memory(err) : read_vocabulary(&in.vocabulary, name.data, err);
    status = status ? status : set_added(&in, name.data, err);
    status = status ? status : reserve_import(&in) ? pt_no_memory(err) : PAPERTAG_OK;
    for (size_t tag = 0; tag < in.tag_count && !status; tag++) {
        status = import_tag(&in, tag, err);
    }
    if (!status) {
        pt_model_parts parts = {.manifest = in.manifest,
                                .vocabulary = &in.vocabulary.view,
                                .tags = in.tag_count,
                                .precision = in.fit.precision,
                                .blocks = in.blocks,
                                .support = is_linear(&in) ? NULL : &in.support};
        status = pt_model_assemble(&parts, &bytes, &size, err);
    }
    status = status ? status : papertag_write_file(path, bytes, size, err);
    free(bytes);
    pt_buf_free(&name);
    free_import(&in);
    return status;
}
