/*
 * bib - papers from bibliographies: BibTeX and biblatex.
 *
 * The fields of an entry are collected as they are written. They become a paper once the entry is complete, because one
 * field may depend on another.
 */
#include <stdlib.h>

#include "base/date.h"
#include "bib_parents.h"
#include "format.h"
#include "latex.h"
#include "list_cell.h"
#include "markup.h"
#include "names.h"
#include "own_fields.h"
#include "reader.h"

typedef struct bib {
    pt_bib_syntax syntax;
    pt_bib_parents parents;
    papertag_reader *reader;
    pt_record *record;
    papertag_error *err;
    pt_buf values[PT_BIB_FIELDS]; /* as written; empty: not given */
    pt_buf plain;                 /* the text of the current value */
    bool wrong_date;              /* one was reported */
} bib;

/* Makes b->plain the text of a value. */
static int make_plain(bib *b, const pt_buf *value, pt_latex_kind kind)
{
    pt_buf_clear(&b->plain);
    pt_latex_text(&b->plain, value->data, value->size, kind);
    return b->plain.failed ? pt_no_memory(b->err) : PAPERTAG_OK;
}

/* A field that bibliographies do not usually have, but other sources do: "github", "arxivId". */
static int take_other(bib *b, const pt_field *field)
{
    papertag_paper *paper = &b->record->paper;
    const pt_latex_kind kind = field->kind == PT_FIELD_TEXT ? PT_LATEX_ADDRESS : PT_LATEX_PROSE;
    int status = make_plain(b, &b->syntax.value, kind);

    if (status) {
        return status;
    }
    if (field->kind == PT_FIELD_TEXT && !*pt_text_member(field, paper)) {
        return pt_record_text(b->record, pt_text_member(field, paper), b->plain.data, b->plain.size, b->err);
    }
    if (field->kind == PT_FIELD_DATE && !*pt_text_member(field, paper)) {
        return pt_record_date(b->record, pt_text_member(field, paper), b->plain.data, b->plain.size, b->err);
    }
    if (pt_is_list(field)) {
        paper->has_tags = paper->has_tags || field->kind == PT_FIELD_TAGS;
        return pt_list_cell(b->record, pt_list_member(field, paper), b->plain.data, b->plain.size, ",",
                            pt_record_append, NULL, b->err);
    }
    return PAPERTAG_OK;
}

/* Collects a field, if it is known and the first of its kind that has a value. */
static int take_field(pt_bib_syntax *syntax, pt_slice name, void *context)
{
    bib *b = context;
    const char *tags = b->reader->tags_field;
    const pt_bib_field known = pt_bib_field_named(name);
    const pt_field *field = NULL;
    unsigned rank;

    if (!syntax->value.size) {
        return PAPERTAG_OK;
    }
    if (pt_is_own_field(name)) {
        const int status = make_plain(b, &syntax->value, PT_LATEX_PROSE);
        return status ? status : pt_own_field(b->reader, name, (pt_slice){b->plain.data, b->plain.size}, b->err);
    }
    if (known < PT_BIB_FIELDS) {
        pt_buf *to = &b->values[known];
        pt_buf_append(to, syntax->value.data, to->size ? 0 : syntax->value.size);
        return to->failed ? pt_no_memory(b->err) : PAPERTAG_OK;
    }
    if (!b->reader->tags_source && pt_same_name(name.text, name.length, tags, strlen(tags))) {
        field = pt_field_named("tags", 4, &rank);
    } else if (known == PT_BIB_UNKNOWN) {
        field = pt_field_named(name.text, name.length, &rank);
        field = field && field->kind == PT_FIELD_TAGS ? NULL : field;
    }
    if (field) {
        return take_other(b, field);
    }
    return known == PT_BIB_UNKNOWN ? pt_reader_unused(b->reader, name.text, name.length, b->err) : PAPERTAG_OK;
}

