/*
 * papertag digest - the papers that someone follows, as text, page, feed or mail.
 *
 * For a subscription the digest is rendered whole before anything is written, and its delivery recorded on both sides
 * of the writing: see papertag_delivery_begin.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../digest/digest.h"

const char *const digest_formats[] = {"text", "markdown", "html", "json", "jsonfeed", "atom", "rss", "eml", NULL};
static bool (*const renders[])(digest *d, text *out) = {digest_text,     digest_markdown, digest_html, digest_json,
                                                        digest_jsonfeed, digest_atom,     digest_rss,  digest_eml};
static const char *const group_words[] = {"none", "tag", "date", NULL};

/* ---- what the formats ask for ---------------------------------------------------------------------------------- */

const papertag_stored *digest_paper(digest *d, size_t i, bool *opens)
{
    const papertag_stored *paper;

    *opens = d->group != GROUP_NONE && (!i || strcmp(d->entries[i].heading, d->entries[i - 1].heading) != 0);
    return papertag_store_get(d->store, d->entries[i].key, &paper, &d->err) ? NULL : paper;
}

void digest_terms(digest *d, const papertag_stored *paper, const papertag_decision *decision, size_t count, text *out)
{
    papertag_explanation explanation;
    papertag_error err;
    size_t tag, shown = 0;

    if (!d->tagger || decision->verdict || !paper->model || strcmp(paper->model, papertag_model_hash(d->model)) != 0 ||
        !papertag_model_is_linear(d->model) || papertag_model_find_tag(d->model, decision->tag, &tag, &err)) {
        return;
    }
    if (papertag_explain(d->tagger, paper->paper.title, paper->paper.abstract, tag, &explanation, &err)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < explanation.count && shown < count; i++) {
        if (explanation.terms[i].contribution > 0) {
            text_put(out, shown++ ? ", " : "");
            text_put(out, explanation.terms[i].term);
        }
    }
}

const char *digest_link(const papertag_paper *paper)
{
    const char *url = paper->url;
    return url && (!strncmp(url, "https://", 8) || !strncmp(url, "http://", 7)) && !strpbrk(url, " \"<>\\^`{|}") ? url
                                                                                                                 : NULL;
}

/* ---- groups ---------------------------------------------------------------------------------------------------- */

static int compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    return x->group != y->group ? (x->group > y->group ? 1 : -1) : (x->place > y->place) - (x->place < y->place);
}

/* Brings papers of one heading together; headings stay in the order in which the selection met them. */
static bool gather(digest *d)
{
    size_t *firsts = malloc((d->count + 1) * sizeof *firsts), groups = 0;

    if (!firsts) {
        return false;
    }
    for (size_t i = 0; i < d->count; i++) {
        size_t g = 0;
        while (g < groups && strcmp(d->entries[firsts[g]].heading, d->entries[i].heading) != 0) {
            g++;
        }
        if (g == groups) {
            firsts[groups++] = i;
        }
        d->entries[i].group = g;
    }
    free(firsts);
    qsort(d->entries, d->count, sizeof *d->entries, compare_entries);
    return true;
}

/* The tag that a paper goes under: the most probable of those that the expression names, else of all. */
static const char *heading_tag(const papertag_stored *paper, papertag_strings named)
{
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        for (size_t i = 0; i < named.count; i++) {
            if (!strcmp(named.items[i], paper->tags[t].tag)) {
                return paper->tags[t].name;
            }
        }
    }
    return paper->tag_count && paper->tags[0].in_force ? paper->tags[0].name : "no tag";
}

/* Puts every paper under a heading: its date or a tag. */
static bool group(digest *d, papertag_strings named)
{
    for (size_t i = 0; i < d->count && d->group != GROUP_NONE; i++) {
        entry *e = &d->entries[i];
        const papertag_stored *paper;
        if (papertag_store_get(d->store, e->key, &paper, &d->err)) {
            return false;
        }
        e->heading = strdup(d->group == GROUP_TAG ? heading_tag(paper, named)
                            : paper->paper.date   ? paper->paper.date
                                                  : "no date");
        if (!e->heading) {
            snprintf(d->err.message, sizeof d->err.message, "out of memory");
            return false;
        }
    }
    if (d->group != GROUP_NONE && !gather(d)) {
        snprintf(d->err.message, sizeof d->err.message, "out of memory");
        return false;
    }
    return true;
}

