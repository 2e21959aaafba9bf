/*
 * codec - what unpack.c and the ways of packing share. A way of packing is a row of the table in unpack.c.
 */
#ifndef PT_CODEC_H
#define PT_CODEC_H

#include "unpack.h"

/* Memory that unpacking may take (`xz -9` needs 65 MiB, `zstd --long` 128 MiB), bytes given to a library at once. */
enum { PT_CODEC_MEMORY = 256 * 1024 * 1024, PT_CODEC_PIECE = 1 << 30 };

struct pt_unpack {
    pt_source source;
    char *block; /* owned; the source is read into it */
    size_t capacity;
    const char *start; /* unread packed bytes: [start, end) */
    const char *end;
    bool at_end; /* nothing follows `end` */
    const struct pt_codec *codec;
    void *state;        /* of the codec */
    bool done;          /* the end of the data, or of a member, has been reached */
    const char *reason; /* why the rest cannot be unpacked; else NULL */
    uint64_t packed;    /* bytes read so far */
    uint64_t unpacked;  /* bytes returned so far */
};

typedef struct pt_codec {
    char magic[PT_UNPACK_HEAD];
    size_t magic_size;
    int (*open)(pt_unpack *u); /* makes u->state */
    void (*close)(pt_unpack *u);
    /* Unpacks unread bytes, of which there are none only at the end; *got may be 0. Sets `done` or `reason`.
     * PAPERTAG_NO_MEMORY, PAPERTAG_IO. */
    int (*step)(pt_unpack *u, char *to, size_t room, size_t *got);
    int (*next)(pt_unpack *u, const char **name); /* of an archive, else NULL: as pt_unpack_next, sets `reason` */
} pt_codec;

int pt_gzip_open(pt_unpack *u);
int pt_gzip_step(pt_unpack *u, char *to, size_t room, size_t *got);
void pt_gzip_close(pt_unpack *u);
int pt_xz_open(pt_unpack *u);
int pt_xz_step(pt_unpack *u, char *to, size_t room, size_t *got);
void pt_xz_close(pt_unpack *u);
int pt_bzip2_open(pt_unpack *u);
int pt_bzip2_step(pt_unpack *u, char *to, size_t room, size_t *got);
void pt_bzip2_close(pt_unpack *u);
int pt_zstd_open(pt_unpack *u);
int pt_zstd_step(pt_unpack *u, char *to, size_t room, size_t *got);
void pt_zstd_close(pt_unpack *u);
int pt_zip_open(pt_unpack *u);
int pt_zip_step(pt_unpack *u, char *to, size_t room, size_t *got);
int pt_zip_next(pt_unpack *u, const char **name);
void pt_zip_close(pt_unpack *u);

/* Why deflated data cannot be unpacked. */
typedef struct pt_inflate_reasons {
    const char *damaged, *too_short;
} pt_inflate_reasons;

/* A step of deflated data, of gzip and zip. PT_INFLATED at its end. */
enum { PT_INFLATED = -1 };
struct z_stream_s;
int pt_inflate(pt_unpack *u, struct z_stream_s *z, char *to, size_t room, size_t *got,
               const pt_inflate_reasons *reasons);

/* Makes `size` packed bytes available in [start, end), unless the source ends before. */
int pt_unpack_fill(pt_unpack *u, size_t size);

#endif
