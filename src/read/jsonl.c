/*
 * jsonl - papers in papertag's own layout: JSON Lines, which streams, and JSON documents.
 *
 * The quick reader reads most lines; those that are not plain go to cJSON.
 */
#include "fields.h"
#include "quick.h"
#include "snapshot.h"

static int read_field(const pt_json *o, const pt_field *field)
{
    papertag_paper *paper = &o->reader->record.paper;
    const char *name = field->kind == PT_FIELD_TAGS ? o->reader->tags_field : field->name;

    if (field->alias && !pt_json_member(o, name)) {
        name = field->alias;
    }
    switch (field->kind) {
    case PT_FIELD_TEXT:
        return pt_json_string(o, name, pt_text_member(field, paper));
    case PT_FIELD_ID:
        return pt_json_id(o, name, pt_text_member(field, paper));
    case PT_FIELD_DATE:
        return pt_json_date(o, name, pt_text_member(field, paper));
    case PT_FIELD_TAGS:
        paper->has_tags = pt_json_member(o, name) != NULL;
        return pt_json_list(o, name, pt_list_member(field, paper), field->separators);
    case PT_FIELD_LIST:
        return pt_json_list(o, name, pt_list_member(field, paper), field->separators);
    case PT_FIELD_COUNT:
        return pt_json_count(o, name, pt_count_member(field, paper));
    }
    return PAPERTAG_OK;
}

static int read_paper(const pt_json *o)
{
    const bool snapshot = pt_is_snapshot(o);
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < pt_field_rows && !status; i++) {
        if (!snapshot || !pt_snapshot_differs(o, pt_fields[i].name)) {
            status = read_field(o, &pt_fields[i]);
        }
    }
    return status || !snapshot ? status : pt_snapshot_read(o);
}

/* ---- JSON Lines ------------------------------------------------------------------------------------------------ */

/* Whether an object seems to end on its first line; it may be broken. */
static bool fits_jsonl(const char *head, size_t size)
{
    const char *line_end = memchr(head, '\n', size);

    return *head == '{' && (!line_end || memchr(head, '}', (size_t)(line_end - head)) || pt_json_skip(head, line_end));
}

static int next_jsonl(papertag_reader *reader, papertag_error *err)
{
    const char *line;
    size_t length, number;
    int status;

    do {
        status = pt_input_line(&reader->input, &line, &length, &number, err);
        while (!status && length && (*line == ' ' || *line == '\t' || !*line)) {
            line++;
            length--;
        }
    } while (!status && !length);
    if (status) {
        return status;
    }
    pt_record_clear(&reader->record, number);
    if (!reader->careful && pt_quick_read(reader, line, length, &status, err)) {
        return status;
    }
    return pt_json_object(reader, line, length, number, read_paper, err);
}

const pt_format pt_format_jsonl = {"jsonl", fits_jsonl, NULL, next_jsonl, NULL};

/* ---- documents ------------------------------------------------------------------------------------------------- */

static bool fits_json(const char *head, size_t size)
{
    return *head == '[' || (*head == '{' && memchr(head, '\n', size) && !fits_jsonl(head, size));
}

static int open_json(papertag_reader *reader, papertag_error *err)
{
    return pt_json_open(reader, NULL, err);
}

static int next_json(papertag_reader *reader, papertag_error *err)
{
    return pt_json_next(reader, read_paper, err);
}

const pt_format pt_format_json = {"json", fits_json, open_json, next_json, pt_json_close};
