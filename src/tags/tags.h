/*
 * tags - the list of tags: slugs, names, definitions, groups and aliases; finding one by any of its names.
 */
#ifndef PT_TAGS_H
#define PT_TAGS_H

#include <cjson/cJSON.h>

#include "base/base.h"

typedef struct pt_tag_entry {
    const char *tag, *name, *definition, *group; /* name, definition, group: NULL when absent */
    papertag_strings aliases, patterns;
} pt_tag_entry;

/* Owns its strings in an arena. Entries in slug (byte) order. */
typedef struct pt_tag_list {
    pt_tag_entry *entries;
    size_t count;
    pt_arena arena;
} pt_tag_list;

/* Reads a file like data/tags.json: {"tags": [{"tag", "name", "definition", "group", "aliases": [...], "patterns":
 * [...]}]}. Unknown keys are ignored. PAPERTAG_BAD_INPUT for bad JSON (FILE:LINE), a missing or doubled slug, an alias
 * that two tags claim (after pt_tag_key), or one that is another tag's slug. */
int pt_tag_list_read(pt_tag_list *out, const char *path, papertag_error *err);
void pt_tag_list_free(pt_tag_list *list);

/* The entry of a slug, or NULL. */
const pt_tag_entry *pt_tag_list_get(const pt_tag_list *list, const char *slug);

/* The form under which names are compared: ASCII lower case; spaces, '_' and '-' as one '-'; leading '#' and outer
 * white space dropped. Writes at most `capacity` bytes with NUL (cut if longer) to out. */
void pt_tag_key(char *out, size_t capacity, const char *name);

/* Finds `name` among T tags by slug, name or alias (in this order of preference). PAPERTAG_BAD_ARGUMENT otherwise:
 * `unknown tag 'quantisation'; nearest: quantization, ...` with up to three by Damerau-Levenshtein distance over
 * slugs, names and aliases (each tag once, given by its slug). */
int pt_tags_find(const papertag_tag_info *tags, size_t count, const char *name, size_t *index, papertag_error *err);

#endif
