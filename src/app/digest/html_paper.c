/*
 * html_paper - a paper in HTML: of a page or a mail, and as the content of an entry of a feed.
 */
#include <stdlib.h>
#include <string.h>

#include "../paper.h"
#include "html_paper.h"

/* Words that have this share of the heaviest word's weight are underlined, as in review. */
static const double HEAVY = 0.15;

/* ---- what speaks for the tags ---------------------------------------------------------------------------------- */

/* The number of a tag in the model when the model, and no person, decided on it. */
static bool decided_by_model(const digest *d, const papertag_stored *paper, const papertag_decision *decision,
                             size_t *tag)
{
    papertag_error err;

    return d->tagger && !decision->verdict && paper->model && !strcmp(paper->model, papertag_model_hash(d->model)) &&
           papertag_model_is_linear(d->model) && !papertag_model_find_tag(d->model, decision->tag, tag, &err);
}

/* Adds the terms that speak most for a tag, with ", " between. */
static void add_terms(const digest *d, const papertag_stored *paper, size_t tag, text *out)
{
    enum { MOST = 5 };
    papertag_explanation explanation;
    papertag_error err;
    size_t shown = 0;

    if (papertag_explain(d->tagger, paper->paper.title, paper->paper.abstract, tag, &explanation, &err)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < explanation.count && shown < MOST; i++) {
        if (explanation.terms[i].contribution > 0) {
            text_put(out, shown++ ? ", " : "");
            text_put(out, explanation.terms[i].term);
        }
    }
}

/* Tag by tag, the terms that earned it. */
static void add_reasons(const digest *d, const papertag_stored *paper, text *out)
{
    bool open = false;
    size_t tag;

    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        text terms = {0};
        if (decided_by_model(d, paper, &paper->tags[t], &tag)) {
            add_terms(d, paper, tag, &terms);
        }
        if (*text_of(out, &terms)) {
            text_put(out, open ? "<dt>" : "<dl><dt>");
            open = true;
            text_html(out, paper->tags[t].name);
            text_put(out, "</dt><dd>");
            text_html(out, terms.data);
            text_put(out, "</dd>");
        }
        text_free(&terms);
    }
    text_put(out, open ? "</dl>\n" : "");
}

/* Marks in heavy[0 .. count) the words of an abstract that earned one of the paper's tags; to free. NULL: none can be
 * named, or there is no memory. *spans are the words. */
static bool *find_heavy(const digest *d, const papertag_stored *paper, const char *abstract,
                        const papertag_span **spans, size_t *count, text *out)
{
    const papertag_paper *p = &paper->paper;
    bool *heavy = NULL;
    papertag_error err;
    size_t tag;

    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        double largest = 0;
        if (!decided_by_model(d, paper, &paper->tags[t], &tag)) {
            continue;
        }
        if (papertag_mark(d->tagger, p->title, p->abstract, tag, abstract, spans, count, &err) ||
            (!heavy && !(heavy = calloc(*count + 1, sizeof *heavy)))) {
            out->failed = true;
            break;
        }
        for (size_t i = 0; i < *count; i++) {
            const double c = (*spans)[i].contribution;
            largest = c > largest ? c : largest;
        }
        for (size_t i = 0; i < *count; i++) {
            heavy[i] = heavy[i] || (largest > 0 && (*spans)[i].contribution >= HEAVY * largest);
        }
    }
    return heavy;
}

/* Adds text[from .. to), escaped. */
static void add_part(text *out, char *whole, size_t from, size_t to)
{
    const char after = whole[to];

    whole[to] = '\0';
    text_html(out, whole + from);
    whole[to] = after;
}

/* Adds an abstract with the words that earned its tags underlined. Signs around a word are not. */
static void add_marked(const digest *d, const papertag_stored *paper, char *abstract, text *out)
{
    static const char signs[] = ".,;:!?()[]\"'";
    const papertag_span *spans = NULL;
    size_t count = 0, at = 0;
    bool *heavy = find_heavy(d, paper, abstract, &spans, &count, out);

    for (size_t i = 0; heavy && i < count; i++) {
        size_t from = spans[i].start, to = from + spans[i].length;
        while (from < to && strchr(signs, abstract[from])) {
            from++;
        }
        while (to > from && strchr(signs, abstract[to - 1])) {
            to--;
        }
        if (heavy[i] && from < to) {
            add_part(out, abstract, at, from);
            text_put(out, "<u>");
            add_part(out, abstract, from, to);
            text_put(out, "</u>");
            at = to;
        }
    }
    text_html(out, abstract + at);
    free(heavy);
}

/* ---- the parts ------------------------------------------------------------------------------------------------- */

