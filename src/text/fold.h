/*
 * fold - the first step of reading a text: from any Unicode to the few forms that the scanner knows.
 */
#ifndef PT_FOLD_H
#define PT_FOLD_H

#include "base/base.h"

/* Appends to `out` the text as the scanner reads it: compatibility forms replaced, accents stripped, non-ASCII letters
 * case-folded, dashes and quotes as ASCII, bytes that are not UTF-8 as spaces. With fast_path, runs of ASCII are
 * copied; without it utf8proc sees every byte. The result is the same. Without memory out->failed is set. */
void pt_fold(pt_buf *out, const char *text, size_t size, bool fast_path);

/* Whether all bytes are printable ASCII, which folding leaves unchanged. */
bool pt_is_folded(const char *text, size_t size);

#endif
