/*
 * unpack - see unpack.h.
 *
 * zlib and liblzma accept input of any size, so a compressed file streams like a plain one. A file that was joined from
 * several (gzip members, xz streams) unpacks to the contents of all. Damage is reported only after all bytes before it
 * have been returned, because the records in them are good.
 */
#define ZLIB_CONST /* makes its input const */
#include "unpack.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

/* Memory that unpacking xz may take (`xz -9` needs 65 MiB), and input or output of one call of zlib. Bytes. */
enum { MEMORY_MAX = 256 * 1024 * 1024, PIECE_MAX = 1 << 30 };

/* zlib's number for windows of any size with gzip headers only. */
enum { GZIP_ONLY = 15 + 16 };

struct pt_unpack {
    int fd;
    char *block;
    size_t capacity;
    const char *start; /* unread packed bytes: [start, end) */
    const char *end;
    bool at_end;  /* nothing follows `end` */
    bool xz;      /* else gzip */
    bool between; /* after a gzip member */
    bool done;
    const char *reason; /* why the rest cannot be unpacked; else NULL */
    z_stream gzip;
    lzma_stream lzma;
};

static const char gzip_magic[] = {'\x1f', '\x8b'}, xz_magic[PT_UNPACK_HEAD] = {'\xfd', '7', 'z', 'X', 'Z', '\0'};

static bool is_xz(const char *head, size_t size)
{
    return size >= sizeof xz_magic && !memcmp(head, xz_magic, sizeof xz_magic);
}

bool pt_is_packed(const char *head, size_t size)
{
    return (size >= sizeof gzip_magic && !memcmp(head, gzip_magic, sizeof gzip_magic)) || is_xz(head, size);
}

int pt_unpack_open(pt_unpack **out, int fd, char *block, size_t capacity, const char *first, size_t size)
{
    pt_unpack *u = pt_calloc(1, sizeof *u);
    bool ready;

    if (!u) {
        free(block);
        return PAPERTAG_NO_MEMORY;
    }
    *u = (pt_unpack){.fd = fd,
                     .block = block,
                     .capacity = capacity,
                     .start = first,
                     .end = first + size,
                     .at_end = fd < 0,
                     .xz = is_xz(first, size),
                     .lzma = LZMA_STREAM_INIT};
    ready = u->xz ? lzma_stream_decoder(&u->lzma, MEMORY_MAX, LZMA_CONCATENATED) == LZMA_OK
                  : inflateInit2(&u->gzip, GZIP_ONLY) == Z_OK;
    if (!ready) {
        free(u->block);
        free(u);
        return PAPERTAG_NO_MEMORY;
    }
    *out = u;
    return PAPERTAG_OK;
}

void pt_unpack_close(pt_unpack *u)
{
    if (u) {
        if (u->xz) {
            lzma_end(&u->lzma);
        } else {
            inflateEnd(&u->gzip);
        }
        free(u->block);
        free(u);
    }
}

/* Reads more packed bytes when there are none. */
static int read_block(pt_unpack *u)
{
    while (u->start == u->end && !u->at_end) {
        ssize_t got = read(u->fd, u->block, u->capacity);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return PAPERTAG_IO;
        }
        u->start = u->block;
        u->end = u->block + got;
        u->at_end = got == 0;
    }
    return PAPERTAG_OK;
}

/* Unpacks up to `room` bytes, *got of them; sets `done` or `reason` when that was all. */
static int unpack_gzip(pt_unpack *u, char *to, size_t room, size_t *got)
{
    z_stream *z = &u->gzip;
    size_t size = (size_t)(u->end - u->start);
    int result;

    if (u->between) { /* another member may follow, or the end, or zeros that pad a block of a tape */
        while (u->start < u->end && !*u->start) {
            u->start++;
        }
        if (u->start == u->end) {
            u->done = u->at_end;
            return PAPERTAG_OK;
        }
        if (inflateReset(z) != Z_OK) {
            u->reason = "the gzip data is damaged";
            return PAPERTAG_OK;
        }
        u->between = false;
        size = (size_t)(u->end - u->start);
    }
    size = size < PIECE_MAX ? size : PIECE_MAX;
    room = room < PIECE_MAX ? room : PIECE_MAX;
    z->next_in = (const Bytef *)u->start;
    z->avail_in = (uInt)size;
    z->next_out = (Bytef *)to;
    z->avail_out = (uInt)room;
    result = inflate(z, Z_NO_FLUSH);
    u->start += size - z->avail_in;
    *got = room - z->avail_out;
    if (result == Z_MEM_ERROR) {
        return PAPERTAG_NO_MEMORY;
    }
    if (result == Z_STREAM_END) {
        u->between = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        u->reason = "the gzip data is damaged";
    } else if (!*got && u->at_end && u->start == u->end) {
        u->reason = "the gzip data ends too early";
    }
    return PAPERTAG_OK;
}

static int unpack_xz(pt_unpack *u, char *to, size_t room, size_t *got)
{
    lzma_stream *l = &u->lzma;

    l->next_in = (const uint8_t *)u->start;
    l->avail_in = (size_t)(u->end - u->start);
    l->next_out = (uint8_t *)to;
    l->avail_out = room;
    switch (lzma_code(l, u->at_end ? LZMA_FINISH : LZMA_RUN)) {
    case LZMA_OK:
        break;
    case LZMA_STREAM_END:
        u->done = true;
        break;
    case LZMA_MEM_ERROR:
        return PAPERTAG_NO_MEMORY;
    case LZMA_MEMLIMIT_ERROR:
        u->reason = "the xz data needs more than 256 MiB to be unpacked";
        break;
    case LZMA_OPTIONS_ERROR:
        u->reason = "the xz data is packed in a way that is not supported";
        break;
    case LZMA_BUF_ERROR:
        u->reason = "the xz data ends too early";
        break;
    default:
        u->reason = "the xz data is damaged";
    }
    u->start = u->end - l->avail_in;
    *got = room - l->avail_out;
    return PAPERTAG_OK;
}

int pt_unpack_read(pt_unpack *u, char *to, size_t room, size_t *got, const char **reason)
{
    *got = 0;
    while (!*got && !u->done && !u->reason) {
        int status = read_block(u);
        status = status ? status : u->xz ? unpack_xz(u, to, room, got) : unpack_gzip(u, to, room, got);
        if (status) {
            return status;
        }
    }
    *reason = u->reason;
    return *got || u->done ? PAPERTAG_OK : PAPERTAG_BAD_INPUT;
}
