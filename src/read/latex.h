/*
 * latex - text from LaTeX, as bibliographies and abstracts have it.
 */
#ifndef PT_LATEX_H
#define PT_LATEX_H

#include "base/base.h"

/* Prose of a bibliography; an address, in which '~' and '--' have no special meaning; or a title or abstract for a
 * reader, which may be LaTeX or not: a '~' before a number, braces around a list and a price in dollars stay, and
 * formulas become text (see math.h). */
typedef enum pt_latex_kind { PT_LATEX_PROSE, PT_LATEX_ADDRESS, PT_LATEX_READER } pt_latex_kind;

/* Appends the text in Unicode: accents, letters and dashes become characters, braces and styles are dropped, unknown
 * commands stay unchanged, and so does math but for a reader. Sets out->failed when there is no memory. */
void pt_latex_text(pt_buf *out, const char *text, size_t length, pt_latex_kind kind);

#endif