static int set_text(bib *b, pt_bib_field from, const char **to, pt_latex_kind kind)
{
    const pt_buf *value = &b->values[from];
    int status = value->size ? make_plain(b, value, kind) : PAPERTAG_OK;

    if (status || !value->size || *to) {
        return status;
    }
    if (kind == PT_LATEX_ADDRESS) { /* some programs write several, with spaces between */
        const pt_slice all = pt_trimmed((pt_slice){b->plain.data, b->plain.size});
        size_t length = 0;
        while (length < all.length && !pt_is_white(all.text[length])) {
            length++;
        }
        return pt_record_text(b->record, to, all.text, length, b->err);
    }
    return pt_record_markup(b->record, to, b->plain.data, b->plain.size, b->err);
}

/* An address in "howpublished", which may have words around it, when there is no other. */
static int set_how(bib *b)
{
    const pt_buf *value = &b->values[PT_BIB_HOW];
    int status = value->size ? make_plain(b, value, PT_LATEX_ADDRESS) : PAPERTAG_OK;
    const char *from = !status && value->size ? strstr(b->plain.data, "http") : NULL;

    if (!from || (strncmp(from, "http://", 7) != 0 && strncmp(from, "https://", 8) != 0)) {
        return status;
    }
    return pt_record_address(b->record, "", from, strcspn(from, " \t\r\n,;\""), b->err);
}

static int set_title(bib *b)
{
    pt_buf *title = &b->values[PT_BIB_TITLE], *more = &b->values[PT_BIB_SUBTITLE];

    if (!title->size) { /* a book may have its title there */
        return set_text(b, PT_BIB_BOOK, &b->record->paper.title, PT_LATEX_PROSE);
    }

    if (title->size && more->size) {
        pt_buf_text(title, strchr("?!:.", title->data[title->size - 1]) ? " " : ": ");
        pt_buf_append(title, more->data, more->size);
        if (title->failed) {
            return pt_no_memory(b->err);
        }
    }
    return set_text(b, PT_BIB_TITLE, &b->record->paper.title, PT_LATEX_PROSE);
}

/* ---- authors --------------------------------------------------------------------------------------------------- */

/* The parts of biblatex's extended format: "family=Doe, given=Dora, prefix=van der". */
enum { GIVEN, PREFIX, FAMILY, SUFFIX, NAME_PARTS };

/* The name of a part, when text begins with it and a '='; *length is set to the bytes up to the value. */
static int part_of_name(pt_slice text, size_t *length)
{
    static const char *const parts[] = {"given", "prefix", "family", "suffix"};
    size_t name = 0, at;

    while (name < text.length && (pt_is_letter(text.text[name]) || text.text[name] == '-')) {
        name++;
    }
    for (at = name; at < text.length && pt_is_white(text.text[at]); at++) {
    }
    if (!name || at == text.length || text.text[at] != '=') {
        return -1;
    }
    *length = at + 1;
    for (int i = 0; i < NAME_PARTS; i++) {
        if (pt_slice_is((pt_slice){text.text, name}, parts[i])) {
            return i;
        }
    }
    return NAME_PARTS; /* "useprefix=true", "given-i=D" */
}

/* The bytes of a value up to a comma outside of braces and quotes. */
static size_t value_of_part(pt_slice text)
{
    size_t i = 0, depth = 0;
    bool quoted = false;

    for (; i < text.length && (depth || quoted || text.text[i] != ','); i++) {
        depth += text.text[i] == '{';
        depth -= text.text[i] == '}' && depth;
        quoted = quoted != (text.text[i] == '"' && !depth);
    }
    return i;
}

static int append_extended_name(bib *b, pt_slice name)
{
    pt_slice parts[NAME_PARTS] = {{0}};
    pt_buf order = {0};
    int status;

    while (name.length) {
        size_t length = 0, size;
        const int part = part_of_name(name, &length);
        pt_slice value;
        name.text += length;
        name.length -= length;
        size = value_of_part(name);
        value = pt_trimmed((pt_slice){name.text, size});
        if (value.length >= 2 && *value.text == '"' && value.text[value.length - 1] == '"') {
            value = (pt_slice){value.text + 1, value.length - 2};
        }
        if (part >= 0 && part < NAME_PARTS) {
            parts[part] = value;
        }
        size += size < name.length;
        name = pt_trimmed((pt_slice){name.text + size, name.length - size});
    }
    for (size_t i = 0; i < NAME_PARTS; i++) {
        pt_buf_append(&order, parts[i].text, parts[i].length);
        pt_buf_text(&order, " ");
    }
    status = order.failed ? pt_no_memory(b->err) : make_plain(b, &order, PT_LATEX_PROSE);
    pt_buf_free(&order);
    return status ? status
                  : pt_record_append(b->record, &b->record->paper.authors, b->plain.data, b->plain.size, b->err);
}

