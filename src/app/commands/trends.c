/*
 * papertag trends - tags and title words that are more frequent than before.
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
        text_format(out, "%s%+5.1f%s  %4zu, was %-4zu %s%s%s%s\n", s->dim, trend->score, s->plain, trend->now,
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
    int code = args_no_operands(a);

    code = code ? code : args_whole(a, "days", 1, 3650, &days);
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
        complain("nothing is on the rise: in the last %lu days, no tag or title word of 3 papers or more became"
                 " more frequent",
                 days);
        code = EXIT_NOTHING;
    }
    papertag_store_close(store);
    return text_end(&out, code);
}

static const option options[] = {{"days", 0, "N", "compare the last N days with the N days before (default: 28)"},
                                 {"limit", 'n', "N", "at most N lines (default: 20)"},
                                 {"as-of", 0, "DATE", "treat that day as today"},
                                 OPTION_DB,
                                 OPTION_JSON,
                                 OPTION_END};

const command command_trends = {
    .name = "trends",
    .summary = "list tags and title words that are on the rise",
    .run = run,
    .options = options,
    .details = "The first number of a line is how much its share of the papers has grown, in standard deviations.\n",
    .examples = "papertag trends\tfour weeks against the four before\n"
                "papertag trends --days 7 --limit 5\tone week, the five strongest\n",
};
