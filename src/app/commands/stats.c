/*
 * papertag stats - numbers of the store.
 */
#include "../app.h"

static int run(const args *a)
{
    papertag_store *store = NULL;
    papertag_store_stats s;
    papertag_error err;
    text out = {0};
    int code = a->operand_count ? usage_error(a->command, "stats: takes no file") : open_store(a, false, &store);

    if (!code && papertag_store_statistics(store, &s, &err)) {
        code = failed(&err);
    }
    if (!code && args_have(a, "json")) {
        text_format(&out,
                    "{\"papers\":%zu,\"versions\":%zu,\"tagged\":%zu,\"tags\":%zu,\"opinions\":%zu,\"verdicts\":%zu,"
                    "\"subscriptions\":%zu,\"deliveries\":%zu,\"bytes\":%zu,\"first\":",
                    s.papers, s.versions, s.tagged, s.tags, s.opinions, s.verdicts, s.subscriptions, s.deliveries,
                    s.bytes);
        text_json_string(&out, s.first);
        text_put(&out, ",\"last\":");
        text_json_string(&out, s.last);
        text_put(&out, ",\"model\":");
        text_json_string(&out, s.model);
        text_put(&out, "}\n");
    } else if (!code) {
        text_format(&out, "%10zu papers", s.papers);
        text_format(&out, s.first ? ", of %s to %s\n" : "\n", s.first, s.last);
        text_format(&out, "%10zu of them tagged, with %zu tags\n", s.tagged, s.tags);
        text_format(&out, "%10zu earlier versions of texts\n", s.versions);
        text_format(&out, "%10zu verdicts of yours\n", s.verdicts);
        text_format(&out, "%10zu subscriptions, %zu deliveries\n", s.subscriptions, s.deliveries);
        text_format(&out, "%10.1f MB\n", (double)s.bytes / 1e6);
    }
    code = code ? code : text_write(&out) ? EXIT_DONE : EXIT_FAILED;
    text_free(&out);
    papertag_store_close(store);
    return code;
}

static const option options[] = {OPTION_DB, OPTION_JSON, OPTION_END};

const command command_stats = {
    .name = "stats",
    .summary = "numbers of the store",
    .run = run,
    .options = options,
    .examples = "papertag stats\tpapers, tags, verdicts and sizes\n"
                "papertag stats --json\tthe same as one JSON object\n",
};
