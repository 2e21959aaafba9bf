/*
 * latex - text from LaTeX, as bibliographies have it.
 */
#ifndef PT_LATEX_H
#define PT_LATEX_H

#include "base/base.h"

/* Prose, or an address, in which '~' and '--' have no special meaning. */
typedef enum pt_latex_kind { PT_LATEX_PROSE, PT_LATEX_ADDRESS } pt_latex_kind;

/* Appends the text in Unicode: accents, letters and dashes become characters, braces and styles are dropped, math and
 * unknown commands stay unchanged. Sets out->failed when there is no memory. */
void pt_latex_text(pt_buf *out, const char *text, size_t length, pt_latex_kind kind);

#endif
