/*
 * document - the objects of a JSON document, one by one; see json.h.
 *
 * The document is read into memory, but each object is parsed separately, from its part of the text. So messages can
 * name its line, and a broken object does not affect the others.
 */
#include <stdlib.h>

#include "json.h"

/* The position in the document. */
struct document {
    const char *wrappers; /* see pt_json_open */
    bool inside;          /* an array */
    size_t levels;        /* objects around that array */
};

/* ---- searching the text ---------------------------------------------------------------------------------------- */

const char *pt_json_skip(const char *at, const char *end)
{
    size_t depth = 0;
    bool quoted = false;

    for (; at < end; at++) {
        if (quoted) {
            if (*at == '\\') {
                at++;
            } else if (*at == '"') {
                quoted = false;
            }
        } else if (*at == '"') {
            quoted = true;
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

/* The byte after the bracket that closes the one before `at`; NULL when there is none before `end`. */
static const char *after_closing(const char *at, const char *end)
{
    const char *stop = pt_json_skip(at, end);

    while (stop && *stop == ',') {
        stop = pt_json_skip(stop + 1, end);
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
        for (stop = name; stop < end && *stop != '"'; stop++) {
            stop += *stop == '\\' && stop + 1 < end;
        }
        at = skip_white(stop < end ? stop + 1 : end, end, "");
        if (at == end || *at != ':') {
            return NULL;
        }
        at = skip_white(at + 1, end, "");
        if (at < end && (size_t)(stop - name) == length && !memcmp(name, key, length)) {
            return at;
        }
        at = pt_json_skip(at, end);
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
    return pt_input_all(&reader->input, err);
}

void pt_json_close(papertag_reader *reader)
{
    free(reader->state);
}

/* Enters an array, alone or wrapped; false when there is none. */
static bool enter_array(struct document *document, pt_input *in)
{
    const char *array = in->start;

    document->levels = 0;
    if (*array == '{') {
        array = unwrap(array, in->end, document->wrappers, &document->levels);
    }
    document->inside = array && *array == '[';
    if (document->inside) {
        pt_input_advance(in, array + 1);
    }
    return document->inside;
}

/* Leaves an array, and the objects around it. */
static int leave_array(struct document *document, pt_input *in, papertag_error *err)
{
    const char *stop = in->start + 1;
    int status = PT_SKIPPED;

    for (; document->levels && stop; document->levels--) {
        stop = after_closing(stop, in->end);
    }
    document->inside = false;
    if (!stop) {
        status = pt_input_fail(in, in->line, err, "the object is not closed");
        stop = in->end;
    }
    pt_input_advance(in, stop);
    return status;
}

/* The end of the value at `from`, in an array or at the top; NULL when an array is not closed. */
static const char *end_of_value(const struct document *document, const char *from, const char *end)
{
    const char *stop;

    if (document->inside) {
        return pt_json_skip(from, end);
    }
    stop = *from == '{' ? after_closing(from + 1, end) : memchr(from, '\n', (size_t)(end - from));
    return stop ? stop : end;
}

/* Reads the next object into the record. PT_SKIPPED when there was something else. */
static int next_object(papertag_reader *reader, pt_json_read *read, papertag_error *err)
{
    struct document *document = reader->state;
    pt_input *in = &reader->input;
    const char *from, *stop, *inner;
    size_t line, length, levels;

    pt_input_advance(in, skip_white(in->start, in->end, ","));
    from = in->start;
    line = in->line;
    if (from == in->end && !document->inside) {
        return PAPERTAG_END;
    }
    if (from < in->end && !document->inside && enter_array(document, in)) {
        return PT_SKIPPED;
    }
    if (from < in->end && document->inside && *from == ']') {
        return leave_array(document, in, err);
    }
    if (from < in->end && (*from == '}' || *from == ']')) { /* it ends no value, so it must be skipped here */
        in->start++;
        return pt_input_fail(in, line, err, *from == '}' ? "'}' without '{'" : "']' without '['");
    }
    stop = end_of_value(document, from, in->end);
    if (!stop) {
        document->inside = false;
        in->start = in->end;
        return pt_input_fail(in, line, err, "the array is not closed");
    }
    pt_input_advance(in, stop);
    if (!document->inside && *from == '{') {
        inner = unwrap(from, stop, document->wrappers, &levels);
        from = inner ? inner : from;
        stop = inner ? after_closing(inner + 1, stop) : stop;
    }
    for (length = (size_t)(stop - from); length && strchr(" \t\r\n", from[length - 1]); length--) {
    }
    if (document->wrappers && length == 4 && !memcmp(from, "null", 4)) {
        return PT_SKIPPED;
    }
    return pt_json_object(reader, from, length, line, read, err);
}

int pt_json_next(papertag_reader *reader, pt_json_read *read, papertag_error *err)
{
    int status;

    do {
        status = next_object(reader, read, err);
    } while (status == PT_SKIPPED);
    return status;
}
