/*
 * pubmed - what the formats of PubMed share, and what it puts around an abstract in its feeds.
 */
#ifndef PT_PUBMED_H
#define PT_PUBMED_H

#include <stddef.h>

/* The source of its papers, and what precedes the id in the address of one. */
#define PT_PUBMED_SOURCE "pubmed"
#define PT_PUBMED_ADDRESS "https://pubmed.ncbi.nlm.nih.gov/"

/* The abstract in the description of an item, which has a citation before it and the numbers of the article after it.
 * Sets *length, in bytes; 0 when there is no abstract. */
const char *pt_pubmed_abstract(const char *text, size_t *length);

#endif
