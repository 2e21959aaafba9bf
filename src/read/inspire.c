/*
 * inspire - answers of repositories that run on Invenio: INSPIRE, and Zenodo, which names the same things otherwise.
 */
#include "rows.h"

static const char wrappers[] = "hits.hits";

static const pt_row rows[] = {
    PT_ROW("titles.title", MARKUP, title),
    PT_ROW("title", MARKUP, title),
    PT_ROW("abstracts.value", MARKUP, abstract),
    PT_ROW("description", MARKUP, abstract),
    PT_ROW("authors", PERSONS, authors),
    PT_ROW("creators", PERSONS, authors),
    PT_ROW("preprint_date", DATE, date),
    PT_ROW("publication_date", DATE, date),
    PT_ROW("earliest_date", OTHER_DATE, date),
    PT_ROW("arxiv_eprints.value", TEXT, arxiv),
    PT_ROW("dois.value", TEXT, doi),
    PT_ROW("doi", TEXT, doi),
    PT_ROW("publication_info.journal_title", MARKUP, venue),
    PT_ROW("journal.title", MARKUP, venue),
    PT_ROW("keywords", LIST, keywords),
    PT_ROW("arxiv_eprints.categories", LIST, categories),
    PT_ROWS_END,
};

static const pt_row outer_rows[] = {
    PT_ROW("links.html", TEXT, url),
    PT_ROW("links.self_html", TEXT, url),
    PT_ROW("doi", TEXT, doi),
    PT_ROWS_END,
};

/* The number of a record, with the name of its archive: others count their papers, too. */
static int read_id(const pt_json *o, const char *archive)
{
    const cJSON *number = pt_json_path(o->json, "id");
    pt_record *record = &o->reader->record;
    char id[80];

    if (cJSON_IsNumber(number)) {
        snprintf(id, sizeof id, "%s:%.0f", archive, number->valuedouble);
    } else if (cJSON_IsString(number)) {
        snprintf(id, sizeof id, "%s:%.60s", archive, number->valuestring);
    } else {
        return PAPERTAG_OK;
    }
    return pt_record_text(record, &record->paper.id, id, strlen(id), o->err);
}

static int read_hit(const pt_json *o)
{
    static const char page[] = "https://inspirehep.net/literature/";
    const cJSON *inner = pt_json_member(o, "metadata");
    const pt_json metadata = {o->reader, cJSON_IsObject(inner) ? inner : o->json, o->err};
    const bool inspire = pt_json_member(&metadata, "titles") != NULL;
    const char *archive = inspire ? "inspire" : "zenodo";
    papertag_paper *paper = &o->reader->record.paper;
    int status = pt_json_rows(&metadata, rows);

    status = status || inner != metadata.json ? status : pt_json_rows(o, outer_rows);
    status = status ? status : read_id(o, archive);
    if (!status && inspire && paper->id && !paper->doi && !paper->arxiv) {
        const char *number = paper->id + strlen(archive) + 1;
        status = pt_record_address(&o->reader->record, page, number, strlen(number), o->err);
    }
    return status ? status : pt_json_source(o, archive);
}

static bool fits_inspire(const char *head, size_t size)
{
    const char *end = head + size, *hit = pt_json_first(head, end, wrappers);

    if (!hit || hit == head) {
        const char *total = pt_json_find(head, end, "hits.total");
        return total && *total == '0'; /* nothing found */
    }
    return pt_json_find(hit, end, "metadata.titles") || pt_json_find(hit, end, "metadata.title");
}

static const pt_json_dialect dialect = {wrappers, read_hit};

const pt_format pt_format_inspire = {
    .name = "inspire",
    .fits = fits_inspire,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "INSPIRE, Zenodo",
    .about = "answers of the search",
    .dialect = &dialect,
};