static int append_author(bib *b, pt_slice name)
{
    size_t length;

    name = pt_trimmed(name);
    if (name.length >= 2 && *name.text == '"' && name.text[name.length - 1] == '"') {
        name = (pt_slice){name.text + 1, name.length - 2};
    }
    return part_of_name(name, &length) >= 0 ? append_extended_name(b, name)
                                            : pt_record_anded_authors(b->record, name.text, name.length, b->err);
}

/* Names are separated by the word "and", except inside braces. */
static int set_authors(bib *b)
{
    const char *text = b->values[PT_BIB_AUTHOR].data;
    size_t size = b->values[PT_BIB_AUTHOR].size, from = 0, depth = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < size && !status; i++) {
        depth += text[i] == '{';
        depth -= text[i] == '}' && depth;
        if (!depth && i + 4 < size && pt_is_white(text[i]) && pt_is_white(text[i + 4]) &&
            pt_slice_is((pt_slice){text + i + 1, 3}, "and")) {
            status = append_author(b, (pt_slice){text + from, i - from});
            from = i + 4;
            i += 3; /* the space after one "and" may also be the space before another */
        }
    }
    return status || !size ? status : append_author(b, (pt_slice){text + from, size - from});
}

/* A list with ';' between items, else with commas. */
static int append_list(bib *b, pt_bib_field from, papertag_strings *list, const char *separators)
{
    const pt_buf *value = &b->values[from];
    int status = value->size ? make_plain(b, value, PT_LATEX_PROSE) : PAPERTAG_OK;

    return status || !value->size ? status
                                  : pt_list_cell(b->record, list, b->plain.data, b->plain.size, separators,
                                                 pt_record_append, NULL, b->err);
}

/* ---- dates ----------------------------------------------------------------------------------------------------- */

/* Appends the text of one part of a date, and a space. A month that is a number is named, for a number next to a year
 * could as well be a day. */
static int append_date_part(bib *b, pt_bib_field part, pt_buf *text)
{
    const char *at;
    int number, status = b->values[part].size ? make_plain(b, &b->values[part], PT_LATEX_PROSE) : PAPERTAG_OK;

    if (status || !b->values[part].size) {
        return status;
    }
    at = b->plain.data + strspn(b->plain.data, " \t\r\n");
    number = strspn(at, "0123456789") <= 2 && !at[strspn(at, "0123456789 \t\r\n")] ? atoi(at) : 0;
    pt_buf_text(text, part == PT_BIB_MONTH && number >= 1 && number <= 12 ? pt_month_name(number) : at);
    pt_buf_text(text, " ");
    return text->failed ? pt_no_memory(b->err) : PAPERTAG_OK;
}

/* Reports the first text that gives no date. */
static int report_date(bib *b, const pt_buf *text)
{
    if (b->wrong_date) {
        return PAPERTAG_OK;
    }
    b->wrong_date = true;
    return pt_reader_remark(b->reader, b->err, "not understood as a date, and left out: %.60s", text->data);
}

/* From "date", else from "year", "month" and "day", of which one may contain the next: "May 5--7", "5~May". */
static int set_date(bib *b)
{
    const char **to = &b->record->paper.date;
    pt_buf text = {0};
    int status = append_date_part(b, PT_BIB_DATE, &text);

    if (!status && text.size) {
        status = pt_record_date(b->record, to, text.data, text.size, b->err);
    }
    if (!status && !*to && b->values[PT_BIB_YEAR].size) {
        pt_buf_clear(&text);
        status = append_date_part(b, PT_BIB_YEAR, &text);
        status = status ? status : append_date_part(b, PT_BIB_MONTH, &text);
        status = status ? status : append_date_part(b, PT_BIB_DAY, &text);
        status = status ? status : pt_record_date(b->record, to, text.data, text.size, b->err);
    }
    if (!status && !*to && text.size) {
        status = report_date(b, &text);
    }
    pt_buf_free(&text);
    return status;
}

