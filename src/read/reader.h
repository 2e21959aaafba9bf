/*
 * reader - what other folders use of this one, in addition to the readers of papertag/use.h: how papers are identified.
 */
#ifndef PT_READER_H
#define PT_READER_H

#include "base/base.h"

/* The arXiv identifier that text begins with (alone, after "arXiv:" or in an address), without its version:
 * 2508.13426, hep-th/9901001. Sets *length to its bytes. NULL when there is none.
 * Source: arXiv, "Understanding the arXiv identifier". */
const char *pt_arxiv_id(const char *text, size_t *length);

/* Appends the letters and digits of clean text, without case, accents and compatibility forms: the same for texts that
 * differ only in spaces, punctuation or the encoding of characters. */
void pt_letters(pt_buf *out, const char *text);

/* Writes the id of a paper that came without one: "t-" and 16 hex digits, a hash of the letters of the title, or of the
 * abstract when there is no title. PAPERTAG_NO_MEMORY. */
enum { PT_DERIVED_ID = 24 };
int pt_derived_id(const char *title, const char *abstract, char out[PT_DERIVED_ID]);

/* Whether an id was made by pt_derived_id: it identifies a paper no better than its title does. */
bool pt_is_derived_id(const char *id);

/* Whether ids of papers from this source (NULL: unknown) mean a paper only within their file, as citation keys do: two
 * files may use the same one for two papers. */
bool pt_ids_are_local(const char *source);

#endif
