/*
 * feed_text - what publishers write into the abstracts of their feeds beside the abstract, or instead of it.
 */
#ifndef PT_FEED_TEXT_H
#define PT_FEED_TEXT_H

#include "paper.h"

/* The text without the paragraphs before an abstract that cite the paper, "<p>Nature, Published online: ...</p>", or
 * name its authors, "<p>by Dora Doe</p>". */
const char *pt_feed_abstract(const char *text, size_t *length);

/* Whether a plain text only says where a paper has appeared: "Made-Up Letters, Volume 3, Issue 1, March 2031." */
bool pt_is_citation(const char *text);

/* If a text only has the date, the journal and the authors of a paper, as ScienceDirect writes them, sets these where
 * they are missing, and *done. PAPERTAG_NO_MEMORY. */
int pt_feed_contents(pt_record *record, const char *text, size_t length, bool *done, papertag_error *err);

#endif
