/*
 * bootstrap - how much a metric would change with other papers of the same kind.
 *
 * N papers are drawn from the N with replacement, and measured again, many times. The middle 95 % of the values are the
 * interval (Efron, "Bootstrap methods: another look at the jackknife", 1979; percentiles). Two models are compared on
 * the same draws, so papers that are hard for both cancel out. The p-value is twice the smaller share of draws on
 * either side of no difference (as Berg-Kirkpatrick, Burkett and Klein, "An empirical investigation of statistical
 * significance in NLP", 2012, who use the one-sided share).
 */
#include <stdlib.h>

#include "metrics.h"

/* Every metric of papertag_metrics that has an interval. */
static const size_t fields[] = {
    offsetof(papertag_metrics, f1_micro),     offsetof(papertag_metrics, f1_macro),
    offsetof(papertag_metrics, f1_samples),   offsetof(papertag_metrics, precision_micro),
    offsetof(papertag_metrics, recall_micro), offsetof(papertag_metrics, p_at_1),
    offsetof(papertag_metrics, p_at_3),       offsetof(papertag_metrics, p_at_5),
    offsetof(papertag_metrics, ndcg_at_5),    offsetof(papertag_metrics, lrap),
    offsetof(papertag_metrics, ece),
};
enum { FIELDS = sizeof fields / sizeof *fields };

static double field_of(const papertag_metrics *m, int field)
{
    double value;
    memcpy(&value, (const char *)m + fields[field], sizeof value);
    return value;
}

static void set_field(papertag_metrics *m, int field, double value)
{
    memcpy((char *)m + fields[field], &value, sizeof value);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The 2.5th and 97.5th percentile of each field, and its p-value unless p_value is NULL. draws: FIELDS x resamples;
 * each row is sorted here. */
static void summarise(double *draws, unsigned resamples, papertag_metrics *low, papertag_metrics *high,
                      papertag_metrics *p_value)
{
    for (int f = 0; f < FIELDS; f++) {
        double *values = draws + (size_t)f * resamples;
        size_t below = 0, above = 0, edge = resamples / 40;
        pt_sort(values, resamples, sizeof *values, compare_doubles);
        for (unsigned r = 0; r < resamples; r++) {
            below += values[r] <= 0;
            above += values[r] >= 0;
        }
        set_field(low, f, values[edge]);
        set_field(high, f, values[resamples - 1 - edge]);
        if (p_value) {
            double share = 2 * (double)((below < above ? below : above) + 1) / (resamples + 1.0);
            set_field(p_value, f, share < 1 ? share : 1);
        }
    }
}

/* Measures table a, or with b the difference b - a, on the same draws of papers. */
static int resample(pt_table *a, pt_table *b, unsigned resamples, uint64_t seed, papertag_metrics *low,
                    papertag_metrics *high, papertag_metrics *p_value, papertag_error *err)
{
    double *draws = pt_alloc(resamples, FIELDS * sizeof *draws);
    uint32_t *times = pt_alloc(a->papers, sizeof *times);

    if (!draws || !times) {
        free(draws);
        free(times);
        return pt_no_memory(err);
    }
    for (unsigned r = 0; r < resamples; r++) {
        papertag_metrics first, second;
        memset(times, 0, a->papers * sizeof *times);
        for (size_t i = 0; i < a->papers; i++) {
            times[pt_random(&seed) % a->papers]++;
        }
        first = pt_measure(a, times);
        second = b ? pt_measure(b, times) : (papertag_metrics){0};
        for (int f = 0; f < FIELDS; f++) {
            draws[(size_t)f * resamples + r] = b ? field_of(&second, f) - field_of(&first, f) : field_of(&first, f);
        }
    }
    summarise(draws, resamples, low, high, p_value);
    free(draws);
    free(times);
    return PAPERTAG_OK;
}

static int check_arguments(const papertag_evaluation *e, unsigned resamples, papertag_error *err)
{
    if (!e->count) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no papers to measure on");
    }
    if (resamples < 100 || resamples > 1000000) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "the number of resamples must be 100 to 1000000");
    }
    return PAPERTAG_OK;
}

int papertag_evaluation_interval(const papertag_evaluation *e, unsigned resamples, uint64_t seed, papertag_metrics *low,
                                 papertag_metrics *high, papertag_error *err)
{
    pt_table table;
    int status = check_arguments(e, resamples, err);

    status = status ? status : pt_table_open(&table, e, err);
    if (!status) {
        *low = *high = (papertag_metrics){.papers = e->count, .tags = e->tag_count};
        status = resample(&table, NULL, resamples, seed, low, high, NULL, err);
        pt_table_close(&table);
    }
    return status;
}

int papertag_evaluation_compare(const papertag_evaluation *first, const papertag_evaluation *second, unsigned resamples,
                                uint64_t seed, papertag_metrics *low, papertag_metrics *high, papertag_metrics *p_value,
                                papertag_error *err)
{
    pt_table a, b;
    int status = check_arguments(first, resamples, err);

    if (!status && first->count != second->count) {
        status = pt_fail(err, PAPERTAG_BAD_ARGUMENT,
                         "the evaluations have %zu and %zu papers; only the same papers can be compared", first->count,
                         second->count);
    }
    status = status ? status : pt_table_open(&a, first, err);
    if (status) {
        return status;
    }
    status = pt_table_open(&b, second, err);
    if (!status) {
        *low = *high = *p_value = (papertag_metrics){.papers = first->count, .tags = first->tag_count};
        status = resample(&a, &b, resamples, seed, low, high, p_value, err);
        pt_table_close(&b);
    }
    pt_table_close(&a);
    return status;
}
