/*
 * nearest - how far a mistyped word is from the ones that are known. See also papertag_nearest.
 */
#ifndef PT_BASE_NEAREST_H
#define PT_BASE_NEAREST_H

#include <stddef.h>

/* The letters to add, drop, change or swap that turn `word` into `known`. Words get shortened: a beginning of `known`
 * costs one letter more than it is away, and a word of three letters or more that occurs in `known` is 1 away. Bytes
 * after the first PT_NEAREST_BYTES are ignored. */
enum { PT_NEAREST_BYTES = 128 };
size_t pt_word_distance(const char *word, const char *known);

#endif
