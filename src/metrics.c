/*
 * metrics - evaluation of tags against gold tags.
 *
 * Papers are collected as rows of p, gold, assigned and "leave out" over all tags met so far; a gold tag that the model
 * does not know becomes a tag with p 0 that is never assigned. The metrics are then computed over the whole.
 * Definitions are scikit-learn's (f1_score, average_precision_score, label_ranking_average_precision_score), with
 * zero_division=0.
 *
 * Memory: N x T cells of 16 bytes at most while rows grow, T being all tags met.
 */
#include "metrics.h"

#include <math.h>
#include <stdlib.h>

typedef struct cell {
    double p;
    bool gold, assigned, left_out;
} cell;

struct papertag_evaluation {
    pt_arena arena;
    const char **tags; /* the model's in slug order, then those met in gold, in order of meeting */
    size_t tag_count, tags_capacity, model_tags;
    cell *cells;    /* row by row; row i has widths[i] cells, the tags known when it was added */
    size_t *starts; /* of each row, and the end of the last */
    size_t count, capacity, cells_capacity;
    papertag_tag_metrics *per_tag;
};

/* ---- collecting ------------------------------------------------------------------------------------------------ */

static int add_tag(papertag_evaluation *e, const char *tag)
{
    char *copy;
    if (pt_reserve(&e->tags, &e->tags_capacity, e->tag_count + 1, sizeof *e->tags) ||
        !(copy = pt_arena_copy(&e->arena, tag, strlen(tag)))) {
        return PAPERTAG_NO_MEMORY;
    }
    e->tags[e->tag_count++] = copy;
    return PAPERTAG_OK;
}

int pt_evaluation_open(papertag_evaluation **out, const char *const *tags, size_t count, papertag_error *err)
{
    papertag_evaluation *e = pt_calloc(1, sizeof *e);

    if (!e) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < count; t++) {
        if (add_tag(e, tags[t])) {
            papertag_evaluation_close(e);
            return pt_no_memory(err);
        }
    }
    e->model_tags = count;
    *out = e;
    return PAPERTAG_OK;
}

int papertag_evaluation_open(papertag_evaluation **out, const papertag_model *model, papertag_error *err)
{
    const papertag_tag_info *infos;
    size_t count = papertag_model_tags(model, &infos);
    const char **tags = pt_alloc(count, sizeof *tags);
    int status;

    if (!tags) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < count; t++) {
        tags[t] = infos[t].tag;
    }
    status = pt_evaluation_open(out, tags, count, err);
    free(tags);
    return status;
}

void papertag_evaluation_close(papertag_evaluation *e)
{
    if (!e) {
        return;
    }
    pt_arena_free(&e->arena);
    free(e->tags);
    free(e->cells);
    free(e->starts);
    free(e->per_tag);
    free(e);
}

/* The number of a tag, or SIZE_MAX: by halving among the model's, then one by one among those that gold brought. */
static size_t find_tag(const papertag_evaluation *e, const char *tag)
{
    size_t low = 0, high = e->model_tags;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(e->tags[middle], tag);
        if (!order) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t t = e->model_tags; t < e->tag_count; t++) {
        if (!strcmp(e->tags[t], tag)) {
            return t;
        }
    }
    return SIZE_MAX;
}

int papertag_evaluation_add(papertag_evaluation *e, const papertag_paper *gold, const papertag_score *scores,
                            papertag_error *err)
{
    size_t start = e->count ? e->starts[e->count] : 0;
    cell *row;

    if (!gold->has_tags) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no tags field");
    }
    for (size_t i = 0; i < gold->tags.count; i++) {
        if (find_tag(e, gold->tags.items[i]) == SIZE_MAX && add_tag(e, gold->tags.items[i])) {
            return pt_no_memory(err);
        }
    }
    if (pt_reserve(&e->cells, &e->cells_capacity, start + e->tag_count, sizeof *e->cells) ||
        pt_reserve(&e->starts, &e->capacity, e->count + 2, sizeof *e->starts)) {
        return pt_no_memory(err);
    }
    row = e->cells + start;
    memset(row, 0, e->tag_count * sizeof *row);
    for (size_t t = 0; t < e->model_tags; t++) {
        row[scores[t].index].p = scores[t].p;
        row[scores[t].index].assigned = scores[t].assigned;
    }
    for (size_t i = 0; i < gold->tags.count; i++) {
        row[find_tag(e, gold->tags.items[i])].gold = true;
    }
    for (size_t i = 0; i < gold->maybe.count; i++) {
        size_t t = find_tag(e, gold->maybe.items[i]);
        if (t != SIZE_MAX) {
            row[t].left_out = true;
        }
    }
    e->starts[e->count] = start;
    e->starts[++e->count] = start + e->tag_count;
    return PAPERTAG_OK;
}

