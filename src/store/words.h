/*
 * words - what a person searches for, as the text index is asked for it.
 */
#ifndef PT_STORE_WORDS_H
#define PT_STORE_WORDS_H

#include "statement.h"

/* Appends to *match a query for FTS5: papers that have all words and "phrases" of `search`; `word*` stands for all
 * words that begin so. Where `common` is not NULL, prefixes that a great part of the index has go there instead, each
 * with a NUL: papertag_has_prefix finds some of their papers sooner. */
int pt_match_words(papertag_store *store, const char *search, pt_buf *match, pt_buf *common, papertag_error *err);

#endif
