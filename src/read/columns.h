/*
 * columns - what the columns of a table hold, by the names in its header, and a row of it as a paper.
 */
#ifndef PT_COLUMNS_H
#define PT_COLUMNS_H

#include "fields.h"
#include "format.h"
#include "slice.h"

/* What the cells of a column are, if it may be a tag, named by the header, of the papers that have a mark in it. */
typedef enum pt_column_marks {
    PT_MARKS_NONE,    /* it is no tag */
    PT_MARKS_BLANK,   /* all are empty so far: a tag if others are marked with crosses */
    PT_MARKS_CROSSES, /* "x", or empty */
    PT_MARKS_NUMBERS  /* 0 or 1, also as "false" and "true" */
} pt_column_marks;

typedef struct pt_column {
    pt_source_name name;
    pt_column_marks marks;
} pt_column;

/* Zero-initialise; pt_columns_free ends it. */
typedef struct pt_columns {
    pt_column *items; /* [count] */
    size_t count, capacity;
    pt_arena arena;   /* their names */
    size_t rows_seen; /* by pt_columns_see_row */
    bool has_tags;    /* one of them has the tags */
    bool has_text;    /* one of them is the title or the abstract */
    bool exporter;    /* of Zotero, Scopus, IEEE Xplore or the Web of Science: lists have ';' between items */
    bool two_letters; /* of the Web of Science, with its two-letter names; quotes mean nothing there */
} pt_columns;

/* Sets the columns to those of a header. PAPERTAG_NO_MEMORY. */
int pt_columns_read_header(pt_columns *columns, const papertag_reader *reader, const pt_slice *cells, size_t count);

/* Whether a header so cut is one of papers; *known is then the number of its columns that are known. */
bool pt_is_header(const pt_slice *cells, size_t count, size_t *known);

/* Tables without a column of tags may have a column a tag, with 1 or a cross for the papers that have it. Whether they
 * have is seen in the first rows: those columns are tags that are not known by name and have nothing but marks in all
 * of them, if there are two or more. */
bool pt_columns_may_be_flags(const pt_columns *columns, const papertag_reader *reader);
void pt_columns_see_row(pt_columns *columns, const pt_slice *cells);
int pt_columns_settle_flags(pt_columns *columns, papertag_reader *reader, papertag_error *err); /* PAPERTAG_NO_MEMORY */

/* Fills the cleared record from a row of columns->count cells. PAPERTAG_NO_MEMORY; PAPERTAG_BAD_INPUT for a cell that
 * its field cannot take. */
int pt_columns_read_row(pt_columns *columns, papertag_reader *reader, const pt_slice *cells, papertag_error *err);

void pt_columns_free(pt_columns *columns);

#endif
