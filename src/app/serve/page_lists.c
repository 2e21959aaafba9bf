/*
 * page_lists - subscriptions, topics without a tag, trends, and the page of help.
 */
#include <stdio.h>
#include <string.h>

#include "page.h"

enum { WEEKS = 52, TRENDS = 20, TOPICS = 12, EXAMPLES = 5, PREVIEW = 10, PAST = 10 };

/* An item of a list: the title, which leads to the paper. `field`: in a form, the name under which its id is sent;
 * NULL. */
static void add_title(request *r, text *out, const papertag_paper *paper, const char *field)
{
    html_open(out, "li", NULL);
    if (field) {
        form_hidden(out, field, paper->id);
    }
    html_open(out, "a", "href", paper_address(r, out, paper->id), NULL);
    html_foreign(out, title_of(r, out, paper));
    html_close(out, "a");
    html_close(out, "li");
}

/* ---- subscriptions --------------------------------------------------------------------------------------------- */

/* The papers that the next digest of a subscription would have. */
static bool add_preview(worker *w, request *r, answer *a, const char *name, const char *expression, papertag_sort sort)
{
    const papertag_query query = {.expression = expression, .subscriber = name, .sort = sort, .limit = PREVIEW};
    const papertag_stored *paper;
    text *out = &a->body;
    const int64_t *keys;
    papertag_error err;
    size_t count;

    if (!succeeded(papertag_store_select(w->store, &query, &keys, &count, &err), r, a, &err)) {
        return false;
    }
    html_open(out, "details", NULL);
    html_open(out, "summary", NULL);
    html_format(out, "The next digest: %s%zu paper%s", count == PREVIEW ? "at least " : "", count,
                count == 1 ? "" : "s");
    html_close(out, "summary");
    html_open(out, "ul", NULL);
    for (size_t i = 0; i < count; i++) {
        if (!succeeded(papertag_store_get(w->store, keys[i], &paper, &err), r, a, &err)) {
            return false;
        }
        add_title(r, out, &paper->paper, NULL);
    }
    html_close(out, "ul");
    html_close(out, "details");
    return true;
}

static bool add_history(worker *w, request *r, answer *a, const char *name)
{
    const papertag_delivery *list;
    text *out = &a->body;
    papertag_error err;
    size_t count;

    if (!succeeded(papertag_store_deliveries(w->store, name, PAST, &list, &count, &err), r, a, &err)) {
        return false;
    }
    if (!count) {
        html_element(out, "p", "No digest so far.", "class", "about", NULL);
        return true;
    }
    html_open(out, "details", NULL);
    html_element(out, "summary", "Digests so far", NULL);
    html_open(out, "ul", NULL);
    for (size_t i = 0; i < count; i++) {
        html_open(out, "li", NULL);
        html_format(out, "%s: ", list[i].day);
        add_count(out, list[i].papers, "paper");
        html_close(out, "li");
    }
    html_close(out, "ul");
    html_close(out, "details");
    return true;
}

/* One subscription; the strings are the request's. */
static bool add_subscription(worker *w, request *r, answer *a, const papertag_subscription *s)
{
    text *out = &a->body;

    html_open(out, "section", "class", "subscription", NULL);
    html_open(out, "h2", NULL);
    html_foreign(out, s->name);
    html_close(out, "h2");
    html_open(out, "p", "class", "about", NULL);
    html_open(out, "a", "href", address(r, out, "/", "q", s->expression, NULL), NULL);
    html_foreign(out, s->expression ? s->expression : "every paper");
    html_close(out, "a");
    html_format(out, " as %s%s%s, ", s->format, s->address ? " to " : "", s->address ? s->address : "");
    add_count(out, s->delivered, "paper");
    html_text(out, " so far");
    html_close(out, "p");
    if (!add_preview(w, r, a, s->name, s->expression, s->sort) || !add_history(w, r, a, s->name)) {
        return false;
    }
    form_begin(out, "/subscriptions/end", NULL, "/subscriptions");
    form_hidden(out, "name", s->name);
    html_element(out, "button", "Unsubscribe", "type", "submit", NULL);
    form_end(out);
    html_close(out, "section");
    return true;
}

