/*
 * papertag show - one paper of the store, with all that is known about its tags.
 */
#include <math.h>

#include "stored.h"

static void write_decisions(text *out, const style *s, const papertag_stored *paper)
{
    for (size_t i = 0; i < paper->tag_count; i++) {
        const papertag_decision *d = &paper->tags[i];
        text_format(out, "  %s%.2f%s %s%s%s", s->dim, d->p, s->plain, d->in_force ? s->good : s->dim, d->tag, s->plain);
        if (!isnan(d->margin) && !isnan(d->cut)) {
            text_format(out, "  %smargin %+.3f, cut %+.3f%s", s->dim, d->margin, d->cut, s->plain);
        }
        text_format(out, "%s\n",
                    d->verdict == PAPERTAG_VERDICT_YES  ? "  you said yes"
                    : d->verdict == PAPERTAG_VERDICT_NO ? "  you said no"
                                                        : "");
    }
}

/* The addresses and days beside the abstract, a line each. */
static void write_links(text *out, const style *s, const papertag_paper *p)
{
    const struct {
        const char *label, *value;
    } lines[] = {{"", p->url},
                 {"PDF: ", p->pdf_url},
                 {"code: ", p->code_url},
                 {"project: ", p->project_url},
                 {"announced: ", p->announced},
                 {"featured: ", p->featured}};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].value) {
            text_put(out, lines[i].label);
            text_wrapped(out, s, lines[i].value, "");
            text_put(out, "\n");
        }
    }
}

static void write_whole(text *out, const style *s, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    text line = {0}, title = {0}, abstract = {0};

    text_put(out, s->bold);
    text_title(&title, p);
    text_wrapped(out, s, text_of(out, &title), "");
    text_format(out, "%s\n%s", s->plain, s->dim);
    text_about(&line, p);
    text_wrapped(out, s, text_of(out, &line), "");
    text_format(out, "%s\n", s->plain);
    write_links(out, s, p);
    text_put(out, "\n");
    if (p->abstract) {
        text_plain(&abstract, p->abstract);
        text_wrapped(out, s, text_of(out, &abstract), "");
        text_put(out, "\n\n");
    }
    write_decisions(out, s, paper);
    text_format(out, "\n%s%s, version %zu, added %s", s->dim, p->id, paper->version, paper->added);
    for (size_t i = 0; i < paper->sources.count; i++) {
        text_put(out, i ? ", " : "; seen as ");
        text_wrapped(out, s, paper->sources.items[i], "");
    }
    text_format(out, "%s\n", s->plain);
    text_free(&abstract);
    text_free(&title);
    text_free(&line);
}

static int run(const args *a)
{
    papertag_store *store = NULL;
    const papertag_stored *paper;
    style s = style_of_stdout();
    papertag_error err;
    int64_t key = 0;
    text out = {0};
    int code = a->operand_count == 1 ? find_stored(a, &store, &key)
                                     : usage_error(a->command, "show: give the id of one paper");

    if (!code && papertag_store_get(store, key, &paper, &err)) {
        code = failed(&err);
    }
    if (!code) {
        if (args_have(a, "json")) {
            text_paper_json(&out, paper);
            json_line_end(&out);
        } else {
            write_whole(&out, &s, paper);
        }
    }
    papertag_store_close(store);
    return text_end(&out, code);
}

static const option options[] = {OPTION_DB, OPTION_JSON, OPTION_END};

const command command_show = {
    .name = "show",
    .operands = "ID",
    .summary = "show a paper of the store and all that is known about its tags",
    .run = run,
    .options = options,
    .examples = "papertag show 2306.00978\ta paper, every tag with its probability, and your verdicts\n"
                "papertag show --json 2306.00978\tthe same as JSON\n",
};
