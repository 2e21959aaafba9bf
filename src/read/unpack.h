/*
 * unpack - gzip and xz, unpacked while they are read.
 */
#ifndef PT_UNPACK_H
#define PT_UNPACK_H

#include "base/base.h"

/* The number of first bytes that decide whether a source is packed. */
enum { PT_UNPACK_HEAD = 6 };

/* True when the bytes begin a gzip file (RFC 1952) or an xz file. */
bool pt_is_packed(const char *head, size_t size);

typedef struct pt_unpack pt_unpack;

/* Unpacks the bytes at `first` and those that follow them in fd (-1: none follow). fd is read into `block`, of
 * `capacity` bytes, which the unpacker owns from now on, whether or not it opens; `first` may be in it. */
int pt_unpack_open(pt_unpack **out, int fd, char *block, size_t capacity, const char *first, size_t size);
void pt_unpack_close(pt_unpack *unpack);

/* Unpacks up to `room` bytes; *got is 0 only at the end. PAPERTAG_IO with errno set; PAPERTAG_BAD_INPUT with *reason
 * when the packed bytes are damaged or end too early, after all bytes before that have been returned. */
int pt_unpack_read(pt_unpack *unpack, char *to, size_t room, size_t *got, const char **reason);

#endif
