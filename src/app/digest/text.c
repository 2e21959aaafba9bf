/*
 * digest_text - digests as text for a terminal, as Markdown and as JSON.
 */
#include <string.h>

#include "digest.h"

bool digest_text(digest *d, text *out)
{
    const style *s = &d->style;
    bool opens;

    text_put(out, s->bold);
    text_wrapped(out, s, d->title, "");
    text_format(out, "%s\n%s%zu paper%s, %.10s%s\n\n", s->plain, s->dim, d->count, d->count == 1 ? "" : "s",
                d->generated, s->plain);
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        if (!paper) {
            return false;
        }
        if (opens) {
            text_put(out, s->good);
            text_format(out, "== ");
            text_wrapped(out, s, d->entries[i].heading, "");
            text_format(out, " ==%s\n\n", s->plain);
        }
        text_paper_lines(out, s, paper);
        if (digest_link(&paper->paper)) {
            text_format(out, "  %s", s->dim);
            text_wrapped(out, s, digest_link(&paper->paper), "  ");
            text_format(out, "%s\n", s->plain);
        }
        text_put(out, i + 1 < d->count ? "\n" : "");
    }
    return true;
}

/* ---- Markdown -------------------------------------------------------------------------------------------------- */

/* Text in which nothing is taken for markup. */
static void put_markdown(text *out, const char *string)
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

bool digest_markdown(digest *d, text *out)
{
    bool opens;

    text_put(out, "# ");
    put_markdown(out, d->title);
    text_format(out, "\n\n%zu paper%s, %.10s\n", d->count, d->count == 1 ? "" : "s", d->generated);
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        const papertag_paper *p;
        text about = {0};
        if (!paper) {
            return false;
        }
        p = &paper->paper;
        if (opens) {
            text_put(out, "\n## ");
            put_markdown(out, d->entries[i].heading);
            text_put(out, "\n");
        }
        text_put(out, digest_link(p) ? "\n### [" : "\n### ");
        put_markdown(out, p->title ? p->title : "(no title)");
        if (digest_link(p)) {
            text_put(out, "](<");
            text_put(out, digest_link(p));
            text_put(out, ">)");
        }
        text_put(out, "\n\n");
        text_about(&about, p);
        put_markdown(out, text_of(out, &about));
        text_put(out, about.size ? "\n\n" : "");
        for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
            text_format(out, "%s`%s` %.2f", t ? " \xc2\xb7 " : "", paper->tags[t].tag, paper->tags[t].p);
        }
        text_put(out, paper->tag_count && paper->tags[0].in_force ? "\n\n" : "");
        if (p->abstract) {
            text_put(out, "> ");
            put_markdown(out, p->abstract);
            text_put(out, "\n");
        }
        text_free(&about);
    }
    return true;
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

bool digest_json(digest *d, text *out)
{
    bool opens;

    json_open(out, NULL, '{');
    json_string(out, "title", d->title);
    json_string(out, "generated", d->generated);
    json_string(out, "filter", d->filter);
    json_count(out, "count", d->count);
    json_open(out, "papers", '[');
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        if (!paper) {
            return false;
        }
        json_line_break(out);
        text_paper_json(out, paper);
    }
    json_close(out, ']');
    json_close(out, '}');
    json_line_end(out);
    return true;
}
