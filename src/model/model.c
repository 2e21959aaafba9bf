/*
 * model - opens a model file and answers questions about it.
 *
 * A file may come from anywhere, so nothing in it is trusted before it is checked: the header, the checksum, then the
 * bounds of every section, then every offset and number through which memory will be reached. After that, scoring
 * trusts the model. The weights are used where the file is mapped.
 */
#define _DEFAULT_SOURCE /* MAP_POPULATE */
#include "model.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "kernel.h"
#include "tags/tags.h"

/* The checksum reads every page, so all are mapped at once. */
#ifdef MAP_POPULATE
enum { MAP_FLAGS = MAP_PRIVATE | MAP_POPULATE };
#else
enum { MAP_FLAGS = MAP_PRIVATE };
#endif

/* ---- opening --------------------------------------------------------------------------------------------------- */

static int damaged(const papertag_model *m, papertag_error *err, const char *what)
{
    return pt_fail(err, PAPERTAG_BAD_MODEL, "%s: damaged model file: %s", m->name, what);
}

static int check_header(const papertag_model *m, pt_model_header *header, papertag_error *err)
{
    size_t size = pt_model_header_size(PT_MODEL_PLAIN);

    if (m->size < sizeof *header || memcmp(m->bytes, PT_MODEL_MAGIC, sizeof header->magic) != 0) {
        return pt_fail(err, PAPERTAG_BAD_MODEL, "%s: not a papertag model", m->name);
    }
    memcpy(header, m->bytes, size);
    if (header->byte_order != PT_MODEL_BYTE_ORDER) {
        return pt_fail(err, PAPERTAG_BAD_MODEL, "%s: the model was written on a machine of another byte order",
                       m->name);
    }
    if (!header->version || header->version > PT_MODEL_CARDINALITY) {
        return pt_fail(err, PAPERTAG_BAD_MODEL, "%s: model format %u; this version of papertag reads formats 1 to %d",
                       m->name, (unsigned)header->version, PT_MODEL_CARDINALITY);
    }
    size = pt_model_header_size(header->version);
    memcpy(header, m->bytes, size);
    if (header->size != m->size) {
        return pt_fail(err, PAPERTAG_BAD_MODEL, "%s: damaged model file: %zu bytes instead of %llu", m->name, m->size,
                       (unsigned long long)header->size);
    }
    if (header->checksum != pt_model_checksum(header, pt_hash_many(m->bytes + size, m->size - size))) {
        return damaged(m, err, "the checksum does not match");
    }
    for (int i = 0; i < PT_SECTIONS; i++) {
        pt_section s = header->sections[i];
        if (s.offset % PT_MODEL_ALIGN || s.offset > m->size || s.size > m->size - s.offset || (s.size && !s.offset)) {
            return damaged(m, err, "a section lies outside the file");
        }
    }
    return PAPERTAG_OK;
}

/* The section when it has exactly `count` elements of `size` bytes, else NULL. */
static const void *section_data(const papertag_model *m, const pt_model_header *header, pt_section_kind kind,
                                size_t count, size_t size)
{
    pt_section s = header->sections[kind];
    if (!s.offset || s.size / size != count || s.size % size) {
        return NULL;
    }
    return m->bytes + s.offset;
}

/* The two checks look at everything, without a way out in between, so that the compiler can use whole vectors. */
WIDEST_VECTORS
static bool terms_are_sound(const pt_vocabulary *v)
{
    uint32_t wrong = 0;

    for (size_t i = 0; i < v->count; i++) {
        wrong |= v->starts[i + 1] <= v->starts[i];
    }
    for (size_t i = 0; i < v->count; i++) {
        wrong |= !(fabsf(v->idf[i]) <= FLT_MAX); /* also where it is not a number */
    }
    return !wrong;
}

/* An empty slot ends every search, so there must be one. */
WIDEST_VECTORS
static bool slots_are_sound(const pt_vocabulary *v)
{
    const uint32_t mask = v->mask, count = (uint32_t)v->count;
    uint32_t wrong = 0, empty = 0;

    for (size_t i = 0; i <= mask; i++) {
        const uint32_t slot = v->slots[i];
        empty |= slot == 0;
        wrong |= (slot != 0) & ((slot & mask) - 1 >= count);
    }
    return !wrong && empty;
}

