/*
 * csv - papers from comma- or tab-separated values with a header (RFC 4180).
 *
 * Columns are found by their names, in any order and case; unknown ones are skipped. A quoted cell may contain
 * separators and line ends. A quote that is never closed would swallow the rest of the file, so it is reported where
 * it opens, and reading goes on with the line after that.
 */
#include <stdlib.h>

#include "fields.h"
#include "format.h"
#include "slice.h"

/* A longer record has a quote that is never closed. Bytes. */
enum { RECORD_MAX = 4 * 1024 * 1024 };

typedef struct table {
    char separator;
    const pt_field **columns; /* column_count of them; NULL: unknown */
    size_t column_count, column_capacity;
    pt_buf record;   /* the lines of the current row, each with an LF */
    pt_buf unquoted; /* the text of its cells */
    pt_slice *cells; /* cell_count of them, in `unquoted` */
    size_t cell_count, cell_capacity;
    pt_buf replay; /* lines to read again, after a quote that is never closed */
    size_t replay_at, replay_line;
} table;

/* ---- records --------------------------------------------------------------------------------------------------- */

static int next_line(papertag_reader *reader, const char **line, size_t *length, size_t *number, papertag_error *err)
{
    table *t = reader->state;
    const char *from, *stop;

    if (t->replay_at >= t->replay.size) {
        return pt_input_line(&reader->input, line, length, number, err);
    }
    from = t->replay.data + t->replay_at;
    stop = memchr(from, '\n', t->replay.size - t->replay_at);
    *line = from;
    *length = (size_t)(stop - from); /* every line in it ends with LF */
    *number = t->replay_line++;
    t->replay_at += *length + 1;
    return PAPERTAG_OK;
}

/* Whether a quote is open at the end of text, given whether one is open at its beginning. */
static bool quote_is_open(const char *text, size_t length, bool open)
{
    for (size_t i = 0; i < length; i++) {
        open ^= text[i] == '"';
    }
    return open;
}

/* Puts back all lines of the record but the first, to be read again before what follows. */
static int replay_rest(table *t, size_t line)
{
    pt_buf rest = {0};
    size_t first = (size_t)((char *)memchr(t->record.data, '\n', t->record.size) - t->record.data) + 1;

    pt_buf_append(&rest, t->record.data + first, t->record.size - first);
    pt_buf_append(&rest, t->replay.data ? t->replay.data + t->replay_at : "", t->replay.size - t->replay_at);
    if (rest.failed) {
        pt_buf_free(&rest);
        return PAPERTAG_NO_MEMORY;
    }
    pt_buf_free(&t->replay);
    t->replay = rest;
    t->replay_at = 0;
    t->replay_line = line + 1;
    return PAPERTAG_OK;
}

/* Reads a row into t->record; *number is its first line. Empty lines are passed over. */
static int next_record(papertag_reader *reader, size_t *number, papertag_error *err)
{
    table *t = reader->state;
    const char *line;
    size_t length, later;
    bool open = false;
    int status;

    pt_buf_clear(&t->record);
    do {
        status = next_line(reader, &line, &length, number, err);
    } while (!status && !length);
    while (!status) {
        open = quote_is_open(line, length, open);
        pt_buf_append(&t->record, line, length);
        pt_buf_append(&t->record, "\n", 1);
        if (t->record.failed) {
            return pt_no_memory(err);
        }
        if (!open) {
            return PAPERTAG_OK;
        }
        if (t->record.size > RECORD_MAX) {
            break;
        }
        status = next_line(reader, &line, &length, &later, err);
    }
    if (open && (!status || status == PAPERTAG_END)) {
        if (replay_rest(t, *number)) {
            return pt_no_memory(err);
        }
        return pt_input_fail(&reader->input, *number, err, "the quote that opens here is never closed");
    }
    return status;
}

