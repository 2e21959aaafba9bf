/*
 * input - see input.h.
 *
 * A source is a stream: files of any length are read in blocks. Packed sources are unpacked here, and other encodings
 * converted, so formats need not know about them.
 *
 * As long as all bytes are ASCII the encoding is open; the first block with another byte decides.
 *
 * Programs from the old Macintosh, Excel among them, end lines with CR alone. Formats see LF in its place.
 */
#include "input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024 };

int pt_input_fail(const pt_input *in, size_t line, papertag_error *err, const char *format, ...)
{
    char reason[512];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    pt_fail(err, PAPERTAG_BAD_INPUT, "%s:%zu: %s", in->name, line, reason);
    if (err) {
        const size_t place = (size_t)snprintf(NULL, 0, "%s:%zu: ", in->name, line), length = strlen(err->message);
        err->line = line;
        err->reason = place < length ? place : length;
    }
    return PAPERTAG_BAD_INPUT;
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

static int read_packed(pt_input *in, char *to, size_t room, size_t *got, papertag_error *err)
{
    const char *reason = NULL;
    int status = pt_unpack_read(in->packed, to, room, got, &reason);

    if (status == PAPERTAG_BAD_INPUT) {
        in->at_end = true;
        return pt_input_fail(in, in->line, err, "%s", reason);
    }
    if (status == PAPERTAG_NO_MEMORY) {
        return pt_no_memory(err);
    }
    return status ? pt_fail(err, PAPERTAG_IO, "%s: %s", in->name, strerror(errno)) : PAPERTAG_OK;
}

/* Reads up to `room` bytes as they are in the source; *got is 0 at the end. */
static int read_bytes(pt_input *in, char *to, size_t room, size_t *got, papertag_error *err)
{
    long count;

    if (in->packed) {
        return read_packed(in, to, room, got, err);
    }
    count = pt_source_read(&in->source, to, room);
    *got = count > 0 ? (size_t)count : 0;
    return count < 0 ? pt_fail(err, PAPERTAG_IO, "%s: %s", in->name, strerror(errno)) : PAPERTAG_OK;
}

/* The same, converted. */
static int read_converted(pt_input *in, char *to, size_t room, size_t *got, papertag_error *err)
{
    *got = 0;
    while (!*got && (in->raw_start < in->raw_end || !in->raw_at_end)) {
        const size_t left = (size_t)(in->raw_end - in->raw_start); /* the beginning of a character */
        *got = pt_encoding_convert(in->encoding, &in->raw_start, in->raw_end, in->raw_at_end, to, room);
        if (!*got && !in->raw_at_end) {
            size_t more;
            int status;
            memmove(in->raw, in->raw_start, left);
            status = read_bytes(in, in->raw + left, BLOCK - left, &more, err);
            if (status) {
                in->raw_at_end = true;
                return status;
            }
            in->raw_start = in->raw;
            in->raw_end = in->raw + left + more;
            in->raw_at_end = !more;
        }
    }
    return PAPERTAG_OK;
}

/* Begins to convert, with bytes that have been read: [from, from + size). Those of a source in memory stay there. */
static int begin_converting(pt_input *in, const char *from, size_t size, papertag_error *err)
{
    const bool in_memory = !pt_source_is_open(&in->source) && !in->packed;

    in->raw_at_end = in_memory;
    in->raw_start = from;
    if (!in_memory) {
        in->raw = pt_alloc(size > BLOCK ? size : BLOCK, 1);
        if (!in->raw) {
            return pt_no_memory(err);
        }
        memcpy(in->raw, from, size);
        in->raw_start = in->raw;
    }
    in->raw_end = in->raw_start + size;
    return PAPERTAG_OK;
}

/* Whether lines end with CR alone: a block has no LF, and a CR before another byte. */
static bool has_returns(const char *block, size_t size)
{
    return size > 1 && memchr(block, '\r', size - 1) && !memchr(block, '\n', size);
}

static void end_lines(char *at, size_t size)
{
    char *end = at + size;

    while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
        *at++ = '\n';
    }
}

/* Reads up to `room` bytes, of PT_ENCODING_ROOM at least; *got is 0 at the end. */
static int read_decoded(pt_input *in, char *to, size_t room, size_t *got, papertag_error *err)
{
    int status;

    if (in->raw_start) {
        return read_converted(in, to, room, got, err);
    }
    status = read_bytes(in, to, room, got, err);
    if (!status && in->encoding == PT_ASCII) {
        in->encoding = pt_encoding_of_block(to, *got);
        if (in->encoding == PT_WINDOWS_1252) {
            status = begin_converting(in, to, *got, err);
            status = status ? status : read_converted(in, to, room, got, err);
        }
    }
    return status;
}

