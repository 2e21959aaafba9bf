/*
 * reader - the public reader: opens a source, detects its format, returns its papers.
 *
 * A paper is returned as soon as its record is complete. Formats are detected from the content, never from the name of
 * a file, because papers come through pipes.
 */
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/date.h"
#include "format.h"
#include "json.h"
#include "own_fields.h"

/* ---- choosing the format --------------------------------------------------------------------------------------- */

/* Fails with `words`, a format for `name` and the names of all formats. */
static int fail_with_names(papertag_error *err, papertag_status status, const char *name, const char *words)
{
    const char *format;
    pt_buf known = {0};

    for (size_t i = 0; (format = papertag_reader_format_name(i)) != NULL; i++) {
        pt_buf_format(&known, "%s%s", i ? ", " : "", format);
    }
    pt_fail(err, status, words, name, known.data ? known.data : "");
    pt_buf_free(&known);
    return status;
}

static int format_by_name(const char *name, const pt_format **out, papertag_error *err)
{
    const pt_format *format;

    for (size_t i = 0; (format = pt_format_at(i)) != NULL; i++) {
        if (!strcmp(format->name, name)) {
            *out = format;
            return PAPERTAG_OK;
        }
    }
    return fail_with_names(err, PAPERTAG_BAD_ARGUMENT, name, "unknown format '%s'; known: %s");
}

/* The first format that fits the bytes from `head` on; NULL when none does. */
static const pt_format *format_by_content(const pt_input *in, const char *head)
{
    const size_t size = (size_t)(in->end - head);
    const bool whole = in->at_end && !in->archive;
    const pt_format *format = NULL;

    for (size_t i = 0; size && (format = pt_format_at(i)) != NULL; i++) {
        if ((whole || !format->whole) && format->fits(head, size)) {
            return format;
        }
    }
    return NULL;
}

/* Whether the first bytes of JSON are too few to recognise it: its first object may be long. JSON Lines need no more
 * than their first line, which may be all that a pipe has for now. */
static bool is_cut_off(const pt_input *in, const char *head)
{
    const size_t size = (size_t)(in->end - head);
    const char *line_end = head < in->end ? memchr(head, '\n', size) : NULL;

    if (in->at_end || size >= PT_HEAD_MAX || head == in->end) {
        return false;
    }
    return *head == '[' || (*head == '{' && (!line_end || !pt_json_after(head + 1, line_end)));
}

/* A service that is asked too often answers with a line of text. */
static bool is_one_line(const char *head, const pt_input *in)
{
    enum { LONGEST = 200 };
    const size_t size = (size_t)(in->end - head);
    const char *line_end = memchr(head, '\n', size);

    if (!in->at_end || size > LONGEST || memchr(head, '\0', size)) {
        return false;
    }
    while (line_end && line_end < in->end && pt_is_white(*line_end)) {
        line_end++;
    }
    return !line_end || line_end == in->end;
}

/* Whether one of the lines is a JSON object: the first of JSON Lines may be broken. */
static bool has_object_line(const pt_input *in)
{
    const char *at = in->start, *stop;

    for (; at < in->end; at = stop + 1) {
        stop = memchr(at, '\n', (size_t)(in->end - at));
        stop = stop ? stop : in->end;
        if (*at == '{' && pt_json_after(at + 1, stop)) {
            return true;
        }
    }
    return false;
}

static int fail_to_detect(papertag_reader *reader, papertag_error *err)
{
    const pt_input *in = &reader->input;
    const char *head = in->start, *said = NULL;

    while (head < in->end && pt_is_white(*head)) {
        head++;
    }
    if (!is_one_line(head, in)) {
        return fail_with_names(err, PAPERTAG_UNKNOWN_FORMAT, in->name, "%s: in no known format; known: %s");
    }
    if (pt_record_text(&reader->record, &said, head, (size_t)(in->end - head), err)) {
        return pt_no_memory(err);
    }
    return pt_fail(err, PAPERTAG_UNKNOWN_FORMAT, "%s: in no known format: '%s'", in->name, said ? said : "");
}

