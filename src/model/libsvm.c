/*
 * exchange - a model as LIBSVM's own files, and back.
 *
 * LIBSVM's program svm-predict reads one text file a binary model. A linear tag is written as a model with a single
 * support vector, the weights themselves, with coefficient 1; a kernel tag as what it is. The format is that of
 * svm_save_model in LIBSVM 3.24. It is written and read here and not by svm_save_model and svm_load_model, because
 * those change the locale of the whole process and the latter believes every number it reads.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "train/fit.h"
#include "model.h"

static const char *const libsvm_kernels[] = {"linear", "polynomial", "rbf", "sigmoid"};

/* ---- names ----------------------------------------------------------------------------------------------------- */

/* DIR/TAG.model; bytes of the tag that a file name cannot bear are written as %XX. */
static int tag_path(pt_buf *path, const char *dir, const char *tag, papertag_error *err)
{
    pt_buf_clear(path);
    pt_buf_format(path, "%s/", dir);
    for (const char *c = tag; *c; c++) {
        if ((unsigned char)*c <= ' ' || strchr("/%\\:*?\"<>|\x7f", *c) || (c == tag && *c == '.')) {
            pt_buf_format(path, "%%%02X", (unsigned)(unsigned char)*c);
        } else {
            pt_buf_append(path, c, 1);
        }
    }
    pt_buf_text(path, ".model");
    return path->failed ? pt_no_memory(err) : PAPERTAG_OK;
}

static void append_number(pt_buf *out, const char *before, double value, int digits, const char *after)
{
    char text[40];
    size_t length = pt_format_double(text, value, digits);
    pt_buf_text(out, before);
    pt_buf_append(out, text, length);
    pt_buf_text(out, after);
}

/* ---- export ---------------------------------------------------------------------------------------------------- */

static void append_head(pt_buf *out, const papertag_model *m, size_t total, double rho, size_t positive,
                        size_t negative)
{
    pt_buf_format(out, "svm_type c_svc\nkernel_type %s\n", libsvm_kernels[m->fit.kernel]);
    if (m->fit.kernel == PAPERTAG_KERNEL_POLY) {
        pt_buf_format(out, "degree %d\n", m->fit.degree);
    }
    if (m->fit.kernel != PAPERTAG_KERNEL_LINEAR) {
        append_number(out, "gamma ", m->fit.gamma, 17, "\n");
    }
    if (m->fit.kernel == PAPERTAG_KERNEL_POLY || m->fit.kernel == PAPERTAG_KERNEL_SIGMOID) {
        append_number(out, "coef0 ", m->fit.coef0, 17, "\n");
    }
    pt_buf_format(out, "nr_class 2\ntotal_sv %zu\n", total);
    append_number(out, "rho ", rho, 17, "\n");
    pt_buf_format(out, "label 1 -1\nnr_sv %zu %zu\nSV\n", positive, negative);
}

static void append_entry(pt_buf *out, uint32_t term, double value)
{
    pt_buf_format(out, " %lu", (unsigned long)term + 1);
    append_number(out, ":", value, 9, "");
}

static void append_machine(pt_buf *out, const papertag_model *m, size_t tag)
{
    const pt_support *s = &m->support;

    if (papertag_model_is_linear(m)) {
        append_head(out, m, 1, -m->bias[tag], 1, 0);
        pt_buf_text(out, "1");
        for (size_t term = 0; term < m->vocabulary.count; term++) {
            double weight = papertag_model_weight(m, term, tag);
            if (weight != 0) {
                append_entry(out, (uint32_t)term, weight);
            }
        }
        pt_buf_text(out, "\n");
        return;
    }
    append_head(out, m, s->starts[tag + 1] - s->starts[tag], s->rho[tag], s->positives[tag],
                s->starts[tag + 1] - s->starts[tag] - s->positives[tag]);
    for (size_t i = s->starts[tag]; i < s->starts[tag + 1]; i++) {
        pt_row row = pt_rows_get(&s->rows, s->vectors[i]);
        append_number(out, "", s->coefficients[i], 17, "");
        for (size_t k = 0; k < row.count; k++) {
            append_entry(out, row.terms[k], row.values[k]);
        }
        pt_buf_text(out, "\n");
    }
}