static int open_vocabulary(papertag_model *m, const pt_model_header *header, papertag_error *err)
{
    pt_vocabulary v = {0};
    const double added = pt_manifest_added(m->json);
    size_t slots = header->sections[PT_SECTION_TERM_SLOTS].size / sizeof *v.slots;

    v.count = header->sections[PT_SECTION_IDF].size / sizeof *v.idf;
    if (!v.count || v.count > UINT32_MAX / 4 || slots != pt_vocabulary_slots(v.count)) {
        return damaged(m, err, "vocabulary");
    }
    if (added < 0 || added >= (double)v.count || (added > 0 && header->version < PT_MODEL_EXTENDED)) {
        return damaged(m, err, "the number of terms added to the vocabulary");
    }
    v.added = (size_t)added;
    v.mask = (uint32_t)(slots - 1);
    v.idf = section_data(m, header, PT_SECTION_IDF, v.count, sizeof *v.idf);
    v.starts = section_data(m, header, PT_SECTION_TERM_STARTS, v.count + 1, sizeof *v.starts);
    v.slots = section_data(m, header, PT_SECTION_TERM_SLOTS, slots, sizeof *v.slots);
    v.text = v.starts ? section_data(m, header, PT_SECTION_TERM_TEXT, v.starts[v.count], 1) : NULL;
    if (!v.idf || !v.starts || !v.slots || !v.text || v.starts[0]) {
        return damaged(m, err, "vocabulary");
    }
    if (!terms_are_sound(&v)) {
        return damaged(m, err, "a term of the vocabulary");
    }
    if (!slots_are_sound(&v)) {
        return damaged(m, err, "the index of the vocabulary");
    }
    m->vocabulary = v;
    return PAPERTAG_OK;
}

/* The weights of tags that were fitted after the others. */
static int open_own(papertag_model *m, const pt_model_header *header, papertag_error *err)
{
    const size_t count = header->sections[PT_SECTION_OWN_TAGS].size / sizeof *m->own_tags;
    const size_t terms = m->vocabulary.count;
    pt_matrix own = {.stride = pt_model_stride(count)};

    if (!count) {
        return PAPERTAG_OK;
    }
    m->own_tags = section_data(m, header, PT_SECTION_OWN_TAGS, count, sizeof *m->own_tags);
    if (!m->own_tags || count > m->tag_count || (uint64_t)terms * own.stride > m->size) {
        return damaged(m, err, "tags with weights of their own");
    }
    own.weights = section_data(m, header, PT_SECTION_OWN_WEIGHTS, terms * own.stride, sizeof *own.weights);
    if (!own.weights) {
        return damaged(m, err, "tags with weights of their own");
    }
    m->own_place = pt_alloc(m->tag_count, sizeof *m->own_place);
    if (!m->own_place) {
        return pt_no_memory(err);
    }
    memset(m->own_place, 0xff, m->tag_count * sizeof *m->own_place);
    for (size_t i = 0; i < count; i++) {
        if (m->own_tags[i] >= m->tag_count || (i && m->own_tags[i] <= m->own_tags[i - 1])) {
            return damaged(m, err, "tags with weights of their own");
        }
        m->own_place[m->own_tags[i]] = (uint32_t)i;
    }
    m->own = own;
    m->own_count = count;
    return PAPERTAG_OK;
}

static int open_weights(papertag_model *m, const pt_model_header *header, papertag_error *err)
{
    const size_t terms = m->vocabulary.count;
    pt_matrix w = {.stride = pt_model_stride(m->tag_count)};

    if ((uint64_t)terms * w.stride > m->size) {
        return damaged(m, err, "weights");
    }
    if (m->fit.precision == PAPERTAG_INT8) {
        w.quantized = section_data(m, header, PT_SECTION_WEIGHTS, terms * w.stride, 1);
        w.scales = section_data(m, header, PT_SECTION_SCALES, terms, sizeof *w.scales);
    } else {
        w.weights = section_data(m, header, PT_SECTION_WEIGHTS, terms * w.stride, sizeof *w.weights);
    }
    if (!w.weights && !(w.quantized && w.scales)) {
        return damaged(m, err, "weights");
    }
    m->matrix = w;
    return open_own(m, header, err);
}

