/*
 * lesson - fits a learner, shows what it changes, and takes the new model or leaves it.
 */
#include <stdlib.h>
#include <string.h>

#include "lesson.h"

/* ---- what changed ---------------------------------------------------------------------------------------------- */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static int write_flips(struct lesson *job, const char *mark, const char *colour, const int64_t *keys, size_t count)
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

static int write_change(struct lesson *job, const papertag_tag_change *c)
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

static int write_ids(struct lesson *job, const char *key, const int64_t *keys, size_t count)
{
    json_open(&job->out, key, '[');
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *paper;
        papertag_error err;
        if (papertag_store_get(job->store, keys[i], &paper, &err)) {
            return failed(&err);
        }
        json_string(&job->out, NULL, paper->paper.id);
    }
    json_close(&job->out, ']');
    return EXIT_DONE;
}

static int write_change_json(struct lesson *job, const papertag_tag_change *c)
{
    text *out = &job->out;
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
    json_number(out, "cut_before", c->cut_before, 9);
    json_number(out, "cut_after", c->cut_after, 9);
    code = write_ids(job, "gained", c->gained, c->gained_count);
    code = code ? code : write_ids(job, "lost", c->lost, c->lost_count);
    json_close(out, '}');
    json_line_end(out);
    return code;
}

static void write_sum_json(text *out, const papertag_learning *l, bool kept)
{
    json_open(out, NULL, '{');
    json_string(out, "model", l->hash);
    json_bool(out, "kept", kept);
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

/* What follows from it: kept, refused, or only looked at. */
static void write_sum(struct lesson *job, const papertag_learning *l, bool kept)
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

static int write_learning(struct lesson *job, const papertag_learning *l, bool kept)
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

int lesson_open(struct lesson *job, const args *a)
{
    int code = args_whole(a, "show", 0, 1000000, &job->shown);

    code = code ? code : open_store(a, false, &job->store);
    return code ? code : open_model(a, job->store, &job->model);
}

void lesson_close(struct lesson *job)
{
    papertag_learner_close(job->learner);
    papertag_model_close(job->model);
    papertag_store_close(job->store);
    text_free(&job->out);
}

int lesson_learn(struct lesson *job, bool dry)
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
