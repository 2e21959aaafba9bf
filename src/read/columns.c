/*
 * columns - see columns.h.
 *
 * Several columns may have the same field, as "Authors" and "Author full names" do: the best of those that are not
 * empty is read. A column that is not known is reported when a cell of it first has a value.
 */
#include "columns.h"

#include <limits.h>
#include <stdlib.h>

#include "list_cell.h"
#include "markup.h"
#include "names.h"
#include "reader.h"

/* ---- header ---------------------------------------------------------------------------------------------------- */

/* The two-letter names of the Web of Science, as usual names. Source: its list of field tags. */
static const struct {
    const char *code, *name;
} codes[] = {{"TI", "title"},        {"AB", "abstract"},      {"AF", "authorfullnames"},
             {"AU", "authors"},      {"SO", "journal"},       {"DE", "authorkeywords"},
             {"ID", "keywordsplus"}, {"PY", "year"},          {"PD", "month"},
             {"DI", "doi"},          {"UT", "utuniquewosid"}, {"WC", "woscategories"},
             {"SC", "researchareas"}};

/* Columns that only those exporters have which write lists with ';' between items. */
static const char *const exporters[] = {"abstractnote", "manualtags", "authorfullnames", "sourcetitle",
                                        "documenttitle"};

static bool is_cell(pt_slice cell, const char *text)
{
    return strlen(text) == cell.length && !memcmp(cell.text, text, cell.length);
}

/* Whether the header has the names TI and PT, SO or UT. */
static bool has_codes(const pt_slice *cells, size_t count)
{
    bool title = false, other = false;

    for (size_t i = 0; i < count; i++) {
        const pt_slice cell = pt_trimmed(cells[i]);
        title = title || is_cell(cell, "TI");
        other = other || is_cell(cell, "PT") || is_cell(cell, "SO") || is_cell(cell, "UT");
    }
    return title && other;
}

/* The name of a column as fields.h knows it. */
static pt_slice usual_name(pt_slice cell, bool two_letters)
{
    cell = pt_trimmed(cell);
    for (size_t i = 0; i < sizeof codes / sizeof *codes && two_letters; i++) {
        if (is_cell(cell, codes[i].code)) {
            return (pt_slice){codes[i].name, strlen(codes[i].name)};
        }
    }
    return two_letters ? (pt_slice){"", 0} : cell;
}

