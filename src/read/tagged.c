/*
 * tagged - see tagged.h.
 *
 * The values of a record are collected as lines, a buffer a kind, and become a paper at its end.
 */
#include "tagged.h"

#include <stdlib.h>

#include "list_cell.h"
#include "markup.h"
#include "names.h"
#include "own_fields.h"
#include "reader.h"

/* A value or several, with a newline between. */
typedef struct values {
    pt_buf text;
    unsigned rank; /* of the tag that they are from */
} values;

typedef struct tagged {
    const pt_tagged_dialect *dialect;
    papertag_reader *reader;
    values kinds[PT_TAGGED_KINDS];
    const pt_tagged_field *field; /* that the last line was of; NULL: of one that is not used */
    pt_tagged_field tags;         /* under the name that the options give */
    pt_slice pending;             /* the line that begins the next record, when the end of one is missing */
    size_t pending_number;        /* of that line; 0: there is none */
    size_t line;                  /* of the record */
    size_t size;                  /* of all values of the record, bytes */
    bool open;                    /* in a record */
    bool begins;                  /* the source has tags that begin records */
    bool after_blank;             /* the line before was empty */
    bool too_large;
} tagged;

static const pt_tagged_field *field_of(const pt_tagged_dialect *dialect, pt_slice tag)
{
    for (const pt_tagged_field *field = dialect->fields; field->tag; field++) {
        if (strlen(field->tag) == tag.length && !memcmp(field->tag, tag.text, tag.length)) {
            return field;
        }
    }
    return NULL;
}

static bool is_ignored(const pt_tagged_dialect *dialect, pt_slice tag)
{
    for (const char *at = dialect->ignored; *at; at += strcspn(at, " ") + 1) {
        if (strcspn(at, " ") == tag.length && !memcmp(at, tag.text, tag.length)) {
            return true;
        }
    }
    return false;
}

static bool is_list(pt_tagged_kind kind)
{
    return kind == PT_TAGGED_AUTHOR || kind == PT_TAGGED_GROUP || kind == PT_TAGGED_DATE ||
           kind == PT_TAGGED_PUBLISHER_ID || kind == PT_TAGGED_KEYWORD || kind == PT_TAGGED_HEADING ||
           kind == PT_TAGGED_CATEGORY || kind == PT_TAGGED_TAGS || kind == PT_TAGGED_OWN ||
           kind == PT_TAGGED_ABSTRACT || kind == PT_TAGGED_ARXIV;
}

/* ---- collecting ------------------------------------------------------------------------------------------------ */

/* Adds a value to a kind, after a newline if there is one before. */
static void collect(tagged *t, const pt_tagged_field *field, pt_slice value, const char *between)
{
    values *to = &t->kinds[field->kind];

    t->size += value.length;
    if (t->size > PT_LINE_MAX) {
        t->too_large = true;
        return;
    }
    pt_buf_text(&to->text, to->text.size ? between : "");
    pt_buf_append(&to->text, value.text, value.length);
}

/* Takes the first line of a field. */
static int take_field(tagged *t, pt_slice tag, pt_slice value, papertag_error *err)
{
    const char *own = t->reader->tags_field;
    const pt_tagged_field *field = field_of(t->dialect, tag);
    values *to;

    value = pt_trimmed(value);
    if (!t->reader->tags_source && pt_same_name(own, strlen(own), tag.text, tag.length)) {
        field = &t->tags;
    }
    t->field = NULL;
    if (!field) {
        return value.length && !is_ignored(t->dialect, tag) ? pt_reader_unused(t->reader, tag.text, tag.length, err)
                                                            : PAPERTAG_OK;
    }
    if (field->kind >= PT_TAGGED_KINDS) {
        return PAPERTAG_OK;
    }
    to = &t->kinds[field->kind];
    if (to->text.size && field->rank < to->rank) {
        pt_buf_clear(&to->text);
    } else if (to->text.size && (field->rank > to->rank || !is_list(field->kind))) {
        return PAPERTAG_OK;
    }
    to->rank = field->rank;
    t->field = field;
    collect(t, field, value, "\n");
    return PAPERTAG_OK;
}

static void clear_record(tagged *t)
{
    for (size_t i = 0; i < PT_TAGGED_KINDS; i++) {
        pt_buf_clear(&t->kinds[i].text);
    }
    t->field = NULL;
    t->size = 0;
    t->too_large = false;
}

