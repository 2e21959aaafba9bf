/*
 * similar - the stored papers nearest to one of them: the products of its row with those of all others.
 */
#include <stdlib.h>

#include "base/sort.h"
#include "model/model.h"
#include "row_blocks.h"

static int compare_neighbours(const void *a, const void *b)
{
    const papertag_neighbour *x = a, *y = b;

    return x->similarity != y->similarity ? (x->similarity < y->similarity ? 1 : -1)
                                          : (x->key > y->key) - (x->key < y->key);
}

/* Threads that measure at once, at most. */
enum { MEASURING = 4 };

/* Papers that are measured against one. */
struct measuring {
    const float *dense; /* PT_PACKED_PAGE x pages: the paper's row, each value times the term's idf */
    float *scores;      /* last + 1, by key: the product */
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

/* Takes over the scores of the papers that have a bit. */
static void join_scores(void *first, const void *other, const uint64_t *papers, size_t last)
{
    const struct measuring *from = other;
    struct measuring *to = first;

    for (size_t key = 1; key <= last && key <= to->last; key++) {
        if (papers[key / 64] >> (key % 64) & 1) {
            to->scores[key] = from->scores[key];
        }
    }
}

/* Makes a paper's row dense. */
static int spread_row(papertag_tagger *tagger, const papertag_paper *paper, float **out, size_t *pages,
                      papertag_error *err)
{
    const pt_vocabulary *v = &tagger->model->vocabulary;
    pt_row row;
    int status = pt_tagger_row(tagger, paper->title, paper->abstract, &row, err);
    float *dense;

    *pages = v->count / PT_PACKED_PAGE + 1;
    *out = dense = pt_calloc(*pages * PT_PACKED_PAGE, sizeof *dense);
    if (status || !dense) {
        return status ? status : pt_no_memory(err);
    }
    row = pt_first_part(v, row); /* of length 1 */
    for (size_t k = 0; k < row.count; k++) {
        dense[row.terms[k]] = row.values[k] * v->idf[row.terms[k]];
    }
    return PAPERTAG_OK;
}

/* Lists the papers of the highest scores. */
static int rank(struct measuring *m, int64_t self, size_t limit, pt_arena *arena, papertag_neighbour **out,
                size_t *count)
{
    pt_top top = {.k = limit, .size = sizeof **out, .compare = compare_neighbours};
    int status = PAPERTAG_OK;

    m->scores[self] = 0;
    for (size_t key = 1; key <= m->last && !status; key++) {
        const double score = (double)m->scores[key];
        const papertag_neighbour one = {.key = (int64_t)key, .similarity = score < 1 ? score : 1};
        status = score > 0 ? pt_top_take(&top, &one) : PAPERTAG_OK;
    }
    pt_top_cut(&top);
    *out = status ? NULL : pt_arena_copy_array(arena, top.items, top.count, sizeof **out);
    *count = top.count;
    free(top.items);
    return *out ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* A neighbour that is to be named. */
struct naming {
    papertag_neighbour *one;
    pt_arena *arena;
};

static int read_name(void *context, pt_db_row *row, papertag_error *err)
{
    const struct naming *n = context;

    (void)err;
    n->one->id = pt_db_text(row, 0, n->arena);
    n->one->judged = pt_db_flag(row, 1);
    return PAPERTAG_OK;
}

static int name_all(papertag_store *store, pt_arena *arena, papertag_neighbour *list, size_t count, papertag_error *err)
{
    static const char sql[] = "SELECT id, EXISTS(SELECT 1 FROM verdicts WHERE paper=?1) FROM papers WHERE key=?1";
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < count && !status; i++) {
        list[i].id = "";
        status = pt_store_each(store, sql, read_name, &(struct naming){&list[i], arena}, err, "i", list[i].key);
    }
    return status;
}

/* Measures all papers; the first of `m` has the scores then. */
static int measure_all(papertag_store *store, const papertag_model *model, struct measuring m[MEASURING],
                       papertag_error *err)
{
    const pt_rows_options options = {
        .text = &model->options, .vocabulary = &model->vocabulary, .space = pt_model_space(model)};
    void *contexts[MEASURING];
    const pt_row_takers takers = {measure, join_scores, contexts, MEASURING};

    for (size_t i = 0; i < MEASURING; i++) {
        m[i] = (struct measuring){.dense = m->dense, .pages = m->pages, .last = m->last};
        m[i].scores = pt_calloc(m->last + 1, sizeof *m->scores); /* the system gives memory to those that are used */
        contexts[i] = &m[i];
        if (!m[i].scores) {
            return pt_no_memory(err);
        }
    }
    pt_store_stop(store);
    return pt_store_scan(store, &options, &takers, err);
}

int papertag_store_similar(papertag_store *store, papertag_tagger *tagger, int64_t key, size_t limit,
                           const papertag_neighbour **out, size_t *count, papertag_error *err)
{
    struct measuring m[MEASURING] = {{NULL}};
    const papertag_stored *stored;
    papertag_neighbour *list = NULL;
    pt_arena *arena;
    float *dense = NULL;
    int status = papertag_store_get(store, key, &stored, err);

    status = status ? status : spread_row(tagger, &stored->paper, &dense, &m->pages, err);
    status = status ? status : pt_store_last_paper(store, &m->last, err);
    m->dense = dense;
    status = status ? status : measure_all(store, tagger->model, m, err);
    arena = pt_store_answer(store);
    if (!status && rank(m, key, limit, arena, &list, count)) {
        status = pt_no_memory(err);
    }
    status = status ? status : name_all(store, arena, list, *count, err);
    *out = list;
    for (size_t i = 0; i < MEASURING; i++) {
        free(m[i].scores);
    }
    free(dense);
    return status;
}
