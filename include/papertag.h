/*
 * papertag.h - topic tags for research papers: the whole public interface.
 *
 *     papertag/use.h     read --> tokenize --> vectorize --> score
 *     papertag/train.h   read --> tokenize --> vectorize --> fit --> model
 *     papertag/store.h   papers and scores --> store --> select --> deliver
 *     papertag/learn.h   store --> verdicts --> learn --> model
 *
 * Words for shapes, used throughout:
 *     N  papers          V  terms of the vocabulary (word n-grams)
 *     T  tags            K  non-zero terms of one paper
 *
 * Rules that hold for every function:
 *   - A fallible function returns a papertag_status. On failure its outputs are untouched and, when `err` is not
 *     NULL, `err->message` says in one line what was wrong, with file and line where there are any.
 *   - A handle comes from an `_open` and goes with its `_close`; `_close(NULL)` does nothing. Pointers handed out
 *     are borrowed: they belong to the handle and hold until the next call on it, unless said otherwise.
 *   - There is no global state. A papertag_model never changes after it is opened and may be shared by threads;
 *     every other handle belongs to one thread at a time.
 *   - Text is UTF-8, NUL-terminated. Bytes that are not UTF-8 separate words and do no other harm.
 *   - The library never prints, exits or changes the locale.
 */
#ifndef PAPERTAG_H
#define PAPERTAG_H

#define PAPERTAG_VERSION "0.1.0"

#include "papertag/learn.h"
#include "papertag/store.h"
#include "papertag/train.h"
#include "papertag/use.h"

#endif
