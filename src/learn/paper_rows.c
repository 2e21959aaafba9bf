/*
 * paper_rows - see paper_rows.h.
 */
#include "paper_rows.h"

#include <float.h>
#include <stdlib.h>

static size_t stored_count(const pt_paper_rows *rows)
{
    return rows->stored ? rows->stored->count : 0;
}

size_t pt_paper_rows_count(const pt_paper_rows *rows)
{
    return stored_count(rows) + rows->others.count;
}

void pt_paper_rows_free(pt_paper_rows *rows)
{
    pt_rows_free(&rows->others);
    free(rows->offsets);
    *rows = (pt_paper_rows){0};
}

int pt_paper_rows_use_offsets(pt_paper_rows *rows, const papertag_model *model)
{
    const size_t count = pt_paper_rows_count(rows);

    if (!model->cardinality.tags) {
        return PAPERTAG_OK;
    }
    rows->model = model;
    rows->offsets = pt_alloc(count, sizeof *rows->offsets);
    for (size_t i = 0; rows->offsets && i < count; i++) {
        atomic_init(&rows->offsets[i], NAN);
    }
    pt_cardinality_bounds(&model->cardinality, &rows->offset.least, &rows->offset.most);
    return rows->offsets ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

static pt_packed stored_row(const pt_paper_rows *rows, size_t i)
{
    return pt_packed_rows_get(&rows->stored->rows, rows->stored->places[i]);
}

/* ---- one row --------------------------------------------------------------------------------------------------- */

int pt_paper_reader_open(pt_paper_reader *reader, const pt_paper_rows *rows)
{
    pt_unpacked *room = &reader->scratch.row;

    reader->rows = rows;
    if (rows->stored &&
        (pt_reserve(&room->terms, &room->terms_capacity, rows->stored->longest + 1, sizeof *room->terms) ||
         pt_reserve(&room->values, &room->values_capacity, rows->stored->longest + 1, sizeof *room->values))) {
        return PAPERTAG_NO_MEMORY;
    }
    return rows->model ? papertag_tagger_open(&reader->tagger, rows->model, NULL) : PAPERTAG_OK;
}

void pt_paper_reader_close(pt_paper_reader *reader)
{
    pt_unpacked_free(&reader->scratch.row);
    papertag_tagger_close(reader->tagger);
    *reader = (pt_paper_reader){0};
}

pt_row pt_paper_reader_get(pt_paper_reader *reader, size_t i)
{
    const pt_paper_rows *rows = reader->rows;
    pt_row row = {0};
    pt_packed packed;

    if (i >= stored_count(rows)) {
        return pt_rows_get(&rows->others, i - stored_count(rows));
    }
    packed = stored_row(rows, i);
    pt_packed_values(&packed, rows->vocabulary, &reader->scratch, &row); /* there is room, and it is no damaged row */
    return row;
}

double pt_paper_reader_offset(pt_paper_reader *reader, double pull, size_t i)
{
    const pt_paper_rows *rows = reader->rows;
    double offset;

    if (!rows->offsets || pull == 0) {
        return 0;
    }
    offset = atomic_load_explicit(&rows->offsets[i], memory_order_relaxed);
    if (isnan(offset)) { /* another thread may measure it as well: it finds the same */
        offset = pt_model_offset(reader->tagger, pt_paper_reader_get(reader, i));
        atomic_store_explicit(&rows->offsets[i], offset, memory_order_relaxed);
    }
    return pull * offset;
}

double pt_paper_reader_margin(pt_paper_reader *reader, const float *weights, double bias, double pull, size_t i)
{
    return pt_linear_margin(weights, bias, pt_paper_reader_get(reader, i)) + pt_paper_reader_offset(reader, pull, i);
}

/* ---- many rows ------------------------------------------------------------------------------------------------- */

enum { CHUNK = 4096 };

struct walk {
    const pt_paper_rows *rows;
    size_t count;
    pt_row_task *task;
    void *context;
};

static int walk_chunk(void *context, size_t chunk)
{
    const struct walk *w = context;
    const size_t first = chunk * CHUNK, end = first + CHUNK;
    pt_paper_reader reader = {0};
    int status = pt_paper_reader_open(&reader, w->rows);

    status = status ? status : w->task(w->context, &reader, first, end < w->count ? end : w->count);
    pt_paper_reader_close(&reader);
    return status;
}

static unsigned share_of(const pt_threads *threads)
{
    const unsigned fits = threads ? threads->fits : 1;

    return !threads || fits > threads->jobs ? 1 : threads->jobs / (fits ? fits : 1);
}

int pt_paper_rows_each(const pt_paper_rows *rows, size_t count, pt_row_task *task, void *context)
{
    struct walk w = {rows, count, task, context};

    return pt_parallel(share_of(rows->threads), (count + CHUNK - 1) / CHUNK, walk_chunk, &w, NULL);
}

/* ---- roughly ---------------------------------------------------------------------------------------------------- */

int pt_rough_add(pt_rough *rough, const pt_paper_rows *rows, const float *weights, double bias)
{
    const pt_vocabulary *v = rows->vocabulary;
    const size_t terms = rows->stored ? v->count - v->added : 0, at = rough->count++;
    double squares = 0;

    rough->weights[at] = weights;
    rough->bias[at] = bias;
    if (rows->stored && !rough->dense) {
        rough->pages = (terms + PT_PACKED_PAGE - 1) / PT_PACKED_PAGE;
        rough->dense = pt_calloc(rough->pages * PT_PACKED_PAGE, sizeof *rough->dense);
    }
    for (size_t term = 0; rough->dense && term < terms; term++) {
        rough->dense[term][at] = weights[term] * v->idf[term];
        squares += (double)weights[term] * weights[term];
    }
    rough->norm[at] = sqrt(squares);
    return rows->stored && !rough->dense ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

void pt_rough_close(pt_rough *rough)
{
    free(rough->dense);
    *rough = (pt_rough){0};
}

/* Mostly rows are asked for one after the other, and lie so in memory. The processor itself fetches what comes next
 * only to the end of a page: this takes a twelfth off. */
static void prefetch_next(const pt_packed *packed)
{
    enum { LINE = 64, FIRST = 8, LINES = 6 };

    for (size_t line = FIRST; line < FIRST + LINES; line++) {
        __builtin_prefetch(packed->end + line * LINE);
    }
}

/* A sum of n float products is off by at most about n roundings of the sum of their absolute values. That sum is at
 * most the product of both lengths, and a row's length is 1. These sums are off by 1.5 n roundings, and those of
 * pt_linear_margin by n; the rest is for margins that are inferred from these. */
void pt_rough_margins(const pt_rough *rough, pt_paper_reader *reader, size_t i, pt_span margins[PT_ABREAST])
{
    const pt_paper_rows *rows = reader->rows;
    const size_t stored = stored_count(rows);
    double sums[PT_ABREAST] = {0}, roundings = 0;

    if (i < stored) {
        const pt_packed packed = stored_row(rows, i);
        prefetch_next(&packed);
        pt_packed_products(&packed, rough->dense, rough->pages, &reader->scratch.logs, sums);
        roundings = 4 * (double)packed.count + 64;
    }
    for (size_t k = 0; k < rough->count; k++) {
        const double error = roundings * (FLT_EPSILON / 2) * rough->norm[k] + 1e-12;
        const double margin =
            i < stored ? rough->bias[k] + sums[k]
                       : pt_linear_margin(rough->weights[k], rough->bias[k], pt_rows_get(&rows->others, i - stored));
        margins[k] = (pt_span){margin - error, margin + error};
    }
}

pt_span pt_rough_offset(const pt_paper_rows *rows, double pull, size_t i)
{
    const double known = rows->offsets ? atomic_load_explicit(&rows->offsets[i], memory_order_relaxed) : 0;

    return isnan(known) ? (pt_span){pull * rows->offset.least, pull * rows->offset.most}
                        : (pt_span){pull * known, pull * known};
}

struct listing {
    pt_rough rough;
    pt_span *margins;
};

static int list_margins(void *context, pt_paper_reader *reader, size_t first, size_t end)
{
    const struct listing *l = context;

    for (size_t i = first; i < end; i++) {
        pt_span margins[PT_ABREAST];
        pt_rough_margins(&l->rough, reader, i, margins);
        l->margins[i] = margins[0];
    }
    return PAPERTAG_OK;
}

int pt_rough_list(const pt_paper_rows *rows, const float *weights, double bias, pt_span *margins)
{
    struct listing l = {.margins = margins};
    int status = pt_rough_add(&l.rough, rows, weights, bias);

    status = status ? status : pt_paper_rows_each(rows, pt_paper_rows_count(rows), list_margins, &l);
    pt_rough_close(&l.rough);
    return status;
}