static bool is_exporters(pt_slice name)
{
    for (size_t i = 0; i < sizeof exporters / sizeof *exporters; i++) {
        if (pt_same_name(name.text, name.length, exporters[i], strlen(exporters[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_text(const pt_field *field)
{
    return field && field->essential && field->kind == PT_FIELD_TEXT;
}

/* "Source" is the journal in tables of databases, if no other column is; papertag's own is "source". */
static void name_venue(pt_columns *columns)
{
    pt_column *source = NULL;
    unsigned rank;
    const pt_field *venue = pt_field_named("venue", 5, &rank);

    for (size_t i = 0; i < columns->count; i++) {
        pt_column *column = &columns->items[i];
        if (column->name.field == venue) {
            return;
        }
        if (column->name.field && column->name.rank == PT_RANK_SAME && !strcmp(column->name.field->name, "source")) {
            source = column;
        }
    }
    if (source) {
        source->name.field = venue;
    }
}

int pt_columns_read_header(pt_columns *columns, const papertag_reader *reader, const pt_slice *cells, size_t count)
{
    columns->two_letters = columns->exporter = has_codes(cells, count);
    if (pt_reserve(&columns->items, &columns->capacity, count, sizeof *columns->items)) {
        return PAPERTAG_NO_MEMORY;
    }
    for (columns->count = 0; columns->count < count; columns->count++) {
        pt_column *column = &columns->items[columns->count];
        const pt_slice cell = pt_trimmed(cells[columns->count]), name = usual_name(cell, columns->two_letters);
        *column = (pt_column){.marks = PT_MARKS_NONE};
        pt_source_name_resolve(reader, &column->name, name.text, name.length);
        column->name.known = column->name.known && (name.length || !cell.length);
        column->name.text = pt_arena_copy(&columns->arena, cell.text, cell.length);
        column->name.length = cell.length;
        if (!column->name.text) {
            return PAPERTAG_NO_MEMORY;
        }
        columns->exporter = columns->exporter || is_exporters(name);
        columns->has_tags = columns->has_tags || column->name.tags_rank != UINT_MAX;
        columns->has_text = columns->has_text || is_text(column->name.field);
    }
    name_venue(columns);
    return PAPERTAG_OK;
}

bool pt_is_header(const pt_slice *cells, size_t count, size_t *known)
{
    const bool two_letters = has_codes(cells, count);
    bool own = false, usual = false, plain = count > 1;

    *known = 0;
    for (size_t i = 0; i < count; i++) {
        const pt_slice name = usual_name(cells[i], two_letters);
        unsigned rank;
        const pt_field *field = pt_field_named(name.text, name.length, &rank);
        *known += field != NULL;
        own = own || (is_text(field) && rank <= PT_RANK_SAME);
        usual = usual || is_text(field);
        plain = plain && name.length <= 60;
    }
    return own || (usual && (plain || two_letters)); /* a text may begin with "Summary, ..." */
}

void pt_columns_free(pt_columns *columns)
{
    free(columns->items);
    pt_arena_free(&columns->arena);
}

/* What programs write into a cell that has no value. */
static bool is_blank(pt_slice cell)
{
    static const char *const marks[] = {"nan", "NaN",  "NaT",  "<NA>", "NA",  "N/A",
                                        "n/a", "#N/A", "None", "NULL", "null"};

    cell = pt_trimmed(cell);
    for (size_t i = 0; i < sizeof marks / sizeof *marks && cell.length <= 4; i++) {
        if (is_cell(cell, marks[i])) {
            return true;
        }
    }
    return !cell.length;
}

/* Whether the name of a column asks for a yes or a no about a paper, as "is_oa": no tag. */
static bool is_question(const pt_source_name *name)
{
    static const char *const words[] = {"is", "has", "was", "in", "can"};
    pt_slice rest = {name->text, name->length};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t length = strlen(words[i]);
        if (rest.length > length && pt_same_word(rest.text, length, words[i]) && strchr("_ ", rest.text[length])) {
            return true;
        }
    }
    return false;
}

/* ---- a column a tag -------------------------------------------------------------------------------------------- */

/* Sets *marked to whether a cell is a positive mark, and returns the kind of mark. */
static pt_column_marks mark_of(pt_slice cell, bool *marked)
{
    static const char *const crosses[] = {"x", "\xe2\x9c\x93", "\xe2\x9c\x94"};

    cell = pt_trimmed(cell);
    *marked = is_cell(cell, "1") || is_cell(cell, "1.0") || pt_slice_is(cell, "true");
    if (*marked || is_cell(cell, "0") || is_cell(cell, "0.0") || pt_slice_is(cell, "false")) {
        return PT_MARKS_NUMBERS;
    }
    for (size_t i = 0; i < sizeof crosses / sizeof *crosses && !*marked; i++) {
        *marked = pt_slice_is(cell, crosses[i]);
    }
    return *marked ? PT_MARKS_CROSSES : cell.length ? PT_MARKS_NONE : PT_MARKS_BLANK;
}

bool pt_columns_may_be_flags(const pt_columns *columns, const papertag_reader *reader)
{
    return !columns->has_tags && !columns->exporter && !strcmp(reader->tags_field, "tags");
}

void pt_columns_see_row(pt_columns *columns, const pt_slice *cells)
{
    columns->rows_seen++;
    for (size_t i = 0; i < columns->count; i++) {
        pt_column *column = &columns->items[i];
        bool marked;
        const pt_column_marks marks = mark_of(cells[i], &marked);
        if (columns->rows_seen == 1) {
            const bool tag = !column->name.known && column->name.length && !is_question(&column->name);
            column->marks = tag ? marks : PT_MARKS_NONE;
        } else if (column->marks == PT_MARKS_BLANK && marks == PT_MARKS_CROSSES) {
            column->marks = PT_MARKS_CROSSES;
        } else if (column->marks != marks && (column->marks != PT_MARKS_CROSSES || marks != PT_MARKS_BLANK)) {
            column->marks = PT_MARKS_NONE;
        }
    }
}

static size_t count_marks(const pt_columns *columns, pt_column_marks marks)
{
    size_t count = 0;

    for (size_t i = 0; i < columns->count; i++) {
        count += columns->items[i].marks == marks;
    }
    return count;
}

int pt_columns_settle_flags(pt_columns *columns, papertag_reader *reader, papertag_error *err)
{
    pt_buf names = {0};
    const size_t crosses = count_marks(columns, PT_MARKS_CROSSES);
    const bool enough = crosses + count_marks(columns, PT_MARKS_NUMBERS) > 1;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < columns->count; i++) {
        pt_column *column = &columns->items[i];
        if (!enough || (column->marks == PT_MARKS_BLANK && crosses < 2)) {
            column->marks = PT_MARKS_NONE;
        } else if (column->marks) {
            pt_buf_format(&names, "%s%s", names.size ? ", " : "", column->name.text);
        }
    }
    if (names.size || names.failed) {
        status = names.failed ? pt_no_memory(err)
                              : pt_reader_remark(reader, err, "columns of %s are read as tags: %s",
                                                 crosses ? "marks" : "0 and 1", names.data);
    }
    pt_buf_free(&names);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* A row being read. */
typedef struct row {
    pt_columns *columns;
    papertag_reader *reader;
    papertag_error *err;
    size_t best[PT_FIELDS_MAX]; /* the column that holds each field; SIZE_MAX: none */
    size_t tags;                /* the column that holds the tags; SIZE_MAX: none */
    const pt_slice *cells;
} row;

static int fail_at(const row *r, const pt_column *column, const char *words)
{
    return pt_input_fail(&r->reader->input, r->reader->record.paper.line, r->err, "column '%s': %s", column->name.text,
                         words);
}

static int read_list(const row *r, const pt_field *field, size_t i)
{
    pt_record *record = &r->reader->record;
    papertag_strings *list = pt_list_member(field, &record->paper);
    const pt_slice cell = r->cells[i];
    bool whole;
    const int status = pt_list_cell(record, list, cell.text, cell.length,
                                    r->columns->exporter ? ";" : field->separators, pt_record_append, &whole, r->err);

    return status || whole ? status : fail_at(r, &r->columns->items[i], "the list is broken");
}

/* A count; pandas writes 12 as 12.0 in a column that has gaps. False when the cell has something else. */
static bool read_count(pt_slice cell, long *count)
{
    long value = 0;
    size_t i = 0;

    cell = pt_trimmed(cell);
    for (; i < cell.length && i < 10 && pt_is_digit(cell.text[i]); i++) {
        value = 10 * value + cell.text[i] - '0';
    }
    if (i == 0 || (i < cell.length && !is_cell((pt_slice){cell.text + i, cell.length - i}, ".0"))) {
        return false;
    }
    *count = value;
    return true;
}

/* Leaves out the cell of a column, which is reported once. */
static int leave_out(const row *r, size_t i)
{
    pt_column *column = &r->columns->items[i];

    column->name.known = false;
    return pt_source_name_unused(r->reader, &column->name, column->name.text, column->name.length, r->err);
}

static int read_date(const row *r, const pt_field *field, size_t i)
{
    pt_record *record = &r->reader->record;
    const char **date = pt_text_member(field, &record->paper);
    const pt_slice cell = r->cells[i];
    pt_column *column = &r->columns->items[i];
    int status = pt_record_date(record, date, cell.text, cell.length, r->err);

    for (size_t k = 0; k < r->columns->count && !status && *date && strlen(*date) < sizeof "2031-02"; k++) {
        const char *other = NULL; /* another column may say more */
        if (r->columns->items[k].name.field == field && k != i) {
            status = pt_record_date(record, &other, r->cells[k].text, r->cells[k].length, r->err);
        }
        *date = pt_closer_date(*date, other);
    }
    return status ? status : pt_reader_remark_date(r->reader, column->name.text, cell.text, cell.length, *date, r->err);
}

static int read_field(const row *r, const pt_field *field, size_t i)
{
    pt_record *record = &r->reader->record;
    const pt_slice cell = r->cells[i];

    switch (field->kind) {
    case PT_FIELD_TEXT:
        if (field->essential && pt_has_markup(cell.text, cell.length)) {
            return pt_record_markup(record, pt_text_member(field, &record->paper), cell.text, cell.length, r->err);
        }
        return pt_record_text(record, pt_text_member(field, &record->paper), cell.text, cell.length, r->err);
    case PT_FIELD_ID:
        return pt_record_text(record, pt_text_member(field, &record->paper), cell.text, cell.length, r->err);
    case PT_FIELD_PART:
        return pt_record_text(record, pt_part_member(field, record), cell.text, cell.length, r->err);
    case PT_FIELD_DATE:
        return read_date(r, field, i);
    case PT_FIELD_LIST:
    case PT_FIELD_TAGS:
        return read_list(r, field, i);
    case PT_FIELD_AUTHORS: /* exporters put ';' between the names */
        return (r->columns->exporter ? pt_record_anded_authors : pt_record_authors)(record, cell.text, cell.length,
                                                                                    r->err);
    case PT_FIELD_COUNT:
        if (read_count(cell, pt_count_member(field, &record->paper))) {
            return PAPERTAG_OK;
        }
        /* elsewhere comments are those of an author: "37 pages, 15 figures" */
        return !strcmp(field->name, "comments")
                   ? leave_out(r, i)
                   : fail_at(r, &r->columns->items[i], "must be a non-negative whole number");
    }
    return PAPERTAG_OK;
}

static bool is_same(pt_slice cell, pt_slice other)
{
    cell = pt_trimmed(cell);
    other = pt_trimmed(other);
    return cell.length == other.length && !memcmp(cell.text, other.text, cell.length);
}

/* Chooses the columns to read, and reports second ones of the same name, and those that are not known. */
static int sort_cells(row *r)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < r->columns->count && !status; i++) {
        pt_column *column = &r->columns->items[i];
        const pt_source_name *name = &column->name;
        bool marked;
        if (is_blank(r->cells[i]) || column->marks) {
            continue;
        }
        if (name->tags_rank != UINT_MAX &&
            (r->tags == SIZE_MAX || name->tags_rank < r->columns->items[r->tags].name.tags_rank)) {
            r->tags = i;
        }
        if (name->field) {
            size_t *best = &r->best[name->field - pt_fields];
            if (*best != SIZE_MAX && name->rank == r->columns->items[*best].name.rank && !name->field->joined &&
                !is_same(r->cells[i], r->cells[*best])) {
                status = pt_reader_unused(r->reader, name->text, name->length, r->err);
            }
            if (*best == SIZE_MAX || name->rank < r->columns->items[*best].name.rank) {
                *best = i;
            }
        } else if (!name->known && !name->reported &&
                   !(r->reader->text_only && mark_of(r->cells[i], &marked) == PT_MARKS_NUMBERS)) {
            status = pt_source_name_unused(r->reader, &column->name, name->text, name->length, r->err);
        }
    }
    return status;
}

/* Drops the items that occur before. Longer lists are left alone: this is quadratic. */
static void drop_repeated(papertag_strings *list)
{
    const char **items = (const char **)list->items;
    size_t count = 0;

    for (size_t i = 0; i < list->count && list->count <= 256; i++) {
        size_t k = 0;
        while (k < count && strcmp(items[k], items[i]) != 0) {
            k++;
        }
        if (k == count) {
            items[count++] = items[i];
        }
    }
    list->count = list->count <= 256 ? count : list->count;
}

/* The items of all columns of a joined field, each once. */
static int join_lists(const row *r, const pt_field *field)
{
    papertag_strings *list = pt_list_member(field, &r->reader->record.paper);
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < r->columns->count && !status; i++) {
        if (r->columns->items[i].name.field == field && !is_blank(r->cells[i])) {
            status = read_list(r, field, i);
        }
    }
    drop_repeated(list);
    return status;
}

static int read_flags(const row *r, papertag_strings *tags)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < r->columns->count && !status; i++) {
        const pt_column *column = &r->columns->items[i];
        bool marked;
        pt_column_marks marks;
        if (!column->marks) {
            continue;
        }
        marks = mark_of(r->cells[i], &marked);
        if ((column->marks == PT_MARKS_NUMBERS) != (marks == PT_MARKS_NUMBERS) || !marks) {
            return fail_at(r, column,
                           column->marks == PT_MARKS_NUMBERS ? "must be 0 or 1, as in the rows before"
                                                             : "must be x or empty, as in the rows before");
        }
        status = marked ? pt_record_append(&r->reader->record, tags, column->name.text, column->name.length, r->err)
                        : PAPERTAG_OK;
        r->reader->record.paper.has_tags = true;
    }
    return status;
}

