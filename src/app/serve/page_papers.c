/*
 * page_papers - the first page: papers by day or by what is trending, with a search and the tags at the side.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "../dates.h"
#include "../digest/digest.h"
#include "page.h"

enum { PAGE = 30, COUNTED_MOST = 1000, TAGS_SHOWN = 40, ORGANIZATIONS_SHOWN = 12 };

/* The ways to look at papers: a name in the address, words, and the days before the newest that count. */
static const struct view {
    const char *name, *words;
    int days; /* 0: all */
} views[] = {{"new", "New", 0}, {"day", "Trending today", 1}, {"week", "this week", 7}, {"month", "this month", 30}};
enum { VIEWS = sizeof views / sizeof *views };

/* What the page shows. */
struct papers {
    worker *worker;
    request *r;
    answer *a;
    const char *typed; /* in the search field; NULL: nothing */
    char remark[1024];
    size_t view;
    const char *day;                      /* that was asked for: YYYY-MM-DD; NULL: none */
    char first[DAY_SIZE], last[DAY_SIZE]; /* the days of the view; "": all */
    papertag_query query;
    int64_t keys[COUNTED_MOST]; /* count: the papers of the selection, as far as they are counted */
    size_t count;
};

/* ---- what is asked for ----------------------------------------------------------------------------------------- */

/* The day of the newest paper with that query; *day is "" when there is none. False with an answer. */
static bool newest_day(struct papers *p, const papertag_query *query, char day[DAY_SIZE])
{
    const papertag_stored *paper;
    papertag_error err;
    const int64_t *keys;
    char today[MOMENT_SIZE];
    const char *own;
    size_t count;

    day[0] = '\0';
    if (!succeeded(papertag_store_select(p->worker->store, query, &keys, &count, &err), p->r, p->a, &err) ||
        (count && !succeeded(papertag_store_get(p->worker->store, keys[0], &paper, &err), p->r, p->a, &err))) {
        return false;
    }
    own = count ? store_day(&paper->paper) : NULL;
    if (own && strlen(own) == 10) {
        present_moment(today); /* a day that is ahead of today counts as today */
        snprintf(day, DAY_SIZE, "%.10s", strncmp(own, today, 10) < 0 ? own : today);
    }
    return true;
}

/* The days of a view: the one that was asked for, and for what is trending those before it. Without one, up to the
 * newest paper's, for a store may be a while behind. */
static bool set_days(struct papers *p)
{
    const papertag_query newest = {.limit = 1, .until = "today"};
    char today[MOMENT_SIZE];

    if (p->day) {
        memcpy(p->last, p->day, sizeof p->last);
    } else if (!p->view) {
        return true;
    } else if (!newest_day(p, &newest, p->last)) {
        return false;
    }
    if (!p->last[0]) {
        present_moment(today);
        snprintf(p->last, sizeof p->last, "%.10s", today);
    }
    write_day(p->first, day_number(p->last) - (p->view ? views[p->view].days - 1 : 0));
    p->query.since = p->first;
    p->query.until = p->last;
    p->query.as_of = p->view ? p->last : NULL;
    return true;
}

/* Takes what was typed for an expression or, when it names no tags, for words. */
static bool read_search(struct papers *p)
{
    const char *plain;
    papertag_error err = {0};
    int status = PAPERTAG_OK;

    p->typed = p->query.expression;
    if (p->typed) {
        status = papertag_store_expression(p->worker->store, &p->query, &plain, NULL, &err);
    }
    if (status == PAPERTAG_BAD_ARGUMENT && !strpbrk(p->typed, "&|!():<>=,")) {
        p->query.search = p->typed;
        p->query.expression = NULL;
        status = PAPERTAG_OK;
        snprintf(p->remark, sizeof p->remark,
                 "No tag has this name: these papers have the words in title or abstract.");
    } else if (status == PAPERTAG_BAD_ARGUMENT) {
        snprintf(p->remark, sizeof p->remark, "%s", err.message);
        p->query.expression = "is:read & is:unread"; /* nothing, and the page says why */
        status = PAPERTAG_OK;
    }
    return succeeded(status, p->r, p->a, &err);
}

