/*
 * paper - see paper.h.
 *
 * Whatever a source contains, the strings of a record are clean: valid UTF-8 (invalid bytes become U+FFFD), single
 * spaces for runs of white space, no control characters, no spaces at the ends. So the tokenizer, the store and pages
 * need not clean them again.
 */
#include "paper.h"

#include <utf8proc.h>

#include "base/ascii.h"
#include "base/date.h"
#include "base/sixteen.h"
#include "reader.h"

void pt_record_clear(pt_record *record, size_t line)
{
    pt_arena_reset(&record->arena);
    record->paper = (papertag_paper){.author_count = -1, .upvotes = -1, .comments = -1, .line = line};
    record->size = 0;
    record->too_large = record->too_many = record->replaced = record->has_own = false;
    record->year = record->month = record->day = NULL;
    record->object = NULL;
    record->object_length = 0;
}

int pt_record_check(const pt_record *record, char reason[PT_REASON_SIZE])
{
    const papertag_paper *paper = &record->paper;
    const struct {
        const char *name;
        size_t count;
    } lists[] = {{"authors", paper->authors.count},
                 {"tags", paper->tags.count},
                 {"keywords", paper->keywords.count},
                 {"categories", paper->categories.count}};

    if (record->too_large) {
        snprintf(reason, PT_REASON_SIZE, "a record of more than %d MiB", PT_RECORD_MAX / 1024 / 1024);
        return PAPERTAG_BAD_INPUT;
    }
    for (size_t i = 0; record->too_many && i < sizeof lists / sizeof *lists; i++) {
        if (lists[i].count == PT_ITEMS_MAX) {
            snprintf(reason, PT_REASON_SIZE, "a paper of more than %d %s", PT_ITEMS_MAX, lists[i].name);
            return PAPERTAG_BAD_INPUT;
        }
    }
    return PAPERTAG_OK;
}

void pt_record_free(pt_record *record)
{
    pt_arena_free(&record->arena);
}

static bool is_blank(utf8proc_int32_t c)
{
    utf8proc_category_t category;
    if (c < 0x80) {
        return c <= ' ' || c == 0x7f;
    }
    category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
           category == UTF8PROC_CATEGORY_CC || c == 0xfeff;
}

/* Whether sixteen bytes are as they should be, which most of all text is: printable ASCII with single spaces. After a
 * space at their end comes something else. */
static inline bool is_clean(const utf8proc_uint8_t *at)
{
    const pt_sixteen x = pt_sixteen_at(at), next = pt_sixteen_at(at + 1);

    return !pt_sixteen_not_plain(x) && !pt_sixteen_bits((pt_sixteen)((x == ' ') & (next == ' '))) &&
           (at[sizeof x - 1] != ' ' || (at[sizeof x] > ' ' && at[sizeof x] < 0x7f));
}

/* A cleaned copy in the arena; *out is NULL when nothing is left, or when the record is too large. */
static int clean(pt_record *record, const char *text, size_t length, const char **out)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text, *end = at + length;
    char *copy;
    size_t size = 0;
    bool gap = false;

    record->size += length < PT_RECORD_MAX ? length : PT_RECORD_MAX;
    if (record->size >= PT_RECORD_MAX) {
        record->too_large = true;
        *out = NULL;
        return PAPERTAG_OK;
    }
    copy = pt_arena_alloc(&record->arena, 3 * length + 1); /* U+FFFD takes three bytes in place of one invalid byte */
    if (!copy) {
        return PAPERTAG_NO_MEMORY;
    }
    while (at < end) {
        utf8proc_int32_t c = *at;
        utf8proc_ssize_t bytes;
        if (!gap && (size || *at != ' ') && end - at > (ptrdiff_t)sizeof(pt_sixteen) && is_clean(at)) {
            memcpy(copy + size, at, sizeof(pt_sixteen));
            size += sizeof(pt_sixteen);
            at += sizeof(pt_sixteen);
            continue;
        }
        bytes = c < 0x80 ? 1 : utf8proc_iterate(at, end - at, &c);
        if (bytes > 0 && is_blank(c)) {
            gap = size > 0;
            at += bytes;
            continue;
        }
        if (gap) {
            copy[size++] = ' ';
            gap = false;
        }
        if (bytes > 0) {
            memcpy(copy + size, at, (size_t)bytes);
            size += (size_t)bytes;
            at += bytes;
        } else {
            record->replaced = true;
            memcpy(copy + size, "\xef\xbf\xbd", 3);
            size += 3;
            at++;
        }
    }
    copy[size] = '\0';
    *out = size ? copy : NULL;
    return PAPERTAG_OK;
}

