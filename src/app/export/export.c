/*
 * export - the table of formats, and what they share.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../clean.h"
#include "../json.h"
#include "../paper.h"
#include "export.h"

#define FORMAT_ROW(name) &export_##name,
#define FORMAT_NAME(name) #name,

const export_format *const export_formats[] = {EXPORT_FORMATS(FORMAT_ROW, FORMAT_ROW) NULL};
const char *const export_format_names[] = {EXPORT_FORMATS(FORMAT_NAME, FORMAT_NAME) NULL};

static void write_json(text *out, const papertag_stored *paper)
{
    text_paper_json(out, paper);
    json_line_end(out);
}

const export_format export_json = {"json", "", "", "", write_json};

void export_plain(text *out, const char *string)
{
    text_clean(out, string, strlen(string));
}

static void put_part(text *out, const char *from, size_t length, void put(text *out, const char *part))
{
    text part = {0};

    text_add(&part, from, length);
    put(out, text_of(out, &part));
    text_free(&part);
}

void export_name(text *out, const char *name, export_order order, void put(text *out, const char *part),
                 void whole(text *out, const char *name))
{
    papertag_name_parts parts;

    if (papertag_name_split(name, &parts, NULL)) {
        out->failed = true;
        return;
    }
    if (!parts.last) {
        whole(out, name);
        return;
    }
    put_part(out, name + parts.last, parts.suffix ? parts.suffix - 1 - parts.last : strlen(name + parts.last), put);
    if (parts.suffix && order == EXPORT_FIRST_LAST) {
        text_put(out, ", ");
        put(out, name + parts.suffix);
    }
    text_put(out, ", ");
    put_part(out, name, parts.last - 1, put);
    if (parts.suffix && order == EXPORT_SUFFIX_LAST) {
        text_put(out, ", ");
        put(out, name + parts.suffix);
    }
}

const char *export_keyword(const papertag_stored *stored, size_t *at)
{
    const papertag_strings own = stored->paper.keywords;

    if (*at < own.count) {
        return own.items[(*at)++];
    }
    while (*at - own.count < stored->tag_count) {
        const papertag_decision *d = &stored->tags[*at - own.count];
        bool known = !d->in_force;
        ++*at;
        for (size_t i = 0; i < own.count && !known; i++) {
            known = !strcasecmp(own.items[i], d->tag);
        }
        if (!known) {
            return d->tag;
        }
    }
    return NULL;
}

/* ---- lists in one string --------------------------------------------------------------------------------------- */

/* A list whose items could be taken for several, or for a list in brackets, is written as JSON. */
typedef struct list {
    text plain, json;
    size_t count;
    bool unclear;
} list;

/* Whether an item could be taken for several, as addresses with spaces between are, for a list in brackets, or for its
 * text in quotes. */
static bool is_unclear(const char *item)
{
    return strpbrk(item, ";|") || (!strncmp(item, "http", 4) && strchr(item, ' ')) ||
           (*item && strchr("[({<\"'*", *item)) || !strncmp(item, "c(", 2);
}

static void add_item(list *l, const char *item)
{
    text_put(&l->plain, l->count ? "; " : "");
    export_plain(&l->plain, item);
    json_string(&l->json, NULL, item);
    l->unclear = l->unclear || is_unclear(item);
    l->count++;
}

static void end_list(text *out, list *l)
{
    const char *plain = text_of(out, &l->plain);

    l->unclear = l->unclear || (l->count == 1 && strchr(plain, ','));
    if (l->count) {
        text_format(out, l->unclear ? "[%s]" : "%s", text_of(out, l->unclear ? &l->json : &l->plain));
    }
    text_free(&l->plain);
    text_free(&l->json);
}

void export_list(text *out, papertag_strings items)
{
    list l = {0};

    for (size_t i = 0; i < items.count; i++) {
        add_item(&l, items.items[i]);
    }
    end_list(out, &l);
}

void export_names(text *out, papertag_strings names)
{
    list l = {.unclear = true};

    for (size_t i = 0; i < names.count; i++) {
        add_item(&l, names.items[i]);
    }
    end_list(out, &l);
}

void export_tags(text *out, const papertag_stored *stored)
{
    list l = {0};

    for (size_t i = 0; i < stored->tag_count; i++) {
        if (stored->tags[i].in_force) {
            add_item(&l, stored->tags[i].tag);
        }
    }
    end_list(out, &l);
}

/* ---- fields of papertag's own ---------------------------------------------------------------------------------- */

typedef struct own {
    text *out;
    void (*put)(text *out, const char *name, const char *value);
} own;