static bool read_request(struct papers *p)
{
    const char *name = pairs_get(&p->r->target.query, "view");

    if (!read_query(p->r, p->a, PAGE, &p->query)) {
        return false;
    }
    for (size_t i = 0; name && i < VIEWS; i++) {
        p->view = strcmp(name, views[i].name) ? p->view : i;
    }
    p->day = pairs_get(&p->r->target.query, "day");
    if (p->day && (strlen(p->day) != DAY_SIZE - 1 || day_number(p->day) == LONG_MIN)) {
        answer_problem(p->r, p->a, 400, "day has to be a day of the calendar, as 2026-11-03");
        return false;
    }
    if (p->view && !pairs_get(&p->r->target.query, "sort")) {
        p->query.sort = PAPERTAG_SORT_TRENDING;
    }
    p->query.unread_first = true;
    return read_search(p) && set_days(p);
}

/* ---- the side -------------------------------------------------------------------------------------------------- */

/* An expression that adds a condition to what was typed. */
static const char *narrowed(struct papers *p, const char *more)
{
    text out = {0};

    if (p->query.expression && p->typed) {
        text_format(&out, strpbrk(p->typed, "|,") ? "(%s) & %s" : "%s & %s", p->typed, more);
    } else {
        text_put(&out, more);
    }
    return request_own(p->r, &out, &p->a->body);
}

static const char *search_address(struct papers *p, const char *expression)
{
    return address(p->r, &p->a->body, "/", "q", expression, "view", p->view ? views[p->view].name : NULL, NULL);
}

static void add_counted(struct papers *p, const char *expression, const char *shown, size_t papers)
{
    text *out = &p->a->body;

    html_open(out, "li", NULL);
    html_open(out, "a", "href", search_address(p, expression), NULL);
    html_foreign(out, shown);
    html_close(out, "a");
    html_open(out, "small", NULL);
    add_count(out, papers, NULL);
    html_close(out, "small");
    html_close(out, "li");
}

/* Tags of all papers: kept up by the store. */
static bool add_all_tags(struct papers *p)
{
    const papertag_tag_info *tags;
    const size_t *papers;
    papertag_error err;
    size_t count, last = SIZE_MAX, last_tag = 0;

    if (!succeeded(papertag_store_tags(p->worker->store, &tags, &papers, &count, &err), p->r, p->a, &err)) {
        return false;
    }
    html_open(&p->a->body, "ul", "class", "counts", NULL);
    for (size_t shown = 0; shown < TAGS_SHOWN && shown < count; shown++) {
        size_t best = count; /* the next of those with the most papers, in the order of their names */
        for (size_t t = 0; t < count; t++) {
            const bool after = papers[t] < last || (papers[t] == last && t > last_tag);
            if (papers[t] && after && (best == count || papers[t] > papers[best])) {
                best = t;
            }
        }
        if (best == count) {
            break;
        }
        last = papers[best];
        last_tag = best;
        add_counted(p, tags[best].tag, tags[best].tag, papers[best]);
    }
    html_close(&p->a->body, "ul");
    return true;
}

/* What papers of the selection have, of the first COUNTED_MOST at most. */
static bool add_selected(struct papers *p, papertag_countable what, size_t limit)
{
    const papertag_counted *list;
    papertag_error err;
    size_t found;

    if (!succeeded(papertag_store_count(p->worker->store, what, p->keys, p->count, limit, &list, &found, &err), p->r,
                   p->a, &err)) {
        return false;
    }
    html_open(&p->a->body, "ul", "class", "counts", NULL);
    for (size_t i = 0; i < found; i++) {
        text expression = {0};
        if (what == PAPERTAG_COUNT_ORGANIZATIONS && strchr(list[i].value, '"')) {
            continue;
        }
        text_format(&expression, what == PAPERTAG_COUNT_TAGS ? "%s" : "organization:\"%s\"", list[i].value);
        add_counted(p, narrowed(p, text_of(&p->a->body, &expression)), list[i].value, list[i].papers);
        text_free(&expression);
    }
    html_close(&p->a->body, "ul");
    return true;
}

