/*
 * name - finding a tag by any of its names.
 */
#ifndef PT_TAG_NAME_H
#define PT_TAG_NAME_H

#include "base/base.h"

/* The form in which names are compared: ASCII lower case; spaces, tabs, '_' and '-' as one '-'; a leading '#' and outer
 * gaps dropped. Writes at most `capacity` bytes with the NUL (cut when longer) to out. */
enum { PT_TAG_KEY_BYTES = 128 }; /* more than any name needs */
void pt_tag_key(char *out, size_t capacity, const char *name);

/* Finds `name` among T tags: by slug, else by name, else by alias. PAPERTAG_BAD_ARGUMENT when no tag has it:
 * `unknown tag 'quantisation'; nearest: quantization, ...` with the slugs of up to three tags. */
int pt_find_tag(const papertag_tag_info *tags, size_t count, const char *name, size_t *index, papertag_error *err);

/* The same without suggestions, which take the time of comparing every name; false: no tag has it. */
bool pt_has_tag(const papertag_tag_info *tags, size_t count, const char *name, size_t *index);

#endif
