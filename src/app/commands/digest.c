/*
 * papertag digest - the papers that someone follows, as text, page, feed or mail.
 *
 * For a subscription the digest is rendered whole before anything is written, and its delivery recorded both before and
 * after the writing: see papertag_delivery_begin.
 */
#include <stdlib.h>
#include <string.h>

#include "../app.h"
#include "../config.h"
#include "../digest/delivery.h"
#include "../fetch/sources.h"
#include "../subscription.h"

static const char *const group_words[] = {"none", "tag", "date", NULL};

/* What the command line and the subscription ask for. */
struct request {
    const args *args;
    papertag_query query;
    papertag_subscription subscription; /* name NULL without --for */
    own_subscription *list;             /* list_count: its strings are in one of them */
    size_t list_count;
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

/* ---- what is asked for ----------------------------------------------------------------------------------------- */

/* What a subscription asks for, where the command line does not. */
static int read_subscription(struct request *r, papertag_store *store)
{
    const char *name = args_text(r->args, "for", NULL);
    const papertag_subscription *s;
    int code = own_subscriptions(store, &r->list, &r->list_count);

    if (code) {
        return code;
    }
    s = find_subscription(r->list, r->list_count, name);
    if (!s) {
        return usage_error(r->args->command, "digest: no subscription '%s'; `papertag subscriptions` lists them", name);
    }
    r->subscription = *s;
    r->query.subscriber = s->name;
    r->query.expression = s->expression;
    r->query.limit = r->query.limit ? r->query.limit : s->limit;
    r->query.sort = args_have(r->args, "sort") ? r->query.sort : s->sort;
    if (!args_have(r->args, "format")) {
        r->format = find_digest_format(s->format);
    }
    return EXIT_DONE;
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
    if (!code && args_have(a, "url") && !web_address(args_text(a, "url", NULL))) {
        code = usage_error(a->command, "digest: --url must be an http or https address");
    }
    r->args = a;
    r->format = digest_formats[format];
    r->query.as_of = args_text(a, "as-of", NULL);
    r->dry = args_have(a, "dry-run");
    return code;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

/* Copies the keys of the papers to *keys, to be freed. */
static int select_papers(digest *d, struct request *r, int64_t **keys, size_t *count)
{
    const int64_t *found = NULL;
    int status = PAPERTAG_OK;

    *count = 0;
    if (r->subscription.name && r->query.as_of) {
        status = papertag_delivery_of(d->store, r->subscription.name, r->query.as_of, &found, count, &d->err);
        r->past = *count > 0;
    }
    if (!status && !r->past) {
        status = papertag_store_select(d->store, &r->query, &found, count, &d->err);
    }
    if (status) {
        return refused(&d->err);
    }
    return copy_keys(found, *count, keys);
}

/* Where it goes: the option, else the file of the subscription. */
static int find_path(const struct request *r, const digest *d, text *path)
{
    const char *file = args_text(r->args, "output", NULL);

    if (file) {
        text_put(path, file);
    } else if (r->subscription.path && !r->past && !r->dry) {
        text_day_path(path, r->subscription.path, d->generated);
    }
    return path->failed ? out_of_memory() : EXIT_DONE;
}

/* Delivers to the subscription's own file, which has more than the new papers. */
static int write_subscription(edition *e, struct request *r, const int64_t *keys, size_t count)
{
    int64_t *all = NULL;
    size_t all_count = 0;
    text out = {0}, path = {0};
    int code = find_path(r, &e->d, &path);

    if (!code && path.size && !args_have(r->args, "output")) {
        code = delivery_papers(e->d.store, &r->subscription, r->format, keys, count, &all, &all_count);
    }
    code = code ? code : edition_write(e, r->format, all ? all : keys, all ? all_count : count, &out);
    code = code ? code : deliver_digest(e, r->subscription.name, keys, count, &out, path.size ? path.data : NULL);
    free(all);
    text_free(&path);
    text_free(&out);
    return code;
}

static int make_digest(edition *e, struct request *r)
{
    int64_t *keys = NULL;
    size_t count = 0;
    text out = {0};
    int code = select_papers(&e->d, r, &keys, &count);

    if (!code && !count) {
        explain_nothing(&e->d, r);
        complain_of_sources(e->d.store);
        code = EXIT_NOTHING;
    } else if (!code && r->subscription.name && !r->dry && !r->past) {
        code = write_subscription(e, r, keys, count);
    } else if (!code) {
        code = edition_write(e, r->format, keys, count, &out);
        code = code ? code : write_digest(&out, args_text(r->args, "output", NULL));
    }
    text_free(&out);
    free(keys);
    return code;
}

/* Names the digest and dates it, then makes it. */
static int name_and_make(edition *e, struct request *r)
{
    const papertag_subscription *s = &r->subscription;
    digest *d = &e->d;
    int code = edition_name(e, &r->query, args_text(r->args, "title", s->title), s->name);

    if (code) {
        return code;
    }
    d->group = (digest_group)r->group;
    if (!args_have(r->args, "group-by") && r->format->headed && r->query.sort == PAPERTAG_SORT_DATE) {
        d->group = GROUP_DAYS;
    }
    d->from = config_value(r->args->config, "mail", "from");
    d->address = s->address;
    d->unsubscribe = web_address(s->unsubscribe);
    d->url = args_text(r->args, "url", NULL);
    return make_digest(e, r);
}

static int run(const args *a)
{
    struct request r = {0};
    edition e = {.d.style = style_of_stdout()};
    digest *d = &e.d;
    papertag_model *model = NULL;
    int code = read_options(&r, a);

    code = code ? code : open_store(a, false, &d->store);
    if (!code && args_have(a, "for")) {
        code = read_subscription(&r, d->store);
    }
    if (!code && r.subscription.name && !r.dry && papertag_delivery_settle(d->store, r.subscription.name, &d->err)) {
        code = failed(&d->err);
    }
    if (!code && r.format->explains) {
        code = open_model(a, d->store, &model);
        code = code || !papertag_tagger_open(&d->tagger, model, &d->err) ? code : failed(&d->err);
    }
    d->model = model;
    code = code ? code : name_and_make(&e, &r);
    edition_free(&e);
    own_subscriptions_free(r.list, r.list_count);
    papertag_tagger_close(d->tagger);
    papertag_model_close(model);
    papertag_store_close(d->store);
    return code;
}

static const option options[] = {
    OPTIONS_SELECT,
    {"format", 'f', "FORMAT", DIGEST_FORMAT_WORDS},
    {"output", 'o', "FILE", "write to FILE, whole or not at all (default: the subscription's, else standard output)"},
    {"title", 0, "TEXT", "the title (default: from the expression)"},
    {"group-by", 0, "WHAT", "tag, date (of announcement) or none; default: dates of several papers each"},
    {"for", 0, "NAME", "the digest of a subscription: what it has not received yet"},
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
