/*
 * sums - see sums.h.
 *
 * The weights of a term are neighbours in memory: its row. Most of the time goes into waiting for rows, since each
 * paper needs different ones. So a row is asked for AHEAD terms before it is used. The sums of 64 tags stay in
 * registers while a pass goes over the terms.
 */
#include "sums.h"

#ifdef WIDE_VECTORS
#include <immintrin.h>
#endif

enum { AHEAD = 20 };

static inline size_t width_of_row(const pt_matrix *m)
{
    return m->stride * (m->quantized ? sizeof *m->quantized : sizeof *m->weights);
}

static inline void prefetch_row(const pt_matrix *m, uint32_t term)
{
    const size_t width = width_of_row(m);
    const char *row = (m->quantized ? (const char *)m->quantized : (const char *)m->weights) + term * width;

    __builtin_prefetch(row);
    __builtin_prefetch(row + width - 1);
}

void pt_linear_sums_plain(const pt_matrix *m, pt_row row, float *restrict sums)
{
    memset(sums, 0, m->stride * sizeof *sums);
    for (size_t k = 0; k < row.count; k++) {
        const size_t at = row.terms[k] * m->stride;
        const float x = m->quantized ? row.values[k] * m->scales[row.terms[k]] : row.values[k];
        if (k + AHEAD < row.count) {
            prefetch_row(m, row.terms[k + AHEAD]);
        }
        for (size_t t = 0; t < m->stride; t++) {
            sums[t] += x * (m->quantized ? (float)m->quantized[at + t] : m->weights[at + t]);
        }
    }
}

#ifdef WIDE_VECTORS

#define WIDE __attribute__((target("avx2"), always_inline)) static inline

enum { LANES = 8, CHUNK = 256 };

/* Eight weights. */
WIDE __m256 weights_at(const pt_matrix *m, size_t at, bool quantized)
{
    return quantized ? _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(m->quantized + at))))
                     : _mm256_loadu_ps(m->weights + at);
}

/* Adds terms to the sums of `vectors` x LANES tags, from `lane` on. */
WIDE void add_lanes(const pt_matrix *m, const uint32_t *terms, const float *x, size_t count, size_t lane, int vectors,
                    bool quantized, float *sums)
{
    __m256 sum[8];

    for (int v = 0; v < vectors; v++) {
        sum[v] = _mm256_loadu_ps(sums + lane + (size_t)v * LANES);
    }
    for (size_t k = 0; k < count; k++) {
        const size_t at = terms[k] * m->stride + lane;
        const __m256 value = _mm256_set1_ps(x[k]);
        if (lane == 0 && k + AHEAD < count) {
            prefetch_row(m, terms[k + AHEAD]);
        }
        for (int v = 0; v < vectors; v++) {
            const __m256 weights = weights_at(m, at + (size_t)v * LANES, quantized);
            sum[v] = _mm256_add_ps(sum[v], _mm256_mul_ps(value, weights));
        }
    }
    for (int v = 0; v < vectors; v++) {
        _mm256_storeu_ps(sums + lane + (size_t)v * LANES, sum[v]);
    }
}

/* Adds terms to all sums. */
WIDE void add_terms(const pt_matrix *m, const uint32_t *terms, const float *x, size_t count, bool quantized,
                    float *sums)
{
    size_t lane = 0;

    for (; lane + 8 * LANES <= m->stride; lane += 8 * LANES) {
        add_lanes(m, terms, x, count, lane, 8, quantized, sums);
    }
    for (; lane + 4 * LANES <= m->stride; lane += 4 * LANES) {
        add_lanes(m, terms, x, count, lane, 4, quantized, sums);
    }
    for (; lane < m->stride; lane += LANES) {
        add_lanes(m, terms, x, count, lane, 1, quantized, sums);
    }
}

__attribute__((target("avx2"))) static void linear_sums_wide(const pt_matrix *m, pt_row row, float *sums)
{
    float x[CHUNK]; /* the values, of int8 weights with their scales */

    memset(sums, 0, m->stride * sizeof *sums);
    for (size_t k = 0; k < row.count; k += CHUNK) {
        const uint32_t *terms = row.terms + k;
        const size_t count = row.count - k < CHUNK ? row.count - k : CHUNK;
        for (size_t i = 0; i < count; i++) {
            x[i] = m->quantized ? row.values[k + i] * m->scales[terms[i]] : row.values[k + i];
        }
        if (m->quantized) {
            add_terms(m, terms, x, count, true, sums);
        } else {
            add_terms(m, terms, x, count, false, sums);
        }
    }
}

#endif

void pt_linear_sums(const pt_matrix *m, pt_row row, float *sums)
{
#ifdef WIDE_VECTORS
    if (__builtin_cpu_supports("avx2")) {
        linear_sums_wide(m, row, sums);
        return;
    }
#endif
    pt_linear_sums_plain(m, row, sums);
}
