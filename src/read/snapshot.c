/*
 * snapshot - see snapshot.h.
 */
#include "snapshot.h"

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
    static const int order[] = {1, 0, 2};
    const cJSON *items = pt_json_member(o, AUTHORS), *item;
    pt_record *record = &o->reader->record;
    pt_buf name = {0};
    int status = PAPERTAG_OK;

    cJSON_ArrayForEach(item, items)
    {
        pt_buf_clear(&name);
        for (int i = 0; i < 3; i++) {
            const char *part = cJSON_GetStringValue(cJSON_GetArrayItem(item, order[i]));
            pt_buf_text(&name, part ? part : "");
            pt_buf_text(&name, " ");
        }
        status = name.failed ? pt_no_memory(o->err)
                             : pt_record_append(record, &record->paper.authors, name.data, name.size, o->err);
        if (status) {
            break;
        }
    }
    pt_buf_free(&name);
    return status;
}

/* "A. Example, B. Sample (Some Lab) and C. Other": affiliations in parentheses are dropped. */
static int read_written_authors(const pt_json *o, const char *text)
{
    pt_record *record = &o->reader->record;
    pt_buf names = {0};
    int depth = 0, status;

    for (const char *at = text; *at; at++) {
        depth += *at == '(';
        if (!depth && strchr(" \n", *at) && !strncmp(at + 1, "and", 3) && at[4] && strchr(" \n", at[4])) {
            pt_buf_text(&names, ",");
            at += 3;
        } else if (!depth) {
            pt_buf_append(&names, at, 1);
        }
        depth -= *at == ')' && depth;
    }
    pt_buf_append(&names, "", 0);
    status = names.failed ? pt_no_memory(o->err)
                          : pt_record_split(record, &record->paper.authors, names.data, names.size, ",", o->err);
    pt_buf_free(&names);
    return status;
}

static int read_authors(const pt_json *o)
{
    const char *text = pt_json_text(o, "authors");

    if (cJSON_IsArray(pt_json_member(o, AUTHORS))) {
        return read_parsed_authors(o);
    }
    return text ? read_written_authors(o, text) : pt_json_list(o, "authors", &o->reader->record.paper.authors, ",;");
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
    if (!status && paper->id && pt_arxiv_id(paper->id, &length)) {
        status = pt_record_address(record, PT_ARXIV_ADDRESS, paper->id, strlen(paper->id), o->err);
        status = status || paper->source ? status : pt_json_source(o, "arxiv");
    }
    return status;
}
