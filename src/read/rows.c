/*
 * rows - see rows.h.
 */
#include "rows.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "list_cell.h"
#include "markup.h"
#include "names.h"

/* An item of a list is compared with this many before it, so that a long list takes linear time. */
enum { RECENT = 64 };

/* ---- paths ----------------------------------------------------------------------------------------------------- */

static bool has_name(const cJSON *item, const char *key, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (pt_lower(item->string[i]) != pt_lower(key[i])) {
            return false;
        }
    }
    return !item->string[length];
}

/* The member key[0 .. length) of an object; NULL for null, too. */
static const cJSON *member_of(const cJSON *object, const char *key, size_t length)
{
    const cJSON *item = cJSON_IsObject(object) ? object->child : NULL;

    while (item && (cJSON_IsNull(item) || !has_name(item, key, length))) {
        item = item->next;
    }
    return item;
}

/* The first item of an array, but for nulls; anything else is that itself. */
static const cJSON *first_of(const cJSON *item)
{
    while (item && cJSON_IsArray(item)) {
        item = item->child;
        while (item && cJSON_IsNull(item)) {
            item = item->next;
        }
    }
    return item;
}

const cJSON *pt_json_path(const cJSON *item, const char *path)
{
    while (item && *path) {
        const size_t length = strcspn(path, ".");
        item = member_of(first_of(item), path, length);
        path += length;
        path += *path == '.';
    }
    return item;
}

/* ---- dates ----------------------------------------------------------------------------------------------------- */

/* A part of a date, as a number or as digits; 0 for anything else. */
static long part_of(const cJSON *item)
{
    double number = 0;

    if (item && cJSON_IsNumber(item)) {
        number = item->valuedouble;
    } else if (item && cJSON_IsString(item)) {
        number = strtod(item->valuestring, NULL);
    }
    return number >= 1 && number <= 9999 ? (long)number : 0;
}

/* Year, month and day, of which the last may be missing. */
static int read_parts(const pt_json *o, const cJSON *year, const cJSON *month, const cJSON *day, const char **field)
{
    const long parts[] = {part_of(year), part_of(month), part_of(day)};
    const bool to_month = parts[1] && parts[1] <= 12;
    char text[16];
    int length = 0;

    if (!parts[0]) {
        return PAPERTAG_OK;
    }
    length = !to_month ? snprintf(text, sizeof text, "%04ld", parts[0])
             : !parts[2] || parts[2] > 31
                 ? snprintf(text, sizeof text, "%04ld-%02ld", parts[0], parts[1])
                 : snprintf(text, sizeof text, "%04ld-%02ld-%02ld", parts[0], parts[1], parts[2]);
    return pt_record_date(&o->reader->record, field, text, (size_t)length, o->err);
}

static int read_date(const pt_json *o, const cJSON *item, const char **field)
{
    static const char *const written[] = {"date-time", "raw", "literal"};
    const cJSON *parts = pt_json_path(item, "date-parts");
    int status;

    if (cJSON_IsString(item)) {
        return pt_record_date(&o->reader->record, field, item->valuestring, strlen(item->valuestring), o->err);
    }
    if (cJSON_IsNumber(item)) {
        return read_parts(o, item, NULL, NULL, field);
    }
    if (!cJSON_IsObject(item)) {
        return PAPERTAG_OK;
    }
    while (cJSON_IsArray(parts) && cJSON_IsArray(parts->child)) { /* of a range, the first day */
        parts = parts->child;
    }
    if (cJSON_IsArray(parts) && parts->child) {
        const cJSON *month = parts->child->next;
        return read_parts(o, parts->child, month, month ? month->next : NULL, field);
    }
    status = read_parts(o, pt_json_path(item, "year"), pt_json_path(item, "month"), pt_json_path(item, "day"), field);
    for (size_t i = 0; i < sizeof written / sizeof *written && !status && !*field; i++) {
        const cJSON *text = pt_json_path(item, written[i]);
        status = cJSON_IsString(text) ? read_date(o, text, field) : PAPERTAG_OK;
    }
    return status;
}

/* Reads a date where there is none, or only the year or month of the same. */
static int read_better_date(const pt_json *o, const cJSON *item, const char **field)
{
    const char *date = NULL;
    const int status = *field && strlen(*field) > sizeof "2031-02" ? PAPERTAG_OK : read_date(o, item, &date);

    *field = pt_closer_date(*field, date);
    return status;
}

