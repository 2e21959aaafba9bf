/*
 * papertag retrain - the model learns what verdicts say.
 */
#include "lesson.h"

/* The training set: by id of stored papers, and from the files given. */
static int add_labelled(struct lesson *job)
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

static int add_dev(struct lesson *job)
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

static int run(const args *a)
{
    struct lesson job = {.args = a, .shown = 3, .style = style_of_stdout()};
    papertag_learn_options options = {.force = args_have(a, "force")};
    unsigned long jobs = 0;
    papertag_error err;
    int code = args_whole(a, "jobs", 0, 1024, &jobs);

    code = code ? code : lesson_open(&job, a);
    options.tag = args_text(a, "tag", NULL);
    options.jobs = (unsigned)jobs;
    if (!code && papertag_learner_open(&job.learner, job.store, job.model, &options, &err)) {
        code = refused(&err);
    }
    code = code ? code : add_labelled(&job);
    code = code ? code : add_dev(&job);
    code = code ? code : lesson_learn(&job, args_have(a, "dry-run"));
    lesson_close(&job);
    return code;
}

static const option options[] = {
    {"dry-run", 0, NULL, "show what would change, and change nothing"},
    {"force", 0, NULL, "take the new model also where it does worse"},
    {"dev", 0, "FILE", "labelled papers on which both models are measured, and that are never learnt from"},
    {"labels", 0, "FILE", "ids and tags of the training set (default: those of the model that ships)"},
    {"tag", 't', "TAG", "learn this tag alone"},
    {"output", 'o', "MODEL", "also write the new model as a file"},
    OPTION_SHOW,
    {"jobs", 'j', "N", "threads (default: one a processor); the result is the same"},
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTIONS_INPUT,
    OPTION_END};

const command command_retrain = {
    .name = "retrain",
    .operands = "[FILE|-]...",
    .summary = "learn from your verdicts, and tag again",
    .run = run,
    .options = options,
    .details =
        "Tags whose verdicts changed are fitted again, from the weights that the model had before any verdict. A "
        "yes and a no are examples; what nobody judged is neither. Papers of the training set whose texts are in "
        "the store, and labelled papers in FILE, keep a tag from forgetting.\n"
        "A tag is accepted unless it decides the verdicts worse by more than chance, each by a fit that has not "
        "seen it. The same holds for the model on --dev. The new model is kept in the store, and add, review and "
        "digest use it from then on.\n"
        "With --json, a line for each tag: {\"tag\", \"new\", \"gone\", \"taken\", \"yes\", \"no\", \"labelled\", "
        "\"right_before\", \"right_after\", \"cut_before\", \"cut_after\", \"gained\": [ids], \"lost\": [ids]}. "
        "The last line is {\"model\", \"kept\", \"tags\", \"taken\", \"papers\", \"verdicts\", \"dev_papers\", "
        "\"dev_before\", \"dev_after\", \"dev_p\"}.\n",
    .examples =
        "papertag retrain --dry-run\tshow what would change\n"
        "papertag retrain\tlearn from all verdicts since the last time\n"
        "papertag retrain --dev held-out.jsonl -o mine.papertag\tmeasure both models, and write the new one as a "
        "file\n",
};
