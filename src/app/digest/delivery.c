/*
 * delivery - see delivery.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../places.h"
#include "../selection.h"
#include "../status.h"
#include "delivery.h"

enum { FEED_ENTRIES = 100 };

/* ---- what a file has ------------------------------------------------------------------------------------------- */

static bool is_feed(const digest_format *format)
{
    return !format->headed && strcmp(format->name, "json") != 0;
}

int delivery_papers(papertag_store *store, const papertag_subscription *s, const digest_format *format,
                    const int64_t *fresh, size_t count, int64_t **all, size_t *all_count)
{
    const int64_t *before = NULL;
    size_t earlier = 0;
    papertag_error err;
    int status = PAPERTAG_OK;

    *all_count = 0;
    if (copy_keys(fresh, count, all)) { /* the store's next selection overwrites them */
        return EXIT_FAILED;
    }
    *all_count = count;
    if (s->path && is_feed(format)) {
        status = papertag_delivery_latest(store, s->name, count < FEED_ENTRIES ? FEED_ENTRIES - count : 0, &before,
                                          &earlier, &err);
    }
    if (status) {
        return failed(&err);
    }
    if (earlier) {
        int64_t *grown = realloc(*all, (count + earlier) * sizeof **all);
        if (!grown) {
            return out_of_memory();
        }
        memcpy(grown + count, before, earlier * sizeof *before);
        *all = grown;
        *all_count += earlier;
    }
    return EXIT_DONE;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static bool is_file(const char *path)
{
    return path && strcmp(path, "-") != 0;
}

int write_digest(text *out, const char *path)
{
    if (is_file(path)) {
        return text_write_file(out, path) ? EXIT_DONE : EXIT_FAILED;
    }
    return text_write(out) ? finish_output() : EXIT_FAILED;
}

int deliver_digest(edition *e, const char *subscription, const int64_t *fresh, size_t count, text *out,
                   const char *path)
{
    char day[DAY_SIZE];
    text whole = {0};
    digest *d = &e->d;
    int64_t delivery = 0;
    int code = EXIT_DONE;

    if (is_file(path)) {
        text_absolute_path(&whole, path);
    }
    if (whole.failed) {
        return out_of_memory();
    }
    /* The path may have the year or the month as a folder: nobody is there to make the next one. */
    if (is_file(path) && !make_folders(whole.data, 0777)) {
        text_free(&whole);
        return EXIT_FAILED;
    }
    snprintf(day, sizeof day, "%.10s", d->generated);
    if (papertag_delivery_begin(d->store, subscription, day, fresh, count, whole.data, out->data, out->size, &delivery,
                                &d->err)) {
        code = failed(&d->err);
    }
    if (!code && is_file(path)) {
        code =
            papertag_delivery_publish(d->store, delivery, out->data, out->size, &d->err) ? failed(&d->err) : EXIT_DONE;
    } else if (!code) {
        code = write_digest(out, path);
    }
    if (!code && papertag_delivery_end(d->store, delivery, &d->err)) {
        code = failed(&d->err);
    }
    text_free(&whole);
    return code;
}
