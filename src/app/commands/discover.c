/*
 * papertag discover - finds topics in the store that no tag covers, ready to become tags.
 */
#include <stdlib.h>
#include <string.h>

#include "../app.h"

enum { SHOWN = 5, SLUG = 61 }; /* papers of a topic; bytes of a slug, with the NUL */

/* What a topic may not be called. */
struct naming {
    const papertag_model *model;
    char (*slugs)[SLUG]; /* count: of the store's own tags, then of the topics so far */
    size_t count;
};

/* Lists the store's own tags, with room for `topics` more. EXIT_DONE, or EXIT_FAILED after saying why. */
static int open_naming(struct naming *naming, papertag_store *store, const papertag_model *model, size_t topics)
{
    papertag_strings own;
    papertag_error err;

    naming->model = model;
    if (papertag_store_own_tags(store, &own, &err)) {
        return failed(&err);
    }
    naming->slugs = calloc(own.count + topics + 1, sizeof *naming->slugs);
    if (!naming->slugs) {
        return out_of_memory();
    }
    for (; naming->count < own.count; naming->count++) {
        snprintf(naming->slugs[naming->count], SLUG, "%s", own.items[naming->count]);
    }
    return EXIT_DONE;
}

/* Whether a tag, or a topic of this call, has the name. */
static bool is_taken(const struct naming *naming, const char *slug)
{
    const papertag_tag_info *tags;
    const size_t count = papertag_model_tags(naming->model, &tags);

    for (size_t i = 0; i < count; i++) {
        if (!strcmp(tags[i].tag, slug)) {
            return true;
        }
    }
    for (size_t i = 0; i < naming->count; i++) {
        if (!strcmp(naming->slugs[i], slug)) {
            return true;
        }
    }
    return false;
}

/* Names a topic so that its tag can be made: by its phrase, with a number when that is taken. */
static const char *name_topic(struct naming *naming, const char *phrase)
{
    char slug[SLUG], *name = naming->slugs[naming->count];

    text_slug(phrase, slug, sizeof slug);
    snprintf(name, SLUG, "%s", *slug ? slug : "topic");
    for (unsigned i = 2; is_taken(naming, name); i++) {
        snprintf(name, SLUG, "%.50s-%u", *slug ? slug : "topic", i);
    }
    naming->count++;
    return name;
}

/* Adds the call that makes a tag of the topic, to be pasted into a shell as it stands, but for its examples. */
static void start_call(const args *a, const papertag_topic *t, const char *slug, text *call)
{
    static const char *const places[] = {"db", "model"};
    text query = {0}, definition = {0};

    for (size_t i = 0; i < t->term_count; i++) {
        text_put(&definition, i ? ", " : "");
        text_put(&definition, t->terms[i]);
    }
    text_format(&query, "\"%s\"", t->terms[0]);
    text_put(call, "papertag tag-new ");
    text_shell(call, slug);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (args_have(a, places[i])) {
            text_format(call, " --%s ", places[i]);
            text_shell(call, args_text(a, places[i], ""));
        }
    }
    text_put(call, " --query ");
    text_shell(call, text_of(call, &query));
    text_put(call, " --definition ");
    text_shell(call, text_of(call, &definition));
    text_free(&query);
    text_free(&definition);
}

static int write_json(papertag_store *store, const papertag_topic *t, const char *slug, text *out)
{
    papertag_error err;

    json_open(out, NULL, '{');
    json_string(out, "topic", slug);
    json_open(out, "terms", '[');
    for (size_t i = 0; i < t->term_count; i++) {
        json_string(out, NULL, t->terms[i]);
    }
    json_close(out, ']');
    json_open(out, "papers", '[');
    for (size_t i = 0; i < t->count; i++) {
        const papertag_stored *paper;
        if (papertag_store_get(store, t->keys[i], &paper, &err)) {
            return failed(&err);
        }
        json_string(out, NULL, paper->paper.id);
    }
    json_close(out, ']');
    json_count(out, "count", t->count);
    json_count(out, "recent", t->recent);
    json_count(out, "before", t->before);
    json_number(out, "growth", t->growth, 6);
    json_number(out, "score", t->score, 6);
    json_string(out, "nearest_tag", t->nearest_tag);
    json_number(out, "coverage", t->coverage, 6);
    json_close(out, '}');
    json_line_end(out);
    return EXIT_DONE;
}

