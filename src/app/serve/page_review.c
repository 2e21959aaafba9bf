/*
 * page_review - one paper, one question; and how often the model was right so far.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { SKIP_MOST = 500, COUNT_MOST = 1000000, QUICK = 9 };

/* A review, as far as it has come: all of it is in the address. */
struct review {
    const char *tag, *order; /* NULL: any; uncertain */
    long skip, asked, right; /* questions passed over; decisions judged; of those, right ones */
};

static bool read_review(const request *r, answer *a, struct review *out)
{
    out->tag = pairs_get(&r->target.query, "tag");
    out->order = pairs_get(&r->target.query, "order");
    return read_number(r, a, "skip", 0, SKIP_MOST, 0, &out->skip) &&
           read_number(r, a, "asked", 0, COUNT_MOST, 0, &out->asked) &&
           read_number(r, a, "right", 0, COUNT_MOST, 0, &out->right);
}

static papertag_order order_of(const char *word)
{
    return word && !strcmp(word, "new")      ? PAPERTAG_ORDER_NEW
           : word && !strcmp(word, "random") ? PAPERTAG_ORDER_RANDOM
                                             : PAPERTAG_ORDER_UNCERTAIN;
}

/* The address of the next question. */
static const char *review_address(request *r, text *whole, const struct review *v)
{
    char skip[16], asked[16], right[16];

    snprintf(skip, sizeof skip, "%ld", v->skip);
    snprintf(asked, sizeof asked, "%ld", v->asked);
    snprintf(right, sizeof right, "%ld", v->right);
    return address(r, whole, "/review", "tag", v->tag, "order", v->order, "skip", v->skip ? skip : NULL, "asked",
                   v->asked ? asked : NULL, "right", v->asked ? right : NULL, NULL);
}

static void add_choices(text *out, request *r, const struct review *v)
{
    static const char *const orders[] = {"uncertain", "random", "new"};

    html_open(out, "nav", "class", "views", "aria-label", "Order", NULL);
    html_open(out, "ul", NULL);
    for (size_t i = 0; i < 3; i++) {
        add_choice(out, address(r, out, "/review", "tag", v->tag, "order", orders[i], NULL), orders[i],
                   order_of(v->order) == (papertag_order)i);
    }
    html_close(out, "ul");
    html_close(out, "nav");
    html_open(out, "form", "action", "/review", "class", "choose", NULL);
    html_element(out, "label", "Ask about", "for", "tag", NULL);
    html_element(out, "input", NULL, "id", "tag", "name", "tag", "value", v->tag, "class", "complete", "placeholder",
                 "any tag", "autocomplete", "off", NULL);
    if (v->order) {
        form_hidden(out, "order", v->order);
    }
    html_element(out, "button", "Go", "type", "submit", NULL);
    html_close(out, "form");
}

static void add_tally(text *out, const struct review *v)
{
    const papertag_estimate e = papertag_share((size_t)v->right, (size_t)v->asked);

    html_open(out, "p", "class", "about", "role", "status", NULL);
    if (v->asked) {
        html_format(out, "The model was right in %ld of %ld: %.2f (%.2f to %.2f).", v->right, v->asked, e.value, e.low,
                    e.high);
    } else {
        html_text(out, "Your answers teach the model at the next retraining.");
    }
    html_close(out, "p");
}

/* The question and its buttons. */
static void add_question(text *out, request *r, const struct review *v, const papertag_question *q,
                         const papertag_stored *paper, const char *tag)
{
    struct review skipped = *v;

    skipped.skip++;
    form_begin(out, "/review", "question", review_address(r, out, v));
    form_hidden(out, "id", paper->paper.id);
    form_hidden(out, "assigned", q->assigned ? "yes" : "no");
    if (v->order) {
        form_hidden(out, "order", v->order);
    }
    html_open(out, "p", "class", "ask", NULL);
    if (tag) {
        form_hidden(out, "tag", tag);
        html_text(out, "Is it about ");
        html_element(out, "strong", tag, NULL);
        html_text(out, "?");
    } else {
        html_text(out, "Are these tags right?");
    }
    html_close(out, "p");
    form_button(out, "verdict", "yes", "Yes", NULL, "yes");
    form_button(out, "verdict", "no", "No", NULL, "no");
    html_element(out, "a", "Skip", "class", "button skip-question", "href", review_address(r, out, &skipped), NULL);
    html_element(out, "button", "Undo", "type", "submit", "formaction", "/undo", "class", "undo", NULL);
    if (tag) {
        html_open(out, "p", "class", "about", NULL);
        html_format(out, "The model says %s: p %.2f.", q->assigned ? "yes" : "no", q->p);
        html_close(out, "p");
    }
    form_end(out);
}

static void add_paper(text *out, request *r, const struct review *v, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;

    html_open(out, "article", "class", "whole", NULL);
    html_open(out, "h2", NULL);
    html_open(out, "a", "href", paper_address(r, out, p->id), NULL);
    html_foreign(out, title_of(r, out, p));
    html_close(out, "a");
    html_close(out, "h2");
    add_about(out, r, p);
    html_open(out, "p", "class", "abstract", NULL);
    html_foreign(out, p->abstract ? plain_of(r, out, p->abstract) : "No abstract.");
    html_close(out, "p");
    html_close(out, "article");
    form_begin(out, "/verdict", "card numbered", review_address(r, out, v));
    form_hidden(out, "id", p->id);
    add_tags(out, r, paper, true);
    html_open(out, "div", "class", "acts", NULL);
    html_element(out, "label", "Another tag", "for", "add", NULL);
    html_element(out, "input", NULL, "id", "add", "name", "tag", "class", "complete", "autocomplete", "off", NULL);
    form_button(out, "all", "yes", "Add", NULL, NULL);
    html_close(out, "div");
    form_end(out);
}

