/*
 * papertag list - the papers of the store that match a query.
 */
#include "stored.h"

#include "../export/export.h"

static int run(const args *a)
{
    papertag_store *store = NULL;
    papertag_query query;
    papertag_error err;
    const int64_t *keys;
    size_t count = 0;
    int format = 0, code = args_no_operands(a);

    code = code ? code : args_choice(a, "format", export_format_names, &format);
    if (!code && args_have(a, "json") && args_have(a, "format")) {
        code = usage_error(a->command, "list: --json is --format json: give one of them");
    }
    code = code ? code : query_of(a, &query);
    code = code ? code : open_store(a, false, &store);
    if (!code && papertag_store_select(store, &query, &keys, &count, &err)) {
        code = refused(&err);
    }
    if (!code && !count) {
        complain("no papers match");
        code = EXIT_NOTHING;
    }
    code = code ? code : export_stored(a, store, keys, count);
    papertag_store_close(store);
    return code;
}

static const option options[] = {OPTIONS_SELECT,
                                 {"format", 'f', "FORMAT", "export them for other programs: " EXPORT_FORMAT_WORDS},
                                 OPTION_DB,
                                 OPTION_JSON,
                                 OPTION_END};

const command command_list = {
    .name = "list",
    .summary = "list papers of the store",
    .run = run,
    .options = options,
    .details =
        "Tag expressions are names or aliases of tags with & (and), | or , (or), ! (not) and parentheses. They may "
        "compare: p>=0.8, upvotes>10, comments>0, date>=2026-11. group:efficiency is any tag of a group; \"a phrase\" "
        "and text:word are searched for in title and abstract. author:\"ada example\", organization:\"example lab\", "
        "category:cs.LG, source:arxiv, type:new (cross, replace, replace-cross), announced>=2026-11-20 and "
        "featured>=7d compare what the source says about a paper. is:unread, is:read, is:starred and is:noted are "
        "your own marks.\n"
        "--since and --until go by the day on which a paper was announced as new or cross-listed, else by its date. "
        "If only its month or year is known, all days of it must be in the range. A paper without a date goes by the "
        "day on which it was added, and is listed last. Days are those of UTC everywhere.\n",
    .examples =
        "papertag list --tag 'quantization & !benchmarks' --since 7d\tpapers of the last week with one tag and "
        "without another\n"
        "papertag list --search '\"speculative decoding\"' --json\tpapers that contain a phrase, as JSON Lines\n"
        "papertag list --tag pruning --format bib >pruning.bib\ta bibliography for LaTeX\n"
        "papertag list --sort trending --limit 10\tthe ten most discussed papers\n",
};
