/*
 * document - the objects of a JSON document, one by one; see json.h.
 *
 * Each object is parsed separately, from its part of the text, as soon as it is read. So a document may be larger than
 * memory, messages can name the line of an object, and a broken one does not affect the others.
 */
#include <stdlib.h>

#include "json.h"

/* The position in the document. */
struct document {
    const char *wrappers; /* see pt_json_open */
    bool inside;          /* an array */
    bool by_line;         /* an object was not closed, and there are others on the lines after it: each ends its line */
    size_t levels;        /* objects around the array */
};

/* ---- searching the text ---------------------------------------------------------------------------------------- */

const char *papertag_json_string_end(const char *at, const char *end)
{
    const char *quote, *escape = NULL;

    for (; at < end && (quote = memchr(at, '"', (size_t)(end - at))); at = quote + 1) {
        for (escape = quote; escape > at && escape[-1] == '\\';) {
            escape--;
        }
        if ((quote - escape) % 2 == 0) {
            return quote;
        }
    }
    return end;
}

const char *papertag_json_skip(const char *at, const char *end)
{
    size_t depth = 0;

    for (; at < end; at++) {
        if (*at == '"') {
            at = papertag_json_string_end(at + 1, end);
            if (at == end) {
                break;
            }
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if (*at == '}' || *at == ']') {
            if (!depth) {
                return at;
            }
            depth--;
        } else if (*at == ',' && !depth) {
            return at;
        }
    }
    return NULL;
}

/* The first byte that is neither white space nor one of `also`. */
static const char *skip_white(const char *at, const char *end, const char *also)
{
    while (at < end && *at && (strchr(" \t\r\n", *at) || strchr(also, *at))) {
        at++;
    }
    return at;
}

const char *pt_json_after(const char *at, const char *end)
{
    const char *stop = papertag_json_skip(at, end);

    while (stop && *stop == ',') {
        stop = papertag_json_skip(stop + 1, end);
    }
    return stop ? stop + 1 : NULL;
}

/* The value of the member key[0 .. length) of the object that begins at `at`. */
static const char *find_member(const char *at, const char *end, const char *key, size_t length)
{
    if (at == end || *at != '{') {
        return NULL;
    }
    do {
        const char *name = skip_white(at + 1, end, ""), *stop;
        if (name == end || *name != '"') {
            return NULL;
        }
        name++;
        stop = papertag_json_string_end(name, end);
        at = skip_white(stop < end ? stop + 1 : end, end, "");
        if (at == end || *at != ':') {
            return NULL;
        }
        at = skip_white(at + 1, end, "");
        if (at < end && (size_t)(stop - name) == length && !memcmp(name, key, length)) {
            return at;
        }
        at = papertag_json_skip(at, end);
    } while (at && *at == ',');
    return NULL;
}

/* The same for a path[0 .. length) of keys. *levels counts them. */
static const char *find_path(const char *at, const char *end, const char *path, size_t length, size_t *levels)
{
    const char *path_end = path + length;

    for (*levels = 0; at && path < path_end; ++*levels) {
        const char *dot = memchr(path, '.', (size_t)(path_end - path));
        const char *key_end = dot ? dot : path_end;
        at = find_member(at, end, path, (size_t)(key_end - path));
        at = at == end ? NULL : at;
        path = key_end + (dot != NULL);
    }
    return at;
}

const char *pt_json_find(const char *at, const char *end, const char *path)
{
    size_t levels;
    return find_path(at, end, path, strlen(path), &levels);
}

/* The array or object under the first of the paths that leads to one; NULL when none does. */
static const char *unwrap(const char *at, const char *end, const char *wrappers, size_t *levels)
{
    while (wrappers && *wrappers) {
        const size_t length = strcspn(wrappers, " ");
        const char *value = find_path(at, end, wrappers, length, levels);
        if (value && (*value == '[' || *value == '{')) {
            return value;
        }
        wrappers += length;
        wrappers += *wrappers == ' ';
    }
    return NULL;
}

const char *pt_json_first(const char *at, const char *end, const char *wrappers)
{
    size_t levels;
    const char *value = unwrap(at, end, wrappers, &levels);

    at = value ? value : at;
    if (at < end && *at == '[') {
        at = skip_white(at + 1, end, ",");
        while (end - at > 4 && !memcmp(at, "null", 4)) {
            at = skip_white(at + 4, end, ",");
        }
    }
    return at < end && *at == '{' ? at : NULL;
}

/* ---- object by object ------------------------------------------------------------------------------------------ */

int pt_json_open(papertag_reader *reader, const char *wrappers, papertag_error *err)
{
    struct document *document = pt_calloc(1, sizeof *document);

    if (!document) {
        return pt_no_memory(err);
    }
    document->wrappers = wrappers;
    reader->state = document;
    return pt_input_fill(&reader->input, 1, err);
}

void pt_json_close(papertag_reader *reader)
{
    free(reader->state);
}

/* Makes about twice as many bytes available, so that searching them again takes linear time in all. */
static int fill_more(pt_input *in, papertag_error *err)
{
    const size_t unread = (size_t)(in->end - in->start);

    if (unread > PT_WHOLE_MAX) {
        return pt_fail(err, PAPERTAG_IO, "%s:%zu: a value of more than %d MiB", in->name, in->line,
                       PT_WHOLE_MAX / 1024 / 1024);
    }
    return pt_input_fill(in, 2 * unread + 1, err);
}

/* Moves to the next byte that is neither white space nor a comma, if there is one. */
static int skip_to_value(pt_input *in, papertag_error *err)
{
    int status = PAPERTAG_OK;

    do {
        pt_input_advance(in, skip_white(in->start, in->end, ","));
    } while (in->start == in->end && !in->at_end && !(status = pt_input_fill(in, 1, err)));
    return status;
}

/* The end of the value at `start`, in an array or at the top; NULL when there is none yet. */
static const char *end_of_value(const struct document *document, const pt_input *in)
{
    const char *from = in->start, *end = in->end;

    if (document->inside) {
        return papertag_json_skip(from, end);
    }
    return *from == '{' && !document->by_line ? pt_json_after(from + 1, end) : memchr(from, '\n', (size_t)(end - from));
}

/* Sets *array to the array that begins here, alone or wrapped, or else *stop to the end of the value here. Both are
 * NULL when the value is not closed. */
static int find_value(const struct document *document, pt_input *in, size_t *levels, const char **array,
                      const char **stop, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (;;) {
        *levels = 0;
        *array = *in->start == '[' ? in->start : NULL;
        if (*in->start == '{') {
            const char *line_end = document->by_line ? end_of_value(document, in) : NULL;
            *array = unwrap(in->start, line_end ? line_end : in->end, document->wrappers, levels);
            *array = *array && **array == '[' ? *array : NULL;
        }
        *array = document->inside ? NULL : *array;
        *stop = *array ? NULL : end_of_value(document, in);
        if (*array || *stop || in->at_end || status) {
            return status;
        }
        status = fill_more(in, err);
    }
}

/* Leaves an array, and the objects around it. */
static int leave_array(struct document *document, pt_input *in, papertag_error *err)
{
    int status = PAPERTAG_OK;

    in->start++;
    document->inside = false;
    for (; document->levels && !status; document->levels--) {
        const char *stop = pt_json_after(in->start, in->end);
        while (!stop && !in->at_end && !status) {
            status = fill_more(in, err);
            stop = pt_json_after(in->start, in->end);
        }
        if (!stop && !status) {
            status = pt_input_fail(in, in->line, err, "the object is not closed");
        }
        pt_input_advance(in, stop ? stop : in->end);
    }
    return status ? status : PT_SKIPPED;
}

/* The end of an object that is not closed: that of the source, or of the line if the next one begins another. */
static const char *end_of_broken(struct document *document, const pt_input *in)
{
    const char *line_end = memchr(in->start, '\n', (size_t)(in->end - in->start));

    if (*in->start == '{' && line_end && in->end - line_end > 1 && line_end[1] == '{') {
        document->by_line = true;
    }
    return document->by_line && line_end ? line_end : in->end;
}

/* Reads the object text[0 .. length) that begins on `line`, or the one that it wraps. */
static int read_object(papertag_reader *reader, const char *text, size_t length, size_t line, pt_json_read *read,
                       papertag_error *err)
{
    const struct document *document = reader->state;
    size_t levels;
    const char *end = text + length, *inner = NULL, *inner_end;

    if (*text == '{') {
        inner = unwrap(text, end, document->wrappers, &levels);
    }
    inner_end = inner && *inner == '{' ? pt_json_after(inner + 1, end) : NULL;
    if (inner_end) {
        text = inner;
        end = inner_end;
    }
    for (length = (size_t)(end - text); length && strchr(" \t\r\n", text[length - 1]); length--) {
    }
    if (length == 4 && !memcmp(text, "null", 4)) {
        int status = pt_reader_remark(reader, err, "null instead of a paper: the service has not found it");
        return status ? status : PT_SKIPPED;
    }
    return pt_json_object(reader, text, length, line, read, err);
}

/* Reads the next object into the record. PT_SKIPPED when there was something else. */
static int next_object(papertag_reader *reader, pt_json_read *read, papertag_error *err)
{
    struct document *document = reader->state;
    pt_input *in = &reader->input;
    const char *from, *stop, *array;
    size_t line, levels;
    int status = skip_to_value(in, err);

    if (status) {
        document->inside = false;
        return status;
    }
    if (in->start == in->end) {
        status = document->inside ? pt_input_fail(in, in->line, err, "the array is not closed") : PAPERTAG_END;
        document->inside = false;
        return status;
    }
    if (document->inside && *in->start == ']') {
        return leave_array(document, in, err);
    }
    line = in->line;
    if (*in->start == '}' || *in->start == ']') { /* it ends no value, so it must be skipped here */
        in->start++;
        return pt_input_fail(in, line, err, in->start[-1] == '}' ? "'}' without '{'" : "']' without '['");
    }
    status = find_value(document, in, &levels, &array, &stop, err);
    if (status) {
        document->inside = false;
        in->start = in->end; /* the part of a value before the fault is not a record */
        return status;
    }
    if (array) {
        document->inside = true;
        document->levels = levels;
        pt_input_advance(in, array + 1);
        return PT_SKIPPED;
    }
    if (!stop && document->inside) {
        document->inside = false;
        in->start = in->end;
        return pt_input_fail(in, line, err, "the array is not closed");
    }
    from = in->start;
    stop = stop ? stop : end_of_broken(document, in);
    pt_input_advance(in, stop);
    return read_object(reader, from, (size_t)(stop - from), line, read, err);
}

int pt_json_next(papertag_reader *reader, pt_json_read *read, papertag_error *err)
{
    int status;

    do {
        status = next_object(reader, read, err);
    } while (status == PT_SKIPPED);
    return status;
}

int pt_json_open_format(papertag_reader *reader, papertag_error *err)
{
    const pt_json_dialect *dialect = reader->format->dialect;
    return pt_json_open(reader, dialect->wrappers, err);
}

int pt_json_next_format(papertag_reader *reader, papertag_error *err)
{
    const pt_json_dialect *dialect = reader->format->dialect;
    return pt_json_next(reader, dialect->read, err);
}
