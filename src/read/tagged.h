/*
 * tagged - what the formats share that have a field a line, each begun by a short tag: RIS, PubMed, EndNote, the Web of
 * Science.
 *
 * A dialect says how a line is cut into tag and value, and what each tag holds. A line without a tag continues the
 * field before it. Several tags may hold one field: the one with the lowest rank is used.
 */
#ifndef PT_TAGGED_H
#define PT_TAGGED_H

#include "format.h"
#include "slice.h"

typedef enum pt_tagged_kind {
    PT_TAGGED_ID,
    PT_TAGGED_TITLE,
    PT_TAGGED_ABSTRACT,
    PT_TAGGED_AUTHOR,       /* one, or several with ';' between */
    PT_TAGGED_GROUP,        /* an organisation that is an author, whatever the rank of the others */
    PT_TAGGED_DATE,         /* of all tags of the best rank the most precise; one without a year completes another */
    PT_TAGGED_DOI,          /* anywhere in the value; other values are no fault */
    PT_TAGGED_PUBLISHER_ID, /* "10.5555/x [doi]", or one of another kind */
    PT_TAGGED_URL,
    PT_TAGGED_PDF,
    PT_TAGGED_VENUE,
    PT_TAGGED_KEYWORD,  /* all of them, whatever the rank; one, or several with ';' between */
    PT_TAGGED_HEADING,  /* a keyword with a '*' and qualifiers after '/' */
    PT_TAGGED_CATEGORY, /* with ';' between */
    PT_TAGGED_ARXIV,    /* if it has "arXiv:" in it */
    PT_TAGGED_OWN,      /* a field of papertag's, see own_fields.h; other values are left out */
    PT_TAGGED_TAGS,     /* those that the reader's options name */
    PT_TAGGED_KINDS,
    PT_TAGGED_END = PT_TAGGED_KINDS, /* of a record */
    PT_TAGGED_IGNORED                /* says nothing of what a paper is about */
} pt_tagged_kind;

typedef struct pt_tagged_field {
    const char *tag;
    pt_tagged_kind kind;
    unsigned rank;
    bool lines;  /* each line that continues it is another value */
    bool begins; /* a record */
} pt_tagged_field;

typedef struct pt_tagged_dialect {
    const char *source;            /* of its papers */
    const char *address;           /* followed by the id, of a paper that has neither address nor DOI; NULL */
    const pt_tagged_field *fields; /* one without a tag ends them */
    const char *ignored;           /* other usual tags, with a space after each; may be "" */

    /* Whether a line begins a field: sets tag and value. */
    bool (*split)(pt_slice line, pt_slice *tag, pt_slice *value);
    const char *separators; /* of keywords, apart from ';' */
    bool blank_ends;        /* an empty line ends a record, if no tag begins one */
    bool point_ends;        /* titles end with a point, which is dropped */
} pt_tagged_dialect;

/* For formats whose dialect is a pt_tagged_dialect. */
int pt_tagged_open(papertag_reader *reader, papertag_error *err);
int pt_tagged_next(papertag_reader *reader, papertag_error *err);
void pt_tagged_close(papertag_reader *reader);

/* Whether one of the first lines begins with a field of that tag. */
bool pt_tagged_has(const pt_tagged_dialect *dialect, const char *head, size_t size, const char *tag);

#endif
