/*
 * openreview - papers from responses of the OpenReview API: JSON in its own layout.
 *
 * Responses also contain deleted papers, reviews and comments, which are skipped.
 */
#include <time.h>

#include "json.h"

/* The value of a member of "content". Since version 2 of the API it is wrapped in an object with access rights. */
static const cJSON *content_of(const pt_json *content, const char *key)
{
    const cJSON *item = pt_json_member(content, key);
    return cJSON_IsObject(item) ? cJSON_GetObjectItemCaseSensitive(item, "value") : item;
}

/* The day, in UTC, of a time in milliseconds since 1970. */
static int read_time(const pt_json *o, const char *key)
{
    static const double year_10000 = 253402300800e3;
    pt_record *record = &o->reader->record;
    const cJSON *item = pt_json_member(o, key);
    char day[16];
    struct tm utc;
    time_t seconds;

    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < year_10000)) {
        return PAPERTAG_OK;
    }
    seconds = (time_t)(item->valuedouble / 1000);
    if (!gmtime_r(&seconds, &utc)) {
        return PAPERTAG_OK;
    }
    return pt_record_date(record, &record->paper.date, day, strftime(day, sizeof day, "%Y-%m-%d", &utc), o->err);
}

/* A paper has the address of its discussion. */
static int read_address(const pt_json *o)
{
    const char *forum = pt_json_text(o, "forum");

    forum = forum ? forum : o->reader->record.paper.id;
    return forum
               ? pt_record_address(&o->reader->record, "https://openreview.net/forum?id=", forum, strlen(forum), o->err)
               : PAPERTAG_OK;
}

/* The text of a paper, given by its address or by its path on the service. */
static int read_pdf(const pt_json *o, const pt_json *content)
{
    pt_record *record = &o->reader->record;
    const char *pdf = cJSON_GetStringValue(content_of(content, "pdf"));
    pt_buf address = {0};
    int status;

    if (!pdf || (*pdf != '/' && strncmp(pdf, "http", 4) != 0)) {
        return PAPERTAG_OK;
    }
    pt_buf_format(&address, "%s%s", *pdf == '/' ? "https://openreview.net" : "", pdf);
    status = address.failed ? pt_no_memory(o->err)
                            : pt_record_text(record, &record->paper.pdf_url, address.data, address.size, o->err);
    pt_buf_free(&address);
    return status;
}

/* The tags, from the member of the content that the reader's options name. */
static int read_tags(const pt_json *content)
{
    papertag_paper *paper = &content->reader->record.paper;
    const char *key = content->reader->tags_field;
    const cJSON *item = content->reader->tags_source ? NULL : content_of(content, key);
    int status = PAPERTAG_OK;

    if (cJSON_IsString(item) || pt_json_is_list(item)) {
        status = pt_json_list_of(content, key, item, &paper->tags, ",;");
        paper->has_tags = paper->tags.count > 0;
    }
    return status;
}

static int read_note(const pt_json *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    const pt_json content = {o->reader, pt_json_member(o, "content"), o->err};
    int status;

    if (pt_json_member(o, "ddate") || pt_json_member(o, "replyto")) {
        return PT_SKIPPED; /* deleted or withdrawn; a review or a comment */
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
    status = status ? status : read_tags(&content);
    status = status ? status : read_time(o, "pdate");
    if (!status && !paper->date) {
        status = read_time(o, "cdate");
    }
    status = status ? status : read_address(o);
    status = status ? status : read_pdf(o, &content);
    return status ? status : pt_json_source(o, "openreview");
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

static const pt_json_dialect dialect = {"notes", read_note};

const pt_format pt_format_openreview = {
    .name = "openreview",
    .fits = fits_openreview,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "OpenReview",
    .about = "notes of versions 1 and 2 of the API",
    .dialect = &dialect,
};
