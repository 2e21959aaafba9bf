/*
 * scan - from UTF-8 to tokens.
 *
 *     "We use {BERT}'s $\ell_2$-norm ..."   -->   use | bert | l2 | norm
 *
 * The tokens of a text lie in one string, one space apart, so that an n-gram of neighbours is a slice of that string.
 * Where words must not be joined (a sentence ends), the next token opens a new segment.
 */
#ifndef PT_SCAN_H
#define PT_SCAN_H

#include "stop_words.h"

/* How texts are read. A model carries its own, so that it always tokenizes as it did in training. */
typedef struct pt_text_options {
    bool camel_case;     /* also give the parts of SpikeGPT: spike, gpt */
    bool plurals;        /* fold plain English plurals: models -> model */
    bool segments;       /* n-grams stop at the end of a sentence */
    pt_words stop_words; /* words that give no token */
} pt_text_options;

typedef struct pt_token {
    uint32_t start, end; /* bytes [start, end) of the token string */
    bool opens;          /* first of a segment: no n-gram reaches back over it */
    uint64_t hash;       /* pt_hash of its bytes, seed 0 */
} pt_token;

/* Bytes after the last token that may be read, whatever they are. */
enum { PT_TOKENS_ROOM = 16 };

/* Tokens of one text; reused from text to text. Zero-initialise; pt_tokens_free ends it. */
typedef struct pt_tokens {
    pt_buf text;     /* the token string, a space after each token, and PT_TOKENS_ROOM bytes */
    pt_token *items; /* count */
    size_t count, capacity;
    pt_buf folded; /* scratch: the text as the scanner reads it */
    pt_buf parts;  /* scratch: the parts of camel-case words, a newline after those of each word */
} pt_tokens;

/* Replaces the contents of `tokens` by the tokens of `text` (NULL: none). A text is cut after 1 GiB.
 * 0 or PAPERTAG_NO_MEMORY. */
int pt_tokenize(pt_tokens *tokens, const pt_text_options *options, const char *text, papertag_error *err);

void pt_tokens_free(pt_tokens *tokens);

/* pt_tokenize with a choice of path, for tests. The fast path, which pt_tokenize takes, has shortcuts for runs of ASCII
 * and for words of ASCII letters and digits alone. Without it every byte goes through utf8proc and the general reader
 * of words. The result is the same. */
int pt_tokenize_by(pt_tokens *tokens, const pt_text_options *options, const char *text, bool fast_path,
                   papertag_error *err);

#endif
