/*
 * latex - the text of a value that is written in LaTeX, as in bibliographies.
 */
#ifndef PT_LATEX_H
#define PT_LATEX_H

#include "base/base.h"

/* How a value is written: prose, or an address in which '~' and '--' are themselves. */
typedef enum pt_latex_kind { PT_LATEX_PROSE, PT_LATEX_ADDRESS } pt_latex_kind;

/* Appends the text in Unicode: accents, letters and dashes become characters, braces and marks of style are dropped;
 * math between dollars stays as it is, as do unknown commands. Sets out->failed when there is no memory. */
void pt_latex_text(pt_buf *out, const char *text, size_t length, pt_latex_kind kind);

#endif
