/*
 * markup - plain text from the markup in which sources write titles and abstracts: HTML, XHTML, JATS, MathML, CDATA
 * sections, and references to characters, also those that were escaped twice.
 */
#ifndef PT_MARKUP_H
#define PT_MARKUP_H

#include "paper.h"

/* Appends the text. Tags are dropped, paragraphs and other blocks keep a space between them, comments, scripts and
 * styles have no text, nor has the TeX that accompanies MathML. A '<' that begins no tag of these languages stays, as
 * in "a < b". A heading "Abstract" at the beginning is dropped. Takes linear time. PAPERTAG_NO_MEMORY. */
int pt_markup_text(pt_buf *out, const char *text, size_t length, papertag_error *err);

/* Whether text that may be plain has markup for certain: a closing tag, or a reference to a character. */
bool pt_has_markup(const char *text, size_t length);

/* Sets *field, as pt_record_text does, to the text of markup. */
int pt_record_markup(pt_record *record, const char **field, const char *text, size_t length, papertag_error *err);

#endif
