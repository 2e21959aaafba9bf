/*
 * packed - a row of counts in few bytes, as it is kept where rows are stored: about two bytes a term.
 *
 * The terms 0 .. 65535 are page 0, the next 65536 page 1, and so on. All numbers are little-endian:
 *
 *     pages                      1 byte; PT_PACKED_UNKNOWN: the row is not known, and nothing follows
 *     scale                      4 bytes, float: what the values are multiplied by for a row of length 1
 *     terms of each page         2 bytes a page: how many
 *     terms                      2 bytes each, within the page, ascending
 *     counts other than 1        2 bytes: how many; then of each 2 bytes, its place among the terms, and 1 byte, the
 *                                count; 0: it is no whole number up to 255, and stands in 4 more bytes, float
 */
#ifndef PT_PACKED_H
#define PT_PACKED_H

#include "counter.h"

enum { PT_PACKED_UNKNOWN = 255, PT_PACKED_PAGE = 65536 };

/* Appends a row: its terms, ascending, and how often each occurs. A row of too many terms is appended as unknown. */
void pt_pack_row(pt_buf *out, const uint32_t *terms, const float *counts, size_t count);

/* Sets the scale of the row at the start of the buffer, if there is one and it is known: see pt_weigh. */
void pt_pack_scale(pt_buf *out, double scale);

/* A row that was packed, opened. All is borrowed from its bytes. */
typedef struct pt_packed {
    const unsigned char *bytes; /* up to `end` */
    bool unknown;
    size_t pages;
    const unsigned char *page_counts; /* 2 x pages */
    const unsigned char *terms;       /* 2 x count */
    size_t count;                     /* K */
    const unsigned char *others;      /* other_count: counts that are not 1 */
    size_t other_count;
    const unsigned char *end;
    float scale;
} pt_packed;

/* False: the bytes are no row. */
bool pt_packed_open(const void *bytes, size_t size, pt_packed *out);

/* A row unpacked again. Zero-initialise; pt_unpacked_free ends it. */
typedef struct pt_unpacked {
    uint32_t *terms; /* count, ascending */
    float *values;   /* count: how often each term occurs */
    size_t count;
    size_t terms_capacity, values_capacity;
} pt_unpacked;

/* Whether a packed row can be one of a vocabulary of `vocabulary` terms. */
bool pt_packed_check(const pt_packed *packed, size_t vocabulary);

/* Unpacks a row of a vocabulary of `vocabulary` terms. 0, PAPERTAG_NO_MEMORY, or PAPERTAG_DAMAGED when it cannot be
 * one. */
int pt_unpack(const pt_packed *packed, size_t vocabulary, pt_unpacked *out);
void pt_unpacked_free(pt_unpacked *row);

/* N packed rows, in parts of PT_PACKED_PART rows: a part can be freed as soon as nobody needs its rows any more.
 * Zero-initialise; pt_packed_rows_free ends it. */
enum { PT_PACKED_PART = 4096 };
typedef struct pt_packed_rows {
    struct pt_packed_part **parts; /* part_count; NULL: freed */
    size_t part_count, parts_capacity;
    size_t count; /* N */
} pt_packed_rows;

/* Appends a copy of a row. 0 or PAPERTAG_NO_MEMORY. */
int pt_packed_rows_append(pt_packed_rows *rows, const pt_packed *row);

/* Moves all rows of *from to *to, into parts of their own: row i of *from is then row *first + i. 0 or
 * PAPERTAG_NO_MEMORY: nothing was moved. */
int pt_packed_rows_move(pt_packed_rows *to, pt_packed_rows *from, size_t *first);

/* Row i, borrowed, of a part that is not freed. */
pt_packed pt_packed_rows_get(const pt_packed_rows *rows, size_t i);
void pt_packed_rows_free_part(pt_packed_rows *rows, size_t part);
void pt_packed_rows_free(pt_packed_rows *rows);

/* The product of a packed row, as a row of length 1, with a dense one: dense[t] is the other row's value times the idf
 * of term t, and it has PT_PACKED_PAGE x pages entries. 0 for a row of more pages. */
double pt_packed_product(const pt_packed *packed, const float *dense, size_t pages, pt_logs *logs);

/* The products of a packed row with up to PT_ABREAST dense ones at once, in single precision: each is off by at
 * most 1.5 roundings a term. sums: out, PT_ABREAST. A row of more pages has sums of 0. */
enum { PT_ABREAST = 4 };
typedef float pt_abreast __attribute__((vector_size(PT_ABREAST * sizeof(float))));
void pt_packed_products(const pt_packed *packed, const pt_abreast *dense, size_t pages, pt_logs *logs,
                        double sums[PT_ABREAST]);

#endif
