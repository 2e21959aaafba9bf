/*
 * inflate - see inflate.h. A thin face over zlib and liblzma: both are fed from one block of compressed bytes.
 *
 * Files put together from several compressed ones are read to the end of the last.
 */
#include "inflate.h"

#include <errno.h>
#include <limits.h>
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>

enum { BLOCK = 512 * 1024, LZMA_MEMORY = 256 * 1024 * 1024 };

struct pt_inflate {
    bool xz, ended, fresh; /* ended: no more compressed bytes; fresh: between two members */
    z_stream z;
    lzma_stream l;
    ptrdiff_t (*read)(void *context, void *to, size_t size);
    void *context;
    const unsigned char *next; /* compressed bytes not yet used */
    size_t left;
    unsigned char block[BLOCK];
};

static const unsigned char gzip_magic[] = {0x1f, 0x8b}, xz_magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};

bool pt_inflate_fits(const void *head, size_t size)
{
    return (size >= sizeof gzip_magic && !memcmp(head, gzip_magic, sizeof gzip_magic)) ||
           (size >= sizeof xz_magic && !memcmp(head, xz_magic, sizeof xz_magic));
}

int pt_inflate_open(pt_inflate **out, const void *head, size_t size,
                    ptrdiff_t (*read)(void *context, void *to, size_t size), void *context, papertag_error *err)
{
    pt_inflate *i = pt_calloc(1, sizeof *i);
    bool good;

    if (!i || size > BLOCK) {
        free(i);
        return pt_no_memory(err);
    }
    memcpy(i->block, head, size);
    i->next = i->block;
    i->left = size;
    i->read = read;
    i->context = context;
    i->fresh = true;
    i->xz = i->block[0] == xz_magic[0];
    i->l = (lzma_stream)LZMA_STREAM_INIT;
    good = i->xz ? lzma_stream_decoder(&i->l, LZMA_MEMORY, LZMA_CONCATENATED) == LZMA_OK
                 : inflateInit2(&i->z, MAX_WBITS + 16) == Z_OK;
    if (!good) {
        free(i);
        return pt_no_memory(err);
    }
    *out = i;
    return PAPERTAG_OK;
}

void pt_inflate_close(pt_inflate *i)
{
    if (i) {
        if (i->xz) {
            lzma_end(&i->l);
        } else {
            inflateEnd(&i->z);
        }
        free(i);
    }
}

static int refill(pt_inflate *i, const char *name, papertag_error *err)
{
    ptrdiff_t got;

    if (i->left || i->ended) {
        return PAPERTAG_OK;
    }
    got = i->read(i->context, i->block, BLOCK);
    if (got < 0) {
        return pt_fail(err, PAPERTAG_IO, "%s: %s", name, strerror(errno));
    }
    i->next = i->block;
    i->left = (size_t)got;
    i->ended = !got;
    return PAPERTAG_OK;
}

/* Makes what it can of the bytes at hand; *stop when the data end here. False when they are damaged. */
static bool step_gzip(pt_inflate *i, void *to, size_t size, size_t *got, bool *stop)
{
    int code;

    if (i->fresh && i->ended && !i->left) {
        *stop = true;
        return true;
    }
    if (i->fresh && i->z.total_in && inflateReset(&i->z) != Z_OK) {
        return false;
    }
    i->fresh = false;
    i->z.next_in = (unsigned char *)i->next;
    i->z.avail_in = (uInt)i->left;
    i->z.next_out = to;
    i->z.avail_out = (uInt)(size < INT_MAX ? size : INT_MAX);
    code = inflate(&i->z, Z_NO_FLUSH);
    *got = (size_t)((unsigned char *)i->z.next_out - (unsigned char *)to);
    i->next = i->z.next_in;
    i->left = i->z.avail_in;
    i->fresh = code == Z_STREAM_END;
    return code == Z_OK || code == Z_STREAM_END || (code == Z_BUF_ERROR && !i->ended);
}

static bool step_xz(pt_inflate *i, void *to, size_t size, size_t *got, bool *stop)
{
    lzma_ret code;

    i->l.next_in = i->next;
    i->l.avail_in = i->left;
    i->l.next_out = to;
    i->l.avail_out = size;
    code = lzma_code(&i->l, i->ended ? LZMA_FINISH : LZMA_RUN);
    *got = size - i->l.avail_out;
    i->next = i->l.next_in;
    i->left = i->l.avail_in;
    *stop = code == LZMA_STREAM_END;
    return code == LZMA_OK || code == LZMA_STREAM_END || (code == LZMA_BUF_ERROR && !i->ended);
}

int pt_inflate_read(pt_inflate *i, const char *name, void *to, size_t size, size_t *got, papertag_error *err)
{
    bool stop = false;

    *got = 0;
    while (!*got && !stop) {
        int status = refill(i, name, err);
        if (status) {
            return status;
        }
        if (!(i->xz ? step_xz(i, to, size, got, &stop) : step_gzip(i, to, size, got, &stop))) {
            return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: the %s data are %s", name, i->xz ? "xz" : "gzip",
                           i->ended ? "cut off" : "damaged");
        }
    }
    return PAPERTAG_OK;
}
