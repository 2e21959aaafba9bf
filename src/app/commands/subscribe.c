/*
 * papertag subscribe, subscriptions - who receives which digests.
 */
#include <stdlib.h>
#include <string.h>

#include "../app.h"
#include "../digest/delivery.h"
#include "../mail_address.h"
#include "../subscription.h"

/* ---- subscribe ------------------------------------------------------------------------------------------------- */

static const char *const weekday_words[] = {"monday", "tuesday",  "wednesday", "thursday",
                                            "friday", "saturday", "sunday",    NULL};
static const char *const quiet_words[] = {"skip", "tell", NULL};

/* A subscription that is being made or changed. */
struct subscribing {
    const args *args;
    papertag_store *store;
    papertag_subscription s;
    text path;      /* of its files, absolute */
    bool known;     /* it is there already */
    int64_t *first; /* first_count: the papers that it begins with; NULL: all that it has not had */
    size_t first_count;
    size_t matching;   /* papers that the store has for it */
    char last_day[11]; /* of those; "" */
};

static bool is_url(const char *url)
{
    return web_address(url) != NULL;
}

/* The format that the name of a file stands for; NULL: none. */
static const char *format_of_name(const char *path)
{
    static const char *const endings[][2] = {{".html", "html"}, {".htm", "html"},    {".atom", "atom"},
                                             {".xml", "atom"},  {".rss", "rss"},     {".json", "jsonfeed"},
                                             {".txt", "text"},  {".md", "markdown"}, {".eml", "eml"}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++) {
        if (!strcmp(dot, endings[i][0])) {
            return endings[i][1];
        }
    }
    return NULL;
}

static int read_file_option(struct subscribing *w)
{
    const char *pattern = args_text(w->args, "output", NULL), *format;

    if (!pattern) {
        return EXIT_DONE;
    }
    if (day_path_fault(pattern)) {
        return usage_error(w->args->command, "subscribe: -o '%s': %s", pattern, day_path_fault(pattern));
    }
    if (w->s.address) {
        return usage_error(w->args->command, "subscribe: give --to or -o, and make two subscriptions for both");
    }
    text_absolute_path(&w->path, pattern);
    if (w->path.failed) {
        return out_of_memory();
    }
    w->s.path = w->path.data;
    format = format_of_name(pattern);
    if (format && !args_have(w->args, "format")) {
        w->s.format = format;
    }
    return EXIT_DONE;
}

static int read_choices(struct subscribing *w)
{
    const args *a = w->args;
    unsigned long limit = 0;
    int format = 0, sort = 0, weekday = -1, quiet = 0;
    int code = args_choice(a, "format", digest_format_names, &format);

    code = code ? code : args_choice(a, "sort", sort_words, &sort);
    code = code ? code : args_choice(a, "weekly", weekday_words, &weekday);
    code = code ? code : args_choice(a, "quiet-days", quiet_words, &quiet);
    code = code ? code : args_whole(a, "limit", 1, 1000000000, &limit);
    w->s.sort = (papertag_sort)sort;
    w->s.limit = limit;
    w->s.weekday = weekday + 1;
    w->s.tell_quiet = quiet == 1;
    return code;
}

static int read_subscribing(struct subscribing *w)
{
    const args *a = w->args;
    int code;

    if (a->operand_count != 1) {
        return usage_error(a->command, "subscribe: give one name");
    }
    w->s = (papertag_subscription){.name = a->operands[0],
                                   .format = args_text(a, "format", args_have(a, "to") ? "eml" : "text"),
                                   .expression = args_text(a, "tag", NULL),
                                   .address = args_text(a, "to", NULL),
                                   .title = args_text(a, "title", NULL),
                                   .unsubscribe = args_text(a, "unsubscribe-url", NULL)};
    code = read_choices(w);
    if (!code && w->s.address && !is_mail_address(w->s.address)) {
        code = usage_error(a->command, "subscribe: --to must be one mail address in ASCII, as ada@example.org");
    }
    if (!code && w->s.unsubscribe && !is_url(w->s.unsubscribe)) {
        code = usage_error(a->command, "subscribe: --unsubscribe-url must be an http or https address");
    }
    if (!code && args_have(w->args, "backlog") && args_have(w->args, "from-now")) {
        code = usage_error(a->command, "subscribe: give --backlog or --from-now, not both");
    }
    return code ? code : read_file_option(w);
}

/* ---- what it begins with --------------------------------------------------------------------------------------- */

/* Selects papers of the expression, newest first; *keys is borrowed. */
static int select_matching(const struct subscribing *w, const char *since, size_t limit, const int64_t **keys,
                           size_t *count)
{
    const papertag_query query = {.expression = w->s.expression, .since = since, .limit = limit};
    papertag_error err;

    return papertag_store_select(w->store, &query, keys, count, &err) ? refused(&err) : EXIT_DONE;
}

/* Counts what matches, and finds the last day of it. */
static int look_back(struct subscribing *w)
{
    const papertag_stored *paper;
    const int64_t *keys;
    papertag_error err;
    int code = select_matching(w, NULL, 0, &keys, &w->matching);

    if (code || !w->matching) {
        return code;
    }
    if (papertag_store_get(w->store, keys[0], &paper, &err)) {
        return failed(&err);
    }
    snprintf(w->last_day, sizeof w->last_day, "%.10s",
             store_day(&paper->paper) ? store_day(&paper->paper) : paper->added);
    return EXIT_DONE;
}