static void append_vocabulary(pt_buf *out, const papertag_model *m)
{
    const pt_vocabulary *v = &m->vocabulary;

    pt_buf_text(out, "index\tterm\tidf\n");
    for (size_t i = 0; i < v->count; i++) {
        pt_buf_format(out, "%zu\t", i + 1);
        pt_buf_append(out, v->text + v->starts[i], v->starts[i + 1] - v->starts[i]);
        append_number(out, "\t", v->idf[i], 9, "\n");
    }
}

static void append_readme(pt_buf *out, const papertag_model *m)
{
    pt_buf_format(
        out,
        "TAG.model      one LIBSVM model a tag (C-SVC, labels 1 and -1); bytes that a file name cannot bear\n"
        "               are written as %%XX\n"
        "vocabulary.tsv index (from 1), term, idf\n"
        "manifest.json  options, tags with cut and calibration\n"
        "\n"
        "The vector of a paper\n"
        "1. Cut title and abstract into words as `text` in manifest.json says; terms are runs of 1 to %u\n"
        "   neighbouring words that vocabulary.tsv has.\n"
        "2. tf: how often the term stands in the abstract, plus %g times how often in the title.\n"
        "3. value = (1 + ln tf) * idf (tf below 1: tf * idf), then divide all values by the square root of\n"
        "   the sum of their squares.\n"
        "4. Write index:value in ascending order of index.\n"
        "\n"
        "svm-predict gives 1 where the decision value is above 0. papertag assigns a tag where it is at least\n"
        "the tag's cut, and its p is 1 / (1 + exp(platt_a * value + platt_b)).\n",
        m->options.ngram_max, m->options.title_weight);
}

int papertag_model_export_libsvm(const papertag_model *m, const char *dir, papertag_error *err)
{
    pt_buf path = {0}, text = {0};
    int status = PAPERTAG_OK;

    if (mkdir(dir, 0777) && errno != EEXIST) {
        return pt_fail(err, PAPERTAG_IO, "%s: %s", dir, strerror(errno));
    }
    for (size_t tag = 0; tag < m->tag_count && !status; tag++) {
        pt_buf_clear(&text);
        append_machine(&text, m, tag);
        status = text.failed ? pt_no_memory(err) : tag_path(&path, dir, m->tags[tag].tag, err);
        status = status ? status : papertag_write_file(path.data, text.data, text.size, err);
    }
    for (int i = 0; i < 3 && !status; i++) {
        static const char *const names[] = {"vocabulary.tsv", "README.txt", "manifest.json"};
        pt_buf_clear(&text);
        pt_buf_clear(&path);
        pt_buf_format(&path, "%s/%s", dir, names[i]);
        if (i == 0) {
            append_vocabulary(&text, m);
        } else if (i == 1) {
            append_readme(&text, m);
        } else {
            pt_buf_format(&text, "%s\n", m->manifest);
        }
        status =
            text.failed || path.failed ? pt_no_memory(err) : papertag_write_file(path.data, text.data, text.size, err);
    }
    pt_buf_free(&path);
    pt_buf_free(&text);
    return status;
}

/* ---- import: reading lines ------------------------------------------------------------------------------------- */

