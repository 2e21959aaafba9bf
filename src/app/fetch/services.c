/*
 * services - the kinds that answer in JSON: Hugging Face, bioRxiv and medRxiv, Semantic Scholar, OpenAlex, OpenReview.
 */
#include <cjson/cJSON.h>
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "kinds.h"

/* The number of items of an array that is a member; 0: there is none. */
static size_t count_of(const page *p, const char *name)
{
    return (size_t)cJSON_GetArraySize(json_member(p->json, name));
}

/* ---- Hugging Face ---------------------------------------------------------------------------------------------- */

enum { HF_PAGE = 100, HF_PAGES = 100 };

/* "2026-W48" or "2026-11"; "week" and "month" are the present ones. */
const char *check_period(const char *argument)
{
    int year, number, end = 0;
    bool good = !strcmp(argument, "week") || !strcmp(argument, "month");

    if (sscanf(argument, "%4d-W%2d%n", &year, &number, &end) == 2 && end == 8 && !argument[end]) {
        good = number >= 1 && number <= 53;
    } else if (sscanf(argument, "%4d-%2d%n", &year, &number, &end) == 2 && end == 7 && !argument[end]) {
        good = number >= 1 && number <= 12;
    }
    return good ? NULL : "a week is written as 2026-W48, a month as 2026-11";
}

/* Writes the week of a day by ISO 8601: weeks begin on Monday, and belong to the year of their Thursday. */
static void write_week(char out[16], const char *day)
{
    const long number = day_number(day), thursday = number - (weekday_of(number) + 6) % 7 + 3;
    char date[DAY_SIZE], first[DAY_SIZE];

    write_day(date, thursday);
    memcpy(first, date, 5);
    memcpy(first + 5, "01-01", 6);
    snprintf(out, 16, "%.4s-W%02u", date, (unsigned)((thursday - day_number(first)) / 7 + 1) % 100);
}

void ask_hf(const harvest *h, text *url)
{
    const char *period = h->source->arguments.count ? h->source->arguments.items[0] : NULL;
    char week[16];

    text_put(url, h->base);
    if (!period) {
        text_url_query(url, "date", h->place.from, "");
    } else if (strchr(period, 'W')) {
        text_url_query(url, "week", period, "");
    } else if (isdigit((unsigned char)*period)) {
        text_url_query(url, "month", period, "");
    } else if (*period == 'w') {
        write_week(week, h->today);
        text_url_query(url, "week", week, "");
    } else {
        snprintf(week, sizeof week, "%.7s", h->today);
        text_url_query(url, "month", week, "");
    }
    text_url_number(url, "limit", HF_PAGE);
    text_url_number(url, "p", h->place.start);
}

void inspect_hf(page *p)
{
    p->entries = (size_t)cJSON_GetArraySize(p->json);
    if (!p->said.size && !cJSON_IsArray(p->json)) {
        p->fault = "it has no list of papers";
    }
}

/* Whether a page begins with the paper with which the one before began: then its number was not understood. Remembers
 * the paper. */
static bool is_repeated(harvest *h, const page *p)
{
    const cJSON *paper = json_member(cJSON_GetArrayItem(p->json, 0), "paper");
    const char *id = cJSON_GetStringValue(json_member(paper, "id"));
    const bool same = h->place.start && id && h->first_id.size && !strcmp(id, h->first_id.data);

    text_empty(&h->first_id);
    text_put(&h->first_id, id ? id : "");
    return same;
}

/* A day ends with an empty page; the harvest with its last day. */
harvest_step advance_hf(harvest *h, const page *p)
{
    place *at = &h->place;
    const long next = day_number(at->from) + 1;

    if (p && p->entries && !is_repeated(h, p) && at->start < HF_PAGES) {
        at->start++;
        return STEP_MORE;
    }
    if (h->source->arguments.count || next > day_number(at->until)) {
        return harvest_ends(h);
    }
    write_day(at->from, next);
    at->start = 0;
    return STEP_MORE;
}

/* ---- bioRxiv and medRxiv --------------------------------------------------------------------------------------- */