/* The tags: of their column, or of the columns that are tags. */
static int read_tags(const row *r, const pt_field *field)
{
    papertag_paper *paper = &r->reader->record.paper;
    const pt_field *also;

    if (!r->columns->has_tags) {
        return read_flags(r, &paper->tags);
    }
    paper->has_tags = true;
    if (r->tags == SIZE_MAX) {
        return PAPERTAG_OK;
    }
    also = r->columns->items[r->tags].name.field;
    if (also && also->kind == PT_FIELD_TEXT) { /* one tag: the venue, for instance */
        const pt_slice cell = r->cells[r->tags];
        return pt_record_append(&r->reader->record, &paper->tags, cell.text, cell.length, r->err);
    }
    return read_list(r, field, r->tags);
}

/* The column of a member of arXiv's snapshot, which is also passed on as CSV, if its cell is not empty; NULL for none.
 */
static const pt_slice *snapshot_cell(const row *r, pt_snapshot_member member)
{
    for (size_t i = 0; i < r->columns->count; i++) {
        if (r->columns->items[i].name.snapshot == member && pt_trimmed(r->cells[i]).length) {
            return &r->cells[i];
        }
    }
    return NULL;
}

/* An id of arXiv that has been taken for a number, in a table of the snapshot. */
static int repair_id(const row *r)
{
    pt_record *record = &r->reader->record;
    const bool snapshot = snapshot_cell(r, PT_SNAPSHOT_VERSIONS) || snapshot_cell(r, PT_SNAPSHOT_UPDATED);
    char zeros[PT_ARXIV_NUMBER];
    const char *id = snapshot ? pt_arxiv_with_zeros(record->paper.id, zeros) : record->paper.id;

    return id == record->paper.id ? PAPERTAG_OK : pt_record_text(record, &record->paper.id, id, strlen(id), r->err);
}

