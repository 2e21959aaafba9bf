/*
 * report - what metrics alone do not show: which tags are confused, whether p is calibrated, precision by recall, and
 * the metrics as other tools define them.
 *
 * Annif measures the tags that were suggested, here those assigned, and averages over all papers; a paper without gold
 * tags has an NDCG of 1. LibMultiLabel measures the whole ranking, always divides by k, averages over all papers, and
 * takes macro figures over all tags. Neither leaves out disputed pairs. Both definitions are from the sources
 * (annif/eval.py, libmultilabel/linear/metrics.py).
 */
#include <math.h>
#include <stdlib.h>

#include "metrics.h"

/* ---- other tools' metrics -------------------------------------------------------------------------------------- */

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* The tags of a row, highest p first, ties in slug order; all of them or only those assigned. Returns their number. */
static size_t rank_tags(const pt_cell *row, size_t tags, bool assigned_only, size_t *order)
{
    size_t count = 0;

    for (size_t t = 0; t < tags; t++) {
        size_t at = count;
        if (assigned_only && !row[t].assigned) {
            continue;
        }
        for (; at && row[order[at - 1]].p < row[t].p; at--) {
            order[at] = order[at - 1];
        }
        order[at] = t;
        count++;
    }
    return count;
}

static double ndcg(const pt_cell *row, const size_t *order, size_t count, size_t gold, size_t depth)
{
    double gain = 0, ideal = 0;

    for (size_t k = 0; k < depth && (k < count || k < gold); k++) {
        gain += k < count && row[order[k]].gold ? 1 / log2((double)k + 2) : 0;
        ideal += k < gold ? 1 / log2((double)k + 2) : 0;
    }
    return gold ? gain / ideal : 1;
}

/* Label ranking average precision over the suggested tags; equal p, equal rank. The others share the last rank. */
static double lrap(const pt_cell *row, const size_t *order, size_t count, size_t gold, size_t tags)
{
    double sum = 0;
    size_t found = 0;

    for (size_t k = 0, here, next; k < count; k = next) {
        for (next = k, here = 0; next < count && row[order[next]].p == row[order[k]].p; next++) {
            here += row[order[next]].gold;
        }
        found += here;
        sum += (double)here * (double)found / (double)next;
    }
    sum += (double)(gold - found) * (double)gold / (double)tags;
    return gold && gold < tags ? sum / (double)gold : 1;
}

static void measure_annif(const pt_table *table, size_t *order, papertag_annif *out)
{
    static const size_t depths[] = {1, 3, 5};
    double *const p_at[] = {&out->p_at_1, &out->p_at_3, &out->p_at_5};

    for (size_t i = 0; i < table->papers; i++) {
        const pt_cell *row = table->cells + i * table->tags;
        size_t count = rank_tags(row, table->tags, true, order), gold = 0, hits = 0;
        for (size_t t = 0; t < table->tags; t++) {
            gold += row[t].gold;
            hits += row[t].gold && row[t].assigned;
        }
        out->true_positives += hits;
        out->false_positives += count - hits;
        out->false_negatives += gold - hits;
        out->precision += ratio((double)hits, (double)count);
        out->recall += ratio((double)hits, (double)gold);
        out->f1 += ratio(2 * (double)hits, (double)(count + gold));
        out->ndcg += ndcg(row, order, count, gold, table->tags);
        out->ndcg_at_5 += ndcg(row, order, count, gold, 5);
        out->ndcg_at_10 += ndcg(row, order, count, gold, 10);
        out->lrap += lrap(row, order, count, gold, table->tags);
        for (int d = 0; d < 3; d++) {
            size_t top = count < depths[d] ? count : depths[d], right = 0;
            for (size_t k = 0; k < top; k++) {
                right += row[order[k]].gold;
            }
            *p_at[d] += ratio((double)right, (double)top);
        }
    }
    for (double *const *value =
             (double *const[]){&out->precision, &out->recall, &out->f1, &out->ndcg, &out->ndcg_at_5, &out->ndcg_at_10,
                               &out->p_at_1, &out->p_at_3, &out->p_at_5, &out->lrap, NULL};
         *value; value++) {
        **value /= (double)table->papers;
    }
}

static int measure_libmultilabel(const pt_table *table, size_t *order, papertag_libmultilabel *out, papertag_error *err)
{
    static const size_t depths[] = {1, 3, 5};
    double *const p_at[] = {&out->p_at_1, &out->p_at_3, &out->p_at_5}, precision = 0, recall = 0;
    uint32_t *counts = pt_calloc(table->tags, 3 * sizeof *counts), *tp = counts, *fp, *fn, all[3] = {0};

    if (!counts) {
        return pt_no_memory(err);
    }
    fp = tp + table->tags;
    fn = fp + table->tags;
    for (size_t i = 0; i < table->papers; i++) {
        const pt_cell *row = table->cells + i * table->tags;
        size_t gold = 0, count = rank_tags(row, table->tags, false, order);
        for (size_t t = 0; t < table->tags; t++) {
            gold += row[t].gold;
            tp[t] += row[t].gold && row[t].assigned;
            fp[t] += !row[t].gold && row[t].assigned;
            fn[t] += row[t].gold && !row[t].assigned;
        }
        for (int d = 0; d < 3; d++) {
            double right = 0;
            for (size_t k = 0; k < depths[d] && k < count; k++) {
                right += row[order[k]].gold;
            }
            *p_at[d] += right / (double)depths[d];
            out->rp_at_5 += d == 2 ? ratio(right, (double)(gold < 5 ? gold : 5)) : 0;
        }
    }
    for (size_t t = 0; t < table->tags; t++) {
        out->macro_f1 += ratio(2.0 * tp[t], 2.0 * tp[t] + fp[t] + fn[t]) / (double)table->tags;
        precision += ratio(tp[t], (double)tp[t] + fp[t]) / (double)table->tags;
        recall += ratio(tp[t], (double)tp[t] + fn[t]) / (double)table->tags;
        all[0] += tp[t];
        all[1] += fp[t];
        all[2] += fn[t];
    }
    out->micro_f1 = ratio(2.0 * all[0], 2.0 * all[0] + all[1] + all[2]);
    out->another_macro_f1 = ratio(2 * precision * recall, precision + recall);
    out->p_at_1 /= (double)table->papers;
    out->p_at_3 /= (double)table->papers;
    out->p_at_5 /= (double)table->papers;
    out->rp_at_5 /= (double)table->papers;
    free(counts);
    return PAPERTAG_OK;
}

