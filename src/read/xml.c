/*
 * xml - see xml.h.
 *
 * Expat reads the source in pieces and is suspended at the end of each record, so a paper is returned as soon as it is
 * complete and only one record is in memory. No file is opened that a document type names, and one that declares
 * anything is refused, because entities can expand without limit. Entities that are declared elsewhere, as those of
 * DBLP, or nowhere, as &nbsp; in many feeds, are those of HTML.
 */
#include <expat.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "entities.h"
#include "fields.h"
#include "slice.h"
#include "xml_record.h"

enum { DEPTH_MAX = 64 };                                       /* nested elements */
enum { TEXT_MAX = 16 * 1024 * 1024, CHUNK_MAX = 1024 * 1024 }; /* bytes: in an element; passed to expat at once */

typedef struct xml {
    XML_Parser parser;
    const pt_xml_dialect *dialect;
    pt_xml_record record;
    const pt_xml_element *open[DEPTH_MAX + 1]; /* rows of the elements that expat is in, by depth; NULL: none */
    unsigned depth;                            /* of the element that expat is in, from 1 */
    unsigned record_depth;                     /* 0 outside of a record */
    unsigned field_depth;                      /* 0 outside of an element whose text is read */
    unsigned skipped_depth;                    /* 0 outside of an element that is left out on purpose */
    unsigned unused_depth;                     /* 0 outside of an element that is not known and has text */
    pt_xml_kind field;                         /* of the text that is read; PT_XML_NONE outside of one */
    pt_buf text;
    size_t size;           /* of all texts of the record, bytes */
    bool complete;         /* the record */
    bool suspended, ended; /* the parser */
    size_t passed;         /* to the parser, bytes */
    size_t wanted;         /* in the next piece, at least; bytes */
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

/* ---- elements -------------------------------------------------------------------------------------------------- */

/* Whether a list, with a space after each name, has one. */
static bool is_among(const char *names, const char *name)
{
    const size_t length = strlen(name);

    for (const char *at = names; *at; at += strcspn(at, " ") + 1) {
        if (!strncmp(at, name, length) && at[length] == ' ') {
            return true;
        }
    }
    return false;
}

/* The row of an element at this place; NULL when it has none. */
static const pt_xml_element *element_of(const xml *x, const char *name)
{
    const unsigned level = x->depth - x->record_depth;
    const pt_xml_element *around = x->depth ? x->open[x->depth - 1] : NULL;

    for (const pt_xml_element *e = x->dialect->elements; e->name; e++) {
        if (!strcmp(e->name, name) && (!x->record_depth || level <= x->dialect->deepest) &&
            (!e->level || e->level == level) && (!e->in || (around && !strcmp(around->name, e->in)))) {
            return e;
        }
    }
    return NULL;
}

/* Whether the reader's options say that elements of this name, which have no other use, hold the tags. */
static bool has_tags(const xml *x, const char *name)
{
    const char *tags = x->record.reader->tags_field;
    return pt_same_name(name, strlen(name), tags, strlen(tags));
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
    const char *code, *id;

    if (is_among(x->dialect->records, name)) {
        x->record_depth = x->depth;
        x->size = 0;
        pt_xml_record_begin(&x->record, line_of(x));
        id = x->dialect->id ? attribute(attributes, x->dialect->id) : NULL;
        check(x, id ? pt_xml_record_take(&x->record, PT_XML_ID, id, strlen(id)) : PAPERTAG_OK);
    } else if (element && element->kind == PT_XML_FAULT) {
        code = attribute(attributes, "code");
        if (!code || strcmp(code, "noRecordsMatch") != 0) {
            start_text(x, PT_XML_FAULT);
            pt_buf_format(&x->text, "the server reports %s: ", code ? code : "an error");
        }
    }
}

static void start_section(xml *x, const char **attributes)
{
    const char *label = attribute(attributes, "Label");

    pt_buf_clear(&x->record.label);
    if (label && !pt_same_word(label, strlen(label), "unlabelled")) {
        pt_buf_text(&x->record.label, label);
    }
    start_text(x, PT_XML_SECTION);
}

/* Whether an element, or all that is in it, is left out because of an attribute or of what precedes it. */
static bool is_left_out(const xml *x, const pt_xml_element *element, const char **attributes)
{
    const char *valid, *type;

    switch (element->kind) {
    case PT_XML_UNUSED:
        return true;
    case PT_XML_OTHER_SECTIONS:
        return x->record.sections.size > 0;
    case PT_XML_AUTHOR:
        valid = attribute(attributes, "ValidYN");
        type = attribute(attributes, "contrib-type");
        return (valid && *valid == 'N') || (type && strcmp(type, "author") != 0);
    case PT_XML_TYPED_ID:
        type = attribute(attributes, "IdType");
        type = type ? type : attribute(attributes, "EIdType");
        type = type ? type : attribute(attributes, "pub-id-type");
        return !type || strcmp(type, "doi") != 0;
    default:
        return false;
    }
}

/* An element of a record. */
static void start_inside(xml *x, const pt_xml_element *element, const char **attributes)
{
    const char *value, *relation;

    switch (element->kind) {
    case PT_XML_HEADER:
        value = attribute(attributes, "status");
        x->record.deleted = x->record.deleted || (value && !strcmp(value, "deleted"));
        break;
    case PT_XML_TERM:
        value = attribute(attributes, "term");
        check(x, value ? pt_xml_record_take_attribute(&x->record, PT_XML_TERM, value) : PAPERTAG_OK);
        break;
    case PT_XML_LINK:
        value = attribute(attributes, "href");
        relation = attribute(attributes, "rel");
        if (value && (!relation || !strcmp(relation, "alternate"))) {
            check(x, pt_xml_record_take_attribute(&x->record, PT_XML_LINK, value));
        }
        break;
    case PT_XML_RAW:
        x->record.raw = true;
        break;
    case PT_XML_RAW_NAMES: /* elsewhere an element of that name contains one for each author */
        if (x->record.raw) {
            start_text(x, PT_XML_RAW_NAMES);
        }
        break;
    case PT_XML_SECTION:
        start_section(x, attributes);
        break;
    case PT_XML_AUTHOR:
    case PT_XML_DATE_PARTS:
    case PT_XML_OTHER_SECTIONS:
    case PT_XML_FAULT:
    case PT_XML_NONE:
        break;
    default:
        start_text(x, element->kind);
    }
}

/* The end of an element whose text was read. */
static void end_text(xml *x)
{
    char *text = x->text.data ? x->text.data : (char[]){""};
    const size_t white = strspn(text, " \t\r\n");

    x->size += x->text.size;
    if (x->text.failed) {
        check(x, PAPERTAG_NO_MEMORY);
    } else if (x->field == PT_XML_FAULT) {
        stop(x, text);
    } else if (x->size > PT_RECORD_MAX) {
        x->record.reader->record.too_large = true;
    } else {
        check(x, pt_xml_record_take(&x->record, x->field, text + white, x->text.size - white));
    }
    x->field = PT_XML_NONE;
    x->field_depth = 0;
}

/* A record has been read. The arXiv API returns an error as a paper. */
static void end_record(xml *x)
{
    const papertag_paper *paper = &x->record.reader->record.paper;
    char message[200];

    x->record_depth = 0;
    if (paper->id && strstr(paper->id, "arxiv.org/api/errors")) {
        snprintf(message, sizeof message, "the server reports an error: %s",
                 paper->abstract ? paper->abstract : "no reason given");
        stop(x, message);
        return;
    }
    check(x, pt_xml_record_end(&x->record));
    if (!x->record.deleted && !x->no_memory && !x->fault[0]) {
        x->complete = true;
        XML_StopParser(x->parser, XML_TRUE);
    }
}

/* ---- handlers for expat ---------------------------------------------------------------------------------------- */

/* Adds to the text that is read. */
static void add_text(xml *x, const char *text, size_t length)
{
    pt_buf_append(&x->text, text, length);
    if (x->text.size > TEXT_MAX) {
        stop(x, "an element of more than 16 MiB");
    }
}

static bool is_style(const xml *x, const char *name)
{
    return x->dialect->styles && !strcmp(x->dialect->styles, name);
}

/* An element within text: XHTML, JATS or MathML. */
static void add_tag(xml *x, const char *opening, const char *name)
{
    if (!is_style(x, name)) {
        add_text(x, opening, strlen(opening));
        add_text(x, name, strlen(name));
        add_text(x, ">", 1);
    }
}

static void on_start(void *context, const char *qualified, const char **attributes)
{
    xml *x = context;
    const char *name = local_name(qualified);
    const pt_xml_element *element;

    if (++x->depth > DEPTH_MAX) {
        stop(x, "elements are nested more than 64 deep");
        return;
    }
    x->open[x->depth] = NULL;
    element = x->field ? element_of(x, name) : NULL;
    if (((element && element->in) || x->field == PT_XML_NAME || x->field == PT_XML_TAG) && !is_style(x, name)) {
        x->field = PT_XML_NONE;
        x->field_depth = 0;
    } else if (x->field) {
        add_tag(x, "<x:", name);
        return;
    }
    x->open[x->depth] = element = x->skipped_depth ? NULL : element_of(x, name);
    if (!x->record_depth) {
        start_outside(x, name, element, attributes);
    } else if (!element && has_tags(x, name)) {
        start_text(x, PT_XML_TAG);
    } else if (x->skipped_depth) {
        return;
    } else if (element && !is_left_out(x, element, attributes)) {
        start_inside(x, element, attributes);
    } else if (element || is_among(x->dialect->ignored, name)) {
        x->skipped_depth = x->depth;
    }
}

static void on_text(void *context, const char *text, int length)
{
    xml *x = context;

    if (x->field) {
        add_text(x, text, (size_t)length);
    } else if (x->record_depth && x->depth > x->record_depth && !x->open[x->depth] && !x->skipped_depth &&
               !x->unused_depth && pt_trimmed((pt_slice){text, (size_t)length}).length) {
        x->unused_depth = x->depth;
    }
}

/* A reference to an entity that is not declared here. */
static void on_entity(void *context, const char *name, int is_parameter)
{
    xml *x = context;
    char reference[40];
    utf8proc_int32_t code;
    utf8proc_uint8_t bytes[4];
    const int length = snprintf(reference, sizeof reference, "&%s;", name);
    const bool known = !is_parameter && length < (int)sizeof reference && x->depth <= DEPTH_MAX &&
                       pt_entity(reference, reference + length, &code);

    if (known) {
        on_text(x, (const char *)bytes, (int)utf8proc_encode_char(code, bytes));
    } else if (x->field) {
        check(x, pt_reader_remark(x->record.reader, NULL, "an entity that is not known, and left out: &%.60s;", name));
    }
}

static void on_end(void *context, const char *qualified)
{
    xml *x = context;
    const char *name = local_name(qualified);
    const pt_xml_element *element = x->depth <= DEPTH_MAX ? x->open[x->depth] : NULL;

    if (x->field && x->depth > x->field_depth) {
        add_tag(x, "</x:", name);
    } else if (x->depth == x->field_depth) {
        end_text(x);
    } else if (x->depth == x->skipped_depth) {
        x->skipped_depth = 0;
    } else if (element && element->kind == PT_XML_AUTHOR && x->record_depth) {
        check(x, pt_xml_record_end_author(&x->record));
    } else if (element && element->kind == PT_XML_DATE_PARTS && x->record_depth) {
        check(x, pt_xml_record_end_date(&x->record));
    }
    if (x->depth == x->unused_depth) {
        x->unused_depth = 0;
        check(x, pt_reader_unused(x->record.reader, name, strlen(name), NULL));
    }
    if (x->depth == x->record_depth) {
        end_record(x);
    }
    x->depth--;
}

static void on_doctype(void *context, const char *name, const char *system, const char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    if (internal) {
        stop(context, "a document type with declarations: refused, because entities could expand without limit");
    }
}

/* ---- opening and reading --------------------------------------------------------------------------------------- */

int pt_xml_open(papertag_reader *reader, papertag_error *err)
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
    x->record.reader = reader;
    x->record.dialect = x->dialect = reader->format->dialect;
    XML_SetUserData(x->parser, x);
    XML_UseForeignDTD(x->parser, XML_TRUE); /* nothing is read for it, but undeclared entities are no faults */
    XML_SetSkippedEntityHandler(x->parser, on_entity);
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
        pt_xml_record_free(&x->record);
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
    pt_input *in = &x->record.reader->input;
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
        return pt_input_fail(&x->record.reader->input, x->fault_line, err, "%s", x->fault);
    }
    return pt_input_fail(&x->record.reader->input, line_of(x), err, "not XML: %s", XML_ErrorString(code));
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