/* The date of the first version in "[{'version': 'v1', 'created': 'Mon, 2 Apr 2007 19:18:42 GMT'}, ...]", else that of
 * the last change. */
static int read_snapshot_date(const row *r)
{
    static const char key[] = "created";
    const pt_slice *versions = snapshot_cell(r, PT_SNAPSHOT_VERSIONS), *updated = snapshot_cell(r, PT_SNAPSHOT_UPDATED);
    pt_record *record = &r->reader->record;
    pt_slice rest = versions ? *versions : (pt_slice){"", 0};
    int status = PAPERTAG_OK;

    while (rest.length && !pt_starts_with(rest, key)) {
        rest = (pt_slice){rest.text + 1, rest.length - 1};
    }
    if (rest.length > sizeof key + 4) { /* the quote that closes it, a colon, a space, a quote */
        rest = (pt_slice){rest.text + sizeof key + 3, rest.length - sizeof key - 3};
        rest = pt_take_until(&rest, rest.text[-1]);
        status = pt_record_date(record, &record->paper.date, rest.text, rest.length, r->err);
    }
    if (!status && !record->paper.date && updated) {
        status = pt_record_date(record, &record->paper.date, updated->text, updated->length, r->err);
    }
    return status;
}

int pt_columns_read_row(pt_columns *columns, papertag_reader *reader, const pt_slice *cells, papertag_error *err)
{
    row r = {.columns = columns, .reader = reader, .err = err, .tags = SIZE_MAX, .cells = cells};
    int status;

    for (size_t i = 0; i < PT_FIELDS_MAX; i++) {
        r.best[i] = SIZE_MAX;
    }
    status = sort_cells(&r);
    for (size_t i = 0; i < pt_field_rows && !status; i++) {
        const pt_field *field = &pt_fields[i];
        if (field->kind == PT_FIELD_TAGS) {
            status = read_tags(&r, field);
        } else if (r.best[i] != SIZE_MAX) {
            status = field->joined ? join_lists(&r, field) : read_field(&r, field, r.best[i]);
        }
    }
    if (!status && !reader->record.paper.date && !reader->record.year) {
        status = read_snapshot_date(&r);
    }
    return status ? status : repair_id(&r);
}
