/*
 * fields - the fields of a paper by name, for formats in papertag's own layout: JSON and tables.
 *
 * One table has the names of each field, how its value is read and where it is stored. A new field takes a row here, a
 * member of papertag_paper, and a column in the store.
 */
#ifndef PT_FIELDS_H
#define PT_FIELDS_H

#include "paper.h"

typedef enum pt_field_kind {
    PT_FIELD_TEXT,
    PT_FIELD_ID,   /* text; in JSON also a number */
    PT_FIELD_DATE, /* begins with YYYY-MM-DD; any other value is ignored */
    PT_FIELD_LIST, /* of texts */
    PT_FIELD_TAGS, /* a list, under the name that the reader's options give */
    PT_FIELD_COUNT /* a non-negative whole number; -1: absent */
} pt_field_kind;

typedef struct pt_field {
    const char *name;
    size_t length;          /* of name, bytes */
    size_t offset;          /* of its member in papertag_paper, bytes */
    const char *alias;      /* another name for it; NULL: none */
    const char *names;      /* its usual names elsewhere, best first, as pt_field_named compares them; NULL: none */
    const char *separators; /* of a list that is one string in JSON; NULL for other kinds */
    pt_field_kind kind;
    bool essential; /* read even when only the text is wanted */
} pt_field;

/* The rows, in the order in which their faults are reported: pt_field_rows of them, at most PT_FIELDS_MAX. */
enum { PT_FIELDS_MAX = 32 };
extern const pt_field pt_fields[];
extern const size_t pt_field_rows;

/* The field that a source calls name[0 .. length), compared without case, spaces and punctuation; NULL when there is
 * none. *rank is 0 for papertag's own name, then counts the usual names: if a source has several names of one field,
 * the lowest is the best. */
const pt_field *pt_field_named(const char *name, size_t length, unsigned *rank);

/* The member that a row fills: text (also for ids and dates), a list (also for tags), or a count. */
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