/* A text file being read line by line. */
struct lines {
    char *path, *text, *at, *end;
    size_t line; /* of the line given last, from 1 */
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

/* ---- import: vocabulary ---------------------------------------------------------------------------------------- */

/* A vocabulary with its own memory. */
struct owned_vocabulary {
    pt_vocabulary view;
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

static int read_vocabulary(struct owned_vocabulary *v, const char *path, papertag_error *err)
{
    struct lines lines;
    const char *line, *end;
    size_t count = 0, slots;
    int status = lines_open(&lines, path, err);

    if (!status && (!(line = lines_next(&lines)) || strcmp(line, "index\tterm\tidf") != 0)) {
        status = bad_line(&lines, err, "the first line must be: index, term, idf, separated by tabs");
    }
    while (!status && (line = lines_next(&lines))) {
        const char *tab = strchr(line, '\t'), *second = tab ? strchr(tab + 1, '\t') : NULL;
        double idf = second ? pt_parse_double(second + 1, &end) : 0;
        if (!second || second == tab + 1 || *end || !(idf > 0) || !isfinite(idf) ||
            strtoull(line, NULL, 10) != count + 1) {
            status = bad_line(&lines, err, "expected the next index, a term and its idf, separated by tabs");
        } else if (pt_reserve(&v->starts, &v->starts_capacity, count + 2, sizeof *v->starts) ||
                   pt_reserve(&v->idf, &v->idf_capacity, count + 1, sizeof *v->idf)) {
            status = pt_no_memory(err);
        } else {
            v->starts[count] = (uint32_t)v->text.size;
            pt_buf_append(&v->text, tab + 1, (size_t)(second - tab - 1));
            v->idf[count] = (float)idf;
            v->starts[++count] = (uint32_t)v->text.size;
            if (v->text.failed || v->text.size > UINT32_MAX / 2) {
                status = pt_no_memory(err);
            }
        }
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
    v->view = (pt_vocabulary){v->text.data, v->starts, v->slots, v->idf, count, (uint32_t)slots - 1};
    return pt_vocabulary_index(&v->view, v->slots, err);
}

/* ---- import: one machine --------------------------------------------------------------------------------------- */

/* The head of a TAG.model file. */
struct head {
    int kernel, degree;
    double gamma, coef0, rho;
    unsigned long total, first; /* support vectors in all, and of the class that stands first */
    int turn;                   /* -1 when the first class is the negative one */
};

static int read_head(struct lines *lines, struct head *head, papertag_error *err)
{
    char *line;
    const char *end;
    unsigned seen = 0;
    enum { TYPE = 1, KERNEL = 2, CLASSES = 4, TOTAL = 8, RHO = 16, LABEL = 32, NR_SV = 64, ALL = 127 };

    *head = (struct head){.degree = 3, .gamma = 1, .turn = 1};
    while ((line = lines_next(lines)) && strcmp(line, "SV") != 0) {
        char *value = strchr(line, ' ');
        int labels[2];
        unsigned long second;
        if (!value) {
            return bad_line(lines, err, "expected a name and a value");
        }
        *value++ = '\0';
        if (!strcmp(line, "svm_type")) {
            if (strcmp(value, "c_svc") != 0) {
                return bad_line(lines, err, "only c_svc models can be imported");
            }
            seen |= TYPE;
        } else if (!strcmp(line, "kernel_type")) {
            head->kernel = -1;
            for (int i = 0; i < 4; i++) {
                head->kernel = !strcmp(value, libsvm_kernels[i]) ? i : head->kernel;
            }
            if (head->kernel < 0) {
                return bad_line(lines, err, "unknown kernel");
            }
            seen |= KERNEL;
        } else if (!strcmp(line, "degree")) {
            head->degree = atoi(value);
        } else if (!strcmp(line, "gamma")) {
            head->gamma = pt_parse_double(value, &end);
        } else if (!strcmp(line, "coef0")) {
            head->coef0 = pt_parse_double(value, &end);
        } else if (!strcmp(line, "nr_class")) {
            if (strcmp(value, "2") != 0) {
                return bad_line(lines, err, "a tag's model must have two classes");
            }
            seen |= CLASSES;
        } else if (!strcmp(line, "total_sv")) {
            head->total = strtoul(value, NULL, 10);
            seen |= TOTAL;
        } else if (!strcmp(line, "rho")) {
            head->rho = pt_parse_double(value, &end);
            if (*end || !isfinite(head->rho)) {
                return bad_line(lines, err, "rho must be one number");
            }
            seen |= RHO;
        } else if (!strcmp(line, "label")) {
            if (sscanf(value, "%d %d", &labels[0], &labels[1]) != 2 || (labels[0] > 0) == (labels[1] > 0)) {
                return bad_line(lines, err, "the labels must be one positive and one not");
            }
            head->turn = labels[0] > 0 ? 1 : -1;
            seen |= LABEL;
        } else if (!strcmp(line, "nr_sv")) {
            if (sscanf(value, "%lu %lu", &head->first, &second) != 2 || head->first > UINT32_MAX ||
                second > UINT32_MAX || head->first + second != head->total) {
                return bad_line(lines, err, "the numbers of support vectors do not add up to total_sv");
            }
            seen |= NR_SV;
        } else if (strcmp(line, "probA") != 0 && strcmp(line, "probB") != 0) {
            return bad_line(lines, err, "unknown name in the head of a LIBSVM model");
        }
    }
    if (!line || seen != ALL) {
        return bad_line(lines, err, "the head of the LIBSVM model is not complete");
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
        return bad_line(lines, err, "fewer support vectors than total_sv says");
    }
    *coefficient = pt_parse_double(at, &end);
    if (end == at || !isfinite(*coefficient)) {
        return bad_line(lines, err, "a support vector begins with its coefficient");
    }
    for (at = end + strspn(end, " "); *at; at += strspn(at, " ")) {
        char *colon;
        unsigned long index = strtoul(at, &colon, 10);
        double value;
        if (colon == at || *colon != ':' || !index || index > terms || (n && index - 1 <= indices[n - 1])) {
            return bad_line(lines, err, "expected index:value with rising indices of vocabulary.tsv");
        }
        value = pt_parse_double(colon + 1, &end);
        if (end == colon + 1 || !isfinite(value)) {
            return bad_line(lines, err, "expected index:value");
        }
        indices[n] = (uint32_t)(index - 1);
        values[n++] = (float)value;
        at = end;
    }
    *count = n;
    return PAPERTAG_OK;
}

/* What import puts together. */
struct import {
    const char *dir;
    cJSON *manifest;
    papertag_tag_info *tags;
    size_t tag_count;
    pt_fit_info fit;
    struct owned_vocabulary vocabulary;
    float **blocks;
    pt_support support;
    size_t vectors_capacity, coefficients_capacity;
    uint32_t *indices; /* V: one vector */
    float *values;
    double *sums; /* V: weights of one tag */
};

/* Appends a support vector to the kernel model. A vector that several tags share is stored once a tag here. */
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

static int import_tag(struct import *in, size_t tag, papertag_error *err)
{
    size_t terms = in->vocabulary.view.count, count = 0;
    bool linear = in->fit.kernel == PAPERTAG_KERNEL_LINEAR;
    float *block = linear ? in->blocks[tag / PT_LANES] : NULL;
    pt_buf path = {0};
    struct lines lines = {0};
    struct head head;
    int status = tag_path(&path, in->dir, in->tags[tag].tag, err);

    status = status ? status : lines_open(&lines, path.data, err);
    status = status ? status : read_head(&lines, &head, err);
    if (status) {
        goto done;
    }
    if (head.kernel != (int)in->fit.kernel) {
        status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s: its kernel is not the manifest's", path.data);
        goto done;
    }
    if (!linear && (head.gamma != in->fit.gamma || head.coef0 != in->fit.coef0 ||
                    (head.kernel == PAPERTAG_KERNEL_POLY && head.degree != in->fit.degree))) {
        status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s: its kernel parameters are not the manifest's", path.data);
        goto done;
    }
    memset(in->sums, 0, terms * sizeof *in->sums);
    in->support.positives[tag] = head.turn > 0 ? head.first : head.total - head.first;
    in->support.rho[tag] = head.turn * head.rho;
    for (unsigned long i = 0; i < head.total; i++) {
        double coefficient = 0;
        status = read_vector(&lines, terms, &coefficient, in->indices, in->values, &count, err);
        if (!status && !linear && append_vector(in, head.turn * coefficient, count)) {
            status = pt_no_memory(err);
        }
        if (status) {
            goto done;
        }
        for (size_t k = 0; k < count; k++) {
            in->sums[in->indices[k]] += coefficient * in->values[k];
        }
    }
    in->support.starts[tag + 1] = in->support.rows.count;
    for (size_t term = 0; linear && term < terms; term++) {
        block[term * PT_LANES + tag % PT_LANES] = (float)(head.turn * in->sums[term]);
    }
    if (linear) {
        block[terms * PT_LANES + tag % PT_LANES] = (float)-in->support.rho[tag];
    }
done:
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

static int import_reserve(struct import *in)
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
    for (size_t i = 0; i < blocks && in->fit.kernel == PAPERTAG_KERNEL_LINEAR; i++) {
        in->blocks[i] = pt_calloc((terms + 1) * PT_LANES, sizeof **in->blocks);
        if (!in->blocks[i]) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    return PAPERTAG_OK;
}

static void import_free(struct import *in)
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
    if (!status && import_reserve(&in)) {
        status = pt_no_memory(err);
    }
    for (size_t tag = 0; tag < in.tag_count && !status; tag++) {
        status = import_tag(&in, tag, err);
    }
    if (!status) {
        pt_model_parts parts = {.manifest = in.manifest,
                                .vocabulary = &in.vocabulary.view,
                                .tags = in.tag_count,
                                .precision = in.fit.precision,
                                .blocks = in.blocks,
                                .support = in.fit.kernel == PAPERTAG_KERNEL_LINEAR ? NULL : &in.support};
        status = pt_model_assemble(&parts, &bytes, &size, err);
    }
    status = status ? status : papertag_write_file(path, bytes, size, err);
    free(bytes);
    pt_buf_free(&name);
    import_free(&in);
    return status;
}
