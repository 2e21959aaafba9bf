/*
 * Fuzz target: packed sources. The bytes come out the same - before a fault, those that do - whether the packed ones
 * are held whole or read piece by piece, and however little is asked for at a time. Those of an archive are the names
 * and contents of its members.
 */
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "read/unpack.h"

/* A few bytes may unpack to a thousand times as many. After this number of bytes the test ends. */
enum { ENOUGH = 1 << 20 };

/* Unpacks `first` and the bytes that follow it in fd. Returns the last status. */
static int unpack(pt_buf *out, int fd, size_t capacity, const char *first, size_t size, size_t room,
                  const char **reason)
{
    const pt_source source = {.fd = fd};
    char piece[4096];
    pt_unpack *u = NULL;
    size_t got = 0;
    int status = pt_unpack_open(&u, fd < 0 ? NULL : &source, malloc(capacity), capacity, first, size);
    bool inside = !status && !pt_unpack_is_archive(u), more = true;

    while (!status && more && out->size < ENOUGH) {
        if (inside) {
            status = pt_unpack_read(u, piece, room, &got, reason);
            inside = got > 0;
            more = inside || pt_unpack_is_archive(u);
        } else {
            const char *name = "";
            status = pt_unpack_next(u, &name, reason);
            pt_buf_text(out, status ? "" : name);
            got = 0;
            inside = true;
        }
        if (got > room || (status == PAPERTAG_BAD_INPUT && !*reason)) {
            abort();
        }
        pt_buf_append(out, piece, status ? 0 : got);
    }
    pt_unpack_close(u);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *packed = (const char *)data + 1, *reasons[2] = {NULL};
    const size_t head = size - 1 < PT_UNPACK_HEAD ? size - 1 : PT_UNPACK_HEAD;
    pt_buf whole = {0}, pieces = {0};
    int statuses[2], fd;
    char path[64];
    size_t same;

    if (!size || !pt_is_packed(packed, size - 1) || (fd = file_of_bytes(packed + head, size - 1 - head, path)) < 0) {
        return 0;
    }
    statuses[0] = unpack(&whole, -1, 1, packed, size - 1, 4096, &reasons[0]);
    statuses[1] = unpack(&pieces, fd, 1 + data[0] % 64, packed, head, 1 + data[0], &reasons[1]);
    /* before a fault liblzma gives more of what it has unpacked the less it is asked for at a time */
    same = whole.size < pieces.size ? whole.size : pieces.size;
    /* libzstd compares the size that a frame announces with an empty last block only when it holds the whole frame */
    if (whole.size < ENOUGH && pieces.size < ENOUGH && (*packed != '\x28' || whole.size || pieces.size) &&
        (statuses[0] != statuses[1] || (reasons[0] != NULL) != (reasons[1] != NULL) ||
         (!statuses[0] && whole.size != pieces.size) || (same && memcmp(whole.data, pieces.data, same) != 0))) {
        abort();
    }
    close(fd);
    pt_buf_free(&whole);
    pt_buf_free(&pieces);
    return 0;
}
