/*
 * xml - the part that the formats of XML share: a parser that fills a record by a table of elements.
 */
#ifndef PT_XML_H
#define PT_XML_H

#include "format.h"

/* The contents of an element of a record. A field keeps its first value, unless noted otherwise. */
typedef enum pt_xml_kind {
    PT_XML_NONE,
    PT_XML_ID,
    PT_XML_TITLE,
    PT_XML_ABSTRACT,
    PT_XML_SUMMARY,   /* an abstract, maybe with markup */
    PT_XML_DAY,       /* a date; a less precise one is replaced */
    PT_XML_FIRST_DAY, /* a date that replaces any other */
    PT_XML_NAME,      /* of an author; if it has elements, they are read instead */
    PT_XML_NAMES,     /* of all authors */
    PT_XML_RAW,       /* the record has the layout of arXivRaw */
    PT_XML_RAW_NAMES, /* of all authors, in a record of arXivRaw */
    PT_XML_ANNOUNCED, /* how arXiv announces the paper: "new", "cross", "replace" ... */
    PT_XML_AUTHOR,    /* contains the next three */
    PT_XML_FORENAMES,
    PT_XML_KEYNAME,
    PT_XML_SUFFIX,
    PT_XML_CATEGORY,
    PT_XML_CATEGORIES, /* with spaces between them */
    PT_XML_TERM,       /* a category, in the attribute "term" */
    PT_XML_VENUE,
    PT_XML_ADDRESS,
    PT_XML_LINK,       /* an address, in the attribute "href" */
    PT_XML_IDENTIFIER, /* an id, an address, a DOI, or something else */
    PT_XML_DOI,
    PT_XML_HEADER, /* its attribute "status" is "deleted" for a deleted record */
    PT_XML_FAULT   /* a server's error message; its attribute "code" is the kind */
} pt_xml_kind;

typedef struct pt_xml_element {
    const char *name; /* without its prefix */
    pt_xml_kind kind;
    unsigned level; /* below the record, from 1; 0: any */
} pt_xml_element;

typedef struct pt_xml_dialect {
    const char *record;             /* the element that is a paper */
    unsigned deepest;               /* level below the record at which elements are read */
    const pt_xml_element *elements; /* one without a name ends them */
} pt_xml_dialect;

int pt_xml_open(papertag_reader *reader, const pt_xml_dialect *dialect, papertag_error *err);
int pt_xml_next(papertag_reader *reader, papertag_error *err);
void pt_xml_close(papertag_reader *reader);

/* Whether the outermost element of a text, which may be cut off, has that name, with or without a prefix. */
bool pt_xml_root_is(const char *head, size_t size, const char *name);

#endif
