/*
 * papertag digest - the papers that someone follows, as text, page, feed or mail.
 *
 * For a subscription the digest is rendered whole before anything is written, and its delivery recorded both before and
 * after the writing: see papertag_delivery_begin.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../app.h"
#include "../dates.h"
#include "../digest/formats.h"
#include "../fetch/sources.h"

static const char *const group_words[] = {"none", "tag", "date", NULL};

/* What the command line and the subscription ask for. */
struct request {
    const args *args;
    papertag_query query;
    papertag_subscription subscription; /* name NULL without --for */
    char *owned[6];                     /* strings of the subscription */
    const digest_format *format;
    int group;
    bool dry;  /* nothing is recorded */
    bool past; /* the papers of a delivery that was made on --as-of */
};

/* ---- why a digest is empty ------------------------------------------------------------------------------------- */

/* Adds the p of the tags that the expression names. */
static void add_named_tags(text *line, const papertag_stored *paper, papertag_strings named)
{
    bool any = false;

    for (size_t t = 0; t < paper->tag_count; t++) {
        for (size_t k = 0; k < named.count; k++) {
            if (!strcmp(named.items[k], paper->tags[t].tag)) {
                text_format(line, "%s%s %.2f", any ? ", " : ": ", paper->tags[t].tag, paper->tags[t].p);
                any = true;
            }
        }
    }
}

/* Reports the papers that were nearest to the expression. */
static void report_nearest(papertag_store *store, const papertag_query *query)
{
    enum { SHOWN = 3 };
    papertag_strings named = {0};
    const char *plain_form;
    const int64_t *keys;
    size_t count = 0;
    papertag_error err;

    if (papertag_store_nearest(store, query, SHOWN, &keys, &count, &err) ||
        papertag_store_expression(store, query, &plain_form, &named, &err)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *paper;
        text line = {0};
        if (!papertag_store_get(store, keys[i], &paper, &err)) {
            const char *name = paper->paper.title ? paper->paper.title : paper->paper.id;
            text_clean(&line, name, strlen(name));
            add_named_tags(&line, paper, named);
            complain("nearest: %s", text_of(&line, &line));
        }
        text_free(&line);
    }
}

static void explain_nothing(digest *d, const struct request *r)
{
    const char *weekend = is_weekend(d->generated) ? "; it is the weekend, and few papers are announced then" : "";
    papertag_query wider = r->query;
    const int64_t *keys;
    size_t all = 0, matching = 0;
    papertag_error err;

    wider.limit = 0;
    wider.subscriber = NULL;
    if (papertag_store_select(d->store, &wider, &keys, &matching, &err)) {
        return;
    }
    wider.expression = wider.search = NULL;
    if (papertag_store_select(d->store, &wider, &keys, &all, &err)) {
        return;
    }
    if (matching) {
        complain("nothing new for '%s': it has had all %zu paper%s that match%s%s", r->subscription.name, matching,
                 plural(matching), matching == 1 ? "es" : "", weekend);
    } else if (!all) {
        complain("nothing to select from: the store has no paper of these days%s", weekend);
    } else {
        complain("nothing matched: none of %zu paper%s of these days matches '%s'", all, plural(all), d->filter);
        report_nearest(d->store, &r->query);
    }
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static int write_out(text *out, const char *path)
{
    if (strcmp(path, "-") != 0) {
        return text_write_file(out, path) ? EXIT_DONE : EXIT_FAILED;
    }
    return text_write(out) ? finish_output() : EXIT_FAILED;
}

static int deliver(digest *d, const char *subscription, text *out, const char *path)
{
    const bool file = strcmp(path, "-") != 0;
    text whole = {0};
    char day[11];
    int64_t *keys = calloc(d->count + 1, sizeof *keys), delivery = 0;
    int code = EXIT_DONE;

    if (file) {
        text_absolute_path(&whole, path);
    }
    if (!keys || whole.failed) {
        code = out_of_memory();
    }
    snprintf(day, sizeof day, "%.10s", d->generated);
    for (size_t i = 0; i < d->count && !code; i++) {
        keys[i] = d->entries[i].key;
    }
    if (!code && papertag_delivery_begin(d->store, subscription, day, keys, d->count, file ? whole.data : NULL,
                                         out->data, out->size, &delivery, &d->err)) {
        code = failed(&d->err);
    }
    if (!code && file) {
        code =
            papertag_delivery_publish(d->store, delivery, out->data, out->size, &d->err) ? failed(&d->err) : EXIT_DONE;
    } else if (!code) {
        code = write_out(out, path);
    }
    if (!code && papertag_delivery_end(d->store, delivery, &d->err)) {
        code = failed(&d->err);
    }
    free(keys);
    text_free(&whole);
    return code;
}

/* ---- what is asked for ----------------------------------------------------------------------------------------- */

/* Copies a string of the subscription, which the store's next answer would overwrite. */
static bool own_string(struct request *r, const char **string, size_t i)
{
    if (*string) {
        *string = r->owned[i] = strdup(*string);
        return *string != NULL;
    }
    return true;
}

/* What a subscription asks for, where the command line does not. */
static int use_subscription(struct request *r, const papertag_subscription *found)
{
    papertag_subscription *s = &r->subscription;

    *s = *found;
    s->name = args_text(r->args, "for", NULL);
    if (!own_string(r, &s->expression, 0) || !own_string(r, &s->address, 1) || !own_string(r, &s->title, 2) ||
        !own_string(r, &s->unsubscribe, 3) || !own_string(r, &s->format, 4) || !own_string(r, &s->path, 5)) {
        return out_of_memory();
    }
    r->query.subscriber = s->name;
    r->query.expression = s->expression;
    r->query.limit = r->query.limit ? r->query.limit : s->limit;
    r->query.sort = args_have(r->args, "sort") ? r->query.sort : s->sort;
    for (int i = 0; digest_formats[i] && !args_have(r->args, "format"); i++) {
        r->format = strcmp(digest_formats[i]->name, s->format) ? r->format : digest_formats[i];
    }
    return EXIT_DONE;
}

static int read_subscription(struct request *r, papertag_store *store)
{
    const char *name = args_text(r->args, "for", NULL);
    const papertag_subscription *list;
    size_t count;
    papertag_error err;

    if (papertag_store_subscriptions(store, &list, &count, &err)) {
        return failed(&err);
    }
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(list[i].name, name)) {
            return use_subscription(r, &list[i]);
        }
    }
    return usage_error(r->args->command, "digest: no subscription '%s'; `papertag subscriptions` lists them", name);
}

