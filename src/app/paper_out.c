/*
 * paper_out - a stored paper as JSON, and as a few lines for a person.
 */
#include <math.h>
#include <string.h>

#include "app.h"

static void put_strings(text *t, const char *key, papertag_strings list)
{
    text_format(t, ",\"%s\":[", key);
    for (size_t i = 0; i < list.count; i++) {
        text_put(t, i ? "," : "");
        text_json_string(t, list.items[i]);
    }
    text_put(t, "]");
}

static void put_string(text *t, const char *key, const char *value)
{
    if (value) {
        text_format(t, ",\"%s\":", key);
        text_json_string(t, value);
    }
}

static void put_count(text *t, const char *key, long value)
{
    if (value >= 0) {
        text_format(t, ",\"%s\":%ld", key, value);
    }
}

void text_paper_json(text *t, const papertag_stored *s)
{
    const papertag_paper *p = &s->paper;
    bool first = true;

    text_put(t, "{\"id\":");
    text_json_string(t, p->id);
    put_string(t, "title", p->title);
    put_string(t, "abstract", p->abstract);
    put_string(t, "date", p->date);
    put_strings(t, "authors", p->authors);
    put_count(t, "author_count", p->author_count);
    put_string(t, "organization", p->organization);
    put_string(t, "url", p->url);
    put_string(t, "doi", p->doi);
    put_string(t, "source", p->source);
    put_string(t, "venue", p->venue);
    put_count(t, "upvotes", p->upvotes);
    put_count(t, "comments", p->comments);
    put_strings(t, "categories", p->categories);
    put_strings(t, "keywords", p->keywords);
    text_format(t, ",\"version\":%zu", s->version);
    put_string(t, "added", s->added);
    put_string(t, "updated", s->updated);
    put_string(t, "model", s->model);
    text_put(t, ",\"tags\":[");
    for (size_t i = 0; i < s->tag_count; i++) {
        const papertag_decision *d = &s->tags[i];
        if (!d->in_force) {
            continue;
        }
        text_put(t, first ? "{\"tag\":" : ",{\"tag\":");
        first = false;
        text_json_string(t, d->tag);
        text_put(t, ",\"p\":");
        text_json_number(t, d->p, 6);
        if (!isnan(d->margin)) {
            text_put(t, ",\"margin\":");
            text_json_number(t, d->margin, 6);
        }
        put_string(t, "verdict", d->verdict);
        text_put(t, "}");
    }
    text_put(t, "]}");
}

/* Who wrote it, in few words: the organisation, the authors, or their number. */
void text_byline(text *t, const papertag_paper *p)
{
    if (p->organization) {
        text_put(t, p->organization);
    } else if (p->authors.count > 3) {
        text_format(t, "%s, %s and %zu more", p->authors.items[0], p->authors.items[1], p->authors.count - 2);
    } else if (p->authors.count) {
        for (size_t i = 0; i < p->authors.count; i++) {
            text_put(t, i == 0 ? "" : i + 1 == p->authors.count ? " and " : ", ");
            text_put(t, p->authors.items[i]);
        }
    } else if (p->author_count > 0) {
        text_format(t, "%ld author%s", p->author_count, p->author_count == 1 ? "" : "s");
    }
}

/* Organisation or authors, date, upvotes, comments: what there is, dots between. */
void text_about(text *t, const papertag_paper *p)
{
    text_byline(t, p);
    if (p->date) {
        text_format(t, "%s%s", t->size ? " \xc2\xb7 " : "", p->date);
    }
    if (p->upvotes >= 0) {
        text_format(t, "%s%ld upvote%s", t->size ? " \xc2\xb7 " : "", p->upvotes, p->upvotes == 1 ? "" : "s");
    }
    if (p->comments >= 0) {
        text_format(t, "%s%ld comment%s", t->size ? " \xc2\xb7 " : "", p->comments, p->comments == 1 ? "" : "s");
    }
}

void text_paper_lines(text *t, const style *s, const papertag_stored *stored)
{
    text about = {0}, tags = {0}, line = {0};

    text_put(t, s->bold);
    text_wrapped(t, s, stored->paper.title ? stored->paper.title : "(no title)", "");
    text_format(t, "%s\n  %s", s->plain, s->dim);
    text_about(&line, &stored->paper);
    text_put(&about, stored->paper.id);
    text_put(&about, line.size ? " \xc2\xb7 " : "");
    text_put(&about, text_of(&about, &line));
    text_wrapped(t, s, text_of(t, &about), "  ");
    text_format(t, "%s\n", s->plain);
    for (size_t i = 0; i < stored->tag_count && stored->tags[i].in_force; i++) {
        const papertag_decision *d = &stored->tags[i];
        if (d->verdict) {
            text_format(&tags, "%s%s\xe2\x9c\x93", i ? " \xc2\xb7 " : "", d->tag); /* a check mark: a person said so */
        } else {
            text_format(&tags, "%s%s %.2f", i ? " \xc2\xb7 " : "", d->tag, d->p);
        }
    }
    text_format(t, "  %s", s->good);
    text_wrapped(t, s, *text_of(t, &tags) ? tags.data : "(no tag)", "  ");
    text_format(t, "%s\n", s->plain);
    text_free(&line);
    text_free(&about);
    text_free(&tags);
}
