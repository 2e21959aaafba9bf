/*
 * card - a paper as it stands in a list, and lists of papers.
 */
#include <math.h>
#include <string.h>

#include "../digest/digest.h"
#include "page.h"

enum { SHORT = 340 }; /* bytes of an abstract in a list: two lines, or a few on a phone */

const char *title_of(request *r, text *whole, const papertag_paper *p)
{
    text title = {0};

    text_title(&title, p);
    return request_own(r, &title, whole);
}

const char *plain_of(request *r, text *whole, const char *string)
{
    text plain = {0};

    text_plain(&plain, string);
    return request_own(r, &plain, whole);
}

/* ---- parts ----------------------------------------------------------------------------------------------------- */

/* Adds a part of a line, with a dot between it and the one before. */
static void begin_part(text *out, bool *any)
{
    html_text(out, *any ? " \xc2\xb7 " : "");
    *any = true;
}

/* The organization, which leads to its papers. */
static void add_organization(text *out, request *r, const char *organization)
{
    text expression = {0};

    if (strchr(organization, '"')) { /* an expression has no way to write one in a name */
        html_foreign(out, organization);
        return;
    }
    text_format(&expression, "organization:\"%s\"", organization);
    html_open(out, "a", "href", address(r, out, "/", "q", text_of(out, &expression), NULL), NULL);
    html_foreign(out, organization);
    html_close(out, "a");
    text_free(&expression);
}

void add_about(text *out, request *r, const papertag_paper *p)
{
    papertag_paper authors = *p;
    text line = {0};
    bool any = false;

    authors.organization = NULL;
    text_byline(&line, &authors);
    html_open(out, "p", "class", "about", NULL);
    if (line.size) {
        begin_part(out, &any);
        html_foreign(out, text_of(out, &line));
    }
    if (p->organization) {
        begin_part(out, &any);
        add_organization(out, r, p->organization);
    }
    if (store_day(p)) {
        begin_part(out, &any);
        html_element(out, "time", store_day(p), NULL);
    }
    if (p->upvotes >= 0) {
        begin_part(out, &any);
        add_count(out, (size_t)p->upvotes, "upvote");
    }
    if (p->comments >= 0) {
        begin_part(out, &any);
        add_count(out, (size_t)p->comments, "comment");
    }
    html_close(out, "p");
    text_free(&line);
}

void add_links(text *out, const papertag_paper *p)
{
    const struct {
        const char *to, *shown;
    } links[] = {{web_address(p->url), "abstract"},
                 {web_address(p->pdf_url), "PDF"},
                 {web_address(p->code_url), "code"},
                 {web_address(p->project_url), "project"}};

    html_open(out, "span", "class", "links", NULL);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        if (links[i].to) {
            html_element(out, "a", links[i].shown, "href", links[i].to, "rel", "noopener noreferrer", NULL);
        }
    }
    html_close(out, "span");
}

static void add_tag(text *out, request *r, const papertag_decision *d)
{
    char label[200];

    html_open(out, "li", "class",
              d->verdict == PAPERTAG_VERDICT_YES  ? "yes"
              : d->verdict == PAPERTAG_VERDICT_NO ? "no"
              : d->in_force                       ? NULL
                                                  : "maybe",
              "data-tag", d->tag, NULL);
    html_open(out, "a", "href", address(r, out, "/", "q", d->tag, NULL), NULL);
    html_foreign(out, d->name);
    html_close(out, "a");
    html_open(out, "small", NULL);
    if (d->verdict) {
        html_text(out, d->verdict == PAPERTAG_VERDICT_YES ? "you: yes" : "you: no");
    } else if (!isnan(d->p)) {
        html_format(out, "%.2f", d->p);
    }
    html_close(out, "small");
    snprintf(label, sizeof label, "Yes, it is about %.150s", d->tag);
    form_button(out, "yes", d->tag, "\xe2\x9c\x93", label, "yes");
    snprintf(label, sizeof label, "No, it is not about %.150s", d->tag);
    form_button(out, "no", d->tag, "\xe2\x9c\x97", label, "no");
    html_close(out, "li");
}