static bool add_groups(struct papers *p)
{
    const papertag_tag_info *tags;
    const size_t *papers;
    papertag_error err;
    size_t count;
    text *out = &p->a->body;

    if (!succeeded(papertag_store_tags(p->worker->store, &tags, &papers, &count, &err), p->r, p->a, &err)) {
        return false;
    }
    html_element(out, "h2", "Groups", NULL);
    html_open(out, "ul", "class", "counts", NULL);
    for (size_t t = 0; t < count; t++) {
        bool known = !tags[t].group || strchr(tags[t].group, '"');
        for (size_t i = 0; i < t && !known; i++) {
            known = tags[i].group && !strcmp(tags[i].group, tags[t].group);
        }
        if (!known) {
            text expression = {0};
            text_format(&expression, "group:\"%s\"", tags[t].group);
            html_open(out, "li", NULL);
            html_open(out, "a", "href", search_address(p, narrowed(p, text_of(out, &expression))), NULL);
            html_foreign(out, tags[t].group);
            html_close(out, "a");
            html_close(out, "li");
            text_free(&expression);
        }
    }
    html_close(out, "ul");
    return true;
}

/* Saved searches: what people subscribed to. */
static bool add_saved(struct papers *p)
{
    const papertag_subscription *list;
    papertag_error err;
    text *out = &p->a->body;
    size_t count;

    if (!succeeded(papertag_store_subscriptions(p->worker->store, &list, &count, &err), p->r, p->a, &err)) {
        return false;
    }
    html_element(out, "h2", "Subscriptions", NULL);
    html_open(out, "ul", "class", "counts", NULL);
    for (size_t i = 0; i < count; i++) {
        html_open(out, "li", NULL);
        html_open(out, "a", "href", address(p->r, out, "/", "q", list[i].expression, NULL), NULL);
        html_foreign(out, list[i].name);
        html_close(out, "a");
        html_close(out, "li");
    }
    html_close(out, "ul");
    form_begin(out, "/subscriptions", "save", p->r->raw);
    form_hidden(out, "q", p->query.expression ? p->query.expression : "");
    html_element(out, "label", "Subscribe to this selection", "for", "name", NULL);
    html_element(out, "input", NULL, "id", "name", "name", "name", "required", "", "maxlength", "60", "placeholder",
                 "a name", NULL);
    html_element(out, "button", "Subscribe", "type", "submit", NULL);
    form_end(out);
    return true;
}

static bool add_side(struct papers *p)
{
    const bool narrowed_down = p->query.expression || p->query.search || p->query.since || p->query.until;
    text *out = &p->a->body;
    bool good;

    html_open(out, "aside", "aria-label", "Narrow down", NULL);
    html_open(out, "details", "open", "", "class", "side", NULL);
    html_element(out, "summary", "Tags, groups, organisations", NULL);
    html_element(out, "h2", narrowed_down && p->count == COUNTED_MOST ? "Tags of the first 1,000" : "Tags", NULL);
    good = narrowed_down ? add_selected(p, PAPERTAG_COUNT_TAGS, TAGS_SHOWN) : add_all_tags(p);
    good = good && add_groups(p);
    if (good) {
        html_element(out, "h2", p->count == COUNTED_MOST ? "Organisations of the first 1,000" : "Organisations", NULL);
        good = add_selected(p, PAPERTAG_COUNT_ORGANIZATIONS, ORGANIZATIONS_SHOWN);
    }
    good = good && add_saved(p);
    html_close(out, "details");
    html_close(out, "aside");
    return good;
}

