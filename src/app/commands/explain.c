/*
 * papertag explain - the terms that made each decision, with their exact contributions. For a paper of the store also
 * the nearest labelled papers, with the tag and without it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../app.h"

/* One run of the command. */
struct job {
    const papertag_tag_info *tags; /* T */
    size_t tag_count;              /* T */
    papertag_tagger *tagger;
    size_t *chosen;      /* chosen_count: indices of the tags given; room for T */
    size_t chosen_count; /* 0: the assigned tags are explained */
    bool json;
    size_t top; /* terms shown to a person */
    style style;
    text out;
    /* for a paper of the store */
    papertag_store *store; /* NULL: papers come from files */
    labelled labels;
    struct labelled_paper *near; /* near_count, nearest first */
    size_t near_count;
    int64_t key;
};

/* ---- the nearest labelled papers ------------------------------------------------------------------------------- */

enum { NEAREST = 3, SEARCHED = 1000 }; /* labelled papers shown, papers searched for them */

/* A labelled paper near the one explained. */
struct labelled_paper {
    int64_t key;
    double similarity;
    bool judged;             /* by a person */
    const labelled_row *row; /* by the training set; NULL: not */
};

/* One of those that are shown. */
struct neighbour {
    char *id, *title;
    double similarity;
    bool by_person; /* labelled by a person, else in the training set */
};

/* Those without a tag, [0], and with it, [1]. */
struct neighbours {
    struct neighbour list[2][NEAREST]; /* count[side] each, nearest first */
    size_t count[2];
};

static void free_neighbours(struct neighbours *w)
{
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < w->count[side]; i++) {
            free(w->list[side][i].id);
            free(w->list[side][i].title);
        }
    }
}

/* Whether a labelled paper has a tag: 1 yes, 0 no, -1 not known. A person's verdict comes before the training set.
 * `named`: some paper of the training set has the tag. */
static int side_of(const struct labelled_paper *one, const papertag_stored *paper, const char *tag, bool named,
                   bool *by_person)
{
    for (size_t i = 0; one->judged && i < paper->tag_count; i++) {
        if (paper->tags[i].verdict && !strcmp(paper->tags[i].tag, tag)) {
            *by_person = true;
            return paper->tags[i].verdict == PAPERTAG_VERDICT_YES;
        }
    }
    for (size_t i = 0; one->row && i < one->row->count; i++) {
        if (!strcmp(one->row->tags[i], tag)) {
            return 1;
        }
    }
    return one->row && named ? 0 : -1; /* a training set that never uses the tag says nothing about it */
}

/* Keeps those of the nearest papers that are labelled. */
static int keep_labelled(struct job *job, const papertag_neighbour *near, size_t count)
{
    free(job->near);
    job->near_count = 0;
    job->near = calloc(count + 1, sizeof *job->near);
    if (!job->near) {
        return out_of_memory();
    }
    for (size_t i = 0; i < count; i++) {
        const labelled_row *row = labelled_find(&job->labels, near[i].id);
        if (row || near[i].judged) {
            job->near[job->near_count++] =
                (struct labelled_paper){near[i].key, near[i].similarity, near[i].judged, row};
        }
    }
    return EXIT_DONE;
}

static int find_neighbours(struct job *job, const char *tag, struct neighbours *w)
{
    const bool named = labelled_has_tag(&job->labels, tag);
    papertag_error err;

    for (size_t i = 0; i < job->near_count && (w->count[0] < NEAREST || w->count[1] < NEAREST); i++) {
        const papertag_stored *paper;
        bool by_person = false;
        int side;
        if (papertag_store_get(job->store, job->near[i].key, &paper, &err)) {
            return failed(&err);
        }
        side = side_of(&job->near[i], paper, tag, named, &by_person);
        if (side >= 0 && w->count[side] < NEAREST) {
            const char *title = paper->paper.title ? paper->paper.title : paper->paper.id;
            struct neighbour *one = &w->list[side][w->count[side]++];
            *one = (struct neighbour){strdup(paper->paper.id), strdup(title), job->near[i].similarity, by_person};
            if (!one->id || !one->title) {
                return out_of_memory();
            }
        }
    }
    return EXIT_DONE;
}