static void add_answers(const digest *d, const papertag_stored *paper, const char *tag, text *out)
{
    for (int right = 1; d->verdict && right >= 0; right--) {
        text url = {0};
        d->verdict(d->verdict_context, &paper->paper, tag, right, &url);
        if (*text_of(out, &url)) {
            text_put(out, right ? " <a class=\"yes\" href=\"" : " <a class=\"no\" href=\"");
            text_html(out, url.data);
            text_put(out, right ? "\">\xe2\x9c\x93</a>" : "\">\xe2\x9c\x97</a>");
        }
        text_free(&url);
    }
}

static void add_tags(const digest *d, const papertag_stored *paper, text *out)
{
    if (!paper->tag_count || !paper->tags[0].in_force) {
        return;
    }
    text_put(out, "<ul class=\"tags\">");
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        const papertag_decision *tag = &paper->tags[t];
        const size_t number = digest_find_tag(d, tag->tag);
        text_put(out, tag->verdict ? "<li class=\"yes\">" : "<li>");
        if (number < d->tag_count) {
            text_format(out, "<a href=\"#t%zu\">", number + 1);
        }
        text_html(out, tag->name);
        text_put(out, number < d->tag_count ? "</a>" : "");
        if (tag->verdict) {
            text_put(out, " <small title=\"confirmed by you\">\xe2\x9c\x93</small>");
        } else {
            text_format(out, " <small>%.2f</small>", tag->p);
        }
        add_answers(d, paper, tag->tag, out);
        text_put(out, "</li> ");
    }
    text_put(out, "</ul>\n");
}

static void add_link(text *out, const char *url, const char *label)
{
    text_put(out, "<a href=\"");
    text_html(out, url);
    text_put(out, "\">");
    text_html(out, label);
    text_put(out, "</a>");
}

static void add_byline(const digest *d, const papertag_paper *p, text *out)
{
    text about = {0};

    const char *between = "";

    text_byline(&about, p);
    text_put(out, "<bdi>");
    text_html(out, text_of(out, &about));
    between = about.size ? " \xc2\xb7 " : "";
    if (p->date && d->group != GROUP_DATE) {
        text_put(out, between);
        text_put(out, "<time>");
        text_html(out, p->date);
        text_put(out, "</time>");
        between = " \xc2\xb7 ";
    }
    if (p->comments > 0) {
        text_format(out, "%s%ld&nbsp;comment%s", between, p->comments, plural((size_t)p->comments));
    }
    text_put(out, "</bdi> ");
    text_free(&about);
}

void html_about(const digest *d, const papertag_stored *paper, text *out)
{
    const papertag_paper *p = &paper->paper;
    const char *label;

    text_put(out, "<p class=\"about\">");
    add_byline(d, p, out);
    text_put(out, "<span>");
    if (p->upvotes > 0) {
        text_format(out, "<b title=\"upvotes\">\xe2\x96\xb2 %ld</b> \xc2\xb7 ", p->upvotes);
    }
    text_put(out, "<code>");
    text_html(out, p->id);
    text_put(out, "</code>");
    for (size_t i = 0;; i++) {
        text url = {0};
        if (!digest_link(paper, i, &label, &url)) {
            break;
        }
        if (*text_of(out, &url)) {
            text_put(out, " \xc2\xb7 ");
            add_link(out, url.data, label);
        }
        text_free(&url);
    }
    text_put(out, "</span></p>\n");
}

static void add_title(const papertag_stored *paper, text *out)
{
    text url = {0}, title = {0};

    digest_home(paper, &url);
    text_title(&title, &paper->paper);
    text_put(out, "<h3><bdi>");
    if (*text_of(out, &url)) {
        add_link(out, url.data, text_of(out, &title));
    } else {
        text_html(out, text_of(out, &title));
    }
    text_put(out, "</bdi></h3>\n");
    text_free(&title);
    text_free(&url);
}

/* The lines of an abstract that are seen at once. */
static void add_beginning(const digest *d, const papertag_stored *paper, text *out)
{
    enum { TWO_LINES = 240 };
    text words = {0};

    text_beginning(&words, paper->paper.abstract, d->length == LENGTH_TITLES ? 0 : TWO_LINES);
    if (d->length == LENGTH_BEGINNINGS && *text_of(out, &words)) {
        text_put(out, "<p class=\"beginning\">");
        text_html(out, words.data);
        text_put(out, "</p>\n");
    }
    text_free(&words);
}

void html_paper(const digest *d, const papertag_stored *paper, text *out)
{
    text abstract = {0};

    add_title(paper, out);
    html_about(d, paper, out);
    add_tags(d, paper, out);
    if (d->length != LENGTH_WHOLE) {
        add_beginning(d, paper, out);
        return;
    }
    text_plain(&abstract, paper->paper.abstract);
    if (*text_of(out, &abstract)) {
        text_put(out, "<details><summary><span>");
        add_marked(d, paper, abstract.data, out);
        text_put(out, "</span></summary>\n");
        add_reasons(d, paper, out);
        text_put(out, "</details>\n");
    }
    text_free(&abstract);
}
