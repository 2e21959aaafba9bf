/*
 * markdown - a digest as Markdown.
 */
#include <string.h>

#include "../paper.h"
#include "formats.h"

/* Adds text in which nothing is taken for markup. */
static void add_escaped(text *out, const char *string)
{
    for (; *string; string++) {
        if (text_hidden(string)) {
            string += text_hidden(string) - 1;
            continue;
        }
        if (strchr("\\`*_{}[]()#+!|<>&~", *string)) {
            text_put(out, "\\");
        }
        text_add(out, string, 1);
    }
}

static void add_paper(text *out, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    const char *link = digest_link(p);
    text about = {0};

    text_put(out, link ? "\n### [" : "\n### ");
    add_escaped(out, digest_title(p));
    if (link) {
        text_put(out, "](<");
        text_put(out, link);
        text_put(out, ">)");
    }
    text_put(out, "\n\n");
    text_about(&about, p);
    add_escaped(out, text_of(out, &about));
    text_put(out, about.size ? "\n\n" : "");
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        text_format(out, "%s`%s` %.2f", t ? " \xc2\xb7 " : "", paper->tags[t].tag, paper->tags[t].p);
    }
    text_put(out, paper->tag_count && paper->tags[0].in_force ? "\n\n" : "");
    if (p->abstract) {
        text_put(out, "> ");
        add_escaped(out, p->abstract);
        text_put(out, "\n");
    }
    text_free(&about);
}

static bool write_markdown(digest *d, text *out)
{
    bool opens;

    text_put(out, "# ");
    add_escaped(out, d->title);
    text_format(out, "\n\n%zu paper%s, %.10s\n", d->count, d->count == 1 ? "" : "s", d->generated);
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
    .name = "markdown", .type = "text/markdown; charset=utf-8", .write = write_markdown};