static int read_some(pt_input *in, char *to, size_t room, size_t *got, papertag_error *err)
{
    const int status = read_decoded(in, to, room, got, err);

    if (!status && in->returns) {
        end_lines(to, *got);
    }
    return status;
}

/* Makes room after `end` for at least one character and a NUL: moves the unread bytes to the front, or grows the block.
 */
static int make_room(pt_input *in)
{
    const size_t unread = (size_t)(in->end - in->start), used = (size_t)(in->end - in->block);

    if (used + PT_ENCODING_ROOM < in->capacity) {
        return PAPERTAG_OK;
    }
    if (in->block && in->start > in->block) {
        memmove(in->block, in->start, unread);
        in->start = in->block;
        in->end = in->block + unread;
    }
    if (unread + PT_ENCODING_ROOM < in->capacity) {
        return PAPERTAG_OK;
    }
    if (pt_reserve(&in->block, &in->capacity, in->capacity + BLOCK, 1)) {
        return PAPERTAG_NO_MEMORY;
    }
    in->start = in->block;
    in->end = in->block + unread;
    return PAPERTAG_OK;
}

int pt_input_fill(pt_input *in, size_t size, papertag_error *err)
{
    while ((size_t)(in->end - in->start) < size && !in->at_end) {
        size_t got, used;
        int status;
        if (make_room(in)) {
            return pt_no_memory(err);
        }
        used = (size_t)(in->end - in->block);
        status = read_some(in, in->block + used, in->capacity - used - 1, &got, err);
        if (status) {
            return status;
        }
        in->end += got;
        in->at_end = got == 0;
    }
    return PAPERTAG_OK;
}

bool pt_input_waits(const pt_input *in)
{
    struct pollfd source = {.fd = in->source.fd, .events = POLLIN};

    if (in->at_end || in->is_file) {
        return false;
    }
    return in->source.stream.read ? in->source.stream.waits(in->source.stream.context)
                                  : in->source.fd >= 0 && poll(&source, 1, 0) == 0;
}

size_t pt_input_more(const pt_input *in)
{
    const size_t unread = (size_t)(in->end - in->start);

    return pt_input_waits(in) ? unread + 1 : 2 * unread + 1;
}

/* ---- lines and the whole --------------------------------------------------------------------------------------- */

/* Skips the rest of a line that was too long. */
static int skip_line(pt_input *in, papertag_error *err)
{
    int status = PAPERTAG_OK;

    while (!status && in->skipping) {
        const char *stop = in->start < in->end ? memchr(in->start, '\n', (size_t)(in->end - in->start)) : NULL;
        in->start = stop ? stop + 1 : in->end;
        in->skipping = !stop && !in->at_end;
        in->line += !in->skipping;
        status = in->skipping ? pt_input_fill(in, 1, err) : PAPERTAG_OK;
    }
    return status;
}

int pt_input_line(pt_input *in, const char **line, size_t *length, size_t *number, papertag_error *err)
{
    const char *stop = NULL;
    size_t searched = 0;
    int status = skip_line(in, err);

    *number = in->line;
    while (!status) {
        const size_t unread = (size_t)(in->end - in->start);
        stop = searched < unread ? memchr(in->start + searched, '\n', unread - searched) : NULL;
        if ((stop ? (size_t)(stop - in->start) : unread) > PT_LINE_MAX) {
            in->skipping = true;
            return pt_input_fail(in, *number, err, "a line of more than %d MiB", PT_LINE_MAX / 1024 / 1024);
        }
        if (stop || in->at_end) {
            break;
        }
        searched = unread;
        status = pt_input_fill(in, unread + 1, err);
    }
    if (status) {
        in->start = in->end; /* the part of a line before the fault is not a record */
        return status;
    }
    if (!stop && in->start == in->end) {
        return PAPERTAG_END;
    }
    *line = in->start;
    *length = (size_t)((stop ? stop : in->end) - in->start);
    in->start = stop ? stop + 1 : in->end;
    in->line++;
    if (*length && (*line)[*length - 1] == '\r') {
        (*length)--;
    }
    return PAPERTAG_OK;
}

int pt_input_all(pt_input *in, papertag_error *err)
{
    size_t size = BLOCK;

    while (!in->at_end) {
        int status = pt_input_fill(in, size, err);
        if (status) {
            return status;
        }
        size = (size_t)(in->end - in->start) + BLOCK;
        if (size > PT_WHOLE_MAX) {
            return pt_fail(err, PAPERTAG_IO,
                           "%s: more than %d MiB, and this format is read whole: use JSON Lines or CSV", in->name,
                           PT_WHOLE_MAX / 1024 / 1024);
        }
    }
    return PAPERTAG_OK;
}

