/*
 * page - papers from the Daily Papers page of Hugging Face, copied as text.
 *
 * The page is a list of papers, each of a few paragraphs: title, abstract, and a foot that may have the number of
 * authors or an organization, a dot, and a date with the number of comments after it:
 *
 *     Title
 *                          (empty lines separate paragraphs)
 *     Abstract.
 *
 *       - 5 authors        (a bullet in the original; or `slug Name` of an organization)
 *     .                    (a middle dot)
 *     Sep 16, 2024 5       (without a year: of the year in which it was copied)
 *
 * Any part of the foot may be missing, even all of it; then only the shape of the paragraphs shows where the next paper
 * begins. Text before the first title (menus, the page's own date) is skipped.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/date.h"
#include "format.h"
#include "slice.h"

static const char bullet[] = "\xe2\x80\xa2", middle_dot[] = "\xc2\xb7";

/* The longest title; most abstracts are longer. Bytes. */
enum { TITLE_MAX = 300 };

/* Years that a date may have. One without a year is checked in a leap year, so that Feb 29 is a day. */
enum { YEAR_MIN = 1990, YEAR_MAX = 2100, LEAP_YEAR = 2000 };

/* A run of lines between empty ones. */
typedef struct paragraph {
    const char *start, *end; /* without the line end of the last line */
    size_t line;             /* number of the first line */
    size_t lines;
} paragraph;

typedef struct page {
    paragraph *paragraphs; /* count of them */
    size_t count, capacity;
    size_t next; /* to be read */
    int year;    /* of dates without one; 0: unknown */
} page;

/* ---- lines ----------------------------------------------------------------------------------------------------- */

/* The next line of [*at, end), trimmed; false at the end. */
static bool next_line(const char **at, const char *end, pt_slice *line)
{
    const char *from = *at, *stop;

    if (from >= end) {
        return false;
    }
    stop = memchr(from, '\n', (size_t)(end - from));
    *at = stop ? stop + 1 : end;
    *line = pt_trimmed((pt_slice){from, (size_t)((stop ? stop : end) - from)});
    return true;
}

static bool is_text(pt_slice line, const char *text)
{
    return strlen(text) == line.length && !memcmp(line.text, text, line.length);
}

/* A number of up to nine digits at [*at, end); false when there is none. Moves *at past it. */
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

typedef struct date {
    int month;     /* 1 to 12 */
    long day;      /* 1 to 31 */
    long year;     /* 0: not given */
    long comments; /* -1: not given */
} date;

/* "Aug 28", "Aug 28 1", "Jul 3, 2024", "Jul 3, 2024 3". */
static bool read_date(pt_slice line, date *out)
{
    const char *at, *end = line.text + line.length;

    *out = (date){.comments = -1};
    if (line.length < 5 || line.text[3] != ' ') {
        return false;
    }
    at = line.text + 4;
    out->month = pt_month_of(line.text);
    if (!out->month || !read_number(&at, end, &out->day) || out->day < 1 ||
        out->day > pt_days_in_month(LEAP_YEAR, out->month)) {
        return false;
    }
    if (end - at > 2 && at[0] == ',' && at[1] == ' ') {
        at += 2;
        if (!read_number(&at, end, &out->year) || out->year < YEAR_MIN || out->year > YEAR_MAX) {
            return false;
        }
    }
    if (end - at > 1 && at[0] == ' ') {
        at++;
        if (!read_number(&at, end, &out->comments)) {
            return false;
        }
    }
    return at == end;
}

/* "* 5 authors" with a bullet. */
static bool read_authors(pt_slice line, long *authors)
{
    const char *at, *end = line.text + line.length;

    if (line.length < sizeof bullet || memcmp(line.text, bullet, sizeof bullet - 1) != 0) {
        return false;
    }
    for (at = line.text + sizeof bullet - 1; at < end && *at == ' '; at++) {
    }
    if (!read_number(&at, end, authors)) {
        return false;
    }
    line = (pt_slice){at, (size_t)(end - at)};
    return is_text(line, " authors") || is_text(line, " author");
}

/* ---- paragraphs ------------------------------------------------------------------------------------------------ */

static int find_paragraphs(papertag_reader *reader, papertag_error *err)
{
    page *pg = reader->state;
    const char *at = reader->input.start;
    size_t number = 0;
    bool open = false;
    pt_slice line;

    while (next_line(&at, reader->input.end, &line)) {
        number++;
        if (!line.length) {
            open = false;
            continue;
        }
        if (!open) {
            if (pt_reserve(&pg->paragraphs, &pg->capacity, pg->count + 1, sizeof *pg->paragraphs)) {
                return pt_no_memory(err);
            }
            pg->paragraphs[pg->count++] = (paragraph){line.text, line.text, number, 0};
            open = true;
        }
        pg->paragraphs[pg->count - 1].end = line.text + line.length;
        pg->paragraphs[pg->count - 1].lines++;
    }
    return PAPERTAG_OK;
}