static const char *own(request *r, text *out, const char *string)
{
    text copy = {0};

    text_put(&copy, string ? string : "");
    return string ? request_own(r, &copy, out) : NULL;
}

static void add_new_subscription(text *out)
{
    html_element(out, "h2", "Subscribe", NULL);
    form_begin(out, "/subscriptions", "fields", "/subscriptions");
    html_element(out, "label", "Name", "for", "name", NULL);
    html_element(out, "input", NULL, "id", "name", "name", "name", "required", "", "maxlength", "60", NULL);
    html_element(out, "label", "Tags (empty: every paper)", "for", "expression", NULL);
    html_element(out, "input", NULL, "id", "expression", "name", "q", "class", "complete", "autocomplete", "off", NULL);
    html_element(out, "label", "Mail address (optional)", "for", "to", NULL);
    html_element(out, "input", NULL, "id", "to", "name", "to", "type", "email", NULL);
    html_element(out, "button", "Subscribe", "type", "submit", NULL);
    form_end(out);
}

void page_subscriptions(worker *w, request *r, answer *a)
{
    enum { MOST = 200 };
    const char *ended = pairs_get(&r->target.query, "ended");
    papertag_subscription all[MOST];
    const papertag_subscription *list;
    text *out = &a->body;
    papertag_error err;
    size_t count;

    if (!succeeded(papertag_store_subscriptions(w->store, &list, &count, &err), r, a, &err)) {
        return;
    }
    page_begin(out, "Subscriptions - papertag", "/subscriptions", NULL);
    html_open(out, "main", "id", "main", "class", "narrow", NULL);
    html_element(out, "h1", "Subscriptions", NULL);
    if (ended && ended_has(w->server->ended, ended)) {
        form_begin(out, "/subscriptions/undo", "remark", "/subscriptions");
        form_hidden(out, "name", ended);
        html_foreign(out, ended);
        html_text(out, " has ended. ");
        html_element(out, "button", "Undo", "type", "submit", "class", "undo", NULL);
        form_end(out);
    }
    count = count > MOST ? MOST : count;
    for (size_t i = 0; i < count; i++) {
        all[i] = list[i];
        all[i].name = own(r, out, list[i].name);
        all[i].expression = own(r, out, list[i].expression);
        all[i].format = own(r, out, list[i].format);
        all[i].address = own(r, out, list[i].address);
    }
    for (size_t i = 0; i < count; i++) {
        if (!add_subscription(w, r, a, &all[i])) {
            return;
        }
    }
    add_new_subscription(out);
    html_close(out, "main");
    page_end(out);
}

/* ---- topics without a tag -------------------------------------------------------------------------------------- */

