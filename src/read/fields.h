/*
 * fields - the fields of a paper by name, for formats in papertag's own layout: JSON and tables.
 *
 * One table says what a field is called, how its value is read and where it goes. A new field is a row of the table, a
 * member of papertag_paper, and what the store does with it.
 */
#ifndef PT_FIELDS_H
#define PT_FIELDS_H

#include "paper.h"

typedef enum pt_field_kind {
    PT_FIELD_TEXT,
    PT_FIELD_ID,   /* a text; JSON may have a number */
    PT_FIELD_DATE, /* a text that begins with YYYY-MM-DD; any other value counts as absent */
    PT_FIELD_LIST, /* of texts */
    PT_FIELD_TAGS, /* a list, under the name that the reader's options give */
    PT_FIELD_COUNT /* a non-negative whole number; -1: absent */
} pt_field_kind;

typedef struct pt_field {
    const char *name;
    size_t length;          /* of name, bytes */
    size_t offset;          /* of its member in papertag_paper, bytes */
    const char *alias;      /* another name for it; NULL: none */
    const char *separators; /* of a list that JSON has as one text; NULL for other kinds */
    pt_field_kind kind;
    bool essential; /* wanted even by those who want nothing but the text */
} pt_field;

/* The rows, in the order in which their faults are reported; pt_field_rows of them, at most PT_FIELDS_MAX. */
enum { PT_FIELDS_MAX = 32 };
extern const pt_field pt_fields[];
extern const size_t pt_field_rows;

/* The member that a row fills: a text (of an id or a date, too), a list (of tags, too), or a count. */
static inline const char **pt_text_member(const pt_field *field, papertag_paper *paper)
{
    return (void *)((char *)paper + field->offset);
}

static inline papertag_strings *pt_list_member(const pt_field *field, papertag_paper *paper)
{
    return (void *)((char *)paper + field->offset);
}

static inline long *pt_count_member(const pt_field *field, papertag_paper *paper)
{
    return (void *)((char *)paper + field->offset);
}

#endif
