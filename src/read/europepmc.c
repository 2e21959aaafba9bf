/*
 * europepmc - answers of the search of Europe PMC.
 */
#include "rows.h"

static const char wrappers[] = "resultList.result";

static const pt_row rows[] = {
    PT_ROW("id", ID, id),
    PT_ROW("title", MARKUP, title),
    PT_ROW("abstractText", MARKUP, abstract),
    PT_ROW("authorList.author", PERSONS, authors),
    PT_ROW("authorString", PERSONS, authors),
    PT_ROW("firstPublicationDate", DATE, date),
    PT_ROW("journalInfo.dateOfPublication", DATE, date),
    PT_ROW("pubYear", DATE, date),
    PT_ROW("doi", TEXT, doi),
    PT_ROW("journalInfo.journal.title", MARKUP, venue),
    PT_ROW("journalTitle", MARKUP, venue),
    PT_ROW("bookOrReportDetails.publisher", MARKUP, venue),
    PT_ROW("keywordList.keyword", LIST, keywords),
    PT_ROW("meshHeadingList.meshHeading", MORE, keywords),
    PT_ROWS_END,
};

/* A paper without a DOI has its page there: MED/99000001. */
static int set_address(const pt_json *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    const char *archive = pt_json_text(o, "source");
    char page[80];

    if (!paper->id || !archive || paper->doi) {
        return PAPERTAG_OK;
    }
    snprintf(page, sizeof page, "%.20s/%.50s", archive, paper->id);
    return pt_record_address(&o->reader->record, "https://europepmc.org/article/", page, strlen(page), o->err);
}

static int read_result(const pt_json *o)
{
    int status = pt_json_rows(o, rows);

    status = status ? status : pt_record_trim_title(&o->reader->record, o->err);
    status = status ? status : set_address(o);
    return status ? status : pt_json_source(o, "europepmc");
}

static bool fits_europepmc(const char *head, size_t size)
{
    const char *end = head + size;
    return pt_json_find(head, end, "hitCount") && pt_json_find(head, end, "resultList");
}

static const pt_json_dialect dialect = {wrappers, read_result};

const pt_format pt_format_europepmc = {
    .name = "europepmc",
    .fits = fits_europepmc,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "Europe PMC",
    .about = "answers of the search: abstracts, MeSH, keywords",
    .dialect = &dialect,
};
