/*
 * csl - CSL-JSON, as reference managers and pandoc write it, and works of Crossref, whose API answers in almost the
 * same layout.
 */
#include "markup.h"
#include "own_fields.h"
#include "reader.h"
#include "rows.h"

static const char csl_wrappers[] = "items references";
static const char crossref_wrappers[] = "message.items message";

static const pt_row rows[] = {
    PT_ROW("title", MARKUP, title),
    PT_ROW("abstract", MARKUP, abstract),
    PT_ROW("author", PERSONS, authors),
    PT_ROW("published", DATE, date),
    PT_ROW("issued", DATE, date),
    PT_ROW("published-online", DATE, date),
    PT_ROW("published-print", DATE, date),
    PT_ROW("submitted", OTHER_DATE, date),
    PT_ROW("DOI", TEXT, doi),
    PT_ROW("URL", TEXT, url),
    PT_ROW("container-title", MARKUP, venue),
    PT_ROW("event-title", TEXT, venue),
    PT_ROW("event.name", TEXT, venue),
    PT_ROW("keyword", LIST, keywords),
    PT_ROW("keywords", LIST, keywords),
    PT_ROW("subject", LIST, categories),
    PT_ROW("categories", LIST, categories),
    PT_ROWS_END,
};

/* A preprint of arXiv has its identifier in one of these. */
static int read_arxiv(const pt_json *o)
{
    static const char *const keys[] = {"number", "archive_location", "note"};
    pt_record *record = &o->reader->record;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof keys / sizeof *keys && !status && !record->paper.arxiv; i++) {
        const char *text = pt_json_text(o, keys[i]);
        size_t length;
        const char *id = text && (i == 1 || !strncmp(text, "arXiv:", 6)) ? pt_arxiv_id(text, &length) : NULL;
        status = id ? pt_record_text(record, &record->paper.arxiv, id, length, o->err) : PAPERTAG_OK;
    }
    return status;
}

/* CSL has a member for what other programs want to keep. */
static int read_own(const pt_json *o)
{
    const cJSON *custom = pt_json_member(o, "custom"), *item;
    int status = PAPERTAG_OK;

    custom = cJSON_IsObject(custom) ? custom : NULL;
    cJSON_ArrayForEach(item, custom)
    {
        const pt_slice name = {item->string, strlen(item->string)};
        const char *text = pt_is_own_field(name) ? cJSON_GetStringValue(item) : NULL;
        status = status || !text ? status : pt_own_field(o->reader, name, (pt_slice){text, strlen(text)}, o->err);
    }
    return status;
}

/* The other variables of CSL 1.0.2 and members that its exporters add. */
static const char *const left_out[] = {"accessed",
                                       "annote",
                                       "archive",
                                       "archive-place",
                                       "archive_collection",
                                       "archive_location",
                                       "authority",
                                       "available-date",
                                       "call-number",
                                       "chair",
                                       "chapter-number",
                                       "citation-key",
                                       "citation-label",
                                       "citation-number",
                                       "collection-editor",
                                       "collection-number",
                                       "collection-title",
                                       "compiler",
                                       "composer",
                                       "container-author",
                                       "container-title-short",
                                       "contributor",
                                       "curator",
                                       "custom",
                                       "dimensions",
                                       "director",
                                       "division",
                                       "edition",
                                       "editor",
                                       "editor-translator",
                                       "editorial-director",
                                       "event",
                                       "event-date",
                                       "event-place",
                                       "executive-producer",
                                       "first-reference-note-number",
                                       "genre",
                                       "guest",
                                       "host",
                                       "id",
                                       "illustrator",
                                       "interviewer",
                                       "ISBN",
                                       "ISSN",
                                       "issue",
                                       "journalAbbreviation",
                                       "jurisdiction",
                                       "language",
                                       "license",
                                       "locator",
                                       "medium",
                                       "narrator",
                                       "note",
                                       "number",
                                       "number-of-pages",
                                       "number-of-volumes",
                                       "organizer",
                                       "original-author",
                                       "original-date",
                                       "original-publisher",
                                       "original-publisher-place",
                                       "original-title",
                                       "page",
                                       "page-first",
                                       "part-number",
                                       "part-title",
                                       "performer",
                                       "PMCID",
                                       "PMID",
                                       "printing",
                                       "printing-number",
                                       "producer",
                                       "publisher",
                                       "publisher-place",
                                       "recipient",
                                       "references",
                                       "reviewed-author",
                                       "reviewed-genre",
                                       "reviewed-title",
                                       "scale",
                                       "script-writer",
                                       "section",
                                       "series-creator",
                                       "shortTitle",
                                       "source",
                                       "status",
                                       "submitted",
                                       "supplement-number",
                                       "system_id",
                                       "title-short",
                                       "translator",
                                       "type",
                                       "version",
                                       "volume",
                                       "volume-title",
                                       "year-suffix"};