void ask_biorxiv(const harvest *h, text *url)
{
    const place *p = &h->place;

    text_put(url, h->base);
    text_format(url, "/%s/%s/%s/%lu/json", h->kind->name, p->from, p->until, p->start);
    if (h->source->arguments.count) {
        text_url_query(url, "category", h->source->arguments.items[0], "");
    }
}

void inspect_biorxiv(page *p)
{
    const cJSON *message = cJSON_GetArrayItem(json_member(p->json, "messages"), 0);
    const char *status = cJSON_GetStringValue(json_member(message, "status"));

    p->entries = count_of(p, "collection");
    p->total = json_whole(json_member(message, "total"), -1);
    if (!message) {
        p->fault = "it has no message of the service";
    } else if (status && !p->entries && strcmp(status, "ok") != 0 && strncmp(status, "no posts", 8) != 0) {
        text_put(&p->said, status);
    }
}

/* ---- Semantic Scholar ------------------------------------------------------------------------------------------ */

void ask_s2(const harvest *h, text *url)
{
    const place *p = &h->place;
    text days = {0};

    text_format(&days, "%s:%s", p->from, p->until);
    text_put(url, h->base);
    text_url_query(url, "query", h->source->arguments.items[0], "");
    text_url_query(url, "fields", "title,abstract,authors,externalIds,publicationDate,year,venue,url,openAccessPdf",
                   ",");
    text_url_query(url, "publicationDateOrYear", text_of(url, &days), ":");
    text_url_query(url, "sort", "publicationDate:asc", ":");
    if (p->token.size) {
        text_url_query(url, "token", p->token.data, "");
    }
    text_free(&days);
}

void inspect_s2(page *p)
{
    const char *token = cJSON_GetStringValue(json_member(p->json, "token"));

    p->entries = count_of(p, "data");
    text_put(&p->token, token ? token : "");
    if (!p->said.size && !cJSON_IsArray(json_member(p->json, "data"))) {
        p->fault = "it has no list of papers";
    }
}

/* On with the page's token, until there is none. */
harvest_step advance_by_token(harvest *h, const page *p)
{
    place *at = &h->place;

    if (!p || !p->token.size) {
        return harvest_ends(h);
    }
    if (p->token.size > TOKEN_MOST || token_was_seen(h, p->token.data)) {
        text_empty(&at->token);
        text_put(&h->why, "its pages lead in a circle");
        return STEP_FAILED;
    }
    text_empty(&at->token);
    text_put(&at->token, p->token.data);
    return STEP_MORE;
}

/* ---- OpenAlex -------------------------------------------------------------------------------------------------- */

void ask_openalex(const harvest *h, text *url)
{
    const place *p = &h->place;
    text filter = {0};

    text_format(&filter, "from_publication_date:%s,to_publication_date:%s", p->from, p->until);
    text_put(url, h->base);
    text_url_query(url, "search", h->source->arguments.items[0], "");
    text_url_query(url, "filter", text_of(url, &filter), ":,");
    text_url_number(url, "per-page", 200);
    text_url_query(url, "cursor", p->token.size ? p->token.data : "*", "*");
    if (h->contact && strchr(h->contact, '@')) {
        text_url_query(url, "mailto", h->contact, "@");
    }
    text_free(&filter);
}

void inspect_openalex(page *p)
{
    const cJSON *meta = json_member(p->json, "meta");
    const char *cursor = cJSON_GetStringValue(json_member(meta, "next_cursor"));

    p->entries = count_of(p, "results");
    text_put(&p->token, cursor && p->entries ? cursor : "");
    if (!p->said.size && !cJSON_IsArray(json_member(p->json, "results"))) {
        p->fault = "it has no list of works";
    }
}

/* ---- OpenReview ------------------------------------------------------------------------------------------------ */

void ask_openreview(const harvest *h, text *url)
{
    text_put(url, h->base);
    text_url_query(url, "content.venueid", h->source->arguments.items[0], "/");
    text_url_number(url, "limit", 1000);
    text_url_number(url, "offset", h->place.start);
}

void inspect_openreview(page *p)
{
    p->entries = count_of(p, "notes");
    p->total = json_whole(json_member(p->json, "count"), -1);
    if (!p->said.size && !cJSON_IsArray(json_member(p->json, "notes"))) {
        p->fault = "it has no list of notes";
    }
}
