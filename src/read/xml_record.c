/*
 * xml_record - see xml_record.h.
 */
#include "xml_record.h"

#include "base/ascii.h"
#include "feed_text.h"
#include "list_cell.h"
#include "markup.h"
#include "names.h"
#include "pubmed.h"
#include "reader.h"

void pt_xml_record_begin(pt_xml_record *r, size_t line)
{
    pt_record_clear(&r->reader->record, line);
    for (size_t i = 0; i < PT_XML_NAME_PARTS; i++) {
        pt_buf_clear(&r->author[i]);
    }
    pt_buf_clear(&r->sections);
    pt_buf_clear(&r->names);
    pt_buf_clear(&r->label);
    r->summary = r->title = r->venue = NULL;
    r->deleted = r->raw = false;
}

void pt_xml_record_free(pt_xml_record *r)
{
    for (size_t i = 0; i < PT_XML_NAME_PARTS; i++) {
        pt_buf_free(&r->author[i]);
    }
    pt_buf_free(&r->sections);
    pt_buf_free(&r->names);
    pt_buf_free(&r->label);
}

/* ---- text ------------------------------------------------------------------------------------------------------ */

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static int set_once(pt_xml_record *r, const char **field, const char *text, size_t length)
{
    return *field ? PAPERTAG_OK : pt_record_text(&r->reader->record, field, text, length, NULL);
}

static int set_markup_once(pt_xml_record *r, const char **field, const char *text, size_t length)
{
    return *field ? PAPERTAG_OK : pt_record_markup(&r->reader->record, field, text, length, NULL);
}

/* The kind of announcement and the abstract, with which feeds of arXiv fill the same element:
 * "arXiv:2508.13426v1 Announce Type: new Abstract: ...". */
static int set_announcement(pt_xml_record *r, const char *text, size_t length)
{
    static const char mark[] = "Announce Type: ";
    papertag_paper *paper = &r->reader->record.paper;
    const char *lead = strstr(text, "Abstract: "), *type = strstr(text, mark);
    int status = PAPERTAG_OK;

    if (type && lead && type < lead) {
        type += sizeof mark - 1;
        status = set_once(r, &paper->announce_type, type, strcspn(type, " \t\r\n"));
    }
    lead = lead ? lead + 10 : text;
    return status ? status : set_markup_once(r, &paper->abstract, lead, length - (size_t)(lead - text));
}

static int set_abstract(pt_xml_record *r, const char *text, size_t length)
{
    papertag_paper *paper = &r->reader->record.paper;
    bool done;
    int status;

    if (paper->abstract || begins(text, "Comment: ")) {
        return PAPERTAG_OK; /* oai_dc has the author's comments as another description */
    }
    if (begins(text, "arXiv:")) {
        return set_announcement(r, text, length);
    }
    if (*text == '<' && strstr(text, "PMID:")) {
        text = pt_pubmed_abstract(text, &length);
    }
    status = pt_feed_contents(&r->reader->record, text, length, &done, NULL);
    if (status || done) {
        return status;
    }
    text = pt_feed_abstract(text, &length);
    return set_markup_once(r, &paper->abstract, text, length);
}

/* "OBJECTIVE: To count." */
static int append_section(pt_xml_record *r, const char *text, size_t length)
{
    if (length) {
        pt_buf_text(&r->sections, r->sections.size ? " " : "");
        pt_buf_append(&r->sections, r->label.data, r->label.size);
        pt_buf_text(&r->sections, r->label.size ? ": " : "");
        pt_buf_append(&r->sections, text, length);
    }
    return r->sections.failed || r->label.failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

static int append(pt_xml_record *r, papertag_strings *list, const char *text, size_t length)
{
    return pt_record_append(&r->reader->record, list, text, length, NULL);
}

/* ---- identifiers ----------------------------------------------------------------------------------------------- */

static int set_id(pt_xml_record *r, const char *text, size_t length)
{
    papertag_paper *paper = &r->reader->record.paper;
    size_t size = length;
    const char *id = pt_arxiv_id(text, &size);
    int status;

    if (!id) {
        status = set_once(r, &paper->id, text, length);
        return status || strncmp(text, "http", 4) != 0 ? status : set_once(r, &paper->url, text, length);
    }
    status = set_once(r, &paper->id, id, size);
    status = status ? status : set_once(r, &paper->source, "arxiv", 5);
    return status ? status : pt_record_address(&r->reader->record, PT_ARXIV_ADDRESS, id, size, NULL);
}

/* A DOI, an address, or the identifier of arXiv or an archive; others are left out. */
static int set_identifier(pt_xml_record *r, const char *text, size_t length)
{
    static const char *const prefixes[] = {"doi:",
                                           "DOI:",
                                           "info:doi/",
                                           "10.",
                                           "https://doi.org/",
                                           "http://doi.org/",
                                           "http://dx.doi.org/",
                                           "https://dx.doi.org/"};
    papertag_paper *paper = &r->reader->record.paper;

    if (pt_arxiv_id(text, &(size_t){0})) {
        return set_id(r, text, length);
    }
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (begins(text, prefixes[i])) {
            return set_once(r, &paper->doi, text, length);
        }
    }
    if (begins(text, "http://") || begins(text, "https://")) {
        return set_once(r, &paper->url, text, length);
    }
    return begins(text, "oai:") ? set_id(r, text, length) : PAPERTAG_OK;
}

