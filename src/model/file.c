/*
 * file - assembles a model file: manifest, vocabulary, idf, weights.
 *
 * This writes the layout that model.h describes; model.c reads it. Weights of a linear model are stored term by term,
 * all tags of a term together, because scoring goes through the terms of a paper. An int8 row has one scale, its
 * largest weight / 127. Scoring multiplies it into the term's value at no cost, and a rare term with small weights is
 * stored as finely as a frequent one.
 */
#include "file.h"

#include <math.h>
#include <stdlib.h>

/* A model file in the making: first the place of each section, then the sections. */
struct image {
    pt_model_header header;
    char *bytes;
};

/* Reserves `size` bytes for a section after `end`; returns the new end of the file. */
static size_t reserve_section(struct image *image, size_t end, pt_section_kind kind, size_t size)
{
    end = (end + PT_MODEL_ALIGN - 1) / PT_MODEL_ALIGN * PT_MODEL_ALIGN;
    image->header.sections[kind] = (pt_section){end, size};
    return end + size;
}

static void *section_of(const struct image *image, pt_section_kind kind)
{
    return image->bytes + image->header.sections[kind].offset;
}

static void fill_section(const struct image *image, pt_section_kind kind, const void *data)
{
    const size_t size = image->header.sections[kind].size;

    if (size) {
        memcpy(section_of(image, kind), data, size);
    }
}

static struct image new_image(uint32_t version)
{
    struct image image = {.header = {.byte_order = PT_MODEL_BYTE_ORDER, .version = version}};

    memcpy(image.header.magic, PT_MODEL_MAGIC, sizeof image.header.magic);
    return image;
}

/* Zeroed memory for the whole file. 0 or PAPERTAG_NO_MEMORY. */
static int allocate_image(struct image *image, size_t size)
{
    void *aligned = NULL;

    if (posix_memalign(&aligned, PT_MODEL_ALIGN, size)) {
        return PAPERTAG_NO_MEMORY;
    }
    memset(aligned, 0, size);
    image->bytes = aligned;
    return PAPERTAG_OK;
}

/* Writes the header, with the checksum of all else, and hands the bytes to the caller. */
static void seal_image(struct image *image, size_t end, void **bytes, size_t *size)
{
    const size_t head = pt_model_header_size(image->header.version);

    image->header.size = end;
    image->header.checksum = pt_hash(image->bytes + head, end - head, 0);
    image->header.checksum = pt_model_checksum(&image->header, image->header.checksum);
    memcpy(image->bytes, &image->header, head);
    *bytes = image->bytes;
    *size = end;
}

static size_t reserve_vocabulary(struct image *image, size_t end, const pt_vocabulary *v)
{
    end = reserve_section(image, end, PT_SECTION_TERM_TEXT, v->starts[v->count]);
    end = reserve_section(image, end, PT_SECTION_TERM_STARTS, (v->count + 1) * sizeof *v->starts);
    end = reserve_section(image, end, PT_SECTION_TERM_SLOTS, ((size_t)v->mask + 1) * sizeof *v->slots);
    return reserve_section(image, end, PT_SECTION_IDF, v->count * sizeof *v->idf);
}

static void fill_vocabulary(const struct image *image, const pt_vocabulary *v)
{
    fill_section(image, PT_SECTION_TERM_TEXT, v->text);
    fill_section(image, PT_SECTION_TERM_STARTS, v->starts);
    fill_section(image, PT_SECTION_TERM_SLOTS, v->slots);
    fill_section(image, PT_SECTION_IDF, v->idf);
}

static size_t reserve_support(struct image *image, size_t end, const pt_support *s, size_t tags)
{
    const size_t entries = s->rows.count ? s->rows.starts[s->rows.count] : 0, used = s->starts[tags];

    end = reserve_section(image, end, PT_SECTION_VECTOR_STARTS, (s->rows.count + 1) * sizeof(uint64_t));
    end = reserve_section(image, end, PT_SECTION_VECTOR_TERMS, entries * sizeof(uint32_t));
    end = reserve_section(image, end, PT_SECTION_VECTOR_VALUES, entries * sizeof(float));
    end = reserve_section(image, end, PT_SECTION_TAG_STARTS, (tags + 1) * sizeof(uint64_t));
    end = reserve_section(image, end, PT_SECTION_TAG_VECTORS, used * sizeof(uint32_t));
    end = reserve_section(image, end, PT_SECTION_TAG_COEFFICIENTS, used * sizeof(double));
    return reserve_section(image, end, PT_SECTION_TAG_POSITIVES, tags * sizeof(uint64_t));
}

