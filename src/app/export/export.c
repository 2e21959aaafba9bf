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

void export_name(text *out, const char *name, void put(text *out, const char *part),
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
    if (parts.suffix) {
        text_put(out, ", ");
        put(out, name + parts.suffix);
    }
    text_put(out, ", ");
    put_part(out, name, parts.last - 1, put);
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