static void write_neighbours_json(struct job *job, const struct neighbours *w)
{
    text *out = &job->out;

    for (int side = 1; side >= 0; side--) {
        json_open(out, side ? "nearest_for" : "nearest_against", '[');
        for (size_t i = 0; i < w->count[side]; i++) {
            const struct neighbour *one = &w->list[side][i];
            json_open(out, NULL, '{');
            json_string(out, "id", one->id);
            json_string(out, "title", one->title);
            json_number(out, "similarity", one->similarity, 6);
            json_string(out, "by", one->by_person ? "person" : "training set");
            json_close(out, '}');
        }
        json_close(out, ']');
    }
}

static void write_neighbours(struct job *job, const struct neighbours *w)
{
    const style *s = &job->style;
    text *out = &job->out;

    for (int side = 1; side >= 0; side--) {
        text_format(out, "  nearest labelled papers %s:%s\n", side ? "with the tag" : "without the tag",
                    w->count[side] ? "" : " none in the store");
        for (size_t i = 0; i < w->count[side]; i++) {
            const struct neighbour *one = &w->list[side][i];
            text_format(out, "    %s%.2f%s ", side ? s->good : s->bad, one->similarity, s->plain);
            text_wrapped(out, s, one->title, "         ");
            text_format(out, "\n         %s%s, %s%s\n", s->dim, one->id,
                        one->by_person ? "your verdict" : "training set", s->plain);
        }
    }
}

/* The verdict of a person on the tag; NULL: none. */
static const char *verdict_of(const papertag_stored *paper, const char *tag)
{
    for (size_t i = 0; i < paper->tag_count; i++) {
        if (!strcmp(paper->tags[i].tag, tag)) {
            return papertag_verdict_name(paper->tags[i].verdict);
        }
    }
    return NULL;
}

/* ---- the terms ------------------------------------------------------------------------------------------------- */

static void write_json(struct job *job, const papertag_paper *paper, size_t tag, const papertag_explanation *e,
                       const char *verdict, const struct neighbours *w)
{
    text *out = &job->out;

    json_open(out, NULL, '{');
    json_string(out, "id", paper->id);
    json_string(out, "tag", job->tags[tag].tag);
    json_number(out, "margin", e->margin, 17);
    json_number(out, "bias", e->bias, 17);
    if (e->cardinality != 0) {
        json_number(out, "cardinality", e->cardinality, 17);
    }
    json_open(out, "terms", '[');
    for (size_t i = 0; i < e->count; i++) {
        json_open(out, NULL, '{');
        json_string(out, "term", e->terms[i].term);
        json_number(out, "contribution", e->terms[i].contribution, 17);
        json_close(out, '}');
    }
    json_close(out, ']');
    if (w) {
        json_string(out, "verdict", verdict);
        write_neighbours_json(job, w);
    }
    json_close(out, '}');
    json_line_end(out);
}

static void write_row(struct job *job, double value, double largest, const char *name)
{
    const double bar = 20; /* columns of the longest */
    const style *s = &job->style;
    int length = largest > 0 ? (int)lround(fabs(value) / largest * bar) : 0;
    text *out = &job->out;

    text_format(out, "  %s%+7.3f ", value < 0 ? s->bad : s->good, value);
    for (int i = 0; i < (int)bar; i++) {
        text_put(out, i < length ? (value < 0 ? "-" : "+") : " ");
    }
    text_format(out, "%s ", s->plain);
    text_wrapped(out, s, name, "");
    text_put(out, "\n");
}

