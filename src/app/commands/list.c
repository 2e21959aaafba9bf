/*
 * papertag list - papers of the store.
 */
#include "stored.h"

static int run(const args *a)
{
    papertag_store *store = NULL;
    papertag_query query;
    papertag_error err;
    const int64_t *keys;
    size_t count = 0;
    int code = a->operand_count ? usage_error(a->command, "list: takes no file") : query_of(a, &query);

    code = code ? code : open_store(a, false, &store);
    if (!code && papertag_store_select(store, &query, &keys, &count, &err)) {
        code = refused(&err);
    }
    if (!code && !count) {
        fprintf(stderr, "papertag: no paper matches\n");
        code = EXIT_NOTHING;
    }
    code = code ? code : write_stored(a, store, keys, count);
    papertag_store_close(store);
    return code;
}

static const option options[] = {OPTIONS_SELECT, OPTION_DB, OPTION_JSON, OPTION_END};

const command command_list = {
    "list",
    "",
    "list papers of the store",
    run,
    options,
    "Tag expressions: names or aliases of tags with & (and), | or , (or), ! (not) and brackets;\n"
    "p>=0.8, upvotes>10, comments>0, date>=2026-11 compare; group:efficiency is any tag of a\n"
    "group; \"a phrase\" is looked for in title and abstract.\n"};
