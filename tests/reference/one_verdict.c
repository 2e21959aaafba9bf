/*
 * What a single verdict does to a tag: one yes and one no on some papers for each tag, each learnt by itself.
 *
 * usage: one_verdict MODEL STORED DEV [PAPERS]
 *
 * STORED are the papers of a store, those with tags labelled papers as well; DEV are labelled papers that are only
 * measured. For each tag PAPERS of the stored papers (10) are judged: some near the cut, some that have the tag, some
 * at random. A line a verdict is printed, its values separated by tabs: tag, id, verdict, distance of the paper from
 * the cut, papers with the tag before, papers whose tag flips, those of them that were farther from the cut than the
 * judged one, whether the judged paper follows its verdict, change of micro-F1 on DEV. scripts/one-verdict sums them
 * up.
 */
#include <math.h>
#include <stdlib.h>

#include "learn/learn.h"
#include "measure/measure.h"

struct papers {
    papertag_paper *items;
    size_t count, capacity;
    pt_paper_rows rows; /* none is packed */
    pt_paper_reader reader;
};

struct trials {
    const papertag_model *model;
    struct papers stored, dev;
    pt_arena arena;
    size_t per_tag;
    uint8_t *has, *dev_has, *dev_skip; /* [tag * papers + paper] */
    size_t given, right, wanted;       /* on dev, all tags: assigned, assigned rightly, labelled */
};

static int fail(const papertag_error *err)
{
    fprintf(stderr, "%s\n", err->message);
    return 1;
}

static int read_papers(struct trials *t, const char *path, struct papers *out, papertag_error *err)
{
    const papertag_model *m = t->model;
    papertag_reader *reader;
    const papertag_paper *paper;
    pt_counter counter = {0};
    pt_row row;
    int status = papertag_reader_open(&reader, path, NULL, err);

    while (!status && !(status = papertag_reader_next(reader, &paper, err))) {
        papertag_paper copy = {.has_tags = paper->has_tags};
        copy.id = pt_arena_copy(&t->arena, paper->id, strlen(paper->id));
        status = copy.id ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
        status = status ? status : pt_arena_copy_strings(&t->arena, paper->tags, &copy.tags);
        status = status ? status : pt_arena_copy_strings(&t->arena, paper->maybe, &copy.maybe);
        status = status ? status
                        : pt_tfidf_row(&counter, &m->options, &m->vocabulary, paper->title, paper->abstract, &row, err);
        status = status ? status : pt_rows_append(&out->rows.others, row.terms, row.values, row.count);
        status = status ? status : pt_reserve(&out->items, &out->capacity, out->count + 1, sizeof copy);
        if (!status) {
            out->items[out->count++] = copy;
        }
    }
    papertag_reader_close(reader);
    pt_counter_free(&counter);
    status = status == PAPERTAG_END ? PAPERTAG_OK : status;
    status = status ? status : pt_paper_rows_use_offsets(&out->rows, m);
    return status ? status : pt_paper_reader_open(&out->reader, &out->rows);
}

static void mark(const papertag_model *m, const struct papers *papers, bool maybe, uint8_t *has)
{
    for (size_t i = 0; i < papers->count; i++) {
        const papertag_strings tags = maybe ? papers->items[i].maybe : papers->items[i].tags;
        for (size_t k = 0; k < tags.count; k++) {
            size_t tag;
            if (!papertag_model_find_tag(m, tags.items[k], &tag, NULL)) {
                has[tag * papers->count + i] = 1;
            }
        }
    }
}

/* ---- one tag ----------------------------------------------------------------------------------------------------- */

/* A tag of the model, and what it decides. */
struct tag {
    size_t number, with; /* papers with the tag */
    double pull;         /* of an offset of 1 */
    float *weights;
    double bias, cut;
    double *distance; /* by stored paper: from the cut; at least 0: it has the tag */
    pt_span *before;  /* by stored paper: see pt_lesson */
    uint32_t *order;  /* stored papers from the closest to the cut */
    bool *dev;        /* by dev paper: the decision */
};

