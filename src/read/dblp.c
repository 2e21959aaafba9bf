/*
 * dblp - publications of DBLP: answers of its search API in JSON and XML, pages of persons, and its dump.
 *
 * Source: Ley, "DBLP - Some Lessons Learned" (2009).
 */
#include "base/ascii.h"
#include "rows.h"
#include "xml.h"

static const char wrappers[] = "result.hits.hit";

static const pt_row rows[] = {
    PT_ROW("key", TEXT, id),    PT_ROW("title", MARKUP, title), PT_ROW("authors.author", PERSONS, authors),
    PT_ROW("year", DATE, date), PT_ROW("venue", MARKUP, venue), PT_ROW("doi", TEXT, doi),
    PT_ROW("ee", TEXT, url),    PT_ROW("url", TEXT, url),       PT_ROWS_END,
};

/* Persons of one name are numbered: "Ada Example 0001". */
static int trim_numbers(pt_record *record, papertag_error *err)
{
    const papertag_strings numbered = record->paper.authors;
    int status = PAPERTAG_OK;

    record->paper.authors = (papertag_strings){NULL, 0};
    for (size_t i = 0; i < numbered.count && !status; i++) {
        const char *name = numbered.items[i];
        size_t length = strlen(name), digits = 0;
        while (digits < length && pt_is_digit(name[length - 1 - digits])) {
            digits++;
        }
        length -= digits == 4 && length > 5 && name[length - 5] == ' ' ? 5 : 0;
        status = pt_record_append(record, &record->paper.authors, name, length, err);
    }
    return status;
}

/* A title ends with a full stop that is not its own. */
static int finish_record(papertag_reader *reader, papertag_error *err)
{
    const int status = pt_record_trim_title(&reader->record, err);
    return status ? status : trim_numbers(&reader->record, err);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

static int read_hit(const pt_json *o)
{
    const pt_json info = {o->reader, pt_json_member(o, "info"), o->err};
    int status;

    if (pt_json_member(o, "result")) {
        return PT_SKIPPED; /* nothing found */
    }
    if (!cJSON_IsObject(info.json)) {
        return pt_json_wrong_type(o, "info", "an object");
    }
    status = pt_json_rows(&info, rows);
    status = status ? status : finish_record(o->reader, o->err);
    return status ? status : pt_json_source(o, "dblp");
}

static bool fits_dblp(const char *head, size_t size)
{
    const char *end = head + size;

    return *head == '{' && (pt_json_find(head, end, "result.hits") || pt_json_find(head, end, "result.query"));
}

static const pt_json_dialect json_dialect = {wrappers, read_hit};

const pt_format pt_format_dblp = {
    .name = "dblp",
    .fits = fits_dblp,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "DBLP",
    .about = "answers of the search",
    .dialect = &json_dialect,
};

/* ---- XML ------------------------------------------------------------------------------------------------------- */

/* Pages of persons ("www", "person") are no publications. */
static const pt_xml_element elements[] = {{"info", PT_XML_NONE, 1, NULL},       {"author", PT_XML_NAME, 0, NULL},
                                          {"title", PT_XML_TITLE, 0, NULL},     {"key", PT_XML_ID, 0, "info"},
                                          {"year", PT_XML_YEAR, 0, NULL},       {"month", PT_XML_MONTH, 0, NULL},
                                          {"venue", PT_XML_VENUE, 0, "info"},   {"journal", PT_XML_VENUE, 1, NULL},
                                          {"booktitle", PT_XML_VENUE, 1, NULL}, {"school", PT_XML_VENUE, 1, NULL},
                                          {"volume", PT_XML_ARXIV, 0, NULL},    {"doi", PT_XML_DOI, 0, "info"},
                                          {"ee", PT_XML_ADDRESS, 0, NULL},      {0}};
static const pt_xml_dialect dialect = {
    .records = "hit article inproceedings proceedings book incollection phdthesis mastersthesis data ",
    .deepest = 3,
    .elements = elements,
    .ignored = "url pages number type access cdrom cite crossref editor isbn note publisher series address chapter "
               "publnr stream rel ",
    .id = "key",
    .source = "dblp",
    .address = "https://dblp.org/rec/",
    .finish = finish_record,
};

static bool fits_dblp_xml(const char *head, size_t size)
{
    return pt_xml_root_is(head, size, "dblp") || pt_xml_root_is(head, size, "dblpperson") ||
           (pt_xml_root_is(head, size, "result") && pt_xml_has(head, size, "hits"));
}

const pt_format pt_format_dblp_xml = {
    .name = "dblp-xml",
    .fits = fits_dblp_xml,
    .open = pt_xml_open,
    .next = pt_xml_next,
    .close = pt_xml_close,
    .written_by = "DBLP",
    .about = "answers of the search, pages of persons and the dump",
    .dialect = &dialect,
};