static int read_options(struct request *r, const args *a)
{
    int format = 0;
    int code = args_no_operands(a);

    code = code ? code : query_of(a, &r->query);
    code = code ? code : args_choice(a, "format", digest_format_names, &format);
    code = code ? code : args_choice(a, "group-by", group_words, &r->group);
    if (!code && args_have(a, "for") && args_have(a, "tag")) {
        code = usage_error(a->command, "digest: --for has an expression of its own; leave --tag out");
    }
    r->args = a;
    r->format = digest_formats[format];
    r->query.as_of = args_text(a, "as-of", NULL);
    r->dry = args_have(a, "dry-run");
    return code;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static int select_papers(digest *d, struct request *r)
{
    const int64_t *keys = NULL;
    size_t count = 0;
    int status = PAPERTAG_OK;

    if (r->subscription.name && r->query.as_of) {
        status = papertag_delivery_of(d->store, r->subscription.name, r->query.as_of, &keys, &count, &d->err);
        r->past = count > 0;
    }
    if (!status && !r->past) {
        status = papertag_store_select(d->store, &r->query, &keys, &count, &d->err);
    }
    if (status) {
        return refused(&d->err);
    }
    return digest_take(d, keys, count) ? EXIT_DONE : out_of_memory();
}

/* Adds the file to write to: that of --output, else the subscription's; "" for standard output. */
static void add_output(text *path, const digest *d, const struct request *r)
{
    const char *named = args_text(r->args, "output", NULL);

    if (!named && r->subscription.path && !r->dry && !r->past) {
        text_day_path(path, r->subscription.path, d->generated);
    } else {
        text_put(path, named ? named : "-");
    }
}

static int make_digest(digest *d, struct request *r)
{
    papertag_strings named = {0};
    const char *plain_form;
    text out = {0}, path = {0};
    int code = select_papers(d, r);

    if (!code && !d->count) {
        explain_nothing(d, r);
        complain_of_sources(d->store);
        return EXIT_NOTHING;
    }
    if (!code && papertag_store_expression(d->store, &r->query, &plain_form, &named, &d->err)) {
        code = refused(&d->err);
    }
    if (!code && (!digest_set_headings(d, named) || !r->format->write(d, &out))) {
        code = failed(&d->err);
    }
    add_output(&path, d, r);
    if (!code && (out.failed || path.failed)) {
        code = out_of_memory();
    }
    if (!code) {
        code = r->subscription.name && !r->dry && !r->past ? deliver(d, r->subscription.name, &out, path.data)
                                                           : write_out(&out, path.data);
    }
    text_free(&path);
    text_free(&out);
    return code;
}

/* The title when none is given: what the digest has in it. */
static void add_title(text *title, const char *words, const papertag_query *query)
{
    text_put(title, "Papers");
    if (*words) {
        text_format(title, ": %.500s", words);
    }
    if (query->since) {
        text_format(title, " since %s", query->since);
    }
    if (query->until) {
        text_format(title, " until %s", query->until);
    }
}

/* Names the digest and dates it, then makes it. */
static int name_and_make(digest *d, struct request *r, const char *plain_form)
{
    char stamp[MOMENT_SIZE];
    const char *words = "";
    text title = {0}, filter = {0};
    int code;

    present_moment(stamp);
    if (r->query.as_of) {
        snprintf(stamp, sizeof stamp, "%.10sT00:00:00Z", r->query.as_of);
    }
    text_put(&filter, plain_form); /* the store's next answer overwrites it */
    d->filter = text_of(&title, &filter);
    if (papertag_store_describe(d->store, &r->query, &words, &d->err)) {
        text_free(&filter);
        return refused(&d->err);
    }
    add_title(&title, words, &r->query);
    d->title = r->subscription.title ? r->subscription.title : text_of(&title, &title);
    d->title = args_text(r->args, "title", d->title);
    d->generated = stamp;
    d->counts = r->format->headed;
    d->group = (digest_group)r->group;
    if (!args_have(r->args, "group-by") && r->format->headed && r->query.sort == PAPERTAG_SORT_DATE) {
        d->group = GROUP_DAYS;
    }
    d->feed = r->subscription.name ? r->subscription.name : d->filter;
    d->address = r->subscription.address;
    d->unsubscribe = web_address(r->subscription.unsubscribe);
    d->url = args_text(r->args, "url", NULL);
    code = title.failed ? out_of_memory() : make_digest(d, r);
    digest_free(d);
    text_free(&title);
    text_free(&filter);
    return code;
}

static int run(const args *a)
{
    struct request r = {0};
    digest d = {.style = style_of_stdout()};
    papertag_model *model = NULL;
    const char *plain_form = "";
    int code = read_options(&r, a);

    code = code ? code : open_store(a, false, &d.store);
    if (!code && args_have(a, "for")) {
        code = read_subscription(&r, d.store);
    }
    if (!code && papertag_store_expression(d.store, &r.query, &plain_form, NULL, &d.err)) {
        code = refused(&d.err);
    }
    if (!code && r.subscription.name && !r.dry && papertag_delivery_settle(d.store, r.subscription.name, &d.err)) {
        code = failed(&d.err);
    }
    if (!code && r.format->explains) {
        code = open_model(a, d.store, &model);
        code = code || !papertag_tagger_open(&d.tagger, model, &d.err) ? code : failed(&d.err);
    }
    d.model = model;
    code = code ? code : name_and_make(&d, &r, plain_form);
    for (size_t i = 0; i < sizeof r.owned / sizeof *r.owned; i++) {
        free(r.owned[i]);
    }
    papertag_tagger_close(d.tagger);
    papertag_model_close(model);
    papertag_store_close(d.store);
    return code;
}

static const option options[] = {
    OPTIONS_SELECT,
    {"format", 'f', "FORMAT", DIGEST_FORMAT_WORDS},
    {"output", 'o', "FILE", "write to FILE, whole or not at all (default: the subscription's, else standard output)"},
    {"title", 0, "TEXT", "the title (default: from the expression)"},
    {"group-by", 0, "WHAT", "tag, date (of announcement) or none; default: dates of several papers each"},
    {"for", 0, "NAME", "the digest of a subscription: what it has not had yet"},
    {"dry-run", 0, NULL, "with --for: show it, but do not record it as delivered"},
    {"as-of", 0, "DATE", "as if today were that day; with --for: what was delivered then"},
    {"url", 0, "URL", "where the feed will be found, for its link to itself"},
    OPTION_DB,
    OPTION_MODEL,
    OPTION_END};

const command command_digest = {
    .name = "digest",
    .summary = "write a digest: text, markdown, page, feed or mail",
    .run = run,
    .options = options,
    .details =
        "Selects papers as list does. An empty digest is not written: the reason goes to standard error, and the "
        "status is 3.\n"
        "`papertag subscribe` stores a name, an expression and a format for `digest --for NAME`.\n",
    .examples =
        "papertag digest --tag RL --since yesterday\tread yesterday's papers on reinforcement learning\n"
        "papertag digest --format html --group-by tag -o digest.html\twrite a page, with a heading for each tag\n"
        "papertag digest --for ada | sendmail -t\tmail ada, who subscribed with --format eml, what is new\n",
};
