/*
 * model_file - puts a model file together: manifest, vocabulary, idf, weights.
 *
 * This is the writing half of the layout that model.h describes; model.c reads it. Weights of a linear model are stored
 * term by term, all tags of a term together, since scoring walks over the terms of a paper. As int8, a row has one
 * scale, its largest weight / 127: the scale goes into the term's value when scoring, so it costs nothing, and a rare
 * term with small weights is kept as finely as a frequent one.
 */
#include "file.h"

#include <math.h>
#include <stdlib.h>

/* A model file being put together: first where each section goes, then the sections. */
struct image {
    pt_model_header header;
    char *bytes;
};

/* Notes that a section has so many bytes; returns the end of the file so far. */
static size_t place(struct image *image, size_t end, pt_section_kind kind, size_t size)
{
    end = (end + PT_MODEL_ALIGN - 1) / PT_MODEL_ALIGN * PT_MODEL_ALIGN;
    image->header.sections[kind] = (pt_section){end, size};
    return end + size;
}

static void *section_of(const struct image *image, pt_section_kind kind)
{
    return image->bytes + image->header.sections[kind].offset;
}

static void put(const struct image *image, pt_section_kind kind, const void *data)
{
    const size_t size = image->header.sections[kind].size;

    if (size) {
        memcpy(section_of(image, kind), data, size);
    }
}

static struct image begin(uint32_t version)
{
    return (struct image){.header = {.magic = PT_MODEL_MAGIC, .byte_order = PT_MODEL_BYTE_ORDER, .version = version}};
}

/* Room for the whole file, zero. 0 or PAPERTAG_NO_MEMORY. */
static int make_room(struct image *image, size_t size)
{
    void *aligned = NULL;

    if (posix_memalign(&aligned, PT_MODEL_ALIGN, size)) {
        return PAPERTAG_NO_MEMORY;
    }
    memset(aligned, 0, size);
    image->bytes = aligned;
    return PAPERTAG_OK;
}

/* Puts the header before the sections and hands the file out. */
static void finish(struct image *image, size_t end, void **bytes, size_t *size)
{
    const size_t head = pt_model_header_size(image->header.version);

    image->header.size = end;
    image->header.checksum = pt_hash(image->bytes + head, end - head, 0);
    image->header.checksum = pt_model_checksum(&image->header, image->header.checksum);
    memcpy(image->bytes, &image->header, head);
    *bytes = image->bytes;
    *size = end;
}

static size_t place_vocabulary(struct image *image, size_t end, const pt_vocabulary *v)
{
    end = place(image, end, PT_SECTION_TERM_TEXT, v->starts[v->count]);
    end = place(image, end, PT_SECTION_TERM_STARTS, (v->count + 1) * sizeof *v->starts);
    end = place(image, end, PT_SECTION_TERM_SLOTS, ((size_t)v->mask + 1) * sizeof *v->slots);
    return place(image, end, PT_SECTION_IDF, v->count * sizeof *v->idf);
}

static void put_vocabulary(const struct image *image, const pt_vocabulary *v)
{
    put(image, PT_SECTION_TERM_TEXT, v->text);
    put(image, PT_SECTION_TERM_STARTS, v->starts);
    put(image, PT_SECTION_TERM_SLOTS, v->slots);
    put(image, PT_SECTION_IDF, v->idf);
}

static size_t place_support(struct image *image, size_t end, const pt_support *s, size_t tags)
{
    const size_t entries = s->rows.count ? s->rows.starts[s->rows.count] : 0, used = s->starts[tags];

    end = place(image, end, PT_SECTION_VECTOR_STARTS, (s->rows.count + 1) * sizeof(uint64_t));
    end = place(image, end, PT_SECTION_VECTOR_TERMS, entries * sizeof(uint32_t));
    end = place(image, end, PT_SECTION_VECTOR_VALUES, entries * sizeof(float));
    end = place(image, end, PT_SECTION_TAG_STARTS, (tags + 1) * sizeof(uint64_t));
    end = place(image, end, PT_SECTION_TAG_VECTORS, used * sizeof(uint32_t));
    end = place(image, end, PT_SECTION_TAG_COEFFICIENTS, used * sizeof(double));
    return place(image, end, PT_SECTION_TAG_POSITIVES, tags * sizeof(uint64_t));
}

