/*
 * metrics - assigned tags and rankings measured against gold tags.
 *
 * Definitions are scikit-learn's (f1_score, average_precision_score, label_ranking_average_precision_score), with
 * zero_division=0. Every metric is a sum over papers, each times a count, so that the same code measures all papers and
 * a resample of them (bootstrap.c).
 */
#include "metrics.h"

#include <math.h>
#include <stdlib.h>

#include "measure.h"

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

/* A pair on which careful readers disagree counts as not assigned; a gold tag still counts as missed then. The
 * reference that other tools are compared by does the same. */
static bool counts_as_assigned(pt_cell c)
{
    return c.assigned && !c.left_out;
}

/* ---- ranking --------------------------------------------------------------------------------------------------- */

struct ranked {
    double p;
    bool gold, left_out;
    size_t place; /* before sorting: ties keep their order */
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->p < y->p ? 1 : x->p > y->p ? -1 : (x->place > y->place) - (x->place < y->place);
}

/* Label ranking average precision of one sorted row: over its gold tags, the share of gold among the tags ranked at
 * least as high; equal p, equal rank. 1 for a row without gold tags or with gold tags only. */
static double row_lrap(const struct ranked *row, size_t count)
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

/* Sorts a row into `ranking`, highest p first. */
static void rank_row(const pt_cell *row, size_t tags, struct ranked *ranking)
{
    for (size_t t = 0; t < tags; t++) {
        ranking[t] = (struct ranked){row[t].p, row[t].gold, row[t].left_out, t};
    }
    pt_sort(ranking, tags, sizeof *ranking, compare_ranked);
}

static pt_tally tally(const pt_cell *row, size_t tags, struct ranked *ranking)
{
    static const size_t depths[3] = {1, 3, 5};
    pt_tally y = {0};
    double tp = 0, fp = 0, fn = 0, gain = 0, ideal = 0;
    size_t gold = 0, hits = 0;

    for (size_t t = 0; t < tags; t++) {
        bool assigned = counts_as_assigned(row[t]);
        const int bin = pt_bin_of(row[t].p);
        tp += row[t].gold && assigned;
        fp += !row[t].gold && assigned;
        fn += row[t].gold && !assigned;
        gold += row[t].gold;
        y.bin_p[bin] += row[t].p;
        y.bin_gold[bin] += row[t].gold;
    }
    y.labelled = gold > 0;
    y.f1 = f1_of(tp, fp, fn);
    rank_row(row, tags, ranking);
    y.lrap = row_lrap(ranking, tags);
    for (size_t k = 0, depth = 0; gold && k < 5; k++) {
        bool there = k < tags;
        hits += there && (ranking[k].gold || ranking[k].left_out);
        gain += there && ranking[k].gold ? 1 / log2((double)k + 2) : 0;
        ideal += k < gold ? 1 / log2((double)k + 2) : 0;
        if (k + 1 == depths[depth]) {
            y.p_at[depth++] = (double)hits / (double)(k + 1);
        }
    }
    y.ndcg = gold ? gain / ideal : 0;
    return y;
}

/* Area under a tag's precision-recall steps: the sum of precision x gain in recall, equal p taken together. */
static double average_precision(const pt_table *table, size_t tag, struct ranked *pairs)
{
    size_t positives = 0, hits = 0;
    double sum = 0;

    for (size_t i = 0; i < table->papers; i++) {
        pt_cell c = table->cells[i * table->tags + tag];
        pairs[i] = (struct ranked){c.p, c.gold, false, i};
        positives += c.gold;
    }
    pt_sort(pairs, table->papers, sizeof *pairs, compare_ranked);
    for (size_t i = 0; i < table->papers && positives;) {
        size_t j = i, here = 0;
        while (j < table->papers && pairs[j].p == pairs[i].p) {
            here += pairs[j++].gold;
        }
        hits += here;
        sum += (double)here / (double)positives * (double)hits / (double)j;
        i = j;
    }
    return sum;
}

/* ---- all together ---------------------------------------------------------------------------------------------- */

/* The tags in slug order. Insertion is fast here: all but the tags that gold added are in order already. */
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

int pt_table_open(pt_table *out, const papertag_evaluation *e, papertag_error *err)
{
    pt_table table = {.papers = e->count, .tags = e->tag_count};
    size_t *order = slug_order(e);
    struct ranked *ranking = pt_alloc(table.tags, sizeof *ranking);
    int status = PAPERTAG_OK;

    table.slugs = pt_alloc(table.tags, sizeof *table.slugs);
    table.cells = pt_calloc(table.papers, table.tags * sizeof *table.cells);
    table.tallies = pt_alloc(table.papers, sizeof *table.tallies);
    table.counts = pt_calloc(table.tags, 3 * sizeof *table.counts);
    if (!order || !ranking || !table.slugs || !table.cells || !table.tallies || !table.counts) {
        pt_no_memory(err);
        pt_table_close(&table);
        status = PAPERTAG_NO_MEMORY;
        goto done;
    }
    for (size_t t = 0; t < table.tags; t++) {
        table.slugs[t] = e->tags[order[t]];
        for (size_t i = 0; i < table.papers; i++) {
            if (order[t] < e->starts[i + 1] - e->starts[i]) {
                table.cells[i * table.tags + t] = e->cells[e->starts[i] + order[t]];
            }
        }
    }
    for (size_t i = 0; i < table.papers; i++) {
        table.tallies[i] = tally(table.cells + i * table.tags, table.tags, ranking);
    }
done:
    *out = table;
    free(order);
    free(ranking);
    return status;
}