static void fill_support(const struct image *image, const pt_support *s)
{
    static const uint64_t none;

    fill_section(image, PT_SECTION_VECTOR_STARTS, s->rows.count ? (const void *)s->rows.starts : &none);
    fill_section(image, PT_SECTION_VECTOR_TERMS, s->rows.terms);
    fill_section(image, PT_SECTION_VECTOR_VALUES, s->rows.values);
    fill_section(image, PT_SECTION_TAG_STARTS, s->starts);
    fill_section(image, PT_SECTION_TAG_VECTORS, s->vectors);
    fill_section(image, PT_SECTION_TAG_COEFFICIENTS, s->coefficients);
    fill_section(image, PT_SECTION_TAG_POSITIVES, s->positives);
    fill_section(image, PT_SECTION_BIAS, s->rho);
}

/* Weights and biases. The padding of each row stays zero. */
static void fill_weights(const struct image *image, const pt_model_parts *parts)
{
    const size_t stride = pt_model_stride(parts->tags), terms = parts->vocabulary->count;
    const bool quantize = parts->precision == PAPERTAG_INT8;
    float *weights = section_of(image, PT_SECTION_WEIGHTS), *scales = section_of(image, PT_SECTION_SCALES);
    int8_t *small = section_of(image, PT_SECTION_WEIGHTS);
    double *bias = section_of(image, PT_SECTION_BIAS);

    for (size_t term = 0; term < terms; term++) {
        float largest = 0, scale;
        for (size_t t = 0; t < parts->tags; t++) {
            const float weight = parts->blocks[t / PT_LANES][term * PT_LANES + t % PT_LANES];
            largest = fabsf(weight) > largest ? fabsf(weight) : largest;
            if (!quantize) {
                weights[term * stride + t] = weight;
            }
        }
        scale = largest / 127;
        for (size_t t = 0; quantize && t < parts->tags; t++) {
            const float weight = parts->blocks[t / PT_LANES][term * PT_LANES + t % PT_LANES];
            small[term * stride + t] = (int8_t)(scale > 0 ? lrintf(weight / scale) : 0);
        }
        if (quantize) {
            scales[term] = scale;
        }
    }
    for (size_t t = 0; t < parts->tags; t++) {
        bias[t] = parts->blocks[t / PT_LANES][terms * PT_LANES + t % PT_LANES];
    }
}

int pt_model_assemble(const pt_model_parts *parts, void **bytes, size_t *size, papertag_error *err)
{
    const pt_vocabulary *v = parts->vocabulary;
    const size_t cells = v->count * pt_model_stride(parts->tags);
    const bool small = parts->precision == PAPERTAG_INT8;
    struct image image = new_image(pt_model_version(parts->manifest, v->added, 0));
    char *manifest = cJSON_PrintUnformatted(parts->manifest);
    size_t end = pt_model_header_size(image.header.version);

    if (!manifest || (parts->support && sizeof(size_t) != sizeof(uint64_t))) { /* kernels need a 64-bit machine */
        cJSON_free(manifest);
        return pt_no_memory(err);
    }
    end = reserve_section(&image, end, PT_SECTION_MANIFEST, strlen(manifest));
    end = reserve_vocabulary(&image, end, v);
    if (parts->support) {
        end = reserve_support(&image, end, parts->support, parts->tags);
    } else {
        end = reserve_section(&image, end, PT_SECTION_WEIGHTS, cells * (small ? sizeof(int8_t) : sizeof(float)));
        end = small ? reserve_section(&image, end, PT_SECTION_SCALES, v->count * sizeof(float)) : end;
    }
    end = reserve_section(&image, end, PT_SECTION_BIAS, parts->tags * sizeof(double));
    if (allocate_image(&image, end)) {
        cJSON_free(manifest);
        return pt_no_memory(err);
    }
    fill_section(&image, PT_SECTION_MANIFEST, manifest);
    fill_vocabulary(&image, v);
    if (parts->support) {
        fill_support(&image, parts->support);
    } else {
        fill_weights(&image, parts);
    }
    seal_image(&image, end, bytes, size);
    cJSON_free(manifest);
    return PAPERTAG_OK;
}