/* ---- counting -------------------------------------------------------------------------------------------------- */

static double f1_of(double tp, double fp, double fn)
{
    return tp > 0 ? 2 * tp / (2 * tp + fp + fn) : 0;
}

void pt_f1(const uint32_t *tp, const uint32_t *fp, const uint32_t *fn, size_t tags, double *micro, double *macro)
{
    double all[3] = {0}, sum = 0;
    size_t supported = 0;

    for (size_t t = 0; t < tags; t++) {
        all[0] += tp[t];
        all[1] += fp[t];
        all[2] += fn[t];
        if (tp[t] + fn[t]) {
            sum += f1_of(tp[t], fp[t], fn[t]);
            supported++;
        }
    }
    *micro = f1_of(all[0], all[1], all[2]);
    *macro = supported ? sum / (double)supported : 0;
}

/* What a metric looks at: rows of equal width, tags in slug order. */
struct table {
    const papertag_evaluation *e;
    size_t *order; /* slug order -> tag number */
    size_t tags;
};

static cell cell_at(const struct table *table, size_t paper, size_t column)
{
    const papertag_evaluation *e = table->e;
    size_t tag = table->order[column];
    return tag < e->starts[paper + 1] - e->starts[paper] ? e->cells[e->starts[paper] + tag] : (cell){0};
}

/* A pair that careful readers disagree on counts as not assigned; if it is gold, it stays to be found. This is what the
 * reference does that the figures of other tools were measured with. */
static bool assigned_at(const struct table *table, size_t paper, size_t column)
{
    cell c = cell_at(table, paper, column);
    return c.assigned && !c.left_out;
}

static int set_metrics(const struct table *table, papertag_metrics *m, papertag_tag_metrics *per_tag)
{
    uint32_t *counts = pt_calloc(table->tags, 3 * sizeof *counts);
    uint32_t *tp, *fp, *fn;
    double all_tp = 0, all_fp = 0, all_fn = 0, samples = 0;
    size_t labelled = 0;

    if (!counts) {
        return PAPERTAG_NO_MEMORY;
    }
    tp = counts;
    fp = tp + table->tags;
    fn = fp + table->tags;
    for (size_t i = 0; i < table->e->count; i++) {
        double hits = 0, false_hits = 0, missed = 0;
        for (size_t t = 0; t < table->tags; t++) {
            bool gold = cell_at(table, i, t).gold, assigned = assigned_at(table, i, t);
            tp[t] += gold && assigned;
            fp[t] += !gold && assigned;
            fn[t] += gold && !assigned;
            hits += gold && assigned;
            false_hits += !gold && assigned;
            missed += gold && !assigned;
        }
        if (hits + missed > 0) {
            samples += f1_of(hits, false_hits, missed);
            labelled++;
        }
        all_tp += hits;
        all_fp += false_hits;
        all_fn += missed;
    }
    pt_f1(tp, fp, fn, table->tags, &m->f1_micro, &m->f1_macro);
    m->precision_micro = all_tp > 0 ? all_tp / (all_tp + all_fp) : 0;
    m->recall_micro = all_tp > 0 ? all_tp / (all_tp + all_fn) : 0;
    m->f1_samples = labelled ? samples / (double)labelled : 0;
    for (size_t t = 0; t < table->tags; t++) {
        per_tag[t].tag = table->e->tags[table->order[t]];
        per_tag[t].support = tp[t] + fn[t];
        per_tag[t].precision = tp[t] ? tp[t] / ((double)tp[t] + fp[t]) : 0;
        per_tag[t].recall = tp[t] ? tp[t] / ((double)tp[t] + fn[t]) : 0;
        per_tag[t].f1 = f1_of(tp[t], fp[t], fn[t]);
    }
    free(counts);
    return PAPERTAG_OK;
}

/* ---- ranking --------------------------------------------------------------------------------------------------- */

typedef struct ranked {
    double p;
    bool gold, left_out;
    size_t place; /* where it stood before sorting: equals keep their order */
} ranked;

static int compare_ranked(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->p < y->p ? 1 : x->p > y->p ? -1 : (x->place > y->place) - (x->place < y->place);
}

/* Label ranking average precision of one sorted row: over its gold tags, the share of gold among the tags ranked at
 * least as high; equal p, equal rank. 1 for a row without gold tags or with gold tags only. */
static double row_lrap(const ranked *row, size_t count)
{
    double sum = 0;
    size_t gold = 0, above = 0;

    for (size_t i = 0; i < count;) {
        size_t j = i, here = 0;
        while (j < count && row[j].p == row[i].p) {
            here += row[j++].gold;
        }
        above += here;
        gold += here;
        sum += (double)here * (double)above / (double)j;
        i = j;
    }
    return gold && gold < count ? sum / (double)gold : 1;
}

