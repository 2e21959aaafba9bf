/*
 * Measures the predictions that tests/reference/metrics.py generates, and prints `name value` lines.
 *
 * Standard input: the model's tags on one line. Then three lines for each paper: gold tags, maybe tags, and
 * `p:assigned` for each of the model's tags. Items are separated by spaces.
 */
#include <stdlib.h>

#include "measure/metrics.h"

enum { WORDS = 256 };

static size_t split(char *line, const char **words)
{
    size_t count = 0;
    for (char *word = strtok(line, " \n"); word && count < WORDS; word = strtok(NULL, " \n")) {
        words[count++] = word;
    }
    return count;
}

int main(void)
{
    char *lines[4] = {0};
    size_t capacities[4] = {0}, tags;
    const char *names[WORDS], *gold[WORDS], *maybe[WORDS], *values[WORDS];
    papertag_evaluation *evaluation;
    papertag_metrics m;
    papertag_report report;
    papertag_error err;

    if (getline(&lines[0], &capacities[0], stdin) < 0) {
        return 1;
    }
    tags = split(lines[0], names);
    if (pt_evaluation_open(&evaluation, names, tags, &err)) {
        return 1;
    }
    while (getline(&lines[1], &capacities[1], stdin) > 0 && getline(&lines[2], &capacities[2], stdin) > 0 &&
           getline(&lines[3], &capacities[3], stdin) > 0) {
        papertag_score scores[WORDS];
        papertag_paper paper = {.has_tags = true};
        paper.tags = (papertag_strings){gold, split(lines[1], gold)};
        paper.maybe = (papertag_strings){maybe, split(lines[2], maybe)};
        if (split(lines[3], values) != tags) {
            return 1;
        }
        for (size_t t = 0; t < tags; t++) {
            const char *colon = strchr(values[t], ':');
            scores[t] = (papertag_score){.index = t, .p = atof(values[t]), .assigned = colon[1] == '1'};
        }
        if (papertag_evaluation_add(evaluation, &paper, scores, &err)) {
            return 1;
        }
    }
    if (papertag_evaluation_metrics(evaluation, &m, &err)) {
        return 1;
    }
    printf("f1_micro %.12g\nf1_macro %.12g\nf1_samples %.12g\nprecision_micro %.12g\nrecall_micro %.12g\n", m.f1_micro,
           m.f1_macro, m.f1_samples, m.precision_micro, m.recall_micro);
    printf("p_at_1 %.12g\np_at_3 %.12g\np_at_5 %.12g\nndcg_at_5 %.12g\nlrap %.12g\nece %.12g\n", m.p_at_1, m.p_at_3,
           m.p_at_5, m.ndcg_at_5, m.lrap, m.ece);
    if (papertag_evaluation_report(evaluation, &report, &err)) {
        return 1;
    }
    printf("annif/precision %.12g\nannif/recall %.12g\nannif/f1 %.12g\nannif/ndcg %.12g\nannif/ndcg_at_5 %.12g\n"
           "annif/ndcg_at_10 %.12g\nannif/p_at_1 %.12g\nannif/p_at_3 %.12g\nannif/p_at_5 %.12g\nannif/lrap %.12g\n"
           "annif/tp %zu\nannif/fp %zu\nannif/fn %zu\n",
           report.annif.precision, report.annif.recall, report.annif.f1, report.annif.ndcg, report.annif.ndcg_at_5,
           report.annif.ndcg_at_10, report.annif.p_at_1, report.annif.p_at_3, report.annif.p_at_5, report.annif.lrap,
           report.annif.true_positives, report.annif.false_positives, report.annif.false_negatives);
    printf("lml/micro_f1 %.12g\nlml/macro_f1 %.12g\nlml/another_macro_f1 %.12g\nlml/p_at_1 %.12g\nlml/p_at_3 %.12g\n"
           "lml/p_at_5 %.12g\nlml/rp_at_5 %.12g\n",
           report.libmultilabel.micro_f1, report.libmultilabel.macro_f1, report.libmultilabel.another_macro_f1,
           report.libmultilabel.p_at_1, report.libmultilabel.p_at_3, report.libmultilabel.p_at_5,
           report.libmultilabel.rp_at_5);
    for (size_t t = 0; t < m.tags; t++) {
        const papertag_tag_metrics *tag = &m.per_tag[t];
        printf("%s/support %zu\n%s/precision %.12g\n%s/recall %.12g\n%s/f1 %.12g\n%s/average_precision %.12g\n",
               tag->tag, tag->support, tag->tag, tag->precision, tag->tag, tag->recall, tag->tag, tag->f1, tag->tag,
               tag->average_precision);
    }
    papertag_evaluation_close(evaluation);
    for (int i = 0; i < 4; i++) {
        free(lines[i]);
    }
    return 0;
}
