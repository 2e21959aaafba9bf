/*
 * read_csv - papers from comma- or tab-separated values with a header (RFC 4180).
 *
 * Columns are found by the names of the header, whatever their order and case; unknown columns are passed over. A
 * quoted field may hold separators and line ends. A quote that never closes would swallow the rest of the file, so it
 * is reported where it opened and reading goes on with the line after.
 */
#include <stdlib.h>

#include "base/ascii.h"
#include "paper.h"

/* A record longer than this has a quote that was not closed. Bytes. */
enum { RECORD_MAX = 4 * 1024 * 1024 };

typedef enum column {
    COLUMN_UNKNOWN,
    COLUMN_ID,
    COLUMN_TITLE,
    COLUMN_ABSTRACT,
    COLUMN_DATE,
    COLUMN_ORGANIZATION,
    COLUMN_URL,
    COLUMN_SOURCE,
    COLUMN_VENUE,
    COLUMN_AUTHORS,
    COLUMN_AUTHOR_COUNT,
    COLUMN_CATEGORIES,
    COLUMN_KEYWORDS,
    COLUMN_MAYBE,
    COLUMN_UPVOTES,
    COLUMN_COMMENTS,
    COLUMN_TAGS
} column;

static const char *const column_names[] = {NULL,       "id",     "title",   "abstract", "date",         "organization",
                                           "url",      "source", "venue",   "authors",  "author_count", "categories",
                                           "keywords", "maybe",  "upvotes", "comments"};

struct field {
    const char *text;
    size_t length;
};

struct table {
    char separator;
    column *columns;
    size_t column_count, columns_capacity;
    pt_buf record; /* the lines of a record that spans several */
    pt_buf cells;  /* unquoted fields */
    struct field *fields;
    size_t count, capacity;
    pt_buf replay; /* lines to read again, after a quote that never closed */
    size_t replay_at, replay_line;
};

/* ---- records --------------------------------------------------------------------------------------------------- */

static int next_line(papertag_reader *reader, const char **line, size_t *length, size_t *number, papertag_error *err)
{
    struct table *t = reader->state;
    const char *from, *stop;

    if (t->replay_at >= t->replay.size) {
        return pt_reader_line(reader, line, length, number, err);
    }
    from = t->replay.data + t->replay_at;
    stop = memchr(from, '\n', t->replay.size - t->replay_at);
    *line = from;
    *length = (size_t)(stop - from); /* every line in it ends with LF */
    *number = t->replay_line++;
    t->replay_at += *length + 1;
    return PAPERTAG_OK;
}

/* Whether a quote is open at the end of text, given whether one was at its beginning. */
static bool quote_is_open(const char *text, size_t length, bool open)
{
    for (size_t i = 0; i < length; i++) {
        open ^= text[i] == '"';
    }
    return open;
}

/* Puts back all lines of the record but the first, to be read again before what follows. */
static int put_back(struct table *t, size_t line)
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

/* Reads a record into t->record, each of its lines with an LF; *number is its first line. Empty lines are passed over.
 */
static int next_record(papertag_reader *reader, size_t *number, papertag_error *err)
{
    struct table *t = reader->state;
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
        if (put_back(t, *number)) {
            return pt_no_memory(err);
        }
        return pt_reader_fail(reader, *number, err, "a quote opens here and does not close");
    }
    return status;
}

/* Cuts t->record into t->fields. */
static int cut_fields(struct table *t)
{
    const char *at = t->record.data, *end = at + t->record.size - 1; /* without the last LF */

    pt_buf_clear(&t->cells);
    pt_buf_append(&t->cells, "", 0);
    if (pt_reserve(&t->cells.data, &t->cells.capacity, t->record.size + 1, 1)) {
        return PAPERTAG_NO_MEMORY; /* reserved at once, so that fields can point into it */
    }
    t->count = 0;
    for (;;) {
        size_t start = t->cells.size;
        bool quoted = false;
        for (; at < end && (quoted || *at != t->separator); at++) {
            if (*at != '"') {
                pt_buf_append(&t->cells, at, 1);
            } else if (quoted && at + 1 < end && at[1] == '"') {
                pt_buf_append(&t->cells, at++, 1);
            } else {
                quoted = !quoted;
            }
        }
        if (pt_reserve(&t->fields, &t->capacity, t->count + 1, sizeof *t->fields)) {
            return PAPERTAG_NO_MEMORY;
        }
        t->fields[t->count++] = (struct field){t->cells.data + start, t->cells.size - start};
        if (at == end) {
            return PAPERTAG_OK;
        }
        at++;
    }
}

/* ---- header ---------------------------------------------------------------------------------------------------- */

static bool is_column_name(const char *text, size_t length, const char *word)
{
    while (length && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length && (text[length - 1] == ' ' || text[length - 1] == '\r')) {
        length--;
    }
    return pt_same_word(text, length, word);
}

static column find_column(const papertag_reader *reader, struct field name)
{
    if (is_column_name(name.text, name.length, reader->tags_field) ||
        (strlen(reader->tags_field) == name.length && !memcmp(name.text, reader->tags_field, name.length))) {
        return COLUMN_TAGS;
    }
    for (size_t i = 1; i < sizeof column_names / sizeof *column_names; i++) {
        if (is_column_name(name.text, name.length, column_names[i])) {
            return (column)i;
        }
    }
    return is_column_name(name.text, name.length, "summary") ? COLUMN_ABSTRACT : COLUMN_UNKNOWN;
}

