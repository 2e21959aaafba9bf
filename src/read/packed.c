/*
 * packed - the bytes of a packed source: those read from the file, and those that its codec makes of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "codec.h"

/* A source that unpacks to more than RATIO_MAX times its size is refused once it exceeds ALWAYS_ALLOWED bytes: text
 * shrinks to a tenth, the same line over and over to a hundredth. */
enum { RATIO_MAX = 400, ALWAYS_ALLOWED = 64 * 1024 * 1024 };

bool pt_source_is_open(const pt_source *source)
{
    return source->fd >= 0 || source->stream.read;
}

long pt_source_read(const pt_source *source, void *to, size_t room)
{
    long got;

    do {
        got = source->stream.read ? source->stream.read(source->stream.context, to, room)
              : source->fd < 0    ? 0
                                  : read(source->fd, to, room);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* Brings the unread bytes, which may be anywhere, to the start of a block that has room for `size` bytes, more than
 * they are. */
static int make_room(pt_unpack *u, size_t unread, size_t size)
{
    char *block = size <= u->capacity ? u->block : pt_alloc(size, 1);

    if (!block) {
        return PAPERTAG_NO_MEMORY;
    }
    if (unread) {
        memmove(block, u->start, unread);
    }
    if (block != u->block) {
        free(u->block);
        u->block = block;
        u->capacity = size;
    }
    u->start = u->block;
    u->end = u->block + unread;
    return PAPERTAG_OK;
}

int pt_unpack_fill(pt_unpack *u, size_t size)
{
    while ((size_t)(u->end - u->start) < size && !u->at_end) {
        const size_t unread = (size_t)(u->end - u->start);
        long got;
        if (make_room(u, unread, size)) {
            return PAPERTAG_NO_MEMORY;
        }
        got = pt_source_read(&u->source, u->block + unread, u->capacity - unread);
        if (got < 0) {
            return PAPERTAG_IO;
        }
        u->end += got;
        u->packed += (uint64_t)got;
        u->at_end = got == 0;
    }
    return PAPERTAG_OK;
}

int pt_unpack_read(pt_unpack *u, char *to, size_t room, size_t *got, const char **reason)
{
    *got = 0;
    while (!*got && !u->done && !u->reason) {
        int status = pt_unpack_fill(u, 1);
        status = status ? status : u->codec->step(u, to, room, got);
        if (status) {
            return status;
        }
    }
    u->unpacked += *got;
    if (u->unpacked > ALWAYS_ALLOWED && u->unpacked / RATIO_MAX > u->packed) {
        u->reason = "the packed data grows to more than 400 times its size, which no list of papers does";
        *got = 0;
    }
    *reason = u->reason;
    return *got || (u->done && !u->reason) ? PAPERTAG_OK : PAPERTAG_BAD_INPUT;
}
