/*
 * s2 - papers from responses of the Semantic Scholar API: JSON in its own layout.
 *
 * A file may contain several pages of results, joined with `cat`. A null is a paper that the service has not found.
 */
#include "json.h"

/* The string `key` of the member `object`. */
static int read_inner(const pt_json *o, const char *object, const char *key, const char **field)
{
    const pt_json inner = {o->reader, pt_json_member(o, object), o->err};
    return cJSON_IsObject(inner.json) ? pt_json_string(&inner, key, field) : PAPERTAG_OK;
}

static bool has_item(const papertag_strings *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!strcmp(list->items[i], item)) {
            return true;
        }
    }
    return false;
}

/* [{"category": "Computer Science", "source": "..."}, ...]: one category may come from several sources. */
static int read_fields_of_study(const pt_json *o)
{
    papertag_strings *list = &o->reader->record.paper.categories;
    const cJSON *items = pt_json_member(o, "s2FieldsOfStudy"), *item;

    cJSON_ArrayForEach(item, items)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "category"));
        if (name && !has_item(list, name) && pt_record_append(&o->reader->record, list, name, strlen(name), o->err)) {
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
    status = status ? status : pt_json_date(o, "publicationDate", &paper->date); /* "year" is not a date */
    status = status ? status : pt_json_list(o, "authors", &paper->authors, ",;");
    status = status ? status : pt_json_string(o, "url", &paper->url);
    status = status ? status : pt_json_string(o, "venue", &paper->venue);
    if (!status && !paper->venue) {
        status = read_inner(o, "journal", "name", &paper->venue);
    }
    status = status ? status : pt_json_list(o, "fieldsOfStudy", &paper->categories, ",;");
    status = status ? status : read_fields_of_study(o);
    return status ? status : pt_json_source(o, "semanticscholar");
}

static bool fits_s2(const char *head, size_t size)
{
    const char *end = head + size, *paper = pt_json_first(head, end, "data"), *data;

    if (paper) { /* papers in other layouts may have a "paperId" next to their own id */
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
