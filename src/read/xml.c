/*
 * xml - see xml.h.
 *
 * Expat reads the source in pieces and is suspended at the end of each record, so a paper is returned as soon as it is
 * complete and only one record is in memory. Document type declarations are refused, because the entities that they
 * declare can name files or expand without limit.
 */
#include "xml.h"
#include "pubmed.h"

#include <expat.h>
#include <stdlib.h>

#include "markup.h"
#include "names.h"
#include "reader.h"

enum { DEPTH_MAX = 64 };                                       /* nested elements */
enum { TEXT_MAX = 16 * 1024 * 1024, CHUNK_MAX = 1024 * 1024 }; /* bytes: in an element; passed to expat at once */

/* Forenames, keyname, suffix: the order in a name, and in pt_xml_kind. */
enum { NAME_PARTS = 3 };

typedef struct xml {
    XML_Parser parser;
    papertag_reader *reader;
    const pt_xml_dialect *dialect;
    unsigned depth;        /* of the element that expat is in, from 1 */
    unsigned record_depth; /* 0 outside of a record */
    unsigned field_depth;  /* 0 outside of an element whose text is read */
    unsigned author_depth; /* 0 outside of an author of several parts */
    pt_xml_kind field;     /* of the text that is read; PT_XML_NONE outside of one */
    pt_buf text;
    pt_buf author[NAME_PARTS];
    bool complete, deleted, raw; /* the record */
    bool suspended, ended;       /* the parser */
    size_t passed;               /* to the parser, bytes */
    size_t wanted;               /* in the next piece, at least; bytes */
    bool no_memory;
    size_t fault_line;
    char fault[256]; /* why the parser was stopped for good */
} xml;

/* The line and the byte that expat is on. Builds of expat differ in their types, and newer releases deprecate these
 * functions for others that older releases lack. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static size_t line_of(const xml *x)
{
    return (size_t)XML_GetCurrentLineNumber(x->parser);
}

static size_t byte_of(const xml *x)
{
    return (size_t)XML_GetCurrentByteIndex(x->parser);
}
#pragma GCC diagnostic pop

static void stop(xml *x, const char *why)
{
    if (!x->fault[0]) {
        snprintf(x->fault, sizeof x->fault, "%s", why);
        x->fault_line = line_of(x);
    }
    XML_StopParser(x->parser, XML_FALSE);
}

/* Stops the parser if a step failed, which only happens when there is no memory. */
static void check(xml *x, int status)
{
    if (status) {
        x->no_memory = true;
        XML_StopParser(x->parser, XML_FALSE);
    }
}

static const char *local_name(const char *name)
{
    const char *separator = strrchr(name, '\n'); /* between the namespace and the name */
    return separator ? separator + 1 : name;
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        if (!strcmp(local_name(*attributes), name)) {
            return attributes[1];
        }
    }
    return NULL;
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static int set_once(xml *x, const char **field, const char *text, size_t length)
{
    return *field ? PAPERTAG_OK : pt_record_text(&x->reader->record, field, text, length, NULL);
}

static int set_id(xml *x, const char *text, size_t length)
{
    papertag_paper *paper = &x->reader->record.paper;
    size_t size = length;
    const char *id = pt_arxiv_id(text, &size);
    int status;

    if (!id) {
        status = set_once(x, &paper->id, text, length);
        return status || strncmp(text, "http", 4) != 0 ? status : set_once(x, &paper->url, text, length);
    }
    status = set_once(x, &paper->id, id, size);
    status = status ? status : set_once(x, &paper->source, "arxiv", 5);
    return status ? status : pt_record_address(&x->reader->record, PT_ARXIV_ADDRESS, id, size, NULL);
}

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* The kind of announcement and the abstract, with which feeds of arXiv fill the same element:
 * "arXiv:2508.13426v1 Announce Type: new Abstract: ...". */
