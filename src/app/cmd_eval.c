/*
 * papertag eval - measures a model on labelled papers.
 */
#include <stdlib.h>
#include <string.h>

#include "app.h"

static const struct {
    const char *key, *words;
    size_t offset; /* in papertag_metrics */
} rows[] = {
#define ROW(field, words)                                                                                              \
    {                                                                                                                  \
#field, words, offsetof(papertag_metrics, field)                                                               \
    }
    ROW(f1_micro, "micro-F1"),
    ROW(f1_macro, "macro-F1 (tags with support)"),
    ROW(f1_samples, "mean F1 of a paper"),
    ROW(precision_micro, "micro precision"),
    ROW(recall_micro, "micro recall"),
    ROW(p_at_1, "precision at 1"),
    ROW(p_at_3, "precision at 3"),
    ROW(p_at_5, "precision at 5"),
    ROW(ndcg_at_5, "NDCG at 5"),
    ROW(lrap, "label ranking average precision"),
    ROW(ece, "expected calibration error"),
#undef ROW
};
enum { ROWS = sizeof rows / sizeof *rows };

static double metric(const papertag_metrics *m, int row)
{
    double value;
    memcpy(&value, (const char *)m + rows[row].offset, sizeof value);
    return value;
}

static void write_json(text *out, const papertag_metrics *m)
{
    text_format(out, "{\"papers\":%zu,\"tags\":%zu", m->papers, m->tags);
    for (int i = 0; i < ROWS; i++) {
        text_format(out, ",\"%s\":", rows[i].key);
        text_json_number(out, metric(m, i), 9);
    }
    text_put(out, ",\"per_tag\":[");
    for (size_t t = 0; t < m->tags; t++) {
        const papertag_tag_metrics *tag = &m->per_tag[t];
        text_put(out, t ? ",{\"tag\":" : "{\"tag\":");
        text_json_string(out, tag->tag);
        text_format(out, ",\"support\":%zu,\"precision\":%.9g,\"recall\":%.9g,\"f1\":%.9g,\"average_precision\":%.9g}",
                    tag->support, tag->precision, tag->recall, tag->f1, tag->average_precision);
    }
    text_put(out, "]}\n");
}

static int by_support(const void *a, const void *b)
{
    const papertag_tag_metrics *x = a, *y = b;
    return x->support < y->support ? 1 : x->support > y->support ? -1 : strcmp(x->tag, y->tag);
}

static bool write_text(text *out, const style *s, const papertag_metrics *m)
{
    papertag_tag_metrics *sorted = malloc((m->tags + 1) * sizeof *sorted);

    if (!sorted) {
        return false;
    }
    memcpy(sorted, m->per_tag, m->tags * sizeof *sorted);
    qsort(sorted, m->tags, sizeof *sorted, by_support);
    text_format(out, "%zu papers, %zu tags\n\n", m->papers, m->tags);
    for (int i = 0; i < ROWS; i++) {
        text_format(out, "  %-32s %s%.4f%s\n", rows[i].words, i < 2 ? s->bold : "", metric(m, i), s->plain);
    }
    text_format(out, "\n  %s%-32s %7s %9s %7s %7s %7s%s\n", s->bold, "tag", "papers", "precision", "recall", "F1", "AP",
                s->plain);
    for (size_t t = 0; t < m->tags; t++) {
        const papertag_tag_metrics *tag = &sorted[t];
        text_format(out, "  %-32s %7zu %9.3f %7.3f %7.3f %7.3f\n", tag->tag, tag->support, tag->precision, tag->recall,
                    tag->f1, tag->average_precision);
    }
    free(sorted);
    return true;
}

static int add_papers(input *in, papertag_tagger *tagger, papertag_evaluation *evaluation)
{
    const papertag_paper *paper;
    papertag_error err;

    while ((paper = input_next(in)) != NULL) {
        const papertag_score *scores;
        int status = papertag_tag(tagger, paper->title, paper->abstract, &scores, &err);
        status = status ? status : papertag_evaluation_add(evaluation, paper, scores, &err);
        if (status == PAPERTAG_BAD_INPUT) {
            input_reject(in, paper, &err);
        } else if (status) {
            return failed(&err);
        }
    }
    return EXIT_DONE;
}

static int run(const args *a)
{
    papertag_model *model = NULL;
    papertag_tagger *tagger = NULL;
    papertag_evaluation *evaluation = NULL;
    papertag_metrics metrics;
    papertag_error err;
    style s = style_of_stdout();
    text out = {0};
    input in;
    double cut = 0;
    int code = input_open(&in, a), end;

    code = code ? code : open_model(a, &model);
    code = code ? code : precision_cut(a, model, &cut);
    if (code) {
        papertag_model_close(model);
        return code;
    }
    in.tags_field = args_text(a, "tags-field", NULL);
    if (papertag_tagger_open(&tagger, model, &err) || papertag_evaluation_open(&evaluation, model, &err)) {
        code = failed(&err);
    } else if (cut > 0) {
        papertag_tagger_cut_at(tagger, cut);
    }
    code = code ? code : add_papers(&in, tagger, evaluation);
    end = input_close(&in);
    if (!code && in.papers) {
        if (papertag_evaluation_metrics(evaluation, &metrics, &err)) {
            code = failed(&err);
        } else if (args_have(a, "json")) {
            write_json(&out, &metrics);
        } else if (!write_text(&out, &s, &metrics)) {
            out.failed = true;
        }
        code = code ? code : text_write(&out) ? EXIT_DONE : EXIT_FAILED;
    }
    text_free(&out);
    papertag_evaluation_close(evaluation);
    papertag_tagger_close(tagger);
    papertag_model_close(model);
    return code ? code : end;
}

static const option options[] = {{"tags-field", 0, "F", "the field that holds the tags (default: tags)"},
                                 OPTION_PRECISION,
                                 OPTION_MODEL,
                                 OPTION_JSON,
                                 OPTIONS_INPUT,
                                 OPTION_END};

const command command_eval = {
    "eval",
    "[FILE|-]...",
    "measure a model on labelled papers",
    run,
    options,
    "Definitions are scikit-learn's; a `maybe` list in a paper names tags on which careful readers\n"
    "disagree: those pairs are left out of the F1s.\n"};
