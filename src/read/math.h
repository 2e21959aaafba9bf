/*
 * math - formulas of abstracts as a line of text.
 */
#ifndef PT_MATH_H
#define PT_MATH_H

#include "base/base.h"

/* Appends what stands between the dollars of a formula: letters, signs, small digits of Unicode; a fraction as a/b.
 * Unknown commands stay as they are. Takes linear time. Sets out->failed when there is no memory. */
void pt_math_text(pt_buf *out, const char *text, size_t length);

/* The character for a command without its backslash, "" for one without a text of its own (a style, a size); NULL:
 * unknown. */
const char *pt_math_symbol(const char *name, size_t length);

#endif