/* The questions up to the one that is asked: about papers of a month, and only when there are none about all. A random
 * sample is of all. */
static bool find_questions(worker *w, const request *r, answer *a, const struct review *v,
                           const papertag_question **list, size_t *count)
{
    const papertag_order order = order_of(v->order);
    const size_t wanted = (size_t)v->skip + 1;
    papertag_error err;
    int status = PAPERTAG_OK;

    *count = 0;
    if (order != PAPERTAG_ORDER_RANDOM) {
        status = papertag_store_questions(w->store, order, v->tag, "30d", 1, wanted, list, count, &err);
    }
    if (!status && *count < wanted) {
        status = papertag_store_questions(w->store, order, v->tag, NULL, 1, wanted, list, count, &err);
    }
    return succeeded(status, r, a, &err);
}

void page_review(worker *w, request *r, answer *a)
{
    const papertag_question *list;
    const papertag_stored *paper;
    text *out = &a->body, slug = {0};
    struct review v;
    papertag_error err;
    size_t count;

    if (!read_review(r, a, &v) || !find_questions(w, r, a, &v, &list, &count)) {
        return;
    }
    page_begin(out, "Review - papertag", "/review", NULL);
    html_open(out, "main", "id", "main", "class", "narrow review", NULL);
    html_element(out, "h1", "Review", NULL);
    add_choices(out, r, &v);
    add_tally(out, &v);
    if (count <= (size_t)v.skip) {
        html_element(out, "p", "No more questions.", "class", "none", NULL);
    } else {
        const papertag_question q = list[v.skip];
        text_put(&slug, q.tag ? q.tag : "");
        if (!succeeded(papertag_store_get(w->store, q.key, &paper, &err), r, a, &err)) {
            text_free(&slug);
            return;
        }
        add_question(out, r, &v, &q, paper, q.tag ? text_of(out, &slug) : NULL);
        add_paper(out, r, &v, paper);
        text_free(&slug);
    }
    html_close(out, "main");
    page_end(out);
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

/* A number of the address that the form stood on; 0: none that the page takes. */
static long number_of(const target *t, const char *name)
{
    const char *value = pairs_get(&t->query, name);
    const long number = value ? strtol(value, NULL, 10) : 0;

    return number > 0 && number < COUNT_MOST ? number : 0;
}

/* Goes on to the next question, with one more decision judged. */
static void next_question(request *r, answer *a, const char *tag, bool judged, bool right)
{
    const char *back = pairs_get(&r->form, "back");
    target t = {0};

    /* the address that the form stood on has the rest */
    if (back && is_own_path(back) && !target_parse(&t, back)) {
        const struct review v = {.tag = pairs_get(&t.query, "tag"),
                                 .order = pairs_get(&t.query, "order"),
                                 .skip = number_of(&t, "skip"),
                                 .asked = number_of(&t, "asked") + (tag && judged),
                                 .right = number_of(&t, "right") + (tag && judged && right)};
        answer_redirect(a, review_address(r, &a->body, &v));
    } else {
        answer_redirect(a, "/review");
    }
    target_free(&t);
}

/* The verdicts of an answer about all tags of a paper: they are right as they are, or none of them is. */
static size_t all_verdicts(const papertag_stored *paper, bool yes, papertag_tag_verdict *out)
{
    size_t count = 0;

    for (size_t t = 0; t < paper->tag_count && count < QUICK; t++) {
        const papertag_decision *d = &paper->tags[t];
        if (!d->verdict) {
            out[count++] =
                (papertag_tag_verdict){d->tag, d->in_force && yes ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO};
        }
    }
    return count;
}

void form_review(worker *w, request *r, answer *a)
{
    const char *id = pairs_get(&r->form, "id"), *tag = pairs_get(&r->form, "tag");
    const char *word = pairs_get(&r->form, "verdict"), *order = pairs_get(&r->form, "order");
    const char *assigned = pairs_get(&r->form, "assigned");
    const bool yes = word && !strcmp(word, "yes"), was = assigned && !strcmp(assigned, "yes");
    const bool random = order_of(order) == PAPERTAG_ORDER_RANDOM;
    papertag_tag_verdict verdicts[QUICK + 1];
    papertag_question q = {.tag = tag};
    const papertag_stored *paper;
    papertag_error err;
    size_t count = 1;

    if (!id || !word || (!yes && strcmp(word, "no") != 0)) {
        answer_problem(r, a, 400, "the form needs an id and a verdict: yes or no");
        return;
    }
    if (!succeeded(papertag_store_find(w->store, id, &q.key, &err), r, a, &err) ||
        !succeeded(papertag_store_get(w->store, q.key, &paper, &err), r, a, &err)) {
        return;
    }
    if (tag) {
        verdicts[0] = (papertag_tag_verdict){tag, yes ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO};
    } else {
        count = all_verdicts(paper, yes, verdicts);
    }
    if (succeeded(papertag_store_answer(w->store, &q, random, verdicts, count, &err), r, a, &err)) {
        next_question(r, a, tag, !random || was, was == yes);
    }
}
