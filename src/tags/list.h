/*
 * list - the list of tags: slugs, names, definitions, groups, aliases and patterns.
 */
#ifndef PT_TAG_LIST_H
#define PT_TAG_LIST_H

#include "base/base.h"

typedef struct pt_tag_entry {
    const char *tag;  /* the slug */
    const char *name; /* NULL when absent, as the next two */
    const char *definition;
    const char *group;
    papertag_strings aliases;  /* other names */
    papertag_strings patterns; /* words that name the tag wherever they occur in a keyword */
} pt_tag_entry;

/* Owns its strings in an arena. */
typedef struct pt_tag_list {
    pt_tag_entry *entries; /* [count], in byte order of their slugs */
    size_t count;
    pt_arena arena;
} pt_tag_list;

/* Reads a file like data/tags.json: {"tags": [{"tag", "name", "definition", "group", "aliases": [...], "patterns":
 * [...]}]}. Unknown keys are ignored. PAPERTAG_BAD_INPUT for bad JSON (FILE:LINE), for a missing or repeated slug, and
 * for a slug or alias that is, as pt_tag_key compares them, a name of another tag. */
int pt_tag_list_read(pt_tag_list *out, const char *path, papertag_error *err);
void pt_tag_list_free(pt_tag_list *list);

/* The entry with this slug, or NULL. */
const pt_tag_entry *pt_tag_list_entry(const pt_tag_list *list, const char *slug);

#endif
