/*
 * papertag retrain, tag-new, tag-remove: the model learns what verdicts say.
 *
 * All three open a learner over the store, look at what it would change, and take it or not; they differ in what they
 * ask it to learn.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../app.h"

/* ---- tagging anew ---------------------------------------------------------------------------------------------- */

int retag(papertag_store *store, const papertag_model *model, size_t *count)
{
    enum { BATCH = 4096 };
    papertag_tagger *tagger = NULL;
    papertag_batch *batch = NULL;
    papertag_error err;
    int code =
        papertag_tagger_open(&tagger, model, &err) || papertag_batch_open(&batch, &err) ? failed(&err) : EXIT_DONE;

    while (!code) {
        papertag_batch_clear(batch);
        if (papertag_store_outdated(store, model, tagger, batch, BATCH, &err)) {
            code = failed(&err);
        } else if (!papertag_batch_count(batch)) {
            break;
        } else if (papertag_store_retag(store, batch, model, &err)) {
            code = failed(&err);
        } else {
            *count += papertag_batch_count(batch);
        }
    }
    papertag_batch_close(batch);
    papertag_tagger_close(tagger);
    return code;
}

/* ---- what changed, in words ------------------------------------------------------------------------------------ */

/* What one run needs. */
struct job {
    const args *args;
    papertag_store *store;
    papertag_model *model;
    papertag_learner *learner;
    unsigned long shown; /* papers named of those that flip, of each tag */
    style style;
    text out;
};

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static int write_flips(struct job *job, const char *mark, const char *colour, const int64_t *keys, size_t count)
{
    text *out = &job->out;

    for (size_t i = 0; i < count && i < job->shown; i++) {
        const papertag_stored *paper;
        papertag_error err;
        if (papertag_store_get(job->store, keys[i], &paper, &err)) {
            return failed(&err);
        }
        text_format(out, "    %s%s%s ", colour, mark, job->style.plain);
        text_wrapped(out, &job->style, paper->paper.title ? paper->paper.title : paper->paper.id, "      ");
        text_put(out, "\n");
    }
    if (count > job->shown) {
        text_format(out, "    %s%s (%zu more)%s\n", job->style.dim, mark, count - job->shown, job->style.plain);
    }
    return EXIT_DONE;
}

static int write_change(struct job *job, const papertag_tag_change *c)
{
    const style *s = &job->style;
    const size_t verdicts = c->yes + c->no;
    text *out = &job->out;
    int code;

    text_format(out, "%s%s%s", s->bold, c->tag, s->plain);
    if (c->gone) {
        text_put(out, " is gone\n");
        return EXIT_DONE;
    }
    if (!verdicts) {
        text_put(out, " has no verdict any more, and is what it was\n");
    } else {
        text_format(out, "%s: learnt from %zu yes and %zu no", c->fresh ? " is new" : "", c->yes, c->no);
        if (c->labelled) {
            text_format(out, ", beside %zu paper%s of the training set", c->labelled, plural(c->labelled));
        }
        text_put(out, "\n");
    }
    if (verdicts && !c->fresh) {
        text_format(out, "  of %zu verdict%s, %zu decided as yours without having seen them; before, %zu%s\n", verdicts,
                    plural(verdicts), c->right_after, c->right_before, c->taken ? "" : ": left as it was");
    }
    if (!c->taken) {
        return EXIT_DONE;
    }
    text_format(out, "  %zu paper%s gain it, %zu lose it\n", c->gained_count, plural(c->gained_count), c->lost_count);
    code = write_flips(job, "+", s->good, c->gained, c->gained_count);
    return code ? code : write_flips(job, "-", s->bad, c->lost, c->lost_count);
}

static int write_ids(struct job *job, const char *key, const int64_t *keys, size_t count)
{
    text_format(&job->out, ",\"%s\":[", key);
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *paper;
        papertag_error err;
        if (papertag_store_get(job->store, keys[i], &paper, &err)) {
            return failed(&err);
        }
        text_put(&job->out, i ? "," : "");
        text_json_string(&job->out, paper->paper.id);
    }
    text_put(&job->out, "]");
    return EXIT_DONE;
}

