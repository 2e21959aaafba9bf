/*
 * xml_record - fills a record with the contents of elements, by their kind.
 */
#ifndef PT_XML_RECORD_H
#define PT_XML_RECORD_H

#include "xml.h"

/* Forenames, keyname, suffix, initials: the order in pt_xml_kind. */
enum { PT_XML_NAME_PARTS = 4 };

/* What is known of a record before its end. Zero-initialise; pt_xml_record_free ends it. */
typedef struct pt_xml_record {
    papertag_reader *reader;
    const pt_xml_dialect *dialect;
    pt_buf author[PT_XML_NAME_PARTS]; /* of the author that is read */
    pt_buf sections;                  /* of the abstract, with markup */
    pt_buf names;                     /* of kind PT_XML_OTHER_NAMES */
    pt_buf label;                     /* of the section that is read; empty: none */
    const char *summary;              /* of kind PT_XML_OTHER_SUMMARY */
    const char *title;                /* of kind PT_XML_OTHER_TITLE */
    const char *venue;                /* of kind PT_XML_OTHER_VENUE */
    bool deleted, raw;
} pt_xml_record;

void pt_xml_record_begin(pt_xml_record *r, size_t line);
void pt_xml_record_free(pt_xml_record *r);

/* Takes text[0 .. length), which ends with a NUL and does not begin with white space. PAPERTAG_NO_MEMORY, as the
 * others. */
int pt_xml_record_take(pt_xml_record *r, pt_xml_kind kind, const char *text, size_t length);

/* Takes the value of an attribute for an element of kind PT_XML_TERM or PT_XML_LINK. */
int pt_xml_record_take_attribute(pt_xml_record *r, pt_xml_kind kind, const char *value);

/* Appends the author whose parts have been read. */
int pt_xml_record_end_author(pt_xml_record *r);

/* Makes a date of the parts that have been read. */
int pt_xml_record_end_date(pt_xml_record *r);

/* Completes the record. */
int pt_xml_record_end(pt_xml_record *r);

#endif
