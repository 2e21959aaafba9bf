/*
 * review_questions - the questions, and what a key does with them. Each answer is in the store before the next key is
 * read.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "review.h"

const papertag_question *review_question(const struct review *r)
{
    return &r->questions[r->at];
}

void review_set_note(struct review *r, bool refused, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(r->note, sizeof r->note, format, list);
    va_end(list);
    r->refused = refused;
}

int review_stop(const papertag_error *err)
{
    terminal_close();
    return err ? failed(err) : out_of_memory();
}

int review_open(struct review *r)
{
    const papertag_question *q = review_question(r);
    papertag_error err;

    if (papertag_store_get(r->store, q->key, &r->paper, &err)) {
        return review_stop(&err);
    }
    r->choice_count = 0;
    for (size_t i = 0; i < r->paper->tag_count && r->choice_count < CHOICES; i++) {
        const papertag_decision *d = &r->paper->tags[i];
        struct choice *c = &r->choices[r->choice_count];
        if (!q->tag || strcmp(d->tag, q->tag) != 0) {
            *c = (struct choice){.p = d->p, .assigned = d->assigned, .on = d->in_force, .judged = d->verdict};
            snprintf(c->tag, sizeof c->tag, "%s", d->tag);
            r->choice_count++;
        }
    }
    return EXIT_DONE;
}

static bool push_step(struct review *r, bool answer, size_t asked, size_t right)
{
    if (r->step_count == r->step_capacity) {
        struct step *steps = realloc(r->steps, (2 * r->step_capacity + 64) * sizeof *steps);
        if (!steps) {
            return false;
        }
        r->steps = steps;
        r->step_capacity = 2 * r->step_capacity + 64;
    }
    r->steps[r->step_count++] = (struct step){r->at, answer, asked, right, papertag_store_call(r->store)};
    r->asked += asked;
    r->right += right;
    r->answered += answer;
    return true;
}

/* Records the answer to the current question and goes on to the next. */
static int answer(struct review *r, bool yes)
{
    const papertag_question *q = review_question(r);
    papertag_tag_verdict verdicts[CHOICES + 1] = {{0}};
    size_t count = 0, asked = 0, right = 0;
    papertag_error err;

    if (q->tag) {
        verdicts[count++] = (papertag_tag_verdict){q->tag, yes ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO};
        asked = !r->random || q->assigned;
        right = asked && q->assigned == yes;
    }
    for (size_t i = 0; i < r->choice_count && !q->tag; i++) {
        const struct choice *c = &r->choices[i];
        const bool has = c->on && (yes || c->judged);
        if (!c->judged) {
            verdicts[count++] = (papertag_tag_verdict){c->tag, has ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO};
        }
        asked += c->assigned;
        right += c->assigned && has;
    }
    if (papertag_store_answer(r->store, q, r->random, verdicts, count, &err)) {
        return review_stop(&err);
    }
    if ((count || r->random) && !push_step(r, true, asked, right)) {
        return review_stop(NULL);
    }
    r->at++;
    return EXIT_DONE;
}

int review_judge(struct review *r, const char *tag, bool yes)
{
    const papertag_tag_verdict verdict = {tag, yes ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO};
    papertag_error err;

    if (papertag_store_set_verdicts(r->store, review_question(r)->key, &verdict, 1, &err)) {
        if (err.status == PAPERTAG_BAD_ARGUMENT) {
            review_set_note(r, true, "%s", err.message);
            return EXIT_DONE;
        }
        return review_stop(&err);
    }
    review_set_note(r, false, "%s: %s", tag, papertag_verdict_name(verdict.verdict));
    if (!push_step(r, false, 0, 0)) {
        return review_stop(NULL);
    }
    return review_open(r);
}