/* ---- persons --------------------------------------------------------------------------------------------------- */

/* The parts of a name as CSL has them, and under the names that others give them. */
static int read_person_parts(const pt_json *o, const cJSON *person)
{
    static const char *const order[] = {"given", "dropping-particle", "non-dropping-particle", "family"};
    static const char *const others[] = {"firstName", "givenName", "lastName", "familyName"};
    pt_buf names[2] = {{0}}; /* the first name, the last */
    int status;

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const char *part = cJSON_GetStringValue(pt_json_path(person, order[i]));
        const char *other = cJSON_GetStringValue(pt_json_path(person, others[i]));
        pt_buf_text(&names[i / 2], part ? part : "");
        pt_buf_text(&names[i / 2], other ? other : "");
        pt_buf_text(&names[i / 2], i % 2 ? "" : " ");
    }
    status = names[0].failed || names[1].failed
                 ? pt_no_memory(o->err)
                 : pt_record_person(&o->reader->record, names[0].data, names[1].data,
                                    cJSON_GetStringValue(pt_json_path(person, "suffix")), o->err);
    pt_buf_free(&names[0]);
    pt_buf_free(&names[1]);
    return status;
}

static const char *name_of(const cJSON *item)
{
    static const char *const paths[] = {"name",
                                        "collectiveName",
                                        "descriptorName",
                                        "full_name",
                                        "descriptor_name",
                                        "fullname",
                                        "display_name",
                                        "author.display_name",
                                        "raw_author_name",
                                        "text",
                                        "author_name",
                                        "literal",
                                        "category",
                                        "keyword",
                                        "tag",
                                        "subject",
                                        "value"};
    const char *name = cJSON_GetStringValue(item);

    for (size_t i = 0; i < sizeof paths / sizeof *paths && !name && cJSON_IsObject(item); i++) {
        name = cJSON_GetStringValue(pt_json_path(item, paths[i]));
    }
    return name;
}

/* Zotero has all who have a part in a paper in one list. */
static bool is_no_author(const cJSON *item)
{
    static const char *const others[] = {"editor",      "seriesEditor", "translator",
                                         "contributor", "bookAuthor",   "reviewedAuthor"};
    const char *part = cJSON_GetStringValue(pt_json_path(item, "creatorType"));
    size_t i = 0;

    while (part && i < sizeof others / sizeof *others && strcmp(part, others[i]) != 0) {
        i++;
    }
    return part && i < sizeof others / sizeof *others;
}

static int read_person(const pt_json *o, const cJSON *item)
{
    pt_record *record = &o->reader->record;
    const char *name = name_of(item), *plain = NULL;
    int status = PAPERTAG_OK;

    if (is_no_author(item)) {
        return PAPERTAG_OK;
    }
    if (pt_json_path(item, "family") || pt_json_path(item, "lastName") || pt_json_path(item, "familyName")) {
        return read_person_parts(o, item);
    }
    if (name && pt_has_markup(name, strlen(name))) {
        status = pt_record_markup(record, &plain, name, strlen(name), o->err);
        name = plain;
    }
    return status || !name ? status : pt_record_listed_author(record, name, strlen(name), o->err);
}

/* ---- lists ----------------------------------------------------------------------------------------------------- */

/* Appends the text of an item, unless the list has it. */
static int append_new(pt_record *record, papertag_strings *list, const char *item, papertag_error *err)
{
    const char *text = NULL;
    const int status = pt_record_markup(record, &text, item, strlen(item), err);

    if (status || !text) {
        return status;
    }
    for (size_t i = list->count > RECENT ? list->count - RECENT : 0; i < list->count; i++) {
        if (!strcmp(list->items[i], text)) {
            return PAPERTAG_OK;
        }
    }
    return pt_record_append(record, list, text, strlen(text), err);
}

