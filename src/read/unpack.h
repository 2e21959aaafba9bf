/*
 * unpack - packed sources, unpacked while they are read: gzip, xz, bzip2, zstd, and the members of zip archives.
 */
#ifndef PT_UNPACK_H
#define PT_UNPACK_H

#include "base/base.h"

/* The number of first bytes that decide whether a source is packed. */
enum { PT_UNPACK_HEAD = 6 };

/* True when the bytes begin a packed file. */
bool pt_is_packed(const char *head, size_t size);

/* Where bytes come from. */
typedef struct pt_source {
    int fd;                 /* -1: not from a file */
    papertag_stream stream; /* `read` NULL: not from a stream */
} pt_source;

/* Whether bytes may come from it. */
bool pt_source_is_open(const pt_source *source);

/* As read(2), but never ends with EINTR; 0 when the source is not open. */
long pt_source_read(const pt_source *source, void *to, size_t room);

typedef struct pt_unpack pt_unpack;

/* Unpacks the bytes at `first` and those that follow them in `source`, which is copied (NULL: none follow). They are
 * read into `block`, of `capacity` bytes, which the unpacker owns from now on, whether or not it opens; `first` may be
 * in it. */
int pt_unpack_open(pt_unpack **out, const pt_source *source, char *block, size_t capacity, const char *first,
                   size_t size);
void pt_unpack_close(pt_unpack *unpack);

/* Unpacks up to `room` bytes; *got is 0 only at the end, in an archive at the end of a member. PAPERTAG_IO with errno
 * set; PAPERTAG_BAD_INPUT with *reason when the packed bytes are damaged or end too early, after all bytes before that
 * have been returned. */
int pt_unpack_read(pt_unpack *unpack, char *to, size_t room, size_t *got, const char **reason);

/* True for an archive, which is read member by member. */
bool pt_unpack_is_archive(const pt_unpack *unpack);

/* Moves to the next member of an archive, the first one to begin with; its name is borrowed until the next call.
 * PAPERTAG_END after the last; otherwise fails as pt_unpack_read. */
int pt_unpack_next(pt_unpack *unpack, const char **name, const char **reason);

#endif
