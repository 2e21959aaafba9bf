/*
 * markdown - a digest as Markdown.
 */
#include <string.h>

#include "../clean.h"
#include "../paper.h"
#include "formats.h"

enum { TAGS_SHOWN = 16 }; /* in the head */

/* Adds text in which nothing is taken for markup. */
static void add_escaped(text *out, const char *string)
{
    text shown = {0};

    text_clean(&shown, string, strlen(string));
    for (const char *at = text_of(out, &shown); *at; at++) {
        if (strchr("\\`*_{}[]()#+!|<>&~", *at)) {
            text_put(out, "\\");
        }
        text_add(out, at, 1);
    }
    text_free(&shown);
}

/* Adds text as code, between more backticks than it has in a row: nothing in it ends the code. */
static void add_code(text *out, const char *string)
{
    size_t longest = 0;

    for (const char *at = strchr(string, '`'); at; at = strchr(at, '`')) {
        const size_t row = strspn(at, "`");
        longest = row > longest ? row : longest;
        at += row;
    }
    for (size_t i = 0; i <= longest; i++) {
        text_put(out, "`");
    }
    text_format(out, longest ? " %s " : "%s", string);
    for (size_t i = 0; i <= longest; i++) {
        text_put(out, "`");
    }
}

static void add_paper(text *out, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    text about = {0}, home = {0}, title = {0}, abstract = {0};
    bool linked;

    digest_home(paper, &home);
    linked = *text_of(out, &home);
    text_put(out, linked ? "\n### [" : "\n### ");
    text_title(&title, p);
    add_escaped(out, text_of(out, &title));
    if (linked) {
        text_put(out, "](<");
        text_put(out, home.data);
        text_put(out, ">)");
    }
    text_put(out, "\n\n");
    text_about(&about, p);
    add_escaped(out, text_of(out, &about));
    text_put(out, about.size ? "\n\n" : "");
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        text_put(out, t ? " \xc2\xb7 " : "");
        add_code(out, paper->tags[t].tag);
        text_format(out, " %.2f", paper->tags[t].p);
    }
    text_put(out, paper->tag_count && paper->tags[0].in_force ? "\n\n" : "");
    text_plain(&abstract, p->abstract);
    if (*text_of(out, &abstract)) {
        text_put(out, "> ");
        add_escaped(out, abstract.data);
        text_put(out, "\n");
    }
    text_free(&abstract);
    text_free(&title);
    text_free(&home);
    text_free(&about);
}

static bool write_markdown(digest *d, text *out)
{
    text counts = {0};
    bool opens;

    text_put(out, "# ");
    add_escaped(out, d->title);
    text_format(out, "\n\n%zu paper%s, %.10s\n", d->count, plural(d->count), d->generated);
    digest_add_counts(d, TAGS_SHOWN, &counts);
    if (*text_of(out, &counts)) {
        text_put(out, "\n");
        add_escaped(out, counts.data);
        text_put(out, "\n");
    }
    text_free(&counts);
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        if (!paper) {
            return false;
        }
        if (opens) {
            text_put(out, "\n## ");
            add_escaped(out, d->entries[i].heading);
            text_put(out, "\n");
        }
        add_paper(out, paper);
    }
    return true;
}

const digest_format format_markdown = {
    .name = "markdown", .type = "text/markdown; charset=utf-8", .headed = true, .write = write_markdown};
