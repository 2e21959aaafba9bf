/*
 * review_lines - the questions as lines of text or JSON, for screen readers and scripts. Answers are lines too.
 */
#include <string.h>

#include "review.h"

static void write_json(const struct review *r, text *out)
{
    const papertag_question *q = review_question(r);
    const papertag_paper *p = &r->paper->paper;

    json_open(out, NULL, '{');
    json_string(out, "id", p->id);
    json_string(out, "title", p->title);
    json_string(out, "tag", q->tag);
    json_number(out, "p", q->p, 6);
    json_number(out, "margin", q->margin, 6);
    json_number(out, "cut", q->cut, 6);
    json_bool(out, "assigned", q->assigned);
    json_open(out, "tags", '[');
    for (size_t i = 0; i < r->choice_count; i++) {
        const struct choice *c = &r->choices[i];
        json_open(out, NULL, '{');
        json_string(out, "tag", c->tag);
        json_number(out, "p", c->p, 6);
        json_bool(out, "on", c->on);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
    json_line_end(out);
}

/* The terms that weigh most for the marked tag, and those against it. */
static void write_reasons(const struct review *r, text *out)
{
    enum { MOST = 5 };
    const papertag_paper *p = &r->paper->paper;
    const size_t tag = review_marked_tag(r);
    papertag_explanation e;
    papertag_error err;

    if (tag == SIZE_MAX || papertag_explain(r->tagger, p->title, p->abstract, tag, &e, &err)) {
        return;
    }
    for (int against = 0; against < 2; against++) {
        size_t named = 0;
        for (size_t i = 0; i < e.count && named < MOST; i++) {
            if (against ? e.terms[i].contribution < 0 : e.terms[i].contribution > 0) {
                text_put(out, named++ ? ", " : against ? "against: " : "for: ");
                text_clean(out, e.terms[i].term, strlen(e.terms[i].term));
            }
        }
        text_put(out, named ? "\n" : "");
    }
}

static void write_plain(const struct review *r, text *out)
{
    const papertag_paper *p = &r->paper->paper;
    text line = {0};

    text_format(out, "\nPaper %zu of %zu.\n", r->at + 1, r->count);
    text_wrapped(out, &r->style, p->title ? p->title : "(no title)", "");
    text_put(out, "\n");
    text_about(&line, p);
    text_wrapped(out, &r->style, text_of(out, &line), "");
    text_put(out, "\n\n");
    text_wrapped(out, &r->style, p->abstract ? p->abstract : "(no abstract)", "");
    text_put(out, "\n\n");
    write_reasons(r, out);
    review_write_question(r, out);
    text_put(out, "\n");
    for (size_t i = 0; i < r->choice_count; i++) {
        const struct choice *c = &r->choices[i];
        text_format(out, "  %zu %s, %.2f, %s%s\n", i + 1, c->tag, c->p, c->on ? "on" : "off",
                    c->judged ? ", your verdict" : "");
    }
    text_put(out, "y, n, s(kip), u(ndo), q(uit), a number, /name, ?\n");
    text_free(&line);
}

/* Reads a line of answers; what does not fit is dropped. False at the end of the input. */
static bool read_line(char *line, size_t size)
{
    if (!fgets(line, (int)size, stdin)) {
        return false;
    }
    if (!strchr(line, '\n')) {
        for (int c = getchar(); c != '\n' && c != EOF; c = getchar()) {
        }
    }
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

static int act_on_line(struct review *r, const char *line, bool *end)
{
    int code = EXIT_DONE;
    text keys = {0};

    review_set_note(r, false, "%s", "");
    if (*line == '/') {
        return review_judge(r, line + 1, true);
    }
    if (*line == '?') {
        review_write_keys(r, &keys);
        fputs(text_of(&keys, &keys), r->json ? stderr : stdout);
        code = keys.failed ? out_of_memory() : EXIT_DONE;
        text_free(&keys);
        return code;
    }
    for (; *line && !code && !*end && r->at < r->count; line++) {
        if (*line != ' ' && !review_act(r, *line, &code, end)) {
            review_set_note(r, true, "'%c' is not an answer; ? lists the answers", *line >= ' ' ? *line : '?');
            break;
        }
    }
    return code;
}

int review_lines(struct review *r)
{
    char line[512];
    text out = {0};
    bool end = false;
    int code = review_open(r);

    while (!code && !end && r->at < r->count) {
        if (r->json) {
            write_json(r, &out);
        } else {
            write_plain(r, &out);
        }
        code = text_write(&out) ? finish_output() : EXIT_FAILED;
        if (code || !read_line(line, sizeof line)) {
            break;
        }
        code = act_on_line(r, line, &end);
        if (*r->note && !r->json) {
            text_format(&out, "%s\n", r->note);
            code = code ? code : text_write(&out) ? EXIT_DONE : EXIT_FAILED;
        } else if (r->refused) {
            complain("%s", r->note);
        }
    }
    text_free(&out);
    return code;
}