void pt_table_close(pt_table *table)
{
    free(table->slugs);
    free(table->cells);
    free(table->tallies);
    free(table->counts);
    *table = (pt_table){0};
}

papertag_metrics pt_measure(pt_table *table, const uint32_t *times)
{
    papertag_metrics m = {.papers = table->papers, .tags = table->tags};
    uint32_t *tp = table->counts, *fp = tp + table->tags, *fn = fp + table->tags;
    double all_tp = 0, all_fp = 0, all_fn = 0, labelled = 0, papers = 0;
    double bin_p[PT_BINS] = {0}, bin_gold[PT_BINS] = {0};

    memset(table->counts, 0, 3 * table->tags * sizeof *table->counts);
    for (size_t i = 0; i < table->papers; i++) {
        const pt_cell *row = table->cells + i * table->tags;
        const pt_tally *y = &table->tallies[i];
        uint32_t n = times ? times[i] : 1;
        for (size_t t = 0; t < table->tags && n; t++) {
            bool gold = row[t].gold, assigned = counts_as_assigned(row[t]);
            tp[t] += n * (gold && assigned);
            fp[t] += n * (!gold && assigned);
            fn[t] += n * (gold && !assigned);
        }
        papers += n;
        labelled += y->labelled ? n : 0;
        m.f1_samples += y->labelled ? n * y->f1 : 0;
        m.p_at_1 += n * y->p_at[0];
        m.p_at_3 += n * y->p_at[1];
        m.p_at_5 += n * y->p_at[2];
        m.ndcg_at_5 += n * y->ndcg;
        m.lrap += n * y->lrap;
        for (int bin = 0; bin < PT_BINS; bin++) {
            bin_p[bin] += n * y->bin_p[bin];
            bin_gold[bin] += n * y->bin_gold[bin];
        }
    }
    for (size_t t = 0; t < table->tags; t++) {
        all_tp += tp[t];
        all_fp += fp[t];
        all_fn += fn[t];
    }
    pt_f1(tp, fp, fn, table->tags, &m.f1_micro, &m.f1_macro);
    m.precision_micro = all_tp > 0 ? all_tp / (all_tp + all_fp) : 0;
    m.recall_micro = all_tp > 0 ? all_tp / (all_tp + all_fn) : 0;
    labelled = labelled > 0 ? labelled : 1;
    m.f1_samples /= labelled;
    m.p_at_1 /= labelled;
    m.p_at_3 /= labelled;
    m.p_at_5 /= labelled;
    m.ndcg_at_5 /= labelled;
    m.lrap /= papers;
    for (int bin = 0; bin < PT_BINS; bin++) {
        m.ece += fabs(bin_p[bin] - bin_gold[bin]) / (papers * (double)table->tags);
    }
    return m;
}

int papertag_evaluation_metrics(papertag_evaluation *e, papertag_metrics *out, papertag_error *err)
{
    papertag_tag_metrics *per_tag;
    pt_table table;
    struct ranked *scratch;
    int status;

    if (!e->count) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no papers to measure on");
    }
    status = pt_table_open(&table, e, err);
    if (status) {
        return status;
    }
    per_tag = pt_calloc(table.tags, sizeof *per_tag);
    scratch = pt_alloc(table.papers, sizeof *scratch);
    if (!per_tag || !scratch) {
        free(per_tag);
        status = pt_no_memory(err);
        goto done;
    }
    *out = pt_measure(&table, NULL);
    for (size_t t = 0; t < table.tags; t++) {
        uint32_t tp = table.counts[t], fp = table.counts[table.tags + t], fn = table.counts[2 * table.tags + t];
        per_tag[t] = (papertag_tag_metrics){.tag = table.slugs[t],
                                            .support = tp + fn,
                                            .precision = tp ? tp / ((double)tp + fp) : 0,
                                            .recall = tp ? tp / ((double)tp + fn) : 0,
                                            .f1 = f1_of(tp, fp, fn),
                                            .average_precision = average_precision(&table, t, scratch)};
    }
    free(e->per_tag);
    e->per_tag = per_tag;
    out->per_tag = per_tag;
done:
    free(scratch);
    pt_table_close(&table);
    return status;
}
