/*
 * fields - see fields.h. `doi` and `arxiv` are read as text: pt_record_identify makes them canonical for every format.
 */
#include "fields.h"

#include <stddef.h>

/* A field has the name of its member. */
#define FIELD(member) .name = #member, .length = sizeof #member - 1, .offset = offsetof(papertag_paper, member)

const pt_field pt_fields[] = {
    {FIELD(id), .kind = PT_FIELD_ID, .essential = true},
    {FIELD(title), .kind = PT_FIELD_TEXT, .essential = true},
    {FIELD(abstract), .kind = PT_FIELD_TEXT, .essential = true, .alias = "summary"},
    {FIELD(date), .kind = PT_FIELD_DATE},
    {FIELD(organization), .kind = PT_FIELD_TEXT},
    {FIELD(url), .kind = PT_FIELD_TEXT},
    {FIELD(source), .kind = PT_FIELD_TEXT},
    {FIELD(venue), .kind = PT_FIELD_TEXT},
    {FIELD(doi), .kind = PT_FIELD_TEXT},
    {FIELD(arxiv), .kind = PT_FIELD_TEXT},
    {FIELD(authors), .kind = PT_FIELD_LIST, .separators = ",;"},
    {FIELD(categories), .kind = PT_FIELD_LIST, .separators = " ,;"},
    {FIELD(keywords), .kind = PT_FIELD_LIST, .separators = ",;"},
    {FIELD(tags), .kind = PT_FIELD_TAGS, .separators = ",;"},
    {FIELD(maybe), .kind = PT_FIELD_LIST, .separators = ",;"},
    {FIELD(author_count), .kind = PT_FIELD_COUNT},
    {FIELD(upvotes), .kind = PT_FIELD_COUNT},
    {FIELD(comments), .kind = PT_FIELD_COUNT},
};
const size_t pt_field_rows = sizeof pt_fields / sizeof *pt_fields;

_Static_assert(sizeof pt_fields / sizeof *pt_fields <= PT_FIELDS_MAX, "PT_FIELDS_MAX is too small");