/* ---- identifiers ----------------------------------------------------------------------------------------------- */

/* The arXiv identifier in one field: the whole of an eprint, "abs/..." in a volume, after "arXiv:" elsewhere. */
static int set_arxiv_from(bib *b, pt_bib_field from)
{
    const char *text, *mark;
    size_t length = 0;
    int status = make_plain(b, &b->values[from], PT_LATEX_ADDRESS);

    if (status) {
        return status;
    }
    text = b->plain.data + strspn(b->plain.data, " \t\r\n");
    mark = strstr(text, "arXiv:");
    if (from != PT_BIB_EPRINT && !mark && (from != PT_BIB_VOLUME || strncmp(text, "abs/", 4) != 0)) {
        return PAPERTAG_OK;
    }
    text = pt_arxiv_id(from != PT_BIB_EPRINT && mark ? mark : text, &length);
    return text ? pt_record_text(b->record, &b->record->paper.arxiv, text, length, b->err) : PAPERTAG_OK;
}

/* From an arXiv eprint, else from what indexes write: journal = {arXiv preprint arXiv:...}, volume = {abs/...}. */
static int set_arxiv(bib *b)
{
    static const pt_bib_field places[] = {PT_BIB_EPRINT, PT_BIB_NUMBER, PT_BIB_JOURNAL, PT_BIB_VOLUME};
    const pt_buf *type = &b->values[PT_BIB_EPRINT_TYPE];
    int status = type->size ? make_plain(b, type, PT_LATEX_PROSE) : PAPERTAG_OK;
    const bool foreign =
        !status && type->size && !pt_slice_is(pt_trimmed((pt_slice){b->plain.data, b->plain.size}), "arxiv");

    for (size_t i = 0; i < sizeof places / sizeof *places && !status && !b->record->paper.arxiv; i++) {
        if (b->values[places[i]].size && (places[i] != PT_BIB_EPRINT || !foreign)) {
            status = set_arxiv_from(b, places[i]);
        }
    }
    return status;
}

/* An arXiv identifier replaces the citation key as id, because every bibliography has its own key for a paper. */
static int replace_key(bib *b)
{
    papertag_paper *paper = &b->record->paper;
    int status = pt_record_identify(b->record, b->err);

    if (status || !paper->arxiv) {
        return status;
    }
    paper->id = paper->arxiv;
    status = append_list(b, PT_BIB_CLASS, &paper->categories, ", ");
    return status ? status : pt_record_address(b->record, PT_ARXIV_ADDRESS, paper->arxiv, strlen(paper->arxiv), b->err);
}

/* ---- the format ------------------------------------------------------------------------------------------------ */

static int set_fields(bib *b)
{
    papertag_paper *paper = &b->record->paper;
    const pt_slice key = b->syntax.key;
    int status = pt_record_text(b->record, &paper->id, key.text, key.length, b->err);

    status = status ? status : set_title(b);
    status = status ? status : set_text(b, PT_BIB_ABSTRACT, &paper->abstract, PT_LATEX_PROSE);
    status = status ? status : set_authors(b);
    status = status ? status : set_date(b);
    status = status ? status : append_list(b, PT_BIB_KEYWORDS, &paper->keywords, ",");
    status = status ? status : append_list(b, PT_BIB_MORE_KEYWORDS, &paper->keywords, ",");
    status = status ? status : set_text(b, PT_BIB_JOURNAL, &paper->venue, PT_LATEX_PROSE);
    status = status ? status : set_text(b, PT_BIB_BOOK, &paper->venue, PT_LATEX_PROSE);
    status = status ? status : set_text(b, PT_BIB_ORGANIZATION, &paper->organization, PT_LATEX_PROSE);
    status = status ? status : set_text(b, PT_BIB_DOI, &paper->doi, PT_LATEX_ADDRESS);
    status = status ? status : set_text(b, PT_BIB_URL, &paper->url, PT_LATEX_ADDRESS);
    status = status ? status : set_how(b);
    status = status ? status : set_arxiv(b);
    status = status ? status : pt_record_text(b->record, &paper->source, PT_SOURCE_BIBTEX, 6, b->err);
    return status ? status : replace_key(b);
}

