/*
 * read_page - papers from the Daily Papers page, copied as text.
 *
 * The page is a list of papers, each a few paragraphs: title, abstract, and a foot that may hold the number of authors
 * or an organisation, a dot, and a date with the number of comments behind it:
 *
 *     Title
 *                          (paragraphs are set apart by empty lines)
 *     Abstract.
 *
 *       - 5 authors        (a bullet in the original; or `slug Name` of an organisation)
 *     .                    (a middle dot)
 *     Sep 16, 2024 5       (no year: the page's year)
 *
 * Any part of the foot may be missing, even all of it; then only the shape of the paragraphs tells where the next paper
 * begins. What stands above the first title (menus, the page's own date) is not a paper.
 */
#include <stdlib.h>

#include "base/ascii.h"
#include "base/date.h"
#include "paper.h"

static const char bullet[] = "\xe2\x80\xa2", middle_dot[] = "\xc2\xb7";

/* Neither a title nor a date is longer; an abstract usually is. Bytes. */
enum { TITLE_MAX = 300, YEAR_MIN = 1990, YEAR_MAX = 2100, LEAP_YEAR = 2000 };

/* ---- lines ----------------------------------------------------------------------------------------------------- */

/* A run of lines between empty ones. */
struct paragraph {
    const char *start, *end; /* without the line end of the last line */
    size_t line, lines;
};

struct page {
    struct paragraph *paragraphs;
    size_t count, capacity, next;
    int year; /* of dates without one */
};

/* The next line of [*at, end), trimmed; false at the end. */
static bool next_line(const char **at, const char *end, const char **line, size_t *length)
{
    const char *stop, *from = *at;

    if (from >= end) {
        return false;
    }
    stop = memchr(from, '\n', (size_t)(end - from));
    *at = stop ? stop + 1 : end;
    stop = stop ? stop : end;
    while (from < stop && (*from == ' ' || *from == '\t' || *from == '\r')) {
        from++;
    }
    while (stop > from && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r')) {
        stop--;
    }
    *line = from;
    *length = (size_t)(stop - from);
    return true;
}

static bool is_text(const char *line, size_t length, const char *text)
{
    return strlen(text) == length && !memcmp(line, text, length);
}

/* A number of up to nine digits at [*at, end); false when there is none. Moves *at behind it. */
static bool read_number(const char **at, const char *end, long *number)
{
    const char *from = *at;
    long value = 0;

    while (*at < end && pt_is_digit(**at) && *at - from < 9) {
        value = 10 * value + (*(*at)++ - '0');
    }
    *number = value;
    return *at > from && (*at == end || !pt_is_digit(**at));
}

/* "Aug 28", "Aug 28 1", "Jul 3, 2024", "Jul 3, 2024 3": 1 to 12, 1 to 31, the year or 0, the comments or -1. */
static bool read_date(const char *line, size_t length, int *month, long *day, long *year, long *comments)
{
    const char *at = line + 4, *end = line + length;

    *year = 0;
    *comments = -1;
    if (length < 5 || line[3] != ' ') {
        return false;
    }
    *month = pt_month_of(line);
    if (!*month || !read_number(&at, end, day) || *day < 1 || *day > pt_days_in_month(LEAP_YEAR, *month)) {
        return false;
    }
    if (end - at > 2 && at[0] == ',' && at[1] == ' ') {
        at += 2;
        if (!read_number(&at, end, year) || *year < YEAR_MIN || *year > YEAR_MAX) {
            return false;
        }
    }
    if (end - at > 1 && at[0] == ' ') {
        at++;
        if (!read_number(&at, end, comments)) {
            return false;
        }
    }
    return at == end;
}

/* "* 5 authors" with a bullet. */
static bool read_authors(const char *line, size_t length, long *authors)
{
    const char *at = line, *end = line + length;

    if (length < sizeof bullet || memcmp(line, bullet, sizeof bullet - 1) != 0) {
        return false;
    }
    for (at += sizeof bullet - 1; at < end && *at == ' '; at++) {
    }
    return read_number(&at, end, authors) &&
           (is_text(at, (size_t)(end - at), " authors") || is_text(at, (size_t)(end - at), " author"));
}

/* ---- paragraphs ------------------------------------------------------------------------------------------------ */

static int find_paragraphs(papertag_reader *reader, papertag_error *err)
{
    struct page *page = reader->state;
    const char *at = reader->input.start, *line;
    size_t number = 0, length;
    bool open = false;

    while (next_line(&at, reader->input.end, &line, &length)) {
        number++;
        if (!length) {
            open = false;
            continue;
        }
        if (!open) {
            if (pt_reserve(&page->paragraphs, &page->capacity, page->count + 1, sizeof *page->paragraphs)) {
                return pt_no_memory(err);
            }
            page->paragraphs[page->count++] = (struct paragraph){line, line, number, 0};
            open = true;
        }
        page->paragraphs[page->count - 1].end = line + length;
        page->paragraphs[page->count - 1].lines++;
    }
    return PAPERTAG_OK;
}

/* A foot has a line that is a dot, a number of authors, or (alone) a date. */
static bool is_foot(const struct paragraph *p)
{
    const char *at = p->start, *line;
    size_t length;
    int month;
    long a, b, c;

    while (next_line(&at, p->end, &line, &length)) {
        if (is_text(line, length, middle_dot) || read_authors(line, length, &a) ||
            (p->lines == 1 && read_date(line, length, &month, &a, &b, &c))) {
            return true;
        }
    }
    return false;
}

