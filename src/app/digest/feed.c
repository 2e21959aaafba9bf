/*
 * digest_feed - digests as feeds: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1.
 *
 * Ids of entries follow from the papers alone, so that a reader knows a paper again: a URN of the paper's id. Feeds are
 * XML 1.0, which has no control characters at all; text_html leaves them out.
 */
#include <stdio.h>
#include <string.h>

#include "digest.h"

/* An id as a URI: what a URI may not hold is percent-encoded. */
static void put_urn(text *out, const char *kind, const char *id)
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

static void put_element(text *out, const char *name, const char *value)
{
    text_format(out, "<%s>", name);
    text_html(out, value);
    text_format(out, "</%s>\n", name);
}

/* The day of a paper as RFC 3339 has moments. */
static void put_moment(text *out, const papertag_stored *paper)
{
    text_format(out, "%.10sT00:00:00Z", paper->paper.date ? paper->paper.date : paper->added);
}

/* ---- Atom ------------------------------------------------------------------------------------------------------ */

bool digest_atom(digest *d, text *out)
{
    bool opens;

    text_put(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>");
    put_urn(out, "digest:", *d->filter ? d->filter : "all");
    text_put(out, "</id>\n");
    put_element(out, "title", d->title);
    put_element(out, "updated", d->generated);
    text_put(out, "<author><name>papertag</name></author>\n<generator version=\"" PAPERTAG_VERSION
                  "\">papertag</generator>\n");
    if (d->url) {
        text_put(out, "<link rel=\"self\" type=\"application/atom+xml\" href=\"");
        text_html(out, d->url);
        text_put(out, "\"/>\n");
    }
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        const papertag_paper *p;
        if (!paper) {
            return false;
        }
        p = &paper->paper;
        text_put(out, "<entry>\n<id>");
        put_urn(out, "paper:", p->id);
        text_put(out, "</id>\n");
        put_element(out, "title", p->title ? p->title : "(no title)");
        text_put(out, "<published>");
        put_moment(out, paper);
        text_put(out, "</published>\n");
        put_element(out, "updated", paper->updated);
        for (size_t k = 0; k < p->authors.count; k++) {
            text_put(out, "<author>");
            put_element(out, "name", p->authors.items[k]);
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
        put_element(out, "summary", p->abstract ? p->abstract : p->title);
        text_put(out, "</entry>\n");
    }
    text_put(out, "</feed>\n");
    return true;
}

/* ---- RSS ------------------------------------------------------------------------------------------------------- */

/* Tue, 24 Nov 2026 00:00:00 GMT, of a moment as YYYY-MM-DDTHH:MM:SSZ (or a day, at midnight). */
void text_mail_date(text *out, const char *moment)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const int shifts[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, y;

    sscanf(moment, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second);
    month = month < 1 || month > 12 ? 1 : month;
    y = year - (month < 3); /* the day of the week after Sakamoto (1992) */
    text_format(out, "%s, %02d %s %04d %02d:%02d:%02d +0000",
                days[(y + y / 4 - y / 100 + y / 400 + shifts[month - 1] + day) % 7], day, months[month - 1], year, hour,
                minute, second);
}

bool digest_rss(digest *d, text *out)
{
    const char *home = d->url ? d->url : "https://arxiv.org/";
    bool opens;

    text_put(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" "
                  "xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n"
                  "<channel>\n");
    put_element(out, "title", d->title);
    put_element(out, "link", home);
    put_element(out, "description", *d->filter ? d->filter : "every paper");
    if (d->url) {
        text_put(out, "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"");
        text_html(out, d->url);
        text_put(out, "\"/>\n");
    }
    text_put(out, "<lastBuildDate>");
    text_mail_date(out, d->generated);
    text_put(out, "</lastBuildDate>\n<generator>papertag " PAPERTAG_VERSION "</generator>\n");
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        const papertag_paper *p;
        if (!paper) {
            return false;
        }
        p = &paper->paper;
        text_put(out, "<item>\n");
        put_element(out, "title", p->title ? p->title : "(no title)");
        if (digest_link(p)) {
            put_element(out, "link", digest_link(p));
        }
        text_put(out, "<guid isPermaLink=\"false\">");
        put_urn(out, "paper:", p->id);
        text_put(out, "</guid>\n<pubDate>");
        text_mail_date(out, p->date ? p->date : paper->added);
        text_put(out, "</pubDate>\n");
        for (size_t k = 0; k < p->authors.count; k++) {
            put_element(out, "dc:creator", p->authors.items[k]);
        }
        for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
            put_element(out, "category", paper->tags[t].tag);
        }
        /* a description is HTML: what is text is escaped twice */
        {
            text html = {0};
            text_html(&html, p->abstract ? p->abstract : "");
            put_element(out, "description", text_of(out, &html));
            text_free(&html);
        }
        text_put(out, "</item>\n");
    }
    text_put(out, "</channel>\n</rss>\n");
    return true;
}

/* ---- JSON Feed ------------------------------------------------------------------------------------------------- */

static void add_feed_item(text *out, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    text urn = {0}, day = {0};

    put_moment(&day, paper);
    put_urn(&urn, "paper:", p->id);
    json_open(out, NULL, '{');
    json_string(out, "id", text_of(out, &urn));
    json_optional(out, "url", digest_link(p));
    json_string(out, "title", p->title ? p->title : "(no title)");
    json_string(out, "content_text", p->abstract ? p->abstract : p->title);
    json_string(out, "date_published", text_of(out, &day));
    json_string(out, "date_modified", paper->updated);
    json_open(out, "authors", '[');
    for (size_t i = 0; i < p->authors.count; i++) {
        json_open(out, NULL, '{');
        json_string(out, "name", p->authors.items[i]);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_open(out, "tags", '[');
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        json_string(out, NULL, paper->tags[t].tag);
    }
    json_close(out, ']');
    json_close(out, '}');
    text_free(&day);
    text_free(&urn);
}

bool digest_jsonfeed(digest *d, text *out)
{
    bool opens;

    json_open(out, NULL, '{');
    json_string(out, "version", "https://jsonfeed.org/version/1.1");
    json_string(out, "title", d->title);
    json_optional(out, "feed_url", d->url);
    json_open(out, "items", '[');
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        if (!paper) {
            return false;
        }
        json_line_break(out);
        add_feed_item(out, paper);
    }
    json_close(out, ']');
    json_close(out, '}');
    json_line_end(out);
    return true;
}
