/*
 * lesson - fits a learner, shows what changes, and takes the new model or leaves the old one in use.
 */
#include <stdlib.h>
#include <string.h>

#include "lesson.h"

/* ---- what changed ---------------------------------------------------------------------------------------------- */

static int write_flips(struct lesson *lesson, const char *mark, const char *colour, const int64_t *keys, size_t count)
{
    text *out = &lesson->out;

    for (size_t i = 0; i < count && i < lesson->shown; i++) {
        const papertag_stored *paper;
        papertag_error err;
        if (papertag_store_get(lesson->store, keys[i], &paper, &err)) {
            return failed(&err);
        }
        text_format(out, "    %s%s%s ", colour, mark, lesson->style.plain);
        text_wrapped(out, &lesson->style, paper->paper.title ? paper->paper.title : paper->paper.id, "      ");
        text_put(out, "\n");
    }
    if (count > lesson->shown) {
        text_format(out, "    %s%s (%zu more)%s\n", lesson->style.dim, mark, count - lesson->shown,
                    lesson->style.plain);
    }
    return EXIT_DONE;
}

static int write_change(struct lesson *lesson, const papertag_tag_change *c)
{
    const style *s = &lesson->style;
    const size_t verdicts = c->yes + c->no;
    text *out = &lesson->out;
    int code;

    text_format(out, "%s%s%s", s->bold, c->tag, s->plain);
    if (c->gone) {
        text_put(out, " is removed\n");
        return EXIT_DONE;
    }
    if (!verdicts) {
        text_put(out, " has no verdicts left and is back to what it was\n");
    } else {
        text_format(out, "%s: learnt from %zu yes%s %zu no", c->fresh ? " is new" : "", c->yes,
                    c->labelled ? "," : " and", c->no);
        if (c->labelled) {
            text_format(out, " and %zu paper%s of the training set", c->labelled, plural(c->labelled));
        }
        text_put(out, "\n");
    }
    if (verdicts && !c->fresh) {
        text_format(
            out, "  %zu of %zu verdict%s predicted without having seen %s; before, %zu; without any verdict, %zu\n",
            c->right_after, verdicts, plural(verdicts), verdicts == 1 ? "it" : "them", c->right_before, c->right_first);
        text_put(out, c->restored ? "  worse by more than chance, and so were the weights in use: back to those from "
                                    "before any verdict\n"
                      : c->taken  ? ""
                                  : "  worse by more than chance: not changed\n");
    }
    if (!c->taken) {
        return EXIT_DONE;
    }
    text_format(out, "  %zu paper%s it, %zu lose%s it\n", c->gained_count, c->gained_count == 1 ? " gains" : "s gain",
                c->lost_count, c->lost_count == 1 ? "s" : "");
    code = write_flips(lesson, "+", s->good, c->gained, c->gained_count);
    return code ? code : write_flips(lesson, "-", s->bad, c->lost, c->lost_count);
}

static int write_ids(struct lesson *lesson, const char *key, const int64_t *keys, size_t count)
{
    json_open(&lesson->out, key, '[');
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *paper;
        papertag_error err;
        if (papertag_store_get(lesson->store, keys[i], &paper, &err)) {
            return failed(&err);
        }
        json_string(&lesson->out, NULL, paper->paper.id);
    }
    json_close(&lesson->out, ']');
    return EXIT_DONE;
}

static int write_change_json(struct lesson *lesson, const papertag_tag_change *c)
{
    text *out = &lesson->out;
    int code;

    json_open(out, NULL, '{');
    json_string(out, "tag", c->tag);
    json_bool(out, "new", c->fresh);
    json_bool(out, "gone", c->gone);
    json_bool(out, "taken", c->taken);
    json_count(out, "yes", c->yes);
    json_count(out, "no", c->no);
    json_count(out, "labelled", c->labelled);
    json_count(out, "right_before", c->right_before);
    json_count(out, "right_after", c->right_after);
    json_count(out, "right_first", c->right_first);
    json_bool(out, "restored", c->restored);
    json_number(out, "cut_before", c->cut_before, 9);
    json_number(out, "cut_after", c->cut_after, 9);
    code = write_ids(lesson, "gained", c->gained, c->gained_count);
    code = code ? code : write_ids(lesson, "lost", c->lost, c->lost_count);
    json_close(out, '}');
    json_line_end(out);
    return code;
}

static void write_summary_json(text *out, const papertag_learning *l, const char *file, bool kept)
{
    json_open(out, NULL, '{');
    json_string(out, "model", l->hash);
    json_bool(out, "kept", kept);
    json_string(out, "file", file);
    json_count(out, "tags", l->count);
    json_count(out, "taken", l->taken);
    json_count(out, "papers", l->papers);
    json_count(out, "verdicts", l->verdicts);
    json_count(out, "dev_papers", l->dev_papers);
    json_number(out, "dev_before", l->dev_before, 6);
    json_number(out, "dev_after", l->dev_after, 6);
    json_number(out, "dev_p", l->dev_p, 6);
    json_close(out, '}');
    json_line_end(out);
}

