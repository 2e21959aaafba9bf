/*
 * text - a digest for a person at a terminal.
 */
#include "../paper.h"
#include "formats.h"

static bool write_text(digest *d, text *out)
{
    const style *s = &d->style;
    bool opens;

    text_put(out, s->bold);
    text_wrapped(out, s, d->title, "");
    text_format(out, "%s\n%s%zu paper%s, %.10s%s\n\n", s->plain, s->dim, d->count, plural(d->count), d->generated,
                s->plain);
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

const digest_format format_text = {.name = "text", .type = "text/plain; charset=utf-8", .write = write_text};
