/*
 * paper - the record that formats fill.
 *
 * Strings go into its arena. Setters collapse white space to single spaces, trim, drop control characters, and leave
 * the field absent when nothing is left. They fail with PAPERTAG_NO_MEMORY only.
 */
#ifndef PT_PAPER_H
#define PT_PAPER_H

#include "base/base.h"

/* The source of papers from a bibliography, whose ids are citation keys. */
#define PT_SOURCE_BIBTEX "bibtex"
#define PT_SOURCE_CSL "csl"
#define PT_SOURCE_RIS "ris"
#define PT_SOURCE_ENDNOTE "endnote"

/* The prefix of the address of a paper on arXiv. */
#define PT_ARXIV_ADDRESS "https://arxiv.org/abs/"

typedef struct pt_record {
    papertag_paper paper;
    const char *year, *month, *day; /* as written; pt_record_finish makes the date of them if there is no other */
    papertag_paper own;             /* if has_own: what own_fields.h keeps for the end of the record */
    size_t size;                    /* of all texts given to the setters, bytes */
    bool too_large;                 /* more than PT_RECORD_MAX; the rest has been dropped */
    bool too_many;                  /* a list of more than PT_ITEMS_MAX; the rest has been dropped */
    bool has_own;                   /* the record has fields under papertag's own names */
    bool replaced;                  /* bytes that are not valid UTF-8 became U+FFFD */
    const char *object;             /* the JSON object that it was read from, unchanged, borrowed; NULL: none */
    size_t object_length;           /* bytes; set before the object is read */
    pt_arena arena;
} pt_record;

/* The most that a record may have, so that a small file that unpacks to a large one cannot take all memory: bytes of
 * text, and items of a list. Large collaborations have 20,000 authors. */
enum { PT_RECORD_MAX = 32 * 1024 * 1024, PT_ITEMS_MAX = 65536 };

void pt_record_clear(pt_record *record, size_t line);
void pt_record_free(pt_record *record);

/* Sets *field (of record->paper) to a cleaned copy of text. */
int pt_record_text(pt_record *record, const char **field, const char *text, size_t length, papertag_error *err);

/* Appends a cleaned copy to *list (of record->paper); an empty string is not appended. */
int pt_record_append(pt_record *record, papertag_strings *list, const char *text, size_t length, papertag_error *err);

/* Splits text[0 .. length) at each byte of `separators` and appends the parts. */
int pt_record_split(pt_record *record, papertag_strings *list, const char *text, size_t length, const char *separators,
                    papertag_error *err);

/* Sets *field to the date that text gives, as precisely as it does (see pt_written_date); else leaves it unchanged. */
int pt_record_date(pt_record *record, const char **field, const char *text, size_t length, papertag_error *err);

/* `other` where there is no date, or only the year or month of `other`; else `date`. Both may be NULL. */
const char *pt_closer_date(const char *date, const char *other);

/* Sets *field to the date that year, month and day of the record make; a year is given. */
int pt_record_join_date(pt_record *record, const char **field, papertag_error *err);

/* Drops the full stop with which some services end every title. */
int pt_record_trim_title(pt_record *record, papertag_error *err);

/* Sets the address to `prefix` followed by id[0 .. length), unless the paper has one. */
int pt_record_address(pt_record *record, const char *prefix, const char *id, size_t length, papertag_error *err);

/* Makes doi canonical, and sets arxiv from the arXiv identifier in arxiv, id, url or doi. May be called twice. */
int pt_record_identify(pt_record *record, papertag_error *err);

/* PAPERTAG_BAD_INPUT and the reason when the record was too large or had too many items. */
enum { PT_REASON_SIZE = 64 };
int pt_record_check(const pt_record *record, char reason[PT_REASON_SIZE]);

/* Completes a record that has a title or an abstract: identifies it, derives a missing id from the title, sets a
 * missing author_count from the authors. */
int pt_record_finish(pt_record *record, papertag_error *err);

#endif
