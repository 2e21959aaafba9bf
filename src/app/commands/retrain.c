/*
 * papertag retrain - learns from verdicts, and tags the stored papers again.
 */
#include "lesson.h"

/* Adds the training set: stored papers by id, and papers of the files given. */
static int add_labelled(struct lesson *lesson)
{
    const args *a = lesson->args;
    const papertag_paper *paper;
    papertag_error err;
    labelled l;
    input in;
    int code = labelled_open(a, &l);

    for (size_t i = 0; i < l.count && !code; i++) {
        const papertag_strings tags = {(const char *const *)l.rows[i].tags, l.rows[i].count};
        const int status = papertag_learner_label(lesson->learner, l.rows[i].id, tags, &err);
        code = status && status != PAPERTAG_END ? failed(&err) : EXIT_DONE;
    }
    labelled_close(&l);
    if (code || !a->operand_count) {
        return code;
    }
    code = input_open(&in, a);
    while (!code && (paper = input_next(&in)) != NULL) {
        if (papertag_learner_add(lesson->learner, paper, &err)) {
            if (err.status != PAPERTAG_BAD_INPUT) {
                code = failed(&err);
            } else {
                input_reject(&in, paper, &err);
            }
        }
    }
    return code ? (input_close(&in), code) : input_close(&in);
}

static int add_dev(struct lesson *lesson)
{
    const char *path = args_text(lesson->args, "dev", NULL);
    args one = {.command = lesson->args->command, .operands = &path, .operand_count = 1};
    const papertag_paper *paper;
    papertag_error err;
    input in;
    int code = path ? input_open(&in, &one) : EXIT_DONE;

    if (!path) {
        return EXIT_DONE;
    }
    while (!code && (paper = input_next(&in)) != NULL) {
        if (papertag_learner_add_dev(lesson->learner, paper, &err)) {
            input_reject(&in, paper, &err);
        }
    }
    return code ? (input_close(&in), code) : input_close(&in);
}

static int run(const args *a)
{
    struct lesson lesson = {.args = a, .shown = 3, .style = style_of_stdout()};
    papertag_learn_options options = {.force = args_have(a, "force")};
    unsigned long jobs = 0;
    int code = args_whole(a, "jobs", 0, 1024, &jobs);

    code = code ? code : check_output(args_text(a, "output", NULL));
    code = code ? code : lesson_open(&lesson, a);
    options.tag = args_text(a, "tag", NULL);
    options.jobs = (unsigned)jobs;
    code = code ? code : lesson_start(&lesson, &options);
    code = code ? code : add_labelled(&lesson);
    code = code ? code : add_dev(&lesson);
    code = code ? code : lesson_learn(&lesson, args_have(a, "dry-run"));
    lesson_close(&lesson);
    return code;
}

static const option options[] = {
    {"dry-run", 0, NULL, "show what would change, and leave the store as it is"},
    {"force", 0, NULL, "take the new model even if it does worse"},
    {"dev", 0, "FILE", "labelled papers that both models are measured on; never learnt from"},
    {"labels", 0, "FILE", "ids and tags of the training set (default: those of the model that ships)"},
    {"tag", 't', "TAG", "learn this tag only"},
    {"output", 'o', "MODEL", "also write the new model to a file, with --dry-run too"},
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
        "yes is an example for its tag, a no an example against it. Papers of the training set that are in the "
        "store, and labelled papers in FILE, keep a tag from forgetting.\n"
        "A tag changes no more than its verdicts support: few of them flip few papers, and its cut stays. It is "
        "updated unless its new weights predict the verdicts worse by more than chance, each verdict by weights that "
        "have not seen it, or the verdicts and the training set together. They are compared with the weights in use, "
        "and with those from before any verdict, so that no row of small steps leads to what is worse; if those in use "
        "are worse, the tag goes back. The new model is taken unless it is worse in this way on the papers of --dev. "
        "It is then kept in the store, and add, review and digest use it.\n"
        "With --json, a line for each tag: {\"tag\", \"new\", \"gone\", \"taken\", \"yes\", \"no\", \"labelled\", "
        "\"right_before\", \"right_after\", \"right_first\", \"restored\", \"cut_before\", \"cut_after\", \"gained\": "
        "[ids], \"lost\": [ids]}. "
        "The last line is {\"model\", \"kept\", \"file\", \"tags\", \"taken\", \"papers\", \"verdicts\", "
        "\"dev_papers\", "
        "\"dev_before\", \"dev_after\", \"dev_p\"}.\n",
    .examples =
        "papertag retrain --dry-run\tshow what would change\n"
        "papertag retrain\tlearn from all verdicts since the last time\n"
        "papertag retrain --dev held-out.jsonl -o mine.papertag\tmeasure both models, and write the new one as a "
        "file\n",
};