/* A topic, with the form that makes it a tag. */
static bool add_topic(worker *w, request *r, answer *a, const papertag_topic *t)
{
    text *out = &a->body, query = {0};
    const papertag_stored *paper;
    papertag_error err;
    char slug[64];

    text_slug(t->name, slug, sizeof slug);
    html_open(out, "section", "class", "topic", NULL);
    html_open(out, "h2", NULL);
    html_foreign(out, t->name);
    html_close(out, "h2");
    html_open(out, "p", "class", "about", NULL);
    add_count(out, t->count, "paper");
    html_format(out, ", %zu recent, %zu before", t->recent, t->before);
    if (t->nearest_tag) {
        html_format(out, "; nearest tag %s (F1 %.2f)", t->nearest_tag, t->coverage);
    }
    html_close(out, "p");
    if (t->term_count > 1) { /* the first is its name */
        html_open(out, "p", NULL);
        for (size_t i = 0; i < t->term_count; i++) {
            html_text(out, i ? ", " : "");
            html_foreign(out, t->terms[i]);
        }
        html_close(out, "p");
    }
    form_begin(out, "/tags", "fields", "/discover");
    html_open(out, "ul", NULL);
    for (size_t i = 0; i < t->count && i < EXAMPLES; i++) {
        if (!succeeded(papertag_store_get(w->store, t->keys[i], &paper, &err), r, a, &err)) {
            return false;
        }
        add_title(r, out, &paper->paper, "id");
    }
    html_close(out, "ul");
    text_format(&query, "\"%s\"", t->terms[0]);
    form_hidden(out, "query", text_of(out, &query));
    form_hidden(out, "tag", slug);
    form_hidden(out, "title", t->name);
    html_element(out, "button", "Make it a tag", "type", "submit", NULL);
    form_end(out);
    html_close(out, "section");
    text_free(&query);
    return true;
}

void page_discover(worker *w, request *r, answer *a)
{
    const papertag_discover_options options = {
        .since = "365d", .min_papers = 5, .limit = TOPICS, .days = 90, .jobs = 1};
    const papertag_topic *topics;
    text *out = &a->body;
    papertag_error err;
    size_t count;

    if (!use_model(w, r, a) ||
        !succeeded(papertag_store_discover(w->store, w->model, &options, &topics, &count, &err), r, a, &err)) {
        return;
    }
    page_begin(out, "Discover - papertag", "/discover", NULL);
    html_open(out, "main", "id", "main", "class", "narrow", NULL);
    html_element(out, "h1", "Topics that no tag covers", NULL);
    html_element(out, "p",
                 count ? "Among the papers of the last year, the clearest first."
                       : "None among the papers of the last year.",
                 "class", "about", NULL);
    for (size_t i = 0; i < count; i++) {
        if (!add_topic(w, r, a, &topics[i])) {
            return;
        }
    }
    html_close(out, "main");
    page_end(out);
}

/* ---- trends ---------------------------------------------------------------------------------------------------- */

static void add_trends(text *out, request *r, const papertag_trend *list, size_t count, bool tags)
{
    bool any = false;

    html_open(out, "section", NULL);
    html_element(out, "h2", tags ? "Tags on the rise" : "Title words on the rise", NULL);
    for (size_t i = 0; i < count; i++) {
        any = any || list[i].is_tag == tags;
    }
    if (!any) {
        html_element(out, "p", "None: it takes three papers of the last 28 days.", "class", "none", NULL);
        html_close(out, "section");
        return;
    }
    html_open(out, "table", "class", "list", NULL);
    html_open(out, "thead", NULL);
    html_open(out, "tr", NULL);
    html_element(out, "th", tags ? "Tag" : "Words", "scope", "col", NULL);
    html_element(out, "th", "Last 28 days", "scope", "col", "class", "number", NULL);
    html_element(out, "th", "28 before", "scope", "col", "class", "number", NULL);
    html_close(out, "tr");
    html_close(out, "thead");
    html_open(out, "tbody", NULL);
    for (size_t i = 0; i < count; i++) {
        text words = {0};
        if (list[i].is_tag != tags) {
            continue;
        }
        text_format(&words, tags ? "%s" : "text:\"%s\"", list[i].term);
        html_open(out, "tr", NULL);
        html_open(out, "th", "scope", "row", NULL);
        html_open(out, "a", "href", address(r, out, "/", "q", text_of(out, &words), NULL), NULL);
        html_foreign(out, list[i].term);
        html_close(out, "a");
        html_close(out, "th");
        html_open(out, "td", "class", "number", NULL);
        add_count(out, list[i].now, NULL);
        html_close(out, "td");
        html_open(out, "td", "class", "number", NULL);
        add_count(out, list[i].before, NULL);
        html_close(out, "td");
        html_close(out, "tr");
        text_free(&words);
    }
    html_close(out, "tbody");
    html_close(out, "table");
    html_close(out, "section");
}

