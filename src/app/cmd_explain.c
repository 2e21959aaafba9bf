/*
 * papertag explain - the terms that made each decision, with their exact contributions.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"

/* What one run needs. */
struct job {
    const papertag_tag_info *tags;
    papertag_tagger *tagger;
    size_t *chosen, chosen_count; /* tags given by name; none: those assigned */
    bool json;
    size_t top;
    style style;
    text out;
};

static void write_json(struct job *job, const papertag_paper *paper, size_t tag, const papertag_explanation *e)
{
    text *out = &job->out;

    text_put(out, "{\"id\":");
    text_json_string(out, paper->id);
    text_put(out, ",\"tag\":");
    text_json_string(out, job->tags[tag].tag);
    text_put(out, ",\"margin\":");
    text_json_number(out, e->margin, 17);
    text_put(out, ",\"bias\":");
    text_json_number(out, e->bias, 17);
    text_put(out, ",\"terms\":[");
    for (size_t i = 0; i < e->count; i++) {
        text_put(out, i ? ",{\"term\":" : "{\"term\":");
        text_json_string(out, e->terms[i].term);
        text_put(out, ",\"contribution\":");
        text_json_number(out, e->terms[i].contribution, 17);
        text_put(out, "}");
    }
    text_put(out, "]}\n");
}

static void write_row(struct job *job, double value, double largest, const char *name)
{
    enum { BAR = 20 };
    const style *s = &job->style;
    int length = largest > 0 ? (int)lround(fabs(value) / largest * BAR) : 0;
    text *out = &job->out;

    text_format(out, "  %s%+7.3f ", value < 0 ? s->bad : s->good, value);
    for (int i = 0; i < BAR; i++) {
        text_put(out, i < length ? (value < 0 ? "-" : "+") : " ");
    }
    text_format(out, "%s ", s->plain);
    text_wrapped(out, s, name, "");
    text_put(out, "\n");
}

static void write_text(struct job *job, size_t tag, const papertag_explanation *e)
{
    const papertag_tag_info *info = &job->tags[tag];
    const style *s = &job->style;
    double p = 1 / (1 + exp(info->platt_a * e->margin + info->platt_b)), rest = 0, largest = fabs(e->bias);
    size_t shown = e->count < job->top ? e->count : job->top;
    char name[64];

    for (size_t i = shown; i < e->count; i++) {
        rest += e->terms[i].contribution;
    }
    for (size_t i = 0; i < shown; i++) {
        largest = fmax(largest, fabs(e->terms[i].contribution));
    }
    text_format(&job->out, "  %s%s%s  p %.2f, margin %+.3f, %s (cut %+.3f)\n", s->bold, info->tag, s->plain, p,
                e->margin, e->margin >= info->cut ? "assigned" : "not assigned", info->cut);
    largest = fmax(largest, fabs(rest));
    for (size_t i = 0; i < shown; i++) {
        write_row(job, e->terms[i].contribution, largest, e->terms[i].term);
    }
    if (e->count > shown) {
        snprintf(name, sizeof name, "(%zu other terms)", e->count - shown);
        write_row(job, rest, largest, name);
    }
    write_row(job, e->bias, largest, "(bias)");
    text_put(&job->out, "\n");
}

/* Explains one tag of a paper. EXIT_DONE or EXIT_FAILED. */
static int explain_tag(struct job *job, const papertag_paper *paper, size_t tag)
{
    papertag_explanation e;
    papertag_error err;

    if (papertag_explain(job->tagger, paper->title, paper->abstract, tag, &e, &err)) {
        return failed(&err);
    }
    if (job->json) {
        write_json(job, paper, tag, &e);
    } else {
        write_text(job, tag, &e);
    }
    return EXIT_DONE;
}

static int explain_paper(struct job *job, const papertag_paper *paper, size_t tags)
{
    const papertag_score *scores;
    papertag_error err;
    size_t *wanted = job->chosen, count = job->chosen_count;
    int code = EXIT_DONE;

    if (!count) { /* what was assigned, or what came nearest */
        if (papertag_tag(job->tagger, paper->title, paper->abstract, &scores, &err)) {
            return failed(&err);
        }
        for (size_t t = 0; t < tags; t++) {
            if (scores[t].assigned || (t == 0 && !count)) {
                wanted[count++] = scores[t].index;
            }
        }
        if (count > 1 && !scores[0].assigned) {
            memmove(wanted, wanted + 1, --count * sizeof *wanted);
        }
    }
    if (!job->json) {
        text_put(&job->out, job->style.bold);
        text_wrapped(&job->out, &job->style, paper->title ? paper->title : paper->id, "");
        text_format(&job->out, "%s\n\n", job->style.plain);
    }
    for (size_t i = 0; i < count && !code; i++) {
        code = explain_tag(job, paper, wanted[i]);
    }
    return code ? code : text_write(&job->out) ? EXIT_DONE : EXIT_FAILED;
}

static int run(const args *a)
{
    struct job job = {.json = args_have(a, "json"), .style = style_of_stdout()};
    const papertag_paper *paper;
    papertag_model *model = NULL;
    papertag_error err;
    unsigned long top = 10;
    size_t tags;
    input in;
    int code = args_whole(a, "top", 1, 1000000, &top), end;

    code = code ? code : input_open(&in, a);
    code = code ? code : open_model(a, &model);
    if (code) {
        return code;
    }
    job.top = top;
    tags = papertag_model_tags(model, &job.tags);
    job.chosen = calloc(tags + a->given_count, sizeof *job.chosen);
    if (!job.chosen || papertag_tagger_open(&job.tagger, model, &err)) {
        fprintf(stderr, "papertag: out of memory\n");
        code = EXIT_FAILED;
    }
    for (size_t i = 0; i < a->given_count && !code; i++) {
        if (!strcmp(a->given[i].option->name, "tag") &&
            papertag_model_find_tag(model, a->given[i].value, &job.chosen[job.chosen_count++], &err)) {
            failed(&err);
            code = EXIT_USAGE;
        }
    }
    while (!code && (paper = input_next(&in)) != NULL) {
        code = explain_paper(&job, paper, tags);
    }
    end = input_close(&in);
    papertag_tagger_close(job.tagger);
    papertag_model_close(model);
    text_free(&job.out);
    free(job.chosen);
    return code ? code : end;
}

static const option options[] = {{"tag", 't', "TAG", "explain this tag (may be given again); default: those assigned"},
                                 {"top", 0, "K", "show the K strongest terms (default: 10); JSON has all"},
                                 OPTION_MODEL,
                                 OPTION_JSON,
                                 OPTIONS_INPUT,
                                 OPTION_END};

const command command_explain = {
    "explain",
    "[FILE|-]...",
    "show the terms that made each decision",
    run,
    options,
    "The margin of a tag is its bias plus a contribution from each term of the paper: exact, not an estimate.\n"
    "With --json: {\"id\", \"tag\", \"margin\", \"bias\", \"terms\": [{\"term\", \"contribution\"}]}.\n"};
