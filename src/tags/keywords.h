/*
 * keywords - which tags the free keywords of a paper name.
 */
#ifndef PT_KEYWORDS_H
#define PT_KEYWORDS_H

#include "list.h"

/* The phrases of a tag list, ready for looking up. Zero-initialise; pt_keyword_index_free ends it. */
typedef struct pt_keyword_index {
    struct pt_phrase *phrases; /* sorted */
    size_t count, longest;     /* words of the longest */
    pt_arena arena;
} pt_keyword_index;

/* `list` must stay where it is. */
int pt_keyword_index_build(pt_keyword_index *out, const pt_tag_list *list, papertag_error *err);
void pt_keyword_index_free(pt_keyword_index *index);

/* Sets named[e] for every entry e of the list that a keyword names; leaves the others as they are. */
void pt_mark_keyword_tags(const pt_keyword_index *index, papertag_strings keywords, bool *named);

#endif