/* ---- why a digest is empty ------------------------------------------------------------------------------------- */

static bool is_weekend(const char *day)
{
    struct tm date = {
        .tm_year = atoi(day) - 1900, .tm_mon = atoi(day + 5) - 1, .tm_mday = atoi(day + 8), .tm_hour = 12};

    mktime(&date);
    return date.tm_wday == 0 || date.tm_wday == 6;
}

static void explain_nothing(digest *d, const papertag_query *query, const char *subscription)
{
    const char *weekend = is_weekend(d->generated) ? "; it is weekend, and few papers are announced then" : "";
    papertag_query wider = *query;
    papertag_strings named = {0};
    const char *plain_form;
    const int64_t *keys;
    size_t there = 0, near = 0, matching = 0;
    papertag_error err;

    wider.limit = 0;
    wider.subscriber = NULL;
    if (papertag_store_select(d->store, &wider, &keys, &matching, &err)) {
        return;
    }
    wider.expression = wider.search = NULL;
    if (papertag_store_select(d->store, &wider, &keys, &there, &err)) {
        return;
    }
    if (matching) {
        fprintf(stderr, "papertag: nothing new for '%s': it has had all %zu papers that match%s\n", subscription,
                matching, weekend);
        return;
    }
    if (!there) {
        fprintf(stderr, "papertag: nothing to choose from: the store has no paper of these days%s\n", weekend);
        return;
    }
    fprintf(stderr, "papertag: nothing matched: none of %zu paper%s of these days is '%s'\n", there,
            there == 1 ? "" : "s", d->filter);
    if (papertag_store_nearest(d->store, query, 3, &keys, &near, &err) ||
        papertag_store_expression(d->store, query, &plain_form, &named, &err)) {
        return;
    }
    for (size_t i = 0; i < near; i++) {
        const papertag_stored *paper;
        text line = {0};
        style plain = {64, "", "", "", "", ""};
        if (!papertag_store_get(d->store, keys[i], &paper, &err)) {
            text_wrapped(&line, &plain, paper->paper.title ? paper->paper.title : paper->paper.id, "                ");
            for (size_t t = 0, shown = 0; t < paper->tag_count; t++) {
                for (size_t k = 0; k < named.count; k++) {
                    if (!strcmp(named.items[k], paper->tags[t].tag)) {
                        text_format(&line, "%s%s %.2f", shown++ ? ", " : "\n                ", paper->tags[t].tag,
                                    paper->tags[t].p);
                    }
                }
            }
            fprintf(stderr, "%s %s\n", i ? "               " : "  came nearest:", text_of(&line, &line));
        }
        text_free(&line);
    }
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* The absolute form of a path whose folder exists; owned. */
static char *absolute(const char *path)
{
    char folder[4096];
    text out = {0};

    if (path[0] != '/' && getcwd(folder, sizeof folder)) {
        text_put(&out, folder);
        text_put(&out, "/");
    }
    text_put(&out, path);
    return out.failed ? NULL : out.data;
}

static int write_out(text *out, const char *path)
{
    if (path && strcmp(path, "-") != 0) {
        return text_write_file(out, path) ? EXIT_DONE : EXIT_FAILED;
    }
    return text_write(out) ? finish_output() : EXIT_FAILED;
}

static int deliver(digest *d, const char *subscription, text *out, const char *path)
{
    const bool file = path && strcmp(path, "-") != 0;
    char day[11], *whole = file ? absolute(path) : NULL;
    int64_t *keys = malloc((d->count + 1) * sizeof *keys), delivery = 0;
    int code = EXIT_DONE;

    if (!keys || (file && !whole)) {
        code = out_of_memory();
    }
    snprintf(day, sizeof day, "%.10s", d->generated);
    for (size_t i = 0; i < d->count && !code; i++) {
        keys[i] = d->entries[i].key;
    }
    if (!code && papertag_delivery_begin(d->store, subscription, day, keys, d->count, whole, out->data, out->size,
                                         &delivery, &d->err)) {
        code = failed(&d->err);
    }
    code = code ? code : write_out(out, path);
    if (!code && papertag_delivery_end(d->store, delivery, &d->err)) {
        code = failed(&d->err);
    }
    free(keys);
    free(whole);
    return code;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

struct choice {
    papertag_query query;
    papertag_subscription subscription; /* name NULL without --for */
    char *kept[5];                      /* strings of the subscription: owned */
    int format, group;
    bool dry, past; /* past: the papers of a delivery that was made on --as-of */
};

/* Makes a string of the subscription outlast the store's next answer. */
static bool keep(struct choice *c, const char **string, size_t i)
{
    if (*string) {
        *string = c->kept[i] = strdup(*string);
        return *string != NULL;
    }
    return true;
}

/* What a subscription asks for, where the command line says nothing else. */
static int read_subscription(const args *a, papertag_store *store, struct choice *c)
{
    const char *name = args_text(a, "for", NULL);
    const papertag_subscription *list;
    size_t count;
    papertag_error err;

    if (papertag_store_subscriptions(store, &list, &count, &err)) {
        return failed(&err);
    }
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(list[i].name, name)) {
            c->subscription = list[i];
            c->subscription.name = name;
            if (!keep(c, &c->subscription.expression, 0) || !keep(c, &c->subscription.address, 1) ||
                !keep(c, &c->subscription.title, 2) || !keep(c, &c->subscription.unsubscribe, 3) ||
                !keep(c, &c->subscription.format, 4)) {
                return out_of_memory();
            }
            c->query.subscriber = name;
            c->query.expression = c->subscription.expression;
            c->query.limit = c->query.limit ? c->query.limit : list[i].limit;
            c->query.sort = args_have(a, "sort") ? c->query.sort : list[i].sort;
            for (int k = 0; digest_formats[k] && !args_have(a, "format"); k++) {
                c->format = strcmp(digest_formats[k], c->subscription.format) ? c->format : k;
            }
            return EXIT_DONE;
        }
    }
    return usage_error(a->command, "digest: no subscription '%s'; `papertag subscriptions` lists them", name);
}