int pt_record_text(pt_record *record, const char **field, const char *text, size_t length, papertag_error *err)
{
    return clean(record, text, length, field) ? pt_no_memory(err) : PAPERTAG_OK;
}

int pt_record_append(pt_record *record, papertag_strings *list, const char *text, size_t length, papertag_error *err)
{
    const char *copy, **items;

    if (clean(record, text, length, &copy)) {
        return pt_no_memory(err);
    }
    if (!copy) {
        return PAPERTAG_OK;
    }
    if (list->count == PT_ITEMS_MAX) {
        record->too_many = true;
        return PAPERTAG_OK;
    }
    /* Lists are short. The array is replaced by one of twice the size at each power of two. */
    if ((list->count & (list->count - 1)) == 0) {
        items = pt_arena_array(&record->arena, list->count ? 2 * list->count : 1, sizeof *items);
        if (!items) {
            return pt_no_memory(err);
        }
        if (list->count) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
    }
    ((const char **)list->items)[list->count++] = copy;
    return PAPERTAG_OK;
}

int pt_record_split(pt_record *record, papertag_strings *list, const char *text, size_t length, const char *separators,
                    papertag_error *err)
{
    size_t start = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i <= length && !status; i++) {
        if (i == length || (text[i] && strchr(separators, text[i]))) {
            status = pt_record_append(record, list, text + start, i - start, err);
            start = i + 1;
        }
    }
    return status;
}

int pt_record_date(pt_record *record, const char **field, const char *text, size_t length, papertag_error *err)
{
    char date[11];

    return pt_written_date(text, length, date) ? pt_record_text(record, field, date, strlen(date), err) : PAPERTAG_OK;
}

const char *pt_closer_date(const char *date, const char *other)
{
    const size_t length = date ? strlen(date) : 0;

    return other && (!date || (strlen(other) > length && !strncmp(other, date, length))) ? other : date;
}

int pt_record_address(pt_record *record, const char *prefix, const char *id, size_t length, papertag_error *err)
{
    pt_buf text = {0};
    int status;

    if (record->paper.url) {
        return PAPERTAG_OK;
    }
    pt_buf_text(&text, prefix);
    pt_buf_append(&text, id, length);
    status = text.failed ? pt_no_memory(err) : pt_record_text(record, &record->paper.url, text.data, text.size, err);
    pt_buf_free(&text);
    return status;
}

/* ---- completion ------------------------------------------------------------------------------------------------ */

/* "https://doi.org/10.1000/EX" becomes "10.1000/ex"; a value without a DOI is dropped, and what follows one, too:
 * "10.1000/ex [doi]". */
static int shorten_doi(pt_record *record, papertag_error *err)
{
    const char *bare = strstr(record->paper.doi, "10.");
    const size_t length = bare ? strcspn(bare, " ") : 0;
    char *lower = bare ? pt_arena_copy(&record->arena, bare, length) : NULL, *slash;

    if (bare && !lower) {
        return pt_no_memory(err);
    }
    for (char *c = lower; c && *c; c++) {
        *c = pt_lower(*c);
    }
    for (char *end = lower ? lower + length : NULL; end > lower && strchr(".,;", end[-1]);) {
        *--end = '\0';
    }
    slash = lower && !strchr(lower, '/') ? strstr(lower, "%2f") : NULL;
    if (slash) { /* cut out of an address */
        *slash = '/';
        memmove(slash + 1, slash + 3, strlen(slash + 3) + 1);
    }
    record->paper.doi = lower;
    return PAPERTAG_OK;
}

