/*
 * lsa - randomised truncated singular value decomposition of a sparse matrix.
 *
 * X is the matrix of rows, N x V. A random sketch of its row space is sharpened by a few products with X and its
 * transpose, and made orthonormal in between (Cholesky, twice), until X is close to Q (X^T Q)^T. The singular vectors
 * of the thin X^T Q follow from the eigenvectors of its small Gram matrix. Tall matrices are stored as panels of
 * PT_LANES columns, so that every product is a sum of short vectors and each panel can be a task of its own.
 */
#include "lsa.h"

#include <math.h>
#include <stdlib.h>

enum { OVERSAMPLING = 24, ITERATIONS = 3, SWEEPS_MAX = 30, ROWS_PER_DIRECTION = 4 };

/* A matrix with many rows and few columns. */
typedef struct tall {
    float **panels; /* count, each rows x PT_LANES */
    size_t rows;
    size_t count; /* columns / PT_LANES */
} tall;

static void tall_free(tall *m)
{
    for (size_t p = 0; m->panels && p < m->count; p++) {
        free(m->panels[p]);
    }
    free(m->panels);
}

static int tall_alloc(tall *m, size_t rows, size_t panels)
{
    *m = (tall){.panels = pt_calloc(panels, sizeof *m->panels), .rows = rows, .count = panels};
    for (size_t p = 0; m->panels && p < panels; p++) {
        m->panels[p] = pt_calloc(rows, PT_LANES * sizeof **m->panels);
        if (!m->panels[p]) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    return m->panels ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* What the tasks share. */
struct sketch {
    const pt_rows *rows; /* X, N x V */
    tall *by_row;        /* N x width */
    tall *by_term;       /* V x width */
    tall *m;             /* the one that the current tasks work on */
    double *gram;        /* width x width: m^T m */
    const double *small; /* width x width: what m is multiplied by */
    size_t width;        /* columns of the tall matrices */
};

/* ---- products with X ------------------------------------------------------------------------------------------- */

WIDEST_VECTORS
static void times_rows(const pt_rows *rows, const float *restrict by_term, float *restrict by_row)
{
    for (size_t i = 0; i < rows->count; i++) {
        pt_row row = pt_rows_get(rows, i);
        float sum[PT_LANES] = {0};
        for (size_t k = 0; k < row.count; k++) {
            const float *restrict from = by_term + (size_t)row.terms[k] * PT_LANES;
            const float x = row.values[k];
            for (int lane = 0; lane < PT_LANES; lane++) {
                sum[lane] += from[lane] * x;
            }
        }
        memcpy(by_row + i * PT_LANES, sum, sizeof sum);
    }
}

WIDEST_VECTORS
static void times_transpose(const pt_rows *rows, const float *restrict by_row, float *restrict by_term)
{
    for (size_t i = 0; i < rows->count; i++) {
        pt_row row = pt_rows_get(rows, i);
        const float *restrict from = by_row + i * PT_LANES;
        for (size_t k = 0; k < row.count; k++) {
            float *restrict to = by_term + (size_t)row.terms[k] * PT_LANES;
            const float x = row.values[k];
            for (int lane = 0; lane < PT_LANES; lane++) {
                to[lane] += from[lane] * x;
            }
        }
    }
}

static int multiply_rows_task(void *context, size_t panel)
{
    struct sketch *s = context;
    times_rows(s->rows, s->by_term->panels[panel], s->by_row->panels[panel]);
    return PAPERTAG_OK;
}

static int multiply_transpose_task(void *context, size_t panel)
{
    struct sketch *s = context;
    memset(s->by_term->panels[panel], 0, s->by_term->rows * PT_LANES * sizeof **s->by_term->panels);
    times_transpose(s->rows, s->by_row->panels[panel], s->by_term->panels[panel]);
    return PAPERTAG_OK;
}

/* ---- small dense matrices -------------------------------------------------------------------------------------- */

WIDEST_VECTORS
static void add_gram_of_panels(const float *restrict a, const float *restrict b, size_t rows,
                               double out[PT_LANES][PT_LANES])
{
    for (size_t i = 0; i < rows; i++) {
        for (int x = 0; x < PT_LANES; x++) {
            const double left = a[i * PT_LANES + x];
            for (int y = 0; y < PT_LANES; y++) {
                out[x][y] += left * b[i * PT_LANES + y];
            }
        }
    }
}

/* One pair of panels of m^T m; the pairs are numbered panel by panel. */
static int gram_task(void *context, size_t pair)
{
    struct sketch *s = context;
    size_t a = pair / s->m->count, b = pair % s->m->count;
    double sums[PT_LANES][PT_LANES] = {{0}};

    if (a > b) {
        return PAPERTAG_OK;
    }
    add_gram_of_panels(s->m->panels[a], s->m->panels[b], s->m->rows, sums);
    for (size_t x = 0; x < PT_LANES; x++) {
        for (size_t y = 0; y < PT_LANES; y++) {
            size_t i = a * PT_LANES + x, j = b * PT_LANES + y;
            s->gram[i * s->width + j] = s->gram[j * s->width + i] = sums[x][y];
        }
    }
    return PAPERTAG_OK;
}

static int compute_gram(struct sketch *s, tall *m, unsigned jobs)
{
    s->m = m;
    return pt_parallel(jobs, m->count * m->count, gram_task, s, NULL);
}

/* g = L L^T in place, L on and below the diagonal. A small share of the trace is the least square of a diagonal
 * element, so that the factor exists for a deficient rank too. */
static void cholesky(double *g, size_t n)
{
    double trace = 0;

    for (size_t i = 0; i < n; i++) {
        trace += g[i * n + i];
    }
    for (size_t j = 0; j < n; j++) {
        double d = g[j * n + j];
        for (size_t k = 0; k < j; k++) {
            d -= g[j * n + k] * g[j * n + k];
        }
        d = sqrt(fmax(d, 1e-9 * trace / (double)n + 1e-300));
        g[j * n + j] = d;
        for (size_t i = j + 1; i < n; i++) {
            double sum = g[i * n + j];
            for (size_t k = 0; k < j; k++) {
                sum -= g[i * n + k] * g[j * n + k];
            }
            g[i * n + j] = sum / d;
        }
    }
}

/* The transpose of the inverse of L, an upper triangle. */
static void inverse_transpose(const double *l, size_t n, double *out)
{
    memset(out, 0, n * n * sizeof *out);
    for (size_t j = 0; j < n; j++) {
        for (size_t i = j; i < n; i++) { /* column j of the inverse, written as row j */
            double sum = i == j;
            for (size_t k = j; k < i; k++) {
                sum -= l[i * n + k] * out[j * n + k];
            }
            out[j * n + i] = sum / l[i * n + i];
        }
    }
}

/* Eigenvalues of the symmetric g on its diagonal, eigenvectors in the columns of v: cyclic Jacobi rotations. */
static void eigen(double *g, size_t n, double *v)
{
    for (size_t i = 0; i < n * n; i++) {
        v[i] = i / n == i % n;
    }
    for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
        double off = 0, on = 0;
        for (size_t i = 0; i < n; i++) {
            on += g[i * n + i] * g[i * n + i];
            for (size_t j = 0; j < i; j++) {
                off += g[i * n + j] * g[i * n + j];
            }
        }
        if (off <= 1e-22 * on) {
            return;
        }
        for (size_t p = 0; p + 1 < n; p++) {
            for (size_t q = p + 1; q < n; q++) {
                double apq = g[p * n + q], theta, t, c, s;
                if (apq == 0) {
                    continue;
                }
                theta = (g[q * n + q] - g[p * n + p]) / (2 * apq);
                t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
                c = 1 / sqrt(t * t + 1);
                s = t * c;
                for (size_t k = 0; k < n; k++) {
                    double kp = g[k * n + p], kq = g[k * n + q];
                    g[k * n + p] = c * kp - s * kq;
                    g[k * n + q] = s * kp + c * kq;
                }
                for (size_t k = 0; k < n; k++) {
                    double pk = g[p * n + k], qk = g[q * n + k], kp = v[k * n + p], kq = v[k * n + q];
                    g[p * n + k] = c * pk - s * qk;
                    g[q * n + k] = s * pk + c * qk;
                    v[k * n + p] = c * kp - s * kq;
                    v[k * n + q] = s * kp + c * kq;
                }
            }
        }
    }
}

/* ---- orthonormal columns --------------------------------------------------------------------------------------- */

enum { STRIP = 256 }; /* rows of a tall matrix that one task multiplies */

/* Multiplies a strip of rows of m by the small matrix, in place. */
WIDEST_VECTORS
static void multiply_strip(tall *m, size_t first, size_t rows, const double *restrict small, float *restrict scratch)
{
    size_t width = m->count * PT_LANES;

    for (size_t i = first; i < first + rows; i++) {
        memset(scratch, 0, width * sizeof *scratch);
        for (size_t k = 0; k < width; k++) {
            const float x = m->panels[k / PT_LANES][i * PT_LANES + k % PT_LANES];
            for (size_t j = 0; j < width; j++) {
                scratch[j] += x * (float)small[k * width + j];
            }
        }
        for (size_t p = 0; p < m->count; p++) {
            memcpy(m->panels[p] + i * PT_LANES, scratch + p * PT_LANES, PT_LANES * sizeof *scratch);
        }
    }
}

static int multiply_task(void *context, size_t strip)
{
    struct sketch *s = context;
    size_t first = strip * STRIP, rest = s->m->rows - first;
    float *scratch = pt_alloc(s->width, sizeof *scratch);

    if (!scratch) {
        return PAPERTAG_NO_MEMORY;
    }
    multiply_strip(s->m, first, rest < STRIP ? rest : STRIP, s->small, scratch);
    free(scratch);
    return PAPERTAG_OK;
}

static int multiply_by_small(struct sketch *s, tall *m, const double *small, unsigned jobs)
{
    s->m = m;
    s->small = small;
    return pt_parallel(jobs, (m->rows + STRIP - 1) / STRIP, multiply_task, s, NULL);
}

/* Makes the columns orthonormal. One pass leaves an error that grows with the square of the condition number; the
 * second leaves only rounding. */
static int orthonormalise(struct sketch *s, tall *m, double *scratch, unsigned jobs)
{
    int status = PAPERTAG_OK;

    for (int time = 0; time < 2 && !status; time++) {
        status = compute_gram(s, m, jobs);
        if (!status) {
            cholesky(s->gram, s->width);
            inverse_transpose(s->gram, s->width, scratch);
            status = multiply_by_small(s, m, scratch, jobs);
        }
    }
    return status;
}

/* ---- the decomposition ----------------------------------------------------------------------------------------- */

/* Random signs: as good a sketch as normal deviates, and the same on every machine. */
static void fill_with_signs(tall *m, uint64_t seed)
{
    for (size_t p = 0; p < m->count; p++) {
        for (size_t i = 0; i < m->rows; i++) {
            uint64_t bits = pt_random(&seed);
            for (int lane = 0; lane < PT_LANES; lane++) {
                m->panels[p][i * PT_LANES + lane] = bits >> lane & 1 ? 1 : -1;
            }
        }
    }
}

struct eigenvalue {
    double value;
    size_t column;
};

static int compare_eigenvalues(const void *a, const void *b)
{
    const struct eigenvalue *x = a, *y = b;
    int order = (x->value < y->value) - (x->value > y->value);
    return order ? order : (x->column > y->column) - (x->column < y->column);
}

/* V = X^T Q U / s, its columns by falling singular value, all times one scale. */
static int find_directions(struct sketch *s, const tall *by_term, const double *vectors, pt_lsa *out)
{
    size_t width = s->width;
    struct eigenvalue *order = pt_alloc(width, sizeof *order);
    double *small = pt_calloc(width, out->rank * sizeof *small), squares = 0, scale;

    out->directions = pt_alloc(out->terms, out->rank * sizeof *out->directions);
    out->singular = pt_alloc(out->rank, sizeof *out->singular);
    if (!order || !small || !out->directions || !out->singular) {
        free(order);
        free(small);
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < width; i++) {
        order[i] = (struct eigenvalue){s->gram[i * width + i], i};
    }
    pt_sort(order, width, sizeof *order, compare_eigenvalues);
    for (size_t r = 0; r < out->rank; r++) {
        squares += fmax(order[r].value, 0);
        out->singular[r] = sqrt(fmax(order[r].value, 0));
    }
    scale = squares > 0 ? sqrt((double)s->rows->count / squares) : 0;
    for (size_t r = 0; r < out->rank; r++) {
        for (size_t k = 0; k < width && out->singular[r] > 1e-6 * out->singular[0]; k++) {
            small[k * out->rank + r] = scale * vectors[k * width + order[r].column] / out->singular[r];
        }
    }
    for (size_t t = 0; t < out->terms; t++) {
        float *to = out->directions + t * out->rank;
        memset(to, 0, out->rank * sizeof *to);
        for (size_t k = 0; k < width; k++) {
            const double x = by_term->panels[k / PT_LANES][t * PT_LANES + k % PT_LANES];
            for (size_t r = 0; r < out->rank; r++) {
                to[r] += (float)(x * small[k * out->rank + r]);
            }
        }
    }
    free(order);
    free(small);
    return PAPERTAG_OK;
}

int pt_lsa_fit(const pt_rows *rows, size_t terms, size_t rank, uint64_t seed, unsigned jobs, pt_lsa *out,
               papertag_error *err)
{
    size_t least = rows->count < terms ? rows->count : terms, most = least / PT_LANES;
    size_t wanted = (rank + OVERSAMPLING + PT_LANES - 1) / PT_LANES, panels = wanted < most ? wanted : most;
    size_t width = panels * PT_LANES;
    tall by_row = {0}, by_term = {0};
    double *small = pt_alloc(width, width * sizeof *small), *vectors = pt_alloc(width, width * sizeof *vectors);
    struct sketch s = {.rows = rows, .by_row = &by_row, .by_term = &by_term, .width = width};
    int status;

    *out = (pt_lsa){.terms = terms, .rank = rank < least / ROWS_PER_DIRECTION ? rank : least / ROWS_PER_DIRECTION};
    s.gram = pt_alloc(width, width * sizeof *s.gram);
    status = !small || !vectors || !s.gram ? PAPERTAG_NO_MEMORY : tall_alloc(&by_row, rows->count, panels);
    status = status ? status : tall_alloc(&by_term, terms, panels);
    jobs = pt_jobs(jobs);
    if (!status && out->rank) {
        fill_with_signs(&by_term, seed);
        for (int i = 0; i < ITERATIONS && !status; i++) {
            status = pt_parallel(jobs, panels, multiply_rows_task, &s, NULL);
            status = status ? status : orthonormalise(&s, &by_row, small, jobs);
            status = status ? status : pt_parallel(jobs, panels, multiply_transpose_task, &s, NULL);
        }
        status = status ? status : compute_gram(&s, &by_term, jobs);
        if (!status) {
            eigen(s.gram, width, vectors);
            status = find_directions(&s, &by_term, vectors, out);
        }
    }
    tall_free(&by_row);
    tall_free(&by_term);
    free(small);
    free(vectors);
    free(s.gram);
    if (status) {
        pt_lsa_free(out);
        return pt_no_memory(err);
    }
    return PAPERTAG_OK;
}

void pt_lsa_free(pt_lsa *lsa)
{
    free(lsa->directions);
    free(lsa->singular);
    *lsa = (pt_lsa){0};
}

/* ---- use ------------------------------------------------------------------------------------------------------- */

WIDEST_VECTORS
static void compute_coordinates(const pt_lsa *lsa, pt_row row, float *restrict out)
{
    memset(out, 0, lsa->rank * sizeof *out);
    for (size_t k = 0; k < row.count; k++) {
        const float *restrict from = lsa->directions + (size_t)row.terms[k] * lsa->rank;
        const float x = row.values[k];
        for (size_t r = 0; r < lsa->rank; r++) {
            out[r] += from[r] * x;
        }
    }
}

int pt_lsa_extend(const pt_lsa *lsa, const pt_rows *rows, size_t count, pt_rows *out, papertag_error *err)
{
    size_t longest = 0;
    uint32_t *terms;
    float *values;
    int status;

    for (size_t i = 0; i < count; i++) {
        size_t size = pt_rows_get(rows, i).count;
        longest = size > longest ? size : longest;
    }
    terms = pt_alloc(longest + lsa->rank, sizeof *terms);
    values = pt_alloc(longest + lsa->rank, sizeof *values);
    status = terms && values ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
    for (size_t i = 0; i < count && !status; i++) {
        pt_row row = pt_rows_get(rows, i);
        memcpy(terms, row.terms, row.count * sizeof *terms);
        memcpy(values, row.values, row.count * sizeof *values);
        for (size_t r = 0; r < lsa->rank; r++) {
            terms[row.count + r] = (uint32_t)(lsa->terms + r);
        }
        compute_coordinates(lsa, row, values + row.count);
        status = pt_rows_append(out, terms, values, row.count + lsa->rank);
    }
    free(terms);
    free(values);
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}

WIDEST_VECTORS
static void add_latent_weights(const pt_lsa *lsa, float *restrict weights, const float *restrict latent)
{
    for (size_t t = 0; t < lsa->terms; t++) {
        float *restrict to = weights + t * PT_LANES;
        for (size_t r = 0; r < lsa->rank; r++) {
            const float x = lsa->directions[t * lsa->rank + r];
            for (int lane = 0; lane < PT_LANES; lane++) {
                to[lane] += latent[r * PT_LANES + lane] * x;
            }
        }
    }
}

void pt_lsa_fold(const pt_lsa *lsa, float *weights)
{
    float *latent = weights + lsa->terms * PT_LANES, *bias = latent + lsa->rank * PT_LANES;

    add_latent_weights(lsa, weights, latent);
    memmove(latent, bias, PT_LANES * sizeof *bias);
}