static double margin_of(const struct tag *g, const float *weights, double bias, struct papers *papers, size_t i)
{
    return pt_paper_reader_margin(&papers->reader, weights, bias, g->pull, i);
}

static const double *compared;
static int compare_distance(const void *a, const void *b)
{
    const double x = fabs(compared[*(const uint32_t *)a]), y = fabs(compared[*(const uint32_t *)b]);
    return (x > y) - (x < y);
}

static bool open_tag(struct trials *t, size_t number, struct tag *g)
{
    const size_t n = t->stored.count;

    *g = (struct tag){.number = number,
                      .pull = pt_cardinality_pull(&t->model->cardinality, number),
                      .bias = t->model->bias[number],
                      .cut = t->model->tags[number].cut};
    g->weights = pt_copy_weights(&t->model->matrix, t->model->vocabulary.count, number);
    g->distance = pt_alloc(n, sizeof *g->distance);
    g->order = pt_alloc(n, sizeof *g->order);
    g->before = pt_alloc(n, sizeof *g->before);
    g->dev = pt_alloc(t->dev.count, sizeof *g->dev);
    if (!g->weights || !g->distance || !g->order || !g->before || !g->dev ||
        pt_rough_list(&t->stored.rows, g->weights, g->bias, g->before)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        g->distance[i] = margin_of(g, g->weights, g->bias, &t->stored, i) - g->cut;
        g->order[i] = (uint32_t)i;
        g->with += g->distance[i] >= 0;
    }
    for (size_t i = 0; i < t->dev.count; i++) {
        g->dev[i] = margin_of(g, g->weights, g->bias, &t->dev, i) >= g->cut;
    }
    compared = g->distance;
    pt_sort(g->order, n, sizeof *g->order, compare_distance);
    return true;
}

static void close_tag(struct tag *g)
{
    free(g->weights);
    free(g->distance);
    free(g->order);
    free(g->before);
    free(g->dev);
}

static double f1(double given, double right, double wanted)
{
    return given + wanted > 0 ? 2 * right / (given + wanted) : 0;
}

/* Learns one verdict and writes a line about it. */
static int try_verdict(struct trials *t, const struct tag *g, uint32_t judged, bool yes)
{
    const size_t n = t->stored.count, dev = t->dev.count, tag = g->number;
    const papertag_tag_info *info = &t->model->tags[tag];
    const uint8_t verdict = yes, starting = 0;
    uint32_t *labelled = pt_alloc(n, sizeof *labelled);
    uint8_t *has = pt_alloc(n, sizeof *has);
    size_t count = 0, flips = 0, beyond = 0, given = t->given, right = t->right;
    pt_lesson lesson = {.rows = &t->stored.rows,
                        .papers = n,
                        .terms = t->model->vocabulary.count,
                        .judged = &judged,
                        .yes = &verdict,
                        .starting = &starting,
                        .count = 1,
                        .labelled = labelled,
                        .has = has,
                        .prior = g->weights,
                        .before = g->before,
                        .prior_bias = g->bias,
                        .prior_cut = g->cut,
                        .prior_a = info->platt_a,
                        .prior_b = info->platt_b,
                        .pull = g->pull};
    pt_learnt_tag learnt = {0};
    bool follows = false;
    int status = labelled && has ? 0 : PAPERTAG_NO_MEMORY;

    for (uint32_t i = 0; i < n && !status; i++) {
        if (i != judged && t->stored.items[i].has_tags) {
            labelled[count] = i;
            has[count++] = t->has[tag * n + i];
        }
    }
    lesson.labelled_count = count;
    status = status ? status : pt_learn_tag(&lesson, &learnt, NULL);
    for (size_t i = 0; i < n && !status; i++) {
        const bool after = margin_of(g, learnt.weights, learnt.bias, &t->stored, i) >= learnt.cut;
        const bool flipped = after != (g->distance[i] >= 0);
        follows = i == judged ? after == yes : follows;
        flips += flipped && i != judged;
        beyond += flipped && fabs(g->distance[i]) > fabs(g->distance[judged]);
    }
    for (size_t i = 0; i < dev && !status; i++) {
        const bool after = margin_of(g, learnt.weights, learnt.bias, &t->dev, i) >= learnt.cut;
        const bool skip = t->dev_skip[tag * dev + i], gold = t->dev_has[tag * dev + i];
        given += skip ? 0 : (size_t)after - (size_t)g->dev[i];
        right += skip || !gold ? 0 : (size_t)after - (size_t)g->dev[i];
    }
    printf("%s\t%s\t%s\t%.4f\t%zu\t%zu\t%zu\t%d\t%+.5f\n", info->tag, t->stored.items[judged].id, yes ? "yes" : "no",
           g->distance[judged], g->with, flips, beyond, follows,
           f1((double)given, (double)right, (double)t->wanted) -
               f1((double)t->given, (double)t->right, (double)t->wanted));
    pt_learnt_tag_free(&learnt);
    free(labelled);
    free(has);
    return status;
}

