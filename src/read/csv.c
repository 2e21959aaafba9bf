/*
 * csv - papers from a table with a header: values separated by commas (RFC 4180), semicolons, tabs or bars.
 *
 * A quoted cell may contain separators and line ends. A quote within a cell that does not begin with one is an ordinary
 * character. A quote that is never closed would swallow the rest of the file, so it is reported where it opens, and
 * reading goes on with the line after that.
 */
#include <stdlib.h>

#include "columns.h"

/* A longer record has a quote that is never closed. Bytes. */
enum { RECORD_MAX = 4 * 1024 * 1024 };

/* Some exporters begin with a few lines about the export. A header after them must have some known columns. */
enum { PREAMBLE_MAX = 4, KNOWN_LATER = 3 };

/* The first bytes in which columns of 0 and 1 are sought. */
enum { SEEN_BYTES = 64 * 1024 };

enum { COLUMNS_MAX = 10000 };

typedef struct table {
    char separator;
    pt_columns columns;
    pt_buf record;   /* the lines of the current row, each with an LF */
    pt_buf unquoted; /* the text of its cells */
    pt_slice *cells; /* cell_count of them, in `unquoted` */
    size_t cell_count, cell_capacity;
    pt_buf replay; /* lines to read again, after a quote that is never closed */
    size_t replay_at, replay_line;
} table;

/* ---- cells ----------------------------------------------------------------------------------------------------- */

/* The state of a cell, as in most readers of CSV: at its beginning, outside quotes, within, after one within. */
typedef enum quoting { AT_START, PLAIN, QUOTED, AFTER_QUOTE } quoting;

/* The state after a byte; *is_text is whether the byte is part of the text. */
static quoting read_byte(quoting state, char c, bool *is_text)
{
    const bool quote = c == '"';

    *is_text = !quote || state == PLAIN || state == AFTER_QUOTE;
    switch (state) {
    case AT_START:
        *is_text = !quote;
        return quote ? QUOTED : c == ' ' ? AT_START : PLAIN;
    case QUOTED:
        *is_text = !quote;
        return quote ? AFTER_QUOTE : QUOTED;
    case AFTER_QUOTE: /* a doubled quote is one */
        return quote ? QUOTED : PLAIN;
    case PLAIN:
        break;
    }
    return PLAIN;
}

/* Reads the cell at `at`, or the rest of it, up to the separator after it or to `end`. *state is the state before and
 * after. The text goes to *to, unless it is NULL. Returns the end of the cell. */
static const char *read_cell(const table *t, const char *at, const char *end, quoting *state, char **to)
{
    while (at < end && (*state == QUOTED || *at != t->separator)) {
        const bool run = *state == QUOTED || *state == PLAIN;
        const char *stop = run ? memchr(at, *state == QUOTED ? '"' : t->separator, (size_t)(end - at)) : NULL;
        bool is_text = true;
        size_t size = 1;
        if (run) { /* nothing before it changes the state */
            size = (size_t)((stop ? stop : end) - at);
        }
        if (!size || !run) {
            *state = t->columns.two_letters ? PLAIN : read_byte(*state, *at, &is_text);
            size = 1;
        }
        if (to && is_text) {
            memcpy(*to, at, size);
            *to += size;
        }
        at += size;
    }
    return at;
}

/* The state at the end of a line, given that at its beginning. */
static quoting state_after(const table *t, const char *text, size_t length, quoting state)
{
    const char *at = text, *end = text + length;

    for (; !t->columns.two_letters; at++) {
        at = read_cell(t, at, end, &state, NULL);
        if (at == end) {
            break;
        }
        state = AT_START;
    }
    return state;
}

/* Cuts a row of `size` bytes, without its last line end, into t->cells. */
static int cut_cells(table *t, const char *at, size_t size)
{
    const char *end = at + size;
    char *to;

    pt_buf_clear(&t->unquoted);
    if (pt_reserve(&t->unquoted.data, &t->unquoted.capacity, size + 1, 1)) {
        return PAPERTAG_NO_MEMORY; /* reserved in full, so that cells can point into it */
    }
    to = t->unquoted.data;
    t->cell_count = 0;
    for (;; at++) {
        const char *start = to;
        quoting state = AT_START;
        at = read_cell(t, at, end, &state, &to);
        if (pt_reserve(&t->cells, &t->cell_capacity, t->cell_count + 1, sizeof *t->cells)) {
            return PAPERTAG_NO_MEMORY;
        }
        t->cells[t->cell_count++] = (pt_slice){start, (size_t)(to - start)};
        if (at == end) {
            return PAPERTAG_OK;
        }
    }
}

/* Drops empty cells beyond the columns, and adds those of columns at the end that have no name: some exporters end each
 * row, but not the header, with a separator, or only the header. */
