/*
 * own_fields - see own_fields.h.
 */
#include "own_fields.h"

#include "fields.h"
#include "list_cell.h"

static const char prefix[] = "papertag-";

bool pt_is_own_field(pt_slice name)
{
    return name.length > sizeof prefix - 1 && pt_same_word(name.text, sizeof prefix - 1, prefix);
}

static long count_of(pt_slice value)
{
    long count = 0;

    for (size_t i = 0; i < value.length && i < 9; i++) {
        if (!pt_is_digit(value.text[i])) {
            return -1;
        }
        count = 10 * count + value.text[i] - '0';
    }
    return value.length && value.length <= 9 ? count : -1;
}

static int take_value(pt_record *record, const pt_field *field, pt_slice value, papertag_error *err)
{
    switch (field->kind) {
    case PT_FIELD_TEXT:
    case PT_FIELD_ID:
        return pt_record_text(record, pt_text_member(field, &record->own), value.text, value.length, err);
    case PT_FIELD_DATE:
        return pt_record_date(record, pt_text_member(field, &record->own), value.text, value.length, err);
    case PT_FIELD_TAGS:
    case PT_FIELD_LIST:
    case PT_FIELD_AUTHORS:
        return pt_list_cell(record, pt_list_member(field, &record->own), value.text, value.length, "", pt_record_append,
                            NULL, err);
    case PT_FIELD_COUNT:
        *pt_count_member(field, &record->own) = count_of(pt_trimmed(value));
        return PAPERTAG_OK;
    case PT_FIELD_PART:
        return PAPERTAG_OK;
    }
    return PAPERTAG_OK;
}

int pt_own_field(papertag_reader *reader, pt_slice name, pt_slice value, papertag_error *err)
{
    pt_record *record = &reader->record;
    const size_t length = name.length - (sizeof prefix - 1);
    unsigned rank;
    const pt_field *field = pt_field_named(name.text + sizeof prefix - 1, length, &rank);

    if (!field || rank > PT_RANK_SAME) {
        return pt_reader_unused(reader, name.text, name.length, err);
    }
    if (!record->has_own) {
        record->has_own = true;
        record->own = (papertag_paper){.author_count = -1, .upvotes = -1, .comments = -1};
    }
    return take_value(record, field, value, err);
}

bool pt_own_line(papertag_reader *reader, pt_slice line, int *status, papertag_error *err)
{
    const pt_slice name = pt_trimmed(pt_take_until(&line, ':'));

    *status = pt_is_own_field(name) ? pt_own_field(reader, name, pt_trimmed(line), err) : PAPERTAG_OK;
    return pt_is_own_field(name);
}

static bool has_item(const papertag_strings *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!strcmp(list->items[i], text)) {
            return true;
        }
    }
    return false;
}

/* Drops the tags at the end of the keywords, of which there are only a few. */
static void drop_tags(papertag_paper *paper, const papertag_strings *tags)
{
    while (paper->keywords.count && has_item(tags, paper->keywords.items[paper->keywords.count - 1])) {
        paper->keywords.count--;
    }
}

void pt_own_fields_settle(pt_record *record)
{
    papertag_paper *paper = &record->paper, *own = &record->own;

    if (!record->has_own) {
        return;
    }
    if (own->id) {
        paper->source = NULL;
        drop_tags(paper, &own->tags);
    }
    for (size_t i = 0; i < pt_field_rows; i++) {
        const pt_field *field = &pt_fields[i];
        if (pt_is_list(field)) {
            const papertag_strings *list = pt_list_member(field, own);
            papertag_strings *to = pt_list_member(field, paper);
            *to = list->count ? *list : *to;
        } else if (field->kind == PT_FIELD_COUNT) {
            long *to = pt_count_member(field, paper);
            *to = *pt_count_member(field, own) >= 0 ? *pt_count_member(field, own) : *to;
        } else if (pt_is_text(field)) {
            const char **to = pt_text_member(field, paper);
            *to = *pt_text_member(field, own) ? *pt_text_member(field, own) : *to;
        }
    }
    paper->has_tags = paper->has_tags || own->tags.count > 0;
}
