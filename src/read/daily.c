/*
 * daily - papers from the daily-papers listing of the Hugging Face API: a JSON array whose elements have the paper
 * under "paper", and the reactions of readers next to it.
 */
#include "base/ascii.h"
#include "json.h"

/* The organization of the paper, or of the entry; its full name if it has one. */
static int read_organization(const pt_json *entry, const pt_json *paper)
{
    const cJSON *own = pt_json_member(paper, "organization");
    const pt_json o = {entry->reader, own ? own : pt_json_member(entry, "organization"), entry->err};

    if (!cJSON_IsObject(o.json)) {
        return PAPERTAG_OK;
    }
    return pt_json_string(&o, pt_json_member(&o, "fullname") ? "fullname" : "name",
                          &o.reader->record.paper.organization);
}

static int read_daily(const pt_json *entry)
{
    pt_record *record = &entry->reader->record;
    papertag_paper *paper = &record->paper;
    const pt_json o = {entry->reader, pt_json_member(entry, "paper"), entry->err};
    int status;

    if (!cJSON_IsObject(o.json)) {
        return pt_json_wrong_type(entry, "paper", "an object");
    }
    status = pt_json_id(&o, "id", &paper->id);
    status = status ? status : pt_json_string(&o, "title", &paper->title);
    status = status ? status : pt_json_string(&o, "summary", &paper->abstract);
    status = status ? status : pt_json_date(&o, "publishedAt", &paper->date);
    status = status ? status : pt_json_list(&o, "authors", &paper->authors, ",;");
    status = status ? status : pt_json_list(&o, "ai_keywords", &paper->keywords, ",;");
    status = status ? status : pt_json_count(&o, "upvotes", &paper->upvotes);
    status = status ? status : pt_json_count(entry, "numComments", &paper->comments);
    status = status ? status : read_organization(entry, &o);
    if (!status && !paper->title) {
        status = pt_json_string(entry, "title", &paper->title);
    }
    if (!status && paper->id) {
        const char *id = paper->id;
        status = pt_record_address(record, "https://huggingface.co/papers/", id, strlen(id), entry->err);
    }
    return status ? status : pt_json_source(entry, "huggingface");
}

/* Whether the first element has a member "paper". Less strict than pt_json_find, so that a fault in that element does
 * not keep the rest from being recognised. */
static bool fits_daily(const char *head, size_t size)
{
    const char *at = head + 1, *end = head + size;

    while (at < end && pt_is_white(*at)) {
        at++;
    }
    if (*head != '[' || at == end || *at != '{') {
        return false;
    }
    for (at++; at + 7 < end; at++) {
        if (*at == '"') {
            if (!memcmp(at, "\"paper\"", 7)) {
                return true;
            }
            for (at++; at < end && *at != '"'; at++) {
                at += *at == '\\';
            }
        } else if (*at == '{' || *at == '[') {
            const char *stop = pt_json_skip(at + 1, end);
            if (!stop) {
                return false;
            }
            at = *stop == ',' ? at : stop;
        } else if (*at == '}') {
            return false;
        }
    }
    return false;
}

static int open_daily(papertag_reader *reader, papertag_error *err)
{
    return pt_json_open(reader, NULL, err);
}

static int next_daily(papertag_reader *reader, papertag_error *err)
{
    return pt_json_next(reader, read_daily, err);
}

const pt_format pt_format_daily_papers = {"daily-papers", fits_daily, open_daily, next_daily, pt_json_close};