static int write_text(const args *a, papertag_store *store, const style *s, const papertag_topic *t, const char *slug,
                      text *out)
{
    text line = {0}, call = {0};
    papertag_error err;
    int code = EXIT_DONE;

    text_format(out, "%s%s%s  %s%zu paper%s", s->bold, slug, s->plain, s->dim, t->count, plural(t->count));
    if (t->recent || t->before) {
        text_format(out, ", %zu recent, %zu before", t->recent, t->before);
    }
    if (t->nearest_tag) {
        text_format(out, "; nearest tag %s (F1 %.2f)", t->nearest_tag, t->coverage);
    }
    text_format(out, "%s\n  ", s->plain);
    for (size_t i = 0; i < t->term_count; i++) {
        text_put(&line, i ? ", " : "");
        text_put(&line, t->terms[i]);
    }
    text_put(out, s->good);
    text_wrapped(out, s, text_of(out, &line), "  ");
    text_format(out, "%s\n", s->plain);
    start_call(a, t, slug, &call);
    for (size_t i = 0; i < t->count && i < SHOWN && !code; i++) {
        const papertag_stored *paper;
        if (papertag_store_get(store, t->keys[i], &paper, &err)) {
            code = failed(&err);
            break;
        }
        text_put(out, "  - ");
        text_wrapped(out, s, paper->paper.title ? paper->paper.title : paper->paper.id, "    ");
        text_put(out, "\n");
        if (is_clean(paper->paper.id)) { /* else what is printed is another id */
            text_put(&call, " -e ");
            text_shell(&call, paper->paper.id);
        }
    }
    /* on one line, however long: a line break would end the command that is pasted */
    text_format(out, "  %s%s%s\n\n", s->dim, text_of(out, &call), s->plain);
    text_free(&line);
    text_free(&call);
    return code;
}

static int run(const args *a)
{
    papertag_discover_options options = {.since = args_text(a, "since", NULL), .until = args_text(a, "until", NULL)};
    unsigned long limit = 10, least = 5, days = 90, jobs = 0;
    papertag_store *store = NULL;
    papertag_model *model = NULL;
    struct naming naming = {0};
    progress shown;
    const papertag_topic *topics;
    style s = style_of_stdout();
    papertag_error err;
    size_t count = 0;
    text out = {0};
    int code = args_whole(a, "limit", 1, 1000, &limit);

    code = code ? code : args_whole(a, "min-papers", 2, 1000000, &least);
    code = code ? code : args_whole(a, "days", 1, 100000, &days);
    code = code ? code : args_whole(a, "jobs", 0, 1024, &jobs);
    code = code ? code : args_no_operands(a);
    code = code ? code : open_store(a, false, &store);
    code = code ? code : open_model(a, store, &model);
    options.limit = limit;
    options.min_papers = least;
    options.days = (unsigned)days;
    options.jobs = (unsigned)jobs;
    progress_begin(&shown);
    options.progress = progress_show;
    options.progress_context = &shown;
    code = code ? code : open_naming(&naming, store, model, limit);
    if (!code && papertag_store_discover(store, model, &options, &topics, &count, &err)) {
        progress_end(&shown);
        code = refused(&err);
    }
    progress_end(&shown);
    for (size_t i = 0; i < count && !code; i++) {
        const char *slug = name_topic(&naming, topics[i].name);
        code = args_have(a, "json") ? write_json(store, &topics[i], slug, &out)
                                    : write_text(a, store, &s, &topics[i], slug, &out);
    }
    free(naming.slugs);
    if (!code && !count) {
        complain("no topic with at least %lu papers found; a store of a thousand papers or more has some", least);
        code = EXIT_NOTHING;
    }
    papertag_model_close(model);
    papertag_store_close(store);
    return text_end(&out, code);
}

static const option options[] = {{"since", 0, "DAY", "only papers from that day on"},
                                 {"until", 0, "DAY", "only papers to that day, included"},
                                 {"limit", 'n', "N", "at most N topics (default: 10)"},
                                 {"min-papers", 0, "N", "a topic has at least N papers (default: 5)"},
                                 {"days", 0, "N", "papers are recent in the N days up to the newest one (default: 90)"},
                                 {"jobs", 'j', "N", "threads (default: one a processor); the result is the same"},
                                 OPTION_MODEL,
                                 OPTION_DB,
                                 OPTION_JSON,
                                 OPTION_END};

const command command_discover = {
    .name = "discover",
    .summary = "find topics that no tag covers",
    .run = run,
    .options = options,
    .details = "A topic is a term whose papers are alike in ways that their tags do not cover. Each is shown with the "
               "terms that set its papers apart, its most typical papers, and the command that makes it a tag.\n"
               "With --json: {\"topic\", \"terms\", \"papers\": [ids], \"count\", \"recent\", \"before\", \"growth\", "
               "\"score\", \"nearest_tag\", \"coverage\"}.\n",
    .examples = "papertag discover\tten topics that deserve a tag of their own\n"
                "papertag discover --since 90d --min-papers 20 --json\tlarger and recent ones, as JSON Lines\n",
};
