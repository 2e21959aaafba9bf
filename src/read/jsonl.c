/*
 * jsonl - papers in papertag's own layout: JSON Lines, which streams, and JSON documents.
 *
 * The quick reader reads most lines; those that are not plain go to cJSON.
 */
#include <limits.h>

#include "base/ascii.h"
#include "fields.h"
#include "markup.h"
#include "quick.h"
#include "snapshot.h"

/* The members of an object that hold the fields of a paper: each the value under the best of its names. */
typedef struct members {
    const cJSON *items[PT_FIELDS_MAX]; /* NULL: none; in the order of pt_fields */
    unsigned ranks[PT_FIELDS_MAX];
    const cJSON *tags;
    unsigned tags_rank;
} members;

static bool is_empty(const cJSON *item)
{
    return cJSON_IsNull(item) || (cJSON_IsString(item) && !*item->valuestring) ||
           ((cJSON_IsArray(item) || cJSON_IsObject(item)) && !item->child);
}

/* Whether a field can take a value. Under its own name anything else is a fault; under another it is not the field. */
static bool can_take(const pt_field *field, const cJSON *item)
{
    switch (field->kind) {
    case PT_FIELD_TEXT:
        return cJSON_IsString(item);
    case PT_FIELD_ID:
    case PT_FIELD_DATE: /* 2031, as a number */
    case PT_FIELD_PART:
        return cJSON_IsString(item) || cJSON_IsNumber(item);
    case PT_FIELD_LIST:
    case PT_FIELD_TAGS:
        return cJSON_IsString(item) || pt_json_is_list(item);
    case PT_FIELD_AUTHORS:
        return cJSON_IsString(item) || cJSON_IsArray(item);
    case PT_FIELD_COUNT:
        return cJSON_IsNumber(item);
    }
    return false;
}

/* Whether a value that a field cannot take is a fault. Elsewhere comments are those of an author: "37 pages". */
static bool is_strict(const pt_source_name *name, const cJSON *item)
{
    const bool remark = cJSON_IsString(item) && !strcmp(name->field->name, "comments");

    return name->rank == PT_RANK_OWN && name->field->kind != PT_FIELD_DATE && name->field->kind != PT_FIELD_PART &&
           !remark;
}

/* Appends to a joined field the items of a member that is not the best. */
static int join_list(const pt_json *o, const pt_field *field, const cJSON *item)
{
    return pt_json_list_of(o, item->string, item, pt_list_member(field, &o->reader->record.paper), field->separators);
}

static int sort_member(const pt_json *o, members *m, pt_source_name *name, const cJSON *item)
{
    const size_t i = name->field ? (size_t)(name->field - pt_fields) : 0;
    bool used = false;

    if (name->tags_rank != UINT_MAX && !cJSON_IsNull(item) && (!m->tags || name->tags_rank < m->tags_rank)) {
        m->tags = item;
        m->tags_rank = name->tags_rank;
        used = true;
    }
    if (is_empty(item)) {
        return PAPERTAG_OK;
    }
    if (name->field && !is_strict(name, item) && !can_take(name->field, item)) {
        name->known = used;
    } else if (name->field) {
        used = true;
        if (name->field->joined && m->items[i]) {
            return join_list(o, name->field, item);
        }
        if (!m->items[i] || name->rank < m->ranks[i]) {
            m->items[i] = item;
            m->ranks[i] = name->rank;
        }
    }
    if (used || name->known) {
        return PAPERTAG_OK;
    }
    return pt_source_name_unused(o->reader, name, item->string, strlen(item->string), o->err);
}

static int sort_members(const pt_json *o, members *m)
{
    const cJSON *item;
    int status = PAPERTAG_OK;

    o->reader->names.next = 0;
    cJSON_ArrayForEach(item, o->json)
    {
        pt_source_name *name = pt_source_name_of(o->reader, item->string, strlen(item->string));
        status = name ? sort_member(o, m, name, item) : pt_no_memory(o->err);
        if (status) {
            break;
        }
    }
    return status;
}