static void fit_cells(table *t)
{
    while (t->cell_count > t->columns.count && !pt_trimmed(t->cells[t->cell_count - 1]).length) {
        t->cell_count--;
    }
    while (t->cell_count < t->columns.count && t->cell_count < t->cell_capacity && t->cell_count &&
           !t->columns.items[t->columns.count - 1].name.length && !t->columns.items[t->cell_count].name.length) {
        t->cells[t->cell_count++] = (pt_slice){"", 0};
    }
}

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
    quoting state = AT_START;
    int status;

    pt_buf_clear(&t->record);
    do {
        status = next_line(reader, &line, &length, number, err);
    } while (!status && !length);
    while (!status) {
        state = state_after(t, line, length, state);
        pt_buf_append(&t->record, line, length);
        pt_buf_append(&t->record, "\n", 1);
        if (t->record.failed) {
            return pt_no_memory(err);
        }
        if (state != QUOTED) {
            return PAPERTAG_OK;
        }
        if (t->record.size > RECORD_MAX) {
            break;
        }
        status = next_line(reader, &line, &length, &later, err);
    }
    if (state == QUOTED && (!status || status == PAPERTAG_END)) {
        if (replay_rest(t, *number)) {
            return pt_no_memory(err);
        }
        return pt_input_fail(&reader->input, *number, err, "the quote that opens here is never closed");
    }
    return status;
}

/* ---- header ---------------------------------------------------------------------------------------------------- */

/* The number of columns of the line that are known when it is cut at `separator`; 0 when it is not a header of papers.
 */
static size_t known_columns(const char *line, size_t length, char separator)
{
    table t = {.separator = separator};
    size_t known = 0;

    if (cut_cells(&t, line, length) || t.cell_count > COLUMNS_MAX || !pt_is_header(t.cells, t.cell_count, &known)) {
        known = 0;
    }
    free(t.cells);
    pt_buf_free(&t.unquoted);
    return known;
}

/* The separator in a line "sep=;", as Excel understands it; NUL when it is another line. */
static char named_separator(pt_slice line)
{
    return line.length == 5 && pt_same_word(line.text, 4, "sep=") ? line.text[4] : '\0';
}

/* Whether a line is the header of papers: then *separator is the one of `separators` that fits it best. A line after
 * the first must have KNOWN_LATER columns that are known. */
static bool is_header_line(pt_slice line, const char *separators, bool first, char *separator)
{
    size_t best = first ? 0 : KNOWN_LATER - 1;
    bool found = false;

    for (; *separators; separators++) {
        const size_t known = known_columns(line.text, line.length, *separators);
        if (known > best) {
            best = known;
            *separator = *separators;
            found = true;
        }
    }
    return found;
}

/* Looks for columns of 0 and 1 in the rows that are in memory anyway. */
static int see_rows(papertag_reader *reader, papertag_error *err)
{
    table *t = reader->state;
    pt_input *in = &reader->input;
    int status = pt_input_fill(in, SEEN_BYTES, err);
    const char *from = in->start, *at = from, *end = in->end;
    quoting state = AT_START;

    if (end - from > SEEN_BYTES) {
        end = from + SEEN_BYTES;
    }
    while (!status && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop && (!in->at_end || end < in->end)) {
            break; /* a row that is not there in full */
        }
        stop = stop ? stop : end;
        state = state_after(t, at, (size_t)(stop - at), state);
        at = stop + 1;
        if (state == QUOTED) {
            continue;
        }
        status = cut_cells(t, from, (size_t)(stop - from) - (stop > from && stop[-1] == '\r')) ? pt_no_memory(err) : 0;
        fit_cells(t);
        if (!status && t->cell_count == t->columns.count) {
            pt_columns_see_row(&t->columns, t->cells);
        }
        from = at;
        state = AT_START;
    }
    return status ? status : pt_columns_settle_flags(&t->columns, reader, err);
}

/* Reads the header into t->record, and passes over a line "sep=" and a few lines of other text before it. */
static int read_header(papertag_reader *reader, const char *separators, size_t *number, papertag_error *err)
{
    table *t = reader->state;
    char named[2] = "";
    size_t first = 0;
    int status;

    t->separator = *separators;
    for (int passed = 0; passed <= PREAMBLE_MAX; passed++) {
        pt_slice line;
        status = next_record(reader, number, err);
        if (status) {
            break;
        }
        first = first ? first : *number;
        line = (pt_slice){t->record.data, t->record.size - 1};
        if (!passed && named_separator(line)) {
            t->separator = named[0] = named_separator(line);
            separators = named;
            passed--;
        } else if (is_header_line(line, separators, !passed, &t->separator)) {
            return passed ? pt_reader_remark(reader, err, "the lines before the header are left out") : PAPERTAG_OK;
        }
    }
    return status && status != PAPERTAG_END ? status
           : first ? pt_input_fail(&reader->input, first, err, "the header has neither title nor abstract")
                   : PAPERTAG_END;
}

