/*
 * s2 - papers from Semantic Scholar: answers of its API (batches, searches, recommendations, citations and references)
 * and its datasets.
 *
 * A file may contain several pages of results, joined with `cat`. A null is a paper that the service has not found. The
 * datasets write all names in lower case.
 */
#include "rows.h"

static const char wrappers[] = "data recommendedPapers papers";

static const pt_row rows[] = {
    PT_ROW("externalIds.ArXiv", TEXT, id),
    PT_ROW("openaccessinfo.externalids.ArXiv", TEXT, id),
    PT_ROW("paperId", TEXT, id),
    PT_ROW("externalIds.DOI", TEXT, doi),
    PT_ROW("openaccessinfo.externalids.DOI", TEXT, doi),
    PT_ROW("title", MARKUP, title),
    PT_ROW("abstract", MARKUP, abstract),
    PT_ROW("publicationDate", DATE, date),
    PT_ROW("year", DATE, date),
    PT_ROW("authors", PERSONS, authors),
    PT_ROW("url", TEXT, url),
    PT_ROW("openAccessPdf.url", TEXT, pdf_url),
    PT_ROW("venue", MARKUP, venue),
    PT_ROW("publicationVenue.name", MARKUP, venue),
    PT_ROW("journal.name", MARKUP, venue),
    PT_ROW("fieldsOfStudy", LIST, categories),
    PT_ROW("s2FieldsOfStudy.category", MORE, categories), /* one may come from several sources */
    PT_ROWS_END,
};

/* The datasets have no "paperId", but the number of the paper in the corpus. */
static int read_corpus_id(const pt_json *o)
{
    const cJSON *number = pt_json_path(o->json, "corpusId");
    pt_record *record = &o->reader->record;
    char text[64];
    int length;

    if (record->paper.id || !cJSON_IsNumber(number)) {
        return PAPERTAG_OK;
    }
    length = snprintf(text, sizeof text, "CorpusId:%.0f", number->valuedouble);
    return pt_record_text(record, &record->paper.id, text, (size_t)length < sizeof text ? (size_t)length : 0, o->err);
}

static int read_s2(const pt_json *o)
{
    static const char *const within[] = {"citingPaper", "citedPaper", "paper"};
    pt_json paper = *o;
    int status;

    for (size_t i = 0; i < sizeof within / sizeof *within; i++) {
        const cJSON *inner = cJSON_GetObjectItemCaseSensitive(o->json, within[i]);
        if (cJSON_IsNull(inner)) {
            return PT_SKIPPED; /* the service does not know it */
        }
        paper.json = cJSON_IsObject(inner) ? inner : paper.json;
    }
    if (paper.json == o->json && !pt_json_member(o, "title") &&
        (pt_json_member(o, "offset") || pt_json_member(o, "total"))) {
        return PT_SKIPPED; /* a search that found nothing */
    }
    status = pt_json_rows(&paper, rows);
    status = status ? status : read_corpus_id(&paper);
    return status ? status : pt_json_source(o, "semanticscholar");
}

static bool has(const char *paper, const char *end, const char *key)
{
    return pt_json_find(paper, end, key) != NULL;
}

/* Whether an answer without papers is Semantic Scholar's. Other services have a total, too, and their papers elsewhere.
 */
static bool is_empty_answer(const char *head, const char *end)
{
    const char *data = pt_json_find(head, end, "data"), *total = pt_json_find(head, end, "total");
    const bool counted = total && *total == '0', empty = data && *data == '[' && !pt_json_first(data, end, NULL);

    return has(head, end, "recommendedPapers") ||
           (!has(head, end, "title") &&
            ((counted && (!data || empty)) || (empty && (total || has(head, end, "offset")))));
}

static bool fits_s2(const char *head, size_t size)
{
    static const char *const within[] = {"citingPaper", "citedPaper", "paper"};
    const char *end = head + size, *paper = pt_json_first(head, end, wrappers);

    if (!paper || paper == head) {
        if (*head == '{' && is_empty_answer(head, end)) {
            return true;
        }
    } else if (pt_json_find(paper, end, within[0]) || pt_json_find(paper, end, within[1])) {
        return true;
    }
    for (size_t i = 0; i < sizeof within / sizeof *within && paper; i++) {
        const char *inner = *head == '{' ? pt_json_find(paper, end, within[i]) : NULL;
        paper = inner && *inner == '{' ? inner : paper;
    }
    /* papers in other layouts may have a "paperId" next to their own id */
    return paper && !has(paper, end, "id") &&
           (has(paper, end, "paperId") || has(paper, end, "corpusId") || has(paper, end, "corpusid"));
}

static const pt_json_dialect dialect = {wrappers, read_s2};

const pt_format pt_format_s2 = {
    .name = "s2",
    .fits = fits_s2,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "Semantic Scholar",
    .about = "papers of searches, batches, recommendations, citations and data sets",
    .dialect = &dialect,
};