/* Whether a field begins another record, although its source has tags for that: another title after an empty line. */
static bool is_another(const tagged *t, const pt_tagged_field *field)
{
    const values *title = &t->kinds[PT_TAGGED_TITLE];

    return t->dialect->blank_ends && t->after_blank && field && field->kind == PT_TAGGED_TITLE && title->text.size &&
           field->rank == title->rank;
}

/* Takes a line. *done: it completes a record. */
static int take_line(tagged *t, pt_slice line, size_t number, bool *done, papertag_error *err)
{
    pt_slice tag = {"", 0}, value = {"", 0};
    const pt_tagged_field *field;

    if (!t->dialect->split(line, &tag, &value)) {
        const pt_slice more = pt_trimmed(line);
        t->after_blank = !more.length;
        if (!more.length && t->dialect->blank_ends && !t->begins) {
            *done = t->open;
            t->open = false;
        } else if (t->field && more.length) {
            collect(t, t->field, more, t->field->lines ? "\n" : " ");
        }
        return PAPERTAG_OK;
    }
    field = field_of(t->dialect, tag);
    if (t->open && is_another(t, field)) {
        t->open = false;
        t->pending = line;
        t->pending_number = number;
        *done = true;
        return PAPERTAG_OK;
    }
    t->after_blank = false;
    if (field && field->kind == PT_TAGGED_END) {
        *done = t->open;
        t->open = false;
        return PAPERTAG_OK;
    }
    if (field && field->begins) {
        t->begins = true;
        if (t->open) { /* the end of the one before is missing */
            t->open = false;
            t->pending = line;
            t->pending_number = number;
            *done = true;
            return PAPERTAG_OK;
        }
    }
    if (!t->open) {
        if (!field || (field->kind == PT_TAGGED_IGNORED && !field->begins)) {
            return PAPERTAG_OK; /* what precedes the first record */
        }
        t->open = true;
        t->line = number;
    }
    return take_field(t, tag, value, err);
}

/* ---- filling the record ---------------------------------------------------------------------------------------- */

/* The next line of a text; false after the last. */
static bool next_value(pt_slice *rest, pt_slice *value)
{
    const char *stop;

    if (!rest->length) {
        return false;
    }
    stop = memchr(rest->text, '\n', rest->length);
    *value = (pt_slice){rest->text, stop ? (size_t)(stop - rest->text) : rest->length};
    rest->text += value->length + (stop != NULL);
    rest->length -= value->length + (stop != NULL);
    return true;
}

static pt_slice all_values(const tagged *t, pt_tagged_kind kind)
{
    const pt_buf *text = &t->kinds[kind].text;
    return (pt_slice){text->data ? text->data : "", text->size};
}

static int set_markup(tagged *t, pt_tagged_kind kind, const char **field, papertag_error *err)
{
    const pt_slice text = all_values(t, kind);
    return text.length ? pt_record_markup(&t->reader->record, field, text.text, text.length, err) : PAPERTAG_OK;
}

static int set_text(tagged *t, pt_tagged_kind kind, const char **field, papertag_error *err)
{
    const pt_slice text = all_values(t, kind);
    return text.length ? pt_record_text(&t->reader->record, field, text.text, text.length, err) : PAPERTAG_OK;
}

/* The first of several addresses. */
static int set_address(tagged *t, const char **field, papertag_error *err)
{
    pt_slice text = pt_trimmed(all_values(t, PT_TAGGED_URL)), word = pt_take_word(&text);

    while (word.length && strchr(";,", word.text[word.length - 1])) {
        word.length--;
    }
    return word.length ? pt_record_text(&t->reader->record, field, word.text, word.length, err) : PAPERTAG_OK;
}

static int set_title(tagged *t, papertag_error *err)
{
    const int status = set_markup(t, PT_TAGGED_TITLE, &t->reader->record.paper.title, err);
    return status || !t->dialect->point_ends ? status : pt_record_trim_title(&t->reader->record, err);
}

/* Whether a value has the persons of BibTeX, "Doe, Dora and Roe, Rick": there is a comma before the word. */
static bool has_and(pt_slice name)
{
    bool comma = false;

    for (size_t i = 0; i + 5 < name.length; i++) {
        comma = comma || name.text[i] == ',';
        if (comma && pt_same_word(name.text + i, 5, " and ")) {
            return true;
        }
    }
    return false;
}

static int append_authors(tagged *t, pt_tagged_kind kind, papertag_error *err)
{
    pt_record *record = &t->reader->record;
    pt_slice rest = all_values(t, kind), name;
    int status = PAPERTAG_OK;

    while (!status && next_value(&rest, &name)) {
        status = memchr(name.text, ';', name.length) ? pt_record_authors(record, name.text, name.length, err)
                 : has_and(name)                     ? pt_record_anded_authors(record, name.text, name.length, err)
                                                     : pt_record_author(record, name.text, name.length, err);
    }
    return status;
}

