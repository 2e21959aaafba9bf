/*
 * page_tags - all tags; a tag: what it means, how often it is given, how right it is, by which words, what is unsure.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { WEEKS = 26, STRONGEST = 12, UNSURE = 8, NEWEST = 8 };

void page_tags(worker *w, request *r, answer *a)
{
    const papertag_tag_info *tags;
    const size_t *papers;
    text *out = &a->body;
    papertag_error err;
    size_t count;

    if (!succeeded(papertag_store_tags(w->store, &tags, &papers, &count, &err), r, a, &err)) {
        return;
    }
    page_begin(out, "Tags - papertag", "/tags", NULL);
    html_open(out, "main", "id", "main", "class", "narrow", NULL);
    html_element(out, "h1", "Tags", NULL);
    if (pairs_get(&r->target.query, "gone")) {
        html_open(out, "p", "class", "remark", "role", "status", NULL);
        html_foreign(out, pairs_get(&r->target.query, "gone"));
        html_text(out, " is being removed, with the verdicts on it: the model is fitted again without it.");
        html_close(out, "p");
    }
    html_open(out, "table", "class", "list meanings", NULL);
    html_open(out, "thead", NULL);
    html_open(out, "tr", NULL);
    html_element(out, "th", "Tag", "scope", "col", NULL);
    html_element(out, "th", "Papers", "scope", "col", "class", "number", NULL);
    html_element(out, "th", "Group", "scope", "col", NULL);
    html_element(out, "th", "Meaning", "scope", "col", NULL);
    html_close(out, "tr");
    html_close(out, "thead");
    html_open(out, "tbody", NULL);
    for (size_t t = 0; t < count; t++) {
        html_open(out, "tr", NULL);
        html_open(out, "th", "scope", "row", NULL);
        html_open(out, "a", "href", tag_address(r, out, tags[t].tag), NULL);
        html_foreign(out, tags[t].tag);
        html_close(out, "a");
        html_close(out, "th");
        html_open(out, "td", "class", "number", NULL);
        add_count(out, papers[t], NULL);
        html_close(out, "td");
        html_element(out, "td", tags[t].group ? tags[t].group : "", NULL);
        html_element(out, "td", tags[t].definition ? tags[t].definition : "", NULL);
        html_close(out, "tr");
    }
    html_close(out, "tbody");
    html_close(out, "table");
    html_close(out, "main");
    page_end(out);
}

/* ---- one tag --------------------------------------------------------------------------------------------------- */

static bool add_weeks(worker *w, request *r, answer *a, const char *tag)
{
    size_t counts[WEEKS];
    papertag_error err;

    if (!succeeded(papertag_store_weeks(w->store, tag, NULL, counts, WEEKS, &err), r, a, &err)) {
        return false;
    }
    html_element(&a->body, "h2", "Papers per week", NULL);
    add_bars(&a->body, counts, WEEKS, "Papers");
    return true;
}

static void add_share(text *out, const char *what, size_t right, size_t all)
{
    const papertag_estimate e = papertag_share(right, all);

    html_open(out, "li", NULL);
    if (all) {
        html_format(out, "%s %.2f (%.2f to %.2f): %zu of %zu", what, e.value, e.low, e.high, right, all);
    } else {
        html_format(out, "%s no verdicts yet", what);
    }
    html_close(out, "li");
}

static bool add_judged(worker *w, request *r, answer *a, const char *tag)
{
    papertag_judged j;
    papertag_error err;
    text *out = &a->body;

    if (!succeeded(papertag_store_judged(w->store, tag, &j, &err), r, a, &err)) {
        return false;
    }
    html_element(out, "h2", "By your verdicts", NULL);
    html_open(out, "ul", NULL);
    add_share(out, "Precision:", j.right, j.right + j.wrong);
    add_share(out, "Recall, of papers that you judged:", j.right, j.right + j.missed);
    html_close(out, "ul");
    html_open(out, "p", NULL);
    html_element(out, "a", "Review this tag", "href", address(r, out, "/review", "tag", tag, NULL), NULL);
    html_close(out, "p");
    return true;
}

/* A term and its weight. */
struct weight {
    size_t term;
    double weight;
};

static int compare_weights(const void *a, const void *b)
{
    const struct weight *x = a, *y = b;

    return x->weight != y->weight ? (x->weight < y->weight ? 1 : -1) : (x->term > y->term) - (x->term < y->term);
}

static void add_terms(text *out, const papertag_model *model, const char *heading, const struct weight *list,
                      size_t count, bool against)
{
    html_open(out, "section", "class", "terms", NULL);
    html_element(out, "h3", heading, NULL);
    html_open(out, "ol", NULL);
    for (size_t i = 0; i < count && i < STRONGEST; i++) {
        const struct weight *one = against ? &list[count - 1 - i] : &list[i];
        const char *term;
        size_t length;
        text word = {0};
        papertag_model_term(model, one->term, &term, &length, NULL);
        text_add(&word, term, length);
        html_open(out, "li", NULL);
        html_foreign(out, text_of(out, &word));
        html_open(out, "small", NULL);
        html_format(out, " %+.2f", one->weight);
        html_close(out, "small");
        html_close(out, "li");
        text_free(&word);
    }
    html_close(out, "ol");
    html_close(out, "section");
}

