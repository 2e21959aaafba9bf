/*
 * rss - a digest as an RSS 2.0 feed.
 */
#include "../dates.h"
#include "../paper.h"
#include "feed.h"

static void add_creators(text *out, const papertag_paper *p)
{
    text names = {0};

    for (size_t i = 0; i < p->authors.count; i++) {
        text_put(&names, i ? ", " : "");
        text_put(&names, p->authors.items[i]);
    }
    if (*text_of(out, &names)) {
        add_element(out, "dc:creator", names.data); /* readers show the first alone */
    }
    text_free(&names);
}

static void add_item(text *out, const digest *d, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    text html = {0}, title = {0}, link = {0};

    text_put(out, "<item>\n");
    text_title(&title, p);
    add_element(out, "title", text_of(out, &title));
    add_entry_link(&link, d, paper);
    add_element(out, "link", text_of(out, &link));
    text_put(out, "<guid isPermaLink=\"false\">");
    add_paper_urn(out, d, p);
    text_put(out, "</guid>\n<pubDate>");
    text_mail_date(out, moment_of(paper));
    text_put(out, "</pubDate>\n");
    add_creators(out, p);
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        add_element(out, "category", paper->tags[t].tag);
    }
    add_content(&html, d, paper);
    add_element(out, "description", text_of(out, &html)); /* a description is HTML, escaped */
    text_put(out, "</item>\n");
    text_free(&link);
    text_free(&title);
    text_free(&html);
}

static bool write_rss(digest *d, text *out)
{
    bool opens;

    text_put(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" "
                  "xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n"
                  "<channel>\n");
    add_element(out, "title", d->title);
    add_element(out, "link", d->url ? d->url : "https://arxiv.org/");
    add_element(out, "description", *d->filter ? d->filter : "every paper");
    add_self_link(out, d, "atom:link", &format_rss);
    text_put(out, "<lastBuildDate>");
    text_mail_date(out, d->generated);
    text_put(out, "</lastBuildDate>\n<generator>papertag " PAPERTAG_VERSION "</generator>\n");
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        if (!paper) {
            return false;
        }
        add_item(out, d, paper);
    }
    text_put(out, "</channel>\n</rss>\n");
    return true;
}

const digest_format format_rss = {.name = "rss", .type = "application/rss+xml", .write = write_rss};