/* "10.5555/x", "ARTN 12 10.5555/x", "https://doi.org/10.5555/x". */
static int set_doi(pt_xml_record *r, const char *text)
{
    const char *from = strstr(text, "10.");

    return from ? set_once(r, &r->reader->record.paper.doi, from, strcspn(from, " \t\r\n")) : PAPERTAG_OK;
}

static int set_arxiv(pt_xml_record *r, const char *text)
{
    size_t length = 0;
    const char *id = begins(text, "abs/") ? pt_arxiv_id(text + 4, &length) : NULL;

    id = pt_same_word(text, strnlen(text, 6), "arxiv:") ? pt_arxiv_id(text, &length) : id;
    return id ? set_once(r, &r->reader->record.paper.arxiv, id, length) : PAPERTAG_OK;
}

/* An address of the web. Programs give their own files addresses, too. */
static int set_address(pt_xml_record *r, const char **field, const char *text)
{
    return begins(text, "http://") || begins(text, "https://") ? set_once(r, field, text, strcspn(text, " \t\r\n"))
                                                               : PAPERTAG_OK;
}

/* A paper whose address is that of a DOI has that. */
static int set_doi_of_address(pt_xml_record *r)
{
    static const char mark[] = "doi.org/10.";
    papertag_paper *paper = &r->reader->record.paper;
    const char *from = !paper->doi && paper->url ? strstr(paper->url, mark) : NULL;

    from = from ? from + sizeof mark - 4 : NULL;
    return from ? set_once(r, &paper->doi, from, strcspn(from, "?#")) : PAPERTAG_OK;
}

/* ---- dates ----------------------------------------------------------------------------------------------------- */

/* Replaces a date that is less precise. */
static int set_day(pt_xml_record *r, const char *text, size_t length)
{
    papertag_paper *paper = &r->reader->record.paper;
    const char *date = NULL;
    const int status = pt_record_date(&r->reader->record, &date, text, length, NULL);

    if (date && (!paper->date || strlen(date) > strlen(paper->date))) {
        paper->date = date;
    }
    return status;
}

/* A month, with a day or a whole date where a program has written one. */
static int set_month(pt_xml_record *r, const char *text, size_t length)
{
    pt_record *record = &r->reader->record;
    const char *date = NULL;
    int status = length > 7 ? pt_record_date(record, &date, text, length, NULL) : PAPERTAG_OK;

    if (!date) {
        return status ? status : set_once(r, &record->month, text, length);
    }
    record->paper.date = record->paper.date ? record->paper.date : date;
    return status;
}

int pt_xml_record_end_date(pt_xml_record *r)
{
    pt_record *record = &r->reader->record;
    papertag_paper *paper = &record->paper;
    const char *date = NULL;
    const int status = record->year ? pt_record_join_date(record, &date, NULL) : PAPERTAG_OK;

    record->year = record->month = record->day = NULL;
    if (date && (!paper->date || (strlen(date) > strlen(paper->date) && begins(date, paper->date)))) {
        paper->date = date;
    }
    return status;
}

/* ---- authors --------------------------------------------------------------------------------------------------- */

int pt_xml_record_end_author(pt_xml_record *r)
{
    const pt_buf *parts = r->author;
    const char *first = parts[0].size ? parts[0].data : parts[3].data;
    int status = pt_record_person(&r->reader->record, first, parts[1].data, parts[2].data, NULL);

    for (size_t i = 0; i < PT_XML_NAME_PARTS; i++) {
        status = r->author[i].failed ? PAPERTAG_NO_MEMORY : status;
        pt_buf_clear(&r->author[i]);
    }
    return status;
}

/* arXiv writes first names first. */
static int append_names(pt_xml_record *r, const char *text, size_t length)
{
    pt_record *record = &r->reader->record;
    const bool ordered = r->raw || (record->paper.source && !strcmp(record->paper.source, "arxiv"));

    return (ordered ? pt_record_ordered_authors : pt_record_authors)(record, text, length, NULL);
}