static void write_text(struct job *job, size_t tag, const papertag_explanation *e, const char *verdict,
                       const struct neighbours *w)
{
    const papertag_tag_info *info = &job->tags[tag];
    const style *s = &job->style;
    double p = 1 / (1 + exp(info->platt_a * e->margin + info->platt_b)), rest = 0,
           largest = fabs(e->bias - e->cardinality);
    size_t shown = e->count < job->top ? e->count : job->top;
    char name[64];

    for (size_t i = shown; i < e->count; i++) {
        rest += e->terms[i].contribution;
    }
    for (size_t i = 0; i < shown; i++) {
        largest = fmax(largest, fabs(e->terms[i].contribution));
    }
    text_format(&job->out, "  %s%s%s  p %.2f, margin %+.3f, %s (cut %+.3f)%s%s\n", s->bold, info->tag, s->plain, p,
                e->margin, e->margin >= info->cut ? "assigned" : "not assigned", info->cut,
                verdict ? "; you said " : "", verdict ? verdict : "");
    largest = fmax(largest, fabs(rest));
    for (size_t i = 0; i < shown; i++) {
        write_row(job, e->terms[i].contribution, largest, e->terms[i].term);
    }
    if (e->count > shown) {
        snprintf(name, sizeof name, "(%zu other terms)", e->count - shown);
        write_row(job, rest, largest, name);
    }
    write_row(job, e->bias - e->cardinality, largest, "(bias)");
    if (e->cardinality != 0) {
        write_row(job, e->cardinality, largest, "(other tags of the paper)");
    }
    if (w) {
        write_neighbours(job, w);
    }
    text_put(&job->out, "\n");
}

/* Explains one tag of a paper. EXIT_DONE or EXIT_FAILED. */
static int explain_tag(struct job *job, const papertag_paper *paper, size_t tag)
{
    const char *slug = job->tags[tag].tag, *verdict = NULL;
    struct neighbours found = {0}, *w = job->store ? &found : NULL;
    const papertag_stored *stored;
    papertag_explanation e;
    papertag_error err;
    int code = EXIT_DONE;

    if (job->store) {
        code = find_neighbours(job, slug, w);
        code = code || !papertag_store_get(job->store, job->key, &stored, &err) ? code : failed(&err);
        verdict = code ? NULL : verdict_of(stored, slug);
        paper = code ? paper : &stored->paper;
    }
    if (!code && papertag_explain(job->tagger, paper->title, paper->abstract, tag, &e, &err)) {
        code = failed(&err);
    }
    if (!code && job->json) {
        write_json(job, paper, tag, &e, verdict, w);
    } else if (!code) {
        write_text(job, tag, &e, verdict, w);
    }
    free_neighbours(&found);
    return code;
}

/* Chooses the tags assigned to a paper, or the most probable one when there are none. EXIT_DONE or EXIT_FAILED. */
static int choose_assigned(struct job *job, const papertag_paper *paper, size_t *count)
{
    const papertag_score *scores;
    papertag_error err;

    if (papertag_tag(job->tagger, paper->title, paper->abstract, &scores, &err)) {
        return failed(&err);
    }
    for (size_t t = 0; t < job->tag_count; t++) {
        if (scores[t].assigned) {
            job->chosen[(*count)++] = scores[t].index;
        }
    }
    if (!*count) {
        job->chosen[(*count)++] = scores[0].index;
    }
    return EXIT_DONE;
}

static int explain_paper(struct job *job, const papertag_paper *paper)
{
    size_t count = job->chosen_count;
    int code = count ? EXIT_DONE : choose_assigned(job, paper, &count);

    if (code) {
        return code;
    }
    if (!job->json) {
        text_put(&job->out, job->style.bold);
        text_wrapped(&job->out, &job->style, paper->title ? paper->title : paper->id, "");
        text_format(&job->out, "%s\n\n", job->style.plain);
    }
    for (size_t i = 0; i < count && !code; i++) {
        code = explain_tag(job, paper, job->chosen[i]);
    }
    return code ? code : text_write(&job->out) ? EXIT_DONE : EXIT_FAILED;
}

