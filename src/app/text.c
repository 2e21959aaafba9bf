/*
 * text - the growing buffer, and what turns text into HTML.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status.h"
#include "text.h"

char *text_room(text *t, size_t size)
{
    if (!t->failed && t->capacity - t->size < size + 1) {
        size_t capacity = (t->capacity + size + 1) * 2;
        char *data = realloc(t->data, capacity);
        if (data) {
            t->data = data;
            t->capacity = capacity;
        } else {
            t->failed = true;
        }
    }
    return t->failed ? NULL : t->data + t->size;
}

void text_add(text *t, const char *bytes, size_t size)
{
    char *to = text_room(t, size);

    if (to) {
        memcpy(to, bytes, size);
        to[size] = '\0';
        t->size += size;
    }
}

void text_put(text *t, const char *string)
{
    text_add(t, string, strlen(string));
}

void text_format_list(text *t, const char *format, va_list list)
{
    va_list again;
    char *to = text_room(t, 127); /* enough for nearly all: a second run is rare */
    int length;

    va_copy(again, list);
    if (to) {
        const size_t room = t->capacity - t->size;
        length = vsnprintf(to, room, format, list);
        if (length >= 0 && (size_t)length >= room && (to = text_room(t, (size_t)length)) != NULL) {
            vsnprintf(to, (size_t)length + 1, format, again);
        }
        t->failed = t->failed || length < 0;
        t->size += to && length > 0 ? (size_t)length : 0;
    }
    va_end(again);
}

void text_format(text *t, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    text_format_list(t, format, list);
    va_end(list);
}

void text_free(text *t)
{
    free(t->data);
    *t = (text){0};
}

const char *text_of(text *whole, const text *part)
{
    whole->failed = whole->failed || part->failed;
    return part->data ? part->data : "";
}

bool text_write(text *t)
{
    if (t->failed) {
        return !out_of_memory();
    }
    if (t->size && fwrite(t->data, 1, t->size, stdout) != t->size) {
        finish_output();
        return false;
    }
    t->size = 0;
    return true;
}

int text_end(text *t, int code)
{
    code = code || text_write(t) ? code : EXIT_FAILED;
    text_free(t);
    return code;
}

bool text_write_file(text *t, const char *path)
{
    papertag_error err;
    const bool good = !t->failed && !papertag_write_file(path, t->data, t->size, &err);

    if (!good) {
        fprintf(stderr, "papertag: %s\n", t->failed ? "out of memory" : err.message);
    }
    t->size = 0;
    return good;
}

size_t text_hidden(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;

    if (c[0] == 0xe2 &&
        ((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) || (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9))) {
        return 3; /* U+202A .. U+202E, U+2066 .. U+2069 */
    }
    if (c[0] == 0xef && ((c[1] == 0xbb && c[2] == 0xbf) || (c[1] == 0xbf && (c[2] == 0xbe || c[2] == 0xbf)))) {
        return 3; /* U+FEFF, U+FFFE, U+FFFF */
    }
    return 0;
}

void text_html(text *t, const char *string)
{
    for (; *string; string++) {
        if (text_hidden(string)) {
            string += text_hidden(string) - 1;
            continue;
        }
        const char *entity = *string == '&'    ? "&amp;"
                             : *string == '<'  ? "&lt;"
                             : *string == '>'  ? "&gt;"
                             : *string == '"'  ? "&quot;"
                             : *string == '\'' ? "&#39;"
                                               : NULL;
        if (entity) {
            text_put(t, entity);
        } else if ((unsigned char)*string >= ' ' || *string == '\n' || *string == '\t') {
            text_add(t, string, 1);
        }
    }
}
