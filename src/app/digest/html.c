/*
 * html - a digest as one page that needs nothing else: no script, no font, no image.
 *
 * The same markup, with the style written once in the head, goes into mail. Readers of mail that drop the style still
 * show headings, links and paragraphs in order.
 */
#include "../paper.h"
#include "../web.h"
#include "formats.h"

static void add_tags(text *out, const papertag_stored *paper)
{
    if (!paper->tag_count || !paper->tags[0].in_force) {
        return;
    }
    text_put(out, "<ul class=\"tags\">");
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        const papertag_decision *d = &paper->tags[t];
        text_put(out, d->verdict ? "<li class=\"yes\">" : "<li>");
        text_html(out, d->name);
        if (d->verdict) {
            text_put(out, " <small title=\"confirmed by you\">\xe2\x9c\x93</small></li> ");
        } else {
            text_format(out, " <small>%.2f</small></li> ", d->p);
        }
    }
    text_put(out, "</ul>\n");
}

/* Tag by tag, the terms that earned it. */
static void add_reasons(digest *d, text *out, const papertag_stored *paper)
{
    bool open = false;

    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        text terms = {0};
        digest_terms(d, paper, &paper->tags[t], 5, &terms);
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

static void add_paper(digest *d, text *out, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    const char *link = digest_link(p);
    text about = {0};

    text_put(out, "<article>\n<h3>");
    if (link) {
        text_put(out, "<a href=\"");
        text_html(out, link);
        text_put(out, "\">");
    }
    text_put(out, "<bdi>");
    text_html(out, digest_title(p));
    text_put(out, link ? "</bdi></a></h3>\n" : "</bdi></h3>\n");
    text_about(&about, p);
    if (*text_of(out, &about)) {
        text_put(out, "<p class=\"about\"><bdi>");
        text_html(out, about.data);
        text_put(out, "</bdi></p>\n");
    }
    add_tags(out, paper);
    if (p->abstract) {
        text_put(out, "<details><summary>Abstract</summary>\n<p><bdi>");
        text_html(out, p->abstract);
        text_put(out, "</bdi></p>\n");
        add_reasons(d, out, paper);
        text_put(out, "</details>\n");
    }
    text_put(out, "</article>\n");
    text_free(&about);
}

static void add_head(const digest *d, text *out)
{
    text_put(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>");
    text_html(out, d->title);
    text_put(out, "</title>\n<style>\n");
    text_put(out, find_web_file("digest.css")->data);
    text_put(out, "</style>\n</head>\n<body>\n<header>\n<h1><bdi>");
    text_html(out, d->title);
    text_format(out, "</bdi></h1>\n<p>%zu paper%s &middot; %.10s</p>\n</header>\n<main>\n", d->count, plural(d->count),
                d->generated);
}

static void add_foot(const digest *d, text *out)
{
    text_put(out, "</main>\n<footer>");
    if (*d->filter) {
        text_put(out, "Selected by <code>");
        text_html(out, d->filter);
        text_put(out, "</code>. ");
    }
    text_put(out, "The number next to a tag is its probability; a check mark means that you confirmed it.");
    if (d->unsubscribe) {
        text_put(out, " <a href=\"");
        text_html(out, d->unsubscribe);
        text_put(out, "\">Unsubscribe</a>");
    }
    text_put(out, "</footer>\n</body>\n</html>\n");
}

static bool write_html(digest *d, text *out)
{
    bool opens;

    add_head(d, out);
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        if (!paper) {
            return false;
        }
        if (opens) {
            text_put(out, "<h2>");
            text_html(out, d->entries[i].heading);
            text_put(out, "</h2>\n");
        }
        add_paper(d, out, paper);
    }
    add_foot(d, out);
    return true;
}

const digest_format format_html = {
    .name = "html", .type = "text/html; charset=utf-8", .explains = true, .write = write_html};