static int check_support(const papertag_model *m, papertag_error *err)
{
    const pt_support *s = &m->support;
    size_t entries = s->rows.starts[s->rows.count];

    for (size_t i = 0; i < s->rows.count; i++) {
        if (s->rows.starts[i + 1] < s->rows.starts[i]) {
            return damaged(m, err, "support vectors");
        }
        for (size_t k = s->rows.starts[i]; k < s->rows.starts[i + 1] && k < entries; k++) {
            if (s->rows.terms[k] >= m->vocabulary.count ||
                (k > s->rows.starts[i] && s->rows.terms[k] <= s->rows.terms[k - 1])) {
                return damaged(m, err, "a support vector");
            }
        }
    }
    for (size_t t = 0; t < m->tag_count; t++) {
        if (s->starts[t + 1] < s->starts[t] || s->starts[t + 1] - s->starts[t] > INT32_MAX ||
            s->positives[t] > s->starts[t + 1] - s->starts[t]) {
            return damaged(m, err, "the support vectors of a tag");
        }
    }
    for (size_t i = 0; i < s->starts[m->tag_count]; i++) {
        if (s->vectors[i] >= s->rows.count) {
            return damaged(m, err, "the support vectors of a tag");
        }
    }
    return PAPERTAG_OK;
}

static int open_support(papertag_model *m, const pt_model_header *header, papertag_error *err)
{
    pt_support *s = &m->support;
    size_t rows = header->sections[PT_SECTION_VECTOR_STARTS].size / sizeof(uint64_t), entries, used;

    if (sizeof(size_t) != sizeof(uint64_t) || !rows) {
        return damaged(m, err, "support vectors");
    }
    s->rows.count = rows - 1;
    s->rows.starts = (size_t *)section_data(m, header, PT_SECTION_VECTOR_STARTS, rows, sizeof(uint64_t));
    s->starts = (uint64_t *)section_data(m, header, PT_SECTION_TAG_STARTS, m->tag_count + 1, sizeof(uint64_t));
    if (!s->rows.starts || !s->starts || s->rows.starts[0] || s->starts[0]) {
        return damaged(m, err, "support vectors");
    }
    entries = s->rows.starts[s->rows.count];
    used = s->starts[m->tag_count];
    s->rows.terms = (uint32_t *)section_data(m, header, PT_SECTION_VECTOR_TERMS, entries, sizeof(uint32_t));
    s->rows.values = (float *)section_data(m, header, PT_SECTION_VECTOR_VALUES, entries, sizeof(float));
    s->vectors = (uint32_t *)section_data(m, header, PT_SECTION_TAG_VECTORS, used, sizeof(uint32_t));
    s->coefficients = (double *)section_data(m, header, PT_SECTION_TAG_COEFFICIENTS, used, sizeof(double));
    s->positives = (uint64_t *)section_data(m, header, PT_SECTION_TAG_POSITIVES, m->tag_count, sizeof(uint64_t));
    if (!s->rows.terms || !s->rows.values || !s->vectors || !s->coefficients || !s->positives) {
        return damaged(m, err, "support vectors");
    }
    return check_support(m, err);
}

static int open_kernel(papertag_model *m, const pt_model_header *header, papertag_error *err)
{
    int status = open_support(m, header, err);

    if (status) {
        return status;
    }
    m->support.rho = (double *)m->bias;
    return pt_kernel_open(&m->kernel, &m->support, m->tag_count, &m->fit) ? pt_no_memory(err) : PAPERTAG_OK;
}

/* Checks the bytes and fills the model. */
static int open_bytes(papertag_model *m, papertag_error *err)
{
    pt_model_header header = {0};
    pt_section text;
    int status = check_header(m, &header, err);

    if (status) {
        return status;
    }
    snprintf(m->hash, sizeof m->hash, "%016llx", (unsigned long long)header.checksum);
    text = header.sections[PT_SECTION_MANIFEST];
    m->manifest = pt_alloc(text.size + 1, 1);
    if (!m->manifest) {
        return pt_no_memory(err);
    }
    memcpy(m->manifest, m->bytes + text.offset, text.size);
    m->manifest[text.size] = '\0';
    m->json = cJSON_Parse(m->manifest);
    if (!m->json) {
        return damaged(m, err, "the manifest is not JSON (or memory ran out)");
    }
    status = pt_manifest_text(m->json, m->name, &m->options, err);
    status = status ? status : pt_manifest_fit(m->json, m->name, &m->fit, err);
    status = status ? status : pt_manifest_tags(m->json, m->name, &m->tags, &m->tag_count, err);
    status = status ? status : pt_manifest_cardinality(m->json, m->name, m->tag_count, &m->cardinality, err);
    status = status ? status : open_vocabulary(m, &header, err);
    if (status) {
        return status;
    }
    m->bias = section_data(m, &header, PT_SECTION_BIAS, m->tag_count, sizeof *m->bias);
    if (!m->bias) {
        return damaged(m, err, "biases");
    }
    return m->fit.kernel == PAPERTAG_KERNEL_LINEAR ? open_weights(m, &header, err) : open_kernel(m, &header, err);
}