static void put_support(const struct image *image, const pt_support *s)
{
    static const uint64_t none;

    put(image, PT_SECTION_VECTOR_STARTS, s->rows.count ? (const void *)s->rows.starts : &none);
    put(image, PT_SECTION_VECTOR_TERMS, s->rows.terms);
    put(image, PT_SECTION_VECTOR_VALUES, s->rows.values);
    put(image, PT_SECTION_TAG_STARTS, s->starts);
    put(image, PT_SECTION_TAG_VECTORS, s->vectors);
    put(image, PT_SECTION_TAG_COEFFICIENTS, s->coefficients);
    put(image, PT_SECTION_TAG_POSITIVES, s->positives);
    put(image, PT_SECTION_BIAS, s->rho);
}

/* Weights and biases. The padding of a row stays zero. */
static void put_weights(const struct image *image, const pt_model_parts *parts)
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
    struct image image = begin(PT_MODEL_PLAIN);
    char *manifest = cJSON_PrintUnformatted(parts->manifest);
    size_t end = pt_model_header_size(PT_MODEL_PLAIN);

    if (!manifest || (parts->support && sizeof(size_t) != sizeof(uint64_t))) { /* kernels need a 64-bit machine */
        cJSON_free(manifest);
        return pt_no_memory(err);
    }
    end = place(&image, end, PT_SECTION_MANIFEST, strlen(manifest));
    end = place_vocabulary(&image, end, v);
    if (parts->support) {
        end = place_support(&image, end, parts->support, parts->tags);
    } else {
        end = place(&image, end, PT_SECTION_WEIGHTS, cells * (small ? sizeof(int8_t) : sizeof(float)));
        end = small ? place(&image, end, PT_SECTION_SCALES, v->count * sizeof(float)) : end;
    }
    end = place(&image, end, PT_SECTION_BIAS, parts->tags * sizeof(double));
    if (make_room(&image, end)) {
        cJSON_free(manifest);
        return pt_no_memory(err);
    }
    put(&image, PT_SECTION_MANIFEST, manifest);
    put_vocabulary(&image, v);
    if (parts->support) {
        put_support(&image, parts->support);
    } else {
        put_weights(&image, parts);
    }
    finish(&image, end, bytes, size);
    cJSON_free(manifest);
    return PAPERTAG_OK;
}

/* ---- a model with weights of single tags beside it ------------------------------------------------------------- */

/* The matrix of the base with its lanes where the new model has them. */
static void put_matrix(const struct image *image, const pt_matrix *m, size_t terms, size_t tags, const uint32_t *from)
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

static void put_own(const struct image *image, const pt_own *own, size_t terms)
{
    const size_t stride = pt_model_stride(own->count);
    float *weights = section_of(image, PT_SECTION_OWN_WEIGHTS);

    for (size_t term = 0; term < terms; term++) {
        for (size_t i = 0; i < own->count; i++) {
            weights[term * stride + i] = own->weights[i][term];
        }
    }
    put(image, PT_SECTION_OWN_TAGS, own->tags);
}

int pt_model_assemble_own(const papertag_model *base, const cJSON *manifest, size_t tags, const uint32_t *from,
                          const double *bias, const pt_own *own, void **bytes, size_t *size, papertag_error *err)
{
    const pt_vocabulary *v = &base->vocabulary;
    const pt_matrix *m = &base->matrix;
    const size_t cells = v->count * pt_model_stride(tags);
    struct image image = begin(own->count ? PT_MODEL_PERSONAL : PT_MODEL_PLAIN);
    char *text = cJSON_PrintUnformatted(manifest);
    size_t end = pt_model_header_size(image.header.version);

    if (!text) {
        return pt_no_memory(err);
    }
    end = place(&image, end, PT_SECTION_MANIFEST, strlen(text));
    end = place_vocabulary(&image, end, v);
    end = place(&image, end, PT_SECTION_WEIGHTS, cells * (m->quantized ? sizeof *m->quantized : sizeof *m->weights));
    end = m->quantized ? place(&image, end, PT_SECTION_SCALES, v->count * sizeof *m->scales) : end;
    end = place(&image, end, PT_SECTION_BIAS, tags * sizeof *bias);
    if (own->count) {
        end = place(&image, end, PT_SECTION_OWN_TAGS, own->count * sizeof *own->tags);
        end = place(&image, end, PT_SECTION_OWN_WEIGHTS, v->count * pt_model_stride(own->count) * sizeof(float));
    }
    if (make_room(&image, end)) {
        cJSON_free(text);
        return pt_no_memory(err);
    }
    put(&image, PT_SECTION_MANIFEST, text);
    put_vocabulary(&image, v);
    put_matrix(&image, m, v->count, tags, from);
    put(&image, PT_SECTION_SCALES, m->scales);
    put(&image, PT_SECTION_BIAS, bias);
    if (own->count) {
        put_own(&image, own, v->count);
    }
    finish(&image, end, bytes, size);
    cJSON_free(text);
    return PAPERTAG_OK;
}
