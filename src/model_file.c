/*
 * model_file - puts a model file together: manifest, vocabulary, idf, weights.
 *
 * This is the writing half of the layout that model.h describes; model.c reads it. Weights of a linear model are stored
 * term by term, all tags of a term together, since scoring walks over the terms of a paper. As int8, a row has one
 * scale, its largest weight / 127: the scale goes into the term's value when scoring, so it costs nothing, and a rare
 * term with small weights is kept as finely as a frequent one.
 */
#include "model_file.h"

#include <math.h>
#include <stdlib.h>

static size_t align_up(size_t size)
{
    return (size + PT_MODEL_ALIGN - 1) / PT_MODEL_ALIGN * PT_MODEL_ALIGN;
}

/* Appends zeros up to the next section boundary, then the section, and notes it in the table. */
static void append_section(pt_buf *file, pt_model_header *header, pt_section_kind kind, const void *data, size_t size)
{
    static const char zeros[PT_MODEL_ALIGN];
    pt_buf_append(file, zeros, align_up(file->size) - file->size);
    header->sections[kind] = (pt_section){file->size, size};
    pt_buf_append(file, data, size);
}

static void append_weights(pt_buf *file, pt_model_header *header, const pt_model_parts *parts, float *row,
                           int8_t *small)
{
    static const char zeros[PT_MODEL_ALIGN];
    size_t stride = pt_model_stride(parts->tags), terms = parts->vocabulary->count;
    bool quantize = parts->precision == PAPERTAG_INT8;
    pt_buf scales = {0};
    size_t start;

    pt_buf_append(file, zeros, align_up(file->size) - file->size);
    start = file->size;
    for (size_t term = 0; term < terms; term++) {
        float largest = 0, scale;
        for (size_t t = 0; t < parts->tags; t++) {
            row[t] = parts->blocks[t / PT_LANES][term * PT_LANES + t % PT_LANES];
            largest = fabsf(row[t]) > largest ? fabsf(row[t]) : largest;
        }
        if (!quantize) {
            pt_buf_append(file, row, stride * sizeof *row);
            continue;
        }
        scale = largest / 127;
        for (size_t t = 0; t < parts->tags; t++) {
            small[t] = (int8_t)(scale > 0 ? lrintf(row[t] / scale) : 0);
        }
        pt_buf_append(file, small, stride);
        pt_buf_append(&scales, &scale, sizeof scale);
    }
    header->sections[PT_SECTION_WEIGHTS] = (pt_section){start, file->size - start};
    if (quantize) {
        append_section(file, header, PT_SECTION_SCALES, scales.data, scales.size);
    }
    file->failed = file->failed || scales.failed;
    pt_buf_free(&scales);
}

static void append_support(pt_buf *file, pt_model_header *header, const pt_support *s, size_t tags)
{
    size_t entries = s->rows.count ? s->rows.starts[s->rows.count] : 0;
    static const uint64_t none;

    if (sizeof(size_t) != sizeof(uint64_t)) {
        file->failed = true; /* kernel models need a 64-bit machine */
        return;
    }
    append_section(file, header, PT_SECTION_VECTOR_STARTS, s->rows.count ? (const void *)s->rows.starts : &none,
                   (s->rows.count + 1) * sizeof(uint64_t));
    append_section(file, header, PT_SECTION_VECTOR_TERMS, s->rows.terms, entries * sizeof(uint32_t));
    append_section(file, header, PT_SECTION_VECTOR_VALUES, s->rows.values, entries * sizeof(float));
    append_section(file, header, PT_SECTION_TAG_STARTS, s->starts, (tags + 1) * sizeof(uint64_t));
    append_section(file, header, PT_SECTION_TAG_VECTORS, s->vectors, s->starts[tags] * sizeof(uint32_t));
    append_section(file, header, PT_SECTION_TAG_COEFFICIENTS, s->coefficients, s->starts[tags] * sizeof(double));
    append_section(file, header, PT_SECTION_TAG_POSITIVES, s->positives, tags * sizeof(uint64_t));
    append_section(file, header, PT_SECTION_BIAS, s->rho, tags * sizeof(double));
}

int pt_model_assemble(const pt_model_parts *parts, void **bytes, size_t *size, papertag_error *err)
{
    const pt_vocabulary *v = parts->vocabulary;
    size_t stride = pt_model_stride(parts->tags);
    pt_model_header header = {.magic = PT_MODEL_MAGIC, .byte_order = PT_MODEL_BYTE_ORDER, .version = PT_MODEL_VERSION};
    pt_buf file = {0};
    char *manifest = cJSON_PrintUnformatted(parts->manifest);
    float *row = pt_calloc(stride, sizeof *row);
    int8_t *small = pt_calloc(stride, sizeof *small);
    double *bias = pt_calloc(parts->tags, sizeof *bias);
    void *aligned = NULL;
    int status = PAPERTAG_OK;

    if (!manifest || !row || !small || !bias) {
        status = pt_no_memory(err);
        goto done;
    }
    pt_buf_append(&file, &header, sizeof header);
    append_section(&file, &header, PT_SECTION_MANIFEST, manifest, strlen(manifest));
    append_section(&file, &header, PT_SECTION_TERM_TEXT, v->text, v->starts[v->count]);
    append_section(&file, &header, PT_SECTION_TERM_STARTS, v->starts, (v->count + 1) * sizeof *v->starts);
    append_section(&file, &header, PT_SECTION_TERM_SLOTS, v->slots, ((size_t)v->mask + 1) * sizeof *v->slots);
    append_section(&file, &header, PT_SECTION_IDF, v->idf, v->count * sizeof *v->idf);
    if (parts->support) {
        append_support(&file, &header, parts->support, parts->tags);
    } else {
        for (size_t t = 0; t < parts->tags; t++) {
            bias[t] = parts->blocks[t / PT_LANES][v->count * PT_LANES + t % PT_LANES];
        }
        append_weights(&file, &header, parts, row, small);
        append_section(&file, &header, PT_SECTION_BIAS, bias, parts->tags * sizeof *bias);
    }
    if (file.failed || posix_memalign(&aligned, PT_MODEL_ALIGN, file.size)) {
        status = pt_no_memory(err);
        goto done;
    }
    header.size = file.size;
    header.checksum = pt_hash(file.data + sizeof header, file.size - sizeof header, 0);
    header.checksum = pt_model_checksum(&header, header.checksum);
    memcpy(aligned, file.data, file.size);
    memcpy(aligned, &header, sizeof header);
    *bytes = aligned;
    *size = file.size;
done:
    pt_buf_free(&file);
    cJSON_free(manifest);
    free(row);
    free(small);
    free(bias);
    return status;
}