/* The result on the dev papers, and whether the new model is in use. */
static void write_summary(struct lesson *lesson, const papertag_learning *l, const char *file, bool kept)
{
    text *out = &lesson->out;

    if (l->dev_papers) {
        text_format(out, "on %zu dev paper%s micro-F1 %.4f, before %.4f (p %.2f)\n", l->dev_papers,
                    plural(l->dev_papers), l->dev_after, l->dev_before, l->dev_p);
    }
    text_format(out, "%zu of %zu tag%s updated, %zu paper%s tagged differently\n", l->taken, l->count, plural(l->count),
                l->papers, plural(l->papers));
    if (kept) {
        text_format(out, "model %.8s is now in use; `papertag model use` goes back to an earlier one\n", l->hash);
    } else if (l->better) {
        text_put(out, "dry run: the store was not changed\n");
    }
    if (file) {
        text_format(out, "the new model was written to %s\n", file);
    }
}

/* file: the new model was written to it; NULL: to none. */
static int write_learning(struct lesson *lesson, const papertag_learning *l, const char *file, bool kept)
{
    const bool json = args_have(lesson->args, "json");
    int code = EXIT_DONE;

    for (size_t i = 0; i < l->count && !code; i++) {
        code = json ? write_change_json(lesson, &l->tags[i]) : write_change(lesson, &l->tags[i]);
    }
    if (json) {
        write_summary_json(&lesson->out, l, file, kept);
    } else {
        write_summary(lesson, l, file, kept);
    }
    return code ? code : text_write(&lesson->out) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- learning -------------------------------------------------------------------------------------------------- */

int lesson_open(struct lesson *lesson, const args *a)
{
    int code = args_whole(a, "show", 0, 1000000, &lesson->shown);

    code = code ? code : open_store(a, false, &lesson->store);
    return code ? code : open_model(a, lesson->store, &lesson->model);
}

int lesson_start(struct lesson *lesson, papertag_learn_options *options)
{
    papertag_error err;
    int status;

    progress_begin(&lesson->progress);
    options->progress = progress_show;
    options->progress_context = &lesson->progress;
    status = papertag_learner_open(&lesson->learner, lesson->store, lesson->model, options, &err);
    if (status) {
        progress_end(&lesson->progress);
    }
    return status ? refused(&err) : EXIT_DONE;
}

void lesson_close(struct lesson *lesson)
{
    papertag_learner_close(lesson->learner);
    papertag_model_close(lesson->model);
    papertag_store_close(lesson->store);
    text_free(&lesson->out);
}

/* Removes a tag that no model in use has: nothing has to be learnt for that. */
static int forget_tag(struct lesson *lesson)
{
    text *out = &lesson->out;
    papertag_error err;

    if (papertag_store_forget_tag(lesson->store, lesson->removed, &err)) {
        return refused(&err);
    }
    if (args_have(lesson->args, "json")) {
        json_open(out, NULL, '{');
        json_string(out, "tag", lesson->removed);
        json_bool(out, "gone", true);
        json_close(out, '}');
        json_line_end(out);
    } else {
        text_format(out, "%s is removed; the model in use does not have it\n", lesson->removed);
    }
    return text_end(out, EXIT_DONE);
}

int lesson_learn(struct lesson *lesson, bool dry)
{
    const char *path = args_text(lesson->args, "output", NULL);
    const papertag_learning *learning;
    papertag_model *new = NULL;
    papertag_error err;
    size_t more = 0;
    bool take;
    int code, status = papertag_learner_fit(lesson->learner, &learning, &err);

    progress_end(&lesson->progress);
    if (status == PAPERTAG_END) {
        code = dry ? EXIT_DONE : retag(lesson->store, lesson->model, &more);
        if (lesson->removed) {
            return code ? code : forget_tag(lesson);
        }
        complain("nothing to learn: no verdict has changed since the model last learnt");
        return code ? code : EXIT_NOTHING;
    }
    if (status) {
        return refused(&err);
    }
    take = learning->better || (args_have(lesson->args, "force") && learning->taken);
    if (take && path && papertag_learner_save(lesson->learner, path, &err)) {
        return failed(&err);
    }
    if (take && !dry && papertag_learner_keep(lesson->learner, &err)) {
        return failed(&err);
    }
    code = write_learning(lesson, learning, take ? path : NULL, take && !dry);
    if (!code && !take && (path || !dry)) {
        complain("the model in use is better and stays in use%s%s%s; --force takes the new one", path ? ", and " : "",
                 path ? path : "", path ? " is not written" : "");
        return EXIT_FAILED;
    }
    if (!code && take && !dry) {
        code = papertag_store_model(lesson->store, &new, &err) ? failed(&err) : retag(lesson->store, new, &more);
        papertag_model_close(new);
    }
    return code;
}
