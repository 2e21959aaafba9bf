/*
 * daily - papers of the Hugging Face API: the daily papers, a search, a list of papers, or a single paper.
 *
 * An entry of the daily papers has the paper under "paper", and the reactions of readers next to it.
 */
#include "base/ascii.h"
#include "rows.h"

static const pt_row paper_rows[] = {
    PT_ROW("id", ID, id),
    PT_ROW("title", MARKUP, title),
    PT_ROW("summary", MARKUP, abstract),
    PT_ROW("publishedAt", DATE, date),
    PT_ROW("submittedOnDailyAt", DATE, featured),
    PT_ROW("authors", PERSONS, authors),
    PT_ROW("ai_keywords", LIST, keywords),
    PT_ROW("upvotes", COUNT, upvotes),
    PT_ROW("numComments", COUNT, comments),
    PT_ROW("organization.fullname", TEXT, organization),
    PT_ROW("organization.name", TEXT, organization),
    PT_ROW("githubRepo", TEXT, code_url),
    PT_ROW("projectPage", TEXT, project_url),
    PT_ROWS_END,
};

static const pt_row entry_rows[] = {
    PT_ROW("title", MARKUP, title),
    PT_ROW("numComments", COUNT, comments),
    PT_ROW("organization.fullname", TEXT, organization),
    PT_ROW("organization.name", TEXT, organization),
    PT_ROWS_END,
};

/* The time of an entry was once that at which it was featured; now it repeats the paper's, or is some hours before. */
static int read_featured(const pt_json *entry)
{
    papertag_paper *paper = &entry->reader->record.paper;
    const char *day = NULL;
    int status = pt_json_date(entry, "publishedAt", &day);

    if (!paper->featured && day && paper->date && strcmp(day, paper->date) > 0) {
        paper->featured = day;
    }
    return status;
}

static int read_daily(const pt_json *entry)
{
    pt_record *record = &entry->reader->record;
    papertag_paper *paper = &record->paper;
    const cJSON *inner = pt_json_member(entry, "paper");
    const bool alone = !inner && pt_json_member(entry, "title");
    const pt_json o = {entry->reader, alone ? entry->json : inner, entry->err};
    int status;

    if (!cJSON_IsObject(o.json)) {
        return pt_json_wrong_type(entry, "paper", "an object");
    }
    status = pt_json_rows(&o, paper_rows);
    if (!alone) {
        status = status ? status : pt_json_rows(entry, entry_rows);
        status = status ? status : read_featured(entry);
    }
    if (!status && paper->id) {
        const char *id = paper->id;
        status = pt_record_address(record, "https://huggingface.co/papers/", id, strlen(id), entry->err);
    }
    return status ? status : pt_json_source(entry, "huggingface");
}

/* Whether an object is a paper in that layout: several have an id, a title and a summary. */
static bool is_paper(const char *at, const char *end)
{
    static const char *const marks[] = {"submittedOnDailyAt", "submittedOnDailyBy", "discussionId",
                                        "ai_keywords",        "ai_summary",         "publishedAt"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks && pt_json_find(at, end, "summary"); i++) {
        if (pt_json_find(at, end, marks[i])) {
            return true;
        }
    }
    return false;
}

/* Whether the object at `at` has a member "paper". Less strict than pt_json_find, so that a fault in the first entry
 * does not keep the rest from being recognised. */
static bool is_entry(const char *at, const char *end)
{
    for (at++; at + 7 < end; at++) {
        if (*at == '"') {
            if (!memcmp(at, "\"paper\"", 7)) {
                return true;
            }
            for (at++; at < end && *at != '"'; at++) {
                at += *at == '\\';
            }
        } else if (*at == '{' || *at == '[') {
            const char *stop = papertag_json_skip(at + 1, end);
            if (!stop) {
                return false;
            }
            at = *stop == ',' ? at : stop;
        } else if (*at == '}') {
            return false;
        }
    }
    return false;
}

static bool fits_daily(const char *head, size_t size)
{
    const char *end = head + size, *first = pt_json_first(head, end, NULL);

    return first && ((*head == '[' && is_entry(first, end)) || is_paper(first, end));
}

static const pt_json_dialect dialect = {NULL, read_daily};

const pt_format pt_format_daily_papers = {
    .name = "daily-papers",
    .fits = fits_daily,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "Hugging Face",
    .about = "the daily papers, or one paper: upvotes, organization, keywords, links",
    .dialect = &dialect,
};