static int open_table(papertag_reader *reader, char separator, papertag_error *err)
{
    struct table *t = reader->state = pt_calloc(1, sizeof *t);
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
    if (cut_fields(t) || pt_reserve(&t->columns, &t->columns_capacity, t->count, sizeof *t->columns)) {
        return pt_no_memory(err);
    }
    for (t->column_count = 0; t->column_count < t->count; t->column_count++) {
        column c = find_column(reader, t->fields[t->column_count]);
        t->columns[t->column_count] = c;
        text = text || c == COLUMN_TITLE || c == COLUMN_ABSTRACT;
    }
    return text ? PAPERTAG_OK : pt_reader_fail(reader, number, err, "the header has neither title nor abstract");
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
    struct table *t = reader->state;
    if (t) {
        free(t->columns);
        free(t->fields);
        pt_buf_free(&t->record);
        pt_buf_free(&t->cells);
        pt_buf_free(&t->replay);
        free(t);
    }
}

/* ---- papers ---------------------------------------------------------------------------------------------------- */

/* A cell that holds a list: split at ';' or '|' where there is one, else at ','. */
static int read_list(papertag_reader *reader, papertag_strings *list, struct field f, papertag_error *err)
{
    char separator = ',';
    size_t start = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < f.length; i++) {
        separator = f.text[i] == ';' || f.text[i] == '|' ? f.text[i] : separator;
    }
    for (size_t i = 0; i <= f.length && !status; i++) {
        if (i == f.length || f.text[i] == separator) {
            status = pt_record_append(&reader->record, list, f.text + start, i - start, err);
            start = i + 1;
        }
    }
    return status;
}

static int read_count(papertag_reader *reader, const char *name, long *count, struct field f, papertag_error *err)
{
    long value = 0;
    size_t i = 0;

    for (; i < f.length && i < 10 && pt_is_digit(f.text[i]); i++) {
        value = 10 * value + f.text[i] - '0';
    }
    if (i < f.length) {
        return pt_reader_fail(reader, reader->record.paper.line, err, "field '%s' must be a number that counts", name);
    }
    *count = f.length ? value : -1;
    return PAPERTAG_OK;
}

static int read_field(papertag_reader *reader, column c, struct field f, papertag_error *err)
{
    pt_record *r = &reader->record;
    papertag_paper *p = &r->paper;

    switch (c) {
    case COLUMN_ID:
        return pt_record_text(r, &p->id, f.text, f.length, err);
    case COLUMN_TITLE:
        return pt_record_text(r, &p->title, f.text, f.length, err);
    case COLUMN_ABSTRACT:
        return pt_record_text(r, &p->abstract, f.text, f.length, err);
    case COLUMN_DATE:
        return pt_record_date(r, f.text, f.length, err);
    case COLUMN_ORGANIZATION:
        return pt_record_text(r, &p->organization, f.text, f.length, err);
    case COLUMN_URL:
        return pt_record_text(r, &p->url, f.text, f.length, err);
    case COLUMN_SOURCE:
        return pt_record_text(r, &p->source, f.text, f.length, err);
    case COLUMN_VENUE:
        return pt_record_text(r, &p->venue, f.text, f.length, err);
    case COLUMN_AUTHORS:
        return read_list(reader, &p->authors, f, err);
    case COLUMN_CATEGORIES:
        return read_list(reader, &p->categories, f, err);
    case COLUMN_KEYWORDS:
        return read_list(reader, &p->keywords, f, err);
    case COLUMN_MAYBE:
        return read_list(reader, &p->maybe, f, err);
    case COLUMN_TAGS:
        p->has_tags = true;
        return read_list(reader, &p->tags, f, err);
    case COLUMN_AUTHOR_COUNT:
        return read_count(reader, column_names[c], &p->author_count, f, err);
    case COLUMN_UPVOTES:
        return read_count(reader, column_names[c], &p->upvotes, f, err);
    case COLUMN_COMMENTS:
        return read_count(reader, column_names[c], &p->comments, f, err);
    case COLUMN_UNKNOWN:
        break;
    }
    return PAPERTAG_OK;
}

static int next_row(papertag_reader *reader, papertag_error *err)
{
    struct table *t = reader->state;
    size_t number;
    int status = next_record(reader, &number, err);

    if (status) {
        return status;
    }
    if (cut_fields(t)) {
        return pt_no_memory(err);
    }
    if (t->count != t->column_count) {
        return pt_reader_fail(reader, number, err, "%zu fields where the header has %zu", t->count, t->column_count);
    }
    pt_record_clear(&reader->record, number);
    for (size_t i = 0; i < t->count && !status; i++) {
        status = read_field(reader, t->columns[i], t->fields[i], err);
    }
    return status ? status : pt_reader_finish(reader, err);
}

/* ---- telling it ------------------------------------------------------------------------------------------------ */

/* A first line with `separator` (or a single column) in which title, abstract or summary is a column. */
static bool fits_table(const char *head, size_t size, char separator)
{
    const char *end = memchr(head, '\n', size), *at = head;
    end = end ? end : head + size;

    while (at <= end) {
        const char *stop = memchr(at, separator, (size_t)(end - at));
        size_t length;
        stop = stop ? stop : end;
        length = (size_t)(stop - at);
        if (length > 1 && at[0] == '"' && stop[-1] == '"') {
            at++;
            length -= 2;
        }
        if (is_column_name(at, length, "title") || is_column_name(at, length, "abstract") ||
            is_column_name(at, length, "summary")) {
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
