/*
 * text - a digest for a person at a terminal.
 */
#include <string.h>

#include "../paper.h"
#include "formats.h"

enum { TAGS_SHOWN = 8 }; /* in the head */

/* The first two lines of the abstract. */
static void add_beginning(text *out, const style *s, const papertag_paper *p)
{
    text words = {0};

    text_beginning(&words, p->abstract, 2 * (size_t)(s->width - 4)); /* bytes for columns: it needs no more than that */
    if (*text_of(out, &words)) {
        text_format(out, "  %s", s->dim);
        text_wrapped(out, s, words.data, "  ");
        text_format(out, "%s\n", s->plain);
    }
    text_free(&words);
}

static void add_home(text *out, const style *s, const papertag_stored *paper)
{
    text url = {0};

    digest_home(paper, &url);
    if (*text_of(out, &url)) {
        text_format(out, "  %s", s->dim);
        text_wrapped(out, s, url.data, "  ");
        text_format(out, "%s\n", s->plain);
    }
    text_free(&url);
}

static bool write_text(digest *d, text *out)
{
    const style *s = &d->style;
    text counts = {0};
    bool opens;

    text_put(out, s->bold);
    text_wrapped(out, s, d->title, "");
    text_format(out, "%s\n%s%zu paper%s, %.10s\n", s->plain, s->dim, d->count, plural(d->count), d->generated);
    digest_add_counts(d, TAGS_SHOWN, &counts);
    text_wrapped(out, s, text_of(out, &counts), "");
    text_format(out, "%s\n", s->plain);
    text_put(out, counts.size ? "\n" : "");
    text_free(&counts);
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
        add_beginning(out, s, &paper->paper);
        add_home(out, s, paper);
        text_put(out, i + 1 < d->count ? "\n" : "");
    }
    if (d->unsubscribe) {
        text_format(out, "\n-- \nUnsubscribe: %s\n", d->unsubscribe);
    }
    return true;
}

const digest_format format_text = {
    .name = "text", .type = "text/plain; charset=utf-8", .headed = true, .write = write_text};