/* Appends the items of a kind to a list. */
static int append_items(tagged *t, pt_tagged_kind kind, papertag_strings *list, const char *separators,
                        papertag_error *err)
{
    pt_slice rest = all_values(t, kind), item;
    int status = PAPERTAG_OK;

    while (!status && next_value(&rest, &item)) {
        if (kind == PT_TAGGED_HEADING) {
            const char *slash = memchr(item.text, '/', item.length);
            item.length = slash ? (size_t)(slash - item.text) : item.length;
        }
        while ((kind == PT_TAGGED_HEADING || kind == PT_TAGGED_KEYWORD) && item.length && *item.text == '*') {
            item.text++;
            item.length--;
        }
        status =
            pt_list_cell(&t->reader->record, list, item.text, item.length, separators, pt_record_append, NULL, err);
    }
    return status;
}

/* The most precise of the dates, if they agree on the year. A text without a year, as "FEB 3", completes a year. */
static int set_date(tagged *t, papertag_error *err)
{
    pt_record *record = &t->reader->record;
    const char **date = &record->paper.date;
    const pt_slice all = all_values(t, PT_TAGGED_DATE);
    pt_slice rest = all, text, part = {"", 0};
    int status = PAPERTAG_OK;

    while (!status && next_value(&rest, &text)) {
        const char *other = NULL;
        status = pt_record_date(record, &other, text.text, text.length, err);
        if (!other) {
            part = text;
        } else if (!*date || (strlen(other) > strlen(*date) && !strncmp(other, *date, strlen(*date)))) {
            *date = other;
        }
    }
    if (!status && *date && strlen(*date) == 4 && part.length && part.length < 40) {
        char joined[64];
        snprintf(joined, sizeof joined, "%.*s %s", (int)part.length, part.text, *date);
        return pt_record_date(record, date, joined, strlen(joined), err);
    }
    if (!status && !*date && all.length) {
        return pt_reader_remark(t->reader, err, "not understood as a date, and left out: %.*s",
                                (int)(all.length < 60 ? all.length : 60), all.text);
    }
    return status;
}

/* The DOI among identifiers of several kinds: "10.5555/x [doi]". */
static int set_publisher_id(tagged *t, papertag_error *err)
{
    static const char mark[] = "[doi]";
    pt_record *record = &t->reader->record;
    pt_slice rest = all_values(t, PT_TAGGED_PUBLISHER_ID), id;

    while (!record->paper.doi && next_value(&rest, &id)) {
        const size_t length = id.length > sizeof mark ? id.length - (sizeof mark - 1) : 0;
        if (length && !memcmp(id.text + length, mark, sizeof mark - 1)) {
            return pt_record_text(record, &record->paper.doi, id.text, length, err);
        }
    }
    return PAPERTAG_OK;
}

/* The arXiv identifier after "arXiv:" in any value of a kind. */
static int set_arxiv(tagged *t, pt_tagged_kind kind, papertag_error *err)
{
    pt_record *record = &t->reader->record;
    pt_slice rest = all_values(t, kind), text;

    while (!record->paper.arxiv && next_value(&rest, &text)) {
        for (size_t i = 0; i + 6 < text.length; i++) {
            size_t length = 0;
            const char *id = pt_same_word(text.text + i, 6, "arxiv:") ? pt_arxiv_id(text.text + i, &length) : NULL;
            if (id) {
                return pt_record_text(record, &record->paper.arxiv, id, length, err);
            }
        }
    }
    return PAPERTAG_OK;
}

static int set_own(tagged *t, papertag_error *err)
{
    pt_slice rest = all_values(t, PT_TAGGED_OWN), line;
    int status = PAPERTAG_OK;

    while (!status && next_value(&rest, &line)) {
        (void)pt_own_line(t->reader, line, &status, err);
    }
    return status;
}

