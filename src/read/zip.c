/*
 * zip - the members of zip archives, in the order in which they are stored; see codec.h.
 *
 * The archive is read from its beginning, so that it may come through a pipe: each member has a header of its own
 * before its data. The directory at the end is not needed. Folders and what systems add (__MACOSX, files that begin
 * with a dot) are passed over.
 * Source: PKWARE, APPNOTE.TXT 6.3.10.
 */
#define ZLIB_CONST /* makes its input const */
#include <stdlib.h>
#include <zlib.h>

#include "codec.h"

enum { HEADER = 30, MEMBER_HEAD = 0x04034b50, SUM_HEAD = 0x08074b50 };
enum { ENCRYPTED = 1, SUM_FOLLOWS = 8 };     /* flags */
enum { STORED = 0, DEFLATED = 8 };           /* ways of packing */
enum { EXTRA_SIZES = 1 };                    /* sizes of 64 bits */
enum { RAW_DEFLATE = -15, NAME_KEPT = 255 }; /* zlib's number; bytes of a name that are kept */

typedef struct zip {
    z_stream z;
    bool inflating;         /* z is in use */
    unsigned flags;         /* of the member */
    unsigned method;        /* STORED or DEFLATED */
    uint64_t left;          /* STORED: bytes to come */
    bool wide;              /* its sizes have 64 bits */
    uint32_t sum, expected; /* CRC-32 of the bytes so far, and of all */
    char name[NAME_KEPT + 1];
} zip;

static unsigned u16(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return b[0] | (unsigned)b[1] << 8;
}

static uint32_t u32(const char *at)
{
    return u16(at) | (uint32_t)u16(at + 2) << 16;
}

static uint64_t u64(const char *at)
{
    return u32(at) | (uint64_t)u32(at + 4) << 32;
}

static size_t unread(const pt_unpack *u)
{
    return (size_t)(u->end - u->start);
}

