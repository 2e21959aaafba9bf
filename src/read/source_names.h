/*
 * source_names - the names of fields that occur in a source, each resolved once.
 *
 * Records of a source have the same names, mostly in the same order. So the name of a member is compared with the one
 * that followed the last time, and nearly always that is it.
 */
#ifndef PT_SOURCE_NAMES_H
#define PT_SOURCE_NAMES_H

#include "fields.h"

/* Members of arXiv's snapshot that are no fields of a paper; see snapshot.h. */
typedef enum pt_snapshot_member {
    PT_SNAPSHOT_AUTHORS = 1,
    PT_SNAPSHOT_VERSIONS,
    PT_SNAPSHOT_UPDATED
} pt_snapshot_member;

typedef struct pt_source_name {
    const char *text;            /* in the arena; NULL: not kept */
    size_t length;               /* of text, bytes */
    size_t index;                /* of this name among those of the source, below PT_NAMES_MAX when it is kept */
    const pt_field *field;       /* NULL: none, or tags under a name that the options do not give */
    unsigned rank;               /* of this name for the field */
    unsigned tags_rank;          /* of this name for the field of tags; UINT_MAX: it does not hold the tags */
    pt_snapshot_member snapshot; /* 0: none */
    bool known;                  /* a field, or left out on purpose: not worth a remark */
    bool reported;               /* the remark that it is not used has been made */
} pt_source_name;

/* More names of a source, and longer ones, are resolved each time. */
enum { PT_NAMES_MAX = 128, PT_NAME_LONGEST = 128 };

/* Zero-initialise; pt_source_names_free ends it. */
typedef struct pt_source_names {
    pt_arena arena;
    pt_source_name *items; /* [count] and one more, for names that are not kept */
    size_t count;
    size_t next; /* the name that is expected; 0 at the beginning of a record */
} pt_source_names;

/* The entry of name[0 .. length), which depends on reader->tags_field; borrowed until the next call. NULL without
 * memory. */
pt_source_name *pt_source_name_of(struct papertag_reader *reader, const char *name, size_t length);

/* Resolves a name without keeping it: all of *out but text, length and index. */
void pt_source_name_resolve(const struct papertag_reader *reader, pt_source_name *out, const char *name, size_t length);

/* Reports once that the field of this name, which has a value, is not used. PAPERTAG_NO_MEMORY. */
int pt_source_name_unused(struct papertag_reader *reader, pt_source_name *name, const char *text, size_t length,
                          papertag_error *err);

void pt_source_names_free(pt_source_names *names);

#endif