/* The k-th paper to judge: of three, one from the hundred closest to the cut, one that has the tag, one at random. */
static uint32_t choose_paper(const struct trials *t, const struct tag *g, size_t k, uint64_t *random)
{
    const size_t n = t->stored.count, close = n < 100 ? n : 100;

    for (size_t tries = 0; tries < 100000 && k % 3 == 1; tries++) {
        const uint32_t i = (uint32_t)(pt_random(random) % n);
        if (g->distance[i] >= 0) {
            return i;
        }
    }
    return k % 3 == 0 ? g->order[pt_random(random) % close] : (uint32_t)(pt_random(random) % n);
}

static int try_tag(struct trials *t, size_t number)
{
    uint64_t random = number + 1;
    struct tag g;
    int status = open_tag(t, number, &g) ? 0 : PAPERTAG_NO_MEMORY;

    for (size_t k = 0; k < t->per_tag && !status; k++) {
        const uint32_t judged = choose_paper(t, &g, k, &random);
        status = try_verdict(t, &g, judged, true);
        status = status ? status : try_verdict(t, &g, judged, false);
    }
    close_tag(&g);
    return status;
}

/* ---- all tags ---------------------------------------------------------------------------------------------------- */

static int count_dev(struct trials *t, size_t tags)
{
    for (size_t tag = 0; tag < tags; tag++) {
        struct tag g;
        if (!open_tag(t, tag, &g)) {
            return PAPERTAG_NO_MEMORY;
        }
        for (size_t i = 0; i < t->dev.count; i++) {
            const bool skip = t->dev_skip[tag * t->dev.count + i], gold = t->dev_has[tag * t->dev.count + i];
            t->wanted += !skip && gold;
            t->given += !skip && g.dev[i];
            t->right += !skip && gold && g.dev[i];
        }
        close_tag(&g);
    }
    return PAPERTAG_OK;
}

int main(int argc, char **argv)
{
    struct trials t = {.per_tag = argc > 4 ? strtoul(argv[4], NULL, 10) : 10};
    papertag_model *model;
    papertag_error err;
    size_t tags;

    if (argc < 4 || papertag_model_open(&model, argv[1], &err)) {
        return argc < 4 ? (fprintf(stderr, "usage: one_verdict MODEL STORED DEV [PAPERS]\n"), 2) : fail(&err);
    }
    t.model = model;
    if (read_papers(&t, argv[2], &t.stored, &err) || read_papers(&t, argv[3], &t.dev, &err)) {
        return fail(&err);
    }
    tags = model->tag_count;
    t.has = pt_calloc(tags, t.stored.count);
    t.dev_has = pt_calloc(tags, t.dev.count);
    t.dev_skip = pt_calloc(tags, t.dev.count);
    if (!t.has || !t.dev_has || !t.dev_skip) {
        return 1;
    }
    mark(model, &t.stored, false, t.has);
    mark(model, &t.dev, false, t.dev_has);
    mark(model, &t.dev, true, t.dev_skip);
    if (count_dev(&t, tags)) {
        return 1;
    }
    for (size_t i = 0; i < tags; i++) {
        if (try_tag(&t, i)) {
            return 1;
        }
    }
    return 0;
}
