/*
 * packed - see packed.h.
 */
#include "packed.h"

#include <math.h>
#include <stdlib.h>

enum { SCALE = 1, PAGES = 5, SHORT_MAX = 65535 };

static void append_16(pt_buf *out, size_t number)
{
    const unsigned char bytes[2] = {(unsigned char)(number & 255), (unsigned char)(number >> 8)};

    pt_buf_append(out, bytes, sizeof bytes);
}

static inline size_t read_16(const unsigned char *bytes)
{
    return bytes[0] | (size_t)bytes[1] << 8;
}

static void write_float(unsigned char bytes[4], float number)
{
    uint32_t bits;

    memcpy(&bits, &number, sizeof bits);
    for (int i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(bits >> (8 * i));
    }
}

static float read_float(const unsigned char *bytes)
{
    const uint32_t bits = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    float number;

    memcpy(&number, &bits, sizeof number);
    return number;
}

/* ---- packing --------------------------------------------------------------------------------------------------- */

static void append_other(pt_buf *out, size_t place, float count)
{
    const unsigned whole = count > 1 && count < 256 ? (unsigned)count : 0;
    unsigned char bytes[4];

    append_16(out, place);
    if ((float)whole == count) {
        bytes[0] = (unsigned char)whole;
        pt_buf_append(out, bytes, 1);
    } else {
        pt_buf_append(out, "", 1);
        write_float(bytes, count);
        pt_buf_append(out, bytes, sizeof bytes);
    }
}

/* Appends the terms within their pages; returns how many do not occur once. */
static size_t append_terms(pt_buf *out, const uint32_t *terms, const float *counts, size_t count)
{
    unsigned char bytes[256];
    size_t others = 0, filled = 0;

    for (size_t i = 0; i < count; i++) {
        bytes[filled++] = (unsigned char)(terms[i] & 255);
        bytes[filled++] = (unsigned char)(terms[i] >> 8 & 255);
        others += counts[i] != 1;
        if (filled == sizeof bytes) {
            pt_buf_append(out, bytes, filled);
            filled = 0;
        }
    }
    pt_buf_append(out, bytes, filled);
    return others;
}

void pt_pack_row(pt_buf *out, const uint32_t *terms, const float *counts, size_t count)
{
    const size_t pages = count ? terms[count - 1] / PT_PACKED_PAGE + 1 : 0;
    const unsigned char head[PAGES] = {(unsigned char)pages};
    size_t others, at = 0;

    if (pages >= PT_PACKED_UNKNOWN || count > SHORT_MAX) {
        pt_buf_append(out, &(unsigned char){PT_PACKED_UNKNOWN}, 1);
        return;
    }
    pt_buf_append(out, head, sizeof head);
    for (size_t page = 0; page < pages; page++) {
        const size_t first = at;
        while (at < count && terms[at] / PT_PACKED_PAGE == page) {
            at++;
        }
        append_16(out, at - first);
    }
    others = append_terms(out, terms, counts, count);
    append_16(out, others);
    for (size_t i = 0; i < count; i++) {
        if (counts[i] != 1) {
            append_other(out, i, counts[i]);
        }
    }
}

void pt_pack_scale(pt_buf *out, double scale)
{
    if (!out->failed && out->size >= PAGES) {
        write_float((unsigned char *)out->data + SCALE, (float)scale);
    }
}

/* ---- unpacking ------------------------------------------------------------------------------------------------- */

bool pt_packed_open(const void *bytes, size_t size, pt_packed *out)
{
    const unsigned char *at = bytes, *end = at + size;

    *out = (pt_packed){.bytes = bytes, .unknown = size == 1 && *at == PT_PACKED_UNKNOWN, .end = end};
    if (out->unknown) {
        return true;
    }
    if (size < PAGES + 2 || *at == PT_PACKED_UNKNOWN || (size_t)(end - at) < PAGES + 2 + 2 * (size_t)*at) {
        return false;
    }
    out->pages = *at;
    out->scale = read_float(at + SCALE);
    out->page_counts = at + PAGES;
    for (size_t page = 0; page < out->pages; page++) {
        out->count += read_16(out->page_counts + 2 * page);
    }
    out->terms = out->page_counts + 2 * out->pages;
    if ((size_t)(end - out->terms) < 2 * out->count + 2) {
        return false;
    }
    at = out->terms + 2 * out->count;
    out->other_count = read_16(at);
    out->others = at + 2;
    return out->other_count <= out->count && (size_t)(end - out->others) >= 3 * out->other_count;
}