static int undo(struct review *r)
{
    const struct step *last;
    papertag_error err;
    int64_t key;
    int status;

    if (!r->step_count) {
        review_set_note(r, false, "nothing to undo");
        return EXIT_DONE;
    }
    last = &r->steps[--r->step_count];
    status = papertag_store_undo_call(r->store, last->call, &key, &err); /* others may be at work in the store, too */
    if (status == PAPERTAG_CHANGED) {
        review_set_note(r, true, "not undone: somebody has changed the same since");
        return EXIT_DONE;
    }
    if (status && status != PAPERTAG_END) {
        return review_stop(&err);
    }
    r->at = last->question;
    r->answered -= last->answer;
    r->asked -= last->asked;
    r->right -= last->right;
    review_set_note(r, false, "undone");
    return review_open(r);
}

bool review_act(struct review *r, int key, int *code, bool *end)
{
    const size_t was = r->at;

    review_set_note(r, false, "%s", "");
    if (key == 'y' || key == 'n') {
        *code = answer(r, key == 'y');
    } else if (key == 's') {
        r->at++;
    } else if (key == 'u') {
        *code = undo(r);
    } else if (key == 'q') {
        *end = true;
    } else if (key >= '1' && key <= '9' && (size_t)(key - '1') < r->choice_count) {
        const struct choice c = r->choices[key - '1'];
        *code = review_judge(r, c.tag, !c.on);
    } else {
        return false;
    }
    if (r->at != was && !*code && r->at < r->count) {
        r->scroll = 0;
        *code = review_open(r);
    }
    return true;
}

/* ---- what is shown --------------------------------------------------------------------------------------------- */

void review_write_tally(const struct review *r, text *out)
{
    const papertag_estimate e = papertag_share(r->right, r->asked);

    text_format(out, "%zu of %zu", r->answered, r->count);
    if (r->asked) {
        text_format(out,
                    r->random ? " \xc2\xb7 precision %.2f (%.2f to %.2f) of %zu"
                              : " \xc2\xb7 right %.2f (%.2f to %.2f) of %zu",
                    e.value, e.low, e.high, r->asked);
    }
    text_format(out, " \xc2\xb7 %s", r->order);
}

void review_write_question(const struct review *r, text *out)
{
    const papertag_question *q = review_question(r);
    const style *s = &r->style;
    text model = {0};

    if (q->tag) {
        text_format(&model, "The model says %s: p %.2f, margin %+.3f, cut %+.3f", q->assigned ? "yes" : "no", q->p,
                    q->margin, q->cut);
        text_format(out, "Is it about %s%s%s?\n%s", s->bold, q->tag, s->plain, s->dim);
        text_wrapped(out, s, text_of(out, &model), "");
        text_put(out, s->plain);
        text_free(&model);
    } else {
        text_format(out, "%sAre these tags right?%s", s->bold, s->plain);
    }
}

size_t review_marked_tag(const struct review *r)
{
    const papertag_question *q = review_question(r);
    const char *tag = q->tag ? q->tag : r->choice_count ? r->choices[0].tag : NULL;
    papertag_error err;
    size_t index;

    return tag && papertag_model_is_linear(r->model) && !papertag_model_find_tag(r->model, tag, &index, &err)
               ? index
               : SIZE_MAX;
}

/* A key and what it does. */
static void write_key(const struct review *r, text *out, const char *key, const char *does)
{
    text_format(out, "%-7s", key);
    text_wrapped(out, &r->style, does, "       ");
    text_put(out, "\n");
}

void review_write_keys(const struct review *r, text *out)
{
    write_key(r, out, "y", "yes: the paper has the tag. Asked about all its tags: they are right as marked.");
    write_key(r, out, "n", "no: it does not have the tag. Asked about all: it has only those you turned on yourself.");
    write_key(r, out, "s", "skip: nothing is recorded.");
    write_key(r, out, "u", "undo the last answer, then the one before it.");
    write_key(r, out, "1-9", "turn another tag on or off. This is a verdict too.");
    write_key(r, out, "/", "add a tag by name or alias. Tab completes the name.");
    write_key(r, out, "space", "scroll; so do the arrow and page keys.");
    write_key(r, out, "q", "quit. Every answer is already recorded.");
    text_put(out, "\n");
    text_wrapped(out, &r->style, "Underlined words count for the tag, the other marked words against it.", "");
    text_put(out, "\n");
}