int pt_record_identify(pt_record *record, papertag_error *err)
{
    papertag_paper *paper = &record->paper;
    int status = paper->doi ? shorten_doi(record, err) : PAPERTAG_OK;
    char arxiv[PT_ARXIV_NUMBER];
    const char *const places[] = {pt_arxiv_with_zeros(paper->arxiv, arxiv), paper->id, paper->url, paper->doi};

    paper->arxiv = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places && !status && !paper->arxiv; i++) {
        size_t length = 0;
        const char *id = places[i] ? pt_arxiv_id(places[i], &length) : NULL;
        status = id ? pt_record_text(record, &paper->arxiv, id, length, err) : PAPERTAG_OK;
    }
    return status;
}

/* A whole number of one to four digits, which pandas writes as 3.0 in a column that has gaps; -1 for other text. */
static long whole_number(const char *text)
{
    long number = 0;
    size_t i = 0;

    for (; i < 4 && pt_is_digit(text[i]); i++) {
        number = number * 10 + text[i] - '0';
    }
    return i && (!text[i] || !strcmp(text + i, ".0")) ? number : -1;
}

/* The month may be a name, or have the day with it ("FEB 3"). */
int pt_record_join_date(pt_record *record, const char **field, papertag_error *err)
{
    const long year = whole_number(record->year);
    const long month = record->month ? whole_number(record->month) : -1;
    const long day = record->day ? whole_number(record->day) : -1;
    char text[96];

    if (year < 1000) {
        return pt_record_date(record, field, record->year, strlen(record->year), err);
    }
    if (month > 0 && month <= 12 && day > 0 && day <= 31) {
        snprintf(text, sizeof text, "%04ld-%02ld-%02ld", year, month, day);
    } else if (month > 0 && month <= 12) {
        snprintf(text, sizeof text, "%04ld-%02ld", year, month);
    } else if (record->month && month < 0 && day > 0) {
        snprintf(text, sizeof text, "%.30s %ld %04ld", record->month, day, year);
    } else if (record->month && month < 0) {
        snprintf(text, sizeof text, "%.30s %04ld", record->month, year);
    } else {
        snprintf(text, sizeof text, "%04ld", year);
    }
    return pt_record_date(record, field, text, strlen(text), err);
}

int pt_record_trim_title(pt_record *record, papertag_error *err)
{
    const char *title = record->paper.title;
    const size_t length = title ? strlen(title) : 0;

    if (length < 2 || title[length - 1] != '.' || title[length - 2] == '.') {
        return PAPERTAG_OK;
    }
    return pt_record_text(record, &record->paper.title, title, length - 1, err);
}

/* Whether a text says that there is no abstract, as databases and programs write it. */
static bool is_no_abstract(const char *text)
{
    static const char *const texts[] = {
        "[no abstract available]", "no abstract available", "no abstract available.", "nan", "none", "n/a", "null"};
    enum { LONGEST = 24 };
    const size_t length = text ? strnlen(text, LONGEST) : LONGEST;
    size_t i = length < LONGEST ? 0 : sizeof texts / sizeof *texts;

    while (i < sizeof texts / sizeof *texts && !(strlen(texts[i]) == length && pt_same_word(text, length, texts[i]))) {
        i++;
    }
    return length < LONGEST && i < sizeof texts / sizeof *texts;
}

int pt_record_finish(pt_record *record, papertag_error *err)
{
    papertag_paper *paper = &record->paper;
    pt_work_key key;
    char id[PT_DERIVED_ID];
    int status;

    if (paper->title && is_no_abstract(paper->abstract)) {
        paper->abstract = NULL;
    }
    if (paper->author_count < 0 && paper->authors.count) {
        paper->author_count = (long)paper->authors.count;
    }
    status = pt_record_identify(record, err);
    if (!status && record->year && (!paper->date || strlen(paper->date) == 4)) {
        const char *joined = NULL;
        status = pt_record_join_date(record, &joined, err);
        paper->date = joined && (!paper->date || !strncmp(joined, paper->date, 4)) ? joined : paper->date;
    }
    if (!status && !paper->id) {
        paper->id = paper->arxiv;
    }
    if (status || paper->id) {
        return status;
    }
    if (pt_work_key_of(paper->title, paper->abstract, paper->authors.count ? paper->authors.items[0] : NULL, &key)) {
        return pt_no_memory(err);
    }
    pt_derived_id(key.title, key.author, id);
    return pt_record_text(record, &paper->id, id, strlen(id), err);
}