/* Explains the papers of the store that --paper names. */
static int explain_stored(const args *a, struct job *job)
{
    const char *id;
    size_t at = 0;
    int code = labelled_open(a, &job->labels);

    while (!code && (id = args_each(a, "paper", &at)) != NULL) {
        const papertag_neighbour *near;
        const papertag_stored *stored;
        papertag_error err;
        size_t count;
        if (papertag_store_find(job->store, id, &job->key, &err)) {
            failed(&err);
            code = err.status == PAPERTAG_BAD_ARGUMENT ? EXIT_NOTHING : EXIT_FAILED;
        } else if (papertag_store_similar(job->store, job->tagger, job->key, SEARCHED, &near, &count, &err)) {
            code = failed(&err);
        } else {
            code = keep_labelled(job, near, count);
            code = code || !papertag_store_get(job->store, job->key, &stored, &err) ? code : failed(&err);
            code = code ? code : explain_paper(job, &stored->paper);
        }
    }
    return code;
}

static int run(const args *a)
{
    const bool of_store = args_have(a, "paper");
    struct job job = {.json = args_have(a, "json"), .style = style_of_stdout()};
    const papertag_paper *paper;
    papertag_model *model = NULL;
    papertag_error err;
    unsigned long top = 10;
    const char *tag;
    size_t at = 0;
    input in;
    int code = args_whole(a, "top", 1, 1000000, &top), end;

    if (!code && of_store && a->operand_count) {
        code = usage_error(a->command, "explain: give either --paper or files");
    }
    code = code ? code : of_store ? open_store(a, false, &job.store) : input_open(&in, a);
    code = code ? code : open_model(a, job.store, &model);
    if (code) {
        papertag_store_close(job.store);
        return code;
    }
    job.top = top;
    job.tag_count = papertag_model_tags(model, &job.tags);
    job.chosen = calloc(job.tag_count + a->given_count, sizeof *job.chosen);
    if (!job.chosen || papertag_tagger_open(&job.tagger, model, &err)) {
        code = out_of_memory();
    }
    while (!code && (tag = args_each(a, "tag", &at)) != NULL) {
        if (papertag_model_find_tag(model, tag, &job.chosen[job.chosen_count++], &err)) {
            failed(&err);
            code = EXIT_USAGE;
        }
    }
    if (!code && of_store) {
        code = explain_stored(a, &job);
    }
    while (!code && !of_store && (paper = input_next(&in)) != NULL) {
        code = explain_paper(&job, paper);
    }
    end = of_store ? EXIT_DONE : input_close(&in);
    labelled_close(&job.labels);
    papertag_store_close(job.store);
    free(job.near);
    papertag_tagger_close(job.tagger);
    papertag_model_close(model);
    text_free(&job.out);
    free(job.chosen);
    return code ? code : end;
}

static const option options[] = {
    {"tag", 't', "TAG", "explain this tag; may be repeated (default: the assigned tags)"},
    {"paper", 0, "ID", "explain a paper of the store instead of files; may be repeated"},
    {"labels", 0, "FILE", "ids and tags of the training set (default: those of the installed model)"},
    {"top", 0, "K", "show the K strongest terms (default: 10); with --json all"},
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTIONS_INPUT,
    OPTION_END};

const command command_explain = {
    .name = "explain",
    .operands = "[FILE|-]...",
    .summary = "show the terms that made each decision",
    .run = run,
    .options = options,
    .details =
        "The margin of a tag is its bias plus a contribution from each term of the paper: exact, not an estimate. "
        "\"Other tags of the paper\" is above 0 where few of them are likely, and below 0 where many are.\n"
        "With --json: {\"id\", \"tag\", \"margin\", \"bias\", \"cardinality\", \"terms\": [{\"term\", "
        "\"contribution\"}]}. "
        "\"cardinality\" is the part of the bias that the other tags have, where there is one.\n"
        "With --paper, the nearest labelled papers follow, with the tag and without it: those you judged, and "
        "those of the training set whose texts are in the store. JSON: \"verdict\", \"nearest_for\" and "
        "\"nearest_against\": [{\"id\", \"title\", \"similarity\", \"by\": \"person\" or \"training set\"}].\n",
    .examples = "papertag explain papers.jsonl\tthe strongest terms of each tag assigned\n"
                "papertag explain --tag RL --paper 2306.00978\twhy a paper of the store has a tag, or does not\n",
};
