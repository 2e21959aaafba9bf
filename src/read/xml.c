/*
 * read_xml - papers from Atom (the arXiv API and feeds), RSS 2.0 and OAI-PMH (metadata formats arXiv and oai_dc).
 *
 * Expat reads the file in pieces and is suspended at the end of each record, so a paper is handed out as soon as it is
 * complete and nothing but the record at hand is held. A document type declaration is refused: with it go entities of
 * one's own, whether they name files or grow without end.
 */
#include <expat.h>
#include <stdlib.h>

#include "paper.h"

enum { DEPTH_MAX = 64, TEXT_MAX = 16 * 1024 * 1024, CHUNK_MAX = 1 << 20 };

typedef enum field {
    NONE,
    ID,
    TITLE,
    ABSTRACT,
    DAY,        /* YYYY-MM-DD...; the first that is met counts */
    FIRST_DAY,  /* the same, but it always counts */
    MAIL_DAY,   /* as in mail: Wed, 20 Aug 2025 ... */
    NAME,       /* of an author */
    NAMES,      /* of all, commas between */
    LAST_FIRST, /* of an author, the last name first */
    KEYNAME,
    FORENAMES,
    SUFFIX,
    CATEGORY,
    CATEGORIES, /* spaces between */
    VENUE,
    LINK,
    IDENTIFIER, /* a link, a DOI, or something else */
    DOI,
    FAULT /* what the server says instead of records */
} field;

/* How a dialect names its record and fields. */
typedef struct dialect {
    const char *record;
    unsigned deepest; /* levels below the record at which fields may stand */
    struct {
        const char *name;
        field field;
    } fields[16];
} dialect;

static const dialect atom = {"entry",
                             2,
                             {{"id", ID},
                              {"title", TITLE},
                              {"summary", ABSTRACT},
                              {"content", ABSTRACT},
                              {"published", FIRST_DAY},
                              {"updated", DAY},
                              {"name", NAME},
                              {"creator", NAMES},
                              {"journal_ref", VENUE},
                              {"doi", DOI}}};
static const dialect rss = {"item",
                            1,
                            {{"guid", ID},
                             {"title", TITLE},
                             {"description", ABSTRACT},
                             {"pubDate", MAIL_DAY},
                             {"creator", NAMES},
                             {"category", CATEGORY},
                             {"link", LINK},
                             {"journal_reference", VENUE},
                             {"DOI", DOI}}};
static const dialect oai = {"record",
                            5,
                            {{"identifier", IDENTIFIER},
                             {"id", ID},
                             {"title", TITLE},
                             {"abstract", ABSTRACT},
                             {"description", ABSTRACT},
                             {"created", DAY},
                             {"date", DAY},
                             {"keyname", KEYNAME},
                             {"forenames", FORENAMES},
                             {"suffix", SUFFIX},
                             {"creator", LAST_FIRST},
                             {"categories", CATEGORIES},
                             {"subject", CATEGORY},
                             {"journal-ref", VENUE},
                             {"doi", DOI},
                             {"error", FAULT}}};

typedef struct xml_state {
    XML_Parser parser;
    papertag_reader *reader;
    const dialect *dialect;
    unsigned depth, record_depth, field_depth; /* record_depth, field_depth: 0 outside of one */
    field field;
    pt_buf text;      /* of the field */
    pt_buf author[3]; /* forenames, keyname, suffix */
    bool complete, deleted, suspended, ended;
    size_t fault_line;
    char fault[256]; /* why the parser was stopped for good */
} xml_state;