static int set_fields(tagged *t, papertag_error *err)
{
    papertag_reader *reader = t->reader;
    papertag_paper *paper = &reader->record.paper;
    int status = set_text(t, PT_TAGGED_ID, &paper->id, err);

    status = status ? status : set_title(t, err);
    status = status ? status : set_markup(t, PT_TAGGED_ABSTRACT, &paper->abstract, err);
    status = status ? status : append_authors(t, PT_TAGGED_AUTHOR, err);
    status = status ? status : append_authors(t, PT_TAGGED_GROUP, err);
    status = status ? status : set_date(t, err);
    status = status ? status : set_text(t, PT_TAGGED_DOI, &paper->doi, err);
    status = status ? status : set_publisher_id(t, err);
    status = status ? status : set_address(t, &paper->url, err);
    status = status ? status : set_text(t, PT_TAGGED_PDF, &paper->pdf_url, err);
    status = status ? status : set_markup(t, PT_TAGGED_VENUE, &paper->venue, err);
    status = status ? status : append_items(t, PT_TAGGED_KEYWORD, &paper->keywords, t->dialect->separators, err);
    status = status ? status : append_items(t, PT_TAGGED_HEADING, &paper->keywords, "", err);
    status = status ? status : append_items(t, PT_TAGGED_CATEGORY, &paper->categories, "", err);
    status = status ? status : append_items(t, PT_TAGGED_TAGS, &paper->tags, ",", err);
    status = status ? status : set_arxiv(t, PT_TAGGED_ARXIV, err);
    status = status ? status : set_arxiv(t, PT_TAGGED_VENUE, err);
    status = status ? status : set_own(t, err);
    paper->has_tags = t->kinds[PT_TAGGED_TAGS].text.size > 0;
    if (!status && paper->id && t->dialect->address && !paper->doi) {
        status = pt_record_address(&reader->record, t->dialect->address, paper->id, strlen(paper->id), err);
    }
    return status
               ? status
               : pt_record_text(&reader->record, &paper->source, t->dialect->source, strlen(t->dialect->source), err);
}

/* Fills the record from what was collected. */
static int finish_record(tagged *t, papertag_error *err)
{
    pt_record_clear(&t->reader->record, t->line);
    if (t->too_large) {
        return pt_input_fail(&t->reader->input, t->line, err, "a record of more than %d MiB",
                             PT_LINE_MAX / 1024 / 1024);
    }
    for (size_t i = 0; i < PT_TAGGED_KINDS; i++) {
        if (t->kinds[i].text.failed) {
            return pt_no_memory(err);
        }
    }
    return set_fields(t, err);
}

/* ---- the format ------------------------------------------------------------------------------------------------ */

int pt_tagged_open(papertag_reader *reader, papertag_error *err)
{
    tagged *t = reader->state = pt_calloc(1, sizeof *t);

    if (!t) {
        return pt_no_memory(err);
    }
    t->dialect = reader->format->dialect;
    t->reader = reader;
    t->tags.kind = PT_TAGGED_TAGS;
    return PAPERTAG_OK;
}

/* Says that the source ended within a record, if its records have ends. */
static int report_cut(papertag_reader *reader, papertag_error *err)
{
    const tagged *t = reader->state;

    for (const pt_tagged_field *field = t->dialect->fields; field->tag; field++) {
        if (field->kind == PT_TAGGED_END) {
            return pt_reader_remark(reader, err, "the last record has no %s at its end: the file may be cut off",
                                    field->tag);
        }
    }
    return PAPERTAG_OK;
}

int pt_tagged_next(papertag_reader *reader, papertag_error *err)
{
    tagged *t = reader->state;
    bool done = false;
    int status = PAPERTAG_OK;

    clear_record(t);
    if (t->pending_number) {
        const size_t number = t->pending_number;
        t->pending_number = 0;
        status = take_line(t, t->pending, number, &done, err);
    }
    while (!status && !done) {
        pt_slice line;
        size_t number;
        status = pt_input_line(&reader->input, &line.text, &line.length, &number, err);
        status = status ? status : take_line(t, line, number, &done, err);
    }
    if (status == PAPERTAG_END && t->open) {
        t->open = false;
        status = report_cut(reader, err);
    }
    return status ? status : finish_record(t, err);
}

void pt_tagged_close(papertag_reader *reader)
{
    tagged *t = reader->state;

    for (size_t i = 0; t && i < PT_TAGGED_KINDS; i++) {
        pt_buf_free(&t->kinds[i].text);
    }
    free(t);
}

bool pt_tagged_has(const pt_tagged_dialect *dialect, const char *head, size_t size, const char *tag)
{
    const char *at = head, *end = head + size;

    for (int i = 0; at && i < 50; i++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        pt_slice found, value;
        if (dialect->split((pt_slice){at, (size_t)((stop ? stop : end) - at)}, &found, &value) &&
            found.length == strlen(tag) && !memcmp(found.text, tag, found.length)) {
            return true;
        }
        at = stop ? stop + 1 : NULL;
    }
    return false;
}
