/*
 * list - lists of strings as the store keeps them: JSON arrays.
 */
#ifndef PT_STORE_LIST_H
#define PT_STORE_LIST_H

#include "base/base.h"

/* What they make is in the arena; `scratch` is working memory. Text to be formatted must be clean: without control
 * characters. PAPERTAG_NO_MEMORY, also for text that is not JSON. */
int pt_list_parse(const char *json, pt_arena *arena, papertag_strings *out);
int pt_list_format(papertag_strings list, pt_arena *arena, pt_buf *scratch, const char **out);

#endif