/* The next count that is not 1, from *at on; false: there is none. */
static inline bool next_other(const pt_packed *p, const unsigned char **at, size_t *place, float *count)
{
    if (p->end - *at < 3) {
        return false;
    }
    *place = read_16(*at);
    *count = (*at)[2];
    *at += 3;
    if (*count == 0) {
        if (p->end - *at < 4) {
            return false;
        }
        *count = read_float(*at);
        *at += 4;
        if (!(*count >= 0 && isfinite(*count))) {
            return false;
        }
    }
    return *place < p->count;
}

void pt_unpacked_free(pt_unpacked *row)
{
    free(row->terms);
    free(row->values);
    *row = (pt_unpacked){0};
}

/* Whether the terms of a page ascend, and are below `limit`. */
static bool check_page(const unsigned char *terms, size_t count, size_t limit)
{
    bool ascend = true;

    for (size_t i = 1; i < count; i++) {
        ascend &= read_16(terms + 2 * i) > read_16(terms + 2 * (i - 1));
    }
    return ascend && (!count || read_16(terms + 2 * (count - 1)) < limit);
}

bool pt_packed_check(const pt_packed *p, size_t vocabulary)
{
    const unsigned char *at = p->terms;
    size_t least = 0; /* place of the next count that is not 1 */

    for (size_t page = 0; page < p->pages; page++) {
        const size_t count = read_16(p->page_counts + 2 * page), first = page * PT_PACKED_PAGE;
        if (!check_page(at, count, vocabulary > first ? vocabulary - first : 0)) {
            return false;
        }
        at += 2 * count;
    }
    at = p->others;
    for (size_t i = 0; i < p->other_count; i++) {
        size_t place;
        float count;
        if (!next_other(p, &at, &place, &count) || place < least) {
            return false;
        }
        least = place + 1;
    }
    return true;
}