/* What the page says of itself. */
static bool is_furniture(const struct paragraph *p)
{
    static const char *const phrases[] = {"new",    "Daily Papers", "Subscribe",
                                          "Upvote", "Submitted by", "Trending Papers"};
    static const char *const openings[] = {"Get trending papers in your email inbox", "byAK", "by AK"};
    size_t length = (size_t)(p->end - p->start);
    const char *at = p->start;
    long number;

    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if (is_text(p->start, length, phrases[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        if (length >= strlen(openings[i]) && !memcmp(p->start, openings[i], strlen(openings[i]))) {
            return true;
        }
    }
    return read_number(&at, p->end, &number) && at == p->end;
}

/* Behind an abstract, a paragraph opens the next paper when it looks like a title and something longer follows, and not
 * a foot: that would end the paper being read. */
static bool opens_paper(const struct page *page, size_t i)
{
    const struct paragraph *p = &page->paragraphs[i], *after = i + 1 < page->count ? p + 1 : NULL;
    size_t length = (size_t)(p->end - p->start);

    return p->lines == 1 && length <= TITLE_MAX && after && !is_foot(after) && !is_furniture(after) &&
           (size_t)(after->end - after->start) > length && p->end[-1] != '.';
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static int find_year(papertag_reader *reader)
{
    const struct page *page = reader->state;
    long latest = 0, day, year, comments;
    int month;

    if (reader->page_date[0]) {
        return atoi(reader->page_date);
    }
    for (size_t i = 0; i < page->count; i++) {
        const char *at = page->paragraphs[i].start, *line;
        size_t length;
        while (next_line(&at, page->paragraphs[i].end, &line, &length)) {
            if (read_date(line, length, &month, &day, &year, &comments)) {
                latest = year > latest ? year : latest;
            }
        }
    }
    return latest ? (int)latest + 1 : 0;
}

static int open_page(papertag_reader *reader, papertag_error *err)
{
    struct page *page = reader->state = pt_calloc(1, sizeof *page);
    int status;

    if (!page) {
        return pt_no_memory(err);
    }
    status = pt_reader_all(reader, err);
    status = status ? status : find_paragraphs(reader, err);
    if (!status) {
        page->year = find_year(reader);
    }
    return status;
}

static void close_page(papertag_reader *reader)
{
    struct page *page = reader->state;
    if (page) {
        free(page->paragraphs);
        free(page);
    }
}

/* "apple Apple": the slug and the name of an organisation; without a slug, the line itself. */
static int set_organization(papertag_reader *reader, const char *line, size_t length, papertag_error *err)
{
    const char *space = memchr(line, ' ', length);
    if (space) {
        length -= (size_t)(space + 1 - line);
        line = space + 1;
    }
    return pt_record_text(&reader->record, &reader->record.paper.organization, line, length, err);
}

static int read_foot(papertag_reader *reader, const struct paragraph *p, papertag_error *err)
{
    const struct page *page = reader->state;
    papertag_paper *paper = &reader->record.paper;
    const char *at = p->start, *line;
    size_t length;
    int status = PAPERTAG_OK, month;
    long authors, day, year, comments;

    while (!status && next_line(&at, p->end, &line, &length)) {
        if (is_text(line, length, middle_dot)) {
            continue;
        }
        if (read_authors(line, length, &authors)) {
            paper->author_count = authors;
        } else if (read_date(line, length, &month, &day, &year, &comments)) {
            char text[24];
            year = year ? year : page->year;
            snprintf(text, sizeof text, "%04ld-%02d-%02ld", year, month, day);
            status = year ? pt_record_date(&reader->record, text, 10, err) : PAPERTAG_OK;
            paper->comments = comments;
        } else {
            status = set_organization(reader, line, length, err);
        }
    }
    return status;
}

static int next_page(papertag_reader *reader, papertag_error *err)
{
    struct page *page = reader->state;
    papertag_paper *paper = &reader->record.paper;
    const struct paragraph *title, *abstract = NULL, *last = NULL;
    int status;

    while (page->next < page->count &&
           (is_furniture(&page->paragraphs[page->next]) || is_foot(&page->paragraphs[page->next]))) {
        page->next++;
    }
    if (page->next == page->count) {
        return PAPERTAG_END;
    }
    title = &page->paragraphs[page->next++];
    pt_record_clear(&reader->record, title->line);
    status = pt_record_text(&reader->record, &paper->title, title->start, (size_t)(title->end - title->start), err);
    while (page->next < page->count && !is_foot(&page->paragraphs[page->next]) &&
           !is_furniture(&page->paragraphs[page->next]) && !(abstract && opens_paper(page, page->next))) {
        last = &page->paragraphs[page->next++];
        abstract = abstract ? abstract : last;
    }
    if (!status && abstract) {
        status = pt_record_text(&reader->record, &paper->abstract, abstract->start,
                                (size_t)(last->end - abstract->start), err);
    }
    if (!status && page->next < page->count && is_foot(&page->paragraphs[page->next])) {
        status = read_foot(reader, &page->paragraphs[page->next++], err);
    }
    status = status ? status : pt_record_text(&reader->record, &paper->source, "huggingface", 11, err);
    return status ? status : pt_reader_finish(reader, err);
}

/* The page names itself near its top, or has the feet of papers. */
static bool fits_page(const char *head, size_t size)
{
    const char *at = head, *line;
    size_t length;
    long authors;

    if (*head == '{' || *head == '[' || *head == '<' || *head == '@') {
        return false;
    }
    while (next_line(&at, head + size, &line, &length)) {
        if (is_text(line, length, "Daily Papers") || is_text(line, length, middle_dot) ||
            read_authors(line, length, &authors)) {
            return true;
        }
    }
    return false;
}

const pt_format pt_format_page = {"page", fits_page, open_page, next_page, close_page};
