/*
 * rows - a record of a service described by a table: which of its members fills which field of a paper.
 *
 * Services have hundreds of members, of which a reader wants a dozen. A format lists them, the best first: a row whose
 * field is filled already is passed over. Names of members are compared without case, as some services write the same
 * record in both ways.
 */
#ifndef PT_ROWS_H
#define PT_ROWS_H

#include <stddef.h>

#include "json.h"

typedef enum pt_row_kind {
    PT_ROW_TEXT,       /* of an array, the first */
    PT_ROW_MARKUP,     /* text that may have HTML or JATS in it */
    PT_ROW_ID,         /* text or a number */
    PT_ROW_DATE,       /* text, a year as a number, or a date of CSL; a closer one of the same year replaces it */
    PT_ROW_OTHER_DATE, /* of something else, for want of a better */
    PT_ROW_COUNT,      /* a non-negative whole number */
    PT_ROW_LIST,       /* an array of texts or of objects with a name; or one text with commas or semicolons */
    PT_ROW_MORE,       /* the same, added to what the list has */
    PT_ROW_PERSONS,    /* an array of names or of objects with a name; or one text */
} pt_row_kind;

typedef struct pt_row {
    const char *path; /* "journal.name"; of an array on the way, the first item, for a list all */
    pt_row_kind kind;
    size_t offset; /* of the field in papertag_paper, bytes */
} pt_row;

#define PT_ROW(path, kind, member)                                                                                     \
    {                                                                                                                  \
        path, PT_ROW_##kind, offsetof(papertag_paper, member)                                                          \
    }
#define PT_ROWS_END                                                                                                    \
    {                                                                                                                  \
        NULL, PT_ROW_TEXT, 0                                                                                           \
    }

/* Fills the record, and its tags from the member that the reader's options name, if there is one. A title or an
 * abstract of another type is a broken record; anything else of another type is passed over and reported as not used.
 */
int pt_json_rows(const pt_json *o, const pt_row *rows);

/* The member of an object at a path; of an array on the way, the first item. NULL for null, too. */
const cJSON *pt_json_path(const cJSON *item, const char *path);

#endif
