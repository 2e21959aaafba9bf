/*
 * papertag eval --store - how accurate the model is on the papers of a store, from answers to random questions.
 */
#include <math.h>

#include "../app.h"

static void write_estimate(text *out, const char *key, papertag_estimate e)
{
    char low[32], high[32];

    snprintf(low, sizeof low, "%s_low", key);
    snprintf(high, sizeof high, "%s_high", key);
    json_number(out, key, e.value, 6);
    json_number(out, low, e.low, 6);
    json_number(out, high, e.high, 6);
}

static void write_json(text *out, const papertag_audit *a)
{
    for (size_t i = 0; i < a->tag_count; i++) {
        const papertag_tag_audit *t = &a->tags[i];
        json_open(out, NULL, '{');
        json_string(out, "tag", t->tag);
        json_count(out, "papers", t->papers);
        json_count(out, "audited", t->audited);
        json_count(out, "assigned", t->assigned);
        json_count(out, "right", t->right);
        json_count(out, "missed", t->missed);
        write_estimate(out, "precision", t->precision);
        write_estimate(out, "recall", t->recall);
        json_close(out, '}');
        json_line_end(out);
    }
    for (size_t i = 0; i < a->month_count; i++) {
        const papertag_month *m = &a->months[i];
        json_open(out, NULL, '{');
        json_string(out, "month", m->month);
        json_count(out, "papers", m->papers);
        json_count(out, "tagged", m->tagged);
        json_count(out, "tags", m->tags);
        json_number(out, "p", m->p, 6);
        json_count(out, "audited", m->audited);
        json_count(out, "right", m->right);
        write_estimate(out, "precision", papertag_share(m->right, m->audited));
        json_close(out, '}');
        json_line_end(out);
    }
    json_open(out, NULL, '{');
    json_count(out, "papers", a->papers);
    write_estimate(out, "precision", a->precision);
    write_estimate(out, "recall", a->recall);
    json_close(out, '}');
    json_line_end(out);
}

/* Writes "0.86 [0.71, 0.94]", or a dash when there is no estimate, at the width of a column. */
static void write_cell(text *out, papertag_estimate e)
{
    if (isnan(e.value)) {
        text_put(out, "  -                 ");
    } else {
        text_format(out, "  %.2f [%.2f, %.2f]", e.value, e.low, e.high);
    }
}

static void write_text(text *out, const style *s, const papertag_audit *a)
{
    text_format(out, "%s%-32s %6s %5s  %-19s %s%s\n", s->bold, "tag", "papers", "drawn", "precision", "recall",
                s->plain);
    for (size_t i = 0; i < a->tag_count; i++) {
        const papertag_tag_audit *t = &a->tags[i];
        text_format(out, "%-32s %6zu %5zu", t->tag, t->papers, t->assigned + t->missed);
        write_cell(out, t->precision);
        write_cell(out, t->recall);
        text_put(out, "\n");
    }
    text_format(out, "%s%-32s %6s %5zu%s", s->bold, "all tags, papers judged in full", "", a->papers, s->plain);
    write_cell(out, a->precision);
    write_cell(out, a->recall);
    text_format(out, "\n\n%s%-8s %6s %7s %10s %7s  %s%s\n", s->bold, "month", "papers", "tagged", "tags/paper",
                "mean p", "precision, drawn papers", s->plain);
    for (size_t i = 0; i < a->month_count; i++) {
        const papertag_month *m = &a->months[i];
        text_format(out, "%-8s %6zu %6.0f%% %10.1f", m->month, m->papers, 100 * (double)m->tagged / (double)m->papers,
                    (double)m->tags / (double)m->papers);
        text_format(out, isnan(m->p) ? "       -" : "    %.2f", m->p);
        write_cell(out, papertag_share(m->right, m->audited));
        text_put(out, "\n");
    }
}

int eval_store(const args *a)
{
    papertag_store *store = NULL;
    papertag_audit audit = {0};
    style s = style_of_stdout();
    papertag_error err;
    text out = {0};
    int code =
        a->operand_count ? usage_error(a->command, "eval: --store takes no files") : open_store(a, false, &store);

    if (!code && papertag_store_audit(store, &audit, &err)) {
        code = failed(&err);
    }
    if (!code && !audit.papers && !audit.tag_count) {
        complain("no paper was drawn at random yet; run `papertag review --order random`");
        code = EXIT_NOTHING;
    }
    if (!code) {
        if (args_have(a, "json")) {
            write_json(&out, &audit);
        } else {
            write_text(&out, &s, &audit);
        }
    }
    papertag_store_close(store);
    return text_end(&out, code);
}