static int select_papers(digest *d, struct choice *c)
{
    const int64_t *keys = NULL;
    size_t count = 0;
    int status = PAPERTAG_OK;

    if (c->subscription.name && c->query.as_of) {
        status = papertag_delivery_of(d->store, c->subscription.name, c->query.as_of, &keys, &count, &d->err);
        c->past = count > 0;
    }
    if (!status && !c->past) {
        status = papertag_store_select(d->store, &c->query, &keys, &count, &d->err);
    }
    if (status) {
        return refused(&d->err);
    }
    d->entries = calloc(count + 1, sizeof *d->entries);
    if (!d->entries) {
        return out_of_memory();
    }
    for (size_t i = 0; i < count; i++) {
        d->entries[i] = (entry){keys[i], i, 0, NULL};
    }
    d->count = count;
    return EXIT_DONE;
}

static void now(char out[21], const char *as_of)
{
    time_t clock = time(NULL);
    struct tm utc;

    gmtime_r(&clock, &utc);
    strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (as_of) {
        memcpy(out, as_of, 10);
        memcpy(out + 10, "T00:00:00Z", 11);
    }
}

static int make_digest(digest *d, struct choice *c, const args *a)
{
    const char *path = args_text(a, "output", NULL);
    papertag_strings named = {0};
    const char *plain;
    text out = {0};
    int code = select_papers(d, c);

    if (!code && !d->count) {
        explain_nothing(d, &c->query, c->subscription.name);
        return EXIT_NOTHING;
    }
    if (!code && papertag_store_expression(d->store, &c->query, &plain, &named, &d->err)) {
        code = refused(&d->err);
    }
    if (!code && (!group(d, named) || !renders[c->format](d, &out))) {
        code = failed(&d->err);
    }
    if (!code && out.failed) {
        code = out_of_memory();
    }
    if (!code) {
        code = c->subscription.name && !c->dry && !c->past ? deliver(d, c->subscription.name, &out, path)
                                                           : write_out(&out, path);
    }
    text_free(&out);
    return code;
}

