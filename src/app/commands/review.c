/*
 * papertag review - asks a person about papers, one at a time, and records every answer at once.
 *
 * On a terminal this is a screen and single keys. Elsewhere, and with --plain, it is lines of text, which suit screen
 * readers and scripts. Both take the same steps: open a question, act on a key, close it.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "review.h"

/* Copies the questions: what the store hands out holds only until its next call. */
static int copy_questions(struct review *r, const papertag_question *list, size_t count)
{
    r->questions = calloc(count + 1, sizeof *r->questions);
    r->names = calloc(count + 1, sizeof *r->names);
    for (size_t i = 0; i < count && r->questions && r->names; i++) {
        r->questions[i] = list[i];
        r->names[i] = list[i].tag ? strdup(list[i].tag) : NULL;
        r->questions[i].tag = r->names[i];
        if (list[i].tag && !r->names[i]) {
            break;
        }
        r->count++;
    }
    if (r->count < count || !r->questions || !r->names) {
        return out_of_memory();
    }
    return EXIT_DONE;
}

static int run(const args *a)
{
    static const char *const orders[] = {"uncertain", "random", "new", NULL};
    static const char *const words[] = {"least certain first", "drawn at random", "newest first"};
    struct review r = {.style = style_of_stdout(), .json = args_have(a, "json")};
    const papertag_question *list = NULL;
    unsigned long limit = 200, seed = 1;
    size_t count = 0;
    papertag_error err;
    int order = 0, code = args_choice(a, "order", orders, &order);

    code = code ? code : args_whole(a, "limit", 1, 1000000, &limit);
    code = code ? code : args_whole(a, "seed", 0, 1000000000, &seed);
    code = code ? code : args_no_operands(a);
    code = code ? code : open_store(a, false, &r.store);
    code = code ? code : open_model(a, r.store, &r.model);
    if (!code && (papertag_tagger_open(&r.tagger, r.model, &err) ||
                  papertag_store_questions(r.store, (papertag_order)order, args_text(a, "tag", NULL),
                                           args_text(a, "since", NULL), seed, limit, &list, &count, &err))) {
        code = refused(&err);
    }
    code = code ? code : copy_questions(&r, list, count);
    if (!code && !count) {
        complain("nothing to ask: every such decision is judged, or the store has no papers");
        code = EXIT_NOTHING;
    }
    r.random = order == PAPERTAG_ORDER_RANDOM;
    r.order = words[order];
    if (!code) {
        const bool lines = args_have(a, "plain") || r.json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
        code = lines ? review_lines(&r) : review_screen(&r);
        if (!code && !r.json) {
            text sum = {0};
            review_write_tally(&r, &sum);
            text_put(&sum, "\n");
            code = text_end(&sum, EXIT_DONE);
        }
        code = code ? code : terminal_signal() && terminal_signal() != SIGINT ? EXIT_FAILED : EXIT_DONE;
    }
    for (size_t i = 0; i < r.count; i++) {
        free(r.names[i]);
    }
    free(r.names);
    free(r.questions);
    free(r.steps);
    papertag_tagger_close(r.tagger);
    papertag_model_close(r.model);
    papertag_store_close(r.store);
    return code;
}

static const option options[] = {
    {"tag", 't', "TAG", "ask about this tag alone"},
    {"order", 0, "ORDER", "uncertain (the default: nearest to the cut first), random (an audit) or new"},
    {"since", 0, "DAY", "only papers of that day and later"},
    {"limit", 'n', "N", "at most N questions (default: 200)"},
    {"seed", 0, "N", "draw other papers with --order random (default: 1)"},
    {"plain", 0, NULL, "lines of text instead of a screen, for screen readers and scripts"},
    OPTION_MODEL,
    OPTION_DB,
    {"json", 0, NULL, "like --plain, but each question is a JSON object"},
    OPTION_END};

const command command_review = {
    .name = "review",
    .summary = "judge papers one by one",
    .run = run,
    .options = options,
    .details =
        "Keys: y yes, n no, s skip, u undo, q quit, 1-9 switch another tag on or off, / add a tag by name, ? help. "
        "With --order random or new, and no --tag, each question is about all tags of a paper: y confirms them as "
        "they are marked.\n"
        "Every answer is recorded at once, and `papertag retrain` learns from it. Answers about papers drawn at "
        "random also measure the model: see `papertag eval --store`. With --plain or --json, answers are read as "
        "lines from standard input.\n",
    .examples = "papertag review\tjudge the decisions that the model is least sure of\n"
                "papertag review --tag quantization --since 30d\tone tag, recent papers only\n"
                "papertag review --order random --limit 50\tan audit of fifty papers drawn at random\n",
};
