/*
 * pubmed - what PubMed puts around an abstract in its feeds.
 */
#ifndef PT_PUBMED_H
#define PT_PUBMED_H

#include <stddef.h>

/* The abstract in the description of an item, which has a citation before it and the numbers of the article after it.
 * Sets *length, in bytes; 0 when there is no abstract. */
const char *pt_pubmed_abstract(const char *text, size_t *length);

#endif
