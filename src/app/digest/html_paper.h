/*
 * html_paper - a paper in HTML.
 */
#ifndef HTML_PAPER_H
#define HTML_PAPER_H

#include "digest.h"

/* Title, about, tags, and the abstract, in which the words that earned the tags are underlined. */
void html_paper(const digest *d, const papertag_stored *paper, text *out);

/* A paragraph: who, when, the id, and links. */
void html_about(const digest *d, const papertag_stored *paper, text *out);

#endif