void pt_input_advance(pt_input *in, const char *to)
{
    for (; in->start < to; in->start++) {
        in->line += *in->start == '\n';
    }
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

/* If the source is packed, puts an unpacker between it and the readers. */
static int open_packed(pt_input *in, papertag_error *err)
{
    char *block;
    size_t unread;
    int status = pt_input_fill(in, PT_UNPACK_HEAD, err);

    unread = (size_t)(in->end - in->start);
    if (status || !pt_is_packed(in->start, unread)) {
        return status;
    }
    block = in->block;
    in->block = NULL;
    status = pt_unpack_open(&in->packed, in->at_end ? NULL : &in->source, block, in->capacity, in->start, unread);
    in->start = in->end = NULL;
    in->capacity = 0;
    in->at_end = false;
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}

/* Recognises how lines end. A source in memory is copied to change that. */
static int open_lines(pt_input *in, papertag_error *err)
{
    int status = pt_input_fill(in, 2, err);
    const size_t unread = (size_t)(in->end - in->start);

    in->returns = !status && has_returns(in->start, unread);
    if (!in->returns) {
        return status;
    }
    if (!in->block) {
        in->block = pt_alloc(unread, 1);
        if (!in->block) {
            return pt_no_memory(err);
        }
        memcpy(in->block, in->start, unread);
        in->capacity = unread;
        in->start = in->block;
        in->end = in->block + unread;
    }
    end_lines(in->block + (in->start - in->block), unread);
    return PAPERTAG_OK;
}

/* Recognises the encoding as far as the first bytes show it, and begins to convert. */
static int open_encoded(pt_input *in, papertag_error *err)
{
    int status = pt_input_fill(in, PT_UNPACK_HEAD, err);
    size_t unread = (size_t)(in->end - in->start), mark;

    if (status) {
        return status;
    }
    in->encoding = pt_encoding_of_head(in->start, unread, &mark);
    if (in->encoding == PT_ASCII) {
        in->encoding = pt_encoding_of_block(in->start, unread);
    }
    in->start += mark;
    if (in->encoding > PT_UTF_8) {
        status = begin_converting(in, in->start, unread - mark, err);
        in->start = in->end = in->block;
        in->at_end = false;
    }
    return status ? status : open_lines(in, err);
}

int pt_input_open(pt_input *in, papertag_error *err)
{
    int status;

    in->line = 1;
    in->encoding = PT_UTF_8; /* so that packed bytes are left alone */
    status = open_packed(in, err);
    if (!status && in->packed && pt_unpack_is_archive(in->packed)) {
        in->archive = in->name;
        in->at_end = true;
        return PAPERTAG_OK;
    }
    return status ? status : open_encoded(in, err);
}

/* Names the input ARCHIVE/MEMBER. */
static int set_member_name(pt_input *in, const char *member, papertag_error *err)
{
    pt_buf name = {0};

    pt_buf_format(&name, "%s/%s", in->archive, member);
    if (name.failed) {
        pt_buf_free(&name);
        return pt_no_memory(err);
    }
    free(in->member);
    in->name = in->member = name.data;
    return PAPERTAG_OK;
}

int pt_input_next(pt_input *in, papertag_error *err)
{
    const char *member = NULL, *reason = NULL;
    int status = in->archive ? pt_unpack_next(in->packed, &member, &reason) : PAPERTAG_END;

    if (status == PAPERTAG_BAD_INPUT) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: %s", in->archive, reason);
    }
    if (status) {
        return status == PAPERTAG_END         ? status
               : status == PAPERTAG_NO_MEMORY ? pt_no_memory(err)
                                              : pt_fail(err, PAPERTAG_IO, "%s: %s", in->archive, strerror(errno));
    }
    free(in->raw);
    in->raw = NULL;
    in->raw_start = in->raw_end = NULL;
    in->start = in->end = in->block;
    in->line = 1;
    in->at_end = in->skipping = in->returns = false;
    in->encoding = PT_UTF_8;
    status = set_member_name(in, member, err);
    return status ? status : open_encoded(in, err);
}

void pt_input_close(pt_input *in)
{
    if (in->source.fd > STDIN_FILENO) {
        close(in->source.fd);
    }
    pt_unpack_close(in->packed);
    free(in->member);
    free(in->raw);
    free(in->block);
}