/* ---- a model with weights of its own for some tags ------------------------------------------------------------- */

/* The weights of the base model, moved to the lanes that their tags have in the new one. */
static void fill_matrix(const struct image *image, const pt_matrix *m, size_t terms, size_t tags, const uint32_t *from)
{
    const size_t stride = pt_model_stride(tags);
    int8_t *small = section_of(image, PT_SECTION_WEIGHTS);
    float *weights = section_of(image, PT_SECTION_WEIGHTS);

    for (size_t term = 0; term < terms; term++) {
        for (size_t t = 0; t < tags; t++) {
            if (from[t] != UINT32_MAX && m->quantized) {
                small[term * stride + t] = m->quantized[term * m->stride + from[t]];
            } else if (from[t] != UINT32_MAX) {
                weights[term * stride + t] = m->weights[term * m->stride + from[t]];
            }
        }
    }
}

static void fill_own(const struct image *image, const pt_own *own, size_t terms)
{
    const size_t stride = pt_model_stride(own->count);
    float *weights = section_of(image, PT_SECTION_OWN_WEIGHTS);

    for (size_t term = 0; term < terms; term++) {
        for (size_t i = 0; i < own->count; i++) {
            weights[term * stride + i] = term < own->terms[i] ? own->weights[i][term] : 0;
        }
    }
    fill_section(image, PT_SECTION_OWN_TAGS, own->tags);
}

int pt_model_assemble_own(const papertag_model *base, const pt_vocabulary *v, const cJSON *manifest, size_t tags,
                          const uint32_t *from, const double *bias, const pt_own *own, void **bytes, size_t *size,
                          papertag_error *err)
{
    const pt_matrix *m = &base->matrix;
    const size_t cells = v->count * pt_model_stride(tags);
    struct image image = new_image(pt_model_version(manifest, v->added, own->count));
    char *text = cJSON_PrintUnformatted(manifest);
    size_t end = pt_model_header_size(image.header.version);

    if (!text) {
        return pt_no_memory(err);
    }
    end = reserve_section(&image, end, PT_SECTION_MANIFEST, strlen(text));
    end = reserve_vocabulary(&image, end, v);
    end = reserve_section(&image, end, PT_SECTION_WEIGHTS,
                          cells * (m->quantized ? sizeof *m->quantized : sizeof *m->weights));
    end = m->quantized ? reserve_section(&image, end, PT_SECTION_SCALES, v->count * sizeof *m->scales) : end;
    end = reserve_section(&image, end, PT_SECTION_BIAS, tags * sizeof *bias);
    if (own->count) {
        end = reserve_section(&image, end, PT_SECTION_OWN_TAGS, own->count * sizeof *own->tags);
        end = reserve_section(&image, end, PT_SECTION_OWN_WEIGHTS,
                              v->count * pt_model_stride(own->count) * sizeof(float));
    }
    if (allocate_image(&image, end)) {
        cJSON_free(text);
        return pt_no_memory(err);
    }
    fill_section(&image, PT_SECTION_MANIFEST, text);
    fill_vocabulary(&image, v);
    fill_matrix(&image, m, v->count - v->added, tags, from); /* of added terms the weights stay 0 */
    if (m->quantized) {
        memcpy(section_of(&image, PT_SECTION_SCALES), m->scales, (v->count - v->added) * sizeof *m->scales);
    }
    fill_section(&image, PT_SECTION_BIAS, bias);
    if (own->count) {
        fill_own(&image, own, v->count);
    }
    seal_image(&image, end, bytes, size);
    cJSON_free(text);
    return PAPERTAG_OK;
}
