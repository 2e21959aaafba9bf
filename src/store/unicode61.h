/*
 * unicode61 - the words of a text as FTS5 tells them apart for the table `search`, by its tokenizer of that name.
 *
 * FTS5's own tokenizer knows Unicode and is slow. Most words are letters and digits of ASCII, which are found here
 * sixteen bytes at a time; FTS5 gets the others, each with all that stands between two separators of ASCII.
 */
#ifndef PT_STORE_UNICODE61_H
#define PT_STORE_UNICODE61_H

#include "base/base.h"

/* Bytes of a word at most in the index; what is longer is cut. */
enum { PT_WORD_MOST = 32768 };

typedef struct pt_unicode61 pt_unicode61;

/* A tokenizer, for one thread at a time. It needs no store. PAPERTAG_NO_MEMORY, PAPERTAG_IO: SQLite has none. */
int pt_unicode61_open(pt_unicode61 **out, papertag_error *err);
void pt_unicode61_close(pt_unicode61 *t);

/* Takes in a word as the index has it. `text` is borrowed until the next word. At least PT_WORD_READABLE bytes can be
 * read from it, even if the word is shorter. Any status but 0 ends the text. */
enum { PT_WORD_READABLE = 16 };
typedef int pt_word_taker(void *context, const char *text, size_t length);

/* Hands out the words of a text of `size` bytes in their order. Returns the taker's status, or PAPERTAG_NO_MEMORY. */
int pt_unicode61_words(pt_unicode61 *t, const char *text, size_t size, pt_word_taker *take, void *context);

#endif
