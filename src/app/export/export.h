/*
 * export - papers of the store in the formats of other programs. What is written can be read back with `papertag add`.
 */
#ifndef EXPORT_H
#define EXPORT_H

#include "../text.h"
#include "papertag.h"

typedef struct export_format {
    const char *name;
    const char *opening; /* before the first paper; may be "" */
    const char *between; /* papers */
    const char *closing; /* after the last */
    void (*write)(text *out, const papertag_stored *paper);
} export_format;

/* Every format: a file in this folder and a row here. The first is what --json prints. */
#define EXPORT_FORMATS(FIRST, NEXT)                                                                                    \
    FIRST(json)                                                                                                        \
    NEXT(bib)                                                                                                          \
    NEXT(ris)                                                                                                          \
    NEXT(csv)                                                                                                          \
    NEXT(csl)

#define DECLARE_EXPORT(name) extern const export_format export_##name;
EXPORT_FORMATS(DECLARE_EXPORT, DECLARE_EXPORT)
#undef DECLARE_EXPORT

/* All of them, and their names; NULL ends each list. */
extern const export_format *const export_formats[];
extern const char *const export_format_names[];

/* "json, bib, ris ...", for the help of options. */
#define FIRST_EXPORT_WORD(name) #name
#define NEXT_EXPORT_WORD(name) ", " #name
#define EXPORT_FORMAT_WORDS EXPORT_FORMATS(FIRST_EXPORT_WORD, NEXT_EXPORT_WORD)

/* ---- what the formats share ------------------------------------------------------------------------------------ */

/* A string as it is, cleaned. */
void export_plain(text *out, const char *string);

/* A name as "Last, First, Suffix", or as "Last, Suffix, First", which is BibTeX's order; `whole`, when its last name is
 * not known, gets all of it. */
typedef enum export_order { EXPORT_SUFFIX_LAST, EXPORT_FIRST_LAST } export_order;
void export_name(text *out, const char *name, export_order order, void put(text *out, const char *part),
                 void whole(text *out, const char *name));

/* The i-th keyword of a paper: its own, then its tags that are not among them. NULL after the last. *at is 0 before the
 * first call. */
const char *export_keyword(const papertag_stored *paper, size_t *at);

/* A list as one string: "a; b", or as JSON when the items could be taken for others. Nothing for an empty one. */
void export_list(text *out, papertag_strings items);
void export_names(text *out, papertag_strings names);      /* always as JSON */
void export_tags(text *out, const papertag_stored *paper); /* those in force */

/* Whether the names, written as one list, could be taken for others. */
bool export_has_unclear_author(papertag_strings authors);

/* Fields that a format has a place for; others go under names of papertag's own, which only papertag reads. */
typedef enum export_places { EXPORT_ORGANIZATION = 1, EXPORT_PDF = 2, EXPORT_FIRST_CATEGORY = 4 } export_places;

/* Calls `put` for each field that a format whose places those are would lose: "papertag-id", "papertag-featured" ... */
void export_own(text *out, const papertag_stored *paper, export_places places,
                void put(text *out, const char *name, const char *value));

/* The parts of a paper's date: 0 for those that are not known. */
typedef struct export_date {
    int year, month, day;
} export_date;
export_date export_date_of(const papertag_paper *paper);

/* What kind of publication a paper is, from its venue. */
typedef enum export_kind { EXPORT_PREPRINT, EXPORT_ARTICLE, EXPORT_CONFERENCE } export_kind;
export_kind export_kind_of(const papertag_paper *paper);

#endif
