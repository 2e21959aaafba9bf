/*
 * arxiv - arXiv's three ways: OAI-PMH for everything and years back, feeds for the announcement, the API for searches.
 */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "address.h"
#include "kinds.h"

/* ---- OAI-PMH --------------------------------------------------------------------------------------------------- */

/* A category or archive as arXiv writes them: cs, cs.LG, hep-th, astro-ph.GA; for OAI-PMH also a set, cs:cs:LG. */
const char *check_category(const char *argument)
{
    for (const char *c = argument; *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr(".-:", *c)) {
            return "a category is written as cs.LG";
        }
    }
    return isalpha((unsigned char)*argument) ? NULL : "a category is written as cs.LG";
}

/* Adds the set of a category: its group, its archive and what is after the dot, as cs:cs:LG. A group alone is a set,
 * and so is what has a colon. */
static void add_set(text *t, const char *category)
{
    static const char *const groups[] = {"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"};
    const size_t archive = strcspn(category, ".");
    const char *group = "physics";

    if (strchr(category, ':')) {
        text_url_part(t, category, ":");
        return;
    }
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (strlen(groups[i]) == archive && !memcmp(groups[i], category, archive)) {
            group = groups[i];
        }
    }
    if (!category[archive] && !strcmp(category, group)) {
        text_url_part(t, category, ""); /* also all of physics */
        return;
    }
    text_put(t, group);
    text_put(t, ":");
    for (; *category; category++) {
        text_add(t, *category == '.' ? ":" : category, 1);
    }
}

void ask_oai(const harvest *h, text *url)
{
    const place *p = &h->place;
    const papertag_strings *sets = &h->source->arguments;

    text_put(url, h->base);
    text_url_query(url, "verb", "ListRecords", "");
    if (p->token.size) {
        text_url_query(url, "resumptionToken", p->token.data, "");
        return;
    }
    text_url_query(url, "metadataPrefix", "arXiv", "");
    text_put(url, "&set=");
    add_set(url, sets->items[p->part < sets->count ? p->part : 0]);
    text_url_query(url, "from", p->from, "");
    if (p->until[0]) {
        text_url_query(url, "until", p->until, "");
    }
}

/* The token is of no use, because it expired or leads in a circle: the listing begins again. */
static harvest_step begin_again(harvest *h)
{
    place *p = &h->place;

    forget_tokens(h);
    text_empty(&p->token);
    if (++p->restarts > 3) {
        p->restarts = 0;
        text_put(&h->why, "its resumption tokens lead nowhere: the listing was begun four times");
        return STEP_FAILED;
    }
    return STEP_MORE;
}

/* The listing of one set has ended. Of several sets the first ended longest ago: from there on all are to be read. The
 * service says which day it is there. One to come is not believed: what is announced until then would never be read;
 * nor one before the listing began, from which all would be read again. */
static harvest_step end_set(harvest *h, const page *p)
{
    place *at = &h->place;
    char day[DAY_SIZE];

    memcpy(day, h->today, DAY_SIZE);
    if (p && p->date.size >= DAY_SIZE - 1 && day_number(p->date.data) != LONG_MIN) {
        memcpy(day, p->date.data, DAY_SIZE - 1);
    }
    if (strcmp(day, at->from) < 0) {
        memcpy(day, at->from, DAY_SIZE);
    }
    if (strcmp(day, h->today) > 0) {
        memcpy(day, h->today, DAY_SIZE);
    }
    if (!at->reached[0] || strcmp(day, at->reached) < 0) {
        memcpy(at->reached, day, DAY_SIZE);
    }
    text_empty(&at->token);
    at->restarts = 0;
    forget_tokens(h);
    return ++at->part < h->source->arguments.count ? STEP_MORE : harvest_ends(h);
}

harvest_step advance_oai(harvest *h, const page *p)
{
    place *at = &h->place;

    if (p && p->code.size && !strcmp(p->code.data, "badResumptionToken")) {
        return begin_again(h);
    }
    if (p && p->code.size && strcmp(p->code.data, "noRecordsMatch") != 0) {
        text_format(&h->why, "%s: %s", p->code.data, text_of(&h->why, &p->said));
        return STEP_FAILED;
    }
    if (!p || !p->token.size) {
        return end_set(h, p);
    }
    if (p->token.size > TOKEN_MOST) {
        text_put(&h->why, "its resumption token is too long");
        return STEP_FAILED;
    }
    if (token_was_seen(h, p->token.data) || (at->token.size && !strcmp(p->token.data, at->token.data))) {
        return begin_again(h);
    }
    text_empty(&at->token);
    text_put(&at->token, p->token.data);
    return STEP_MORE;
}

/* ---- feeds ----------------------------------------------------------------------------------------------------- */

void ask_arxiv_feed(const harvest *h, text *url)
{
    text_put(url, h->base);
    for (size_t i = 0; i < h->source->arguments.count; i++) {
        text_put(url, i ? "+" : "/");
        text_url_part(url, h->source->arguments.items[i], "");
    }
}

/* ---- the API --------------------------------------------------------------------------------------------------- */

enum { PAGE = 200, LISTING = 30000 }; /* papers of a page; the API goes no further in one listing */

void ask_arxiv_query(const harvest *h, text *url)
{
    const place *p = &h->place;
    text query = {0};

    text_format(&query, "(%s) AND submittedDate:[%.4s%.2s%.2s0000 TO %.4s%.2s%.2s2359]", h->source->arguments.items[0],
                p->from, p->from + 5, p->from + 8, p->until, p->until + 5, p->until + 8);
    text_put(url, h->base);
    text_url_query(url, "search_query", text_of(url, &query), ":()");
    text_url_query(url, "sortBy", "submittedDate", "");
    text_url_query(url, "sortOrder", "ascending", "");
    text_url_number(url, "start", p->start);
    text_url_number(url, "max_results", PAGE);
    text_free(&query);
}

/* A page that is short is no end: the next request begins after what was there. Of more papers than the API lists,
 * those after the last are another listing, by the day on which that was submitted. */
harvest_step advance_arxiv_query(harvest *h, const page *p)
{
    place *at = &h->place;
    const harvest_step step = harvest_listing(h, p);

    if (step != STEP_MORE || at->start < LISTING) {
        return step;
    }
    if (!h->last_day[0] || strcmp(h->last_day, at->from) <= 0) {
        text_put(&h->why, "it matches more than 30,000 papers of one day, which the service does not list");
        return STEP_FAILED;
    }
    memcpy(at->from, h->last_day, DAY_SIZE);
    at->start = 0;
    return STEP_MORE;
}
