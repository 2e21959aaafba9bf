/*
 * atom - a digest as an Atom feed (RFC 4287).
 */
#include "feed.h"

static void add_entry(text *out, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;

    text_put(out, "<entry>\n<id>");
    add_urn(out, "paper:", p->id);
    text_put(out, "</id>\n");
    add_element(out, "title", digest_title(p));
    text_put(out, "<published>");
    add_moment(out, paper);
    text_put(out, "</published>\n");
    add_element(out, "updated", paper->updated);
    for (size_t i = 0; i < p->authors.count; i++) {
        text_put(out, "<author>");
        add_element(out, "name", p->authors.items[i]);
        text_put(out, "</author>\n");
    }
    if (digest_link(p)) {
        text_put(out, "<link rel=\"alternate\" href=\"");
        text_html(out, digest_link(p));
        text_put(out, "\"/>\n");
    }
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        text_put(out, "<category term=\"");
        text_html(out, paper->tags[t].tag);
        text_put(out, "\" label=\"");
        text_html(out, paper->tags[t].name);
        text_put(out, "\"/>\n");
    }
    add_element(out, "summary", p->abstract ? p->abstract : p->title);
    text_put(out, "</entry>\n");
}

static bool write_atom(digest *d, text *out)
{
    bool opens;

    text_put(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>");
    add_urn(out, "digest:", *d->filter ? d->filter : "all");
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
        add_entry(out, paper);
    }
    text_put(out, "</feed>\n");
    return true;
}

const digest_format format_atom = {.name = "atom", .type = "application/atom+xml", .write = write_atom};
