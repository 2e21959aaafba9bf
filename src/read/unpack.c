/*
 * unpack - see unpack.h.
 *
 * Every library here accepts input of any size, so a packed file streams like a plain one. A file that was joined from
 * several (gzip members, xz streams ...) unpacks to the contents of all. Damage is reported only after all bytes before
 * it have been returned, because the records in them are good. libarchive reads all these formats, too, but it loses up
 * to 64 KiB before damage and does not check the sums of gzip.
 */
#include "unpack.h"

#include <stdlib.h>

#include "codec.h"

static const pt_codec codecs[] = {
    {"\x1f\x8b", 2, pt_gzip_open, pt_gzip_close, pt_gzip_step, NULL},
    {{'\xfd', '7', 'z', 'X', 'Z', '\0'}, 6, pt_xz_open, pt_xz_close, pt_xz_step, NULL},
    {"BZh", 3, pt_bzip2_open, pt_bzip2_close, pt_bzip2_step, NULL},
    {"\x28\xb5\x2f\xfd", 4, pt_zstd_open, pt_zstd_close, pt_zstd_step, NULL},
    {"PK\3\4", 4, pt_zip_open, pt_zip_close, pt_zip_step, pt_zip_next},
    {"PK\5\6", 4, pt_zip_open, pt_zip_close, pt_zip_step, pt_zip_next}, /* an empty archive */
};

static const pt_codec *codec_of(const char *head, size_t size)
{
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++) {
        if (size >= codecs[i].magic_size && !memcmp(head, codecs[i].magic, codecs[i].magic_size)) {
            return &codecs[i];
        }
    }
    return NULL;
}

bool pt_is_packed(const char *head, size_t size)
{
    const pt_codec *codec = codec_of(head, size);
    /* text may begin with BZh, but then no level of compression and no block follow */
    return codec && (*head != 'B' || (size >= 5 && head[3] >= '1' && head[3] <= '9' && strchr("\x31\x17", head[4])));
}

int pt_unpack_open(pt_unpack **out, const pt_source *source, char *block, size_t capacity, const char *first,
                   size_t size)
{
    pt_unpack *u = pt_calloc(1, sizeof *u);

    if (!u) {
        free(block);
        return PAPERTAG_NO_MEMORY;
    }
    *u = (pt_unpack){.source = source ? *source : (pt_source){.fd = -1},
                     .block = block,
                     .capacity = capacity,
                     .start = first,
                     .end = first + size,
                     .at_end = !source,
                     .codec = codec_of(first, size),
                     .packed = size};
    if (u->codec->open(u)) {
        free(u->block);
        free(u);
        return PAPERTAG_NO_MEMORY;
    }
    u->done = u->codec->next != NULL; /* before the first member */
    *out = u;
    return PAPERTAG_OK;
}

void pt_unpack_close(pt_unpack *u)
{
    if (u) {
        u->codec->close(u);
        free(u->block);
        free(u);
    }
}

bool pt_unpack_is_archive(const pt_unpack *u)
{
    return u->codec->next != NULL;
}

int pt_unpack_next(pt_unpack *u, const char **name, const char **reason)
{
    char rest[4096];
    size_t got = 1;
    int status = PAPERTAG_OK;

    if (!u->codec->next || u->reason) { /* what made the rest unreadable has been reported */
        return PAPERTAG_END;
    }
    while (!status && got) {
        status = pt_unpack_read(u, rest, sizeof rest, &got, reason);
    }
    status = status ? status : u->codec->next(u, name);
    *reason = u->reason;
    return status;
}
