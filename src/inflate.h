/*
 * inflate - the bytes of a gzip or xz file, told by its first bytes.
 */
#ifndef PT_INFLATE_H
#define PT_INFLATE_H

#include "base.h"

typedef struct pt_inflate pt_inflate;

/* Whether a file that begins so is compressed in a known way; 6 bytes are enough to tell. */
bool pt_inflate_fits(const void *head, size_t size);

/* Begins to decompress what is pulled from read(context): it returns bytes read into `to`, 0 at the end, or a negative
 * number after a failure, with errno. `head` is what has been read before. Copied. */
int pt_inflate_open(pt_inflate **out, const void *head, size_t size,
                    ptrdiff_t (*read)(void *context, void *to, size_t size), void *context, papertag_error *err);
void pt_inflate_close(pt_inflate *inflate);

/* Up to `size` bytes into `to`: *got of them, 0 at the end. `name` stands for the file in messages.
 * Errors: PAPERTAG_BAD_INPUT for damaged or truncated data, PAPERTAG_IO, PAPERTAG_NO_MEMORY. */
int pt_inflate_read(pt_inflate *inflate, const char *name, void *to, size_t size, size_t *got, papertag_error *err);

#endif
