/*
 * json - a digest as one JSON object.
 */
#include "../json.h"
#include "../paper.h"
#include "formats.h"

static bool write_json(digest *d, text *out)
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

const digest_format format_json = {.name = "json", .type = "application/json", .write = write_json};
