/*
 * similar - the stored papers nearest to one of them: the products of its row with those of all others.
 */
#include <stdlib.h>

#include "model/model.h"
#include "row_blocks.h"

static int compare_neighbours(const void *a, const void *b)
{
    const papertag_neighbour *x = a, *y = b;

    return x->similarity != y->similarity ? (x->similarity < y->similarity ? 1 : -1)
                                          : (x->key > y->key) - (x->key < y->key);
}

/* A paper, and those that are measured against it. */
struct measuring {
    float *dense;  /* PT_PACKED_PAGE x pages: the paper's row, each value times the term's idf */
    float *scores; /* last + 1, by key: the product */
    size_t pages, last;
    pt_logs logs;
};

static int measure(void *context, int64_t paper, const pt_packed *row, papertag_error *err)
{
    struct measuring *m = context;

    (void)err;
    if ((size_t)paper <= m->last) { /* one that was added meanwhile is not asked for */
        m->scores[paper] = (float)pt_packed_product(row, m->dense, m->pages, &m->logs);
    }
    return PAPERTAG_OK;
}

/* Makes the paper's row dense. */
static int spread_row(struct measuring *m, papertag_tagger *tagger, const papertag_paper *paper, papertag_error *err)
{
    const pt_vocabulary *v = &tagger->model->vocabulary;
    pt_row row;
    int status = pt_tagger_row(tagger, paper->title, paper->abstract, &row, err);

    m->pages = v->count / PT_PACKED_PAGE + 1;
    m->dense = pt_calloc(m->pages * PT_PACKED_PAGE, sizeof *m->dense);
    if (status || !m->dense) {
        return status ? status : pt_no_memory(err);
    }
    row = pt_first_part(v, row); /* of length 1 */
    for (size_t k = 0; k < row.count; k++) {
        m->dense[row.terms[k]] = row.values[k] * v->idf[row.terms[k]];
    }
    return PAPERTAG_OK;
}

/* Lists the papers of the highest scores: the list is sorted and cut each time it has twice as many as are wanted. */
static int rank(struct measuring *m, int64_t self, size_t limit, pt_arena *arena, const papertag_neighbour **out,
                size_t *count)
{
    const size_t most = limit < m->last ? limit : m->last;
    papertag_neighbour *list = pt_arena_array(arena, 2 * most + 1, sizeof *list);
    size_t listed = 0;
    double least = 0;

    if (!list) {
        return PAPERTAG_NO_MEMORY;
    }
    m->scores[self] = 0;
    for (size_t key = 1; key <= m->last && most; key++) {
        const double score = (double)m->scores[key];
        if (score > least) {
            list[listed++] = (papertag_neighbour){(int64_t)key, score < 1 ? score : 1};
        }
        if (listed == 2 * most) {
            pt_sort(list, listed, sizeof *list, compare_neighbours);
            listed = most;
            least = list[most - 1].similarity; /* of equal ones the first counts: it is there */
        }
    }
    pt_sort(list, listed, sizeof *list, compare_neighbours);
    *out = list;
    *count = listed < most ? listed : most;
    return PAPERTAG_OK;
}

int papertag_store_similar(papertag_store *store, papertag_tagger *tagger, int64_t key, size_t limit,
                           const papertag_neighbour **out, size_t *count, papertag_error *err)
{
    const papertag_model *model = tagger->model;
    const pt_rows_options options = {
        .text = &model->options, .vocabulary = &model->vocabulary, .space = pt_model_space(model)};
    struct measuring m = {.dense = NULL};
    const papertag_stored *stored;
    int status = papertag_store_get(store, key, &stored, err);

    status = status ? status : spread_row(&m, tagger, &stored->paper, err);
    status = status ? status : pt_store_last_paper(store, &m.last, err);
    m.scores = status ? NULL : pt_calloc(m.last + 1, sizeof *m.scores);
    status = status || m.scores ? status : pt_no_memory(err);
    status = status ? status : pt_store_scan(store, &options, measure, &m, err);
    if (!status && rank(&m, key, limit, pt_store_answer(store), out, count)) {
        status = pt_no_memory(err);
    }
    free(m.dense);
    free(m.scores);
    return status;
}
