/*
 * tag_output - see tag_output.h.
 */
#include <string.h>

#include "../opinion.h"
#include "../splice.h"
#include "tag_output.h"

/* Whether a score is listed, after k others. Scores come highest p first. */
static bool is_listed(const tag_output *o, const papertag_score *score, size_t k)
{
    return k < o->top && (o->all || score->assigned) && score->p >= o->min_p;
}

bool tag_output_needs_all(const tag_output *o)
{
    return o->all || o->keep; /* what a record keeps has the margins of likely tags */
}

static void add_tags(const tag_output *o, text *out, const char *key, const tag_paper *paper)
{
    size_t shown = 0;

    json_open(out, key, '[');
    for (size_t t = 0; t < paper->score_count; t++) {
        const papertag_score *score = &paper->scores[t];
        if (!is_listed(o, score, shown)) {
            continue;
        }
        shown++;
        json_open(out, NULL, '{');
        json_string(out, "tag", score->tag);
        json_number(out, "p", score->p, 9);
        json_number(out, "margin", score->margin, 9);
        json_bool(out, "assigned", score->assigned);
        json_close(out, '}');
    }
    json_close(out, ']');
}

/* ---- the record that came in ----------------------------------------------------------------------------------- */

/* Whether what stood under "tags" is nothing, or what this program writes there: a list of objects. */
static bool are_our_tags(const char *at, const char *end)
{
    if (end - at >= 4 && !memcmp(at, "null", 4)) {
        return true;
    }
    if (at == end || *at != '[') {
        return false;
    }
    do {
        at++;
    } while (at < end && (unsigned char)*at <= ' ');
    return at < end && (*at == '{' || *at == ']');
}

static void write_kept(const tag_output *o, text *out, const tag_paper *paper, tag_remarks *remarks)
{
    own_member own[] = {{.name = "tags"}, {.name = OPINION_MEMBER}};
    text *tags = &own[0].value, *about = &own[1].value;

    add_tags(o, tags, NULL, paper);
    json_opinion(about, o->model, paper->title, paper->abstract, paper->scores);
    if (!json_splice(out, paper->object, paper->object_length, own, 2, &remarks->replaced)) {
        out->failed = true; /* it was read as an object */
    }
    remarks->relabelled = remarks->relabelled || (own[0].was && !are_our_tags(own[0].was, own[0].was_end));
    json_line_end(out);
    text_free(tags);
    text_free(about);
}

void tag_output_fields(text *out, const papertag_paper *paper)
{
    json_open(out, NULL, '{');
    json_paper_fields(out, paper);
    json_close(out, '}');
}

void tag_output_error(text *out, const papertag_error *err, const char *file)
{
    json_open(out, NULL, '{');
    json_string(out, "error", err->message + err->reason);
    if (err->line) {
        json_count(out, "line", err->line);
    }
    json_optional(out, "file", file);
    json_close(out, '}');
    json_line_end(out);
}

/* ---- JSON and text --------------------------------------------------------------------------------------------- */

static void write_json(const tag_output *o, text *out, const tag_paper *paper)
{
    json_open(out, NULL, '{');
    json_string(out, "id", paper->id);
    json_string(out, "title", paper->title);
    add_tags(o, out, "tags", paper);
    json_close(out, '}');
    json_line_end(out);
}

/* The title, then the tags in columns: p and the tag, which is brighter when it is assigned. */
static void write_text(const tag_output *o, text *out, const tag_paper *paper)
{
    const style *s = &o->style;
    unsigned columns = (s->width - 2) / o->cell;
    size_t shown = 0;

    columns = columns ? columns : 1;
    text_put(out, s->bold);
    text_wrapped(out, s, paper->title ? paper->title : "(no title)", "");
    text_put(out, s->plain);
    text_put(out, "\n");
    for (size_t t = 0; t < paper->score_count; t++) {
        const papertag_score *score = &paper->scores[t];
        if (!is_listed(o, score, shown)) {
            continue;
        }
        if (shown % columns == 0) {
            text_put(out, shown ? "\n  " : "  ");
        }
        shown++;
        text_format(out, "%s%.2f%s %s%s%s", s->dim, score->p, s->plain, score->assigned ? s->good : s->dim, score->tag,
                    s->plain);
        if (shown % columns) {
            text_format(out, "%*s", (int)(o->cell - 5 - text_columns(score->tag)), "");
        }
    }
    if (!shown) {
        text_format(out, "  %s(no tag)%s", s->dim, s->plain);
    }
    while (out->size && out->data[out->size - 1] == ' ') {
        out->size--;
    }
    text_put(out, "\n\n");
}

void tag_output_paper(const tag_output *o, text *out, const tag_paper *paper, tag_remarks *remarks)
{
    if (o->keep) {
        write_kept(o, out, paper, remarks);
    } else if (o->json) {
        write_json(o, out, paper);
    } else {
        write_text(o, out, paper);
    }
}