/* Chooses the papers of the first digests: those of the last day, or as many as --backlog says. */
static int choose_first(struct subscribing *w)
{
    const char *backlog = args_text(w->args, "backlog", NULL);
    const bool from_now = args_have(w->args, "from-now");
    const int64_t *keys = NULL;
    unsigned long most = 0;
    size_t count = 0;
    int code = EXIT_DONE;

    if (backlog && !strcmp(backlog, "all")) {
        code = select_matching(w, NULL, 0, &keys, &count);
    } else if (backlog) {
        code = args_whole(w->args, "backlog", 0, 1000000000, &most);
        code = code || !most ? code : select_matching(w, NULL, most, &keys, &count);
    } else if (w->known && !from_now) {
        return EXIT_DONE;
    } else if (!from_now && *w->last_day) {
        code = select_matching(w, w->last_day, 0, &keys, &count);
    }
    w->first_count = count;
    return code ? code : copy_keys(keys, count, &w->first);
}

/* Says how many papers there are for it, and with which it begins. */
static int report_beginning(const struct subscribing *w)
{
    const size_t all = w->matching, first = w->first_count;
    const bool asked = args_have(w->args, "backlog") || args_have(w->args, "from-now");
    const char *name = w->s.name, *es = all == 1 ? "es" : "";
    text out = {0};

    if (!all) {
        text_format(&out, "%s: no paper matches yet\n", name);
    } else if (w->known && !w->first) {
        text_format(&out, "%s: changed; %zu paper%s match%s now\n", name, all, plural(all), es);
    } else {
        text_format(&out, "%s: %zu paper%s match%s already; the first digest has ", name, all, plural(all), es);
        if (!first) {
            text_put(&out, "what comes from now on\n");
        } else if (first == all) {
            text_put(&out, all == 1 ? "it\n" : "all of them\n");
        } else if (asked) {
            text_format(&out, "%zu of them\n", first);
        } else {
            text_format(&out, "%zu of them, of %s (for more: --backlog N)\n", first, w->last_day);
        }
    }
    return text_end(&out, EXIT_DONE);
}

static int subscribe(struct subscribing *w)
{
    own_subscription *list = NULL;
    size_t count = 0;
    papertag_error err;
    int code = own_subscriptions(w->store, &list, &count);

    w->known = find_subscription(list, count, w->s.name) != NULL;
    own_subscriptions_free(list, count);
    code = code ? code : look_back(w);
    code = code ? code : choose_first(w);
    if (!code && (w->first ? papertag_store_subscribe_to(w->store, &w->s, w->first, w->first_count, &err)
                           : papertag_store_subscribe(w->store, &w->s, false, &err))) {
        code = refused(&err);
    }
    return code ? code : report_beginning(w);
}

static int run_subscribe(const args *a)
{
    struct subscribing w = {.args = a};
    papertag_error err;
    int code = read_subscribing(&w);

    code = code ? code : open_store(a, !args_have(a, "remove"), &w.store);
    if (!code && args_have(a, "remove")) {
        code = papertag_store_unsubscribe(w.store, w.s.name, &err) ? refused(&err) : EXIT_DONE;
    } else if (!code) {
        code = subscribe(&w);
    }
    papertag_store_close(w.store);
    text_free(&w.path);
    free(w.first);
    return code;
}

static const option subscribe_options[] = {
    {"tag", 't', "EXPR", "the papers: a tag expression (default: all)"},
    {"to", 0, "ADDRESS", "the reader's address: `papertag send` mails its digests"},
    {"output", 'o', "FILE", "the file of its digests; %Y, %m and %d are the day; folders are made"},
    {"format", 'f', "FORMAT", DIGEST_FORMAT_WORDS},
    {"title", 0, "TEXT", "title of its digests"},
    {"backlog", 0, "N", "begin with the newest N papers, or `all` (default: those of the last day)"},
    {"from-now", 0, NULL, "begin with what comes from now on"},
    {"limit", 'n', "N", "at most N papers in a digest; the others follow in the next"},
    {"weekly", 0, "DAY", "send only on that day of the week: monday ... sunday"},
    {"quiet-days", 0, "WHAT", "skip days without papers (default), or tell: send a digest that says so"},
    {"sort", 0, "ORDER", "date, trending or p"},
    {"unsubscribe-url", 0, "URL",
     "for the List-Unsubscribe header of the mail, in the place of the program's own link"},
    {"remove", 0, NULL, "end the subscription and forget its deliveries"},
    OPTION_DB,
    OPTION_END};

const command command_subscribe = {
    .name = "subscribe",
    .operands = "NAME",
    .summary = "add, change or end a subscription",
    .run = run_subscribe,
    .options = subscribe_options,
    .details =
        "`papertag send` then delivers what NAME has not received, each paper once, by mail (--to) or into a file "
        "(-o); `papertag digest --for NAME` prints it. A file whose name has no day is replaced each time, but a feed "
        "keeps its last 100 papers. A file with the day in its name stays as it is: what comes later on the same day "
        "goes into another beside it, with -2 in its name. Days, also those of --weekly, are those of UTC: Friday "
        "begins on Thursday evening in New York.\n",
    .examples = "papertag subscribe ada --tag 'RL | agents' --to ada@example.org\tmail for ada, on two subjects\n"
                "papertag subscribe week --tag safety --to ada@example.org --weekly friday\tonce a week\n"
                "papertag subscribe pages -o 'pages/%Y-%m-%d.html'\ta page for each day\n"
                "papertag subscribe feed --tag RL -o feed.atom --backlog 100\ta feed, from the last 100 papers on\n"
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
            json_optional(&out, "weekly", one->weekday ? weekday_words[one->weekday - 1] : NULL);
            json_string(&out, "quiet_days", quiet_words[one->tell_quiet]);
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
            text_format(&out, one->path ? " in %s" : "%s", one->path ? one->path : "");
            text_format(&out, one->weekday ? ", every %s" : "%s", one->weekday ? weekday_words[one->weekday - 1] : "");
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
