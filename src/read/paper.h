/*
 * paper - the paper record and the readers that fill it.
 *
 * A format is one pt_format: a function that says whether the first bytes fit, and one that gives the next paper. Bytes
 * come through functions that the formats share: they count lines, peek, and give lines or the whole.
 */
#ifndef PT_PAPER_H
#define PT_PAPER_H

#include "base/base.h"

/* ---- bytes in -------------------------------------------------------------------------------------------------- */

/* A file, standard input or memory, read in large blocks. */
typedef struct pt_input {
    int fd;                   /* -1 over memory */
    struct pt_unpack *packed; /* gives the bytes when the source is gzip or xz; else NULL */
    char *block;              /* owned; NULL over memory */
    size_t capacity;
    const char *start; /* bytes read but not yet given out: [start, end) */
    const char *end;
    bool at_end;   /* nothing follows `end` */
    bool skipping; /* the rest of the line is not wanted */
    size_t line;   /* number of the line that `start` is on, from 1 */
} pt_input;

/* A line beyond this is a broken record: it is told at once, and its rest skipped without being held. A source that is
 * read whole, as a JSON array is, may be larger. */
enum { PT_LINE_MAX = 16 * 1024 * 1024, PT_WHOLE_MAX = 1024 * 1024 * 1024 };

/* ---- the record under construction ----------------------------------------------------------------------------- */

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

/* The same of a date as in mail: "Mon, 2 Apr 2007 19:18:42 GMT". */
int pt_record_mail_date(pt_record *record, const char *text, papertag_error *err);

/* The arXiv identifier in text (bare, behind "arXiv:" or in an address), without its version: 2508.13426,
 * hep-th/9901001. NULL when it is not one. Source: arXiv, "Understanding the arXiv identifier". */
const char *pt_arxiv_id(const char *text, size_t *length);

/* Appends the letters and digits of clean text without case, accents and compatibility forms: equal for texts that
 * differ in spaces, punctuation or spelling of characters alone. */
void pt_letters(pt_buf *out, const char *text);

/* "t-" and a hash of the letters and digits of the title, or without one of the abstract. PAPERTAG_NO_MEMORY. */
enum { PT_DERIVED_ID = 24 };
int pt_derived_id(const char *title, const char *abstract, char out[PT_DERIVED_ID]);

/* Completes a record: derives a missing id from the title, sets author_count from authors, arxiv from id, url or doi.
 * PAPERTAG_BAD_INPUT ("neither title nor abstract") when there is no text. */
int pt_record_finish(pt_record *record, papertag_error *err);

/* ---- formats --------------------------------------------------------------------------------------------------- */

struct papertag_reader {
    pt_input input;
    pt_record record;
    char *name; /* of the file, for messages */
    const struct pt_format *format;
    char *tags_field;
    char page_date[11]; /* "" when not given */
    bool text_only;     /* no more than id, title and abstract is wanted */
    bool careful;       /* take no short cut; for tests */
    pt_buf scratch;
    void *state; /* of the format: made by its open, freed by its close */
};

typedef struct pt_format {
    const char *name;
    bool (*fits)(const char *head, size_t size); /* head: the first bytes, from the first that is not white */
    int (*open)(papertag_reader *reader, papertag_error *err); /* may be NULL */
    int (*next)(papertag_reader *reader, papertag_error *err); /* fills reader->record; as papertag_reader_next */
    void (*close)(papertag_reader *reader);                    /* may be NULL */
} pt_format;

extern const pt_format pt_format_jsonl, pt_format_json, pt_format_daily_papers, pt_format_page, pt_format_csv,
    pt_format_tsv, pt_format_atom, pt_format_rss, pt_format_oai, pt_format_s2, pt_format_openreview, pt_format_bib;

/* Makes at least `size` bytes available if there are that many: afterwards [input.start, input.end) can be looked at.
 * PAPERTAG_BAD_INPUT once, naming input.line, when packed bytes are damaged: what is held stays, and nothing follows.
 */
int pt_reader_fill(papertag_reader *reader, size_t size, papertag_error *err);

/* Gives the next line without its LF or CRLF, NUL not added; borrowed until the next call on the reader. *number is its
 * line number. PAPERTAG_END at the end. */
int pt_reader_line(papertag_reader *reader, const char **line, size_t *length, size_t *number, papertag_error *err);

/* Makes all that is left available, in [input.start, input.end). */
int pt_reader_all(papertag_reader *reader, papertag_error *err);

/* Fails with PAPERTAG_BAD_INPUT and `NAME:LINE: reason`. */
int pt_reader_fail(const papertag_reader *reader, size_t line, papertag_error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* pt_record_finish with the record's line in the message. */
int pt_reader_finish(papertag_reader *reader, papertag_error *err);

#endif