static int detect_format(papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    int status = pt_input_fill(in, 1, err);

    /* A pipe may have little to read for now: wait for more only while it is not enough to decide. */
    while (!status) {
        const char *head = in->start;
        while (head < in->end && pt_is_white(*head)) {
            head++;
        }
        if (head == in->end && in->at_end) {
            return PAPERTAG_OK;
        }
        if (!is_cut_off(in, head)) {
            status = pt_check_wrong_file(reader, head, (size_t)(in->end - head), err);
            reader->format = status ? NULL : format_by_content(in, head);
        }
        if (status || reader->format || in->at_end || (size_t)(in->end - in->start) >= PT_HEAD_MAX) {
            break;
        }
        status = pt_input_fill(in, pt_input_more(in), err);
    }
    if (status || reader->format) {
        return status;
    }
    return has_object_line(in) ? format_by_name("jsonl", &reader->format, err) : fail_to_detect(reader, err);
}

/* ---- options --------------------------------------------------------------------------------------------------- */

/* The field of a paper that a name for the tags means; NULL when it is none that can be tags. */
static const pt_field *field_of_tags(const char *name)
{
    unsigned rank;
    const pt_field *field = pt_field_named(name, strlen(name), &rank);

    return field && (field->kind == PT_FIELD_LIST || field->kind == PT_FIELD_AUTHORS || field->kind == PT_FIELD_TEXT)
               ? field
               : NULL;
}

/* Sets `day` from an option, if it is given. */
static int set_day(char day[11], const char *option, papertag_error *err)
{
    if (!option) {
        return PAPERTAG_OK;
    }
    if (!pt_is_day(option) || option[10]) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "'%s' is not a day as YYYY-MM-DD", option);
    }
    memcpy(day, option, 11);
    return PAPERTAG_OK;
}

static int set_options(papertag_reader *reader, const papertag_reader_options *options, papertag_error *err)
{
    reader->tags_field = strdup(options->tags_field ? options->tags_field : "tags");
    if (!reader->tags_field) {
        return pt_no_memory(err);
    }
    reader->tags_source = field_of_tags(reader->tags_field);
    reader->text_only = options->text_only;
    reader->objects = options->objects;
    reader->quick_text_only = options->text_only || options->objects;
    reader->blank_lines = options->blank_lines;
    if (set_day(reader->page_date, options->page_date, err) || set_day(reader->today, options->today, err)) {
        return PAPERTAG_BAD_ARGUMENT;
    }
    return options->format ? format_by_name(options->format, &reader->forced, err) : PAPERTAG_OK;
}

/* ---- sources: the only one, or each member of an archive ------------------------------------------------------- */

static void close_source(papertag_reader *reader)
{
    if (reader->opened && reader->format && reader->format->close) {
        reader->format->close(reader);
    }
    reader->opened = false;
    reader->state = NULL;
    reader->pass = NULL;
}

/* Whether there is nothing in the source but white space. */
static bool is_blank(const pt_input *in)
{
    const char *at = in->start;

    while (at < in->end && pt_is_white(*at)) {
        at++;
    }
    return at == in->end && in->at_end;
}

/* Detects the format, unless one is forced, and begins to read in it. */
static int open_source(papertag_reader *reader, papertag_error *err)
{
    int status = PAPERTAG_OK;

    reader->format = reader->forced;
    if (!reader->format) {
        status = detect_format(reader, err);
    }
    if (!status && is_blank(&reader->input)) { /* no papers in any format */
        reader->empty = !reader->input.archive;
        status = reader->format ? PAPERTAG_OK : format_by_name("jsonl", &reader->format, err);
    }
    if (status || (reader->empty && strcmp(reader->format->name, "jsonl") != 0)) {
        return status;
    }
    reader->opened = true; /* its close is called when its open fails, too */
    return reader->format->open ? reader->format->open(reader, err) : PAPERTAG_OK;
}

