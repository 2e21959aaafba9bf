/*
 * gunzip - see gunzip.h. libcurl unpacks too, but takes a stream that was cut off for whole.
 */
#include <string.h>
#include <zlib.h>

#include "gunzip.h"

enum { STEP = 256 * 1024 };

/* Unpacks all members of the stream to `out`. */
static const char *inflate_all(z_stream *z, text *out, size_t most)
{
    int code = Z_OK;

    while (code == Z_OK || (code == Z_STREAM_END && z->avail_in)) {
        char *room = text_room(out, STEP);
        if (code == Z_STREAM_END && inflateReset(z)) {
            return "damaged";
        }
        if (!room) {
            return "out of memory";
        }
        z->next_out = (Bytef *)room;
        z->avail_out = STEP;
        code = inflate(z, Z_NO_FLUSH);
        out->size += STEP - z->avail_out;
        if (out->size > most) {
            return "too large when unpacked";
        }
    }
    return code == Z_STREAM_END  ? NULL
           : code == Z_BUF_ERROR ? "cut off"
           : code == Z_MEM_ERROR ? "out of memory"
                                 : "damaged";
}

const char *gunzip(text *body, size_t most)
{
    z_stream z = {.next_in = (Bytef *)body->data, .avail_in = (uInt)body->size};
    text out = {0};
    const char *fault;

    if (!body->size) {
        return NULL;
    }
    if (inflateInit2(&z, 15 + 32)) { /* + 32: gzip or zlib, whichever it is */
        return "out of memory";
    }
    fault = inflate_all(&z, &out, most);
    inflateEnd(&z);
    text_add(&out, "", 0); /* its NUL */
    fault = !fault && out.failed ? "out of memory" : fault;
    if (!fault) {
        text_free(body);
        *body = out;
        return NULL;
    }
    text_free(&out);
    return fault;
}
