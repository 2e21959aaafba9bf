/*
 * text - a digest for a person at a terminal.
 */
#include <string.h>

#include "../clean.h"
#include "../paper.h"
#include "formats.h"

enum { TAGS_SHOWN = 8 }; /* in the head */

/* The first two lines of the abstract. */
static void add_beginning(text *out, const style *s, const papertag_paper *p)
{
    const size_t most = 2 * (size_t)(s->width - 4);
    text plain = {0}, clean = {0};
    size_t length;

    text_plain(&plain, p->abstract);
    text_clean(&clean, text_of(out, &plain), plain.size);
    length = clean.size;
    if (length > most) { /* bytes for columns: a beginning needs no more than that */
        for (length = most; length > most / 2 && clean.data[length] != ' '; length--) {
        }
        while (length && ((unsigned char)clean.data[length] & 0xc0) == 0x80) {
            length--;
        }
        clean.data[length] = '\0';
    }
    if (*text_of(out, &clean)) {
        text_format(out, "  %s", s->dim);
        text_wrapped(out, s, clean.data, "  ");
        text_format(out, "%s%s\n", length < clean.size ? " \xe2\x80\xa6" : "", s->plain);
    }
    text_free(&plain);
    text_free(&clean);
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
    return true;
}

const digest_format format_text = {
    .name = "text", .type = "text/plain; charset=utf-8", .headed = true, .write = write_text};
