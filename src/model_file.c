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
    struct image image = {
        .header = {.magic = PT_MODEL_MAGIC, .byte_order = PT_MODEL_BYTE_ORDER, .version = PT_MODEL_VERSION}};
    char *manifest = cJSON_PrintUnformatted(parts->manifest);
    size_t end = sizeof image.header;
    void *aligned = NULL;

    if (!manifest || (parts->support && sizeof(size_t) != sizeof(uint64_t))) { /* kernels need a 64-bit machine */
        cJSON_free(manifest);
        return pt_no_memory(err);
    }
    end = place(&image, end, PT_SECTION_MANIFEST, strlen(manifest));
    end = place(&image, end, PT_SECTION_TERM_TEXT, v->starts[v->count]);
    end = place(&image, end, PT_SECTION_TERM_STARTS, (v->count + 1) * sizeof *v->starts);
    end = place(&image, end, PT_SECTION_TERM_SLOTS, ((size_t)v->mask + 1) * sizeof *v->slots);
    end = place(&image, end, PT_SECTION_IDF, v->count * sizeof *v->idf);
    if (parts->support) {
        end = place_support(&image, end, parts->support, parts->tags);
    } else {
        end = place(&image, end, PT_SECTION_WEIGHTS, cells * (small ? sizeof(int8_t) : sizeof(float)));
        end = small ? place(&image, end, PT_SECTION_SCALES, v->count * sizeof(float)) : end;
    }
    end = place(&image, end, PT_SECTION_BIAS, parts->tags * sizeof(double));
    if (posix_memalign(&aligned, PT_MODEL_ALIGN, end)) {
        cJSON_free(manifest);
        return pt_no_memory(err);
    }
    memset(aligned, 0, end);
    image.bytes = aligned;
    put(&image, PT_SECTION_MANIFEST, manifest);
    put(&image, PT_SECTION_TERM_TEXT, v->text);
    put(&image, PT_SECTION_TERM_STARTS, v->starts);
    put(&image, PT_SECTION_TERM_SLOTS, v->slots);
    put(&image, PT_SECTION_IDF, v->idf);
    if (parts->support) {
        put_support(&image, parts->support);
    } else {
        put_weights(&image, parts);
    }
    image.header.size = end;
    image.header.checksum = pt_hash(image.bytes + sizeof image.header, end - sizeof image.header, 0);
    image.header.checksum = pt_model_checksum(&image.header, image.header.checksum);
    memcpy(image.bytes, &image.header, sizeof image.header);
    cJSON_free(manifest);
    *bytes = aligned;
    *size = end;
    return PAPERTAG_OK;
}
