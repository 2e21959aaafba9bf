/*
 * feed - what the formats of feeds share.
 */
#include <string.h>

#include "feed.h"

void add_urn(text *out, const char *kind, const char *id)
{
    text_put(out, "urn:papertag:");
    text_put(out, kind);
    for (; *id; id++) {
        const unsigned char c = (unsigned char)*id;
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._:/", *id)) {
            text_add(out, id, 1);
        } else {
            text_format(out, "%%%02X", c);
        }
    }
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
