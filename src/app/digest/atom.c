/*
 * atom - a digest as an Atom feed (RFC 4287).
 */
#include "../paper.h"
#include "feed.h"

static void add_text(text *out, const char *name, void (*add)(text *part, const papertag_paper *p),
                     const papertag_paper *p)
{
    text part = {0};

    add(&part, p);
    add_element(out, name, text_of(out, &part));
    text_free(&part);
}

static void add_summary(text *part, const papertag_paper *p)
{
    text_plain(part, p->abstract ? p->abstract : p->title);
}

static void add_entry(text *out, const digest *d, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    text html = {0}, link = {0};

    text_put(out, "<entry>\n<id>");
    add_paper_urn(out, d, p);
    text_put(out, "</id>\n");
    add_text(out, "title", text_title, p);
    text_put(out, "<published>");
    add_moment(out, paper);
    text_put(out, "</published>\n");
    add_element(out, "updated", paper->updated);
    for (size_t i = 0; i < p->authors.count; i++) {
        text_put(out, "<author>");
        add_element(out, "name", p->authors.items[i]);
        text_put(out, "</author>\n");
    }
    add_entry_link(&link, d, paper);
    text_put(out, "<link rel=\"alternate\" href=\"");
    text_html(out, text_of(out, &link));
    text_put(out, "\"/>\n");
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        text_put(out, "<category term=\"");
        text_html(out, paper->tags[t].tag);
        text_put(out, "\" label=\"");
        text_html(out, paper->tags[t].name);
        text_put(out, "\"/>\n");
    }
    add_text(out, "summary", add_summary, p);
    add_content(&html, d, paper);
    text_put(out, "<content type=\"html\">");
    text_html(out, text_of(out, &html));
    text_put(out, "</content>\n</entry>\n");
    text_free(&link);
    text_free(&html);
}

static bool write_atom(digest *d, text *out)
{
    bool opens;

    text_put(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>");
    add_feed_urn(out, d);
    text_put(out, "</id>\n");
    add_element(out, "title", d->title);
    add_element(out, "updated", d->generated);
    text_put(out, "<author><name>papertag</name></author>\n<generator version=\"" PAPERTAG_VERSION
                  "\">papertag</generator>\n");
    add_self_link(out, d, "link", &format_atom);
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        if (!paper) {
            return false;
        }
        add_entry(out, d, paper);
    }
    text_put(out, "</feed>\n");
    return true;
}

const digest_format format_atom = {.name = "atom", .type = "application/atom+xml", .write = write_atom};
