/*
 * text - from UTF-8 to tokens.
 *
 *     "We use {BERT}'s $\ell_2$-norm ..."   -->   use | bert | l2 | norm
 *
 * Tokens of one text lie in one string, a single space between neighbours, so that an n-gram of neighbours is a slice
 * of that string. Where words must not be joined (a sentence ends), the next token opens a new segment.
 */
#ifndef PT_TEXT_H
#define PT_TEXT_H

#include "base/base.h"

/* A set of words, for stop words. Zero-initialise; pt_words_free ends it. */
enum { PT_BUCKET = 8 };
typedef struct pt_words {
    char *text;       /* the words, each with a NUL after it */
    uint32_t *starts; /* count + 1: of each word in text */
    size_t count;
    uint64_t *hashes; /* (mask + 1) x PT_BUCKET: a word's is in the bucket that its low bits number */
    size_t mask;
} pt_words;

/* Builds the set from `size` bytes of words, each with a NUL after it (copied). At most 32,000 words. */
int pt_words_build(pt_words *out, const char *text, size_t size, papertag_error *err);

/* By the word's pt_hash, seed 0: a word is what has the hash of one. */
bool pt_words_have(const pt_words *words, uint64_t hash);
void pt_words_free(pt_words *words);

/* The built-in English stop words, each with a NUL after it. */
const char *pt_stop_words_english(size_t *size);

/* How texts are read. A model carries its own, so that it always tokenizes as it was trained. */
typedef struct pt_text_options {
    bool camel_case; /* also give the parts of SpikeGPT: spike, gpt */
    bool plurals;    /* fold plain English plurals: models -> model */
    bool segments;   /* n-grams stop at the end of a sentence */
    pt_words stop_words;
} pt_text_options;

typedef struct pt_token {
    uint32_t start, end; /* bytes [start, end) of the token string */
    bool opens;          /* first of a segment: no n-gram reaches back over it */
    uint64_t hash;       /* pt_hash of its bytes, seed 0 */
} pt_token;

/* Tokens of one text; reused from text to text. Zero-initialise; pt_tokens_free ends it. */
typedef struct pt_tokens {
    pt_buf text;
    pt_token *items;
    size_t count, capacity;
    pt_buf folded; /* scratch: the text as the scanner reads it */
    pt_buf parts;  /* scratch: parts of camel-case words, each word's with a newline after them */
} pt_tokens;

/* Replaces what `tokens` holds by the tokens of `text` (NULL: none). PAPERTAG_NO_MEMORY is the only failure; a text
 * is cut after 1 GiB. */
int pt_tokenize(pt_tokens *tokens, const pt_text_options *options, const char *text, papertag_error *err);

void pt_tokens_free(pt_tokens *tokens);

/* pt_tokenize, which takes the fast path: runs of ASCII, and words of ASCII letters and digits alone, are then read
 * with less care; without it every byte goes through utf8proc and the reader of any word. The result is the same. */
int pt_tokenize_by(pt_tokens *tokens, const pt_text_options *options, const char *text, bool fast_path,
                   papertag_error *err);

/* First step of pt_tokenize, open to tests: appends to `out` the text as the scanner reads it: compatibility forms
 * replaced, accents stripped, non-ASCII letters case-folded, dashes and quotes as ASCII, bytes that are not UTF-8 as
 * spaces. With fast_path, runs of ASCII are copied; without it utf8proc sees every byte. The result is the same. */
void pt_fold(pt_buf *out, const char *text, size_t size, bool fast_path);

#endif
