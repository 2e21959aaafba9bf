/*
 * snapshot - see snapshot.h.
 */
#include "snapshot.h"

#include "names.h"
#include "reader.h"

/* Members that only such records have; source_names.c has them, too. */
#define AUTHORS "authors_parsed"
#define VERSIONS "versions"
#define UPDATED "update_date"

bool pt_is_snapshot(const pt_json *o)
{
    return cJSON_IsArray(pt_json_member(o, AUTHORS)) || cJSON_IsArray(pt_json_member(o, VERSIONS)) ||
           pt_json_member(o, UPDATED);
}

bool pt_snapshot_differs(const char *field)
{
    return !strcmp(field, "authors");
}

/* [["Last", "First", "Suffix"], ...]; affiliations may follow. */
static int read_parsed_authors(const pt_json *o)
{
    const cJSON *items = pt_json_member(o, AUTHORS), *item;
    int status = PAPERTAG_OK;

    cJSON_ArrayForEach(item, items)
    {
        status = pt_record_person(&o->reader->record, cJSON_GetStringValue(cJSON_GetArrayItem(item, 1)),
                                  cJSON_GetStringValue(cJSON_GetArrayItem(item, 0)),
                                  cJSON_GetStringValue(cJSON_GetArrayItem(item, 2)), o->err);
        if (status) {
            break;
        }
    }
    return status;
}

static int read_authors(const pt_json *o)
{
    const char *text = pt_json_text(o, "authors");

    if (cJSON_IsArray(pt_json_member(o, AUTHORS))) {
        return read_parsed_authors(o);
    }
    return text ? pt_record_ordered_authors(&o->reader->record, text, strlen(text), o->err)
                : pt_json_list(o, "authors", &o->reader->record.paper.authors, ",;");
}

/* From the first version, else from the last change. */
static int read_date(const pt_json *o)
{
    const cJSON *first = cJSON_GetArrayItem(pt_json_member(o, VERSIONS), 0);
    const char *created = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(first, "created"));
    pt_record *record = &o->reader->record;
    int status = PAPERTAG_OK;

    if (!record->paper.date && created) {
        status = pt_record_date(record, &record->paper.date, created, strlen(created), o->err);
    }
    return status || record->paper.date ? status : pt_json_date(o, UPDATED, &record->paper.date);
}

int pt_snapshot_read(const pt_json *o)
{
    pt_record *record = &o->reader->record;
    papertag_paper *paper = &record->paper;
    size_t length = 0;
    int status = read_authors(o);

    status = status ? status : read_date(o);
    if (!status && paper->doi) { /* there may be several, separated by spaces */
        status = pt_record_text(record, &paper->doi, paper->doi, strcspn(paper->doi, " "), o->err);
    }
    if (!status && paper->id && cJSON_IsNumber(pt_json_member(o, "id"))) {
        char zeros[PT_ARXIV_NUMBER];
        const char *id = pt_arxiv_with_zeros(paper->id, zeros);
        status = id == paper->id ? PAPERTAG_OK : pt_record_text(record, &paper->id, id, strlen(id), o->err);
    }
    if (!status && paper->id && pt_arxiv_id(paper->id, &length)) {
        status = pt_record_address(record, PT_ARXIV_ADDRESS, paper->id, strlen(paper->id), o->err);
        status = status || paper->source ? status : pt_json_source(o, "arxiv");
    }
    return status;
}