/* ---- confused tags --------------------------------------------------------------------------------------------- */

/* Counts papers in which one tag was missed and another wrongly assigned; the most frequent pairs go to *out. */
static int count_confusions(const pt_table *table, papertag_report *out, papertag_error *err)
{
    size_t tags = table->tags;
    uint32_t *seen = pt_calloc(tags, tags * sizeof *seen);

    if (!seen) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < table->papers; i++) {
        const pt_cell *row = table->cells + i * tags;
        for (size_t g = 0; g < tags; g++) {
            for (size_t a = 0; row[g].gold && !row[g].assigned && !row[g].left_out && a < tags; a++) {
                seen[g * tags + a] += row[a].assigned && !row[a].gold && !row[a].left_out;
            }
        }
    }
    for (size_t pair = 0; pair < tags * tags; pair++) {
        size_t at = out->confusion_count;
        if (!seen[pair]) {
            continue;
        }
        for (; at && out->confusions[at - 1].papers < seen[pair]; at--) {
            if (at < PAPERTAG_CONFUSIONS) {
                out->confusions[at] = out->confusions[at - 1];
            }
        }
        if (at < PAPERTAG_CONFUSIONS) {
            out->confusions[at] =
                (papertag_confusion){table->slugs[pair / tags], table->slugs[pair % tags], seen[pair]};
            out->confusion_count += out->confusion_count < PAPERTAG_CONFUSIONS;
        }
    }
    free(seen);
    return PAPERTAG_OK;
}

/* ---- calibration ----------------------------------------------------------------------------------------------- */

static void fill_bins(const pt_table *table, papertag_bin bins[PT_BINS])
{
    for (size_t i = 0; i < table->papers * table->tags; i++) {
        const pt_cell *c = &table->cells[i];
        papertag_bin *bin = &bins[pt_bin_of(c->p)];
        bin->pairs++;
        bin->p += c->p;
        bin->gold += c->gold;
    }
    for (int b = 0; b < PT_BINS; b++) {
        bins[b].p = ratio(bins[b].p, (double)bins[b].pairs);
        bins[b].gold = ratio(bins[b].gold, (double)bins[b].pairs);
    }
}

int papertag_evaluation_report(const papertag_evaluation *e, papertag_report *out, papertag_error *err)
{
    papertag_report report = {0};
    pt_table table;
    size_t *order;
    int status;

    if (!e->count) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no papers to measure on");
    }
    status = pt_table_open(&table, e, err);
    if (status) {
        return status;
    }
    order = pt_alloc(table.tags, sizeof *order);
    status = order ? count_confusions(&table, &report, err) : pt_no_memory(err);
    status = status ? status : measure_libmultilabel(&table, order, &report.libmultilabel, err);
    if (!status) {
        measure_annif(&table, order, &report.annif);
        fill_bins(&table, report.bins);
        *out = report;
    }
    free(order);
    pt_table_close(&table);
    return status;
}

/* ---- precision by recall --------------------------------------------------------------------------------------- */

struct scored {
    double p;
    bool gold;
};

static int compare_scored(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    return x->p < y->p ? 1 : x->p > y->p ? -1 : 0;
}

int papertag_evaluation_curve(const papertag_evaluation *e, const char *tag, double precision[PAPERTAG_CURVE_POINTS],
                              papertag_error *err)
{
    pt_table table;
    struct scored *pairs;
    size_t count = 0, positives = 0, hits = 0;
    int status = pt_table_open(&table, e, err);

    if (status) {
        return status;
    }
    pairs = pt_alloc(table.papers, table.tags * sizeof *pairs);
    if (!pairs) {
        pt_table_close(&table);
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < table.tags; t++) {
        for (size_t i = 0; i < table.papers && (!tag || !strcmp(table.slugs[t], tag)); i++) {
            pt_cell c = table.cells[i * table.tags + t];
            pairs[count++] = (struct scored){c.p, c.gold};
            positives += c.gold;
        }
    }
    pt_sort(pairs, count, sizeof *pairs, compare_scored);
    memset(precision, 0, PAPERTAG_CURVE_POINTS * sizeof *precision);
    for (size_t i = 0; i < count && positives; i++) {
        hits += pairs[i].gold;
        if (i + 1 == count || pairs[i + 1].p < pairs[i].p) {
            size_t point = hits * (PAPERTAG_CURVE_POINTS - 1) / positives;
            precision[point] = fmax(precision[point], (double)hits / (double)(i + 1));
        }
    }
    for (size_t k = PAPERTAG_CURVE_POINTS - 1; k; k--) {
        precision[k - 1] = fmax(precision[k - 1], precision[k]);
    }
    free(pairs);
    pt_table_close(&table);
    return PAPERTAG_OK;
}
