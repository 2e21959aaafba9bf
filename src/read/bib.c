/*
 * bib - papers from bibliographies: BibTeX and biblatex.
 *
 * The fields of an entry are collected as they are written. They become a paper once the entry is complete, because one
 * field may depend on another.
 */
#include <stdlib.h>

#include "base/date.h"
#include "bib_syntax.h"
#include "format.h"
#include "latex.h"
#include "names.h"
#include "reader.h"

typedef enum field {
    TITLE,
    SUBTITLE,
    ABSTRACT,
    AUTHOR,
    DATE,
    YEAR,
    MONTH,
    DAY,
    DOI,
    EPRINT,
    EPRINT_TYPE,
    URL,
    JOURNAL,
    NUMBER,
    VOLUME,
    KEYWORDS,
    ORGANIZATION,
    FIELDS
} field;

static const struct {
    const char *name;
    field field;
} names[] = {{"title", TITLE},
             {"subtitle", SUBTITLE},
             {"abstract", ABSTRACT},
             {"author", AUTHOR},
             {"date", DATE},
             {"year", YEAR},
             {"month", MONTH},
             {"day", DAY},
             {"doi", DOI},
             {"eprint", EPRINT},
             {"eprinttype", EPRINT_TYPE},
             {"archiveprefix", EPRINT_TYPE},
             {"url", URL},
             {"journal", JOURNAL},
             {"journaltitle", JOURNAL},
             {"booktitle", JOURNAL},
             {"number", NUMBER},
             {"volume", VOLUME},
             {"keywords", KEYWORDS},
             {"keyword", KEYWORDS},
             {"institution", ORGANIZATION},
             {"school", ORGANIZATION}};

typedef struct bib {
    pt_bib_syntax syntax;
    pt_record *record;
    papertag_error *err;
    pt_buf values[FIELDS]; /* as written; empty: not given */
    pt_buf plain;          /* the text of the current value */
} bib;

/* Collects a field, if it is known and the first of its kind that has a value. */
static int take_field(pt_bib_syntax *syntax, pt_slice name, void *context)
{
    bib *b = context;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pt_buf *to = &b->values[names[i].field];
        if (pt_slice_is(name, names[i].name) && !to->size) {
            pt_buf_append(to, syntax->value.data ? syntax->value.data : "", syntax->value.size);
            return to->failed ? pt_no_memory(b->err) : PAPERTAG_OK;
        }
    }
    return PAPERTAG_OK;
}

/* Makes b->plain the text of a value. */
static int make_plain(bib *b, const pt_buf *value, pt_latex_kind kind)
{
    pt_buf_clear(&b->plain);
    pt_latex_text(&b->plain, value->data, value->size, kind);
    return b->plain.failed ? pt_no_memory(b->err) : PAPERTAG_OK;
}

static int set_text(bib *b, field from, const char **to, pt_latex_kind kind)
{
    const pt_buf *value = &b->values[from];
    int status = value->size ? make_plain(b, value, kind) : PAPERTAG_OK;

    return status || !value->size ? status : pt_record_text(b->record, to, b->plain.data, b->plain.size, b->err);
}

static int set_title(bib *b)
{
    pt_buf *title = &b->values[TITLE], *more = &b->values[SUBTITLE];

    if (title->size && more->size) {
        pt_buf_text(title, strchr("?!:.", title->data[title->size - 1]) ? " " : ": ");
        pt_buf_append(title, more->data, more->size);
        if (title->failed) {
            return pt_no_memory(b->err);
        }
    }
    return set_text(b, TITLE, &b->record->paper.title, PT_LATEX_PROSE);
}

/* ---- lists ------------------------------------------------------------------------------------------------------ */

static int set_authors(bib *b)
{
    const pt_buf *value = &b->values[AUTHOR];
    return value->size ? pt_record_anded_authors(b->record, value->data, value->size, b->err) : PAPERTAG_OK;
}

static int set_keywords(bib *b)
{
    const pt_buf *value = &b->values[KEYWORDS];
    int status = value->size ? make_plain(b, value, PT_LATEX_PROSE) : PAPERTAG_OK;

    return status || !value->size
               ? status
               : pt_record_split(b->record, &b->record->paper.keywords, b->plain.data, b->plain.size, ",;", b->err);
}

/* ---- dates ----------------------------------------------------------------------------------------------------- */

/* Appends the text of one part of a date, and a space. A month that is a number is named, for a number next to a year
 * could as well be a day. */
static int append_date_part(bib *b, field part, pt_buf *text)
{
    const char *at;
    int number, status = b->values[part].size ? make_plain(b, &b->values[part], PT_LATEX_PROSE) : PAPERTAG_OK;

    if (status || !b->values[part].size) {
        return status;
    }
    at = b->plain.data + strspn(b->plain.data, " \t\r\n");
    number = strspn(at, "0123456789") <= 2 && !at[strspn(at, "0123456789 \t\r\n")] ? atoi(at) : 0;
    pt_buf_text(text, part == MONTH && number >= 1 && number <= 12 ? pt_month_name(number) : at);
    pt_buf_text(text, " ");
    return text->failed ? pt_no_memory(b->err) : PAPERTAG_OK;
}