/* Reads the header; the separator is that of a line "sep=" before it, or the best of `separators`. */
static int open_table(papertag_reader *reader, const char *separators, papertag_error *err)
{
    table *t = reader->state = pt_calloc(1, sizeof *t);
    size_t number;
    int status;

    if (!t) {
        return pt_no_memory(err);
    }
    status = read_header(reader, separators, &number, err);
    if (status) {
        return status == PAPERTAG_END ? PAPERTAG_OK : status; /* an empty file has no papers */
    }
    if (cut_cells(t, t->record.data, t->record.size - 1) ||
        pt_columns_read_header(&t->columns, reader, t->cells, t->cell_count)) {
        return pt_no_memory(err);
    }
    return pt_columns_may_be_flags(&t->columns, reader) && !reader->text_only ? see_rows(reader, err) : PAPERTAG_OK;
}

static int open_csv(papertag_reader *reader, papertag_error *err)
{
    return open_table(reader, ",;|\t", err);
}

static int open_tsv(papertag_reader *reader, papertag_error *err)
{
    return open_table(reader, "\t", err);
}

static void close_table(papertag_reader *reader)
{
    table *t = reader->state;

    if (t) {
        pt_columns_free(&t->columns);
        free(t->cells);
        pt_buf_free(&t->record);
        pt_buf_free(&t->unquoted);
        pt_buf_free(&t->replay);
        free(t);
    }
}

/* ---- papers ---------------------------------------------------------------------------------------------------- */

static int next_row(papertag_reader *reader, papertag_error *err)
{
    table *t = reader->state;
    size_t number;
    int status = next_record(reader, &number, err);

    if (status) {
        return status;
    }
    if (cut_cells(t, t->record.data, t->record.size - 1)) {
        return pt_no_memory(err);
    }
    fit_cells(t);
    if (t->cell_count != t->columns.count) {
        return pt_input_fail(&reader->input, number, err, "%zu fields where the header has %zu", t->cell_count,
                             t->columns.count);
    }
    pt_record_clear(&reader->record, number);
    return pt_columns_read_row(&t->columns, reader, t->cells, err);
}

/* ---- detection ------------------------------------------------------------------------------------------------- */

/* The first line of [*at, end), without its line end; moves *at after it. */
static pt_slice first_line(const char **at, const char *end)
{
    const char *from = *at, *stop = memchr(from, '\n', (size_t)(end - from));

    *at = stop ? stop + 1 : end;
    stop = stop ? stop : end;
    return (pt_slice){from, (size_t)(stop - from) - (stop > from && stop[-1] == '\r')};
}

/* The separator of the header in the first lines; NUL when there is none. */
static char header_separator(const char *head, size_t size, const char *separators)
{
    const char *at = head, *end = head + size;
    char separator = '\0', named[2] = "";

    for (int passed = 0; passed <= PREAMBLE_MAX && at < end; passed++) {
        const pt_slice line = first_line(&at, end);
        if (!passed && named_separator(line)) {
            named[0] = named_separator(line);
            separators = named;
            passed--;
        } else if (is_header_line(line, separators, !passed, &separator)) {
            return separator;
        }
    }
    return '\0';
}

static bool fits_csv(const char *head, size_t size)
{
    const pt_slice line = {head, size < 5 ? size : 5};
    const char separator = header_separator(head, size, "\t,;|");

    return separator && (separator != '\t' || named_separator(line));
}

/* Whether the first line is a word over a text: an empty line follows. */
static bool is_heading(const char *head, size_t size)
{
    pt_slice rest = {head, size};
    const pt_slice line = pt_take_until(&rest, '\n'), next = pt_take_until(&rest, '\n');

    return !memchr(line.text, '\t', line.length) && !pt_trimmed(next).length && rest.length;
}

static bool fits_tsv(const char *head, size_t size)
{
    return header_separator(head, size, "\t") != '\0' && !is_heading(head, size);
}

const pt_format pt_format_csv = {
    .name = "csv",
    .fits = fits_csv,
    .open = open_csv,
    .next = next_row,
    .close = close_table,
    .written_by = "spreadsheets, Zotero, Scopus, IEEE Xplore, pandas",
    .about = "a table whose header names at least a title or an abstract",
};
const pt_format pt_format_tsv = {
    .name = "tsv",
    .fits = fits_tsv,
    .open = open_tsv,
    .next = next_row,
    .close = close_table,
    .written_by = "spreadsheets, Web of Science",
    .about = "a table as in csv, with tabs between the columns",
};
