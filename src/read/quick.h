/*
 * quick - a paper from a plain line of JSON Lines, without a tree: the hot path of tagging.
 */
#ifndef PT_QUICK_H
#define PT_QUICK_H

#include "format.h"

/* Fills the cleared record from a line; *status is then 0 or PAPERTAG_NO_MEMORY. False when the line is not plain: the
 * record must then be cleared again. With reader->quick_text_only, fields that are not essential are checked but not
 * filled.
 */
bool pt_quick_read(papertag_reader *reader, const char *line, size_t length, int *status, papertag_error *err);

#endif
