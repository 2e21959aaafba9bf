/*
 * annif - training sets of Annif: a line a text, with a tab and the addresses of its subjects after it, or JSON objects
 * with members "text" and "subjects". (Its CSV is a table like others.)
 *
 * Subjects in JSON have labels, which are the tags; else the addresses are.
 */
#include "json.h"
#include "slice.h"

/* ---- tabs ------------------------------------------------------------------------------------------------------ */

static int next_line(papertag_reader *reader, papertag_error *err)
{
    pt_record *record = &reader->record;
    pt_slice line, text, word;
    size_t number;
    int status;

    do {
        status = pt_input_line(&reader->input, &line.text, &line.length, &number, err);
    } while (!status && !pt_trimmed(line).length);
    if (status) {
        return status;
    }
    pt_record_clear(record, number);
    text = pt_take_until(&line, '\t');
    status = pt_record_text(record, &record->paper.abstract, text.text, text.length, err);
    while (!status && (word = pt_take_word(&line)).length) {
        word = pt_bare_address(word);
        record->paper.has_tags = true;
        status = pt_record_append(record, &record->paper.tags, word.text, word.length, err);
    }
    return status;
}

static bool fits_line(const char *head, size_t size)
{
    pt_slice rest = {head, size}, line = pt_take_until(&rest, '\n'), word;
    bool any = false;

    pt_take_until(&line, '\t');
    while ((word = pt_take_word(&line)).length) {
        if (!pt_is_address(word)) {
            return false;
        }
        any = true;
    }
    return any;
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

static int append_subject(const pt_json *o, const cJSON *subject)
{
    pt_record *record = &o->reader->record;
    const char *tag = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(subject, "label"));

    tag = tag && *tag ? tag : cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(subject, "uri"));
    return tag ? pt_record_append(record, &record->paper.tags, tag, strlen(tag), o->err)
               : pt_json_wrong_type(o, "subjects", "a list of objects with a label or a uri");
}

/* The title may be among what Annif calls metadata. */
static int read_metadata(const pt_json *o, papertag_paper *paper)
{
    const pt_json inner = {o->reader, pt_json_member(o, "metadata"), o->err};

    return cJSON_IsObject(inner.json) ? pt_json_string(&inner, "title", &paper->title) : PAPERTAG_OK;
}

static int read_object(const pt_json *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    const cJSON *subjects = pt_json_member(o, "subjects"), *subject;
    int status = pt_json_id(o, "document_id", &paper->id);

    status = status ? status : pt_json_string(o, "text", &paper->abstract);
    status = status ? status : read_metadata(o, paper);
    paper->has_tags = subjects != NULL;
    if (!status && subjects && !cJSON_IsArray(subjects)) {
        return pt_json_wrong_type(o, "subjects", "an array");
    }
    cJSON_ArrayForEach(subject, subjects)
    {
        status = status ? status : append_subject(o, subject);
    }
    return status;
}

/* Whether the first object has a text, and subjects that are objects. */
static bool fits_object(const char *head, size_t size)
{
    const char *end = head + size, *object = pt_json_first(head, end, "");
    const char *subjects = object ? pt_json_find(object, end, "subjects") : NULL;

    return subjects && *subjects == '[' && (pt_json_first(subjects, end, "") != NULL) &&
           pt_json_find(object, end, "text");
}

/* ---- both ------------------------------------------------------------------------------------------------------ */

static bool fits_annif(const char *head, size_t size)
{
    return *head == '{' || *head == '[' ? fits_object(head, size) : fits_line(head, size);
}

static int open_annif(papertag_reader *reader, papertag_error *err)
{
    const int status = pt_input_fill(&reader->input, 1, err);
    const bool object = reader->input.start < reader->input.end && strchr("{[", *reader->input.start);

    return status || !object ? status : pt_json_open(reader, NULL, err);
}

static int next_annif(papertag_reader *reader, papertag_error *err)
{
    return reader->state ? pt_json_next(reader, read_object, err) : next_line(reader, err);
}

const pt_format pt_format_annif = {
    .name = "annif",
    .fits = fits_annif,
    .open = open_annif,
    .next = next_annif,
    .close = pt_json_close,
    .written_by = "Annif",
    .about = "training sets: texts with their subjects",
};
