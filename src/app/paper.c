/*
 * paper - a stored paper as JSON, and as a few lines for a person.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "json.h"
#include "paper.h"

static void add_count(text *t, const char *key, long value)
{
    if (value >= 0) {
        json_count(t, key, (size_t)value);
    }
}

static void add_tag(text *t, const papertag_decision *d)
{
    json_open(t, NULL, '{');
    json_string(t, "tag", d->tag);
    json_number(t, "p", d->p, 6);
    if (!isnan(d->margin)) {
        json_number(t, "margin", d->margin, 6);
    }
    json_optional(t, "verdict", papertag_verdict_name(d->verdict));
    json_close(t, '}');
}

void json_paper_fields(text *t, const papertag_paper *p)
{
    json_string(t, "id", p->id);
    json_optional(t, "title", p->title);
    json_optional(t, "abstract", p->abstract);
    json_optional(t, "date", p->date);
    json_optional(t, "announced", p->announced);
    json_optional(t, "announce_type", p->announce_type);
    json_optional(t, "featured", p->featured);
    json_strings(t, "authors", p->authors);
    add_count(t, "author_count", p->author_count);
    json_optional(t, "organization", p->organization);
    json_optional(t, "url", p->url);
    if (p->arxiv && strcmp(p->arxiv, p->id) != 0) {
        json_string(t, "arxiv", p->arxiv);
    }
    json_optional(t, "doi", p->doi);
    json_optional(t, "source", p->source);
    json_optional(t, "venue", p->venue);
    json_optional(t, "code_url", p->code_url);
    json_optional(t, "project_url", p->project_url);
    json_optional(t, "pdf_url", p->pdf_url);
    add_count(t, "upvotes", p->upvotes);
    add_count(t, "comments", p->comments);
    json_strings(t, "categories", p->categories);
    json_strings(t, "keywords", p->keywords);
    if (p->maybe.count) {
        json_strings(t, "maybe", p->maybe);
    }
}

void text_paper_json(text *t, const papertag_stored *s)
{
    json_open(t, NULL, '{');
    json_paper_fields(t, &s->paper);
    json_count(t, "version", s->version);
    json_optional(t, "added", s->added);
    json_optional(t, "updated", s->updated);
    json_optional(t, "model", s->model);
    json_open(t, "tags", '[');
    for (size_t i = 0; i < s->tag_count; i++) {
        if (s->tags[i].in_force) {
            add_tag(t, &s->tags[i]);
        }
    }
    json_close(t, ']');
    json_close(t, '}');
}

void text_plain(text *t, const char *string)
{
    papertag_error err;
    char *plain = NULL;

    if (string && papertag_plain_text(string, &plain, &err)) {
        t->failed = true;
    } else if (string) {
        text_put(t, plain);
    }
    free(plain);
}

void text_beginning(text *t, const char *string, size_t most)
{
    text plain = {0}, clean = {0};
    size_t end;

    text_plain(&plain, string);
    text_clean(&clean, text_of(t, &plain), plain.size);
    end = *text_of(t, &clean) && clean.size > most ? most : clean.size;
    while (end < clean.size && end > most / 2 && clean.data[end] != ' ') {
        end--;
    }
    end = end < clean.size && end && clean.data[end] != ' ' ? most : end; /* a script without spaces */
    while (end < clean.size && end && ((unsigned char)clean.data[end] & 0xc0) == 0x80) {
        end--;
    }
    text_add(t, text_of(t, &clean), end);
    text_put(t, end < clean.size ? " \xe2\x80\xa6" : "");
    text_free(&plain);
    text_free(&clean);
}

void text_title(text *t, const papertag_paper *p)
{
    text_plain(t, p->title ? p->title : "(no title)");
}

void text_byline(text *t, const papertag_paper *p)
{
    const size_t before = t->size;

    if (p->authors.count > 3) {
        text_format(t, "%s, %s and %zu more", p->authors.items[0], p->authors.items[1], p->authors.count - 2);
    } else if (p->authors.count) {
        for (size_t i = 0; i < p->authors.count; i++) {
            text_put(t, i == 0 ? "" : i + 1 == p->authors.count ? " and " : ", ");
            text_put(t, p->authors.items[i]);
        }
    } else if (p->author_count > 0) {
        text_format(t, "%ld author%s", p->author_count, p->author_count == 1 ? "" : "s");
    }
    if (p->organization) {
        text_format(t, t->size > before ? " (%s)" : "%s", p->organization);
    }
}

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
    text about = {0}, tags = {0}, line = {0}, title = {0};

    text_put(t, s->bold);
    text_title(&title, &stored->paper);
    text_wrapped(t, s, text_of(t, &title), "");
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
    text_free(&title);
    text_free(&line);
    text_free(&about);
    text_free(&tags);
}
