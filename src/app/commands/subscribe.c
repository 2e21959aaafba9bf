/*
 * papertag subscribe, subscriptions - who receives which digests.
 */
#include <string.h>

#include "../app.h"
#include "../digest/formats.h"

/* ---- subscribe ------------------------------------------------------------------------------------------------- */

/* Printable ASCII with an '@': safe in a header of a mail. */
static bool is_address(const char *address)
{
    for (const char *c = address; *c; c++) {
        if (*c < ' ' || *c > '~') {
            return false;
        }
    }
    return strchr(address, '@') != NULL;
}

static bool is_url(const char *url)
{
    return !strpbrk(url, "\r\n <>") && !strncmp(url, "http", 4);
}

static int run_subscribe(const args *a)
{
    papertag_subscription s = {.format = args_text(a, "format", "text"),
                               .expression = args_text(a, "tag", NULL),
                               .address = args_text(a, "to", NULL),
                               .title = args_text(a, "title", NULL),
                               .unsubscribe = args_text(a, "unsubscribe-url", NULL)};
    unsigned long limit = 0;
    papertag_store *store = NULL;
    papertag_error err;
    const char *path = args_text(a, "output", NULL);
    text whole = {0};
    int format = 0, sort = 0, code;

    if (a->operand_count != 1) {
        return usage_error(a->command, "subscribe: give one name");
    }
    s.name = a->operands[0];
    code = args_choice(a, "format", digest_format_names, &format);
    code = code ? code : args_choice(a, "sort", sort_words, &sort);
    code = code ? code : args_whole(a, "limit", 1, 1000000000, &limit);
    s.sort = (papertag_sort)sort;
    s.limit = limit;
    if (!code && s.address && !is_address(s.address)) {
        code = usage_error(a->command, "subscribe: --to must be a mail address in ASCII");
    }
    if (!code && s.unsubscribe && !is_url(s.unsubscribe)) {
        code = usage_error(a->command, "subscribe: --unsubscribe-url must be an http or https address");
    }
    if (!code && path && day_path_fault(path)) {
        code = usage_error(a->command, "subscribe: --output '%s': %s", path, day_path_fault(path));
    }
    if (!code && path) {
        text_absolute_path(&whole, path);
        s.path = whole.data;
        code = whole.failed ? out_of_memory() : EXIT_DONE;
    }
    code = code ? code : open_store(a, !args_have(a, "remove"), &store);
    if (!code && args_have(a, "remove")) {
        code = papertag_store_unsubscribe(store, s.name, &err) ? refused(&err) : EXIT_DONE;
    } else if (!code) {
        code = papertag_store_subscribe(store, &s, args_have(a, "from-now"), &err) ? refused(&err) : EXIT_DONE;
    }
    papertag_store_close(store);
    text_free(&whole);
    return code;
}

static const option subscribe_options[] = {
    {"tag", 't', "EXPR", "the papers: a tag expression (default: all)"},
    {"format", 'f', "FORMAT", DIGEST_FORMAT_WORDS},
    {"to", 0, "ADDRESS", "address of the mail, with --format eml"},
    {"output", 'o', "FILE", "the file of its digests; with %Y, %m and %d one a day: digests/%Y-%m-%d.html"},
    {"title", 0, "TEXT", "title of its digests"},
    {"unsubscribe-url", 0, "URL", "for the List-Unsubscribe header of the mail"},
    {"sort", 0, "ORDER", "date, trending or p"},
    {"limit", 'n', "N", "at most N papers in a digest; the others follow in the next"},
    {"from-now", 0, NULL, "treat the papers now in the store as delivered"},
    {"remove", 0, NULL, "end the subscription and forget its deliveries"},
    OPTION_DB,
    OPTION_END};

const command command_subscribe = {
    .name = "subscribe",
    .operands = "NAME",
    .summary = "add, change or end a subscription",
    .run = run_subscribe,
    .options = subscribe_options,
    .details = "`papertag digest --for NAME` then gives the papers that NAME has not received, each once.\n",
    .examples = "papertag subscribe ada --tag 'RL | agents' --format eml --to ada@example.org\tmail for ada, on two "
                "subjects\n"
                "papertag subscribe page --tag agents --format html -o digests/%Y-%m-%d.html\ta page a day\n"
                "papertag subscribe feed --format atom --from-now\ta feed of what comes from now on\n"
                "papertag subscribe ada --remove\tend a subscription\n",
};

/* ---- subscriptions --------------------------------------------------------------------------------------------- */

static int run_subscriptions(const args *a)
{
    const papertag_subscription *list;
    papertag_store *store = NULL;
    style s = style_of_stdout();
    papertag_error err;
    size_t count = 0;
    text out = {0};
    int code = args_no_operands(a);

    code = code ? code : open_store(a, false, &store);
    if (!code && papertag_store_subscriptions(store, &list, &count, &err)) {
        code = failed(&err);
    }
    for (size_t i = 0; i < count && !code; i++) {
        const papertag_subscription *one = &list[i];
        if (args_have(a, "json")) {
            json_open(&out, NULL, '{');
            json_string(&out, "name", one->name);
            json_string(&out, "tag", one->expression);
            json_string(&out, "format", one->format);
            json_string(&out, "to", one->address);
            json_string(&out, "output", one->path);
            json_string(&out, "title", one->title);
            json_string(&out, "last", one->last);
            json_string(&out, "sort", sort_words[one->sort]);
            json_count(&out, "limit", one->limit);
            json_count(&out, "delivered", one->delivered);
            json_close(&out, '}');
            json_line_end(&out);
        } else {
            text_put(&out, s.bold);
            text_wrapped(&out, &s, one->name, "");
            text_format(&out, "%s  %s%s%s", s.plain, s.good, one->expression ? one->expression : "every paper",
                        s.plain);
            text_format(&out, "\n  %s%s%s", s.dim, one->format, one->address ? " to " : "");
            text_wrapped(&out, &s, one->address ? one->address : "", "  ");
            text_put(&out, one->path ? " in " : "");
            text_wrapped(&out, &s, one->path ? one->path : "", "  ");
            text_format(&out, "; %zu paper%s so far, last %s%s\n", one->delivered, plural(one->delivered),
                        one->last ? one->last : "never", s.plain);
        }
    }
    if (!code && !count) {
        complain("no subscriptions; `papertag subscribe NAME --tag EXPR` adds one");
        code = EXIT_NOTHING;
    }
    papertag_store_close(store);
    return text_end(&out, code);
}

static const option subscriptions_options[] = {OPTION_DB, OPTION_JSON, OPTION_END};

const command command_subscriptions = {
    .name = "subscriptions",
    .summary = "list the subscriptions",
    .run = run_subscriptions,
    .options = subscriptions_options,
    .examples = "papertag subscriptions\tnames, expressions, and how many papers each has received\n",
};