/* One author, of which some programs have written several. */
static int append_name(pt_xml_record *r, const char *text, size_t length)
{
    pt_record *record = &r->reader->record;

    return memchr(text, ';', length) ? pt_record_authors(record, text, length, NULL)
                                     : pt_record_author(record, text, length, NULL);
}

/* Keeps names in case there are no others. RSS has "nora@e.example (Nora Nobody)". */
static int keep_names(pt_xml_record *r, const char *text, size_t length)
{
    const char *mail = memchr(text, '@', length), *open = memchr(text, '(', length);
    const char *close = mail && open && mail < open ? memchr(open, ')', length - (size_t)(open - text)) : NULL;

    if (mail && !close) {
        return PAPERTAG_OK;
    }
    pt_buf_text(&r->names, r->names.size ? "; " : "");
    pt_buf_append(&r->names, close ? open + 1 : text, close ? (size_t)(close - open - 1) : length);
    return r->names.failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* ---- elements -------------------------------------------------------------------------------------------------- */

/* An element that describes what the paper is about. */
static int take_term(pt_xml_record *r, pt_xml_kind kind, const char *text, size_t length)
{
    pt_record *record = &r->reader->record;
    papertag_paper *paper = &record->paper;

    if (kind == PT_XML_CATEGORY) {
        return append(r, &paper->categories, text, length);
    }
    if (kind == PT_XML_CATEGORIES) {
        return pt_record_split(record, &paper->categories, text, length, " \t\r\n", NULL);
    }
    if (kind == PT_XML_TAG) {
        paper->has_tags = true;
        return append(r, &paper->tags, text, length);
    }
    if (memchr(text, '<', length)) {
        pt_buf plain = {0};
        int status = pt_markup_text(&plain, text, length, NULL);
        status = status ? status : append(r, &paper->keywords, plain.data ? plain.data : "", plain.size);
        pt_buf_free(&plain);
        return status;
    }
    return pt_list_cell(record, &paper->keywords, text, length, "\r\n", pt_record_append, NULL, NULL);
}

static int take_date(pt_xml_record *r, pt_xml_kind kind, const char *text, size_t length)
{
    pt_record *record = &r->reader->record;

    switch (kind) {
    case PT_XML_FIRST_DAY:
        return pt_record_date(record, &record->paper.date, text, length, NULL);
    case PT_XML_YEAR:
        return set_once(r, &record->year, text, length);
    case PT_XML_MONTH:
        return set_month(r, text, length);
    case PT_XML_DAY_OF_MONTH:
        return set_once(r, &record->day, text, length);
    default:
        return set_day(r, text, length);
    }
}

/* A part of a name. Several forenames may come before the keyname; what follows that is another spelling. */
static void take_name_part(pt_xml_record *r, pt_xml_kind kind, const char *text, size_t length)
{
    pt_buf *part = &r->author[kind - PT_XML_FORENAMES];

    if (!part->size || !r->author[PT_XML_KEYNAME - PT_XML_FORENAMES].size) {
        pt_buf_text(part, part->size ? " " : "");
        pt_buf_append(part, text, length);
    }
}

/* An element that says where the paper is. */
static int take_place(pt_xml_record *r, pt_xml_kind kind, const char *text, size_t length)
{
    papertag_paper *paper = &r->reader->record.paper;

    if (kind == PT_XML_VENUE || kind == PT_XML_OTHER_VENUE) {
        return set_markup_once(r, kind == PT_XML_VENUE ? &paper->venue : &r->venue, text, length);
    }
    return set_address(r, kind == PT_XML_ADDRESS ? &paper->url : &paper->pdf_url, text);
}

int pt_xml_record_take(pt_xml_record *r, pt_xml_kind kind, const char *text, size_t length)
{
    papertag_paper *paper = &r->reader->record.paper;

    switch (kind) {
    case PT_XML_ID:
        return set_id(r, text, length);
    case PT_XML_TITLE:
        return set_markup_once(r, &paper->title, text, length);
    case PT_XML_OTHER_TITLE:
        return set_markup_once(r, &r->title, text, length);
    case PT_XML_ABSTRACT:
    case PT_XML_SUMMARY:
        return set_abstract(r, text, length);
    case PT_XML_OTHER_SUMMARY:
        text = pt_feed_abstract(text, &length);
        return set_markup_once(r, &r->summary, text, length);
    case PT_XML_SECTION:
        return append_section(r, text, length);
    case PT_XML_DAY:
    case PT_XML_FIRST_DAY:
    case PT_XML_YEAR:
    case PT_XML_MONTH:
    case PT_XML_DAY_OF_MONTH:
        return take_date(r, kind, text, length);
    case PT_XML_NAME:
        return append_name(r, text, length);
    case PT_XML_OTHER_NAMES:
        return keep_names(r, text, length);
    case PT_XML_NAMES:
    case PT_XML_RAW_NAMES:
        return append_names(r, text, length);
    case PT_XML_ANNOUNCED:
        return pt_record_text(&r->reader->record, &paper->announce_type, text, length, NULL);
    case PT_XML_FORENAMES:
    case PT_XML_KEYNAME:
    case PT_XML_SUFFIX:
    case PT_XML_INITIALS:
        take_name_part(r, kind, text, length);
        return PAPERTAG_OK;
    case PT_XML_CATEGORY:
    case PT_XML_CATEGORIES:
    case PT_XML_KEYWORD:
    case PT_XML_TAG:
        return take_term(r, kind, text, length);
    case PT_XML_VENUE:
    case PT_XML_OTHER_VENUE:
    case PT_XML_ADDRESS:
    case PT_XML_PDF_ADDRESS:
        return take_place(r, kind, text, length);
    case PT_XML_IDENTIFIER:
        return set_identifier(r, text, length);
    case PT_XML_DOI:
    case PT_XML_TYPED_ID:
        return set_doi(r, text);
    case PT_XML_ARXIV:
        return set_arxiv(r, text);
    default:
        return PAPERTAG_OK;
    }
}

int pt_xml_record_take_attribute(pt_xml_record *r, pt_xml_kind kind, const char *value)
{
    papertag_paper *paper = &r->reader->record.paper;

    return kind == PT_XML_TERM ? append(r, &paper->categories, value, strlen(value))
                               : set_once(r, &paper->url, value, strlen(value));
}

/* ---- completion ------------------------------------------------------------------------------------------------ */

/* The month in which arXiv received a paper, by its identifier: 2508.13426, hep-th/9901001. */
static int set_month_of_id(pt_xml_record *r, const char *id)
{
    papertag_paper *paper = &r->reader->record.paper;
    const char *slash = strchr(id, '/'), *digits = slash ? slash + 1 : id;
    const int year = 10 * (digits[0] - '0') + digits[1] - '0';
    char month[16];

    snprintf(month, sizeof month, "%d-%.2s", year >= 91 ? 1900 + year : 2000 + year, digits + 2);
    return pt_record_date(&r->reader->record, &paper->date, month, strlen(month), NULL);
}

/* An announcement is dated by its own day: only a new paper is as new as that. */
static int end_announcement(pt_xml_record *r)
{
    papertag_paper *paper = &r->reader->record.paper;
    size_t length;

    if (!paper->announce_type || !paper->date) {
        return PAPERTAG_OK;
    }
    paper->announced = paper->date;
    if (begins(paper->announce_type, "new")) {
        return PAPERTAG_OK;
    }
    paper->date = NULL;
    return paper->id && pt_arxiv_id(paper->id, &length) ? set_month_of_id(r, paper->id) : PAPERTAG_OK;
}

int pt_xml_record_end(pt_xml_record *r)
{
    const pt_xml_dialect *dialect = r->dialect;
    pt_record *record = &r->reader->record;
    papertag_paper *paper = &record->paper;
    const pt_buf *sections = &r->sections;
    int status = end_announcement(r);

    status = status ? status : set_doi_of_address(r);
    if (!status && sections->size) {
        status = set_markup_once(r, &paper->abstract, sections->data, sections->size);
    }
    if (!status && r->names.size && !paper->authors.count) {
        status = append_names(r, r->names.data, r->names.size);
    }
    paper->abstract = paper->abstract && !pt_is_citation(paper->abstract) ? paper->abstract : r->summary;
    paper->abstract = paper->abstract && !pt_is_citation(paper->abstract) ? paper->abstract : NULL;
    paper->venue = paper->venue ? paper->venue : r->venue;
    paper->title = paper->title ? paper->title : r->title;
    if (!status && paper->arxiv) {
        status = pt_record_address(record, PT_ARXIV_ADDRESS, paper->arxiv, strlen(paper->arxiv), NULL);
    }
    if (!status && dialect->source) {
        status = set_once(r, &paper->source, dialect->source, strlen(dialect->source));
    }
    if (!status && dialect->address && paper->id && !paper->doi) {
        status = pt_record_address(record, dialect->address, paper->id, strlen(paper->id), NULL);
    }
    return status || !dialect->finish ? status : dialect->finish(r->reader, NULL);
}
