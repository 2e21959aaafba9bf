/*
 * csv - papers as a table, with the names of papertag's own fields (RFC 4180).
 */
#include <stdio.h>
#include <string.h>

#include "../clean.h"
#include "../json.h"
#include "export.h"

/* A cell in quotes. Spreadsheets would compute what begins like a formula: a space before it leaves it a text, and is
 * dropped when the cell is read. */
static void put_cell(text *out, const char *value)
{
    const char *at;

    text_put(out, *value && strchr("=+-@", *value) ? "\" " : "\"");
    for (; (at = strchr(value, '"')) != NULL; value = at + 1) {
        text_clean(out, value, (size_t)(at - value));
        text_put(out, "\"\"");
    }
    text_clean(out, value, strlen(value));
    text_put(out, "\"");
}

static void add_text(text *out, const char *value)
{
    text_put(out, ",");
    if (value) {
        put_cell(out, value);
    }
}

static void add_count(text *out, long value)
{
    text_put(out, ",");
    if (value >= 0) {
        text_format(out, "%ld", value);
    }
}

/* A list whose items could be taken for several, or for a list in brackets, is written as JSON. */
typedef struct list {
    text plain, json;
    size_t count;
    bool unclear;
} list;

static void add_item(list *l, const char *item)
{
    text_put(&l->plain, l->count ? "; " : "");
    export_plain(&l->plain, item);
    json_string(&l->json, NULL, item);
    l->unclear = l->unclear || strpbrk(item, ";|");
    l->count++;
}

static void end_list(text *out, list *l)
{
    text whole = {0};

    const char *plain = text_of(out, &l->plain);

    text_put(out, ",");
    l->unclear = l->unclear || strpbrk(plain, "[({<\"") == plain || !strncmp(plain, "c(", 2) ||
                 (l->count == 1 && strchr(plain, ','));
    text_format(&whole, l->unclear ? "[%s]" : "%s", text_of(out, l->unclear ? &l->json : &l->plain));
    if (l->count) {
        put_cell(out, text_of(out, &whole));
    }
    text_free(&whole);
    text_free(&l->plain);
    text_free(&l->json);
}

static void add_list(text *out, papertag_strings items)
{
    list l = {0};

    for (size_t i = 0; i < items.count; i++) {
        add_item(&l, items.items[i]);
    }
    end_list(out, &l);
}

static void add_authors(text *out, papertag_strings authors)
{
    text cell = {0};

    for (size_t i = 0; i < authors.count; i++) {
        text_put(&cell, i ? "; " : "");
        export_name(&cell, authors.items[i], export_plain, export_plain);
    }
    add_text(out, authors.count ? text_of(out, &cell) : NULL);
    text_free(&cell);
}

static void add_tags(text *out, const papertag_stored *stored)
{
    list l = {0};

    for (size_t i = 0; i < stored->tag_count; i++) {
        if (stored->tags[i].in_force) {
            add_item(&l, stored->tags[i].tag);
        }
    }
    end_list(out, &l);
}

static void write_csv(text *out, const papertag_stored *stored)
{
    const papertag_paper *p = &stored->paper;

    put_cell(out, p->id);
    add_text(out, p->title);
    add_authors(out, p->authors);
    add_text(out, p->date);
    add_text(out, p->venue);
    add_text(out, p->organization);
    add_text(out, p->doi);
    add_text(out, p->arxiv);
    add_text(out, p->url);
    add_text(out, p->pdf_url);
    add_text(out, p->code_url);
    add_text(out, p->project_url);
    add_text(out, p->source);
    add_text(out, p->announced);
    add_text(out, p->announce_type);
    add_text(out, p->featured);
    add_count(out, p->author_count);
    add_count(out, p->upvotes);
    add_count(out, p->comments);
    add_list(out, p->categories);
    add_list(out, p->keywords);
    add_tags(out, stored);
    add_text(out, p->abstract);
    text_put(out, "\n");
}

const export_format export_csv = {"csv",
                                  "id,title,authors,date,venue,organization,doi,arxiv,url,pdf_url,code_url,project_url,"
                                  "source,announced,announce_type,featured,author_count,upvotes,comments,categories,"
                                  "keywords,tags,abstract\n",
                                  "", "", write_csv};