void page_trends(worker *w, request *r, answer *a)
{
    const papertag_trend *list;
    text *out = &a->body;
    size_t weeks[WEEKS], count;
    papertag_error err;

    if (!succeeded(papertag_store_weeks(w->store, NULL, NULL, weeks, WEEKS, &err), r, a, &err) ||
        !succeeded(papertag_store_trends(w->store, NULL, 28, 2 * TRENDS, &list, &count, &err), r, a, &err)) {
        return;
    }
    page_begin(out, "Trends - papertag", "/trends", NULL);
    html_open(out, "main", "id", "main", "class", "narrow", NULL);
    html_element(out, "h1", "Trends", NULL);
    html_element(out, "h2", "Papers per week", NULL);
    add_bars(out, weeks, WEEKS, "Papers");
    html_open(out, "div", "class", "beside", NULL);
    add_trends(out, r, list, count, true);
    add_trends(out, r, list, count, false);
    html_close(out, "div");
    html_close(out, "main");
    page_end(out);
}

/* ---- help ------------------------------------------------------------------------------------------------------ */

/* A table of two columns; each row is "LEFT\tRIGHT". */
static void add_table(text *out, const char *heading, const char *const *rows)
{
    html_element(out, "h2", heading, NULL);
    html_open(out, "table", "class", "list", NULL);
    html_open(out, "tbody", NULL);
    for (; *rows; rows++) {
        const char *tab = strchr(*rows, '\t');
        text left = {0};
        text_add(&left, *rows, (size_t)(tab - *rows));
        html_open(out, "tr", NULL);
        html_open(out, "th", "scope", "row", NULL);
        html_element(out, "kbd", text_of(out, &left), NULL);
        html_close(out, "th");
        html_element(out, "td", tab + 1, NULL);
        html_close(out, "tr");
        text_free(&left);
    }
    html_close(out, "tbody");
    html_close(out, "table");
}

void page_help(worker *w, request *r, answer *a)
{
    static const char *const keys[] = {"j, k\tthe next paper, the one before",
                                       "o, Enter\topen it, and mark it as read",
                                       "v\tits page at the source",
                                       "y, n\tyes or no to its first tag, or to the tag in question",
                                       "x\tselect it, for the buttons above the list",
                                       "s\tstar it, or remove the star (in a review: skip)",
                                       "m\tmark it as read or unread",
                                       "e\tgive it a tag",
                                       "u\tundo your last change",
                                       "1 to 9\tin a review: switch another tag on or off",
                                       "/\tsearch",
                                       "?\tthis page",
                                       NULL};
    static const char *const expressions[] = {
        "quantization\tpapers with that tag, by name or alias",
        "RL | alignment\tone or the other, or both",
        "attention & !vision-transformers\tone and not the other",
        "agents & p>=0.8\tonly tags with a probability of at least 0.8",
        "\"sparse routing\"\ta phrase in the title or abstract",
        "author:\"ada example\"\tan author, also as A. Example",
        "organization:\"Example Lab\"\tthe organization of the authors",
        "category:cs.LG, source:arxiv, type:new\twhat the source says about it",
        "upvotes>=10, comments>0\tcounts from the source",
        "date>=2026-11, featured>=7d\tits date; its day on the daily page (7d: the last 7 days)",
        "is:unread, is:read, is:starred, is:noted\twhat you marked",
        NULL};
    text *out = &a->body;

    (void)w;
    (void)r;
    page_begin(out, "Help - papertag", "", NULL);
    html_open(out, "main", "id", "main", "class", "narrow", NULL);
    html_element(out, "h1", "Keys and expressions", NULL);
    add_table(out, "Keys", keys);
    add_table(out, "Expressions", expressions);
    html_close(out, "main");
    page_end(out);
}
