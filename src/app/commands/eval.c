/*
 * papertag eval - measures a model on labelled papers.
 */
#include <stdlib.h>
#include <string.h>

#include "../app.h"
#include "../metrics.h"
#include "../report.h"

enum { RESAMPLES = 1000, SEED = 1, CONFUSIONS_SHOWN = 10, DIGITS = 9 };

/* How well a model does on the papers. */
struct measured {
    papertag_metrics m, low, high; /* values, and the ends of their 95 % intervals */
    papertag_report report;
};

static void write_other_tools(text *out, const papertag_report *r)
{
    const papertag_annif *a = &r->annif;
    const papertag_libmultilabel *l = &r->libmultilabel;

    json_open(out, "annif", '{');
    json_count(out, "True positives", a->true_positives);
    json_count(out, "False positives", a->false_positives);
    json_count(out, "False negatives", a->false_negatives);
    json_number(out, "Precision (doc avg)", a->precision, DIGITS);
    json_number(out, "Recall (doc avg)", a->recall, DIGITS);
    json_number(out, "F1 score (doc avg)", a->f1, DIGITS);
    json_number(out, "NDCG", a->ndcg, DIGITS);
    json_number(out, "NDCG@5", a->ndcg_at_5, DIGITS);
    json_number(out, "NDCG@10", a->ndcg_at_10, DIGITS);
    json_number(out, "Precision@1", a->p_at_1, DIGITS);
    json_number(out, "Precision@3", a->p_at_3, DIGITS);
    json_number(out, "Precision@5", a->p_at_5, DIGITS);
    json_number(out, "LRAP", a->lrap, DIGITS);
    json_close(out, '}');
    json_open(out, "libmultilabel", '{');
    json_number(out, "Micro-F1", l->micro_f1, DIGITS);
    json_number(out, "Macro-F1", l->macro_f1, DIGITS);
    json_number(out, "Another-Macro-F1", l->another_macro_f1, DIGITS);
    json_number(out, "P@1", l->p_at_1, DIGITS);
    json_number(out, "P@3", l->p_at_3, DIGITS);
    json_number(out, "P@5", l->p_at_5, DIGITS);
    json_number(out, "RP@5", l->rp_at_5, DIGITS);
    json_close(out, '}');
}

