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
    PT_FIELD_ID,      /* text; in JSON also a number */
    PT_FIELD_DATE,    /* as pt_record_date reads them; any other value is ignored */
    PT_FIELD_LIST,    /* of texts */
    PT_FIELD_TAGS,    /* a list, under the name that the reader's options give */
    PT_FIELD_AUTHORS, /* a list of persons */
    PT_FIELD_COUNT,   /* a non-negative whole number; -1: absent */
    PT_FIELD_PART     /* a part of a date, of which pt_record_finish makes the date; text or a number */
} pt_field_kind;

typedef struct pt_field {
    const char *name;
    size_t length;          /* of name, bytes */
    size_t offset;          /* of its member in papertag_paper, or of a part in pt_record, bytes */
    const char *better;     /* names of columns that hold more than its own, as pt_field_named compares; NULL: none */
    const char *names;      /* its other usual names, best first; NULL: none */
    const char *separators; /* of a list that is one string in JSON; NULL for other kinds */
    pt_field_kind kind;
    bool essential;  /* read even when only the text is wanted */
    bool identifies; /* read then, too, if the record has no id: it may be found in it, or made of it */
    bool joined;     /* a list: if a source has several names of it, it has the items of all */
} pt_field;

/* The rows, in the order in which their faults are reported: pt_field_rows of them, at most PT_FIELDS_MAX. */
enum { PT_FIELDS_MAX = 32 };
extern const pt_field pt_fields[];
extern const size_t pt_field_rows;

/* The field that a source calls name[0 .. length), compared without case, spaces and punctuation; NULL when there is
 * none. If a source has several names of one field, the one with the lowest *rank is the best. */
enum { PT_RANK_BETTER, PT_RANK_OWN, PT_RANK_SAME, PT_RANK_USUAL }; /* SAME: its own name in other letters; USUAL on */
const pt_field *pt_field_named(const char *name, size_t length, unsigned *rank);

/* Whether two names are the same, so compared. A name without letters is none. */
bool pt_same_name(const char *name, size_t length, const char *other, size_t other_length);

static inline bool pt_is_list(const pt_field *field)
{
    return field->kind == PT_FIELD_LIST || field->kind == PT_FIELD_TAGS || field->kind == PT_FIELD_AUTHORS;
}

static inline bool pt_is_text(const pt_field *field)
{
    return field->kind == PT_FIELD_TEXT || field->kind == PT_FIELD_ID || field->kind == PT_FIELD_DATE;
}

/* The member that a row fills: text (also for ids and dates), a list (also for tags and authors), or a count. */
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

/* The part of a date that a row fills. */
static inline const char **pt_part_member(const pt_field *field, pt_record *record)
{
    return (void *)((char *)record + field->offset);
}

#endif