static void ranking_metrics(const struct table *table, ranked *row, papertag_metrics *m)
{
    static const size_t depths[3] = {1, 3, 5};
    double p_at[3] = {0}, ndcg = 0, lrap = 0;
    size_t labelled = 0;

    for (size_t i = 0; i < table->e->count; i++) {
        size_t gold = 0, hits = 0;
        double gain = 0, ideal = 0;
        for (size_t t = 0; t < table->tags; t++) {
            cell c = cell_at(table, i, t);
            row[t] = (ranked){c.p, c.gold, c.left_out, t};
            gold += c.gold;
        }
        pt_sort(row, table->tags, sizeof *row, compare_ranked);
        lrap += row_lrap(row, table->tags);
        if (!gold) {
            continue;
        }
        labelled++;
        for (size_t k = 0, depth = 0; k < 5; k++) {
            bool there = k < table->tags;
            hits += there && (row[k].gold || row[k].left_out);
            gain += there && row[k].gold ? 1 / log2((double)k + 2) : 0;
            ideal += k < gold ? 1 / log2((double)k + 2) : 0;
            if (k + 1 == depths[depth]) {
                p_at[depth++] += (double)hits / (double)(k + 1);
            }
        }
        ndcg += gain / ideal;
    }
    m->p_at_1 = labelled ? p_at[0] / (double)labelled : 0;
    m->p_at_3 = labelled ? p_at[1] / (double)labelled : 0;
    m->p_at_5 = labelled ? p_at[2] / (double)labelled : 0;
    m->ndcg_at_5 = labelled ? ndcg / (double)labelled : 0;
    m->lrap = lrap / (double)table->e->count;
}

/* Area under a tag's precision-recall steps: the sum of precision x gain in recall, equal p taken together. */
static double average_precision(const struct table *table, size_t column, ranked *pairs)
{
    size_t count = table->e->count, positives = 0, hits = 0;
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        cell c = cell_at(table, i, column);
        pairs[i] = (ranked){c.p, c.gold, false, i};
        positives += c.gold;
    }
    pt_sort(pairs, count, sizeof *pairs, compare_ranked);
    for (size_t i = 0; i < count && positives;) {
        size_t j = i, here = 0;
        while (j < count && pairs[j].p == pairs[i].p) {
            here += pairs[j++].gold;
        }
        hits += here;
        sum += (double)here / (double)positives * (double)hits / (double)j;
        i = j;
    }
    return sum;
}

static double expected_calibration_error(const struct table *table)
{
    enum { BINS = 10 };
    double p[BINS] = {0}, gold[BINS] = {0}, error = 0;

    for (size_t i = 0; i < table->e->count; i++) {
        for (size_t t = 0; t < table->tags; t++) {
            cell c = cell_at(table, i, t);
            int bin = c.p >= 1 ? BINS - 1 : (int)(c.p * BINS);
            p[bin] += c.p;
            gold[bin] += c.gold;
        }
    }
    for (int bin = 0; bin < BINS; bin++) {
        error += fabs(p[bin] - gold[bin]);
    }
    return error / ((double)table->e->count * (double)table->tags);
}

/* ---- all together ---------------------------------------------------------------------------------------------- */

/* Slug order: the model's tags are in it already, so what gold brought is put in its places. */
static size_t *slug_order(const papertag_evaluation *e)
{
    size_t *order = pt_alloc(e->tag_count, sizeof *order);

    for (size_t t = 0; order && t < e->tag_count; t++) {
        size_t at = t;
        while (at && strcmp(e->tags[order[at - 1]], e->tags[t]) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = t;
    }
    return order;
}

int papertag_evaluation_metrics(papertag_evaluation *e, papertag_metrics *out, papertag_error *err)
{
    papertag_metrics m = {.papers = e->count, .tags = e->tag_count};
    papertag_tag_metrics *per_tag;
    struct table table = {.e = e, .tags = e->tag_count};
    ranked *scratch;
    int status = PAPERTAG_OK;

    if (!e->count) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no papers to measure on");
    }
    table.order = slug_order(e);
    per_tag = pt_calloc(e->tag_count, sizeof *per_tag);
    scratch = pt_alloc(e->count > e->tag_count ? e->count : e->tag_count, sizeof *scratch);
    if (!table.order || !per_tag || !scratch || set_metrics(&table, &m, per_tag)) {
        status = pt_no_memory(err);
        goto done;
    }
    ranking_metrics(&table, scratch, &m);
    for (size_t t = 0; t < table.tags; t++) {
        per_tag[t].average_precision = average_precision(&table, t, scratch);
    }
    m.ece = expected_calibration_error(&table);
    free(e->per_tag);
    e->per_tag = per_tag;
    per_tag = NULL;
    m.per_tag = e->per_tag;
    *out = m;
done:
    free(table.order);
    free(per_tag);
    free(scratch);
    return status;
}