static void stop(xml_state *s, const char *why)
{
    if (!s->fault[0]) {
        snprintf(s->fault, sizeof s->fault, "%s", why);
        s->fault_line = XML_GetCurrentLineNumber(s->parser);
    }
    XML_StopParser(s->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, '\n'); /* expat puts it between namespace and name */
    return colon ? colon + 1 : name;
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

static int set(xml_state *s, const char **to, const char *text, size_t length)
{
    return *to ? PAPERTAG_OK : pt_record_text(&s->reader->record, to, text, length, NULL);
}

static int set_id(xml_state *s, const char *text, size_t length)
{
    papertag_paper *paper = &s->reader->record.paper;
    size_t size = length;
    const char *id = pt_arxiv_id(text, &size);
    char url[300];
    int status;

    if (!id) {
        status = set(s, &paper->id, text, length);
        return status || strncmp(text, "http", 4) != 0 ? status : set(s, &paper->url, text, length);
    }
    status = set(s, &paper->id, id, size);
    status = status ? status : set(s, &paper->source, "arxiv", 5);
    snprintf(url, sizeof url, "https://arxiv.org/abs/%.*s", (int)(size < 200 ? size : 200), id);
    return status ? status : set(s, &paper->url, url, strlen(url));
}

/* Feeds of arXiv begin an abstract with its number and what kind of announcement it is. Feeds of others may have marks
 * of HTML, which are dropped. */
static int set_abstract(xml_state *s, char *text, size_t length)
{
    const char *from = text;
    const char *behind = !strncmp(text, "arXiv:", 6) ? strstr(text, "Abstract: ") : NULL;

    if (!strncmp(text, "Comment: ", 9)) {
        return PAPERTAG_OK; /* oai_dc has comments beside the abstract */
    }
    if (behind) {
        from = behind + 10;
    } else if (s->dialect != &oai && *text == '<') {
        char *to = text;
        bool inside = false;
        for (const char *at = text; *at; at++) {
            inside = inside || *at == '<';
            *to = inside ? ' ' : *at;
            to += !inside || *at == '>';
            inside = inside && *at != '>';
        }
        *to = '\0';
        length = (size_t)(to - text);
    }
    return set(s, &s->reader->record.paper.abstract, from, length - (size_t)(from - text));
}

static int add(xml_state *s, papertag_strings *list, const char *text, size_t length)
{
    return pt_record_append(&s->reader->record, list, text, length, NULL);
}

/* Appends what stands between any of the `separators`. */
static int add_each(xml_state *s, papertag_strings *list, const char *text, const char *separators)
{
    int status = PAPERTAG_OK;

    while (*text && !status) {
        size_t length = strcspn(text, separators);
        status = add(s, list, text, length);
        text += length + (text[length] != '\0');
    }
    return status;
}

static int add_last_first(xml_state *s, const char *text, size_t length)
{
    const char *comma = strchr(text, ',');
    pt_buf name = {0};
    int status;

    if (!comma) {
        return add(s, &s->reader->record.paper.authors, text, length);
    }
    pt_buf_text(&name, comma + 1);
    pt_buf_text(&name, " ");
    pt_buf_append(&name, text, (size_t)(comma - text));
    status = name.failed ? PAPERTAG_NO_MEMORY : add(s, &s->reader->record.paper.authors, name.data, name.size);
    pt_buf_free(&name);
    return status;
}

static int add_author(xml_state *s)
{
    pt_buf name = {0};
    int status;

    for (int i = 0; i < 3; i++) {
        pt_buf_append(&name, s->author[i].data, s->author[i].size);
        pt_buf_text(&name, " ");
        pt_buf_clear(&s->author[i]);
    }
    status = name.failed ? PAPERTAG_NO_MEMORY : add(s, &s->reader->record.paper.authors, name.data, name.size);
    pt_buf_free(&name);
    return status;
}

static int take_field(xml_state *s)
{
    papertag_paper *paper = &s->reader->record.paper;
    char *text = s->text.data ? s->text.data : "";
    size_t length = s->text.size, lead = strspn(text, " \t\r\n");

    text += lead;
    length -= lead;
    switch (s->field) {
    case ID:
        return set_id(s, text, length);
    case TITLE:
        return set(s, &paper->title, text, length);
    case ABSTRACT:
        return set_abstract(s, text, length);
    case FIRST_DAY:
        return pt_record_date(&s->reader->record, text, length, NULL);
    case DAY:
        return paper->date ? PAPERTAG_OK : pt_record_date(&s->reader->record, text, length, NULL);
    case MAIL_DAY:
        return pt_record_mail_date(&s->reader->record, text, NULL);
    case NAME:
        return add(s, &paper->authors, text, length);
    case NAMES:
        return add_each(s, &paper->authors, text, ",");
    case LAST_FIRST:
        return add_last_first(s, text, length);
    case FORENAMES:
    case KEYNAME:
    case SUFFIX:
        pt_buf_append(&s->author[s->field == FORENAMES ? 0 : s->field == KEYNAME ? 1 : 2], text, length);
        return PAPERTAG_OK;
    case CATEGORY:
        return add(s, &paper->categories, text, length);
    case CATEGORIES:
        return add_each(s, &paper->categories, text, " \t\r\n");
    case VENUE:
        return set(s, &paper->venue, text, length);
    case LINK:
        return set(s, &paper->url, text, length);
    case IDENTIFIER:
        return !strncmp(text, "doi:", 4)                                      ? set(s, &paper->doi, text, length)
               : pt_arxiv_id(text, &(size_t){0}) || !strncmp(text, "oai:", 4) ? set_id(s, text, length)
                                                                              : PAPERTAG_OK;
    case DOI:
        return set(s, &paper->doi, text, strcspn(text, " \t\r\n"));
    case FAULT:
    case NONE:
        break;
    }
    return PAPERTAG_OK;
}

/* ---- what expat calls ------------------------------------------------------------------------------------------ */

static field field_of(const xml_state *s, const char *name)
{
    for (size_t i = 0; i < sizeof s->dialect->fields / sizeof *s->dialect->fields && s->dialect->fields[i].name; i++) {
        if (!strcmp(s->dialect->fields[i].name, name)) {
            return s->dialect->fields[i].field;
        }
    }
    return NONE;
}

static void on_start(void *context, const char *qualified, const char **attributes)
{
    xml_state *s = context;
    const char *name = local_name(qualified), *value;
    int status = PAPERTAG_OK;
    field found;

    if (++s->depth > DEPTH_MAX) {
        stop(s, "elements nested too deep");
        return;
    }
    if (s->field) {
        return; /* marks inside of a text */
    }
    found = field_of(s, name);
    if (!s->record_depth) {
        if (!strcmp(name, s->dialect->record)) {
            s->record_depth = s->depth;
            s->deleted = false;
            pt_record_clear(&s->reader->record, XML_GetCurrentLineNumber(s->parser));
        } else if (found == FAULT) {
            value = attribute(attributes, "code");
            if (!value || strcmp(value, "noRecordsMatch") != 0) {
                s->field = FAULT;
                s->field_depth = s->depth;
                pt_buf_clear(&s->text);
                pt_buf_format(&s->text, "the server says %s: ", value ? value : "error");
            }
        }
        return;
    }
    if (!strcmp(name, "header") && (value = attribute(attributes, "status")) && !strcmp(value, "deleted")) {
        s->deleted = true;
    }
    if (s->dialect == &atom && s->depth == s->record_depth + 1) {
        if (!strcmp(name, "category") && (value = attribute(attributes, "term"))) {
            status = add(s, &s->reader->record.paper.categories, value, strlen(value));
        } else if (!strcmp(name, "link") && (value = attribute(attributes, "href")) &&
                   (!attribute(attributes, "rel") || !strcmp(attribute(attributes, "rel"), "alternate"))) {
            status = set(s, &s->reader->record.paper.url, value, strlen(value));
        }
    }
    if (status) {
        stop(s, "out of memory");
    }
    if (found && found != FAULT && s->depth <= s->record_depth + s->dialect->deepest &&
        (s->dialect != &atom || (found == NAME) == (s->depth == s->record_depth + 2))) {
        s->field = found;
        s->field_depth = s->depth;
        pt_buf_clear(&s->text);
    }
}

static void on_text(void *context, const char *text, int length)
{
    xml_state *s = context;

    if (s->field) {
        pt_buf_append(&s->text, text, (size_t)length);
        if (s->text.size > TEXT_MAX || s->text.failed) {
            stop(s, s->text.failed ? "out of memory" : "an element of more than 16 MiB");
        }
    }
}

static void on_end(void *context, const char *qualified)
{
    xml_state *s = context;
    int status = PAPERTAG_OK;

    if (s->field && s->depth == s->field_depth) {
        if (s->field == FAULT) {
            stop(s, s->text.data);
        } else {
            status = take_field(s);
        }
        s->field = NONE;
    } else if (s->record_depth && !s->field && s->dialect == &oai && !strcmp(local_name(qualified), "author")) {
        status = add_author(s);
    }
    if (s->record_depth && s->depth == s->record_depth) {
        s->record_depth = 0;
        if (!s->deleted) {
            s->complete = true;
            XML_StopParser(s->parser, XML_TRUE);
        }
    }
    if (status) {
        stop(s, "out of memory");
    }
    s->depth--;
}

static void on_doctype(void *context, const char *name, const char *system, const char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(context, "a document type declaration: refused, since entities could name files or grow without end");
}

/* ---- the formats ----------------------------------------------------------------------------------------------- */

static int open_xml(papertag_reader *reader, const dialect *spoken, papertag_error *err)
{
    xml_state *s = pt_calloc(1, sizeof *s);

    if (s) {
        s->parser = XML_ParserCreateNS(NULL, '\n');
    }
    if (!s || !s->parser) {
        free(s);
        return pt_no_memory(err);
    }
    s->reader = reader;
    s->dialect = spoken;
    XML_SetUserData(s->parser, s);
    XML_SetElementHandler(s->parser, on_start, on_end);
    XML_SetCharacterDataHandler(s->parser, on_text);
    XML_SetStartDoctypeDeclHandler(s->parser, on_doctype);
    reader->state = s;
    return PAPERTAG_OK;
}

static void close_xml(papertag_reader *reader)
{
    xml_state *s = reader->state;

    if (s) {
        XML_ParserFree(s->parser);
        pt_buf_free(&s->text);
        for (int i = 0; i < 3; i++) {
            pt_buf_free(&s->author[i]);
        }
        free(s);
    }
}

/* Gives expat more of the file. */
static enum XML_Status feed(xml_state *s, papertag_error *err, int *status)
{
    pt_input *in = &s->reader->input;
    size_t size;
    const char *from;

    in->line = XML_GetCurrentLineNumber(s->parser); /* for what the bytes underneath may have to say */
    *status = pt_reader_fill(s->reader, 1, err);
    if (*status) {
        return XML_STATUS_ERROR;
    }
    from = in->start;
    size = (size_t)(in->end - from);
    size = size < CHUNK_MAX ? size : CHUNK_MAX;
    in->start += size;
    s->ended = in->at_end && in->start == in->end;
    return XML_Parse(s->parser, from, (int)size, s->ended);
}

static int next_xml(papertag_reader *reader, papertag_error *err)
{
    xml_state *s = reader->state;

    for (;;) {
        int status = PAPERTAG_OK;
        enum XML_Status parsed;
        if (s->suspended) {
            parsed = XML_ResumeParser(s->parser);
        } else if (s->ended) {
            return PAPERTAG_END;
        } else {
            parsed = feed(s, err, &status);
        }
        s->suspended = parsed == XML_STATUS_SUSPENDED;
        if (s->text.failed) {
            return pt_no_memory(err);
        }
        if (s->complete) {
            s->complete = false;
            return pt_reader_finish(reader, err);
        }
        if (parsed == XML_STATUS_ERROR) {
            s->ended = true; /* the rest cannot be read */
            return status ? status
                          : pt_reader_fail(reader, s->fault[0] ? s->fault_line : XML_GetCurrentLineNumber(s->parser),
                                           err, "%s%s", s->fault[0] ? "" : "not XML: ",
                                           s->fault[0] ? s->fault : XML_ErrorString(XML_GetErrorCode(s->parser)));
        }
    }
}

static int open_atom(papertag_reader *reader, papertag_error *err)
{
    return open_xml(reader, &atom, err);
}

static int open_rss(papertag_reader *reader, papertag_error *err)
{
    return open_xml(reader, &rss, err);
}

static int open_oai(papertag_reader *reader, papertag_error *err)
{
    return open_xml(reader, &oai, err);
}

/* Whether the outermost element has that name, be it with a prefix. */
static bool root_is(const char *head, size_t size, const char *name)
{
    const char *at = head, *end = head + size;
    size_t length;

    while (at < end && *at == '<') {
        const char *stop = at + 1 < end && (at[1] == '?' || at[1] == '!') ? NULL : at;
        if (stop) {
            break;
        }
        if (end - at > 4 && !memcmp(at, "<!--", 4)) {
            for (stop = at + 4; stop + 3 <= end && memcmp(stop, "-->", 3) != 0; stop++) {
            }
            stop = stop + 3 <= end ? stop + 3 : end;
        } else {
            stop = memchr(at, '>', (size_t)(end - at));
            stop = stop ? stop + 1 : end;
        }
        for (at = stop; at < end && strchr(" \t\r\n", *at) && *at; at++) {
        }
    }
    if (at == end || *at != '<') {
        return false;
    }
    at++;
    length = 0;
    while (at + length < end && !strchr(" \t\r\n/>", at[length]) && at[length]) {
        if (at[length] == ':') {
            at += length + 1;
            length = 0;
            continue;
        }
        length++;
    }
    return length == strlen(name) && !memcmp(at, name, length);
}

static bool fits_atom(const char *head, size_t size)
{
    return root_is(head, size, "feed");
}

static bool fits_rss(const char *head, size_t size)
{
    return root_is(head, size, "rss");
}

static bool fits_oai(const char *head, size_t size)
{
    return root_is(head, size, "OAI-PMH");
}

const pt_format pt_format_atom = {"atom", fits_atom, open_atom, next_xml, close_xml};
const pt_format pt_format_rss = {"rss", fits_rss, open_rss, next_xml, close_xml};
const pt_format pt_format_oai = {"oai", fits_oai, open_oai, next_xml, close_xml};
