/*
 * format - the interface of a format: it recognises a source by its first bytes, and fills one record after another.
 *
 * A format is one file that defines a pt_format, and one row of the list in formats.c. It gets bytes from input.h and
 * fills the record through paper.h, or by field name through fields.h.
 */
#ifndef PT_FORMAT_H
#define PT_FORMAT_H

#include "input.h"
#include "paper.h"
#include "remarks.h"
#include "source_names.h"

struct papertag_reader {
    pt_input input;
    pt_record record;
    char *name;                     /* of the source */
    const struct pt_format *format; /* of the source; NULL before the first member of an archive */
    const struct pt_format *forced; /* the one that the options name; NULL: detected */
    bool opened;                    /* the format has state to close */
    pt_encoding remarked;           /* the encoding as the remarks have it */
    char *tags_field;               /* name of the field that holds the tags */
    const pt_field *tags_source;    /* the field of a paper that this is, if it is one; NULL: another */
    char page_date[11];             /* YYYY-MM-DD; "" when not given */
    char today[11];                 /* YYYY-MM-DD; "": by the clock */
    bool text_only;                 /* only id, title and abstract are wanted */
    bool objects;                   /* the object of a record stands for the fields that are not read */
    bool quick_text_only;           /* the same for the quick reader; other fields may be wanted of other formats */
    bool blank_lines;               /* empty lines of JSON Lines are returned, too */
    bool empty;                     /* the source has nothing but white space */
    bool careful;                   /* never use the quick reader; for tests */
    pt_buf scratch;
    pt_remarks remarks;    /* on the source as a whole */
    pt_source_names names; /* of its fields, for formats that find them by name */
    void *state;           /* of the format: made by its open, freed by its close */
    /* Set by the open of a format whose records are lines: goes past the next one without parsing it. Else NULL. */
    int (*pass)(struct papertag_reader *reader, papertag_error *err);
};

typedef struct pt_format {
    const char *name;
    bool (*fits)(const char *head, size_t size); /* head: the first bytes, from the first that is not white space */
    int (*open)(papertag_reader *reader, papertag_error *err); /* may be NULL */
    int (*next)(papertag_reader *reader, papertag_error *err); /* fills the record; status as of papertag_reader_next */
    void (*close)(papertag_reader *reader);                    /* may be NULL; called when open failed, too */
    const char *written_by;                                    /* who writes it, for people; NULL: not known */
    const char *about;                                         /* what is read of it, for people; may be NULL */
    bool whole;          /* it is recognised by all of a source, which is no member of an archive */
    const void *dialect; /* of formats that share open, next and close: what these have to know of it */
} pt_format;

/* PAPERTAG_BAD_INPUT when the first bytes are those of a file that has no papers: what it is and what to do instead. */
int pt_check_wrong_file(papertag_reader *reader, const char *head, size_t size, papertag_error *err);

/* Whether a zip archive whose first member has that name is an Office document. */
bool pt_is_office_member(const char *name);

/* Detection has as many of the first bytes as this, or more. */
enum { PT_HEAD_MAX = 64 * 1024 };

/* The i-th format in the order of detection; NULL after the last. */
const pt_format *pt_format_at(size_t i);

#endif