static int write_change_json(struct job *job, const papertag_tag_change *c)
{
    text *out = &job->out;
    int code;

    text_put(out, "{\"tag\":");
    text_json_string(out, c->tag);
    text_format(out, ",\"new\":%s,\"gone\":%s,\"taken\":%s,\"yes\":%zu,\"no\":%zu,\"labelled\":%zu",
                c->fresh ? "true" : "false", c->gone ? "true" : "false", c->taken ? "true" : "false", c->yes, c->no,
                c->labelled);
    text_format(out, ",\"right_before\":%zu,\"right_after\":%zu,\"cut_before\":", c->right_before, c->right_after);
    text_json_number(out, c->cut_before, 9);
    text_put(out, ",\"cut_after\":");
    text_json_number(out, c->cut_after, 9);
    code = write_ids(job, "gained", c->gained, c->gained_count);
    code = code ? code : write_ids(job, "lost", c->lost, c->lost_count);
    text_put(out, "}\n");
    return code;
}

static void write_sum_json(text *out, const papertag_learning *l, bool kept)
{
    text_put(out, "{\"model\":");
    text_json_string(out, l->hash);
    text_format(out, ",\"kept\":%s,\"tags\":%zu,\"taken\":%zu,\"papers\":%zu,\"verdicts\":%zu,\"dev_papers\":%zu",
                kept ? "true" : "false", l->count, l->taken, l->papers, l->verdicts, l->dev_papers);
    text_put(out, ",\"dev_before\":");
    text_json_number(out, l->dev_before, 6);
    text_put(out, ",\"dev_after\":");
    text_json_number(out, l->dev_after, 6);
    text_put(out, ",\"dev_p\":");
    text_json_number(out, l->dev_p, 6);
    text_put(out, "}\n");
}

/* What follows from it: kept, refused, or only looked at. */
static void write_sum(struct job *job, const papertag_learning *l, bool kept)
{
    text *out = &job->out;

    if (l->dev_papers) {
        text_format(out, "on %zu dev paper%s micro-F1 %.4f, before %.4f (p %.2f)\n", l->dev_papers,
                    plural(l->dev_papers), l->dev_after, l->dev_before, l->dev_p);
    }
    text_format(out, "%zu of %zu tag%s taken, %zu paper%s tagged otherwise\n", l->taken, l->count, plural(l->count),
                l->papers, plural(l->papers));
    if (kept) {
        text_format(out, "model %.8s is in use; `papertag model use` goes back to one before it\n", l->hash);
    } else if (l->better) {
        text_put(out, "nothing is changed: a dry run\n");
    }
}

