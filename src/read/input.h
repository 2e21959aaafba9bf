/*
 * input - the bytes of a source: a file, standard input or memory, read in large blocks and unpacked on the way.
 *
 * Messages of this file and of the formats have the place in them: NAME:LINE: reason.
 */
#ifndef PT_INPUT_H
#define PT_INPUT_H

#include "base/base.h"

typedef struct pt_input {
    const char *name;         /* of the source, for messages; borrowed */
    int fd;                   /* -1 over memory */
    struct pt_unpack *packed; /* gives the bytes when the source is gzip or xz; else NULL */
    char *block;              /* owned; NULL over memory */
    size_t capacity;          /* of block, bytes */
    const char *start;        /* bytes read but not yet given out: [start, end) */
    const char *end;
    bool at_end;   /* nothing follows `end` */
    bool skipping; /* the rest of the line is not wanted */
    size_t line;   /* number of the line that `start` is on, from 1 */
} pt_input;

/* A longer line is a broken record: it is reported at once, and its rest skipped without being kept in memory. A source
 * that is read whole, as a JSON array is, may be larger. Bytes. */
enum { PT_LINE_MAX = 16 * 1024 * 1024, PT_WHOLE_MAX = 1024 * 1024 * 1024 };

/* Starts to read, after name and fd, or name, start and end, are set: unpacks what is packed, skips a byte order mark.
 * PAPERTAG_BAD_INPUT for UTF-16. pt_input_close in any case. */
int pt_input_open(pt_input *in, papertag_error *err);
void pt_input_close(pt_input *in);

/* Makes at least `size` bytes available if there are that many: [start, end) can then be read.
 * PAPERTAG_BAD_INPUT once, naming `line`, when packed bytes are damaged: the bytes before them stay, none follow. */
int pt_input_fill(pt_input *in, size_t size, papertag_error *err);

/* Gives the next line without its LF or CRLF, NUL not added; borrowed until the next call. *number is its line number.
 * PAPERTAG_END at the end. */
int pt_input_line(pt_input *in, const char **line, size_t *length, size_t *number, papertag_error *err);

/* Makes everything that is left available. PAPERTAG_IO beyond PT_WHOLE_MAX. */
int pt_input_all(pt_input *in, papertag_error *err);

/* Moves `start` on to a later place in [start, end], counting lines. */
void pt_input_advance(pt_input *in, const char *to);

/* Records `NAME:LINE: reason`, printf-style, and returns PAPERTAG_BAD_INPUT. */
int pt_input_fail(const pt_input *in, size_t line, papertag_error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