/* Reads what a path leads to, from each item of an array on the way. */
static int read_list(const pt_json *o, const cJSON *item, const char *path, const pt_row *row)
{
    pt_record *record = &o->reader->record;
    papertag_strings *list = (void *)((char *)&record->paper + row->offset);
    const size_t length = strcspn(path, ".");
    const cJSON *child;
    const char *name;
    int status = PAPERTAG_OK;

    if (cJSON_IsArray(item)) {
        for (child = item->child; child && !status; child = child->next) {
            status = read_list(o, child, path, row);
        }
        return status;
    }
    if (*path && item) {
        return read_list(o, member_of(item, path, length), path + length + (path[length] == '.'), row);
    }
    if (row->kind == PT_ROW_PERSONS) {
        return item ? read_person(o, item) : PAPERTAG_OK;
    }
    name = name_of(item);
    return name ? append_new(record, list, name, o->err) : PAPERTAG_OK;
}

static int read_list_row(const pt_json *o, const pt_row *row)
{
    pt_record *record = &o->reader->record;
    papertag_strings *list = (void *)((char *)&record->paper + row->offset);
    const cJSON *item = pt_json_path(o->json, row->path);

    if (list->count && row->kind != PT_ROW_MORE) {
        return PAPERTAG_OK;
    }
    if (cJSON_IsString(item) && !strchr(row->path, '.')) {
        return row->kind == PT_ROW_PERSONS
                   ? pt_record_authors(record, item->valuestring, strlen(item->valuestring), o->err)
                   : pt_list_cell(record, list, item->valuestring, strlen(item->valuestring), ",", pt_record_append,
                                  NULL, o->err);
    }
    return read_list(o, o->json, row->path, row);
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static int read_count(const pt_json *o, const pt_row *row, long *field)
{
    const cJSON *item = pt_json_path(o->json, row->path);

    if (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= 2e9) {
        *field = (long)item->valuedouble;
    }
    return PAPERTAG_OK;
}

static int read_text(const pt_json *o, const pt_row *row, const char **field)
{
    pt_record *record = &o->reader->record;
    const cJSON *item = first_of(pt_json_path(o->json, row->path));
    char number[40];

    if (cJSON_IsString(item) && row->kind == PT_ROW_MARKUP) {
        return pt_record_markup(record, field, item->valuestring, strlen(item->valuestring), o->err);
    }
    if (cJSON_IsString(item)) {
        return pt_record_text(record, field, item->valuestring, strlen(item->valuestring), o->err);
    }
    if (cJSON_IsNumber(item) && row->kind == PT_ROW_ID) {
        return pt_record_text(record, field, number, pt_format_double(number, item->valuedouble, 17), o->err);
    }
    if (item && (field == &record->paper.title || field == &record->paper.abstract)) {
        return pt_json_wrong_type(o, row->path, "a string");
    }
    return item ? pt_reader_unused(o->reader, row->path, strlen(row->path), o->err) : PAPERTAG_OK;
}

/* The tags, from a member that the reader's options name, which need not be among the rows. */
static int read_tags(const pt_json *o)
{
    const papertag_reader *reader = o->reader;
    const pt_row row = {reader->tags_field, PT_ROW_MORE, offsetof(papertag_paper, tags)};
    papertag_paper *paper = &o->reader->record.paper;
    int status = PAPERTAG_OK;

    if (!reader->tags_source || reader->tags_source->kind == PT_FIELD_LIST) {
        status = read_list_row(o, &row);
        paper->has_tags = paper->has_tags || paper->tags.count > 0;
    }
    return status;
}

int pt_json_rows(const pt_json *o, const pt_row *rows)
{
    papertag_paper *paper = &o->reader->record.paper;
    int status = PAPERTAG_OK;

    for (const pt_row *row = rows; row->path && !status; row++) {
        const char **text = (void *)((char *)paper + row->offset);
        switch (row->kind) {
        case PT_ROW_LIST:
        case PT_ROW_MORE:
        case PT_ROW_PERSONS:
            status = read_list_row(o, row);
            break;
        case PT_ROW_COUNT:
            status = read_count(o, row, (void *)text);
            break;
        case PT_ROW_DATE:
            status = read_better_date(o, pt_json_path(o->json, row->path), text);
            break;
        case PT_ROW_OTHER_DATE:
            status = *text ? PAPERTAG_OK : read_date(o, pt_json_path(o->json, row->path), text);
            break;
        case PT_ROW_TEXT:
        case PT_ROW_MARKUP:
        case PT_ROW_ID:
            status = *text ? PAPERTAG_OK : read_text(o, row, text);
            break;
        }
    }
    return status ? status : read_tags(o);
}