static int open_bib(papertag_reader *reader, papertag_error *err)
{
    bib *b = reader->state = pt_calloc(1, sizeof *b);
    int status;

    if (!b) {
        return pt_no_memory(err);
    }
    b->syntax.in = &reader->input;
    b->reader = reader;
    b->record = &reader->record;
    status = pt_input_all(&reader->input, err);
    b->parents.source = (pt_input){.name = reader->name,
                                   .source = {.fd = -1},
                                   .start = reader->input.start,
                                   .end = reader->input.end,
                                   .at_end = true,
                                   .line = 1};
    return status;
}

static void close_bib(papertag_reader *reader)
{
    bib *b = reader->state;

    if (b) {
        for (size_t i = 0; i < PT_BIB_FIELDS; i++) {
            pt_buf_free(&b->values[i]);
        }
        pt_buf_free(&b->plain);
        pt_bib_close(&b->syntax);
        pt_bib_parents_free(&b->parents);
        free(b);
    }
}

/* Whether entries of a type are no papers: those that hold fields for others, groups of entries, and settings. */
static bool is_no_paper(pt_slice type)
{
    static const char *const types[] = {"xdata", "set", "control", "settings", "ieeetranbstctl", "bibnote", NULL};
    size_t i = 0;

    while (types[i] && !pt_slice_is(type, types[i])) {
        i++;
    }
    return types[i] != NULL;
}

/* Reads an entry; sets b->values. */
static int next_entry(bib *b)
{
    bool missing = false;
    int status;

    do {
        for (size_t i = 0; i < PT_BIB_FIELDS; i++) {
            pt_buf_clear(&b->values[i]);
        }
        pt_record_clear(b->record, 0);
        status = pt_bib_next(&b->syntax, take_field, b);
    } while (!status && is_no_paper(b->syntax.type));
    b->record->paper.line = b->syntax.line;
    status = status ? status : pt_bib_inherit(&b->parents, b->values, &missing, b->err);
    if (!status && missing) {
        status = pt_reader_remark(b->reader, b->err, "names an entry in crossref or xdata that it does not have");
    }
    return status;
}

static int next_bib(papertag_reader *reader, papertag_error *err)
{
    bib *b = reader->state;
    const papertag_paper *paper = &b->record->paper;
    int status;

    b->err = b->syntax.err = err;
    status = next_entry(b);
    status = status ? status : set_fields(b);
    if (!status && !paper->title && !paper->abstract) {
        return pt_input_fail(&reader->input, paper->line, err, "entry '%.*s' (@%.*s) has neither title nor abstract",
                             (int)(b->syntax.key.length < 80 ? b->syntax.key.length : 80), b->syntax.key.text,
                             (int)(b->syntax.type.length < 80 ? b->syntax.type.length : 80), b->syntax.type.text);
    }
    return status;
}

static bool fits_bib(const char *head, size_t size)
{
    const char *at = head, *end = head + size;

    if (*head == '{' || *head == '[' || *head == '<') {
        return false;
    }
    while (at) {
        while (at < end && pt_is_white(*at)) {
            at++;
        }
        if (pt_bib_begins_entry(at, end)) {
            return true;
        }
        at = memchr(at, '\n', (size_t)(end - at));
    }
    return false;
}

const pt_format pt_format_bib = {
    .name = "bib",
    .fits = fits_bib,
    .open = open_bib,
    .next = next_bib,
    .close = close_bib,
    .written_by = "Zotero, JabRef, Mendeley, publishers",
    .about = "BibTeX and biblatex; LaTeX becomes plain text",
};
