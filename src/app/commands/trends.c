/*
 * papertag trends - tags and words of titles that more papers have than before.
 */
#include "../app.h"

static void write_trend(text *out, const style *s, const papertag_trend *trend, bool json)
{
    if (json) {
        json_open(out, NULL, '{');
        json_string(out, trend->is_tag ? "tag" : "term", trend->term);
        json_count(out, "now", trend->now);
        json_count(out, "before", trend->before);
        json_number(out, "score", trend->score, 6);
        json_close(out, '}');
        json_line_end(out);
    } else {
        text_format(out, "%s%+5.1f%s  %4zu after %-4zu %s%s%s%s\n", s->dim, trend->score, s->plain, trend->now,
                    trend->before, trend->is_tag ? s->good : "", trend->is_tag ? "#" : "", trend->term, s->plain);
    }
}

static int run(const args *a)
{
    unsigned long days = 28, limit = 20;
    papertag_store *store = NULL;
    const papertag_trend *list;
    style s = style_of_stdout();
    papertag_error err;
    size_t count = 0;
    text out = {0};
    int code =
        a->operand_count ? usage_error(a->command, "trends: takes no file") : args_whole(a, "days", 1, 3650, &days);

    code = code ? code : args_whole(a, "limit", 1, 10000, &limit);
    code = code ? code : open_store(a, false, &store);
    if (!code &&
        papertag_store_trends(store, args_text(a, "as-of", NULL), (unsigned)days, limit, &list, &count, &err)) {
        code = refused(&err);
    }
    for (size_t i = 0; i < count && !code; i++) {
        write_trend(&out, &s, &list[i], args_have(a, "json"));
    }
    if (!code && !count) {
        fprintf(stderr,
                "papertag: nothing rises: fewer than 3 papers of the last %lu days share a tag or word more often"
                " than before\n",
                days);
        code = EXIT_NOTHING;
    }
    papertag_store_close(store);
    return text_end(&out, code);
}

static const option options[] = {{"days", 0, "N", "the last N days against the N before (default 28)"},
                                 {"limit", 'n', "N", "at most N (default 20)"},
                                 {"as-of", 0, "DATE", "take that day for today"},
                                 OPTION_DB,
                                 OPTION_JSON,
                                 OPTION_END};

const command command_trends = {
    .name = "trends",
    .summary = "tags and words of titles that rise",
    .run = run,
    .options = options,
    .details = "The first number says by how many standard deviations the share of papers has grown.\n",
    .examples = "papertag trends\tfour weeks against the four before\n"
                "papertag trends --days 7 --limit 5\tone week, the five strongest\n",
};
