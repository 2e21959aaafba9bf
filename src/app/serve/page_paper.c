/*
 * page_paper - a paper: its abstract with the words that speak for a tag, why, what is like it, what was before.
 */
#include <math.h>
#include <string.h>

#include "page.h"

enum { TERMS_SHOWN = 12, SIMILAR_SHOWN = 6 };

/* Adds a text with the words marked that speak for a tag, or against it. */
static bool add_marked(worker *w, request *r, answer *a, const papertag_paper *p, size_t tag, const char *string)
{
    const papertag_span *spans;
    text *out = &a->body;
    papertag_error err;
    size_t count, at = 0;

    if (!succeeded(papertag_mark(w->tagger, p->title, p->abstract, tag, string, &spans, &count, &err), r, a, &err)) {
        return false;
    }
    html_open(out, "bdi", NULL);
    for (size_t i = 0; i < count; i++) {
        const double c = spans[i].contribution;
        text part = {0};
        text_add(&part, string + at, spans[i].start - at);
        html_text(out, text_of(out, &part));
        part.size = 0;
        text_add(&part, string + spans[i].start, spans[i].length);
        if (fabs(c) < 0.01) {
            html_text(out, text_of(out, &part));
        } else {
            html_element(out, c > 0 ? "mark" : "s", text_of(out, &part), "class", c > 0 ? NULL : "against", NULL);
        }
        text_free(&part);
        at = spans[i].start + spans[i].length;
    }
    html_text(out, string + at);
    html_close(out, "bdi");
    return true;
}

/* The terms that made the decision on a tag. */
static bool add_reasons(worker *w, request *r, answer *a, const papertag_paper *p, const char *name, size_t tag)
{
    papertag_explanation e;
    text *out = &a->body;
    papertag_error err;

    if (!succeeded(papertag_explain(w->tagger, p->title, p->abstract, tag, &e, &err), r, a, &err)) {
        return false;
    }
    html_open(out, "section", "aria-label", "Why", NULL);
    html_open(out, "h2", NULL);
    html_format(out, "Why %s", name);
    html_close(out, "h2");
    html_open(out, "table", "class", "reasons", NULL);
    html_open(out, "tbody", NULL);
    for (size_t i = 0; i < e.count && i < TERMS_SHOWN; i++) {
        html_open(out, "tr", NULL);
        html_open(out, "th", "scope", "row", NULL);
        html_foreign(out, e.terms[i].term);
        html_close(out, "th");
        html_open(out, "td", "class", e.terms[i].contribution > 0 ? "for" : "against", NULL);
        html_format(out, "%+.3f", e.terms[i].contribution);
        html_close(out, "td");
        html_close(out, "tr");
    }
    html_close(out, "tbody");
    html_close(out, "table");
    html_open(out, "p", "class", "about", NULL);
    html_format(out, "All terms and the bias of %+.3f make a margin of %+.3f.", e.bias, e.margin);
    html_close(out, "p");
    html_close(out, "section");
    return true;
}

/* The tag whose words are marked: that of the address, else the first in force. False: none, or none that the model
 * can explain. */
static bool chosen_tag(worker *w, const request *r, const papertag_stored *paper, const char **name, size_t *tag)
{
    papertag_error err;

    *name = pairs_get(&r->target.query, "tag");
    if (!*name && paper->tag_count && paper->tags[0].in_force) {
        *name = paper->tags[0].tag;
    }
    return *name && papertag_model_is_linear(w->model) && !papertag_model_find_tag(w->model, *name, tag, &err);
}

/* Which tag's words are marked, as links to the others. */
static void add_marking(text *out, request *r, const papertag_stored *paper, const char *name)
{
    const char *to = paper_address(r, out, paper->paper.id);

    html_open(out, "nav", "class", "views", "aria-label", "Mark the words of", NULL);
    html_open(out, "ul", NULL);
    for (size_t t = 0; t < paper->tag_count && t < 8; t++) {
        add_choice(out, address(r, out, to, "tag", paper->tags[t].tag, NULL), paper->tags[t].tag,
                   !strcmp(paper->tags[t].tag, name));
    }
    html_close(out, "ul");
    html_close(out, "nav");
}

static bool add_similar(worker *w, request *r, answer *a, int64_t key)
{
    const papertag_neighbour *list;
    text *out = &a->body;
    papertag_error err;
    size_t count;

    html_open(out, "section", "aria-label", "Similar papers", "class", "similar", NULL);
    if (!pairs_get(&r->target.query, "similar")) { /* in a large store they take a while */
        html_element(out, "a", "Similar papers", "href",
                     address(r, out, paper_address(r, out, r->parameters[0]), "similar", "1", NULL), NULL);
        html_close(out, "section");
        return true;
    }
    if (!succeeded(papertag_store_similar(w->store, w->tagger, key, SIMILAR_SHOWN, &list, &count, &err), r, a, &err)) {
        return false;
    }
    html_element(out, "h2", "Similar papers", NULL);
    html_open(out, "ul", NULL);
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *paper;
        if (!succeeded(papertag_store_get(w->store, list[i].key, &paper, &err), r, a, &err)) {
            return false;
        }
        html_open(out, "li", NULL);
        html_open(out, "a", "href", paper_address(r, out, paper->paper.id), NULL);
        html_foreign(out, title_of(r, out, &paper->paper));
        html_close(out, "a");
        html_open(out, "small", NULL);
        html_format(out, " %.2f", list[i].similarity);
        html_close(out, "small");
        html_close(out, "li");
    }
    html_close(out, "ul");
    html_close(out, "section");
    return true;
}

