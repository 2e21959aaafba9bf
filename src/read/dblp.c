/*
 * dblp - publications from the search API of DBLP.
 */
#include "base/ascii.h"
#include "rows.h"

static const char wrappers[] = "result.hits.hit";

static const pt_row rows[] = {
    PT_ROW("key", TEXT, id),    PT_ROW("title", MARKUP, title), PT_ROW("authors.author", PERSONS, authors),
    PT_ROW("year", DATE, date), PT_ROW("venue", TEXT, venue),   PT_ROW("doi", TEXT, doi),
    PT_ROW("ee", TEXT, url),    PT_ROW("url", TEXT, url),       PT_ROWS_END,
};

/* A title ends with a full stop that is not its own. */
static int trim_title(const pt_json *o)
{
    pt_record *record = &o->reader->record;
    const char *title = record->paper.title;
    size_t length = title ? strlen(title) : 0;

    if (length < 2 || title[length - 1] != '.' || title[length - 2] == '.') {
        return PAPERTAG_OK;
    }
    return pt_record_text(record, &record->paper.title, title, length - 1, o->err);
}

/* Persons of one name are numbered: "Ada Example 0001". */
static int trim_numbers(const pt_json *o)
{
    pt_record *record = &o->reader->record;
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
        status = pt_record_append(record, &record->paper.authors, name, length, o->err);
    }
    return status;
}

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
    status = status ? status : trim_title(o);
    status = status ? status : trim_numbers(o);
    return status ? status : pt_json_source(o, "dblp");
}

static bool fits_dblp(const char *head, size_t size)
{
    const char *end = head + size;

    return *head == '{' && (pt_json_find(head, end, "result.hits") || pt_json_find(head, end, "result.query"));
}

static int open_dblp(papertag_reader *reader, papertag_error *err)
{
    return pt_json_open(reader, wrappers, err);
}

static int next_dblp(papertag_reader *reader, papertag_error *err)
{
    return pt_json_next(reader, read_hit, err);
}

const pt_format pt_format_dblp = {
    "dblp", fits_dblp, open_dblp, next_dblp, pt_json_close, "DBLP", "answers of the search"};