/* The title when none is given: what the digest is of. */
static void make_title(text *title, const digest *d, const papertag_query *query)
{
    text_put(title, "Papers");
    if (*d->filter) {
        text_format(title, ": %.500s", d->filter);
    }
    if (query->since) {
        text_format(title, " since %s", query->since);
    }
    if (query->until) {
        text_format(title, " until %s", query->until);
    }
}

static int run_digest(const args *a)
{
    struct choice c = {.format = 0};
    digest d = {.style = style_of_stdout()};
    papertag_model *model = NULL;
    const char *plain = "";
    char stamp[21];
    text title = {0}, filter = {0};
    int code = a->operand_count ? usage_error(a->command, "digest: takes no file") : query_of(a, &c.query);

    code = code ? code : args_choice(a, "format", digest_formats, &c.format);
    code = code ? code : args_choice(a, "group-by", group_words, &c.group);
    if (!code && args_have(a, "for") && args_have(a, "tag")) {
        code = usage_error(a->command, "digest: --for brings its own expression; leave --tag out");
    }
    code = code ? code : open_store(a, false, &d.store);
    c.query.as_of = args_text(a, "as-of", NULL);
    c.dry = args_have(a, "dry-run");
    if (!code && args_have(a, "for")) {
        code = read_subscription(a, d.store, &c);
    }
    if (!code && (papertag_store_expression(d.store, &c.query, &plain, NULL, &d.err))) {
        code = refused(&d.err);
    }
    if (!code && c.subscription.name && !c.dry && papertag_delivery_settle(d.store, c.subscription.name, &d.err)) {
        code = failed(&d.err);
    }
    if (!code && (c.format == 2 || c.format == 7)) {
        code = open_model(a, d.store, &model);
        code = code || !papertag_tagger_open(&d.tagger, model, &d.err) ? code : failed(&d.err);
    }
    if (!code) {
        text_put(&filter, plain);
        d.model = model;
        d.filter = text_of(&title, &filter);
        d.group = (digest_group)c.group;
        d.address = c.subscription.address;
        d.unsubscribe = c.subscription.unsubscribe;
        d.url = args_text(a, "url", NULL);
        make_title(&title, &d, &c.query);
        d.title = args_text(a, "title", c.subscription.title ? c.subscription.title : text_of(&title, &title));
        now(stamp, c.query.as_of);
        d.generated = stamp;
        code = title.failed ? out_of_memory() : make_digest(&d, &c, a);
    }
    for (size_t i = 0; i < d.count; i++) {
        free(d.entries[i].heading);
    }
    for (size_t i = 0; i < sizeof c.kept / sizeof *c.kept; i++) {
        free(c.kept[i]);
    }
    free(d.entries);
    text_free(&title);
    text_free(&filter);
    papertag_tagger_close(d.tagger);
    papertag_model_close(model);
    papertag_store_close(d.store);
    return code;
}

static const option digest_options[] = {
    OPTIONS_SELECT,
    {"format", 'f', "FORMAT", "text, markdown, html, json, jsonfeed, atom, rss or eml (default text)"},
    {"output", 'o', "FILE", "write to FILE, whole or not at all"},
    {"title", 0, "TEXT", "the title (default: made from the expression)"},
    {"group-by", 0, "WHAT", "tag, date or none"},
    {"for", 0, "NAME", "the digest of a subscription: what it has not had yet"},
    {"dry-run", 0, NULL, "with --for: show it, but do not count it as delivered"},
    {"as-of", 0, "DATE", "take that day for today; with --for: what was delivered on it"},
    {"url", 0, "URL", "where the feed will stand, for its own link"},
    OPTION_DB,
    OPTION_MODEL,
    OPTION_END};

const command command_digest = {
    .name = "digest",
    .summary = "write a digest: text, markdown, page, feed or mail",
    .run = run_digest,
    .options = digest_options,
    .details =
        "Selects papers as list does. An empty digest is not written: the reason goes to standard error, and the "
        "status is 3.\n"
        "`papertag subscribe` stores a name, an expression and a format for `digest --for NAME`.\n",
    .examples =
        "papertag digest --tag RL --since yesterday\tread yesterday's papers on reinforcement learning\n"
        "papertag digest --format html --group-by tag -o digest.html\twrite a page, with a heading for each tag\n"
        "papertag digest --for ada | sendmail -t\tmail ada, who subscribed with --format eml, what is new\n",
};