static void free_bytes(const void *bytes, size_t size, pt_bytes_owner owner)
{
    if (owner == PT_BYTES_MAPPED) {
        munmap((void *)bytes, size);
    } else if (owner == PT_BYTES_OWNED) {
        free((void *)bytes);
    }
}

static int open_named(papertag_model **out, const char *name, const void *bytes, size_t size, pt_bytes_owner owner,
                      papertag_error *err)
{
    papertag_model *m = pt_calloc(1, sizeof *m);
    int status;

    if (!m || !(m->name = strdup(name))) {
        free(m);
        free_bytes(bytes, size, owner);
        return pt_no_memory(err);
    }
    m->bytes = bytes;
    m->size = size;
    m->owner = owner;
    status = open_bytes(m, err);
    if (status) {
        papertag_model_close(m);
        return status;
    }
    *out = m;
    return PAPERTAG_OK;
}

int papertag_model_open(papertag_model **out, const char *path, papertag_error *err)
{
    struct stat info;
    void *bytes;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &info)) {
        int status = pt_fail(err, PAPERTAG_IO, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return status;
    }
    if (!S_ISREG(info.st_mode) || info.st_size < (off_t)sizeof(pt_model_header)) {
        close(fd);
        return pt_fail(err, PAPERTAG_BAD_MODEL, "%s: not a papertag model", path);
    }
    bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_FLAGS, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED) {
        return pt_fail(err, PAPERTAG_IO, "%s: %s", path, strerror(errno));
    }
    return open_named(out, path, bytes, (size_t)info.st_size, PT_BYTES_MAPPED, err);
}

int papertag_model_open_memory(papertag_model **out, const char *name, const void *bytes, size_t size,
                               papertag_error *err)
{
    if ((uintptr_t)bytes % PT_MODEL_ALIGN) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s: a model in memory must be aligned to %d bytes", name,
                       PT_MODEL_ALIGN);
    }
    return open_named(out, name, bytes, size, PT_BYTES_BORROWED, err);
}

int pt_model_open_owned(papertag_model **out, const char *name, void *bytes, size_t size, papertag_error *err)
{
    return open_named(out, name, bytes, size, PT_BYTES_OWNED, err);
}

void papertag_model_close(papertag_model *m)
{
    if (!m) {
        return;
    }
    free_bytes(m->bytes, m->size, m->owner);
    free(m->own_place);
    free(m->name);
    free(m->manifest);
    cJSON_Delete(m->json);
    pt_words_free(&m->options.text.stop_words);
    pt_tag_infos_free(m->tags, m->tag_count);
    pt_cardinality_free(&m->cardinality);
    pt_kernel_close(m->kernel);
    free(m);
}

/* ---- questions about it ------------------------------------------------------------------------------------------ */

size_t papertag_model_tags(const papertag_model *m, const papertag_tag_info **out)
{
    if (out) {
        *out = m->tags;
    }
    return m->tag_count;
}

int papertag_model_find_tag(const papertag_model *m, const char *name, size_t *index, papertag_error *err)
{
    return pt_find_tag(m->tags, m->tag_count, name, index, err);
}

const char *papertag_model_hash(const papertag_model *m)
{
    return m->hash;
}

const char *papertag_model_manifest(const papertag_model *m)
{
    return m->manifest;
}

size_t papertag_model_term_count(const papertag_model *m)
{
    return m->vocabulary.count;
}

void papertag_model_term(const papertag_model *m, size_t i, const char **term, size_t *length, double *idf)
{
    const pt_vocabulary *v = &m->vocabulary;
    if (term) {
        *term = v->text + v->starts[i];
    }
    if (length) {
        *length = v->starts[i + 1] - v->starts[i];
    }
    if (idf) {
        *idf = v->idf[i];
    }
}

double papertag_model_weight(const papertag_model *m, size_t i, size_t t)
{
    const bool own = m->own_place && m->own_place[t] != UINT32_MAX;

    return pt_matrix_weight(own ? &m->own : &m->matrix, i, own ? m->own_place[t] : t);
}

bool papertag_model_is_linear(const papertag_model *m)
{
    return m->matrix.stride;
}
