/*
 * codec - gzip, xz, bzip2 and zstd; see codec.h.
 *
 * Each step gives its library what is unread and takes what it returns. The memory that a library may take is bounded.
 */
#define ZLIB_CONST /* makes its input const */
#include "codec.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* zlib's number for windows of any size with gzip headers only; zstd's for windows of 128 MiB. */
enum { GZIP_ONLY = 15 + 16, WINDOW_LOG_MAX = 27 };

static size_t at_most(size_t size, size_t most)
{
    return size < most ? size : most;
}

static size_t unread(const pt_unpack *u)
{
    return (size_t)(u->end - u->start);
}

/* ---- gzip (RFC 1952) ------------------------------------------------------------------------------------------- */

typedef struct gzip {
    z_stream z;
    bool between; /* after a member */
} gzip;

int pt_gzip_open(pt_unpack *u)
{
    gzip *g = u->state = pt_calloc(1, sizeof *g);

    if (g && inflateInit2(&g->z, GZIP_ONLY) != Z_OK) {
        free(g);
        g = NULL;
    }
    return g ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

void pt_gzip_close(pt_unpack *u)
{
    gzip *g = u->state;

    inflateEnd(&g->z);
    free(g);
}

int pt_inflate(pt_unpack *u, z_stream *z, char *to, size_t room, size_t *got, const pt_inflate_reasons *reasons)
{
    const size_t size = at_most(unread(u), PT_CODEC_PIECE);
    int result;

    room = at_most(room, PT_CODEC_PIECE);
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
        return PT_INFLATED;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) {
        u->reason = reasons->damaged;
    } else if (!*got && u->at_end && u->start == u->end) {
        u->reason = reasons->too_short;
    }
    return PAPERTAG_OK;
}

int pt_gzip_step(pt_unpack *u, char *to, size_t room, size_t *got)
{
    static const pt_inflate_reasons reasons = {"the gzip data is damaged", "the gzip data ends too early"};
    gzip *g = u->state;
    z_stream *z = &g->z;
    int status;

    if (g->between) { /* another member may follow, or the end, or zeros that pad a block of a tape */
        while (u->start < u->end && !*u->start) {
            u->start++;
        }
        if (u->start == u->end) {
            u->done = u->at_end;
            return PAPERTAG_OK;
        }
        if (inflateReset(z) != Z_OK) {
            u->reason = reasons.damaged;
            return PAPERTAG_OK;
        }
        g->between = false;
    }
    status = pt_inflate(u, z, to, room, got, &reasons);
    g->between = status == PT_INFLATED;
    return status == PT_INFLATED ? PAPERTAG_OK : status;
}

/* ---- xz -------------------------------------------------------------------------------------------------------- */

int pt_xz_open(pt_unpack *u)
{
    lzma_stream *l = u->state = pt_alloc(1, sizeof *l);

    if (l) {
        *l = (lzma_stream)LZMA_STREAM_INIT;
        if (lzma_stream_decoder(l, PT_CODEC_MEMORY, LZMA_CONCATENATED) != LZMA_OK) {
            free(l);
            l = NULL;
        }
    }
    return l ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

void pt_xz_close(pt_unpack *u)
{
    lzma_end(u->state);
    free(u->state);
}

int pt_xz_step(pt_unpack *u, char *to, size_t room, size_t *got)
{
    lzma_stream *l = u->state;

    l->next_in = (const uint8_t *)u->start;
    l->avail_in = unread(u);
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

/* ---- bzip2 ----------------------------------------------------------------------------------------------------- */

typedef struct bzip2 {
    bz_stream b;
    bool running; /* inside a stream; a file may have several */
} bzip2;

int pt_bzip2_open(pt_unpack *u)
{
    u->state = pt_calloc(1, sizeof(bzip2));
    return u->state ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

void pt_bzip2_close(pt_unpack *u)
{
    bzip2 *s = u->state;

    if (s->running) {
        BZ2_bzDecompressEnd(&s->b);
    }
    free(s);
}

int pt_bzip2_step(pt_unpack *u, char *to, size_t room, size_t *got)
{
    bzip2 *s = u->state;
    bz_stream *b = &s->b;
    const size_t size = at_most(unread(u), PT_CODEC_PIECE);
    int result;

    if (!s->running) { /* at the beginning, or after a stream */
        if (!size) {
            u->done = true;
            return PAPERTAG_OK;
        }
        *b = (bz_stream){0};
        if (BZ2_bzDecompressInit(b, 0, 0) != BZ_OK) {
            return PAPERTAG_NO_MEMORY;
        }
        s->running = true;
    }
    room = at_most(room, PT_CODEC_PIECE);
    memcpy(&b->next_in, &u->start, sizeof b->next_in); /* bzip2 lacks a const, and changes nothing */
    b->avail_in = (unsigned)size;
    b->next_out = to;
    b->avail_out = (unsigned)room;
    result = BZ2_bzDecompress(b);
    u->start += size - b->avail_in;
    *got = room - b->avail_out;
    if (result == BZ_MEM_ERROR) {
        return PAPERTAG_NO_MEMORY;
    }
    if (result == BZ_STREAM_END) {
        BZ2_bzDecompressEnd(b);
        s->running = false;
    } else if (result != BZ_OK) {
        u->reason = "the bzip2 data is damaged";
    } else if (!*got && u->at_end && u->start == u->end) {
        u->reason = "the bzip2 data ends too early";
    }
    return PAPERTAG_OK;
}

/* ---- zstd (RFC 8878) ------------------------------------------------------------------------------------------- */

typedef struct zstd {
    ZSTD_DStream *stream;
    bool between; /* after a frame; a file may have several */
} zstd;

int pt_zstd_open(pt_unpack *u)
{
    zstd *s = u->state = pt_calloc(1, sizeof *s);

    if (s) {
        s->stream = ZSTD_createDStream();
    }
    if (!s || !s->stream) {
        free(s);
        return PAPERTAG_NO_MEMORY;
    }
    ZSTD_DCtx_setParameter(s->stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return PAPERTAG_OK;
}

void pt_zstd_close(pt_unpack *u)
{
    zstd *s = u->state;

    ZSTD_freeDStream(s->stream);
    free(s);
}

int pt_zstd_step(pt_unpack *u, char *to, size_t room, size_t *got)
{
    zstd *s = u->state;
    ZSTD_inBuffer in = {u->start, unread(u), 0};
    ZSTD_outBuffer out = {to, room, 0};
    size_t result;

    if (s->between && !in.size) {
        u->done = u->at_end;
        return PAPERTAG_OK;
    }
    result = ZSTD_decompressStream(s->stream, &out, &in);
    u->start += in.pos;
    *got = out.pos;
    if (!ZSTD_isError(result)) {
        s->between = result == 0;
        if (!s->between && !*got && u->at_end && u->start == u->end) {
            u->reason = "the zstd data ends too early";
        }
    } else if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) {
        return PAPERTAG_NO_MEMORY;
    } else if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
        u->reason = "the zstd data needs more than 128 MiB to be unpacked";
    } else {
        u->reason = "the zstd data is damaged";
    }
    return PAPERTAG_OK;
}
