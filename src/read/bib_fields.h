/*
 * bib_fields - the fields of bibliographies by name: those that become part of a paper, and the many that do not.
 *
 * Sources: the fields of BibTeX's plain styles and of biblatex (package documentation, chapter "Entry Fields"), and
 * those that reference managers and databases add.
 */
#ifndef PT_BIB_FIELDS_H
#define PT_BIB_FIELDS_H

#include "slice.h"

/* Those up to PT_BIB_FIELDS have a value in an entry; of several names for one field the first with a value is read. */
typedef enum pt_bib_field {
    PT_BIB_TITLE,
    PT_BIB_SUBTITLE,
    PT_BIB_ABSTRACT,
    PT_BIB_AUTHOR,
    PT_BIB_DATE,
    PT_BIB_YEAR,
    PT_BIB_MONTH,
    PT_BIB_DAY,
    PT_BIB_DOI,
    PT_BIB_EPRINT,
    PT_BIB_EPRINT_TYPE,
    PT_BIB_CLASS, /* of arXiv */
    PT_BIB_URL,
    PT_BIB_HOW, /* it was published: maybe an address */
    PT_BIB_JOURNAL,
    PT_BIB_BOOK, /* the title of the book or proceedings that it is in */
    PT_BIB_NUMBER,
    PT_BIB_VOLUME,
    PT_BIB_KEYWORDS,
    PT_BIB_MORE_KEYWORDS, /* of the database, or of the authors beside its own */
    PT_BIB_ORGANIZATION,
    PT_BIB_CROSSREF,
    PT_BIB_XDATA,
    PT_BIB_FIELDS,
    PT_BIB_IGNORED = PT_BIB_FIELDS, /* a usual field that says nothing of what a paper is about */
    PT_BIB_UNKNOWN
} pt_bib_field;

/* In any case. */
pt_bib_field pt_bib_field_named(pt_slice name);

#endif
