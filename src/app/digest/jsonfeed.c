/*
 * jsonfeed - a digest as a JSON Feed, version 1.1.
 */
#include "../json.h"
#include "../paper.h"
#include "feed.h"

static void add_item(text *out, const digest *d, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    text urn = {0}, day = {0}, link = {0}, title = {0}, abstract = {0};

    add_moment(&day, paper);
    add_paper_urn(&urn, d, p);
    digest_home(paper, &link);
    text_title(&title, p);
    text_plain(&abstract, p->abstract ? p->abstract : p->title);
    json_open(out, NULL, '{');
    json_string(out, "id", text_of(out, &urn));
    json_optional(out, "url", *text_of(out, &link) ? link.data : NULL);
    json_string(out, "title", text_of(out, &title));
    json_string(out, "content_text", text_of(out, &abstract));
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
    text_free(&abstract);
    text_free(&title);
    text_free(&link);
    text_free(&day);
    text_free(&urn);
}

static bool write_jsonfeed(digest *d, text *out)
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
        add_item(out, d, paper);
    }
    json_close(out, ']');
    json_close(out, '}');
    json_line_end(out);
    return true;
}

const digest_format format_jsonfeed = {.name = "jsonfeed", .type = "application/feed+json", .write = write_jsonfeed};
