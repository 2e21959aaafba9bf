/*
 * biorxiv - preprints from the API of bioRxiv and medRxiv.
 *
 * The names of its members are those of "details"; "pubs" puts a word before them, and the older lists of a topic
 * another.
 */
#include "base/ascii.h"
#include "rows.h"

static const char wrappers[] = "collection";

static const pt_row rows[] = {
    PT_ROW("doi", TEXT, doi),
    PT_ROW("biorxiv_doi", TEXT, doi),
    PT_ROW("preprint_doi", TEXT, doi),
    PT_ROW("rel_doi", TEXT, doi),
    PT_ROW("title", MARKUP, title),
    PT_ROW("preprint_title", MARKUP, title),
    PT_ROW("rel_title", MARKUP, title),
    PT_ROW("abstract", MARKUP, abstract),
    PT_ROW("preprint_abstract", MARKUP, abstract),
    PT_ROW("rel_abs", MARKUP, abstract),
    PT_ROW("authors", PERSONS, authors),
    PT_ROW("preprint_authors", PERSONS, authors),
    PT_ROW("rel_authors", PERSONS, authors),
    PT_ROW("date", DATE, date),
    PT_ROW("preprint_date", DATE, date),
    PT_ROW("rel_date", DATE, date),
    PT_ROW("category", LIST, categories),
    PT_ROW("preprint_category", LIST, categories),
    PT_ROW("rel_link", TEXT, url),
    PT_ROW("published_journal", MARKUP, venue),
    PT_ROW("server", TEXT, source),
    PT_ROW("preprint_platform", TEXT, source),
    PT_ROW("rel_site", TEXT, source),
    PT_ROWS_END,
};

/* "bioRxiv" and "biorxiv" are one source. */
static int read_source(const pt_json *o)
{
    const char *source = o->reader->record.paper.source;
    const bool medrxiv = source && pt_same_word(source, strlen(source), "medrxiv");

    return pt_json_source(o, medrxiv ? "medrxiv" : "biorxiv");
}

/* The address of the version of a preprint. */
static int read_address(const pt_json *o)
{
    pt_record *record = &o->reader->record;
    const char *version = pt_json_text(o, "version");
    pt_buf address = {0};
    int status;

    if (!record->paper.doi || record->paper.url) {
        return PAPERTAG_OK;
    }
    pt_buf_format(&address, "https://www.%s.org/content/%s%s%s", record->paper.source, record->paper.doi,
                  version ? "v" : "", version ? version : "");
    status = address.failed ? pt_no_memory(o->err)
                            : pt_record_text(record, &record->paper.url, address.data, address.size, o->err);
    pt_buf_free(&address);
    return status;
}

static int read_preprint(const pt_json *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    const char *said = cJSON_GetStringValue(pt_json_path(pt_json_member(o, "messages"), "status"));
    int status;

    if (said && pt_same_word(said, strlen(said), "no posts found")) {
        status = pt_reader_remark(o->reader, o->err, "the service says: %s", said);
        return status ? status : PT_SKIPPED;
    }
    if (said) { /* there is no "collection" */
        return pt_input_fail(&o->reader->input, paper->line, o->err, "no paper, but an answer of a service: %.300s",
                             said);
    }
    status = pt_json_rows(o, rows);
    paper->id = paper->doi;
    status = status ? status : read_source(o);
    return status ? status : read_address(o);
}

static bool fits_biorxiv(const char *head, size_t size)
{
    const char *end = head + size, *item = pt_json_first(head, end, wrappers);

    if (*head == '{' && pt_json_find(head, end, "messages") && (!item || item == head)) {
        return true; /* nothing found */
    }
    return item && (pt_json_find(item, end, "biorxiv_doi") || pt_json_find(item, end, "preprint_doi") ||
                    pt_json_find(item, end, "rel_doi") || pt_json_find(item, end, "author_corresponding") ||
                    (pt_json_find(item, end, "server") && pt_json_find(item, end, "doi")));
}

/* Repeats what the service says when it has found nothing. */
static int open_biorxiv(papertag_reader *reader, papertag_error *err)
{
    enum { LONGEST = 200 };
    pt_input *in = &reader->input;
    const char *at, *said, *stop;
    int status = pt_json_open(reader, wrappers, err);

    status = status ? status : pt_input_fill(in, PT_HEAD_MAX, err);
    for (at = in->start; at < in->end && pt_is_white(*at); at++) {
    }
    said = status ? NULL : pt_json_find(at, in->end, "messages");
    said = said ? pt_json_first(said, in->end, NULL) : NULL;
    said = said ? pt_json_find(said, in->end, "status") : NULL;
    stop = said && *said == '"' ? memchr(said + 1, '"', (size_t)(in->end - said - 1)) : NULL;
    if (stop && stop - said < LONGEST && memcmp(said, "\"ok\"", 4) != 0 && pt_json_find(at, in->end, wrappers)) {
        status = pt_reader_remark(reader, err, "the service says: %.*s", (int)(stop - said - 1), said + 1);
    }
    return status;
}

static int next_biorxiv(papertag_reader *reader, papertag_error *err)
{
    return pt_json_next(reader, read_preprint, err);
}

const pt_format pt_format_biorxiv = {
    .name = "biorxiv",
    .fits = fits_biorxiv,
    .open = open_biorxiv,
    .next = next_biorxiv,
    .close = pt_json_close,
    .written_by = "bioRxiv, medRxiv",
    .about = "answers of the API",
};