/* Cuts t->record into t->cells. */
static int cut_cells(table *t)
{
    const char *at = t->record.data, *end = at + t->record.size - 1; /* without the last LF */

    pt_buf_clear(&t->unquoted);
    if (pt_reserve(&t->unquoted.data, &t->unquoted.capacity, t->record.size + 1, 1)) {
        return PAPERTAG_NO_MEMORY; /* reserved in full, so that cells can point into it */
    }
    t->cell_count = 0;
    for (;;) {
        size_t start = t->unquoted.size;
        bool quoted = false;
        for (; at < end && (quoted || *at != t->separator); at++) {
            if (*at != '"') {
                pt_buf_append(&t->unquoted, at, 1);
            } else if (quoted && at + 1 < end && at[1] == '"') {
                pt_buf_append(&t->unquoted, at++, 1);
            } else {
                quoted = !quoted;
            }
        }
        if (pt_reserve(&t->cells, &t->cell_capacity, t->cell_count + 1, sizeof *t->cells)) {
            return PAPERTAG_NO_MEMORY;
        }
        t->cells[t->cell_count++] = (pt_slice){t->unquoted.data + start, t->unquoted.size - start};
        if (at == end) {
            return PAPERTAG_OK;
        }
        at++;
    }
}

/* ---- header ---------------------------------------------------------------------------------------------------- */

static bool has_name(const pt_field *field, pt_slice name)
{
    return pt_slice_is(name, field->name) || (field->alias && pt_slice_is(name, field->alias));
}

/* Whether the field has text. One such column is enough to make a table one of papers. */
static bool is_text(const pt_field *field)
{
    return field->essential && field->kind == PT_FIELD_TEXT;
}

/* The field of a column; NULL when it is unknown. */
static const pt_field *field_of(const papertag_reader *reader, pt_slice name)
{
    const char *tags = reader->tags_field;
    const pt_slice word = pt_trimmed(name);
    const bool is_tags =
        pt_slice_is(word, tags) || (strlen(tags) == name.length && !memcmp(name.text, tags, name.length));

    for (size_t i = 0; i < pt_field_rows; i++) {
        const pt_field *field = &pt_fields[i];
        if (field->kind == PT_FIELD_TAGS ? is_tags : !is_tags && has_name(field, word)) {
            return field;
        }
    }
    return NULL;
}

static int open_table(papertag_reader *reader, char separator, papertag_error *err)
{
    table *t = reader->state = pt_calloc(1, sizeof *t);
    size_t number;
    bool text = false;
    int status;

    if (!t) {
        return pt_no_memory(err);
    }
    t->separator = separator;
    status = next_record(reader, &number, err);
    if (status) {
        return status == PAPERTAG_END ? PAPERTAG_OK : status; /* an empty file has no papers */
    }
    if (cut_cells(t) || pt_reserve(&t->columns, &t->column_capacity, t->cell_count, sizeof *t->columns)) {
        return pt_no_memory(err);
    }
    for (t->column_count = 0; t->column_count < t->cell_count; t->column_count++) {
        const pt_field *field = field_of(reader, t->cells[t->column_count]);
        t->columns[t->column_count] = field;
        text = text || (field && is_text(field));
    }
    return text ? PAPERTAG_OK : pt_input_fail(&reader->input, number, err, "the header has neither title nor abstract");
}

static int open_csv(papertag_reader *reader, papertag_error *err)
{
    return open_table(reader, ',', err);
}

static int open_tsv(papertag_reader *reader, papertag_error *err)
{
    return open_table(reader, '\t', err);
}

static void close_table(papertag_reader *reader)
{
    table *t = reader->state;

    if (t) {
        free(t->columns);
        free(t->cells);
        pt_buf_free(&t->record);
        pt_buf_free(&t->unquoted);
        pt_buf_free(&t->replay);
        free(t);
    }
}

/* ---- papers ---------------------------------------------------------------------------------------------------- */