/* Goes on to the next member of an archive. PAPERTAG_END after the last, and for other sources. */
static int next_source(papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    int status = pt_input_next(in, err);

    if (!status && pt_is_office_member(in->name + strlen(in->archive) + 1)) {
        status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s: an Office document: save it as CSV or text", in->archive);
        in->archive = NULL; /* its other members are no better */
    } else if (!status) {
        pt_source_names_free(&reader->names); /* the columns of a table are its own */
        reader->names = (pt_source_names){.arena = {0}};
        status = open_source(reader, err);
        status = status == PAPERTAG_UNKNOWN_FORMAT ? PAPERTAG_BAD_INPUT : status; /* the other members may be good */
    }
    return status;
}

/* Fills the record with the next one of the source, or of those that follow; `pass`: it is not wanted. */
static int next_record(papertag_reader *reader, bool pass, papertag_error *err)
{
    int status = PAPERTAG_END;

    for (;;) {
        if (reader->opened) {
            status = pass && reader->pass ? reader->pass(reader, err) : reader->format->next(reader, err);
        }
        if (status != PAPERTAG_END) {
            return status;
        }
        close_source(reader);
        status = next_source(reader, err);
        if (status) {
            return status;
        }
    }
}

/* Reports once how the bytes of the source are read, when they are not valid UTF-8. */
static int remark_encoding(papertag_reader *reader, papertag_error *err)
{
    const pt_input *in = &reader->input;
    const char *member = in->archive ? in->name + strlen(in->archive) + 1 : "", *colon = in->archive ? ": " : "";
    int status = PAPERTAG_OK;

    if (in->encoding != reader->remarked) {
        reader->remarked = in->encoding;
        if (in->encoding > PT_UTF_8) {
            status = pt_reader_remark(reader, err, "%s%snot UTF-8: read as %s", member, colon,
                                      pt_encoding_name(in->encoding));
        }
    }
    if (!status && reader->record.replaced) {
        reader->record.replaced = false;
        status =
            pt_reader_remark(reader, err, "%s%sbytes that are not valid UTF-8 were replaced by U+FFFD", member, colon);
    }
    return status;
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

static int open_reader(papertag_reader **out, papertag_reader *reader, const papertag_reader_options *options,
                       papertag_error *err)
{
    int status = set_options(reader, options ? options : &(papertag_reader_options){0}, err);

    status = status ? status : pt_input_open(&reader->input, err);
    if (!status && !reader->input.archive) {
        status = open_source(reader, err);
    }
    if (status) {
        papertag_reader_close(reader);
    } else {
        *out = reader;
    }
    return status;
}

static papertag_reader *new_reader(const char *name)
{
    papertag_reader *reader = pt_calloc(1, sizeof *reader);

    if (reader) {
        reader->input.source.fd = -1;
        reader->input.name = reader->name = strdup(name);
        if (!reader->name) {
            free(reader);
            reader = NULL;
        }
    }
    return reader;
}

int papertag_reader_open(papertag_reader **out, const char *path, const papertag_reader_options *options,
                         papertag_error *err)
{
    const bool standard = !strcmp(path, "-");
    papertag_reader *reader = new_reader(standard ? "standard input" : path);
    struct stat info;

    if (!reader) {
        return pt_no_memory(err);
    }
    reader->input.source.fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (reader->input.source.fd < 0) {
        int status = pt_fail(err, PAPERTAG_IO, "%s: %s", path, strerror(errno));
        papertag_reader_close(reader);
        return status;
    }
    if (!fstat(reader->input.source.fd, &info)) {
        reader->input.is_file = S_ISREG(info.st_mode);
        if (S_ISDIR(info.st_mode)) {
            int status = pt_fail(err, PAPERTAG_IO, "%s: a folder: give the files in it", path);
            papertag_reader_close(reader);
            return status;
        }
    }
    return open_reader(out, reader, options, err);
}

int papertag_reader_open_memory(papertag_reader **out, const char *name, const void *bytes, size_t size,
                                const papertag_reader_options *options, papertag_error *err)
{
    papertag_reader *reader = new_reader(name);

    if (!reader) {
        return pt_no_memory(err);
    }
    reader->input.start = bytes;
    reader->input.end = (const char *)bytes + size;
    reader->input.at_end = true;
    return open_reader(out, reader, options, err);
}

int papertag_reader_open_stream(papertag_reader **out, const char *name, const papertag_stream *stream,
                                const papertag_reader_options *options, papertag_error *err)
{
    papertag_reader *reader = new_reader(name);

    if (!reader) {
        return pt_no_memory(err);
    }
    reader->input.source.stream = *stream;
    return open_reader(out, reader, options, err);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* Makes tags of the field that the options name, for formats that have no field of that name themselves. */
static int tags_of_field(papertag_reader *reader, papertag_error *err)
{
    pt_record *record = &reader->record;
    papertag_paper *paper = &record->paper;
    const pt_field *field = reader->tags_source;

    if (field->kind != PT_FIELD_TEXT) {
        paper->tags = *pt_list_member(field, paper);
        paper->has_tags = paper->tags.count > 0;
    } else if (*pt_text_member(field, paper)) {
        const char *text = *pt_text_member(field, paper);
        paper->has_tags = true;
        return pt_record_append(record, &paper->tags, text, strlen(text), err);
    }
    return PAPERTAG_OK;
}

/* The next record, with what there is to remark on the source. */
static int next_remarked(papertag_reader *reader, bool pass, papertag_error *err)
{
    int status = next_record(reader, pass, err);

    if (remark_encoding(reader, err)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (status == PAPERTAG_END && pt_remarks_finish(&reader->remarks, err)) {
        return PAPERTAG_NO_MEMORY;
    }
    return status;
}

int papertag_reader_pass(papertag_reader *reader, papertag_error *err)
{
    const int status = next_remarked(reader, true, err);

    return status == PAPERTAG_BAD_INPUT || status == PAPERTAG_BLANK ? PAPERTAG_OK : status;
}

int papertag_reader_next(papertag_reader *reader, const papertag_paper **out, papertag_error *err)
{
    const papertag_paper *paper = &reader->record.paper;
    char reason[PT_REASON_SIZE];
    int status = next_remarked(reader, false, err);

    if (!status && pt_record_check(&reader->record, reason)) {
        return pt_input_fail(&reader->input, paper->line, err, "%s", reason);
    }
    if (!status) {
        pt_own_fields_settle(&reader->record);
    }
    if (!status && !paper->title && !paper->abstract) {
        return pt_input_fail(&reader->input, paper->line, err, "neither title nor abstract");
    }
    status = status ? status : pt_record_finish(&reader->record, err);
    if (!status && reader->tags_source && !paper->has_tags) {
        status = tags_of_field(reader, err);
    }
    if (!status) {
        *out = paper;
    }
    return status;
}

const char *papertag_reader_object(const papertag_reader *reader, size_t *length)
{
    *length = reader->record.object ? reader->record.object_length : 0;
    return reader->record.object;
}

/* Whether a whole record has been read already, of a format whose records are lines. */
static bool has_line(const papertag_reader *reader)
{
    const char *at = reader->input.start, *end = reader->input.end;

    while (at < end && pt_is_white(*at)) {
        at++;
    }
    return reader->pass && at < end && memchr(at, '\n', (size_t)(end - at));
}

bool papertag_reader_waits(const papertag_reader *reader)
{
    return !reader->input.is_file && !has_line(reader) && pt_input_waits(&reader->input);
}

bool papertag_reader_is_empty(const papertag_reader *reader)
{
    return reader->empty;
}

const char *papertag_reader_format(const papertag_reader *reader)
{
    return reader->format ? reader->format->name : "archive";
}

void papertag_reader_close(papertag_reader *reader)
{
    if (!reader) {
        return;
    }
    close_source(reader);
    pt_input_close(&reader->input);
    pt_record_free(&reader->record);
    pt_buf_free(&reader->scratch);
    pt_remarks_free(&reader->remarks);
    pt_source_names_free(&reader->names);
    free(reader->tags_field);
    free(reader->name);
    free(reader);
}
