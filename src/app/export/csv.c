/*
 * csv - papers as a table, with the names of papertag's own fields (RFC 4180).
 */
#include <stdio.h>
#include <string.h>

#include "../clean.h"
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

static void add_list(text *out, papertag_strings items)
{
    text cell = {0};

    export_list(&cell, items);
    add_text(out, items.count ? text_of(out, &cell) : NULL);
    text_free(&cell);
}

static void add_authors(text *out, papertag_strings authors)
{
    text cell = {0};

    if (export_has_unclear_author(authors)) {
        export_names(&cell, authors);
    } else {
        for (size_t i = 0; i < authors.count; i++) {
            text_put(&cell, i ? "; " : "");
            export_name(&cell, authors.items[i], EXPORT_SUFFIX_LAST, export_plain, export_plain);
        }
    }
    add_text(out, authors.count ? text_of(out, &cell) : NULL);
    text_free(&cell);
}

static void add_tags(text *out, const papertag_stored *stored)
{
    text cell = {0};

    export_tags(&cell, stored);
    add_text(out, cell.size ? text_of(out, &cell) : NULL);
    text_free(&cell);
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