static int set_announcement(xml *x, const char *text, size_t length)
{
    static const char mark[] = "Announce Type: ";
    papertag_paper *paper = &x->reader->record.paper;
    const char *lead = strstr(text, "Abstract: "), *type = strstr(text, mark);
    int status = PAPERTAG_OK;

    if (type && lead && type < lead) {
        type += sizeof mark - 1;
        status = set_once(x, &paper->announce_type, type, strcspn(type, " \t\r\n"));
    }
    lead = lead ? lead + 10 : text;
    return status || paper->abstract
               ? status
               : pt_record_markup(&x->reader->record, &paper->abstract, lead, length - (size_t)(lead - text), NULL);
}

static int set_abstract(xml *x, const char *text, size_t length)
{
    pt_record *record = &x->reader->record;

    if (record->paper.abstract || begins(text, "Comment: ")) {
        return PAPERTAG_OK; /* oai_dc has the author's comments as another description */
    }
    if (begins(text, "arXiv:")) {
        return set_announcement(x, text, length);
    }
    if (*text == '<' && strstr(text, "PMID:")) {
        text = pt_pubmed_abstract(text, &length);
    }
    return pt_record_markup(record, &record->paper.abstract, text, length, NULL);
}

static int append(xml *x, papertag_strings *list, const char *text, size_t length)
{
    return pt_record_append(&x->reader->record, list, text, length, NULL);
}

/* Appends the author whose parts have been read. */
static int append_author(xml *x)
{
    const pt_buf *parts = x->author;
    int status = pt_record_person(&x->reader->record, parts[0].data, parts[1].data, parts[2].data, NULL);

    for (int i = 0; i < NAME_PARTS; i++) {
        status = x->author[i].failed ? PAPERTAG_NO_MEMORY : status;
        pt_buf_clear(&x->author[i]);
    }
    return status;
}

/* A DOI, an address, or the identifier of arXiv or an archive; others are left out. */
static int set_identifier(xml *x, const char *text, size_t length)
{
    static const char *const prefixes[] = {"doi:",
                                           "DOI:",
                                           "info:doi/",
                                           "10.",
                                           "https://doi.org/",
                                           "http://doi.org/",
                                           "http://dx.doi.org/",
                                           "https://dx.doi.org/"};
    papertag_paper *paper = &x->reader->record.paper;

    if (pt_arxiv_id(text, &(size_t){0})) {
        return set_id(x, text, length);
    }
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (begins(text, prefixes[i])) {
            return set_once(x, &paper->doi, text, length);
        }
    }
    if (begins(text, "http://") || begins(text, "https://")) {
        return set_once(x, &paper->url, text, length);
    }
    return begins(text, "oai:") ? set_id(x, text, length) : PAPERTAG_OK;
}

/* Replaces a date that is less precise. */
static int set_day(xml *x, const char *text, size_t length)
{
    papertag_paper *paper = &x->reader->record.paper;
    const char *date = NULL;
    const int status = pt_record_date(&x->reader->record, &date, text, length, NULL);

    if (date && (!paper->date || strlen(date) > strlen(paper->date))) {
        paper->date = date;
    }
    return status;
}

/* arXiv writes first names first. */
static int append_names(xml *x, const char *text, size_t length)
{
    pt_record *record = &x->reader->record;
    const bool ordered = x->raw || (record->paper.source && !strcmp(record->paper.source, "arxiv"));

    return (ordered ? pt_record_ordered_authors : pt_record_authors)(record, text, length, NULL);
}