static bool is_known(const char *name)
{
    const size_t length = strlen(name);

    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++) {
        if (!strcmp(name, left_out[i])) {
            return true;
        }
    }
    for (const pt_row *row = rows; row->path; row++) {
        if (!strncmp(row->path, name, length) && (!row->path[length] || row->path[length] == '.')) {
            return true;
        }
    }
    return pt_same_name(name, length, "tags", 4);
}

/* Names the members that are not used. */
static int report_others(const pt_json *o)
{
    const char *tags = o->reader->tags_field;
    const cJSON *item;
    int status = PAPERTAG_OK;

    cJSON_ArrayForEach(item, o->json)
    {
        const bool used = is_known(item->string) || !strcmp(item->string, tags);
        status = status || used ? status : pt_reader_unused(o->reader, item->string, strlen(item->string), o->err);
    }
    return status;
}

static int read_csl(const pt_json *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    int status = pt_json_id(o, "id", &paper->id);

    status = status ? status : pt_json_rows(o, rows);
    status = status ? status : read_arxiv(o);
    status = status ? status : read_own(o);
    status = status ? status : report_others(o);
    return status ? status : pt_json_source(o, PT_SOURCE_CSL);
}

/* Crossref has the subtitle of a paper apart, most times. */
static int append_subtitle(const pt_json *o)
{
    pt_record *record = &o->reader->record;
    const char *title = record->paper.title, *more = NULL;
    const cJSON *item = pt_json_path(o->json, "subtitle");
    pt_buf both = {0};
    int status;

    item = cJSON_IsArray(item) ? item->child : item;
    if (!title || !cJSON_IsString(item)) {
        return PAPERTAG_OK;
    }
    status = pt_record_markup(record, &more, item->valuestring, strlen(item->valuestring), o->err);
    if (status || !more || strstr(title, more)) {
        return status;
    }
    pt_buf_format(&both, "%s%s%s", title, strchr("?!:.", title[strlen(title) - 1]) ? " " : ": ", more);
    status =
        both.failed ? pt_no_memory(o->err) : pt_record_text(record, &record->paper.title, both.data, both.size, o->err);
    pt_buf_free(&both);
    return status;
}

static int read_crossref(const pt_json *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    int status = pt_json_string(o, "DOI", &paper->id);

    status = status ? status : pt_json_rows(o, rows);
    status = status ? status : append_subtitle(o);
    return status ? status : pt_json_source(o, "crossref");
}

/* ---- the formats ----------------------------------------------------------------------------------------------- */

static bool begins(const char *value, char with)
{
    return value && *value == with;
}

/* Whether an object is an item of CSL: dates and persons are objects there. */
static bool is_item(const char *item, const char *end)
{
    return pt_json_find(item, end, "title") &&
           (begins(pt_json_find(item, end, "issued"), '{') || pt_json_find(item, end, "container-title") ||
            pt_json_find(item, end, "citation-key") ||
            (pt_json_find(item, end, "type") && begins(pt_json_find(item, end, "author"), '[')));
}

/* The first items may be pages of the web, say, that have none of this. */
static bool fits_csl(const char *head, size_t size)
{
    enum { ITEMS = 20 };
    const char *end = head + size, *item = pt_json_first(head, end, csl_wrappers);

    for (int i = 0; i < ITEMS && item; i++) {
        const char *stop = papertag_json_skip(item, end);
        if (is_item(item, end)) {
            return true;
        }
        item = stop && *stop == ',' && item != head ? memchr(stop, '{', (size_t)(end - stop)) : NULL;
    }
    return false;
}

static bool fits_crossref(const char *head, size_t size)
{
    const char *end = head + size, *work = pt_json_first(head, end, crossref_wrappers);

    if (*head == '{' && pt_json_find(head, end, "message-type")) {
        return true;
    }
    if (work && pt_json_find(work, end, "message.DOI")) {
        return true; /* several answers in an array */
    }
    return work && pt_json_find(work, end, "DOI") && begins(pt_json_find(work, end, "title"), '[');
}

static const pt_json_dialect csl_dialect = {csl_wrappers, read_csl};
static const pt_json_dialect crossref_dialect = {crossref_wrappers, read_crossref};

const pt_format pt_format_csl = {
    .name = "csl",
    .fits = fits_csl,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "Zotero, Mendeley, pandoc, doi.org",
    .about = "CSL-JSON",
    .dialect = &csl_dialect,
};

const pt_format pt_format_crossref = {
    .name = "crossref",
    .fits = fits_crossref,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "Crossref",
    .about = "works and lists of works",
    .dialect = &crossref_dialect,
};
