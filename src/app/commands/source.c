/*
 * papertag source - where papers come from.
 */
#include <string.h>

#include "../app.h"
#include "../clock.h"
#include "../fetch/address.h"
#include "../fetch/kinds.h"
#include "../fetch/sources.h"

/* ---- add ------------------------------------------------------------------------------------------------------- */

static int unknown_kind(const args *a, const char *name)
{
    enum { KINDS = 32 };
    const char *names[KINDS] = {0};
    size_t count = 0, nearest;
    text known = {0};
    int code;

    for (const source_kind *k = source_kinds; k->name && count < KINDS; k++) {
        text_put(&known, count ? ", " : "");
        text_put(&known, k->name);
        names[count++] = k->name;
    }
    nearest = papertag_nearest(name, names, count);
    if (nearest < count) {
        code = usage_error(a->command, "source: no kind '%s'; did you mean '%s'?", name, names[nearest]);
    } else {
        code = usage_error(a->command, "source: no kind '%s'; there are %s", name, text_of(&known, &known));
    }
    text_free(&known);
    return code;
}

/* Whether the kind can be asked for these arguments. */
static int check_arguments(const args *a, const source_kind *kind, const papertag_source *s)
{
    const size_t count = s->arguments.count;

    if (count < kind->least || count > kind->most) {
        return usage_error(a->command, "source: a source of kind %s is added with: NAME %s%s%s", kind->name, kind->name,
                           kind->operands ? " " : "", kind->operands ? kind->operands : "");
    }
    for (size_t i = 0; i < count; i++) {
        const char *fault = kind->check ? kind->check(s->arguments.items[i]) : NULL;
        fault = fault || s->arguments.items[i][0] ? fault : "it is empty";
        if (fault) {
            return usage_error(a->command, "source: '%s': %s", s->arguments.items[i], fault);
        }
    }
    if (s->url && url_fault(s->url)) {
        return usage_error(a->command, "source: --url '%s': %s", s->url, url_fault(s->url));
    }
    return EXIT_DONE;
}

static int add(const args *a)
{
    papertag_source s = {.url = args_text(a, "url", NULL)};
    const source_kind *kind;
    papertag_store *store = NULL;
    papertag_error err;
    int code;

    if (a->operand_count < 3) {
        return usage_error(a->command, "source: give a name and a kind: source add NAME KIND");
    }
    s.name = a->operands[1];
    s.kind = a->operands[2];
    s.arguments = (papertag_strings){a->operands + 3, a->operand_count - 3};
    kind = find_kind(s.kind);
    code = kind ? check_arguments(a, kind, &s) : unknown_kind(a, s.kind);
    code = code ? code : open_store(a, true, &store);
    if (!code && papertag_store_source_add(store, &s, &err)) {
        code = refused(&err);
    }
    papertag_store_close(store);
    return code;
}

/* ---- list ------------------------------------------------------------------------------------------------------ */

static void add_json(text *out, const papertag_source *s, const char *trouble)
{
    json_open(out, NULL, '{');
    json_string(out, "name", s->name);
    json_string(out, "kind", s->kind);
    json_strings(out, "arguments", s->arguments);
    json_string(out, "url", s->url);
    json_string(out, "state", s->state);
    json_string(out, "message", s->answer && *s->answer ? s->answer : NULL);
    json_string(out, "asked", s->answered);
    json_string(out, "finished", s->finished);
    json_string(out, "news", s->news);
    json_string(out, "again", s->again);
    json_string(out, "trouble", trouble);
    json_close(out, '}');
    json_line_end(out);
}

static void add_lines(text *out, const style *s, const papertag_source *one, const char *trouble)
{
    text line = {0};

    text_format(out, "%s%s%s  ", s->bold, one->name, s->plain);
    text_format(&line, "%s", one->kind);
    for (size_t i = 0; i < one->arguments.count; i++) {
        text_format(&line, " %s", one->arguments.items[i]);
    }
    text_format(&line, "%s%s", one->url ? " at " : "", one->url ? one->url : "");
    text_wrapped(out, s, text_of(out, &line), "  ");
    text_empty(&line);
    if (one->state) {
        text_format(&line, "%s on %.10s%s%s; last news %.10s", one->state, one->answered ? one->answered : "",
                    one->answer && *one->answer ? ": " : "", one->answer ? one->answer : "",
                    one->news ? one->news : "never");
    } else {
        text_format(&line, "not asked yet: papertag fetch %s", one->name);
    }
    text_format(out, "\n  %s", trouble && one->state ? s->bad : s->dim);
    text_wrapped(out, s, text_of(out, &line), "  ");
    text_format(out, "%s\n", s->plain);
    text_free(&line);
}