int pt_zip_open(pt_unpack *u)
{
    u->state = pt_calloc(1, sizeof(zip));
    return u->state ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

static void end_inflating(zip *m)
{
    if (m->inflating) {
        inflateEnd(&m->z);
        m->inflating = false;
    }
}

void pt_zip_close(pt_unpack *u)
{
    end_inflating(u->state);
    free(u->state);
}

/* ---- headers --------------------------------------------------------------------------------------------------- */

/* The packed size of a member, which in a large one is among the extra fields. */
static uint64_t packed_size(zip *m, const char *header)
{
    const uint32_t packed = u32(header + 18), whole = u32(header + 22);
    const char *at = header + HEADER + u16(header + 26), *end = at + u16(header + 28);
    uint64_t size = packed;

    while (end - at >= 4) {
        const size_t length = u16(at + 2);
        const size_t skip = whole == UINT32_MAX ? 8 : 0;
        if (u16(at) == EXTRA_SIZES) {
            m->wide = true;
            if (packed == UINT32_MAX && length >= skip + 8 && (size_t)(end - at) >= 4 + skip + 8) {
                size = u64(at + 4 + skip);
            }
        }
        at += (size_t)(end - at) - 4 < length ? end - at : (ptrdiff_t)(4 + length);
    }
    return size;
}

/* Whether a member may hold papers. */
static bool is_wanted(const char *name)
{
    const char *slash = strrchr(name, '/'), *file = slash ? slash + 1 : name;

    return *file && *file != '.' && strncmp(name, "__MACOSX/", 9) != 0;
}

/* Begins the member whose header is at u->start. */
static int begin_member(pt_unpack *u)
{
    zip *m = u->state;
    const char *header = u->start;
    const size_t length = u16(header + 26);
    const size_t kept = length < NAME_KEPT ? length : NAME_KEPT;

    m->flags = u16(header + 6);
    m->method = u16(header + 8);
    m->expected = u32(header + 14);
    m->wide = false;
    m->left = packed_size(m, header);
    m->sum = 0;
    memcpy(m->name, header + HEADER, kept);
    m->name[kept] = '\0';
    u->start += HEADER + length + u16(header + 28);
    u->done = false;
    if (m->flags & ENCRYPTED) {
        u->reason = "the zip archive is encrypted";
    } else if (m->method == DEFLATED) {
        m->z = (z_stream){0};
        m->inflating = inflateInit2(&m->z, RAW_DEFLATE) == Z_OK;
        return m->inflating ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
    } else if (m->method != STORED || (m->flags & SUM_FOLLOWS && is_wanted(m->name))) {
        u->reason = "the zip archive is packed in a way that is not supported: pack it again with deflate";
    }
    return PAPERTAG_OK;
}

/* ---- data ------------------------------------------------------------------------------------------------------ */

/* At the end of the data of a member: compares its sum, which may follow the data. */
static int end_member(pt_unpack *u)
{
    zip *m = u->state;
    int status = m->flags & SUM_FOLLOWS ? pt_unpack_fill(u, 28) : PAPERTAG_OK;

    end_inflating(m);
    if (status) {
        return status;
    }
    if (m->flags & SUM_FOLLOWS) {
        const size_t head = unread(u) >= 4 && u32(u->start) == SUM_HEAD ? 4 : 0;
        const size_t size = head + (m->wide ? 20 : 12);
        if (unread(u) < size) {
            u->reason = "the zip archive ends too early";
            return PAPERTAG_OK;
        }
        m->expected = u32(u->start + head);
        u->start += size;
    }
    u->done = true;
    if (m->sum != m->expected) {
        u->reason = "the zip archive is damaged";
    }
    return PAPERTAG_OK;
}

static int step_stored(pt_unpack *u, char *to, size_t room, size_t *got)
{
    zip *m = u->state;
    size_t size = unread(u) < room ? unread(u) : room;

    size = m->left < size ? (size_t)m->left : size;
    memcpy(to, u->start, size);
    u->start += size;
    m->left -= size;
    *got = size;
    if (m->left && !size) {
        u->reason = "the zip archive ends too early";
    }
    return PAPERTAG_OK;
}

static int step_deflated(pt_unpack *u, char *to, size_t room, size_t *got)
{
    static const pt_inflate_reasons reasons = {"the zip archive is damaged", "the zip archive ends too early"};
    const int status = pt_inflate(u, &((zip *)u->state)->z, to, room, got, &reasons);

    if (status == PT_INFLATED) {
        end_inflating(u->state);
    }
    return status == PT_INFLATED ? PAPERTAG_OK : status;
}

int pt_zip_step(pt_unpack *u, char *to, size_t room, size_t *got)
{
    zip *m = u->state;
    int status;

    if (m->method == STORED ? !m->left : !m->inflating) {
        return end_member(u);
    }
    status = m->method == STORED ? step_stored(u, to, room, got) : step_deflated(u, to, room, got);
    m->sum = (uint32_t)crc32_z(m->sum, (const Bytef *)to, *got);
    return status;
}

/* ---- members --------------------------------------------------------------------------------------------------- */

/* Makes the header of the next member available. PAPERTAG_END when there is none. */
static int find_header(pt_unpack *u)
{
    int status = pt_unpack_fill(u, HEADER);

    if (status) {
        return status;
    }
    if (unread(u) >= 4 && u32(u->start) != MEMBER_HEAD && !memcmp(u->start, "PK", 2)) {
        return PAPERTAG_END; /* the directory */
    }
    if (unread(u) >= HEADER && u32(u->start) == MEMBER_HEAD) {
        const size_t size = HEADER + (size_t)u16(u->start + 26) + u16(u->start + 28);
        status = pt_unpack_fill(u, size);
        if (status || unread(u) >= size) {
            return status;
        }
    }
    u->reason = u->at_end ? "the zip archive ends too early" : "the zip archive is damaged";
    return PAPERTAG_BAD_INPUT;
}

/* Passes over the data of a member. */
static int skip_member(pt_unpack *u)
{
    char rest[4096];
    size_t got = 1;
    int status = PAPERTAG_OK;

    while (!status && got) {
        const char *reason;
        status = pt_unpack_read(u, rest, sizeof rest, &got, &reason);
    }
    return status;
}

int pt_zip_next(pt_unpack *u, const char **name)
{
    zip *m = u->state;
    int status = PAPERTAG_OK;

    do {
        status = find_header(u);
        status = status ? status : begin_member(u);
        if (!status && u->reason) {
            status = PAPERTAG_BAD_INPUT;
        }
        if (!status && !is_wanted(m->name)) {
            status = skip_member(u);
        }
    } while (!status && !is_wanted(m->name));
    *name = m->name;
    return status;
}
