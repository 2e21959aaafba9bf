/*
 * html - a digest as one page that needs nothing else: no script, no font, no image.
 *
 * The same markup, with the style written once in the head, goes into mail. Readers of mail that drop the style still
 * show headings, links and paragraphs in order, with abstracts whole.
 *
 * The tags that the head counts are links. A browser shows the papers of that tag alone, by a rule of style; another
 * reader goes to the first of them.
 */
#include <stdlib.h>

#include "../web.h"
#include "formats.h"
#include "html_paper.h"

enum { TAGS_SHOWN = 16 }; /* in the head */

static void add_rules(const digest *d, text *out)
{
    for (size_t i = 1; i <= d->tag_count; i++) {
        text_format(out, "main:has(#t%zu:target) article:not(.t%zu)%s", i, i,
                    i < d->tag_count ? ",\n" : "{display:none}\n");
    }
}

static void add_counts(const digest *d, text *out)
{
    if (!d->tag_count) {
        return;
    }
    text_put(out, "<nav><a class=\"all\" href=\"#top\">all papers</a>");
    for (size_t i = 0; i < d->tag_count && i < TAGS_SHOWN; i++) {
        text_format(out, " <a href=\"#t%zu\">", i + 1);
        text_html(out, d->tags[i].name);
        text_format(out, " <b>%zu</b></a>", d->tags[i].count);
    }
    if (d->tag_count > TAGS_SHOWN) {
        text_format(out, " <span>%zu more</span>", d->tag_count - TAGS_SHOWN);
    }
    text_put(out, "</nav>\n");
}

static void add_head(const digest *d, text *out)
{
    text_put(out, "<!DOCTYPE html>\n<html lang=\"en\" id=\"top\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    text_html(out, d->title);
    text_put(out, "</title>\n<style>\n");
    text_put(out, find_web_file("digest.css")->data);
    add_rules(d, out);
    text_put(out, "</style>\n</head>\n<body>\n<header>\n<h1><bdi>");
    text_html(out, d->title);
    text_format(out, "</bdi></h1>\n<p>%zu paper%s &middot; %.10s</p>\n", d->count, plural(d->count), d->generated);
    add_counts(d, out);
    text_put(out, "</header>\n<main>\n");
}

static void add_foot(const digest *d, text *out)
{
    text_put(out, "</main>\n<footer>");
    if (*d->filter) {
        text_put(out, "Selected by <code>");
        text_html(out, d->filter);
        text_put(out, "</code>. ");
    }
    text_put(out,
             "The number next to a tag is its probability; a check mark in its place means that you confirmed it.");
    if (d->verdict) {
        text_put(out, " With \xe2\x9c\x93 you say that a tag is right, with \xe2\x9c\x97 that it is wrong.");
    }
    text_put(out,
             d->length == LENGTH_WHOLE ? " In an open abstract, the words that earned the tags are underlined."
             : d->length == LENGTH_BEGINNINGS
                 ? " So many papers make a long mail: of each abstract it has the beginning; the links lead to the "
                   "whole."
                 : " So many papers make a long mail: it has no abstracts; the links lead to them.");
    if (d->unsubscribe) {
        text_put(out, " <a href=\"");
        text_html(out, d->unsubscribe);
        text_put(out, "\">Unsubscribe</a>");
    }
    text_put(out, "</footer>\n</body>\n</html>\n");
}

/* Opens the article of a paper: its classes are the numbers of its tags, and the first paper of a tag has its anchor.
 */
static void open_article(const digest *d, const papertag_stored *paper, bool *anchored, text *out)
{
    text_put(out, "<article class=\"");
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        const size_t number = digest_find_tag(d, paper->tags[t].tag);
        if (number < d->tag_count) {
            text_format(out, "%st%zu", t ? " " : "", number + 1);
        }
    }
    text_put(out, "\">");
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        const size_t number = digest_find_tag(d, paper->tags[t].tag);
        if (anchored && number < d->tag_count && !anchored[number]) {
            text_format(out, "<i id=\"t%zu\"></i>", number + 1);
            anchored[number] = true;
        }
    }
    text_put(out, "\n");
}

static bool write_html(digest *d, text *out)
{
    bool opens, *anchored = calloc(d->tag_count + 1, sizeof *anchored);
    const papertag_stored *paper = NULL;

    out->failed = out->failed || !anchored;
    add_head(d, out);
    for (size_t i = 0; i < d->count && !out->failed; i++) {
        paper = digest_paper(d, i, &opens);
        if (!paper) {
            break;
        }
        if (opens) {
            text_put(out, "<h2>");
            text_html(out, d->entries[i].heading);
            text_put(out, "</h2>\n");
        }
        open_article(d, paper, anchored, out);
        html_paper(d, paper, out);
        text_put(out, "</article>\n");
    }
    add_foot(d, out);
    free(anchored);
    return paper || !d->count || out->failed;
}

const digest_format format_html = {
    .name = "html", .type = "text/html; charset=utf-8", .explains = true, .headed = true, .write = write_html};
