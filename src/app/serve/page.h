/*
 * page - what pages are made of: their frame, and the parts that several have.
 */
#ifndef PAGE_H
#define PAGE_H

#include "handlers.h"
#include "html.h"

/* Begins a page; `here` is the path of its entry in the navigation, "" for none. `search` is what stands in the search
 * field; NULL: nothing. */
void page_begin(text *out, const char *title, const char *here, const char *search);
void page_end(text *out);

/* A page that says what is wrong. `detail` may be NULL. */
void page_problem(text *out, int status, const char *detail);

/* The same for readers of mail, who come for one thing: without search and navigation, under a heading. Addresses are
 * relative, since a proxy may show the server under a folder. */
void page_begin_alone(text *out, const char *title);
void page_end_alone(text *out);
void page_problem_alone(text *out, const char *detail);

/* An address: path?name=value&..., names and values in turn up to a NULL for a name; NULL values are left out. It lives
 * as long as the request. */
const char *address(request *r, text *whole, const char *path, ...) __attribute__((sentinel));

/* "/papers/{id}", "/tags/{tag}". */
const char *paper_address(request *r, text *whole, const char *id);
const char *tag_address(request *r, text *whole, const char *tag);

/* Begins a form that posts to a path and leads back to `back`. */
void form_begin(text *out, const char *action, const char *class, const char *back);
void form_end(text *out);
void form_hidden(text *out, const char *name, const char *value);

/* A button that sends name=value. `label` is read out in the place of what it shows; NULL: what it shows. */
void form_button(text *out, const char *name, const char *value, const char *shown, const char *label,
                 const char *class);

/* The form that acts on all papers that are selected: each card has its box. Once on a page that has cards. */
void add_many(text *out, const char *back);

/* Adds a paper as an entry of a list; `back`: the page that it stands on. */
void add_card(text *out, request *r, const papertag_stored *paper, const char *back);

/* What several show of a paper: who, when, how often; links; the tags with their buttons. `all`: tags that are not in
 * force, too. */
void add_about(text *out, request *r, const papertag_paper *p);
void add_links(text *out, const papertag_paper *p);
void add_tags(text *out, request *r, const papertag_stored *paper, bool all);

/* A list of papers: keys[0 .. count). `headings`: with one for each day. False with an answer. */
bool add_list(worker *w, request *r, answer *a, const int64_t *keys, size_t count, bool headings, const char *back);

/* A link of a list of choices; `chosen`: it is where one is. */
void add_choice(text *out, const char *to, const char *shown, bool chosen);

/* A chart of counts, one bar each, the last of the present; `what` says what is counted. */
void add_bars(text *out, const size_t *counts, size_t count, const char *what);

/* A paper's title, or words that say that it has none; an abstract. Without LaTeX; they live as long as the request. */
const char *title_of(request *r, text *whole, const papertag_paper *p);
const char *plain_of(request *r, text *whole, const char *string);

/* A count with its noun: "1 paper", "12,345 papers". */
void add_count(text *out, size_t count, const char *noun);

#endif
