/*
 * input - the bytes of a source: a file, standard input or memory, read in large blocks, unpacked and converted to
 * UTF-8 on the way.
 *
 * Messages, also those of the formats, begin with the place: NAME:LINE: reason.
 */
#ifndef PT_INPUT_H
#define PT_INPUT_H

#include "base/base.h"
#include "encoding.h"
#include "unpack.h"

typedef struct pt_input {
    const char *name;         /* of the source, in an archive of the member, for messages; borrowed */
    const char *archive;      /* name of the archive; NULL for other sources */
    char *member;             /* name of the member with that of the archive; owned */
    pt_source source;         /* not open over memory */
    bool is_file;             /* a file never waits for more */
    struct pt_unpack *packed; /* unpacks the source; NULL when it is not packed */
    pt_encoding encoding;     /* of the bytes as they are read; PT_ASCII: not decided yet */
    char *raw;                /* owned: bytes to be converted; NULL: none ever, or they are in memory */
    const char *raw_start;    /* NULL: the bytes need no conversion */
    const char *raw_end;
    bool raw_at_end;   /* nothing follows raw_end */
    char *block;       /* owned; NULL over memory */
    size_t capacity;   /* of block, bytes */
    const char *start; /* unread bytes: [start, end) */
    const char *end;
    bool at_end;   /* nothing follows `end` */
    bool skipping; /* the rest of the line is not wanted */
    bool returns;  /* lines end with CR alone, which is read as LF */
    size_t line;   /* number of the line that `start` is on, from 1 */
} pt_input;

/* A longer line is a broken record. It is reported as soon as it is too long, and the rest is skipped without being
 * kept in memory. A source that must be read whole, such as a JSON array, may be larger. Bytes. */
enum { PT_LINE_MAX = 16 * 1024 * 1024, PT_WHOLE_MAX = 1024 * 1024 * 1024 };

/* Begins reading: recognises how the source is packed and encoded. The caller has set name and source, or name, start
 * and end, and calls pt_input_close in any case. An archive is before its first member. */
int pt_input_open(pt_input *in, papertag_error *err);

/* Goes on to the next member of an archive. PAPERTAG_END after the last, and for other sources. */
int pt_input_next(pt_input *in, papertag_error *err);

void pt_input_close(pt_input *in);

/* Makes at least `size` bytes available in [start, end), if there are that many. PAPERTAG_BAD_INPUT once, naming
 * `line`, when compressed data is damaged: what was unpacked before stays available, and the source ends there. */
int pt_input_fill(pt_input *in, size_t size, papertag_error *err);

/* Whether another program that writes the source has nothing more ready for now. Bytes that an unpacker holds back may
 * not count. */
bool pt_input_waits(const pt_input *in);

/* How many unread bytes to ask for where those that there are do not suffice: twice as many, so that looking at all of
 * them again does not add up; one more where the writer may wait until these are used. */
size_t pt_input_more(const pt_input *in);

/* Reads the next line, without its LF or CRLF and without a NUL; borrowed until the next call. *number is its number,
 * from 1. PAPERTAG_END at the end. */
int pt_input_line(pt_input *in, const char **line, size_t *length, size_t *number, papertag_error *err);

/* Makes the rest of the source available. PAPERTAG_IO when it is larger than PT_WHOLE_MAX. */
int pt_input_all(pt_input *in, papertag_error *err);

/* Moves `start` forward to a place in [start, end], counting lines. */
void pt_input_advance(pt_input *in, const char *to);

/* Records `NAME:LINE: reason`, printf-style, and returns PAPERTAG_BAD_INPUT. */
int pt_input_fail(const pt_input *in, size_t line, papertag_error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
