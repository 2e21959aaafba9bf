/*
 * paper - the paper record and the readers that fill it.
 *
 * A format is one pt_format: a function that says how well the first bytes fit, and one that gives the next paper.
 * Bytes come through a pt_input, which the formats share: it counts lines, peeks, and gives lines or the whole.
 */
#ifndef PT_PAPER_H
#define PT_PAPER_H

#include "base.h"

/* ---- bytes in -------------------------------------------------------------------------------------------------- */

/* A file, standard input or memory, read in large blocks. */
typedef struct pt_input {
    const char *name; /* for messages; "-" is shown as "standard input" */
    int fd;           /* -1 over memory */
    char *block;      /* owned; NULL over memory */
    size_t capacity;
    const char *start; /* bytes read but not yet given out: [start, end) */
    const char *end;
    bool at_end; /* nothing follows `end` */
    size_t line; /* number of the line that `start` is on, from 1 */
} pt_input;

/* Makes at least `size` bytes available if there are that many. Afterwards [start, end) can be looked at. */
int pt_input_fill(pt_input *input, size_t size, papertag_error *err);

/* Gives the next line without its LF or CRLF; it is borrowed until the next call on `input`. The last line may lack
 * an LF. PAPERTAG_END at the end. A UTF-8 BOM at the very beginning was dropped when the input was opened. */
int pt_input_line(pt_input *input, const char **line, size_t *length, papertag_error *err);

/* ---- the record under construction -------------------------------------------------------------------------------- */

/* A paper being filled. Strings go into `arena`; setters collapse white space to single spaces, trim, drop control
 * characters, and leave the field absent when nothing is left. */
typedef struct pt_record {
    papertag_paper paper;
    pt_arena arena;
} pt_record;

void pt_record_clear(pt_record *record, size_t line);
void pt_record_free(pt_record *record);

/* Sets *field (of record->paper) to a cleaned copy. */
int pt_record_text(pt_record *record, const char **field, const char *text, size_t length, papertag_error *err);

/* Appends a cleaned copy to *list (of record->paper); an empty string is not appended. */
int pt_record_append(pt_record *record, papertag_strings *list, const char *text, size_t length, papertag_error *err);

/* Sets the date from the first ten bytes of text when they are a real day as YYYY-MM-DD; else leaves it absent. */
int pt_record_date(pt_record *record, const char *text, size_t length, papertag_error *err);

/* Completes a record: derives a missing id from the title, sets author_count from authors.
 * PAPERTAG_BAD_INPUT ("neither title nor abstract") when there is no text. */
int pt_record_finish(pt_record *record, papertag_error *err);

/* ---- formats -------------------------------------------------------------------------------------------------------- */

struct papertag_reader {
    pt_input input;
    pt_record record;
    char *name; /* owned copy of the path for messages */
    const struct pt_format *format;
    char *tags_field;
    char page_date[11]; /* "" when not given */
    void *state;        /* of the format; made by open, freed by close */
};

typedef struct pt_format {
    const char *name;
    bool (*fits)(const char *head, size_t size);            /* the first bytes of a file; BOM already dropped */
    int (*open)(papertag_reader *reader, papertag_error *err); /* may be NULL */
    int (*next)(papertag_reader *reader, papertag_error *err); /* fills reader->record; as papertag_reader_next */
    void (*close)(papertag_reader *reader);                 /* may be NULL */
} pt_format;

extern const pt_format pt_format_jsonl, pt_format_json, pt_format_daily_papers, pt_format_page, pt_format_csv,
    pt_format_tsv;

/* Fails with PAPERTAG_BAD_INPUT and `NAME:LINE: reason`. */
int pt_reader_fail(const papertag_reader *reader, size_t line, papertag_error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
