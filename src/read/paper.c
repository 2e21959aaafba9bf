/*
 * paper - the record that readers fill.
 *
 * Whatever a format delivers, a record that leaves here has clean strings: valid UTF-8 (bytes that are not become
 * U+FFFD), runs of white space as one space, no control characters, nothing at the ends. So nobody behind the readers,
 * be it a tokenizer, a store or a page, has to clean again.
 */
#include "paper.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/ascii.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/swar.h"

void pt_record_clear(pt_record *record, size_t line)
{
    pt_arena_reset(&record->arena);
    record->paper = (papertag_paper){.author_count = -1, .upvotes = -1, .comments = -1, .line = line};
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

/* A cleaned copy in the arena; *out is NULL when nothing is left. */
static int clean(pt_arena *arena, const char *text, size_t length, const char **out)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text, *end = at + length;
    /* U+FFFD has three bytes where a bad byte has one */
    char *copy = length < SIZE_MAX / 4 ? pt_arena_alloc(arena, 3 * length + 1) : NULL;
    size_t size = 0;
    bool gap = false;

    if (!copy) {
        return PAPERTAG_NO_MEMORY;
    }
    while (at < end) {
        utf8proc_int32_t c = *at;
        utf8proc_ssize_t bytes;
        /* nearly all is printable ASCII with single spaces between */
        if (!gap && end - at > 8 && *at != ' ') {
            const uint64_t x = pt_eight(at);
            if (pt_all_plain(x) && !pt_twice(x, ' ') && (at[7] != ' ' || (at[8] > ' ' && at[8] < 0x7f))) {
                memcpy(copy + size, at, 8);
                size += 8;
                at += 8;
                continue;
            }
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
    return clean(&record->arena, text, length, field) ? pt_no_memory(err) : PAPERTAG_OK;
}

int pt_record_append(pt_record *record, papertag_strings *list, const char *text, size_t length, papertag_error *err)
{
    const char *copy, **items;

    if (clean(&record->arena, text, length, &copy)) {
        return pt_no_memory(err);
    }
    if (!copy) {
        return PAPERTAG_OK;
    }
    /* Lists are short; each power of two makes a new array in the arena. */
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

int pt_record_date(pt_record *record, const char *text, size_t length, papertag_error *err)
{
    while (length && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    if (length < 10 || !pt_is_day(text)) {
        return PAPERTAG_OK;
    }
    return pt_record_text(record, &record->paper.date, text, 10, err);
}

int pt_record_mail_date(pt_record *record, const char *text, papertag_error *err)
{
    char day[11];
    return pt_mail_day(text, day) ? pt_record_text(record, &record->paper.date, day, 10, err) : PAPERTAG_OK;
}

void pt_letters(pt_buf *out, const char *text)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;

    while (*at) {
        utf8proc_int32_t c, pieces[32];
        int boundary = 0;
        utf8proc_ssize_t count;
        if (*at < 0x80) {
            const char lower = pt_lower((char)*at);
            if (pt_is_letter(lower) || pt_is_digit(lower)) {
                pt_buf_append(out, &lower, 1);
            }
            at++;
            continue;
        }
        at += utf8proc_iterate(at, -1, &c); /* clean text is valid UTF-8 */
        count = utf8proc_decompose_char(
            c, pieces, 32,
            UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE, &boundary);
        for (utf8proc_ssize_t i = 0; i < count && i < 32; i++) {
            utf8proc_category_t category = utf8proc_category(pieces[i]);
            utf8proc_uint8_t bytes[4];
            if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO) {
                pt_buf_append(out, bytes, (size_t)utf8proc_encode_char(pieces[i], bytes));
            }
        }
    }
}

int pt_derived_id(const char *title, const char *abstract, char out[PT_DERIVED_ID])
{
    const char *text = title ? title : abstract;
    pt_buf letters = {0};
    int status = PAPERTAG_NO_MEMORY;

    pt_letters(&letters, text);
    if (!letters.failed) {
        const uint64_t hash = letters.size ? pt_hash(letters.data, letters.size, 0) : pt_hash(text, strlen(text), 1);
        snprintf(out, PT_DERIVED_ID, "t-%016llx", (unsigned long long)hash);
        status = PAPERTAG_OK;
    }
    pt_buf_free(&letters);
    return status;
}

/* ---- identifiers of a paper beside its source's ---------------------------------------------------------------- */

const char *pt_arxiv_id(const char *text, size_t *length)
{
    static const char digit[] = "0123456789", letter[] = "abcdefghijklmnopqrstuvwxyz-";
    static const char *const prefixes[] = {
        "https://", "http://",    "export.", "www.",   "arxiv.org/",     "abs/", "pdf/", "huggingface.co/papers/",
        "oai:",     "arXiv.org:", "arXiv:",  "arxiv:", "10.48550/arxiv."};
    const char *end;

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t size = strlen(prefixes[i]);
        text += strncmp(text, prefixes[i], size) ? 0 : size;
    }
    if (strspn(text, digit) == 4 && text[4] == '.' && (strspn(text + 5, digit) | 1) == 5) {
        end = text + 5 + strspn(text + 5, digit);
    } else {
        end = text + strspn(text, letter);
        if (end > text && end[0] == '.' && pt_is_upper(end[1]) && pt_is_upper(end[2])) {
            end += 3;
        }
        if (end == text || *end != '/' || strspn(end + 1, digit) != 7) {
            return NULL;
        }
        end += 8;
    }
    *length = (size_t)(end - text);
    if (*end == 'v' && strspn(end + 1, digit)) {
        end += 1 + strspn(end + 1, digit);
    }
    return !*end || strchr(" \t\r\n?#", *end) || !strcmp(end, ".pdf") ? text : NULL;
}

static int find_identifiers(pt_record *record, papertag_error *err)
{
    papertag_paper *paper = &record->paper;
    const char *places[] = {paper->arxiv, paper->id, paper->url, NULL};

    if (paper->doi) {
        const char *bare = strstr(paper->doi, "10.");
        char *lower = bare ? pt_arena_copy(&record->arena, bare, strlen(bare)) : NULL;
        if (bare && !lower) {
            return pt_no_memory(err);
        }
        for (char *c = lower; c && *c; c++) {
            *c = pt_lower(*c);
        }
        paper->doi = lower;
        places[3] = lower;
    }
    paper->arxiv = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places && !paper->arxiv; i++) {
        size_t length = 0;
        const char *id = places[i] ? pt_arxiv_id(places[i], &length) : NULL;
        if (id && pt_record_text(record, &paper->arxiv, id, length, err)) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    return PAPERTAG_OK;
}

int pt_record_finish(pt_record *record, papertag_error *err)
{
    papertag_paper *paper = &record->paper;

    if (!paper->title && !paper->abstract) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "neither title nor abstract");
    }
    if (paper->author_count < 0 && paper->authors.count) {
        paper->author_count = (long)paper->authors.count;
    }
    if (find_identifiers(record, err)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (!paper->id) {
        char id[PT_DERIVED_ID];
        return pt_derived_id(paper->title, paper->abstract, id)
                   ? pt_no_memory(err)
                   : pt_record_text(record, &paper->id, id, strlen(id), err);
    }
    return PAPERTAG_OK;
}
