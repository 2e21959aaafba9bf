/*
 * datacite - records of DataCite: answers of its API, and the JSON that repositories as Zenodo export.
 *
 * The API has the record within another object. Descriptions and dates are of several kinds.
 */
#include "markup.h"
#include "rows.h"

static const char wrappers[] = "data";

static const pt_row rows[] = {
    PT_ROW("doi", TEXT, id),
    PT_ROW("doi", TEXT, doi),
    PT_ROW("titles.title", MARKUP, title),
    PT_ROW("creators", PERSONS, authors),
    PT_ROW("publicationYear", DATE, date),
    PT_ROW("url", TEXT, url),
    PT_ROW("container.title", MARKUP, venue),
    PT_ROW("publisher", MARKUP, venue),
    PT_ROW("publisher.name", MARKUP, venue),
    PT_ROW("subjects", LIST, keywords),
    PT_ROWS_END,
};

/* The text `key` of the first item of a list whose member `type` is of that kind; NULL when there is none. */
static const char *text_of_kind(const pt_json *record, const char *list, const char *type, const char *kind,
                                const char *key)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, pt_json_member(record, list))
    {
        const char *found = cJSON_GetStringValue(pt_json_path(item, type));
        const char *text = cJSON_GetStringValue(pt_json_path(item, key));
        if (found && text && !strcmp(found, kind)) {
            return text;
        }
    }
    return NULL;
}

static int read_abstract(const pt_json *record)
{
    pt_record *to = &record->reader->record;
    const char *text = text_of_kind(record, "descriptions", "descriptionType", "Abstract", "description");

    return text ? pt_record_markup(to, &to->paper.abstract, text, strlen(text), record->err) : PAPERTAG_OK;
}

/* The day, where there is more than the year. */
static int read_date(const pt_json *record)
{
    static const char *const kinds[] = {"Issued", "Available", "Submitted", "Created"};
    pt_record *to = &record->reader->record;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !status && !to->paper.date; i++) {
        const char *text = text_of_kind(record, "dates", "dateType", kinds[i], "date");
        status = text ? pt_record_date(to, &to->paper.date, text, strlen(text), record->err) : PAPERTAG_OK;
    }
    return status;
}

static int read_record(const pt_json *o)
{
    const cJSON *inner = pt_json_member(o, "attributes");
    const pt_json record = {o->reader, cJSON_IsObject(inner) ? inner : o->json, o->err};
    int status = read_date(&record);

    status = status ? status : pt_json_rows(&record, rows);
    status = status ? status : read_abstract(&record);
    return status ? status : pt_json_source(o, "datacite");
}

static bool fits_datacite(const char *head, size_t size)
{
    const char *end = head + size, *record = pt_json_first(head, end, wrappers);

    return record && (pt_json_find(record, end, "attributes.titles") ||
                      (pt_json_find(record, end, "titles") && pt_json_find(record, end, "creators")));
}

static const pt_json_dialect dialect = {wrappers, read_record};

const pt_format pt_format_datacite = {
    .name = "datacite",
    .fits = fits_datacite,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "DataCite, Zenodo and other repositories",
    .about = "records in DataCite's JSON",
    .dialect = &dialect,
};