static bool add_versions(worker *w, request *r, answer *a, int64_t key)
{
    const papertag_past_text *list;
    text *out = &a->body;
    papertag_error err;
    size_t count;

    if (!succeeded(papertag_store_versions(w->store, key, &list, &count, &err), r, a, &err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        html_open(out, "details", NULL);
        html_open(out, "summary", NULL);
        html_format(out, "Version %zu, replaced %.10s", list[i].version, list[i].replaced);
        html_close(out, "summary");
        html_open(out, "h3", NULL);
        html_foreign(out, list[i].title ? plain_of(r, out, list[i].title) : "(no title)");
        html_close(out, "h3");
        html_open(out, "p", NULL);
        html_foreign(out, list[i].abstract ? plain_of(r, out, list[i].abstract) : "");
        html_close(out, "p");
        html_close(out, "details");
    }
    return true;
}

/* The form of every tag that is thought of, a tag to add, the marks. */
static void add_forms(text *out, request *r, const papertag_stored *paper)
{
    const char *to = paper_address(r, out, paper->paper.id);

    form_begin(out, "/verdict", "card", to);
    form_hidden(out, "id", paper->paper.id);
    add_tags(out, r, paper, true);
    html_open(out, "div", "class", "acts", NULL);
    html_element(out, "label", "Another tag", "for", "add", NULL);
    html_element(out, "input", NULL, "id", "add", "name", "tag", "class", "complete", "autocomplete", "off", NULL);
    form_button(out, "all", "yes", "Add", NULL, NULL);
    html_element(out, "button", paper->starred ? "Take the star away" : "Star", "type", "submit", "formaction", "/mark",
                 "name", "set", "value", paper->starred ? "unstar" : "star", NULL);
    html_element(out, "button", paper->read ? "Mark as unread" : "Mark as read", "type", "submit", "formaction",
                 "/mark", "name", "set", "value", paper->read ? "unread" : "read", NULL);
    html_element(out, "button", "Undo", "type", "submit", "formaction", "/undo", "class", "undo", NULL);
    html_close(out, "div");
    form_end(out);
}

static void add_note(text *out, request *r, const papertag_stored *paper)
{
    form_begin(out, "/note", "noting", paper_address(r, out, paper->paper.id));
    form_hidden(out, "id", paper->paper.id);
    html_element(out, "label", "Note", "for", "note", NULL);
    html_element(out, "textarea", paper->note ? paper->note : "", "id", "note", "name", "note", "rows", "2", NULL);
    html_element(out, "button", "Save note", "type", "submit", NULL);
    form_end(out);
}

static void add_sources(text *out, const papertag_stored *paper)
{
    html_open(out, "p", "class", "about", NULL);
    html_format(out, "%s, version %zu, added %.10s", paper->paper.id, paper->version, paper->added);
    for (size_t i = 0; i < paper->sources.count; i++) {
        html_text(out, i ? ", " : "; seen as ");
        html_foreign(out, paper->sources.items[i]);
    }
    html_close(out, "p");
}

/* The abstract, with a tag's words marked, and why the tag was given. */
static bool add_text(worker *w, request *r, answer *a, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    text *out = &a->body;
    const char *name;
    size_t tag = 0;
    const bool marks = chosen_tag(w, r, paper, &name, &tag);

    if (marks) {
        html_element(out, "p", "The words that speak for a tag are marked:", "class", "about marked", NULL);
        add_marking(out, r, paper, name);
    }
    html_open(out, "p", "class", "abstract", NULL);
    if (!marks || !p->abstract) {
        html_foreign(out, p->abstract ? plain_of(r, out, p->abstract) : "No abstract.");
    } else if (!add_marked(w, r, a, p, tag, plain_of(r, out, p->abstract))) {
        return false;
    }
    html_close(out, "p");
    return !marks || add_reasons(w, r, a, p, name, tag);
}

void page_paper(worker *w, request *r, answer *a)
{
    const papertag_stored *paper;
    text *out = &a->body;
    papertag_error err;
    int64_t key;

    if (!find_paper(w, r, a, &key) || !use_model(w, r, a) ||
        !succeeded(papertag_store_get(w->store, key, &paper, &err), r, a, &err)) {
        return;
    }
    page_begin(out, title_of(r, out, &paper->paper), "", NULL);
    html_open(out, "main", "id", "main", "class", "narrow whole", NULL);
    html_open(out, "h1", NULL);
    html_foreign(out, title_of(r, out, &paper->paper));
    html_close(out, "h1");
    add_about(out, r, &paper->paper);
    html_open(out, "p", NULL);
    add_links(out, &paper->paper);
    html_close(out, "p");
    add_forms(out, r, paper);
    if (!add_text(w, r, a, paper)) {
        return;
    }
    add_note(out, r, paper);
    add_sources(out, paper);
    if (!add_versions(w, r, a, key) || !add_similar(w, r, a, key)) {
        return;
    }
    html_close(out, "main");
    page_end(out);
}
