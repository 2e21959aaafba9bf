/*
 * encoding - of text that is not UTF-8: recognised from its bytes and converted while it is read.
 */
#ifndef PT_ENCODING_H
#define PT_ENCODING_H

#include "base/base.h"

typedef enum pt_encoding {
    PT_ASCII, /* so far; what follows may decide otherwise */
    PT_UTF_8,
    PT_UTF_16_LE,
    PT_UTF_16_BE,
    PT_WINDOWS_1252 /* which Latin-1 text can be read as, too */
} pt_encoding;

/* For messages: "UTF-16 (little-endian)". Constant. */
const char *pt_encoding_name(pt_encoding encoding);

/* The number of first bytes that may show the encoding. */
enum { PT_ENCODING_HEAD = 64 };

/* The encoding that the first bytes of a source show: by a byte order mark, of *mark bytes, or by the zeros of UTF-16.
 * PT_ASCII when they show none. */
pt_encoding pt_encoding_of_head(const char *head, size_t size, size_t *mark);

/* The encoding of a block, which may end in the middle of a character: PT_ASCII, PT_UTF_8 or PT_WINDOWS_1252. Text that
 * has more valid UTF-8 sequences than bytes that belong to none is UTF-8 with faults. */
pt_encoding pt_encoding_of_block(const char *block, size_t size);

/* Converts UTF-16 or Windows-1252 to UTF-8: reads [*from, end) as far as `room` bytes hold it, moves *from past what
 * was read, returns the bytes written. The bytes of a character that is not complete are left, unless they are the last
 * ones of the source. What is not valid becomes U+FFFD. */
enum { PT_ENCODING_ROOM = 4 }; /* the least room */
size_t pt_encoding_convert(pt_encoding encoding, const char **from, const char *end, bool last, char *to, size_t room);

#endif