static pt_slice text_of(const paragraph *p)
{
    return (pt_slice){p->start, (size_t)(p->end - p->start)};
}

/* A foot has a line with a dot or a number of authors, or is a single line with a date. */
static bool is_foot(const paragraph *p)
{
    const char *at = p->start;
    pt_slice line;
    long authors;
    date day;

    while (next_line(&at, p->end, &line)) {
        if (is_text(line, middle_dot) || read_authors(line, &authors) || (p->lines == 1 && read_date(line, &day))) {
            return true;
        }
    }
    return false;
}

/* Menus, headings and counts of the page itself. */
static bool is_furniture(const paragraph *p)
{
    static const char *const phrases[] = {"new",    "Daily Papers", "Subscribe",
                                          "Upvote", "Submitted by", "Trending Papers"};
    static const char *const openings[] = {"Get trending papers in your email inbox", "byAK", "by AK"};
    const pt_slice text = text_of(p);
    const char *at = p->start;
    long number;

    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if (is_text(text, phrases[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        if (text.length >= strlen(openings[i]) && !memcmp(text.text, openings[i], strlen(openings[i]))) {
            return true;
        }
    }
    return read_number(&at, p->end, &number) && at == p->end;
}

/* After an abstract, a paragraph begins the next paper when it looks like a title and a longer paragraph follows that
 * is not a foot. A foot would belong to the current paper. */
static bool opens_paper(const page *pg, size_t i)
{
    const paragraph *p = &pg->paragraphs[i], *after = i + 1 < pg->count ? p + 1 : NULL;
    const size_t length = text_of(p).length;

    return p->lines == 1 && length <= TITLE_MAX && after && !is_foot(after) && !is_furniture(after) &&
           text_of(after).length > length && p->end[-1] != '.';
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* The day, as a number, of a date in a year; -1 when the year has no such day. */
static long day_in(const date *day, long year)
{
    char text[64];

    snprintf(text, sizeof text, "%04ld-%02d-%02ld", year, day->month, day->day);
    return day->day <= pt_days_in_month(year, day->month) ? pt_day_number(text) : -1;
}

/* The next date of the page without a year, after paragraph *i and position *at in it; false when there is none. */
static bool next_without_year(const page *pg, size_t *i, const char **at, date *day)
{
    pt_slice line;

    for (; *i < pg->count; ++*i, *at = NULL) {
        *at = *at ? *at : pg->paragraphs[*i].start;
        while (next_line(at, pg->paragraphs[*i].end, &line)) {
            if (read_date(line, day) && !day->year) {
                return true;
            }
        }
    }
    return false;
}

/* Whether the page may be of a year: it has all its dates without one, and none is after `last`. */
static bool fits_year(const page *pg, long year, long last)
{
    const char *at = NULL;
    size_t i = 0;
    date day;

    while (next_without_year(pg, &i, &at, &day)) {
        const long number = day_in(&day, year);
        if (number < 0 || number > last) {
            return false;
        }
    }
    return true;
}

/* The day by which the page was copied, as a number, and what says so. */
static long copied_by(const papertag_reader *reader, const char **source)
{
    enum { DAY = 24 * 60 * 60 };
    struct stat info;

    if (reader->page_date[0]) {
        *source = "the day given for the page";
        return pt_day_number(reader->page_date);
    }
    if (reader->input.source.fd >= 0 && !fstat(reader->input.source.fd, &info) && S_ISREG(info.st_mode)) {
        *source = "the time of the file";
        return (long)(info.st_mtime / DAY);
    }
    *source = "the clock";
    return reader->today[0] ? pt_day_number(reader->today) : (long)(time(NULL) / DAY);
}

/* Finds the year of dates without one, which are all of the year in which the page was copied: the latest that puts no
 * paper in the future. Reports which it took. */
static int find_year(papertag_reader *reader, papertag_error *err)
{
    enum { BACK = 8 }; /* years between leap years, at most */
    page *pg = reader->state;
    const char *source, *at = NULL;
    const long last = copied_by(reader, &source);
    size_t i = 0;
    char text[11];
    date day;
    int year;

    if (!next_without_year(pg, &i, &at, &day)) {
        return PAPERTAG_OK;
    }
    pt_day_text(last, text);
    year = atoi(text);
    for (int back = 0; back <= BACK && !pg->year; back++) {
        pg->year = fits_year(pg, year - back, last) ? year - back : 0;
    }
    if (!pg->year) {
        return pt_reader_remark(reader, err, "dates without a year were left out: no year by %s has them all", source);
    }
    return pt_reader_remark(reader, err, "dates without a year are of %d, by %s", pg->year, source);
}

static int open_page(papertag_reader *reader, papertag_error *err)
{
    page *pg = reader->state = pt_calloc(1, sizeof *pg);
    int status;

    if (!pg) {
        return pt_no_memory(err);
    }
    status = pt_input_all(&reader->input, err);
    status = status ? status : find_paragraphs(reader, err);
    return status ? status : find_year(reader, err);
}

static void close_page(papertag_reader *reader)
{
    page *pg = reader->state;

    if (pg) {
        free(pg->paragraphs);
        free(pg);
    }
}

/* "apple Apple": the slug and the name of an organization. A line without a space is the name. */
static int set_organization(pt_record *record, pt_slice line, papertag_error *err)
{
    const char *space = memchr(line.text, ' ', line.length);

    if (space) {
        line.length -= (size_t)(space + 1 - line.text);
        line.text = space + 1;
    }
    return pt_record_text(record, &record->paper.organization, line.text, line.length, err);
}

/* The day, and the comments after it. */
static int set_date(pt_record *record, const date *day, long year, papertag_error *err)
{
    char text[64];

    record->paper.comments = day->comments;
    snprintf(text, sizeof text, "%04ld-%02d-%02ld", year, day->month, day->day);
    return year ? pt_record_date(record, &record->paper.date, text, 10, err) : PAPERTAG_OK;
}

static int read_foot(papertag_reader *reader, const paragraph *p, papertag_error *err)
{
    const page *pg = reader->state;
    pt_record *record = &reader->record;
    const char *at = p->start;
    int status = PAPERTAG_OK;
    pt_slice line;
    long authors;
    date day;

    while (!status && next_line(&at, p->end, &line)) {
        if (is_text(line, middle_dot)) {
            continue;
        }
        if (read_authors(line, &authors)) {
            record->paper.author_count = authors;
        } else if (read_date(line, &day)) {
            status = set_date(record, &day, day.year ? day.year : pg->year, err);
        } else {
            status = set_organization(record, line, err);
        }
    }
    return status;
}

/* Reads the paragraphs of an abstract as one text; empty when there is none. */
static pt_slice take_abstract(page *pg)
{
    const paragraph *first = &pg->paragraphs[pg->next], *last = NULL;

    while (pg->next < pg->count && !is_foot(&pg->paragraphs[pg->next]) && !is_furniture(&pg->paragraphs[pg->next]) &&
           !(last && opens_paper(pg, pg->next))) {
        last = &pg->paragraphs[pg->next++];
    }
    return last ? (pt_slice){first->start, (size_t)(last->end - first->start)} : (pt_slice){"", 0};
}

static int next_page(papertag_reader *reader, papertag_error *err)
{
    page *pg = reader->state;
    pt_record *record = &reader->record;
    papertag_paper *paper = &record->paper;
    pt_slice title, abstract;
    int status;

    while (pg->next < pg->count && (is_furniture(&pg->paragraphs[pg->next]) || is_foot(&pg->paragraphs[pg->next]))) {
        pg->next++;
    }
    if (pg->next == pg->count) {
        return PAPERTAG_END;
    }
    pt_record_clear(record, pg->paragraphs[pg->next].line);
    title = text_of(&pg->paragraphs[pg->next++]);
    abstract = take_abstract(pg);
    status = pt_record_text(record, &paper->title, title.text, title.length, err);
    status = status ? status : pt_record_text(record, &paper->abstract, abstract.text, abstract.length, err);
    if (!status && pg->next < pg->count && is_foot(&pg->paragraphs[pg->next])) {
        status = read_foot(reader, &pg->paragraphs[pg->next++], err);
    }
    return status ? status : pt_record_text(record, &paper->source, "huggingface", 11, err);
}

/* Whether a line is the title of the page or part of a foot. */
static bool fits_page(const char *head, size_t size)
{
    const char *at = head;
    pt_slice line;
    long authors;

    if (*head && strchr("{[<@", *head)) {
        return false;
    }
    while (next_line(&at, head + size, &line)) {
        if (is_text(line, "Daily Papers") || is_text(line, middle_dot) || read_authors(line, &authors)) {
            return true;
        }
    }
    return false;
}

const pt_format pt_format_page = {
    .name = "page",
    .fits = fits_page,
    .open = open_page,
    .next = next_page,
    .close = close_page,
    .written_by = "a browser",
    .about = "the Daily Papers page copied as text",
};