/* Sets the field of the record that text[0 .. length), of kind x->field, belongs to. */
static int set_field(xml *x, const char *text, size_t length)
{
    pt_record *record = &x->reader->record;
    papertag_paper *paper = &record->paper;

    switch (x->field) {
    case PT_XML_ID:
        return set_id(x, text, length);
    case PT_XML_TITLE:
        return paper->title ? PAPERTAG_OK : pt_record_markup(record, &paper->title, text, length, NULL);
    case PT_XML_ABSTRACT:
    case PT_XML_SUMMARY:
        return set_abstract(x, text, length);
    case PT_XML_DAY:
        return set_day(x, text, length);
    case PT_XML_FIRST_DAY:
        return pt_record_date(record, &paper->date, text, length, NULL);
    case PT_XML_NAME:
        return pt_record_author(record, text, length, NULL);
    case PT_XML_NAMES:
    case PT_XML_RAW_NAMES:
        return append_names(x, text, length);
    case PT_XML_ANNOUNCED:
        return pt_record_text(record, &paper->announce_type, text, length, NULL);
    case PT_XML_FORENAMES:
    case PT_XML_KEYNAME:
    case PT_XML_SUFFIX:
        pt_buf_append(&x->author[x->field - PT_XML_FORENAMES], text, length);
        return PAPERTAG_OK;
    case PT_XML_CATEGORY:
        return append(x, &paper->categories, text, length);
    case PT_XML_CATEGORIES:
        return pt_record_split(record, &paper->categories, text, length, " \t\r\n", NULL);
    case PT_XML_VENUE:
        return set_once(x, &paper->venue, text, length);
    case PT_XML_ADDRESS:
        return set_once(x, &paper->url, text, length);
    case PT_XML_IDENTIFIER:
        return set_identifier(x, text, length);
    case PT_XML_DOI:
        return set_once(x, &paper->doi, text, strcspn(text, " \t\r\n"));
    default:
        return PAPERTAG_OK;
    }
}

/* ---- handlers for expat ---------------------------------------------------------------------------------------- */

static const pt_xml_element *element_of(const xml *x, const char *name)
{
    for (const pt_xml_element *e = x->dialect->elements; e->name; e++) {
        if (!strcmp(e->name, name)) {
            return e;
        }
    }
    return NULL;
}

static void start_text(xml *x, pt_xml_kind field)
{
    x->field = field;
    x->field_depth = x->depth;
    pt_buf_clear(&x->text);
}

/* An element outside of records. */
static void start_outside(xml *x, const char *name, const pt_xml_element *element, const char **attributes)
{
    const char *code;

    if (!strcmp(name, x->dialect->record)) {
        x->record_depth = x->depth;
        x->deleted = x->raw = false;
        pt_record_clear(&x->reader->record, line_of(x));
    } else if (element && element->kind == PT_XML_FAULT) {
        code = attribute(attributes, "code");
        if (!code || strcmp(code, "noRecordsMatch") != 0) {
            start_text(x, PT_XML_FAULT);
            pt_buf_format(&x->text, "the server reports %s: ", code ? code : "an error");
        }
    }
}

/* An element of a record. */
static void start_inside(xml *x, const pt_xml_element *element, const char **attributes)
{
    papertag_paper *paper = &x->reader->record.paper;
    const char *value, *relation;

    switch (element->kind) {
    case PT_XML_HEADER:
        value = attribute(attributes, "status");
        x->deleted = x->deleted || (value && !strcmp(value, "deleted"));
        break;
    case PT_XML_TERM:
        value = attribute(attributes, "term");
        check(x, value ? append(x, &paper->categories, value, strlen(value)) : PAPERTAG_OK);
        break;
    case PT_XML_LINK:
        value = attribute(attributes, "href");
        relation = attribute(attributes, "rel");
        if (value && (!relation || !strcmp(relation, "alternate"))) {
            check(x, set_once(x, &paper->url, value, strlen(value)));
        }
        break;
    case PT_XML_AUTHOR:
        x->author_depth = x->depth;
        break;
    case PT_XML_RAW:
        x->raw = true;
        break;
    case PT_XML_RAW_NAMES: /* elsewhere an element of that name contains one for each author */
        if (x->raw) {
            start_text(x, PT_XML_RAW_NAMES);
        }
        break;
    case PT_XML_FAULT:
        break;
    default:
        start_text(x, element->kind);
    }
}

