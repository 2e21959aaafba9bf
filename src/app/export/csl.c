/*
 * csl - papers as CSL-JSON, which citation processors and Zotero read: one array.
 */
#include <stdio.h>
#include <string.h>

#include "../json.h"
#include "export.h"

static void add_author(text *out, const char *name)
{
    papertag_name_parts parts;
    text first = {0}, last = {0};

    if (papertag_name_split(name, &parts, NULL)) {
        out->failed = true;
        return;
    }
    json_open(out, NULL, '{');
    if (parts.last) {
        text_add(&first, name, parts.last - 1);
        text_add(&last, name + parts.last, parts.suffix ? parts.suffix - 1 - parts.last : strlen(name + parts.last));
        json_string(out, "family", text_of(out, &last));
        json_string(out, "given", text_of(out, &first));
        json_optional(out, "suffix", parts.suffix ? name + parts.suffix : NULL);
    } else {
        json_string(out, "literal", name);
    }
    json_close(out, '}');
    text_free(&first);
    text_free(&last);
}

static void add_date(text *out, export_date date)
{
    const int parts[] = {date.year, date.month, date.day};

    if (!date.year) {
        return;
    }
    json_open(out, "issued", '{');
    json_open(out, "date-parts", '[');
    json_open(out, NULL, '[');
    for (size_t i = 0; i < 3 && parts[i]; i++) {
        json_format(out, NULL, "%d", parts[i]);
    }
    json_close(out, ']');
    json_close(out, ']');
    json_close(out, '}');
}

/* Keywords are one string, with commas between; with ';' when one has a comma. */
static void add_keywords(text *out, const papertag_stored *stored)
{
    const char *between = ", ", *keyword;
    text all = {0};
    size_t at = 0, count = 0;

    while ((keyword = export_keyword(stored, &at)) != NULL) {
        between = strchr(keyword, ',') ? "; " : between;
    }
    for (at = 0; (keyword = export_keyword(stored, &at)) != NULL; count++) {
        text_put(&all, count ? between : "");
        text_put(&all, keyword);
    }
    text_put(&all, count == 1 && *between == ';' ? ";" : "");
    json_optional(out, "keyword", count ? text_of(out, &all) : NULL);
    text_free(&all);
}

static void write_csl(text *out, const papertag_stored *stored)
{
    static const char *const types[] = {"article", "article-journal", "paper-conference"};
    const papertag_paper *p = &stored->paper;

    json_open(out, NULL, '{');
    json_string(out, "id", p->id);
    json_string(out, "type", types[export_kind_of(p)]);
    json_optional(out, "title", p->title);
    if (p->authors.count) {
        json_open(out, "author", '[');
        for (size_t i = 0; i < p->authors.count; i++) {
            add_author(out, p->authors.items[i]);
        }
        json_close(out, ']');
    }
    add_date(out, export_date_of(p));
    json_optional(out, "container-title", p->venue);
    json_optional(out, "DOI", p->doi);
    json_optional(out, "URL", p->url);
    if (p->arxiv) {
        json_key(out, "number");
        text_format(out, "\"arXiv:%s\"", p->arxiv);
    }
    add_keywords(out, stored);
    json_optional(out, "abstract", p->abstract);
    json_open(out, "custom", '{');
    export_own(out, stored, 0, json_string);
    json_close(out, '}');
    json_close(out, '}');
}

const export_format export_csl = {"csl", "[\n", ",\n", "\n]\n", write_csl};