static int write_learning(struct job *job, const papertag_learning *l, bool kept)
{
    const bool json = args_have(job->args, "json");
    int code = EXIT_DONE;

    for (size_t i = 0; i < l->count && !code; i++) {
        code = json ? write_change_json(job, &l->tags[i]) : write_change(job, &l->tags[i]);
    }
    if (json) {
        write_sum_json(&job->out, l, kept);
    } else {
        write_sum(job, l, kept);
    }
    return code ? code : text_write(&job->out) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- learning -------------------------------------------------------------------------------------------------- */

static int open_job(struct job *job, const args *a)
{
    int code = args_whole(a, "show", 0, 1000000, &job->shown);

    code = code ? code : open_store(a, false, &job->store);
    return code ? code : open_model(a, job->store, &job->model);
}

static void close_job(struct job *job)
{
    papertag_learner_close(job->learner);
    papertag_model_close(job->model);
    papertag_store_close(job->store);
    text_free(&job->out);
}

/* The training set: by id of stored papers, and from the files given. */
static int add_labelled(struct job *job)
{
    const args *a = job->args;
    const papertag_paper *paper;
    papertag_error err;
    labelled l;
    input in;
    int code = labelled_open(a, &l);

    for (size_t i = 0; i < l.count && !code; i++) {
        const papertag_strings tags = {(const char *const *)l.rows[i].tags, l.rows[i].count};
        const int status = papertag_learner_label(job->learner, l.rows[i].id, tags, &err);
        code = status && status != PAPERTAG_END ? failed(&err) : EXIT_DONE;
    }
    labelled_close(&l);
    if (code || !a->operand_count) {
        return code;
    }
    code = input_open(&in, a);
    while (!code && (paper = input_next(&in)) != NULL) {
        if (papertag_learner_add(job->learner, paper, &err)) {
            if (err.status != PAPERTAG_BAD_INPUT) {
                code = failed(&err);
            } else {
                input_reject(&in, paper, &err);
            }
        }
    }
    return code ? (input_close(&in), code) : input_close(&in);
}

static int add_dev(struct job *job)
{
    const char *path = args_text(job->args, "dev", NULL);
    args one = {.command = job->args->command, .operands = &path, .operand_count = 1};
    const papertag_paper *paper;
    papertag_error err;
    input in;
    int code = path ? input_open(&in, &one) : EXIT_DONE;

    if (!path) {
        return EXIT_DONE;
    }
    while (!code && (paper = input_next(&in)) != NULL) {
        if (papertag_learner_add_dev(job->learner, paper, &err)) {
            input_reject(&in, paper, &err);
        }
    }
    return code ? (input_close(&in), code) : input_close(&in);
}

/* Fits, and takes what is better. */
static int learn(struct job *job, bool dry)
{
    const char *path = args_text(job->args, "output", NULL);
    const papertag_learning *learning;
    papertag_model *new = NULL;
    papertag_error err;
    size_t more = 0;
    bool take;
    int code, status = papertag_learner_fit(job->learner, &learning, &err);

    if (status == PAPERTAG_END) {
        code = dry ? EXIT_DONE : retag(job->store, job->model, &more);
        fprintf(stderr, "papertag: nothing to learn: no verdict has changed since the model learnt\n");
        return code ? code : EXIT_NOTHING;
    }
    if (status) {
        return refused(&err);
    }
    take = !dry && (learning->better || (args_have(job->args, "force") && learning->taken));
    if (take &&
        ((path && papertag_learner_save(job->learner, path, &err)) || papertag_learner_keep(job->learner, &err))) {
        return failed(&err);
    }
    code = write_learning(job, learning, take);
    if (!code && !take && !dry) {
        fprintf(stderr, "papertag: the model in use is better, and stays; --force takes the new one\n");
        return EXIT_FAILED;
    }
    if (!code && take) {
        code = papertag_store_model(job->store, &new, &err) ? failed(&err) : retag(job->store, new, &more);
        papertag_model_close(new);
    }
    return code;
}

/* ---- retrain --------------------------------------------------------------------------------------------------- */

static int run_retrain(const args *a)
{
    struct job job = {.args = a, .shown = 3, .style = style_of_stdout()};
    papertag_learn_options options = {.force = args_have(a, "force")};
    unsigned long jobs = 0;
    papertag_error err;
    int code = args_whole(a, "jobs", 0, 1024, &jobs);

    code = code ? code : open_job(&job, a);
    options.tag = args_text(a, "tag", NULL);
    options.jobs = (unsigned)jobs;
    if (!code && papertag_learner_open(&job.learner, job.store, job.model, &options, &err)) {
        code = refused(&err);
    }
    code = code ? code : add_labelled(&job);
    code = code ? code : add_dev(&job);
    code = code ? code : learn(&job, args_have(a, "dry-run"));
    close_job(&job);
    return code;
}

#define OPTION_SHOW                                                                                                    \
    {                                                                                                                  \
        "show", 0, "N", "name N papers that gain a tag, and N that lose it (default: 3); JSON has all"                 \
    }
#define OPTION_JOBS                                                                                                    \
    {                                                                                                                  \
        "jobs", 'j', "N", "threads (default: one a processor); the result is the same"                                 \
    }

static const option retrain_options[] = {
    {"dry-run", 0, NULL, "show what would change, and change nothing"},
    {"force", 0, NULL, "take the new model also where it does worse"},
    {"dev", 0, "FILE", "labelled papers on which both models are measured, and that are never learnt from"},
    {"labels", 0, "FILE", "ids and tags of the training set (default: those of the model that ships)"},
    {"tag", 't', "TAG", "learn this tag alone"},
    {"output", 'o', "MODEL", "also write the new model as a file"},
    OPTION_SHOW,
    OPTION_JOBS,
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTIONS_INPUT,
    OPTION_END};

const command command_retrain = {
    "retrain",
    "[FILE|-]...",
    "learn from your verdicts, and tag anew",
    run_retrain,
    retrain_options,
    "Tags whose verdicts changed are fitted anew, from the weights that the model had before any verdict: a yes\n"
    "and a no are examples, what nobody judged is neither. Papers of the training set whose texts are in the\n"
    "store, and labelled papers in FILE, keep a tag from forgetting. A tag is taken unless it decides the verdicts\n"
    "worse by more than chance, each by a fit that has not seen it; the model, unless it is so on --dev.\n"
    " The new model is kept in the store and is the one that add, review and digest use from then on.\n"
    "With --json: a line for each tag: {\"tag\", \"new\", \"gone\", \"taken\", \"yes\", \"no\", \"labelled\",\n"
    "\"right_before\", \"right_after\", \"cut_before\", \"cut_after\", \"gained\": [ids], \"lost\": [ids]}; the last "
    "line is\n"
    "{\"model\", \"kept\", \"tags\", \"taken\", \"papers\", \"verdicts\", \"dev_papers\", \"dev_before\", "
    "\"dev_after\", \"dev_p\"}.\n"};

/* ---- tag-new --------------------------------------------------------------------------------------------------- */

/* The keys of the papers named with --example, in *keys (free it). */
static int find_examples(const args *a, papertag_store *store, int64_t **keys, size_t *count)
{
    papertag_error err;
    int code = EXIT_DONE;

    *keys = calloc(a->given_count + 1, sizeof **keys);
    if (!*keys) {
        return out_of_memory();
    }
    for (size_t i = 0; i < a->given_count; i++) {
        if (strcmp(a->given[i].option->name, "example") != 0) {
            continue;
        }
        if (papertag_store_find(store, a->given[i].value, &(*keys)[*count], &err)) {
            code = refused(&err);
        } else {
            ++*count;
        }
    }
    return code;
}

static int run_tag_new(const args *a)
{
    struct job job = {.args = a, .shown = 5, .style = style_of_stdout()};
    papertag_own_tag tag = {.name = args_text(a, "name", NULL),
                            .definition = args_text(a, "definition", NULL),
                            .query = args_text(a, "query", NULL)};
    papertag_learn_options options = {.force = true};
    int64_t *keys = NULL;
    size_t count = 0;
    papertag_error err;
    int code = a->operand_count == 1 ? open_job(&job, a) : usage_error(a->command, "tag-new: give one name");

    tag.tag = options.tag = a->operand_count ? a->operands[0] : NULL;
    code = code ? code : find_examples(a, job.store, &keys, &count);
    if (!code && papertag_store_own_tag(job.store, &tag, keys, count, &err)) {
        code = refused(&err);
    }
    if (!code && papertag_learner_open(&job.learner, job.store, job.model, &options, &err)) {
        code = refused(&err);
    }
    code = code ? code : learn(&job, false);
    free(keys);
    close_job(&job);
    return code;
}

static const option tag_new_options[] = {
    {"definition", 0, "TEXT", "a sentence that says what the tag means: it is learnt from, too"},
    {"name", 0, "TEXT", "the name that people see (default: NAME)"},
    {"example", 'e', "ID", "a paper of the store that has the tag (may be given again)"},
    {"query", 'q', "EXPR", "a tag expression, or a \"phrase\": papers likely to have it"},
    OPTION_SHOW,
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTION_END};

const command command_tag_new = {
    "tag-new",
    "NAME",
    "start a tag of your own from a few papers",
    run_tag_new,
    tag_new_options,
    "Five examples and a sentence are enough to begin with; the tag is in use at once. `papertag review --tag NAME`\n"
    "then asks about the papers it is least sure of, and `papertag retrain` learns from the answers. Called again\n"
    "with the same NAME it adds examples, or changes the definition or the query.\n"};

/* ---- tag-remove ------------------------------------------------------------------------------------------------ */

static int run_tag_remove(const args *a)
{
    struct job job = {.args = a, .style = style_of_stdout()};
    papertag_learn_options options = {.force = true};
    papertag_error err;
    int code = a->operand_count == 1 ? open_job(&job, a) : usage_error(a->command, "tag-remove: give one name");

    options.remove = a->operand_count ? a->operands[0] : NULL;
    if (!code && papertag_learner_open(&job.learner, job.store, job.model, &options, &err)) {
        code = refused(&err);
    }
    code = code ? code : learn(&job, false);
    close_job(&job);
    return code;
}

static const option tag_remove_options[] = {OPTION_MODEL, OPTION_DB, OPTION_JSON, OPTION_END};

const command command_tag_remove = {"tag-remove",
                                    "NAME",
                                    "remove a tag of your own, with its verdicts",
                                    run_tag_remove,
                                    tag_remove_options,
                                    "Tags that came with the model stay.\n"};
