/*
 * reader - opening a source of papers, telling its format, and the bytes underneath.
 *
 * A source is a stream: files of any length are read in blocks, and a paper is handed out as soon as its record is
 * complete. What is packed is unpacked underneath, so that no format knows of it. Formats are told from the content,
 * never from the name, as papers come through pipes. The order of the table is the order of asking: the pickier formats
 * first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "paper.h"
#include "unpack.h"

enum { BLOCK = 256 * 1024, HEAD = 64 * 1024 };

static const pt_format *const formats[] = {
    &pt_format_daily_papers, &pt_format_s2,  &pt_format_openreview, &pt_format_json, &pt_format_jsonl, &pt_format_atom,
    &pt_format_rss,          &pt_format_oai, &pt_format_page,       &pt_format_csv,  &pt_format_tsv,   &pt_format_bib};

int pt_reader_fail(const papertag_reader *reader, size_t line, papertag_error *err, const char *format, ...)
{
    char reason[512];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return pt_fail(err, PAPERTAG_BAD_INPUT, "%s:%zu: %s", reader->name, line, reason);
}

int pt_reader_finish(papertag_reader *reader, papertag_error *err)
{
    papertag_error inner;
    int status = pt_record_finish(&reader->record, &inner);

    if (status == PAPERTAG_BAD_INPUT) {
        return pt_reader_fail(reader, reader->record.paper.line, err, "%s", inner.message);
    }
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}

/* ---- bytes ----------------------------------------------------------------------------------------------------- */

/* Reads up to `room` bytes behind those held. After a fault in packed bytes nothing follows. */
static int read_more(papertag_reader *reader, char *to, size_t room, size_t *got, papertag_error *err)
{
    pt_input *in = &reader->input;
    const char *reason = NULL;
    ssize_t count;
    int status;

    if (in->packed) {
        status = pt_unpack_read(in->packed, to, room, got, &reason);
        if (status == PAPERTAG_BAD_INPUT) {
            in->at_end = true;
            return pt_reader_fail(reader, in->line, err, "%s", reason);
        }
        if (status == PAPERTAG_NO_MEMORY) {
            return pt_no_memory(err);
        }
        return status ? pt_fail(err, PAPERTAG_IO, "%s: %s", reader->name, strerror(errno)) : PAPERTAG_OK;
    }
    do {
        count = read(in->fd, to, room);
    } while (count < 0 && errno == EINTR);
    *got = count > 0 ? (size_t)count : 0;
    return count < 0 ? pt_fail(err, PAPERTAG_IO, "%s: %s", reader->name, strerror(errno)) : PAPERTAG_OK;
}

int pt_reader_fill(papertag_reader *reader, size_t size, papertag_error *err)
{
    pt_input *in = &reader->input;

    while ((size_t)(in->end - in->start) < size && !in->at_end) {
        size_t held = (size_t)(in->end - in->start), used = (size_t)(in->end - in->block);
        size_t got;
        int status;
        if (in->block && in->start > in->block && used + 1 >= in->capacity) {
            memmove(in->block, in->start, held);
            in->start = in->block;
            in->end = in->block + held;
            used = held;
        }
        if (used + 1 >= in->capacity) {
            if (pt_reserve(&in->block, &in->capacity, in->capacity + BLOCK, 1)) {
                return pt_no_memory(err);
            }
            in->start = in->block + (used - held);
            in->end = in->block + used;
        }
        status = read_more(reader, in->block + used, in->capacity - used - 1, &got, err);
        if (status) {
            return status;
        }
        in->end += got;
        in->at_end = got == 0;
    }
    return PAPERTAG_OK;
}

/* Goes on to the line after one that was too long. */
static int skip_line(papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    int status = PAPERTAG_OK;

    while (!status && in->skipping) {
        const char *stop = in->start < in->end ? memchr(in->start, '\n', (size_t)(in->end - in->start)) : NULL;
        in->start = stop ? stop + 1 : in->end;
        in->skipping = !stop && !in->at_end;
        in->line += !in->skipping;
        status = in->skipping ? pt_reader_fill(reader, 1, err) : PAPERTAG_OK;
    }
    return status;
}