int pt_unpack(const pt_packed *p, size_t vocabulary, pt_unpacked *out)
{
    const unsigned char *at = p->terms;

    if (pt_reserve(&out->terms, &out->terms_capacity, p->count + 1, sizeof *out->terms) ||
        pt_reserve(&out->values, &out->values_capacity, p->count + 1, sizeof *out->values)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (!pt_packed_check(p, vocabulary)) {
        return PAPERTAG_DAMAGED;
    }
    out->count = 0;
    for (size_t page = 0; page < p->pages; page++) {
        for (size_t left = read_16(p->page_counts + 2 * page); left; left--, at += 2) {
            out->values[out->count] = 1;
            out->terms[out->count++] = (uint32_t)(page * PT_PACKED_PAGE + read_16(at));
        }
    }
    at = p->others;
    for (size_t i = 0; i < p->other_count; i++) {
        size_t place;
        float count;
        if (next_other(p, &at, &place, &count)) {
            out->values[place] = count;
        }
    }
    return PAPERTAG_OK;
}

/* What the counts other than 1 add to a product of which each count was taken as 1. Most of it is zero, but to ask
 * would cost more than to add it. False: the bytes are no row. */
static bool add_others(const pt_packed *p, const float *dense, pt_logs *logs, double *sum)
{
    const unsigned char *at = p->others;
    size_t page = 0, first = 0, end = p->pages ? read_16(p->page_counts) : 0; /* places of the page */

    for (size_t i = 0; i < p->other_count; i++) {
        size_t place;
        float count;
        if (!next_other(p, &at, &place, &count)) {
            return false;
        }
        if (place < first) { /* they do not ascend: it is no row that was packed here */
            page = first = 0;
            end = read_16(p->page_counts);
        }
        while (place >= end) { /* it is below the count of all pages together */
            first = end;
            end += read_16(p->page_counts + 2 * ++page);
        }
        *sum += (double)dense[page * PT_PACKED_PAGE + read_16(p->terms + 2 * place)] * (pt_sublinear(count, logs) - 1);
    }
    return true;
}

double pt_packed_product(const pt_packed *p, const float *dense, size_t pages, pt_logs *logs)
{
    const unsigned char *at = p->terms;
    float sums[4] = {0};
    double sum;

    if (p->pages > pages) {
        return 0;
    }
    for (size_t page = 0; page < p->pages; page++) {
        const float *values = dense + page * PT_PACKED_PAGE;
        size_t left = read_16(p->page_counts + 2 * page);
        for (; left >= 4; left -= 4, at += 8) {
            for (size_t k = 0; k < 4; k++) {
                sums[k] += values[read_16(at + 2 * k)];
            }
        }
        for (; left; left--, at += 2) {
            sums[0] += values[read_16(at)];
        }
    }
    sum = (double)sums[0] + (double)sums[1] + (double)sums[2] + (double)sums[3];
    return add_others(p, dense, logs, &sum) ? sum * (double)p->scale : 0;
}

/* What the counts other than 1 add to products of which each count was taken as 1. */
static pt_abreast other_products(const pt_packed *p, const pt_abreast *dense, pt_logs *logs)
{
    const unsigned char *at = p->others;
    size_t page = 0, end = p->pages ? read_16(p->page_counts) : 0, place;
    pt_abreast sums = {0};
    float count;

    for (size_t i = 0; i < p->other_count && next_other(p, &at, &place, &count); i++) {
        while (place >= end) { /* it is below the count of all pages together */
            end += read_16(p->page_counts + 2 * ++page);
        }
        sums += (float)(pt_sublinear(count, logs) - 1) * dense[page * PT_PACKED_PAGE + read_16(p->terms + 2 * place)];
    }
    return sums;
}

void pt_packed_products(const pt_packed *p, const pt_abreast *dense, size_t pages, pt_logs *logs,
                        double sums[PT_ABREAST])
{
    const unsigned char *at = p->terms;
    pt_abreast even = {0}, odd = {0};

    for (size_t page = 0; page < p->pages && p->pages <= pages; page++) {
        const pt_abreast *of = dense + page * PT_PACKED_PAGE;
        size_t left = read_16(p->page_counts + 2 * page);
        for (; left >= 2; left -= 2, at += 4) {
            even += of[read_16(at)];
            odd += of[read_16(at + 2)];
        }
        if (left) {
            even += of[read_16(at)];
            at += 2;
        }
    }
    if (p->pages <= pages) {
        odd += other_products(p, dense, logs);
    }
    for (size_t k = 0; k < PT_ABREAST; k++) {
        sums[k] = ((double)even[k] + (double)odd[k]) * (double)p->scale;
    }
}

/* ---- many rows ------------------------------------------------------------------------------------------------- */

struct pt_packed_part {
    pt_buf bytes;                  /* the rows, one after the other */
    uint32_t ends[PT_PACKED_PART]; /* of each row: the longest rows of a part do not reach 4 GB */
};

int pt_packed_rows_append(pt_packed_rows *rows, const pt_packed *row)
{
    const size_t part = rows->count / PT_PACKED_PART;
    pt_buf *bytes;

    if (part == rows->part_count) {
        if (pt_reserve(&rows->parts, &rows->parts_capacity, part + 1, sizeof(struct pt_packed_part *)) ||
            !(rows->parts[part] = pt_calloc(1, sizeof(struct pt_packed_part)))) {
            return PAPERTAG_NO_MEMORY;
        }
        rows->part_count++;
    }
    bytes = &rows->parts[part]->bytes;
    pt_buf_append(bytes, row->bytes, (size_t)(row->end - row->bytes));
    if (bytes->failed) {
        return PAPERTAG_NO_MEMORY;
    }
    rows->parts[part]->ends[rows->count++ % PT_PACKED_PART] = (uint32_t)bytes->size;
    return PAPERTAG_OK;
}

int pt_packed_rows_move(pt_packed_rows *to, pt_packed_rows *from, size_t *first)
{
    const size_t parts = to->part_count + from->part_count;

    if (pt_reserve(&to->parts, &to->parts_capacity, parts + 1, sizeof(struct pt_packed_part *))) {
        return PAPERTAG_NO_MEMORY;
    }
    *first = to->part_count * PT_PACKED_PART;
    for (size_t i = 0; i < from->part_count; i++) {
        to->parts[to->part_count + i] = from->parts[i];
        from->parts[i] = NULL;
    }
    to->part_count = parts;
    to->count = *first + from->count;
    pt_packed_rows_free(from);
    return PAPERTAG_OK;
}

pt_packed pt_packed_rows_get(const pt_packed_rows *rows, size_t i)
{
    const struct pt_packed_part *part = rows->parts[i / PT_PACKED_PART];
    const size_t at = i % PT_PACKED_PART, start = at ? part->ends[at - 1] : 0;
    pt_packed row;

    pt_packed_open(part->bytes.data + start, part->ends[at] - start, &row);
    return row;
}

void pt_packed_rows_free_part(pt_packed_rows *rows, size_t part)
{
    if (rows->parts[part]) {
        pt_buf_free(&rows->parts[part]->bytes);
        free(rows->parts[part]);
        rows->parts[part] = NULL;
    }
}

void pt_packed_rows_free(pt_packed_rows *rows)
{
    for (size_t part = 0; part < rows->part_count; part++) {
        pt_packed_rows_free_part(rows, part);
    }
    free(rows->parts);
    *rows = (pt_packed_rows){0};
}