static void on_start(void *context, const char *qualified, const char **attributes)
{
    xml *x = context;
    const char *name = local_name(qualified);
    const pt_xml_element *element;
    unsigned level;

    if (++x->depth > DEPTH_MAX) {
        stop(x, "elements are nested more than 64 deep");
        return;
    }
    if (x->field == PT_XML_NAME) {
        x->field = PT_XML_NONE;
        x->field_depth = 0;
    } else if (x->field) { /* XHTML, JATS or MathML */
        pt_buf_format(&x->text, "<x:%s>", name);
        return;
    }
    element = element_of(x, name);
    if (!x->record_depth) {
        start_outside(x, name, element, attributes);
        return;
    }
    level = x->depth - x->record_depth;
    if (element && level <= x->dialect->deepest && (!element->level || element->level == level)) {
        start_inside(x, element, attributes);
    }
}

static void on_text(void *context, const char *text, int length)
{
    xml *x = context;

    if (x->field) {
        pt_buf_append(&x->text, text, (size_t)length);
        if (x->text.size > TEXT_MAX) {
            stop(x, "an element of more than 16 MiB");
        }
    }
}

/* The end of an element whose text was read. */
static void end_text(xml *x)
{
    char *text = x->text.data ? x->text.data : (char[]){""};
    const size_t white = strspn(text, " \t\r\n");

    if (x->text.failed) {
        check(x, PAPERTAG_NO_MEMORY);
    } else if (x->field == PT_XML_FAULT) {
        stop(x, text);
    } else {
        check(x, set_field(x, text + white, x->text.size - white));
    }
    x->field = PT_XML_NONE;
    x->field_depth = 0;
}

/* The month in which arXiv received a paper, by its identifier: 2508.13426, hep-th/9901001. */
static int set_month_of_id(xml *x, const char *id)
{
    papertag_paper *paper = &x->reader->record.paper;
    const char *slash = strchr(id, '/'), *digits = slash ? slash + 1 : id;
    const int year = 10 * (digits[0] - '0') + digits[1] - '0';
    char month[16];

    snprintf(month, sizeof month, "%d-%.2s", year >= 91 ? 1900 + year : 2000 + year, digits + 2);
    return pt_record_date(&x->reader->record, &paper->date, month, strlen(month), NULL);
}

/* A record has been read. An announcement is dated by its own day: only a new paper is as new as that. The arXiv API
 * returns an error as a paper. */
static void end_record(xml *x)
{
    papertag_paper *paper = &x->reader->record.paper;
    const char *type = paper->announce_type;
    size_t length;
    char message[200];

    if (paper->id && strstr(paper->id, "arxiv.org/api/errors")) {
        snprintf(message, sizeof message, "the server reports an error: %s",
                 paper->abstract ? paper->abstract : "no reason given");
        stop(x, message);
        return;
    }
    if (type && paper->date) {
        paper->announced = paper->date;
        if (!begins(type, "new")) {
            paper->date = NULL;
            check(x, paper->id && pt_arxiv_id(paper->id, &length) ? set_month_of_id(x, paper->id) : PAPERTAG_OK);
        }
    }
}

static void on_end(void *context, const char *qualified)
{
    xml *x = context;

    if (x->field && x->depth > x->field_depth) {
        pt_buf_format(&x->text, "</x:%s>", local_name(qualified));
    } else if (x->depth == x->field_depth) {
        end_text(x);
    } else if (x->depth == x->author_depth) {
        x->author_depth = 0;
        check(x, append_author(x));
    }
    if (x->depth == x->record_depth) {
        x->record_depth = 0;
        end_record(x);
        if (!x->deleted && !x->no_memory && !x->fault[0]) {
            x->complete = true;
            XML_StopParser(x->parser, XML_TRUE);
        }
    }
    x->depth--;
}

