/*
 * pwc - papers from the dumps and the API of Papers with Code.
 */
#include "rows.h"

static const char wrappers[] = "results";

static const pt_row rows[] = {
    PT_ROW("arxiv_id", TEXT, arxiv),
    PT_ROW("paper_arxiv_id", TEXT, arxiv),
    PT_ROW("arxiv_id", TEXT, id),
    PT_ROW("paper_arxiv_id", TEXT, id),
    PT_ROW("id", TEXT, id),
    PT_ROW("title", MARKUP, title),
    PT_ROW("paper_title", MARKUP, title),
    PT_ROW("abstract", MARKUP, abstract),
    PT_ROW("short_abstract", MARKUP, abstract),
    PT_ROW("authors", PERSONS, authors),
    PT_ROW("date", DATE, date),
    PT_ROW("published", DATE, date),
    PT_ROW("url_abs", TEXT, url),
    PT_ROW("paper_url_abs", TEXT, url),
    PT_ROW("paper_url", TEXT, url),
    PT_ROW("url_pdf", TEXT, pdf_url),
    PT_ROW("paper_url_pdf", TEXT, pdf_url),
    PT_ROW("repo_url", TEXT, code_url),
    PT_ROW("proceeding", MARKUP, venue),
    PT_ROW("conference", MARKUP, venue),
    PT_ROW("tasks", LIST, keywords),
    PT_ROW("methods", MORE, keywords),
    PT_ROWS_END,
};

static int read_pwc(const pt_json *o)
{
    int status = pt_json_rows(o, rows);
    return status ? status : pt_json_source(o, "paperswithcode");
}

static bool fits_pwc(const char *head, size_t size)
{
    const char *end = head + size, *paper = pt_json_first(head, end, wrappers);

    return paper && ((pt_json_find(paper, end, "url_abs") && pt_json_find(paper, end, "url_pdf")) ||
                     (pt_json_find(paper, end, "paper_title") && pt_json_find(paper, end, "repo_url")));
}

static const pt_json_dialect dialect = {wrappers, read_pwc};

const pt_format pt_format_pwc = {
    .name = "paperswithcode",
    .fits = fits_pwc,
    .open = pt_json_open_format,
    .next = pt_json_next_format,
    .close = pt_json_close,
    .written_by = "Papers with Code",
    .about = "the dump of papers with abstracts",
    .dialect = &dialect,
};