static int list(const args *a)
{
    const papertag_source *sources;
    papertag_store *store = NULL;
    style s = style_of_stdout();
    papertag_error err;
    size_t count = 0;
    text out = {0};
    int code = a->operand_count > 1 ? usage_error(a->command, "source: list takes no more words") : EXIT_DONE;

    code = code ? code : open_store(a, false, &store);
    if (!code && papertag_store_sources(store, &sources, &count, &err)) {
        code = failed(&err);
    }
    for (size_t i = 0; i < count && !code; i++) {
        text trouble = {0};
        const char *what = text_source_trouble(&trouble, &sources[i], clock_now()) ? text_of(&out, &trouble) : NULL;
        if (args_have(a, "json")) {
            add_json(&out, &sources[i], what);
        } else {
            add_lines(&out, &s, &sources[i], what);
        }
        text_free(&trouble);
    }
    if (!code && !count) {
        complain("no sources; `papertag source add NAME KIND` adds one");
        code = EXIT_NOTHING;
    }
    papertag_store_close(store);
    return text_end(&out, code);
}

/* ---- remove ---------------------------------------------------------------------------------------------------- */

static int take_away(const args *a)
{
    papertag_store *store = NULL;
    papertag_error err;
    int code = a->operand_count != 2 ? usage_error(a->command, "source: give the name of one source") : EXIT_DONE;

    code = code ? code : open_store(a, false, &store);
    if (!code && papertag_store_source_remove(store, a->operands[1], &err)) {
        code = refused(&err);
    }
    papertag_store_close(store);
    return code;
}

static int run(const args *a)
{
    const char *verb = a->operand_count ? a->operands[0] : "";

    if (args_have(a, "url") && strcmp(verb, "add") != 0) {
        return usage_error(a->command, "source: --url goes with add");
    }
    return !strcmp(verb, "add")      ? add(a)
           : !strcmp(verb, "list")   ? list(a)
           : !strcmp(verb, "remove") ? take_away(a)
                                     : usage_error(a->command, "source: say add, list or remove");
}

static const option options[] = {
    {"url", 0, "BASE", "with add: use this address instead of the service's own, up to the query"},
    OPTION_DB,
    OPTION_JSON,
    OPTION_END};

const command command_source = {
    .name = "source",
    .operands = "add NAME KIND [ARG...] | list | remove NAME",
    .summary = "say where papers come from",
    .run = run,
    .options = options,
    .details =
        "A source is a service and what to ask it for. `papertag fetch` asks all sources for what is new.\n"
        "arxiv SET...\tarXiv by OAI-PMH, the most reliable way: all that was announced or changed since the last "
        "time, and years back with --from; sets such as cs, cs.LG, hep-th\n"
        "arxiv-feed CATEGORY...\tarXiv's announcement of the day (Atom): new, cross-listed and replaced papers\n"
        "arxiv-query QUERY\ta search of arXiv by day of submission, such as 'cat:cs.LG AND abs:pruning'; each run "
        "asks for the last ten days again, since papers are listed late\n"
        "hf [PERIOD]\tHugging Face's Daily Papers: each run asks for the last three days, or for a PERIOD: week, "
        "month, 2026-W48, 2026-11; with $HF_TOKEN if that is set\n"
        "biorxiv [CATEGORY], medrxiv [CATEGORY]\tpreprints, all or those of a category such as cell_biology\n"
        "openreview VENUE\tthe papers of a venue, such as NeurIPS.cc/2026/Conference\n"
        "s2 QUERY\ta search of Semantic Scholar; with $S2_API_KEY if that is set\n"
        "openalex QUERY\ta search of OpenAlex\n"
        "feed URL\tany RSS or Atom feed\n"
        "A source is in trouble when it failed, has not been asked for days, or is stalled: silent for longer than "
        "its usual pace explains.\n"
        "With --json, list prints {\"name\", \"kind\", \"arguments\", \"url\", \"state\", \"message\", \"asked\", "
        "\"finished\", \"news\", \"again\", \"trouble\"}.\n",
    .examples = "papertag source add ml arxiv cs.LG cs.CL\tmachine learning and language, from arXiv\n"
                "papertag source add daily hf\tthe Daily Papers\n"
                "papertag source add journal feed https://example.org/rss.xml\ta feed\n"
                "papertag source list\tthe state of each source\n",
};