static void on_doctype(void *context, const char *name, const char *system, const char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(context, "a document type declaration: refused, because entities could name files or expand without limit");
}

/* ---- opening and reading --------------------------------------------------------------------------------------- */

int pt_xml_open(papertag_reader *reader, const pt_xml_dialect *dialect, papertag_error *err)
{
    xml *x = pt_calloc(1, sizeof *x);

    if (x) {
        /* Converted text is UTF-8, whatever its declaration says. Otherwise expat reads the declaration. */
        x->parser = XML_ParserCreateNS(reader->input.encoding > PT_UTF_8 ? "UTF-8" : NULL, '\n');
    }
    if (!x || !x->parser) {
        free(x);
        return pt_no_memory(err);
    }
    x->wanted = 1;
    if (reader->input.encoding == PT_ASCII) {
        reader->input.encoding = PT_UTF_8;
    }
    x->reader = reader;
    x->dialect = dialect;
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    reader->state = x;
    return PAPERTAG_OK;
}

void pt_xml_close(papertag_reader *reader)
{
    xml *x = reader->state;

    if (x) {
        XML_ParserFree(x->parser);
        pt_buf_free(&x->text);
        for (int i = 0; i < NAME_PARTS; i++) {
            pt_buf_free(&x->author[i]);
        }
        free(x);
    }
}

/* Expat reads a tag or comment that is not complete again from its beginning with each piece. If one began before the
 * last piece, of `size` bytes, the next piece is as long as all that there is of it, so that the time stays linear. */
static void want_more(xml *x, size_t size)
{
    const size_t done = byte_of(x);
    const size_t open = done < x->passed ? x->passed - done : 0;

    x->wanted = open > size ? open : 1;
    if (x->wanted > TEXT_MAX) {
        stop(x, "a tag or comment of more than 16 MiB");
    }
}

/* Passes more of the source to expat. */
static int feed(xml *x, enum XML_Status *parsed, papertag_error *err)
{
    pt_input *in = &x->reader->input;
    const char *from;
    size_t size;
    int status;

    in->line = line_of(x); /* for a message about compressed data */
    status = pt_input_fill(in, x->wanted, err);
    if (status) {
        return status;
    }
    from = in->start;
    size = (size_t)(in->end - from);
    size = size < CHUNK_MAX || size < x->wanted ? size : CHUNK_MAX > x->wanted ? CHUNK_MAX : x->wanted;
    in->start += size;
    x->ended = in->at_end && in->start == in->end;
    *parsed = XML_Parse(x->parser, from, (int)size, x->ended);
    x->passed += size;
    want_more(x, size);
    return PAPERTAG_OK;
}

/* Reports why the rest cannot be read. */
static int fail(const xml *x, papertag_error *err)
{
    const enum XML_Error code = XML_GetErrorCode(x->parser);

    if (x->no_memory || code == XML_ERROR_NO_MEMORY) {
        return pt_no_memory(err);
    }
    if (x->fault[0]) {
        return pt_input_fail(&x->reader->input, x->fault_line, err, "%s", x->fault);
    }
    return pt_input_fail(&x->reader->input, line_of(x), err, "not XML: %s", XML_ErrorString(code));
}

int pt_xml_next(papertag_reader *reader, papertag_error *err)
{
    xml *x = reader->state;

    for (;;) {
        enum XML_Status parsed = XML_STATUS_OK;
        int status = PAPERTAG_OK;
        if (x->suspended) {
            parsed = XML_ResumeParser(x->parser);
        } else if (x->ended) {
            return PAPERTAG_END;
        } else {
            status = feed(x, &parsed, err);
        }
        x->suspended = parsed == XML_STATUS_SUSPENDED;
        if (x->complete) {
            x->complete = false;
            return PAPERTAG_OK;
        }
        if (status || parsed == XML_STATUS_ERROR) {
            x->ended = true;
            return status ? status : fail(x, err);
        }
    }
}
