/*
 * zotero - items of Zotero in its own JSON: answers of its web API, and what Better BibTeX exports.
 *
 * The API has an item within another object, with its key and its links. Attachments and notes are items, too.
 */
#include "reader.h"
#include "rows.h"

static const char wrappers[] = "items";

static const pt_row rows[] = {
    PT_ROW("title", MARKUP, title),
    PT_ROW("abstractNote", MARKUP, abstract),
    PT_ROW("creators", PERSONS, authors),
    PT_ROW("date", DATE, date),
    PT_ROW("DOI", TEXT, doi),
    PT_ROW("url", TEXT, url),
    PT_ROW("publicationTitle", MARKUP, venue),
    PT_ROW("proceedingsTitle", MARKUP, venue),
    PT_ROW("bookTitle", MARKUP, venue),
    PT_ROW("conferenceName", MARKUP, venue),
    PT_ROW("journalAbbreviation", MARKUP, venue),
    PT_ROW("tags", LIST, keywords),
    PT_ROWS_END,
};

/* A preprint of arXiv has its identifier in one of these; "extra" has a line for each thing that has no other place. */
static int read_arxiv(const pt_json *item)
{
    static const char *const keys[] = {"archiveID", "reportNumber", "extra"};
    pt_record *record = &item->reader->record;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof keys / sizeof *keys && !status && !record->paper.arxiv; i++) {
        const char *text = pt_json_text(item, keys[i]), *mark = text ? strstr(text, "arXiv:") : NULL;
        char id[40] = "";
        size_t length = 0;
        if (mark) {
            snprintf(id, sizeof id, "%.*s", (int)strcspn(mark, " \r\n"), mark);
        }
        text = pt_arxiv_id(id, &length);
        status = text ? pt_record_text(record, &record->paper.arxiv, text, length, item->err) : PAPERTAG_OK;
    }
    return status;
}

static bool is_paper(const char *type)
{
    return strcmp(type, "attachment") != 0 && strcmp(type, "note") != 0 && strcmp(type, "annotation") != 0;
}

static int read_item(const pt_json *o)
{
    const cJSON *inner = pt_json_member(o, "data");
    const pt_json item = {o->reader, cJSON_IsObject(inner) ? inner : o->json, o->err};
    const char *type = pt_json_text(&item, "itemType");
    int status;

    if (type && !is_paper(type)) {
        return PT_SKIPPED;
    }
    status = pt_json_rows(&item, rows);
    status = status ? status : read_arxiv(&item);
    return status ? status : pt_json_source(o, "zotero");
}

static bool fits_zotero(const char *head, size_t size)
{
    const char *end = head + size, *item = pt_json_first(head, end, wrappers);

    return item && (pt_json_find(item, end, "itemType") || pt_json_find(item, end, "data.itemType"));
}

static const pt_json_dialect dialect = {wrappers, read_item};

const pt_format pt_format_zotero = {
    .name = "zotero",
    .fits = fits_zotero,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "Zotero's API, Better BibTeX",
    .about = "items in Zotero's JSON",
    .dialect = &dialect,
};
