/*
 * Fuzz target: what fetching reads of answers beside their papers. The first byte chooses: bodies as each kind of
 * source reads them, page after page; headers; places; packed bodies; redirects.
 */
#include <stdlib.h>
#include <string.h>

#include "app/fetch/address.h"
#include "app/fetch/gunzip.h"
#include "app/fetch/headers.h"
#include "app/fetch/kinds.h"
#include "fuzz.h"

/* The same body again and again: every kind comes to an end, or asks for something else. */
static void read_pages(const source_kind *kind, const text *body)
{
    static const char *const words[] = {"cs.LG"};
    const papertag_source source = {.name = "s", .kind = kind->name, .arguments = {words, kind->least}};
    harvest h = {.source = &source, .kind = kind, .base = "https://a.example/x", .today = "2026-11-25"};
    harvest_step step = STEP_MORE;

    if (!place_parse(&h.place, "running=1 from=2026-11-23 until=2026-11-25")) {
        return;
    }
    for (int i = 0; i < 20 && step == STEP_MORE; i++) {
        page p;
        text url = {0};
        kind->ask(&h, &url);
        if (url.failed || url_fault(url.data)) {
            abort();
        }
        if (page_read(&p, body) && !p.fault) {
            if (kind->inspect) {
                kind->inspect(&p);
            }
            step = kind->advance(&h, &p);
        } else {
            step = STEP_DONE;
        }
        if (step == STEP_FAILED && !h.why.size) {
            abort();
        }
        page_free(&p);
        text_free(&url);
    }
    place_free(&h.place);
    text_free(&h.first_id);
    text_free(&h.why);
    free(h.seen);
}

static void read_headers(const char *string)
{
    const int64_t now = INT64_C(1795608000000), times[] = {retry_time(string, now), limit_time(string, now)};

    for (size_t i = 0; i < 2; i++) {
        if (times[i] != HEADERS_NO_TIME && (times[i] < now || times[i] > now + INT64_C(400) * 86400000)) {
            abort();
        }
    }
    if (is_validator(string) && strpbrk(string, "\r\n")) {
        abort();
    }
}

/* A place that was written is read as it was. */
static void read_place(const char *string)
{
    text once = {0}, twice = {0};
    place p, q;

    if (place_parse(&p, string)) {
        text_place(&once, &p);
        if (place_parse(&q, once.data)) {
            text_place(&twice, &q);
            if (!once.failed && !twice.failed && strcmp(once.data, twice.data) != 0) {
                abort();
            }
        }
        place_free(&q);
    }
    place_free(&p);
    text_free(&once);
    text_free(&twice);
}

static void read_location(const char *string)
{
    text to = {0};

    if (text_resolved(&to, "https://a.example/x?y", string) && !to.failed &&
        may_redirect("https://a.example/", to.data) && strncmp(to.data, "https://", 8) != 0) {
        abort();
    }
    text_free(&to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    text body = {0};

    if (!size) {
        return 0;
    }
    text_add(&body, (const char *)data + 1, size - 1);
    switch (body.failed ? 0 : data[0]) {
    case 'b':
        for (const source_kind *k = source_kinds; k->name; k++) {
            read_pages(k, &body);
        }
        break;
    case 'h':
        read_headers(body.data);
        break;
    case 'p':
        read_place(body.data);
        break;
    case 'z':
        gunzip(&body, 1 << 20);
        break;
    case 'l':
        read_location(body.data);
        break;
    default:
        break;
    }
    text_free(&body);
    return 0;
}
