/*
 * read_services - papers as Semantic Scholar and OpenReview answer: JSON of their own layout.
 *
 * Answers come page by page; pages may stand one behind the other in a file, as `cat` leaves them. What a service marks
 * as deleted, has not found, or lists beside papers (reviews, comments) is no fault and is passed over.
 */
#include <time.h>

#include "json.h"

/* ---- Semantic Scholar ------------------------------------------------------------------------------------------ */

/* The string `key` of the member `object`. */
static int read_inner(const pt_json *o, const char *object, const char *key, const char **field)
{
    const pt_json inner = {o->reader, pt_json_member(o, object), o->err};
    return cJSON_IsObject(inner.json) ? pt_json_string(&inner, key, field) : PAPERTAG_OK;
}

/* [{"category": "Computer Science", "source": "..."}, ...]: one category may come from several sources. */
static int read_fields_of_study(const pt_json *o)
{
    papertag_strings *list = &o->reader->record.paper.categories;
    const cJSON *items = pt_json_member(o, "s2FieldsOfStudy"), *item;

    cJSON_ArrayForEach(item, items)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "category"));
        bool known = false;
        for (size_t i = 0; name && i < list->count; i++) {
            known = known || !strcmp(list->items[i], name);
        }
        if (name && !known && pt_record_append(&o->reader->record, list, name, strlen(name), o->err)) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    return PAPERTAG_OK;
}

static int read_s2(const pt_json *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    int status = read_inner(o, "externalIds", "ArXiv", &paper->id);

    if (!status && !paper->id) {
        status = pt_json_string(o, "paperId", &paper->id);
    }
    status = status ? status : read_inner(o, "externalIds", "DOI", &paper->doi);
    status = status ? status : pt_json_string(o, "title", &paper->title);
    status = status ? status : pt_json_string(o, "abstract", &paper->abstract);
    status = status ? status : pt_json_date(o, "publicationDate"); /* `year` is no day */
    status = status ? status : pt_json_list(o, "authors", &paper->authors, ",;");
    status = status ? status : pt_json_string(o, "url", &paper->url);
    status = status ? status : pt_json_string(o, "venue", &paper->venue);
    if (!status && !paper->venue) {
        status = read_inner(o, "journal", "name", &paper->venue);
    }
    status = status ? status : pt_json_list(o, "fieldsOfStudy", &paper->categories, ",;");
    status = status ? status : read_fields_of_study(o);
    status = status ? status : pt_record_text(&o->reader->record, &paper->source, "semanticscholar", 15, o->err);
    return status ? status : pt_reader_finish(o->reader, o->err);
}

static bool fits_s2(const char *head, size_t size)
{
    const char *end = head + size, *paper = pt_json_first(head, end, "data"), *data;

    if (paper) { /* papers of other layouts may name it beside their own id */
        return pt_json_find(paper, end, "paperId") && !pt_json_find(paper, end, "id");
    }
    data = pt_json_find(head, end, "data"); /* empty: a search that found nothing */
    return data && *data == '[' && pt_json_find(head, end, "total");
}

static int open_s2(papertag_reader *reader, papertag_error *err)
{
    return pt_json_open(reader, "data", err);
}

static int next_s2(papertag_reader *reader, papertag_error *err)
{
    return pt_json_next(reader, read_s2, err);
}

const pt_format pt_format_s2 = {"s2", fits_s2, open_s2, next_s2, pt_json_close};

/* ---- OpenReview ------------------------------------------------------------------------------------------------ */

/* Since version 2 of the API every value has an object around it, that says who may read it. */
static const cJSON *content_of(const pt_json *content, const char *key)
{
    const cJSON *item = pt_json_member(content, key);
    return cJSON_IsObject(item) ? cJSON_GetObjectItemCaseSensitive(item, "value") : item;
}

/* The day, in UTC, of a time in milliseconds since 1970. */
static int read_time(const pt_json *o, const char *key)
{
    const cJSON *item = pt_json_member(o, key);
    char day[16];
    struct tm utc;
    time_t seconds;

    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < 253402300800e3)) {
        return PAPERTAG_OK;
    }
    seconds = (time_t)(item->valuedouble / 1000);
    if (!gmtime_r(&seconds, &utc)) {
        return PAPERTAG_OK;
    }
    return pt_record_date(&o->reader->record, day, strftime(day, sizeof day, "%Y-%m-%d", &utc), o->err);
}

static int read_note(const pt_json *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    const pt_json content = {o->reader, pt_json_member(o, "content"), o->err};
    int status;

    if (pt_json_member(o, "ddate") || pt_json_member(o, "replyto")) {
        return PT_PASSED_OVER; /* deleted or withdrawn; a review or a comment */
    }
    if (!cJSON_IsObject(content.json)) {
        return pt_json_wrong_type(o, "content", "an object");
    }
    status = pt_json_string(o, "id", &paper->id);
    status = status ? status : pt_json_string_of(o, "title", content_of(&content, "title"), &paper->title);
    status = status ? status : pt_json_string_of(o, "abstract", content_of(&content, "abstract"), &paper->abstract);
    status = status ? status : pt_json_string_of(o, "venue", content_of(&content, "venue"), &paper->venue);
    status = status ? status : pt_json_list_of(o, "authors", content_of(&content, "authors"), &paper->authors, ",;");
    status = status ? status : pt_json_list_of(o, "keywords", content_of(&content, "keywords"), &paper->keywords, ",;");
    status = status ? status : read_time(o, "pdate");
    if (!status && !paper->date) {
        status = read_time(o, "cdate");
    }
    if (!status) {
        const char *forum = pt_json_text(o, "forum");
        status = pt_json_address(o, "https://openreview.net/forum?id=", forum ? forum : paper->id);
    }
    status = status ? status : pt_record_text(&o->reader->record, &paper->source, "openreview", 10, o->err);
    return status ? status : pt_reader_finish(o->reader, o->err);
}

static bool fits_openreview(const char *head, size_t size)
{
    const char *end = head + size, *value = pt_json_find(head, end, "notes"), *note;

    if (value && *value == '[') {
        return true;
    }
    note = pt_json_first(head, end, "notes");
    value = note && pt_json_find(note, end, "forum") ? pt_json_find(note, end, "content") : NULL;
    return value && *value == '{';
}

static int open_openreview(papertag_reader *reader, papertag_error *err)
{
    return pt_json_open(reader, "notes", err);
}

static int next_openreview(papertag_reader *reader, papertag_error *err)
{
    return pt_json_next(reader, read_note, err);
}

const pt_format pt_format_openreview = {"openreview", fits_openreview, open_openreview, next_openreview, pt_json_close};