/* Splits a list at ';' or '|' if it has one of them, else at ','. */
static int read_list(pt_record *record, papertag_strings *list, pt_slice cell, papertag_error *err)
{
    char separator[] = ",";

    for (size_t i = 0; i < cell.length; i++) {
        separator[0] = cell.text[i] == ';' || cell.text[i] == '|' ? cell.text[i] : separator[0];
    }
    return pt_record_split(record, list, cell.text, cell.length, separator, err);
}

static int read_count(papertag_reader *reader, const char *name, long *count, pt_slice cell, papertag_error *err)
{
    long value = 0;
    size_t i = 0;

    for (; i < cell.length && i < 10 && pt_is_digit(cell.text[i]); i++) {
        value = 10 * value + cell.text[i] - '0';
    }
    if (i < cell.length) {
        return pt_input_fail(&reader->input, reader->record.paper.line, err,
                             "field '%s' must be a non-negative whole number", name);
    }
    *count = cell.length ? value : -1;
    return PAPERTAG_OK;
}

static int read_cell(papertag_reader *reader, const pt_field *field, pt_slice cell, papertag_error *err)
{
    pt_record *record = &reader->record;
    papertag_paper *paper = &record->paper;

    switch (field->kind) {
    case PT_FIELD_TEXT:
    case PT_FIELD_ID:
        return pt_record_text(record, pt_text_member(field, paper), cell.text, cell.length, err);
    case PT_FIELD_DATE:
        return pt_record_date(record, pt_text_member(field, paper), cell.text, cell.length, err);
    case PT_FIELD_TAGS:
        paper->has_tags = true;
        return read_list(record, pt_list_member(field, paper), cell, err);
    case PT_FIELD_LIST:
        return read_list(record, pt_list_member(field, paper), cell, err);
    case PT_FIELD_COUNT:
        return read_count(reader, field->name, pt_count_member(field, paper), cell, err);
    }
    return PAPERTAG_OK;
}

static int next_row(papertag_reader *reader, papertag_error *err)
{
    table *t = reader->state;
    size_t number;
    int status = next_record(reader, &number, err);

    if (status) {
        return status;
    }
    if (cut_cells(t)) {
        return pt_no_memory(err);
    }
    if (t->cell_count != t->column_count) {
        return pt_input_fail(&reader->input, number, err, "%zu fields where the header has %zu", t->cell_count,
                             t->column_count);
    }
    pt_record_clear(&reader->record, number);
    for (size_t i = 0; i < t->cell_count && !status; i++) {
        status = t->columns[i] ? read_cell(reader, t->columns[i], t->cells[i], err) : PAPERTAG_OK;
    }
    return status;
}

/* ---- detection ------------------------------------------------------------------------------------------------- */

static bool names_text(pt_slice column)
{
    column = pt_trimmed(column);
    for (size_t i = 0; i < pt_field_rows; i++) {
        if (is_text(&pt_fields[i]) && has_name(&pt_fields[i], column)) {
            return true;
        }
    }
    return false;
}

/* Whether the first line, split at `separator`, names a column of text. */
static bool fits_table(const char *head, size_t size, char separator)
{
    const char *end = memchr(head, '\n', size), *at = head;

    end = end ? end : head + size;
    while (at <= end) {
        const char *stop = memchr(at, separator, (size_t)(end - at));
        pt_slice cell;
        stop = stop ? stop : end;
        cell = (pt_slice){at, (size_t)(stop - at)};
        if (cell.length > 1 && at[0] == '"' && stop[-1] == '"') {
            cell = (pt_slice){at + 1, cell.length - 2};
        }
        if (names_text(cell)) {
            return true;
        }
        at = stop + 1;
    }
    return false;
}

static bool fits_csv(const char *head, size_t size)
{
    return fits_table(head, size, ',');
}

static bool fits_tsv(const char *head, size_t size)
{
    return fits_table(head, size, '\t');
}

const pt_format pt_format_csv = {"csv", fits_csv, open_csv, next_row, close_table};
const pt_format pt_format_tsv = {"tsv", fits_tsv, open_tsv, next_row, close_table};
