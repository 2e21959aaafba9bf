/*
 * listing - papers from the mails in which arXiv lists new papers, with or without the header of the mail:
 *
 *     \\
 *     arXiv:3102.00003
 *     Date: Mon, 3 Feb 2031 10:00:00 GMT   (12kb)
 *
 *     Title: Counting Fog, Which Takes
 *       Two Lines
 *     Authors: Dora Doe, Rick Roe
 *     Categories: cs.LG
 *     \\
 *       We count fog.
 *     \\ ( https://arxiv.org/abs/3102.00003 ,  12kb)
 *
 * Papers that were replaced have no abstract, and the day of the new version instead of their own.
 */
#include "listing.h"

#include "format.h"
#include "names.h"
#include "reader.h"
#include "slice.h"

static const char bar[] = "\\\\";

/* Where a line is in an entry. */
typedef enum place { BEFORE, FIELDS, ABSTRACT, DONE } place;

typedef struct entry {
    papertag_reader *reader;
    papertag_error *err;
    pt_slice name;  /* of the field that is read, in `names`; empty: none */
    char names[32]; /* a copy, since a line is borrowed */
    size_t line;
    place place;
} entry;

static bool begins_entry(pt_slice line)
{
    return pt_starts_with(line, "arXiv:") || pt_starts_with(line, "Paper: ");
}

bool pt_has_listing(const char *head, size_t size)
{
    pt_slice rest = {head, size};
    bool after_bar = false;

    while (rest.length) {
        const pt_slice line = pt_trimmed(pt_take_until(&rest, '\n'));
        if (after_bar && begins_entry(line)) {
            return true;
        }
        after_bar = pt_slice_is(line, bar);
    }
    return false;
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

/* "arXiv:3102.00003 (*cross-listing*)". */
static int set_id(entry *e, pt_slice value)
{
    pt_record *record = &e->reader->record;
    const pt_slice id = pt_take_word(&value);
    const bool cross = pt_starts_with(pt_trimmed(value), "(*cross-listing*)");
    int status = pt_record_text(record, &record->paper.id, id.text, id.length, e->err);

    status = status ? status : pt_record_text(record, &record->paper.source, "arxiv", 5, e->err);
    if (!status && !record->paper.announce_type) { /* it has not been replaced */
        status = pt_record_text(record, &record->paper.announce_type, cross ? "cross" : "new", cross ? 5 : 3, e->err);
    }
    return status ? status : pt_record_address(record, PT_ARXIV_ADDRESS, id.text, id.length, e->err);
}

/* Takes the field that has been read. */
static int end_field(entry *e)
{
    static const char *const ignored[] = {"Comments",  "License", "Report-no", "MSC-class",
                                          "ACM-class", "Proxy",   "From"};
    pt_record *record = &e->reader->record;
    papertag_paper *paper = &record->paper;
    const pt_slice name = e->name, value = pt_trimmed((pt_slice){e->reader->scratch.data, e->reader->scratch.size});

    e->name.length = 0;
    if (!name.length || !value.length) {
        return PAPERTAG_OK;
    }
    if (pt_slice_is(name, "arxiv") || pt_slice_is(name, "paper")) {
        return set_id(e, value);
    }
    if (pt_slice_is(name, "title")) {
        return pt_record_text(record, &paper->title, value.text, value.length, e->err);
    }
    if (pt_slice_is(name, "authors")) {
        return pt_record_ordered_authors(record, value.text, value.length, e->err);
    }
    if (pt_slice_is(name, "date")) {
        pt_slice rest = value;
        const pt_slice day = pt_take_until(&rest, '(');
        return pt_record_date(record, &paper->date, day.text, day.length, e->err);
    }
    if (pt_slice_is(name, "categories")) {
        return pt_record_split(record, &paper->categories, value.text, value.length, " ", e->err);
    }
    if (pt_slice_is(name, "journal-ref")) {
        return pt_record_text(record, &paper->venue, value.text, value.length, e->err);
    }
    if (pt_slice_is(name, "doi")) {
        return pt_record_text(record, &paper->doi, value.text, value.length, e->err);
    }
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
        if (pt_starts_with(name, ignored[i])) {
            return PAPERTAG_OK;
        }
    }
    return pt_reader_unused(e->reader, name.text, name.length, e->err);
}

