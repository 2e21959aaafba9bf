/*
 * unpack - gzip and xz, unpacked while they are read.
 */
#ifndef PT_UNPACK_H
#define PT_UNPACK_H

#include "base/base.h"

/* So many first bytes tell what it is. */
enum { PT_UNPACK_HEAD = 6 };

/* True when the bytes begin a gzip file (RFC 1952) or an xz file. */
bool pt_is_packed(const char *head, size_t size);

typedef struct pt_unpack pt_unpack;

/* Unpacks what `held` begins and fd goes on with (-1: nothing follows). `block`, of `capacity` bytes, is what fd is to
 * be read into; the unpacker owns it from now on, whether or not it opens. `held` may lie in it. */
int pt_unpack_open(pt_unpack **out, int fd, char *block, size_t capacity, const char *held, size_t size);
void pt_unpack_close(pt_unpack *unpack);

/* Gives up to `room` bytes; *got is 0 at the end alone. PAPERTAG_IO with errno set; PAPERTAG_BAD_INPUT with *reason
 * when the packed bytes are damaged or end too early: what came out before has been given. */
int pt_unpack_read(pt_unpack *unpack, char *to, size_t room, size_t *got, const char **reason);

#endif
