/*
 * days - see days.h.
 */
#include "days.h"

#include "base/date.h"
#include "read/reader.h"

static void check_date(const char **date)
{
    long first, last;

    *date = pt_date_days(*date, &first, &last) ? *date : NULL;
}

void pt_days_check(papertag_paper *paper)
{
    check_date(&paper->date);
    check_date(&paper->announced);
    check_date(&paper->featured);
}

/* The first day of a date that pt_days_check has let pass. */
static int64_t first_day(const char *date)
{
    long first = 0, last;

    pt_date_days(date, &first, &last);
    return first;
}

/* Days to come. A source may announce a paper tomorrow, where it is tomorrow already; publishers date an issue as much
 * as a year ahead. What is later is a fault of the source, and would come before everything else for ever. */
enum { ANNOUNCED_AHEAD = 1, DATED_AHEAD = 366 };

/* 2026-01-01, before which this was not written: a clock that says less has lost the time, and nothing is ahead of it.
 */
enum { CLOCK_LEAST = 20454 };

static int64_t today_of(const char *now)
{
    char today[11];

    snprintf(today, sizeof today, "%.10s", now);
    return first_day(today);
}

static bool is_after(int64_t day, int64_t today, int64_t ahead)
{
    return today >= CLOCK_LEAST && day > today + ahead;
}

static bool is_ahead(const char *announced, const char *now)
{
    return is_after(first_day(announced), today_of(now), ANNOUNCED_AHEAD);
}

/* The day of a date; of one too far ahead that of `now`. */
static int64_t day_of_date(const char *date, const char *now)
{
    const int64_t day = first_day(date), today = today_of(now);

    return is_after(day, today, DATED_AHEAD) ? today : day;
}

static bool is_one_of(const char *type, const char *a, const char *b)
{
    return type && (!strcmp(type, a) || !strcmp(type, b));
}

/* Whether an announcement makes a paper new. */
static bool announces(const char *announced, const char *type, const char *now)
{
    return announced && is_one_of(type, "new", "cross") && !is_ahead(announced, now);
}

/* The first day of the month that is in an arXiv identifier, 2401.00001; false: there is none. */
static bool arxiv_month(const char *arxiv, int64_t *day)
{
    char month[8];
    long first, last;

    if (!arxiv || strspn(arxiv, "0123456789") != 4 || arxiv[4] != '.') {
        return false;
    }
    snprintf(month, sizeof month, "20%.2s-%.2s", arxiv, arxiv + 2);
    *day = pt_date_days(month, &first, &last) ? first : 0;
    return *day != 0;
}

int64_t pt_day_of(const papertag_paper *paper, const char *now)
{
    const bool is_replaced = is_one_of(paper->announce_type, "replace", "replace-cross");
    int64_t day;

    if (announces(paper->announced, paper->announce_type, now)) {
        return first_day(paper->announced);
    }
    if (paper->date) {
        return day_of_date(paper->date, now);
    }
    if (is_replaced) { /* it is an old one, whenever it was added */
        return arxiv_month(paper->arxiv, &day) ? day : -PT_UNDATED;
    }
    return paper->announced && !is_ahead(paper->announced, now) ? first_day(paper->announced)
                                                                : today_of(now) - PT_UNDATED;
}

/* ---- a paper that is there ------------------------------------------------------------------------------------- */

/* What is stored. */
struct dates {
    pt_arena arena;
    const char *date, *announced, *announce_type;
    int64_t day;
};

static int read_dates(void *context, pt_db_row *row, papertag_error *err)
{
    struct dates *d = context;

    (void)err;
    d->date = pt_db_date_or_null(row, 0, &d->arena);
    d->announced = pt_db_date_or_null(row, 1, &d->arena);
    d->announce_type = pt_db_text_or_null(row, 2, &d->arena);
    d->day = pt_db_integer(row, 3, PT_DAY_LEAST, PT_DAY_MOST);
    return PAPERTAG_OK;
}

/* Whether a date says the same as another, and more. */
static bool is_more_precise(const char *date, const char *other)
{
    return date && (!other || (strlen(date) > strlen(other) && !strncmp(date, other, strlen(other))));
}

/* Whether an announcement takes the place of another: the later one does, but none that is ahead of one that is not. */
static bool is_later(const char *announced, const char *other, const char *now)
{
    return is_ahead(announced, now) != is_ahead(other, now) ? is_ahead(other, now) : strcmp(announced, other) > 0;
}

int pt_days_update(papertag_store *store, int64_t key, const papertag_paper *paper, const char *now,
                   papertag_error *err)
{
    static const char sql[] = "SELECT date, announced, announce_type, day FROM papers WHERE key=?1";
    static const char write[] = "UPDATE papers SET date=?2, announced=?3, announce_type=?4, day=?5 WHERE key=?1";
    struct dates d = {.day = 0};
    bool announced = false, dated = false;
    int status = pt_store_row(store, sql, read_dates, &d, err, "i", key);

    if (!status) {
        announced = paper->announced && (!d.announced || is_later(paper->announced, d.announced, now) ||
                                         (!d.announce_type && paper->announce_type));
        dated = is_more_precise(paper->date, d.date);
    }
    /* the day stays that of the announcement as new, when there was one */
    if (dated && (d.date ? d.day == first_day(d.date) : !announces(d.announced, d.announce_type, now))) {
        d.day = day_of_date(paper->date, now);
    }
    if (announced && announces(paper->announced, paper->announce_type, now)) {
        d.day = first_day(paper->announced);
    }
    if (announced || dated) {
        status = pt_store_do(store, write, err, "ittti", key, dated ? paper->date : d.date,
                             announced ? paper->announced : d.announced,
                             announced ? paper->announce_type : d.announce_type, d.day);
    }
    pt_arena_free(&d.arena);
    return status;
}
