/*
 * gunzip - bodies of answers unpacked, whole or not at all.
 */
#ifndef FETCH_GUNZIP_H
#define FETCH_GUNZIP_H

#include "../text.h"

/* Replaces a gzip or zlib stream by what it holds, `most` bytes at most. What is wrong (damaged, cut off, too large, no
 * memory); NULL: nothing. */
const char *gunzip(text *body, size_t most);

#endif
