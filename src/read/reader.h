/*
 * reader - the face of this folder, in addition to the readers of papertag/use.h: how papers are identified.
 */
#ifndef PT_READER_H
#define PT_READER_H

#include "base/base.h"

/* The arXiv identifier that text begins with (alone, after "arXiv:" or in an address), without its version:
 * 2508.13426, hep-th/9901001. Sets *length to its bytes. NULL when there is none.
 * Source: arXiv, "Understanding the arXiv identifier". */
const char *pt_arxiv_id(const char *text, size_t *length);

/* Appends the letters and digits of clean text, without case, accents and compatibility forms. The result is the same
 * for texts that differ only in spaces, punctuation or the encoding of characters. */
void pt_letters(pt_buf *out, const char *text);

/* Writes an id for a paper without one: "t-" and 16 hex digits, the hash of the letters of the title, or of the
 * abstract when there is no title. PAPERTAG_NO_MEMORY. */
enum { PT_DERIVED_ID = 24 };
int pt_derived_id(const char *title, const char *abstract, char out[PT_DERIVED_ID]);

/* Whether an id is from pt_derived_id, and so identifies a paper no better than its title does. */
bool pt_is_derived_id(const char *id);

/* Whether the ids of a source (NULL: unknown) are unique only within a file, as citation keys are: another file may use
 * the same one for another paper. */
bool pt_ids_are_local(const char *source);

#endif