void add_tags(text *out, request *r, const papertag_stored *paper, bool all)
{
    html_open(out, "ul", "class", "tags", "aria-label", "Tags", NULL);
    for (size_t t = 0; t < paper->tag_count; t++) {
        if (paper->tags[t].in_force || all) {
            add_tag(out, r, &paper->tags[t]);
        }
    }
    html_close(out, "ul");
}

/* ---- cards ----------------------------------------------------------------------------------------------------- */

static void add_beginning(text *out, const char *abstract)
{
    text part = {0};

    text_beginning(&part, abstract, SHORT);
    html_open(out, "p", "class", "beginning", NULL);
    html_foreign(out, text_of(out, &part));
    html_close(out, "p");
    text_free(&part);
}

void add_card(text *out, request *r, const papertag_stored *paper, const char *back)
{
    const papertag_paper *p = &paper->paper;
    const char *to = paper_address(r, out, p->id);
    char label[300];

    html_open(out, "article", "class", paper->read ? "paper read" : "paper", "data-id", p->id, "data-to", to, NULL);
    html_open(out, "h3", NULL);
    snprintf(label, sizeof label, "Select: %.250s", title_of(r, out, p));
    html_element(out, "input", NULL, "type", "checkbox", "name", "id", "value", p->id, "form", "many", "aria-label",
                 label, NULL);
    html_open(out, "a", "href", to, NULL);
    html_foreign(out, title_of(r, out, p));
    html_close(out, "a");
    html_close(out, "h3");
    add_about(out, r, p);
    if (p->abstract) {
        add_beginning(out, p->abstract);
    }
    form_begin(out, "/verdict", "card", back);
    form_hidden(out, "id", p->id);
    add_tags(out, r, paper, false);
    html_open(out, "div", "class", "acts", NULL);
    add_links(out, p);
    html_element(out, "button", paper->starred ? "\xe2\x98\x85" : "\xe2\x98\x86", "type", "submit", "formaction",
                 "/mark", "name", "set", "value", paper->starred ? "unstar" : "star", "aria-label",
                 paper->starred ? "Take the star away" : "Star", "title",
                 paper->starred ? "Take the star away" : "Star", "class", paper->starred ? "star on" : "star", NULL);
    html_element(out, "button", paper->read ? "unread" : "read", "type", "submit", "formaction", "/mark", "name", "set",
                 "value", paper->read ? "unread" : "read", "title", paper->read ? "Mark as unread" : "Mark as read",
                 "class", "quiet", NULL);
    html_close(out, "div");
    if (paper->note) {
        html_open(out, "p", "class", "note", NULL);
        html_foreign(out, paper->note);
        html_close(out, "p");
    }
    form_end(out);
    html_close(out, "article");
}

void add_many(text *out, const char *back)
{
    html_open(out, "form", "method", "post", "action", "/verdict", "id", "many", "class", "many", NULL);
    form_hidden(out, "back", back);
    html_element(out, "label", "Tag", "for", "give", NULL);
    html_element(out, "input", NULL, "id", "give", "name", "tag", "class", "complete", "autocomplete", "off", NULL);
    form_button(out, "all", "yes", "Add to selected", NULL, NULL);
    form_button(out, "all", "no", "Remove from selected", NULL, NULL);
    html_element(out, "button", "Mark as read", "type", "submit", "formaction", "/mark", "name", "set", "value", "read",
                 NULL);
    html_element(out, "button", "Undo", "type", "submit", "formaction", "/undo", "class", "undo", NULL);
    html_close(out, "form");
}

bool add_list(worker *w, request *r, answer *a, const int64_t *keys, size_t count, bool headings, const char *back)
{
    char day[32] = "";
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        const papertag_stored *paper;
        const char *own;
        papertag_error err;
        if (!succeeded(papertag_store_get(w->store, keys[i], &paper, &err), r, a, &err)) {
            return false;
        }
        own = store_day(&paper->paper) ? store_day(&paper->paper) : "No date";
        if (headings && (!any || strcmp(day, own) != 0)) {
            html_element(&a->body, "h2", own, NULL);
            snprintf(day, sizeof day, "%s", own);
            any = true;
        }
        add_card(&a->body, r, paper, back);
    }
    return true;
}