/* ---- days ------------------------------------------------------------------------------------------------------ */

static const char *view_address(struct papers *p, size_t view, const char *day)
{
    return address(p->r, &p->a->body, "/", "q", p->typed, "view", view ? views[view].name : NULL, "day", day, NULL);
}

/* The nearest day with papers before or after the one that is shown; "" when there is none, or none within a month. */
static bool near_day(struct papers *p, bool after, char day[DAY_SIZE])
{
    papertag_query query = {.expression = p->query.expression, .search = p->query.search, .limit = 1};
    const long last = day_number(p->last);
    char other[DAY_SIZE];

    day[0] = '\0';
    query.until = other;
    query.since = after ? other : NULL;
    for (long ahead = after ? 1 : -1; !day[0] && ahead <= (after ? 31 : -1); ahead++) {
        write_day(other, last + ahead);
        if (!newest_day(p, &query, day)) {
            return false;
        }
    }
    return true;
}

static void add_day_link(struct papers *p, const char *day, const char *rel, const char *words)
{
    text *out = &p->a->body;

    if (day[0]) {
        html_open(out, "a", "rel", rel, "href", view_address(p, p->view, day), NULL);
        html_format(out, "%s %s", words, day);
        html_close(out, "a");
    }
}

/* The day that is shown, to be changed; and, when one was asked for, its neighbours. */
static bool add_days(struct papers *p)
{
    char before[DAY_SIZE] = "", after[DAY_SIZE] = "";
    text *out = &p->a->body;

    if (p->last[0] && (!near_day(p, false, before) || !near_day(p, true, after))) {
        return false;
    }
    html_open(out, "form", "action", "/", "class", "choose days", NULL);
    if (p->typed) {
        form_hidden(out, "q", p->typed);
    }
    if (p->view) {
        form_hidden(out, "view", views[p->view].name);
    }
    add_day_link(p, before, "prev", "\xe2\x86\x90");
    add_day_link(p, after, "next", "\xe2\x86\x92");
    html_element(out, "label", "Day", "for", "day", NULL);
    html_element(out, "input", NULL, "type", "date", "id", "day", "name", "day", "value", p->last[0] ? p->last : NULL,
                 NULL);
    html_element(out, "button", "Go", "type", "submit", NULL);
    if (p->day) {
        html_element(out, "a", "All days", "href", view_address(p, p->view, NULL), NULL);
    }
    html_close(out, "form");
    return true;
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

static void add_views(struct papers *p)
{
    const char *unread =
        p->typed && p->query.expression && strstr(p->typed, "is:unread") ? p->typed : narrowed(p, "is:unread");
    text *out = &p->a->body;

    html_open(out, "nav", "class", "views", "aria-label", "Views", NULL);
    html_open(out, "ul", NULL);
    for (size_t i = 0; i < VIEWS; i++) {
        add_choice(out, view_address(p, i, p->day), views[i].words, i == p->view);
    }
    add_choice(out, address(p->r, out, "/", "q", unread, NULL), "Unread", false);
    add_choice(out, address(p->r, out, "/", "q", "is:starred", NULL), "Starred",
               p->typed && !strcmp(p->typed, "is:starred"));
    html_close(out, "ul");
    html_close(out, "nav");
}

/* Where a selection goes: feeds, other programs. */
static void add_exits(struct papers *p)
{
    static const char *const exits[][2] = {{"/feed.atom", "Atom"},      {"/feed.rss", "RSS"},
                                           {"/feed.json", "JSON Feed"}, {"/export/bib", "BibTeX"},
                                           {"/export/ris", "RIS"},      {"/export/csv", "CSV"}};
    text *out = &p->a->body;

    html_open(out, "p", "class", "exits", NULL);
    html_text(out, "This selection as ");
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++) {
        html_element(out, "a", exits[i][1], "href",
                     address(p->r, out, exits[i][0], "q", p->query.expression, "search", p->query.search, "since",
                             p->query.since, "until", p->query.until, NULL),
                     NULL);
    }
    html_close(out, "p");
    html_open(out, "p", "class", "exits", NULL);
    html_text(out, "Selected papers as ");
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++) {
        if (!strncmp(exits[i][0], "/export/", 8)) {
            html_element(out, "button", exits[i][1], "type", "submit", "form", "many", "formmethod", "get",
                         "formaction", exits[i][0], "name", "only", "value", "ticked", "class", "quiet", NULL);
        }
    }
    html_close(out, "p");
}