/* From "date", else from "year", "month" and "day", of which one may contain the next: "May 5--7", "5~May". */
static int set_date(bib *b)
{
    const char **to = &b->record->paper.date;
    pt_buf text = {0};
    int status = append_date_part(b, DATE, &text);

    if (!status && text.size) {
        status = pt_record_date(b->record, to, text.data, text.size, b->err);
    }
    if (!status && !*to) {
        pt_buf_clear(&text);
        status = append_date_part(b, YEAR, &text);
        status = status ? status : append_date_part(b, MONTH, &text);
        status = status ? status : append_date_part(b, DAY, &text);
    }
    if (!status && !*to && text.size) {
        status = pt_record_date(b->record, to, text.data, text.size, b->err);
    }
    pt_buf_free(&text);
    return status;
}

/* ---- identifiers ----------------------------------------------------------------------------------------------- */

/* The arXiv identifier in one field: the whole of an eprint, "abs/..." in a volume, after "arXiv:" elsewhere. */
static int set_arxiv_from(bib *b, field from)
{
    const char *text, *mark;
    size_t length = 0;
    int status = make_plain(b, &b->values[from], PT_LATEX_ADDRESS);

    if (status) {
        return status;
    }
    text = b->plain.data + strspn(b->plain.data, " \t\r\n");
    mark = strstr(text, "arXiv:");
    if (from != EPRINT && !mark && (from != VOLUME || strncmp(text, "abs/", 4) != 0)) {
        return PAPERTAG_OK;
    }
    text = pt_arxiv_id(from != EPRINT && mark ? mark : text, &length);
    return text ? pt_record_text(b->record, &b->record->paper.arxiv, text, length, b->err) : PAPERTAG_OK;
}

/* From an arXiv eprint, else from what indexes write: journal = {arXiv preprint arXiv:...}, volume = {abs/...}. */
static int set_arxiv(bib *b)
{
    static const field places[] = {EPRINT, NUMBER, JOURNAL, VOLUME};
    const pt_buf *type = &b->values[EPRINT_TYPE];
    const bool foreign = type->size && !pt_slice_is((pt_slice){type->data, type->size}, "arxiv");
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof places / sizeof *places && !status && !b->record->paper.arxiv; i++) {
        if (b->values[places[i]].size && (places[i] != EPRINT || !foreign)) {
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
    return pt_record_address(b->record, PT_ARXIV_ADDRESS, paper->arxiv, strlen(paper->arxiv), b->err);
}

/* ---- the format ------------------------------------------------------------------------------------------------ */

static int set_fields(bib *b)
{
    papertag_paper *paper = &b->record->paper;
    const pt_slice key = b->syntax.key;
    int status = pt_record_text(b->record, &paper->id, key.text, key.length, b->err);

    status = status ? status : set_title(b);
    status = status ? status : set_text(b, ABSTRACT, &paper->abstract, PT_LATEX_PROSE);
    status = status ? status : set_authors(b);
    status = status ? status : set_date(b);
    status = status ? status : set_keywords(b);
    status = status ? status : set_text(b, JOURNAL, &paper->venue, PT_LATEX_PROSE);
    status = status ? status : set_text(b, ORGANIZATION, &paper->organization, PT_LATEX_PROSE);
    status = status ? status : set_text(b, DOI, &paper->doi, PT_LATEX_ADDRESS);
    status = status ? status : set_text(b, URL, &paper->url, PT_LATEX_ADDRESS);
    status = status ? status : set_arxiv(b);
    status = status ? status : pt_record_text(b->record, &paper->source, PT_SOURCE_BIBTEX, 6, b->err);
    return status ? status : replace_key(b);
}

static int open_bib(papertag_reader *reader, papertag_error *err)
{
    bib *b = reader->state = pt_calloc(1, sizeof *b);

    if (!b) {
        return pt_no_memory(err);
    }
    b->syntax.in = &reader->input;
    b->record = &reader->record;
    return pt_input_all(&reader->input, err);
}

static void close_bib(papertag_reader *reader)
{
    bib *b = reader->state;

    if (b) {
        for (size_t i = 0; i < FIELDS; i++) {
            pt_buf_free(&b->values[i]);
        }
        pt_buf_free(&b->plain);
        pt_bib_close(&b->syntax);
        free(b);
    }
}

static int next_bib(papertag_reader *reader, papertag_error *err)
{
    bib *b = reader->state;
    int status;

    b->err = b->syntax.err = err;
    for (size_t i = 0; i < FIELDS; i++) {
        pt_buf_clear(&b->values[i]);
    }
    status = pt_bib_next(&b->syntax, take_field, b);
    if (status) {
        return status;
    }
    pt_record_clear(b->record, b->syntax.line);
    return set_fields(b);
}

static bool fits_bib(const char *head, size_t size)
{
    const char *at = head, *end = head + size;

    if (*head == '{' || *head == '[' || *head == '<') {
        return false;
    }
    while (at && !pt_bib_begins_entry(at, end)) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at != NULL;
}

const pt_format pt_format_bib = {"bib", fits_bib, open_bib, next_bib, close_bib};
