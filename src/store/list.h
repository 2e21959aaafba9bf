/*
 * list - lists of strings as the store keeps them: JSON arrays.
 */
#ifndef PT_STORE_LIST_H
#define PT_STORE_LIST_H

#include "base/base.h"

/* Both put what they make into the arena. `scratch` is working memory; text to be formatted must be clean: without
 * control characters. Errors: PAPERTAG_NO_MEMORY, which also stands for JSON that is none. */
int pt_list_parse(const char *json, pt_arena *arena, papertag_strings *out);
int pt_list_format(papertag_strings list, pt_arena *arena, pt_buf *scratch, const char **out);

#endif
