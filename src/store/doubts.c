/*
 * doubts - see doubts.h.
 *
 * Opinions are read in their order, by paper, then by tag, and compared with cuts and verdicts that lie in memory: a
 * join would look both up for each opinion, and sort them all.
 */
#include "doubts.h"

#include <math.h>
#include <stdlib.h>

#include "store.h"

/* The cut of a model for a tag. */
struct cut {
    int64_t model, tag;
    double cut;
};

/* What a verdict is about. */
struct judged {
    int64_t paper, tag;
};

/* A walk over the opinions. */
struct walk {
    int64_t *models; /* last + 1, by paper: the model that tagged it; 0: none */
    size_t last;
    const struct cut *cuts; /* cut_count, by model, then tag */
    size_t cut_count;
    const struct judged *judged; /* judged_count, by paper, then tag; those before `at` are done */
    size_t judged_count, at;
    size_t limit;
    pt_doubt best;  /* of the paper being read; paper 0: none */
    pt_doubt *list; /* count, at most twice the limit */
    size_t count, capacity;
    double most; /* what is farther is not among the nearest */
};

static int compare_doubts(const void *a, const void *b)
{
    const pt_doubt *x = a, *y = b;

    return x->distance != y->distance ? (x->distance < y->distance ? -1 : 1)
                                      : (x->paper > y->paper) - (x->paper < y->paper);
}

/* Leaves the nearest. */
static void cut_list(struct walk *w)
{
    pt_sort(w->list, w->count, sizeof *w->list, compare_doubts);
    if (w->limit && w->count > w->limit) {
        w->count = w->limit;
        w->most = w->list[w->count - 1].distance;
    }
}

static int take_doubt(struct walk *w, const pt_doubt *doubt, papertag_error *err)
{
    if (doubt->distance > w->most) {
        return PAPERTAG_OK;
    }
    if (pt_reserve(&w->list, &w->capacity, w->count + 1, sizeof *w->list)) {
        return pt_no_memory(err);
    }
    w->list[w->count++] = *doubt;
    if (w->limit && w->count == 2 * w->limit) {
        cut_list(w);
    }
    return PAPERTAG_OK;
}

/* The cut that decided; NULL: not known. Neighbouring opinions mostly ask for neighbouring cuts of one model. */
static const struct cut *find_cut(const struct walk *w, int64_t model, int64_t tag)
{
    size_t low = 0, high = w->cut_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct cut *c = &w->cuts[middle];
        if (c->model < model || (c->model == model && c->tag < tag)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < w->cut_count && w->cuts[low].model == model && w->cuts[low].tag == tag ? &w->cuts[low] : NULL;
}

/* Whether there is a verdict; asked in the order of the opinions. */
static bool is_judged(struct walk *w, int64_t paper, int64_t tag)
{
    while (w->at < w->judged_count &&
           (w->judged[w->at].paper < paper || (w->judged[w->at].paper == paper && w->judged[w->at].tag < tag))) {
        w->at++;
    }
    return w->at < w->judged_count && w->judged[w->at].paper == paper && w->judged[w->at].tag == tag;
}

static int read_opinion(void *context, pt_db_row *row, papertag_error *err)
{
    struct walk *w = context;
    const int64_t paper = pt_db_key(row, 0), tag = pt_db_key(row, 1);
    const double margin = pt_db_real_or_nan(row, 2);
    const struct cut *c = (uint64_t)paper <= w->last ? find_cut(w, w->models[paper], tag) : NULL;
    double distance;
    int status = PAPERTAG_OK;

    if (w->best.paper && w->best.paper != paper) {
        status = take_doubt(w, &w->best, err);
        w->best.paper = 0;
    }
    if (!c) {
        return status;
    }
    distance = fabs(margin - c->cut);
    if (isnan(distance) || distance > w->most || (w->best.paper && w->best.distance <= distance) ||
        is_judged(w, paper, tag)) {
        return status;
    }
    w->best = (pt_doubt){distance, paper, tag, pt_db_real(row, 3, 0, 1), margin, c->cut, pt_db_flag(row, 4)};
    return status;
}

static int read_model(void *context, pt_db_row *row, papertag_error *err)
{
    struct walk *w = context;
    const size_t paper = (size_t)pt_db_key(row, 0);

    (void)err;
    if (paper <= w->last && !pt_db_is_null(row, 1)) {
        w->models[paper] = pt_db_key(row, 1);
    }
    return PAPERTAG_OK;
}

static void read_cut(pt_db_row *row, pt_arena *arena, void *item)
{
    (void)arena;
    *(struct cut *)item = (struct cut){pt_db_key(row, 0), pt_db_key(row, 1), pt_db_real_or_nan(row, 2)};
}

static void read_judged(pt_db_row *row, pt_arena *arena, void *item)
{
    (void)arena;
    *(struct judged *)item = (struct judged){pt_db_key(row, 0), pt_db_key(row, 1)};
}

/* Reads what opinions are compared with. */
static int read_around(papertag_store *store, pt_arena *arena, struct walk *w, papertag_error *err)
{
    pt_listing cuts = {.arena = arena, .size = sizeof(struct cut), .read = read_cut};
    pt_listing judged = {.arena = arena, .size = sizeof(struct judged), .read = read_judged};
    int status = pt_store_last_paper(store, &w->last, err);

    w->models = pt_calloc(w->last + 1, sizeof *w->models);
    status = status || w->models ? status : pt_no_memory(err);
    status = status ? status : pt_store_each(store, "SELECT key, model FROM papers", read_model, w, err, "");
    status = status ? status : pt_store_list(store, "SELECT model, tag, cut FROM cuts ORDER BY 1, 2", &cuts, err, "");
    status = status ? status : pt_store_list(store, "SELECT paper, tag FROM verdicts ORDER BY 1, 2", &judged, err, "");
    w->cuts = cuts.items;
    w->cut_count = cuts.count;
    w->judged = judged.items;
    w->judged_count = judged.count;
    return status;
}

int pt_store_doubts(papertag_store *store, int64_t tag, size_t limit, pt_doubt **out, size_t *count,
                    papertag_error *err)
{
    static const char all[] = "SELECT paper, tag, margin, p, assigned FROM opinions ORDER BY paper, tag";
    static const char of_tag[] =
        "SELECT paper, tag, margin, p, assigned FROM opinions WHERE tag=?1 ORDER BY paper, tag";
    struct walk w = {.limit = limit, .most = INFINITY};
    pt_arena arena = {0};
    int status = read_around(store, &arena, &w, err);

    status = status ? status : pt_store_each(store, tag ? of_tag : all, read_opinion, &w, err, tag ? "i" : "", tag);
    status = status || !w.best.paper ? status : take_doubt(&w, &w.best, err);
    if (!status) {
        cut_list(&w);
    }
    free(w.models);
    pt_arena_free(&arena);
    if (status) {
        free(w.list);
        return status;
    }
    *out = w.list;
    *count = w.count;
    return PAPERTAG_OK;
}
