/*
 * rss - a digest as an RSS 2.0 feed.
 */
#include "../dates.h"
#include "feed.h"

static void add_item(text *out, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    text html = {0};

    text_put(out, "<item>\n");
    add_element(out, "title", digest_title(p));
    if (digest_link(p)) {
        add_element(out, "link", digest_link(p));
    }
    text_put(out, "<guid isPermaLink=\"false\">");
    add_urn(out, "paper:", p->id);
    text_put(out, "</guid>\n<pubDate>");
    text_mail_date(out, moment_of(paper));
    text_put(out, "</pubDate>\n");
    for (size_t i = 0; i < p->authors.count; i++) {
        add_element(out, "dc:creator", p->authors.items[i]);
    }
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        add_element(out, "category", paper->tags[t].tag);
    }
    text_html(&html, p->abstract ? p->abstract : ""); /* a description is HTML: plain text is escaped twice */
    add_element(out, "description", text_of(out, &html));
    text_put(out, "</item>\n");
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
        add_item(out, paper);
    }
    text_put(out, "</channel>\n</rss>\n");
    return true;
}

const digest_format format_rss = {.name = "rss", .type = "application/rss+xml", .write = write_rss};
