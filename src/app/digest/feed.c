/*
 * feed - what the formats of feeds share.
 */
#include <string.h>

#include "../paper.h"
#include "feed.h"
#include "html_paper.h"

static void add_encoded(text *out, const char *id)
{
    for (; *id; id++) {
        const unsigned char c = (unsigned char)*id;
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._:/", *id)) {
            text_add(out, id, 1);
        } else {
            text_format(out, "%%%02X", c);
        }
    }
}

void add_feed_urn(text *out, const digest *d)
{
    text_put(out, "urn:papertag:digest:");
    add_encoded(out, *d->feed ? d->feed : "all");
}

void add_paper_urn(text *out, const digest *d, const papertag_paper *paper)
{
    add_feed_urn(out, d);
    text_put(out, ":paper:");
    add_encoded(out, paper->id);
}

void add_entry_link(text *out, const digest *d, const papertag_stored *paper)
{
    const size_t before = out->size;

    digest_home(paper, out);
    if (out->size == before) {
        add_paper_urn(out, d, &paper->paper);
    }
}

void add_content(text *out, const digest *d, const papertag_stored *paper)
{
    text abstract = {0};

    html_about(d, paper, out);
    text_plain(&abstract, paper->paper.abstract);
    if (*text_of(out, &abstract)) {
        text_put(out, "<p>");
        text_html(out, abstract.data);
        text_put(out, "</p>\n");
    }
    text_free(&abstract);
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        text_put(out, t ? " \xc2\xb7 " : "<p>");
        text_html(out, paper->tags[t].name);
        text_format(out, " %.2f", paper->tags[t].p);
    }
    text_put(out, paper->tag_count && paper->tags[0].in_force ? "</p>\n" : "");
}

void add_element(text *out, const char *name, const char *value)
{
    text_format(out, "<%s>", name);
    text_html(out, value);
    text_format(out, "</%s>\n", name);
}

const char *moment_of(const papertag_stored *paper)
{
    const char *date = paper->paper.date;

    return date && strlen(date) == 10 ? date : paper->added;
}

void add_moment(text *out, const papertag_stored *paper)
{
    text_format(out, "%.10sT00:00:00Z", moment_of(paper));
}

void add_self_link(text *out, const digest *d, const char *element, const digest_format *format)
{
    if (d->url) {
        text_format(out, "<%s rel=\"self\" type=\"%s\" href=\"", element, format->type);
        text_html(out, d->url);
        text_put(out, "\"/>\n");
    }
}
