/*
 * edition - see edition.h.
 */
#include <stdio.h>

#include "../status.h"
#include "edition.h"

/* The title when none is given: what the digest has in it. */
static void add_title(text *title, const char *words, const papertag_query *query)
{
    text_put(title, "Papers");
    if (*words) {
        text_format(title, ": %.500s", words);
    }
    if (query->since) {
        text_format(title, " since %s", query->since);
    }
    if (query->until) {
        text_format(title, " until %s", query->until);
    }
}

int edition_name(edition *e, const papertag_query *query, const char *title, const char *subscription)
{
    digest *d = &e->d;
    const char *words;

    e->query = *query;
    present_moment(e->stamp);
    if (query->as_of) {
        snprintf(e->stamp, sizeof e->stamp, "%.10sT00:00:00Z", query->as_of);
    }
    if (papertag_store_expression(d->store, query, &words, NULL, &d->err)) {
        return refused(&d->err);
    }
    text_put(&e->filter, words); /* the store's next answer overwrites it */
    if (papertag_store_describe(d->store, query, &words, &d->err)) {
        return refused(&d->err);
    }
    add_title(&e->title, words, query);
    d->filter = text_of(&e->title, &e->filter);
    d->title = title ? title : text_of(&e->title, &e->title);
    d->generated = e->stamp;
    d->feed = subscription ? subscription : d->filter;
    return e->title.failed ? out_of_memory() : EXIT_DONE;
}

int edition_write(edition *e, const digest_format *format, const int64_t *keys, size_t count, text *out)
{
    digest *d = &e->d;
    papertag_strings named = {0};
    const char *plain;

    digest_free(d);
    d->counts = format->headed;
    if (!digest_take(d, keys, count)) {
        return out_of_memory();
    }
    if (papertag_store_expression(d->store, &e->query, &plain, &named, &d->err)) {
        return refused(&d->err);
    }
    if (!digest_set_headings(d, named) || !format->write(d, out)) {
        return failed(&d->err);
    }
    return out->failed ? out_of_memory() : EXIT_DONE;
}

void edition_free(edition *e)
{
    digest_free(&e->d);
    text_free(&e->title);
    text_free(&e->filter);
}
