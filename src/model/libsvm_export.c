/*
 * libsvm_export - writes a model as LIBSVM's files.
 *
 * A linear tag is written as a model with one support vector, the weights themselves, with coefficient 1. A kernel tag
 * is written with its own support vectors.
 */
#include <errno.h>
#include <sys/stat.h>

#include "libsvm.h"

int pt_libsvm_tag_path(pt_buf *path, const char *dir, const char *tag, papertag_error *err)
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

const char *pt_libsvm_kernel_name(papertag_kernel kernel)
{
    return kernel == PAPERTAG_KERNEL_POLY ? "polynomial" : papertag_kernel_names()[kernel];
}

static void append_number(pt_buf *out, const char *before, double value, int digits, const char *after)
{
    char text[40];
    size_t length = pt_format_double(text, value, digits);
    pt_buf_text(out, before);
    pt_buf_append(out, text, length);
    pt_buf_text(out, after);
}

static void append_head(pt_buf *out, const papertag_model *m, size_t total, double rho, size_t positive,
                        size_t negative)
{
    pt_buf_format(out, "svm_type c_svc\nkernel_type %s\n", pt_libsvm_kernel_name(m->fit.kernel));
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
        "TAG.model      one LIBSVM model for each tag (C-SVC, labels 1 and -1); bytes that a file name cannot\n"
        "               hold are written as %%XX\n"
        "vocabulary.tsv index (from 1), term, idf\n"
        "manifest.json  options; tags with cut and calibration\n"
        "\n"
        "How to build the vector of a paper\n"
        "1. Split title and abstract into words as `text` in manifest.json describes. Terms are the runs of\n"
        "   1 to %u words that vocabulary.tsv contains.\n"
        "2. tf: how often the term occurs in the abstract, plus %g times how often it occurs in the title.\n"
        "3. value = (1 + ln tf) * idf (for tf below 1: tf * idf). Then divide all values by the square root\n"
        "   of the sum of their squares. The last %zu terms, which were added later, do not count for the\n"
        "   sum, but are divided by the same root.\n"
        "4. Write index:value in ascending order of index.\n"
        "\n"
        "svm-predict gives 1 when the decision value is above 0. papertag assigns a tag when the value is at\n"
        "least the tag's cut, and its p is 1 / (1 + exp(platt_a * value + platt_b)).\n",
        m->options.ngram_max, m->options.title_weight, m->vocabulary.added);
    if (m->cardinality.tags) {
        pt_buf_text(
            out, "Before that it adds to the value of each tag strength / -alone_a * (middle - ln(0.3 + S)). S is the\n"
                 "sum of 1 / (1 + exp(alone_a * value + alone_b)) over all tags for which that is at least 0.02.\n"
                 "strength and middle are in \"cardinality\" of manifest.json; tags without an alone_a have no part in "
                 "it.\n");
    }
}

static void append_manifest(pt_buf *out, const papertag_model *m)
{
    pt_buf_format(out, "%s\n", m->manifest);
}

/* The files besides the tags' own. */
static const struct {
    const char *name;
    void (*append)(pt_buf *out, const papertag_model *m);
} common_files[] = {
    {"vocabulary.tsv", append_vocabulary}, {"README.txt", append_readme}, {"manifest.json", append_manifest}};
enum { COMMON_FILES = sizeof common_files / sizeof *common_files };

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
        status = text.failed ? pt_no_memory(err) : pt_libsvm_tag_path(&path, dir, m->tags[tag].tag, err);
        status = status ? status : papertag_write_file(path.data, text.data, text.size, err);
    }
    for (size_t i = 0; i < COMMON_FILES && !status; i++) {
        pt_buf_clear(&text);
        pt_buf_clear(&path);
        pt_buf_format(&path, "%s/%s", dir, common_files[i].name);
        common_files[i].append(&text, m);
        status = text.failed || path.failed ? pt_no_memory(err) : PAPERTAG_OK;
        status = status ? status : papertag_write_file(path.data, text.data, text.size, err);
    }
    pt_buf_free(&path);
    pt_buf_free(&text);
    return status;
}