/* The tags; a field of text under that name is one tag. */
static int read_tags(const pt_json *o, const pt_field *field, const cJSON *item)
{
    papertag_strings *list = pt_list_member(field, &o->reader->record.paper);
    unsigned rank;
    const pt_field *named = item ? pt_field_named(item->string, strlen(item->string), &rank) : NULL;

    o->reader->record.paper.has_tags = item != NULL;
    if (named && named->kind == PT_FIELD_TEXT && cJSON_IsString(item)) {
        return pt_record_append(&o->reader->record, list, item->valuestring, strlen(item->valuestring), o->err);
    }
    return pt_json_list_of(o, item ? item->string : NULL, item, list, field->separators);
}

/* A text; title and abstract may come with markup. */
static int read_text(const pt_json *o, const pt_field *field, const cJSON *item)
{
    pt_record *record = &o->reader->record;
    const char *text = cJSON_GetStringValue(item), **to = pt_text_member(field, &record->paper);

    return text && field->essential && pt_has_markup(text, strlen(text))
               ? pt_record_markup(record, to, text, strlen(text), o->err)
               : pt_json_string_of(o, item ? item->string : NULL, item, to);
}

/* A date, also a year that is a number. What is no date is reported once. */
static int read_date(const pt_json *o, const cJSON *item, const char **field)
{
    const char *text = NULL;
    int status = item ? pt_json_id_of(o, item->string, item, &text) : PAPERTAG_OK;

    if (status || !text) {
        return status;
    }
    status = pt_record_date(&o->reader->record, field, text, strlen(text), o->err);
    return status ? status : pt_reader_remark_date(o->reader, item->string, text, strlen(text), *field, o->err);
}

static int read_field(const pt_json *o, const pt_field *field, const cJSON *item)
{
    pt_record *record = &o->reader->record;
    const char *key = item ? item->string : NULL;

    switch (field->kind) {
    case PT_FIELD_TEXT:
        return read_text(o, field, item);
    case PT_FIELD_ID:
        return pt_json_id_of(o, key, item, pt_text_member(field, &record->paper));
    case PT_FIELD_DATE:
        return read_date(o, item, pt_text_member(field, &record->paper));
    case PT_FIELD_TAGS:
        return read_tags(o, field, item);
    case PT_FIELD_LIST:
    case PT_FIELD_AUTHORS:
        return pt_json_list_of(o, key, item, pt_list_member(field, &record->paper), field->separators);
    case PT_FIELD_COUNT:
        return pt_json_count_of(o, key, item, pt_count_member(field, &record->paper));
    case PT_FIELD_PART:
        return pt_json_id_of(o, key, item, pt_part_member(field, record));
    }
    return PAPERTAG_OK;
}

static int read_paper(const pt_json *o)
{
    const bool snapshot = pt_is_snapshot(o);
    members m = {.tags = NULL};
    int status = sort_members(o, &m);

    for (size_t i = 0; i < pt_field_rows && !status; i++) {
        if (!snapshot || !pt_snapshot_differs(pt_fields[i].name)) {
            status = read_field(o, &pt_fields[i], pt_fields[i].kind == PT_FIELD_TAGS ? m.tags : m.items[i]);
        }
    }
    return status || !snapshot ? status : pt_snapshot_read(o);
}

/* ---- wrappers --------------------------------------------------------------------------------------------------- */

/* The names under which an object may have an array of papers in papertag's own layout. */
static const char *const wrappers[] = {"papers",    "items",   "results", "data",         "articles",         "works",
                                       "documents", "records", "entries", "publications", "resultList.result"};

static bool has_any(const char *at, const char *end, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_json_find(at, end, names[i])) {
            return true;
        }
    }
    return false;
}

/* The name under which the object at `at` has papers; NULL when it has none there, or is a paper itself. */
static const char *wrapper_of(const char *at, const char *end)
{
    static const char *const texts[] = {"abstract", "summary", "title"};
    const char *array, *first;

    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers && !has_any(at, end, texts, 2); i++) {
        array = pt_json_find(at, end, wrappers[i]);
        if (!array || array == end || *array != '[') {
            continue;
        }
        first = pt_json_first(array, end, NULL);
        if (first ? has_any(first, end, texts, 3) : !pt_json_find(at, end, "title")) {
            return wrappers[i];
        }
    }
    return NULL;
}