int pt_reader_line(papertag_reader *reader, const char **line, size_t *length, size_t *number, papertag_error *err)
{
    pt_input *in = &reader->input;
    const char *stop = NULL;
    size_t looked = 0;
    int status = skip_line(reader, err);

    *number = in->line;
    while (!status) {
        const size_t held = (size_t)(in->end - in->start);
        stop = looked < held ? memchr(in->start + looked, '\n', held - looked) : NULL;
        if ((stop ? (size_t)(stop - in->start) : held) > PT_LINE_MAX) {
            in->skipping = true;
            return pt_reader_fail(reader, *number, err, "a line of more than %d MiB", PT_LINE_MAX / 1024 / 1024);
        }
        if (stop || in->at_end) {
            break;
        }
        looked = held;
        status = pt_reader_fill(reader, held + 1, err);
    }
    if (status) {
        in->start = in->end; /* a line that is cut short is no record of its own */
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

int pt_reader_all(papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    size_t size = BLOCK;

    while (!in->at_end) {
        int status = pt_reader_fill(reader, size, err);
        if (status) {
            return status;
        }
        size = (size_t)(in->end - in->start) + BLOCK;
        if (size > PT_WHOLE_MAX) {
            return pt_fail(err, PAPERTAG_IO,
                           "%s: more than %d MiB, and this format is read whole: use JSON Lines or CSV", reader->name,
                           PT_WHOLE_MAX / 1024 / 1024);
        }
    }
    return PAPERTAG_OK;
}

/* ---- telling the format ---------------------------------------------------------------------------------------- */

/* Fails with the names of all formats behind the words. */
static int fail_with_names(papertag_error *err, papertag_status status, const char *name, const char *words)
{
    pt_buf known = {0};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        pt_buf_format(&known, "%s%s", i ? ", " : "", formats[i]->name);
    }
    pt_fail(err, status, words, name, known.data ? known.data : "");
    pt_buf_free(&known);
    return status;
}

static int find_format(const char *name, const pt_format **out, papertag_error *err)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (!strcmp(formats[i]->name, name)) {
            *out = formats[i];
            return PAPERTAG_OK;
        }
    }
    return fail_with_names(err, PAPERTAG_BAD_ARGUMENT, name, "unknown format '%s'; known: %s");
}

static int tell_format(papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    const char *head;
    int status = pt_reader_fill(reader, 1, err);

    /* A pipe gives what it has: more is asked for only while it is not enough to tell. */
    for (size_t wanted = 4096; !status; wanted *= 4) {
        head = in->start;
        while (head < in->end && strchr(" \t\r\n", *head) && *head) {
            head++;
        }
        if (head == in->end && in->at_end) {
            reader->format = &pt_format_jsonl; /* nothing at all: no papers */
            return PAPERTAG_OK;
        }
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
            if (head < in->end && formats[i]->fits(head, (size_t)(in->end - head))) {
                reader->format = formats[i];
                return PAPERTAG_OK;
            }
        }
        if (in->at_end || wanted > HEAD) {
            break;
        }
        status = pt_reader_fill(reader, wanted, err);
    }
    return status ? status
                  : fail_with_names(err, PAPERTAG_BAD_INPUT, reader->name,
                                    "%s: no known format; use --from with one of: %s");
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

/* Puts an unpacker between the source and everybody else when the source is packed. */
static int unpack(papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    char *block;
    size_t held;
    int status = pt_reader_fill(reader, PT_UNPACK_HEAD, err);

    held = (size_t)(in->end - in->start);
    if (status || !pt_is_packed(in->start, held)) {
        return status;
    }
    block = in->block;
    in->block = NULL;
    status = pt_unpack_open(&in->packed, in->at_end ? -1 : in->fd, block, in->capacity, in->start, held);
    in->start = in->end = NULL;
    in->capacity = 0;
    in->at_end = false;
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}