static void write_json(text *out, const struct measured *x)
{
    const papertag_metrics *m = &x->m;

    json_open(out, NULL, '{');
    json_count(out, "papers", m->papers);
    json_count(out, "tags", m->tags);
    for (int i = 0; i < METRICS; i++) {
        json_number(out, metrics[i].key, metric_value(m, i), DIGITS);
    }
    json_open(out, "interval", '{');
    for (int i = 0; i < METRICS; i++) {
        json_open(out, metrics[i].key, '[');
        json_number(out, NULL, metric_value(&x->low, i), DIGITS);
        json_number(out, NULL, metric_value(&x->high, i), DIGITS);
        json_close(out, ']');
    }
    json_close(out, '}');
    json_open(out, "per_tag", '[');
    for (size_t t = 0; t < m->tags; t++) {
        const papertag_tag_metrics *tag = &m->per_tag[t];
        json_open(out, NULL, '{');
        json_string(out, "tag", tag->tag);
        json_count(out, "support", tag->support);
        json_number(out, "precision", tag->precision, DIGITS);
        json_number(out, "recall", tag->recall, DIGITS);
        json_number(out, "f1", tag->f1, DIGITS);
        json_number(out, "average_precision", tag->average_precision, DIGITS);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_open(out, "confusions", '[');
    for (size_t i = 0; i < x->report.confusion_count; i++) {
        const papertag_confusion *c = &x->report.confusions[i];
        json_open(out, NULL, '{');
        json_string(out, "missed", c->gold);
        json_string(out, "assigned", c->assigned);
        json_count(out, "papers", c->papers);
        json_close(out, '}');
    }
    json_close(out, ']');
    write_other_tools(out, &x->report);
    json_close(out, '}');
    json_line_end(out);
}

static int by_support(const void *a, const void *b)
{
    const papertag_tag_metrics *x = a, *y = b;
    return x->support < y->support ? 1 : x->support > y->support ? -1 : strcmp(x->tag, y->tag);
}

static bool write_text(text *out, const style *s, const struct measured *x)
{
    const papertag_metrics *m = &x->m;
    papertag_tag_metrics *sorted = calloc(m->tags + 1, sizeof *sorted);

    if (!sorted) {
        return false;
    }
    memcpy(sorted, m->per_tag, m->tags * sizeof *sorted);
    qsort(sorted, m->tags, sizeof *sorted, by_support);
    text_format(out, "%zu paper%s, %zu tag%s\n\n  %s%-32s         95 %% interval%s\n", m->papers, plural(m->papers),
                m->tags, plural(m->tags), s->dim, "", s->plain);
    for (int i = 0; i < METRICS; i++) {
        text_format(out, "  %-32s %s%.4f%s  %s%.4f %.4f%s\n", metrics[i].words, i < 2 ? s->bold : "",
                    metric_value(m, i), s->plain, s->dim, metric_value(&x->low, i), metric_value(&x->high, i),
                    s->plain);
    }
    text_format(out, "\n  %s%-32s %7s %9s %7s %7s %7s%s\n", s->bold, "tag", "papers", "precision", "recall", "F1", "AP",
                s->plain);
    for (size_t t = 0; t < m->tags; t++) {
        const papertag_tag_metrics *tag = &sorted[t];
        text_format(out, "  %-32s %7zu %9.3f %7.3f %7.3f %7.3f\n", tag->tag, tag->support, tag->precision, tag->recall,
                    tag->f1, tag->average_precision);
    }
    free(sorted);
    if (x->report.confusion_count) {
        text_format(out, "\n  %s%-32s %-32s %s%s\n", s->bold, "missed", "assigned instead", "papers", s->plain);
    }
    for (size_t i = 0; i < x->report.confusion_count && i < CONFUSIONS_SHOWN; i++) {
        const papertag_confusion *c = &x->report.confusions[i];
        text_format(out, "  %-32s %-32s %6zu\n", c->gold, c->assigned, c->papers);
    }
    return true;
}

/* ---- two models ------------------------------------------------------------------------------------------------ */

/* Second minus first, by the paired bootstrap. */
struct difference {
    papertag_metrics low, high, p_value;
};

static void write_comparison(text *out, const style *s, const struct measured *first, const struct measured *second,
                             const struct difference *d)
{
    text_format(out, "%zu paper%s\n\n  %s%-32s  first second difference   95 %% interval        p%s\n", first->m.papers,
                plural(first->m.papers), s->bold, "", s->plain);
    for (int i = 0; i < METRICS; i++) {
        bool clear = metric_value(&d->p_value, i) < 0.05;
        text_format(out, "  %-32s %.4f %.4f    %s%+.4f%s  %s%+.4f %+.4f   %.4f%s\n", metrics[i].words,
                    metric_value(&first->m, i), metric_value(&second->m, i), clear ? s->bold : "",
                    metric_value(&second->m, i) - metric_value(&first->m, i), s->plain, s->dim,
                    metric_value(&d->low, i), metric_value(&d->high, i), metric_value(&d->p_value, i), s->plain);
    }
}

static void write_comparison_json(text *out, const struct measured *first, const struct measured *second,
                                  const struct difference *d)
{
    json_open(out, NULL, '{');
    json_count(out, "papers", first->m.papers);
    json_count(out, "resamples", RESAMPLES);
    for (int i = 0; i < METRICS; i++) {
        json_open(out, metrics[i].key, '{');
        json_number(out, "first", metric_value(&first->m, i), DIGITS);
        json_number(out, "second", metric_value(&second->m, i), DIGITS);
        json_number(out, "difference", metric_value(&second->m, i) - metric_value(&first->m, i), DIGITS);
        json_number(out, "low", metric_value(&d->low, i), DIGITS);
        json_number(out, "high", metric_value(&d->high, i), DIGITS);
        json_number(out, "p", metric_value(&d->p_value, i), DIGITS);
        json_close(out, '}');
    }
    json_close(out, '}');
    json_line_end(out);
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

/* A model to measure. */
struct contestant {
    papertag_model *model;
    papertag_tagger *tagger;
    papertag_evaluation *evaluation;
    struct measured measured;
};

static void contestant_close(struct contestant *c)
{
    papertag_evaluation_close(c->evaluation);
    papertag_tagger_close(c->tagger);
    papertag_model_close(c->model);
}

/* Gets a contestant whose model is open ready to tag. EXIT_DONE, EXIT_USAGE or EXIT_FAILED. */
static int contestant_ready(struct contestant *c, const args *a)
{
    papertag_error err;
    double precision = 0;
    int code = precision_of(a, c->model, &precision);

    if (!code && (papertag_tagger_open(&c->tagger, c->model, &err) ||
                  papertag_evaluation_open(&c->evaluation, c->model, &err))) {
        code = failed(&err);
    }
    if (!code && precision > 0 && papertag_tagger_demand(c->tagger, precision, &err)) {
        code = failed(&err);
    }
    return code;
}

static int contestant_add(struct contestant *c, const papertag_paper *paper, papertag_error *err)
{
    const papertag_score *scores;
    int status = papertag_tag(c->tagger, paper->title, paper->abstract, &scores, err);
    return status ? status : papertag_evaluation_add(c->evaluation, paper, scores, err);
}

static int contestant_measure(struct contestant *c)
{
    struct measured *x = &c->measured;
    papertag_error err;

    return papertag_evaluation_metrics(c->evaluation, &x->m, &err) ||
                   papertag_evaluation_interval(c->evaluation, RESAMPLES, SEED, &x->low, &x->high, &err) ||
                   papertag_evaluation_report(c->evaluation, &x->report, &err)
               ? failed(&err)
               : EXIT_DONE;
}

/* Gives every paper to every contestant. */
static int add_papers(input *in, struct contestant *contestants, size_t count)
{
    const papertag_paper *paper;
    papertag_error err;

    while ((paper = input_next(in)) != NULL) {
        for (size_t c = 0; c < count; c++) {
            int status = contestant_add(&contestants[c], paper, &err);
            if (status == PAPERTAG_BAD_INPUT) {
                input_reject(in, paper, &err);
                break; /* the others would refuse it too */
            }
            if (status) {
                return failed(&err);
            }
        }
    }
    return EXIT_DONE;
}

static int report(const args *a, struct contestant *c, bool two)
{
    style s = style_of_stdout();
    struct difference d;
    papertag_error err;
    text out = {0};
    int code = contestant_measure(&c[0]);

    code = code || !two ? code : contestant_measure(&c[1]);
    if (!code && two &&
        papertag_evaluation_compare(c[0].evaluation, c[1].evaluation, RESAMPLES, SEED, &d.low, &d.high, &d.p_value,
                                    &err)) {
        code = failed(&err);
    }
    if (!code && args_have(a, "html")) {
        code = write_report_page(args_text(a, "html", NULL), c[0].evaluation, &c[0].measured.m, &c[0].measured.low,
                                 &c[0].measured.high, &c[0].measured.report);
    }
    if (!code) {
        if (two && args_have(a, "json")) {
            write_comparison_json(&out, &c[0].measured, &c[1].measured, &d);
        } else if (two) {
            write_comparison(&out, &s, &c[0].measured, &c[1].measured, &d);
        } else if (args_have(a, "json")) {
            write_json(&out, &c[0].measured);
        } else if (!write_text(&out, &s, &c[0].measured)) {
            out.failed = true;
        }
    }
    return text_end(&out, code);
}

static int run(const args *a)
{
    const char *other = args_text(a, "compare", NULL);
    struct contestant c[2] = {{0}};
    papertag_error err;
    input in;
    int code, end;

    if (args_have(a, "store")) {
        return eval_store(a);
    }
    code = check_output(args_text(a, "html", NULL));
    code = code ? code : input_open(&in, a);
    if (code) {
        return code;
    }
    in.tags_field = args_text(a, "tags-field", NULL);
    code = open_model(a, NULL, &c[0].model);
    if (!code && other && papertag_model_open(&c[1].model, other, &err)) {
        code = failed(&err);
    }
    code = code ? code : contestant_ready(&c[0], a);
    code = code || !other ? code : contestant_ready(&c[1], a);
    code = code ? code : add_papers(&in, c, other ? 2 : 1);
    if (!code && in.papers) {
        code = report(a, c, other != NULL);
    }
    end = input_close(&in);
    contestant_close(&c[0]);
    contestant_close(&c[1]);
    return code ? code : end;
}

static const option options[] = {
    {"tags-field", 0, "F", "the field that holds the tags (default: tags)"},
    {"compare", 0, "MODEL2", "also measure this model on the same papers, and the difference"},
    {"html", 0, "FILE", "also write the report as a page with plots"},
    {"store", 0, NULL, "estimate from your answers to `review --order random`; takes no FILE"},
    OPTION_PRECISION,
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTIONS_INPUT,
    OPTION_END};

const command command_eval = {
    .name = "eval",
    .operands = "[FILE|-]...",
    .summary = "measure a model on labelled papers",
    .run = run,
    .options = options,
    .details =
        "Definitions are scikit-learn's. A `maybe` list in a paper names tags on which careful readers disagree: these "
        "pairs are left out of the F1s. Intervals and p-values come from the bootstrap over papers. --json also gives "
        "the figures under the names and definitions of Annif and LibMultiLabel.\n"
        "With --store, the precision and recall of each tag are estimated from your answers to `review --order "
        "random`, with 95 % intervals. Three groups are estimated separately and weighted by their size: papers with "
        "the tag, papers without it on which the model has an opinion, and the rest. An answer that the model has "
        "learnt from is compared with what the model would have decided without it. A line for each month follows: "
        "how many tags the model assigned, and how many of them were right.\n"
        "With --store --json: {\"tag\", \"papers\", \"audited\", \"assigned\", \"right\", \"missed\", "
        "\"precision\", \"precision_low\", \"precision_high\", \"recall\", ...}, {\"month\", \"papers\", "
        "\"tagged\", \"tags\", \"p\", \"audited\", \"right\", \"precision\", ...}, and last {\"papers\", "
        "\"precision\", ..., \"recall\", ...} over all tags.\n",
    .examples = "papertag eval test.jsonl\tmeasure the model in use\n"
                "papertag eval --html report.html test.jsonl\talso write a page with plots\n"
                "papertag eval --model old.papertag --compare new.papertag test.jsonl\tcompare two models\n"
                "papertag eval --store\testimate from your audit of the store\n",
};
