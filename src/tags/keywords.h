/*
 * keywords - which tags the keywords of a paper name.
 */
#ifndef PT_KEYWORDS_H
#define PT_KEYWORDS_H

#include "list.h"

/* The names and patterns of a tag list. Zero-initialise; pt_keyword_index_free ends it. */
typedef struct pt_keyword_index {
    struct pt_phrase *phrases; /* [count], sorted by their text */
    size_t count;
    size_t longest; /* words of the longest phrase */
    pt_arena arena; /* of the texts */
} pt_keyword_index;

/* `list` is not used after the call. PAPERTAG_NO_MEMORY. */
int pt_keyword_index_build(pt_keyword_index *out, const pt_tag_list *list, papertag_error *err);
void pt_keyword_index_free(pt_keyword_index *index);

/* Sets named[e] for every entry e of the list that a keyword names; leaves the others alone. */
void pt_mark_keyword_tags(const pt_keyword_index *index, papertag_strings keywords, bool *named);

#endif
