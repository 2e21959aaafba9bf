/*
 * papertag merge - brings other stores into this one.
 */
#include "../app.h"

/* Says which subscriptions or sources differ there. */
static void report_kept(const char *path, const char *what, papertag_strings names)
{
    for (size_t i = 0; i < names.count; i++) {
        complain("%s: %s '%s' differs there; it stays as it is here", path, what, names.items[i]);
    }
}

/* Says what was not brought in. */
static void report_left(const char *path, const papertag_merged *m)
{
    report_kept(path, "subscription", m->subscriptions_kept);
    report_kept(path, "source", m->sources_kept);
    if (m->unfinished) {
        complain("%s: %zu deliver%s not finished there and stay%s there; finish with papertag send, or digest --for",
                 path, m->unfinished, m->unfinished == 1 ? "y is" : "ies are", m->unfinished == 1 ? "s" : "");
    }
    if (m->model) {
        complain("%s: it uses a model of its own, %.8s, which is not brought in; papertag retrain makes one of all "
                 "verdicts",
                 path, m->model);
    }
}

static void add_json(text *out, const char *path, const papertag_merged *m)
{
    json_open(out, NULL, '{');
    json_string(out, "store", path);
    json_count(out, "added", m->added);
    json_count(out, "updated", m->updated);
    json_count(out, "unchanged", m->unchanged);
    json_count(out, "verdicts", m->verdicts);
    json_count(out, "marks", m->marks);
    json_count(out, "deliveries", m->deliveries);
    json_count(out, "subscriptions", m->subscriptions);
    json_count(out, "sources", m->sources);
    json_count(out, "tags", m->tags);
    json_count(out, "unfinished", m->unfinished);
    json_bool(out, "changed", m->changed);
    json_close(out, '}');
    json_line_end(out);
}

static void add_line(text *out, const char *path, const papertag_merged *m)
{
    const struct {
        size_t count;
        const char *one, *several;
    } more[] = {{m->verdicts, "verdict", "verdicts"},
                {m->marks, "paper marked", "papers marked"},
                {m->deliveries, "paper delivered", "papers delivered"},
                {m->subscriptions, "subscription", "subscriptions"},
                {m->sources, "source", "sources"},
                {m->tags, "tag of your own", "tags of your own"}};
    const char *before = "; ";

    text_format(out, "%s: %zu added, %zu updated, %zu unchanged", path, m->added, m->updated, m->unchanged);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        if (more[i].count) {
            text_format(out, "%s%zu %s", before, more[i].count, more[i].count == 1 ? more[i].one : more[i].several);
            before = ", ";
        }
    }
    text_put(out, "\n");
}

static int run(const args *a)
{
    papertag_store *store = NULL;
    papertag_merged merged;
    papertag_error err;
    bool changed = false;
    text out = {0};
    int code = a->operand_count ? EXIT_DONE : usage_error(a->command, "merge: name the stores to be brought in");

    code = code ? code : open_store(a, true, &store);
    for (size_t i = 0; i < a->operand_count && !code; i++) {
        const char *path = a->operands[i];
        if (papertag_store_merge(store, path, &merged, &err)) {
            code = refused(&err);
            continue;
        }
        (args_have(a, "json") ? add_json : add_line)(&out, path, &merged);
        report_left(path, &merged);
        changed = changed || merged.changed;
        code = text_write(&out) ? EXIT_DONE : EXIT_FAILED;
    }
    papertag_store_close(store);
    code = text_end(&out, code);
    return code || changed ? code : EXIT_NOTHING;
}

static const option options[] = {OPTION_DB, OPTION_JSON, OPTION_END};

const command command_merge = {
    .name = "merge",
    .operands = "STORE...",
    .summary = "bring other stores into this one",
    .run = run,
    .options = options,
    .details =
        "A paper that both stores have becomes one, as with `papertag add`: what is missing is filled in, the later "
        "of two texts is kept, and versions, sources and tags come along. Of two verdicts the later wins. What was "
        "read, starred or noted in either store stays so, and a paper that was delivered from either is not delivered "
        "again. Subscriptions, sources and tags of your own that this store lacks are added; those that it has are "
        "not changed.\n"
        "The other stores are only read. An interrupted merge is completed by the next; status 3: there was nothing "
        "to bring in. What was removed here, such as a verdict, comes back if the other store still has it. Models "
        "made in other stores are not brought in: `papertag retrain` makes one from all verdicts.\n"
        "With --json: {\"store\", \"added\", \"updated\", \"unchanged\", \"verdicts\", \"marks\", \"deliveries\", "
        "\"subscriptions\", \"sources\", \"tags\", \"unfinished\", \"changed\"}, a line for each store.\n",
    .examples = "papertag merge laptop.db\tbring in the store of another machine\n"
                "papertag merge --db all.db part-*.db\tmake one store from those of a cluster's jobs\n",
};