static int drop_byte_order_mark(papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    int status = pt_reader_fill(reader, 3, err);
    size_t held = (size_t)(in->end - in->start);

    if (status) {
        return status;
    }
    if (held >= 2 && (!memcmp(in->start, "\xff\xfe", 2) || !memcmp(in->start, "\xfe\xff", 2))) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: UTF-16 text; papers are read as UTF-8 (iconv -f UTF-16 -t UTF-8)",
                       reader->name);
    }
    if (held >= 3 && !memcmp(in->start, "\xef\xbb\xbf", 3)) {
        in->start += 3;
    }
    return PAPERTAG_OK;
}

static int open_reader(papertag_reader **out, papertag_reader *reader, const papertag_reader_options *options,
                       papertag_error *err)
{
    const char *tags_field = options && options->tags_field ? options->tags_field : "tags";
    int status = PAPERTAG_OK;

    if (options && options->page_date) {
        if (!pt_is_day(options->page_date) || options->page_date[10]) {
            status = pt_fail(err, PAPERTAG_BAD_ARGUMENT, "'%s' is not a day as YYYY-MM-DD", options->page_date);
            goto done;
        }
        memcpy(reader->page_date, options->page_date, 11);
    }
    reader->tags_field = strdup(tags_field);
    if (!reader->tags_field) {
        status = pt_no_memory(err);
        goto done;
    }
    reader->text_only = options && options->text_only;
    reader->input.line = 1;
    status = options && options->format ? find_format(options->format, &reader->format, err) : PAPERTAG_OK;
    status = status ? status : unpack(reader, err);
    status = status ? status : drop_byte_order_mark(reader, err);
    if (!status && !reader->format) {
        status = tell_format(reader, err);
    }
    if (!status && reader->format->open) {
        status = reader->format->open(reader, err);
    }
done:
    if (status) {
        papertag_reader_close(reader);
    } else {
        *out = reader;
    }
    return status;
}

static papertag_reader *new_reader(const char *name)
{
    papertag_reader *reader = pt_calloc(1, sizeof *reader);
    if (reader) {
        reader->input.fd = -1;
        reader->name = strdup(name);
        if (!reader->name) {
            free(reader);
            reader = NULL;
        }
    }
    return reader;
}

int papertag_reader_open(papertag_reader **out, const char *path, const papertag_reader_options *options,
                         papertag_error *err)
{
    bool standard = !strcmp(path, "-");
    papertag_reader *reader = new_reader(standard ? "standard input" : path);

    if (!reader) {
        return pt_no_memory(err);
    }
    reader->input.fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (reader->input.fd < 0) {
        int status = pt_fail(err, PAPERTAG_IO, "%s: %s", path, strerror(errno));
        papertag_reader_close(reader);
        return status;
    }
    return open_reader(out, reader, options, err);
}

int papertag_reader_open_memory(papertag_reader **out, const char *name, const void *bytes, size_t size,
                                const papertag_reader_options *options, papertag_error *err)
{
    papertag_reader *reader = new_reader(name);

    if (!reader) {
        return pt_no_memory(err);
    }
    reader->input.start = bytes;
    reader->input.end = (const char *)bytes + size;
    reader->input.at_end = true;
    return open_reader(out, reader, options, err);
}

int papertag_reader_next(papertag_reader *reader, const papertag_paper **out, papertag_error *err)
{
    int status = reader->format->next(reader, err);
    if (!status) {
        *out = &reader->record.paper;
    }
    return status;
}

const char *papertag_reader_format(const papertag_reader *reader)
{
    return reader->format->name;
}

void papertag_reader_close(papertag_reader *reader)
{
    if (!reader) {
        return;
    }
    if (reader->format && reader->format->close) {
        reader->format->close(reader);
    }
    if (reader->input.fd > STDIN_FILENO) {
        close(reader->input.fd);
    }
    pt_unpack_close(reader->input.packed);
    free(reader->input.block);
    pt_record_free(&reader->record);
    pt_buf_free(&reader->scratch);
    free(reader->tags_field);
    free(reader->name);
    free(reader);
}
