/*
 * xml - the part that the formats of XML share: a parser that fills a record by a table of elements.
 */
#ifndef PT_XML_H
#define PT_XML_H

#include "format.h"

/* The contents of an element of a record. A field keeps its first value, unless noted otherwise. */
typedef enum pt_xml_kind {
    PT_XML_NONE,   /* elements that are read may be in it */
    PT_XML_UNUSED, /* left out on purpose, with all that is in it */
    PT_XML_ID,
    PT_XML_TITLE,
    PT_XML_OTHER_TITLE, /* when there is no other; the rest of them is left out */
    PT_XML_ABSTRACT,
    PT_XML_SUMMARY,        /* an abstract, maybe with markup */
    PT_XML_OTHER_SUMMARY,  /* when there is no other */
    PT_XML_SECTION,        /* of an abstract: after those before it, with the attribute "Label" in front */
    PT_XML_OTHER_SECTIONS, /* contains the sections of an abstract; left out when there are sections already */
    PT_XML_DAY,            /* a date; a less precise one is replaced */
    PT_XML_FIRST_DAY,      /* a date that replaces any other */
    PT_XML_DATE_PARTS,     /* contains the next three; a less precise date, of which it is a part, is replaced */
    PT_XML_YEAR,
    PT_XML_MONTH, /* maybe with the day: "Mar 3" */
    PT_XML_DAY_OF_MONTH,
    PT_XML_NAME,        /* of an author; if it has elements, they are read instead */
    PT_XML_NAMES,       /* of all authors */
    PT_XML_OTHER_NAMES, /* of authors, when there are no others; one, or all */
    PT_XML_RAW,         /* the record has the layout of arXivRaw */
    PT_XML_RAW_NAMES,   /* of all authors, in a record of arXivRaw */
    PT_XML_ANNOUNCED,   /* how arXiv announces the paper: "new", "cross", "replace" ... */
    PT_XML_AUTHOR, /* contains the next four; its attribute "ValidYN" is "N" for a mistaken spelling, "contrib-type"
                    * another than "author" for an editor */
    PT_XML_FORENAMES,
    PT_XML_KEYNAME,
    PT_XML_SUFFIX,
    PT_XML_INITIALS, /* when there are no forenames */
    PT_XML_CATEGORY,
    PT_XML_CATEGORIES, /* with spaces between them */
    PT_XML_TERM,       /* a category, in the attribute "term" */
    PT_XML_KEYWORD,    /* one, or several with ';' between */
    PT_XML_TAG,        /* under the name that the reader's options give; if it has elements, they are read instead */
    PT_XML_VENUE,
    PT_XML_OTHER_VENUE, /* when there is no other */
    PT_XML_ADDRESS,
    PT_XML_PDF_ADDRESS,
    PT_XML_LINK,       /* an address, in the attribute "href" */
    PT_XML_IDENTIFIER, /* an id, an address, a DOI, or something else */
    PT_XML_DOI,        /* anywhere in the text */
    PT_XML_TYPED_ID,   /* a DOI, if the attribute "IdType", "EIdType" or "pub-id-type" says so */
    PT_XML_ARXIV,      /* an arXiv identifier after "arXiv:" or "abs/", or something else */
    PT_XML_HEADER,     /* its attribute "status" is "deleted" for a deleted record */
    PT_XML_FAULT       /* a server's error message; its attribute "code" is the kind */
} pt_xml_kind;

typedef struct pt_xml_element {
    const char *name; /* without its prefix */
    pt_xml_kind kind;
    unsigned level; /* below the record, from 1; 0: any */
    const char *in; /* the element that it must be in directly, which has a row, too, and whose text it is read instead
                     * of; NULL: any */
} pt_xml_element;

typedef struct pt_xml_dialect {
    const char *records;            /* the elements that are a paper, with a space after each */
    unsigned deepest;               /* level below the record at which elements are read */
    const pt_xml_element *elements; /* one without a name ends them */
    const char *ignored;            /* other usual elements, with a space after each; may be "" */
    const char *id;                 /* attribute of a record that is its id; NULL */
    const char *styles;             /* an element that only styles the text in it; NULL */
    const char *source;             /* of its papers; NULL: not known */
    const char *address;            /* followed by the id, of a paper that has neither address nor DOI; NULL */

    /* Completes a record; may be NULL. */
    int (*finish)(papertag_reader *reader, papertag_error *err);
} pt_xml_dialect;

/* For formats whose dialect is a pt_xml_dialect. */
int pt_xml_open(papertag_reader *reader, papertag_error *err);
int pt_xml_next(papertag_reader *reader, papertag_error *err);
void pt_xml_close(papertag_reader *reader);

/* Whether the outermost element of a text, which may be cut off, has that name, with or without a prefix. */
bool pt_xml_root_is(const char *head, size_t size, const char *name);

/* Whether the text, which may be cut off, has an element of that name, without a prefix. */
bool pt_xml_has(const char *head, size_t size, const char *name);

#endif
