/*
 * papertag stats - the counts and the size of the store.
 */
#include "../app.h"

static void write_json(text *out, const papertag_store_stats *s)
{
    json_open(out, NULL, '{');
    json_count(out, "papers", s->papers);
    json_count(out, "versions", s->versions);
    json_count(out, "tagged", s->tagged);
    json_count(out, "tags", s->tags);
    json_count(out, "opinions", s->opinions);
    json_count(out, "verdicts", s->verdicts);
    json_count(out, "subscriptions", s->subscriptions);
    json_count(out, "deliveries", s->deliveries);
    json_count(out, "bytes", s->bytes);
    json_string(out, "first", s->first);
    json_string(out, "last", s->last);
    json_string(out, "model", s->model);
    json_close(out, '}');
    json_line_end(out);
}

static void write_text(text *out, const papertag_store_stats *s)
{
    text_format(out, "%10zu paper%s", s->papers, plural(s->papers));
    text_format(out, s->first ? ", dated %s to %s\n" : "\n", s->first, s->last);
    text_format(out, "%10zu of them tagged, with %zu tag%s\n", s->tagged, s->tags, plural(s->tags));
    text_format(out, "%10zu earlier version%s of their texts\n", s->versions, plural(s->versions));
    text_format(out, "%10zu verdict%s\n", s->verdicts, plural(s->verdicts));
    text_format(out, "%10zu subscription%s, %zu deliver%s\n", s->subscriptions, plural(s->subscriptions), s->deliveries,
                s->deliveries == 1 ? "y" : "ies");
    text_format(out, "%10.1f MB\n", (double)s->bytes / 1e6);
}

static int run(const args *a)
{
    papertag_store *store = NULL;
    papertag_store_stats s;
    papertag_error err;
    text out = {0};
    int code = args_no_operands(a);

    code = code ? code : open_store(a, false, &store);
    if (!code && papertag_store_statistics(store, &s, &err)) {
        code = failed(&err);
    }
    if (!code && args_have(a, "json")) {
        write_json(&out, &s);
    } else if (!code) {
        write_text(&out, &s);
    }
    papertag_store_close(store);
    return text_end(&out, code);
}

static const option options[] = {OPTION_DB, OPTION_JSON, OPTION_END};

const command command_stats = {
    .name = "stats",
    .summary = "show the counts and the size of the store",
    .run = run,
    .options = options,
    .examples = "papertag stats\tpapers, tags, verdicts and sizes\n"
                "papertag stats --json\tthe same as one JSON object\n",
};