/* Adds a line to the field that is read, or to the abstract. */
static int add_line(entry *e, pt_slice line)
{
    pt_buf *text = &e->reader->scratch;

    pt_buf_text(text, text->size ? " " : "");
    pt_buf_append(text, line.text, line.length);
    return text->failed ? pt_no_memory(e->err) : PAPERTAG_OK;
}

static int begin_field(entry *e, pt_slice name, pt_slice value)
{
    const int status = end_field(e);

    name.length = name.length < sizeof e->names ? name.length : sizeof e->names;
    memcpy(e->names, name.text, name.length);
    e->name = (pt_slice){e->names, name.length};
    pt_buf_clear(&e->reader->scratch);
    return status ? status : add_line(e, value);
}

/* ---- entries --------------------------------------------------------------------------------------------------- */

static int take_field(entry *e, pt_slice line)
{
    const pt_slice whole = pt_trimmed(line);
    pt_slice value = whole;
    const pt_slice name = pt_take_until(&value, ':');
    papertag_paper *paper = &e->reader->record.paper;

    if (pt_starts_with(whole, "replaced with revised version")) {
        return pt_record_text(&e->reader->record, &paper->announce_type, "replace", 7, e->err);
    }
    if (e->name.length && whole.length && pt_is_white(*line.text)) {
        return add_line(e, whole);
    }
    return value.text > name.text + name.length ? begin_field(e, name, pt_trimmed(value)) : PAPERTAG_OK;
}

static int take_line(entry *e, pt_slice line, size_t number)
{
    const pt_slice whole = pt_trimmed(line);
    const bool ends = pt_starts_with(whole, bar), alone = ends && whole.length == sizeof bar - 1;
    int status = PAPERTAG_OK;

    switch (e->place) {
    case BEFORE:
        e->line = alone ? number : e->line;
        if (e->line && begins_entry(whole)) {
            pt_record_clear(&e->reader->record, e->line);
            e->place = FIELDS;
            return take_field(e, line);
        }
        e->line = alone ? e->line : 0;
        break;
    case FIELDS:
        if (!ends) {
            return take_field(e, line);
        }
        status = end_field(e);
        pt_buf_clear(&e->reader->scratch);
        e->place = alone ? ABSTRACT : DONE;
        break;
    case ABSTRACT:
        e->place = ends ? DONE : ABSTRACT;
        if (ends) {
            const pt_buf *text = &e->reader->scratch;
            return pt_record_text(&e->reader->record, &e->reader->record.paper.abstract, text->data, text->size,
                                  e->err);
        }
        return add_line(e, whole);
    case DONE:
        break;
    }
    return status;
}

static int next_listed(papertag_reader *reader, papertag_error *err)
{
    entry e = {.reader = reader, .err = err};
    int status = PAPERTAG_OK;

    pt_buf_clear(&reader->scratch);
    pt_buf_append(&reader->scratch, "", 0);
    while (!status && e.place != DONE) {
        pt_slice line;
        size_t number;
        status = pt_input_line(&reader->input, &line.text, &line.length, &number, err);
        status = status ? status : take_line(&e, line, number);
    }
    if (status == PAPERTAG_END && e.place != BEFORE) {
        return pt_input_fail(&reader->input, e.line, err, "the end of the entry is missing");
    }
    return status;
}

const pt_format pt_format_listing = {
    .name = "arxiv-mail",
    .fits = pt_has_listing,
    .next = next_listed,
    .written_by = "arXiv",
    .about = "the mails that list new papers: title, authors, categories, abstract",
};