/* The terms that speak most for a tag, and most against it. */
static bool add_strongest(worker *w, request *r, answer *a, const char *tag)
{
    const size_t terms = papertag_model_term_count(w->model);
    struct weight *list;
    papertag_error err;
    size_t index, count = 0;

    if (!papertag_model_is_linear(w->model) || papertag_model_find_tag(w->model, tag, &index, &err)) {
        return true; /* a model of kernels has no weights, and a tag that is not learnt yet none either */
    }
    list = calloc(terms + 1, sizeof *list);
    if (!list) {
        answer_problem(r, a, 500, NULL);
        return false;
    }
    for (size_t i = 0; i < terms; i++) {
        const double weight = papertag_model_weight(w->model, i, index);
        if (weight != 0) {
            list[count++] = (struct weight){i, weight};
        }
    }
    qsort(list, count, sizeof *list, compare_weights);
    html_element(&a->body, "h2", "Strongest words", NULL);
    html_open(&a->body, "div", "class", "beside", NULL);
    add_terms(&a->body, w->model, "For it", list, count, false);
    add_terms(&a->body, w->model, "Against it", list, count, true);
    html_close(&a->body, "div");
    free(list);
    return true;
}

static bool add_unsure(worker *w, request *r, answer *a, const char *tag)
{
    const papertag_question *list;
    const papertag_stored *paper;
    text *out = &a->body;
    papertag_error err;
    size_t count;

    if (!succeeded(
            papertag_store_questions(w->store, PAPERTAG_ORDER_UNCERTAIN, tag, "90d", 1, UNSURE, &list, &count, &err), r,
            a, &err)) {
        return false;
    }
    html_element(out, "h2", "Least certain papers of the last 90 days", NULL);
    if (!count) {
        html_element(out, "p", "Nothing.", "class", "none", NULL);
    }
    for (size_t i = 0; i < count; i++) {
        if (!succeeded(papertag_store_get(w->store, list[i].key, &paper, &err), r, a, &err)) {
            return false;
        }
        form_begin(out, "/verdict", "card line", tag_address(r, out, tag));
        form_hidden(out, "id", paper->paper.id);
        html_open(out, "a", "href", paper_address(r, out, paper->paper.id), NULL);
        html_foreign(out, title_of(r, out, &paper->paper));
        html_close(out, "a");
        html_open(out, "small", NULL);
        html_format(out, " %.2f ", list[i].p);
        html_close(out, "small");
        form_button(out, "yes", tag, "yes", "Yes, it has the tag", "yes");
        form_button(out, "no", tag, "no", "No, it does not have it", "no");
        form_end(out);
    }
    return true;
}

static bool add_newest(worker *w, request *r, answer *a, const char *tag)
{
    const papertag_query query = {.expression = tag, .limit = NEWEST};
    const int64_t *keys;
    papertag_error err;
    size_t count;

    if (!succeeded(papertag_store_select(w->store, &query, &keys, &count, &err), r, a, &err)) {
        return false;
    }
    html_element(&a->body, "h2", "Newest papers", NULL);
    add_many(&a->body, tag_address(r, &a->body, tag));
    return add_list(w, r, a, keys, count, false, tag_address(r, &a->body, tag));
}

/* Of a tag that was made here: how to be rid of it. */
static bool add_removal(worker *w, request *r, answer *a, const char *tag)
{
    papertag_strings own;
    text *out = &a->body;
    papertag_error err;

    if (!succeeded(papertag_store_own_tags(w->store, &own, &err), r, a, &err)) {
        return false;
    }
    for (size_t i = 0; i < own.count; i++) {
        if (!strcmp(own.items[i], tag)) {
            form_begin(out, "/tags/remove", "about", tag_address(r, out, tag));
            form_hidden(out, "tag", tag);
            html_text(out, "You made this tag. Papers get it once the model has learnt it. ");
            html_element(out, "button", "Remove the tag and its verdicts", "type", "submit", NULL);
            form_end(out);
        }
    }
    return true;
}

void page_tag(worker *w, request *r, answer *a)
{
    const papertag_tag_info *info = find_tag(w, r, a, r->parameters[0]);
    text *out = &a->body, slug = {0};
    const char *tag;

    if (!info || !use_model(w, r, a)) {
        return;
    }
    info = find_tag(w, r, a, r->parameters[0]);
    if (!info) {
        return;
    }
    text_put(&slug, info->tag);
    tag = request_own(r, &slug, out);
    page_begin(out, info->name, "/tags", NULL);
    html_open(out, "main", "id", "main", "class", "narrow", NULL);
    html_open(out, "h1", NULL);
    html_foreign(out, info->name);
    html_close(out, "h1");
    if (info->definition) {
        html_open(out, "p", NULL);
        html_foreign(out, info->definition);
        html_close(out, "p");
    }
    html_open(out, "p", "class", "about", NULL);
    html_format(out, "%s%s%s", info->tag, info->group ? ", group " : "", info->group ? info->group : "");
    html_text(out, info->aliases.count ? ", also " : "");
    for (size_t i = 0; i < info->aliases.count; i++) {
        html_text(out, i ? ", " : "");
        html_foreign(out, info->aliases.items[i]);
    }
    html_close(out, "p");
    if (add_removal(w, r, a, tag) && add_weeks(w, r, a, tag) && add_judged(w, r, a, tag) &&
        add_strongest(w, r, a, tag) && add_unsure(w, r, a, tag) && add_newest(w, r, a, tag)) {
        html_close(out, "main");
        page_end(out);
    }
}
