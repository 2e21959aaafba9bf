/*
 * file - the layout of a model file, for its writer (file.c) and its reader (model.c).
 */
#ifndef PT_FILE_H
#define PT_FILE_H

#include "base/hash.h"
#include "model.h"

#define PT_MODEL_MAGIC "papertag" /* 8 bytes in the file, without the NUL */
#define PT_MODEL_BYTE_ORDER 0x01020304u

typedef enum pt_section_kind {
    PT_SECTION_MANIFEST,
    PT_SECTION_TERM_TEXT,
    PT_SECTION_TERM_STARTS,      /* uint32 x (V + 1) */
    PT_SECTION_TERM_SLOTS,       /* uint32 x pt_vocabulary_slots(V) */
    PT_SECTION_IDF,              /* float x V */
    PT_SECTION_WEIGHTS,          /* linear: V x stride, float or int8 */
    PT_SECTION_SCALES,           /* int8: float x V */
    PT_SECTION_BIAS,             /* double x T: b of a linear model, rho of a kernel model */
    PT_SECTION_VECTOR_STARTS,    /* kernel, a sparse matrix of R distinct support vectors: uint64 x (R + 1) */
    PT_SECTION_VECTOR_TERMS,     /* uint32, one an entry of the matrix */
    PT_SECTION_VECTOR_VALUES,    /* float, likewise */
    PT_SECTION_TAG_STARTS,       /* uint64 x (T + 1) */
    PT_SECTION_TAG_VECTORS,      /* uint32: rows of the matrix */
    PT_SECTION_TAG_COEFFICIENTS, /* double, aligned with them */
    PT_SECTION_TAG_POSITIVES,    /* uint64 x T */
    PT_SECTION_OWN_TAGS,         /* personal model: uint32, ascending: tags with weights of their own */
    PT_SECTION_OWN_WEIGHTS,      /* float: V x the stride of these tags */
    PT_SECTIONS,
    PT_SECTIONS_PLAIN = PT_SECTION_OWN_TAGS /* sections of a plain model */
} pt_section_kind;

typedef struct pt_section {
    uint64_t offset; /* bytes from the start of the file, a multiple of PT_MODEL_ALIGN; 0: no such section */
    uint64_t size;   /* bytes */
} pt_section;

typedef struct pt_model_header {
    char magic[8];
    uint32_t byte_order, version;
    uint64_t size;     /* of the whole file */
    uint64_t checksum; /* pt_model_checksum */
    pt_section sections[PT_SECTIONS];
} pt_model_header;

/* The size of the header in bytes, by the version of the file. */
static inline size_t pt_model_header_size(uint32_t version)
{
    return offsetof(pt_model_header, sections) +
           (version >= PT_MODEL_PERSONAL ? PT_SECTIONS : PT_SECTIONS_PLAIN) * sizeof(pt_section);
}

/* Lanes of a row of weights for T tags. */
static inline size_t pt_model_stride(size_t tags)
{
    return (tags + 7) / 8 * 8;
}

/* The checksum in the header: of the header itself with 0 in this field, seeded with the hash of the rest. */
static inline uint64_t pt_model_checksum(const pt_model_header *header, uint64_t rest)
{
    pt_model_header copy = *header;
    copy.checksum = 0;
    return pt_hash(&copy, pt_model_header_size(header->version), rest);
}

#endif
