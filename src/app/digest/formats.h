/*
 * formats - every format of a digest: a file in this folder and a row here.
 */
#ifndef FORMATS_H
#define FORMATS_H

#include "digest.h"

typedef struct digest_format {
    const char *name;
    const char *type;                    /* media type */
    bool explains;                       /* shows the terms that earned each tag: needs the model */
    bool headed;                         /* for people: days are headings, and its tags are counted */
    bool (*write)(digest *d, text *out); /* false with d->err when the store could not be read */
} digest_format;

/* The first is the default. */
#define DIGEST_FORMATS(FIRST, NEXT)                                                                                    \
    FIRST(text)                                                                                                        \
    NEXT(markdown)                                                                                                     \
    NEXT(html)                                                                                                         \
    NEXT(json)                                                                                                         \
    NEXT(jsonfeed)                                                                                                     \
    NEXT(atom)                                                                                                         \
    NEXT(rss)                                                                                                          \
    NEXT(eml)

#define DECLARE_FORMAT(name) extern const digest_format format_##name;
DIGEST_FORMATS(DECLARE_FORMAT, DECLARE_FORMAT)
#undef DECLARE_FORMAT

/* All of them, and their names; NULL ends each list. */
extern const digest_format *const digest_formats[];
extern const char *const digest_format_names[];

/* The format of that name; the first for a name that is none's. */
const digest_format *find_digest_format(const char *name);

/* "text (default), markdown, html ...", for the help of options. */
#define FIRST_FORMAT_WORD(name) #name " (default)"
#define NEXT_FORMAT_WORD(name) ", " #name
#define DIGEST_FORMAT_WORDS DIGEST_FORMATS(FIRST_FORMAT_WORD, NEXT_FORMAT_WORD)

#endif