/* Selects the papers of the page and, after them, those that are counted at the side. */
static bool select_papers(struct papers *p)
{
    papertag_query all = p->query;
    const int64_t *keys;
    papertag_error err;

    all.limit = COUNTED_MOST;
    if (!succeeded(papertag_store_select(p->worker->store, &all, &keys, &p->count, &err), p->r, p->a, &err)) {
        return false;
    }
    memcpy(p->keys, keys, p->count * sizeof *keys);
    return true;
}

static bool add_papers(struct papers *p)
{
    const size_t count = p->count < p->query.limit ? p->count : p->query.limit;
    const int64_t *keys = p->keys;
    text *out = &p->a->body, next = {0};

    if (count == p->query.limit) {
        add_cursor(&next, &p->query, keys[count - 1]);
    }
    if (p->query.sort != PAPERTAG_SORT_DATE) {
        html_open(out, "h2", NULL);
        html_format(out, p->query.sort == PAPERTAG_SORT_P ? "Most probable first" : "By upvotes for their age");
        html_format(out, p->view ? ", %s to %s" : "%s%s", p->first, p->last);
        html_close(out, "h2");
    }
    if (!count) {
        html_element(out, "p", p->query.after ? "No more papers." : "No papers here.", "class", "none", NULL);
    }
    if (!add_list(p->worker, p->r, p->a, keys, count, p->query.sort == PAPERTAG_SORT_DATE, p->r->raw)) {
        text_free(&next);
        return false;
    }
    if (next.data) {
        html_open(out, "p", "class", "more", NULL);
        html_element(out, "a", "More papers", "rel", "next", "href",
                     address(p->r, out, "/", "q", p->typed, "view", p->view ? views[p->view].name : NULL, "day", p->day,
                             "sort", pairs_get(&p->r->target.query, "sort"), "since",
                             pairs_get(&p->r->target.query, "since"), "until", pairs_get(&p->r->target.query, "until"),
                             "cursor", text_of(out, &next), NULL),
                     NULL);
        html_close(out, "p");
    }
    text_free(&next);
    return true;
}

void page_papers(worker *w, request *r, answer *a)
{
    struct papers p = {.worker = w, .r = r, .a = a};
    text *out = &a->body, title = {0};

    if (!read_request(&p)) {
        return;
    }
    text_format(&title, "%.80s%spapertag", p.typed ? p.typed : "", p.typed ? " - " : "");
    page_begin(out, text_of(out, &title), p.typed ? "" : "/", p.typed);
    text_free(&title);
    html_open(out, "div", "class", "columns", NULL);
    html_open(out, "main", "id", "main", NULL);
    html_element(out, "h1", p.typed ? "Papers found" : p.view ? "Trending papers" : "Papers", "class", "unseen", NULL);
    add_views(&p);
    if (p.remark[0]) {
        html_open(out, "p", "class", "remark", "role", "status", NULL);
        html_foreign(out, p.remark);
        html_close(out, "p");
    }
    if (!add_days(&p)) {
        return;
    }
    add_many(out, r->raw);
    if (!select_papers(&p) || !add_papers(&p)) {
        return;
    }
    add_exits(&p);
    html_close(out, "main");
    if (!add_side(&p)) {
        return;
    }
    html_close(out, "div");
    page_end(out);
}