/* ---- JSON Lines ------------------------------------------------------------------------------------------------ */

/* Whether an object seems to end on its first line; it may be broken. */
static bool fits_jsonl(const char *head, size_t size)
{
    const char *line_end = memchr(head, '\n', size);

    return *head == '{' && !wrapper_of(head, head + size) &&
           (!line_end || memchr(head, '}', (size_t)(line_end - head)) || papertag_json_skip(head, line_end));
}

/* The next line that is not empty, from its first byte that is not white; PAPERTAG_BLANK for an empty one if they are
 * wanted. */
static int next_line(papertag_reader *reader, const char **line, size_t *length, size_t *number, papertag_error *err)
{
    int status;

    do {
        status = pt_input_line(&reader->input, line, length, number, err);
        while (!status && *length && (**line == ' ' || **line == '\t' || !**line)) {
            ++*line;
            --*length;
        }
        if (!status && !*length && reader->blank_lines) {
            pt_input_fail(&reader->input, *number, err, "an empty line");
            return PAPERTAG_BLANK;
        }
    } while (!status && !*length);
    return status;
}

static int next_jsonl(papertag_reader *reader, papertag_error *err)
{
    const char *line;
    size_t length, number;
    int status = next_line(reader, &line, &length, &number, err);

    if (status) {
        return status;
    }
    pt_record_clear(&reader->record, number);
    reader->record.object_length = length;
    if (!reader->careful && pt_quick_read(reader, line, length, &status, err)) {
        reader->record.object = line;
        return status;
    }
    return pt_json_object(reader, line, length, number, read_paper, err);
}

static int pass_jsonl(papertag_reader *reader, papertag_error *err)
{
    const char *line;
    size_t length, number;

    return next_line(reader, &line, &length, &number, err);
}

static int open_jsonl(papertag_reader *reader, papertag_error *err)
{
    (void)err;
    reader->pass = pass_jsonl;
    return PAPERTAG_OK;
}

const pt_format pt_format_jsonl = {
    .name = "jsonl",
    .fits = fits_jsonl,
    .open = open_jsonl,
    .next = next_jsonl,
    .written_by = "papertag, scripts, arXiv's snapshot, Kaggle",
    .about = "papers one a line: id, title, abstract, date, authors, tags and more, under their usual names",
};

/* ---- documents ------------------------------------------------------------------------------------------------- */

static bool fits_json(const char *head, size_t size)
{
    return *head == '[' ||
           (*head == '{' && (wrapper_of(head, head + size) || (memchr(head, '\n', size) && !fits_jsonl(head, size))));
}

/* Reads on until the first object is closed, or long enough to see what it wraps: a pipe may have no more for now. Sets
 * *object to it, or to another first byte. */
static int read_first(pt_input *in, const char **object, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t wanted = 1; !status; wanted = pt_input_more(in)) {
        const char *at;
        status = pt_input_fill(in, wanted, err);
        for (at = in->start; at < in->end && pt_is_white(*at); at++) {
        }
        *object = at;
        if (in->at_end || wanted >= PT_HEAD_MAX || (at < in->end && (*at != '{' || pt_json_after(at + 1, in->end)))) {
            break;
        }
    }
    return status;
}

static int open_json(papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    const char *wrapper, *at = NULL;
    int status = read_first(in, &at, err);

    wrapper = status ? NULL : wrapper_of(at, in->end);
    if (wrapper && strcmp(wrapper, "papers") != 0 && strcmp(wrapper, "items") != 0) {
        status = pt_reader_remark(reader, err, "the papers are taken from '%s'", wrapper);
    }
    return status ? status : pt_json_open(reader, wrapper, err);
}

static int next_json(papertag_reader *reader, papertag_error *err)
{
    return pt_json_next(reader, read_paper, err);
}

const pt_format pt_format_json = {
    .name = "json",
    .fits = fits_json,
    .open = open_json,
    .next = next_json,
    .close = pt_json_close,
    .written_by = "papertag, scripts",
    .about = "papertag's own fields in an array, or in objects one after the other",
};
