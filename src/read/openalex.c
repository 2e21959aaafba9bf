/*
 * openalex - works of OpenAlex: pages of its API, single works, and its snapshot in JSON Lines.
 *
 * An abstract is an index: each word with the places at which it occurs.
 */
#include <math.h>
#include <stdlib.h>

#include "markup.h"
#include "reader.h"
#include "rows.h"

static const pt_row rows[] = {
    PT_ROW("title", MARKUP, title),
    PT_ROW("display_name", MARKUP, title),
    PT_ROW("abstract", MARKUP, abstract),
    PT_ROW("doi", TEXT, doi),
    PT_ROW("ids.doi", TEXT, doi),
    PT_ROW("publication_date", DATE, date),
    PT_ROW("publication_year", DATE, date),
    PT_ROW("authorships", PERSONS, authors),
    PT_ROW("primary_location.landing_page_url", TEXT, url),
    PT_ROW("best_oa_location.landing_page_url", TEXT, url),
    PT_ROW("host_venue.url", TEXT, url),
    PT_ROW("primary_location.source.display_name", MARKUP, venue),
    PT_ROW("host_venue.display_name", MARKUP, venue),
    PT_ROW("primary_location.pdf_url", TEXT, pdf_url),
    PT_ROW("best_oa_location.pdf_url", TEXT, pdf_url),
    PT_ROW("keywords", LIST, keywords),
    PT_ROW("topics", LIST, categories),
    PT_ROW("concepts", LIST, categories),
    PT_ROWS_END,
};

/* ---- abstracts ------------------------------------------------------------------------------------------------- */

/* The place that an item of an index gives, when it is below `most`; else `most`. */
static size_t place_of(const cJSON *item, size_t most)
{
    const double place = cJSON_IsNumber(item) ? item->valuedouble : -1;
    return place >= 0 && place < (double)most ? (size_t)place : most;
}

/* Writes the words of an index in their order. */
static int join_words(const pt_json *o, const cJSON *index)
{
    pt_record *record = &o->reader->record;
    const cJSON *word, *place;
    const char **words;
    size_t count = 0, most;
    pt_buf text = {0};
    int status = PAPERTAG_OK;

    cJSON_ArrayForEach(word, index)
    {
        cJSON_ArrayForEach(place, word)
        {
            count++;
        }
    }
    most = 4 * count + 1024; /* a few places may be missing; one far away would take memory for nothing */
    words = pt_arena_array(&record->arena, most, sizeof *words);
    if (!words) {
        return pt_no_memory(o->err);
    }
    memset(words, 0, most * sizeof *words);
    cJSON_ArrayForEach(word, index)
    {
        cJSON_ArrayForEach(place, word)
        {
            const size_t at = place_of(place, most);
            if (at < most) {
                words[at] = word->string;
            } else {
                status =
                    pt_reader_remark(o->reader, o->err, "an index of an abstract has places that cannot be; left out");
            }
        }
    }
    for (size_t i = 0; i < most; i++) {
        if (words[i]) {
            pt_buf_text(&text, words[i]);
            pt_buf_text(&text, " ");
        }
    }
    status = status ? status : text.failed ? pt_no_memory(o->err) : PAPERTAG_OK;
    status = status ? status
                    : pt_record_markup(record, &record->paper.abstract, text.data ? text.data : "", text.size, o->err);
    pt_buf_free(&text);
    return status;
}

/* The index is an object, or in older snapshots a string with one, maybe inside another. */
static int read_index(const pt_json *o)
{
    const cJSON *index = pt_json_member(o, "abstract_inverted_index"), *inner;
    cJSON *parsed = NULL;
    int status;

    if (o->reader->record.paper.abstract || !index) {
        return PAPERTAG_OK;
    }
    if (cJSON_IsString(index)) {
        index = parsed = cJSON_Parse(index->valuestring);
    }
    inner = pt_json_path(index, "InvertedIndex");
    index = cJSON_IsObject(inner) ? inner : index;
    status = cJSON_IsObject(index) ? join_words(o, index) : PAPERTAG_OK;
    cJSON_Delete(parsed);
    return status;
}

/* ---- identity -------------------------------------------------------------------------------------------------- */

/* A paper of arXiv has its address among the places where it is found. */
static int read_arxiv(const pt_json *o)
{
    pt_record *record = &o->reader->record;
    const cJSON *location;
    int status = PAPERTAG_OK;

    cJSON_ArrayForEach(location, pt_json_member(o, "locations"))
    {
        const char *address = cJSON_GetStringValue(pt_json_path(location, "landing_page_url"));
        size_t length;
        const char *id = address ? pt_arxiv_id(address, &length) : NULL;
        if (id && !record->paper.arxiv) {
            status = pt_record_text(record, &record->paper.arxiv, id, length, o->err);
        }
        if (status) {
            break;
        }
    }
    return status;
}

/* https://openalex.org/W123 becomes W123. */
static int read_id(const pt_json *o)
{
    pt_record *record = &o->reader->record;
    const char *id = pt_json_text(o, "id");
    const char *slash = id ? strrchr(id, '/') : NULL;

    id = slash ? slash + 1 : id;
    return id ? pt_record_text(record, &record->paper.id, id, strlen(id), o->err) : PAPERTAG_OK;
}

static int read_work(const pt_json *o)
{
    int status = read_id(o);

    status = status ? status : pt_json_rows(o, rows);
    status = status ? status : read_index(o);
    status = status ? status : read_arxiv(o);
    return status ? status : pt_json_source(o, "openalex");
}

/* ---- the format ------------------------------------------------------------------------------------------------ */

static bool fits_openalex(const char *head, size_t size)
{
    const char *end = head + size, *work = pt_json_first(head, end, "results");
    const char *id = work ? pt_json_find(work, end, "id") : NULL;

    if (work && pt_json_find(work, end, "abstract_inverted_index")) {
        return true;
    }
    if (id && end - id > 22 &&
        (!memcmp(id, "\"https://openalex.org/W", 23) || !memcmp(id, "\"http://openalex.org/W", 22))) {
        return true;
    }
    return !work && pt_json_find(head, end, "meta.count") && pt_json_find(head, end, "results"); /* nothing found */
}

static const pt_json_dialect dialect = {"results", read_work};

const pt_format pt_format_openalex = {
    .name = "openalex",
    .fits = fits_openalex,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "OpenAlex",
    .about = "works and pages of works; the abstract from its inverted index",
    .dialect = &dialect,
};