static void put_own(const own *o, const char *name, const char *value)
{
    if (value) {
        o->put(o->out, name, value);
    }
}

static void put_own_count(const own *o, const char *name, long count)
{
    char digits[32];

    if (count >= 0) {
        snprintf(digits, sizeof digits, "%ld", count);
        o->put(o->out, name, digits);
    }
}

static void put_own_text(const own *o, const char *name, text *value)
{
    if (value->size || value->failed) {
        o->put(o->out, name, text_of(o->out, value));
    }
    text_free(value);
}

/* Whether the keywords, which formats have with the tags behind them, would not be read back the same. */
static bool are_keywords_unclear(const papertag_stored *stored)
{
    const papertag_strings words = stored->paper.keywords;

    for (size_t i = 0; i < words.count; i++) {
        if (is_unclear(words.items[i])) {
            return true;
        }
        for (size_t t = 0; t < stored->tag_count; t++) {
            if (stored->tags[t].in_force && !strcasecmp(words.items[i], stored->tags[t].tag)) {
                return true;
            }
        }
    }
    return false;
}

/* Whether a text could be taken for one with markup. */
static bool may_be_markup(const char *string)
{
    const char *at = string ? strpbrk(string, "&<") : NULL;
    return at && strpbrk(at, ";>");
}

/* A name with a TeX character or a comma is not unclear in a list of texts, but it is in one of names. */
bool export_has_unclear_author(papertag_strings authors)
{
    for (size_t i = 0; i < authors.count; i++) {
        if (is_unclear(authors.items[i]) || strpbrk(authors.items[i], ",\"&{}\\$~^") ||
            strstr(authors.items[i], " and ")) {
            return true;
        }
    }
    return false;
}

void export_own(text *out, const papertag_stored *stored, export_places places,
                void put(text *out, const char *name, const char *value))
{
    const papertag_paper *p = &stored->paper;
    const own o = {out, put};
    const bool placed = places & EXPORT_FIRST_CATEGORY && p->arxiv && p->categories.count == 1 &&
                        !strpbrk(p->categories.items[0], " ,;|&");
    text tags = {0}, categories = {0}, keywords = {0}, authors = {0};

    put_own(&o, "papertag-id", p->id);
    put_own(&o, "papertag-source", p->source);
    put_own(&o, "papertag-venue", may_be_markup(p->venue) ? p->venue : NULL);
    if (!(places & EXPORT_ORGANIZATION) || may_be_markup(p->organization)) {
        put_own(&o, "papertag-organization", p->organization);
    }
    if (!placed) {
        export_list(&categories, p->categories);
    }
    put_own_text(&o, "papertag-categories", &categories);
    put_own(&o, "papertag-announced", p->announced);
    put_own(&o, "papertag-announce_type", p->announce_type);
    put_own(&o, "papertag-featured", p->featured);
    put_own(&o, "papertag-code_url", p->code_url);
    put_own(&o, "papertag-project_url", p->project_url);
    put_own(&o, "papertag-pdf_url", places & EXPORT_PDF ? NULL : p->pdf_url);
    put_own_count(&o, "papertag-author_count", p->author_count == (long)p->authors.count ? -1 : p->author_count);
    put_own_count(&o, "papertag-upvotes", p->upvotes);
    put_own_count(&o, "papertag-comments", p->comments);
    if (export_has_unclear_author(p->authors)) {
        export_names(&authors, p->authors);
    }
    put_own_text(&o, "papertag-authors", &authors);
    if (are_keywords_unclear(stored)) {
        export_list(&keywords, p->keywords);
    }
    put_own_text(&o, "papertag-keywords", &keywords);
    export_tags(&tags, stored);
    put_own_text(&o, "papertag-tags", &tags);
}

export_date export_date_of(const papertag_paper *paper)
{
    export_date date = {0};

    if (paper->date && sscanf(paper->date, "%4d-%2d-%2d", &date.year, &date.month, &date.day) < 1) {
        date = (export_date){0};
    }
    return date;
}

export_kind export_kind_of(const papertag_paper *paper)
{
    static const char *const words[] = {"proceedings", "conference", "workshop", "symposium", "proc.", "meeting"};

    if (!paper->venue || !strncasecmp(paper->venue, "arxiv", 5)) {
        return EXPORT_PREPRINT;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        for (const char *at = paper->venue; *at; at++) {
            if (!strncasecmp(at, words[i], strlen(words[i])) &&
                strncasecmp(at, "proceedings of the national academy", 35) != 0) {
                return EXPORT_CONFERENCE;
            }
        }
    }
    return EXPORT_ARTICLE;
}
