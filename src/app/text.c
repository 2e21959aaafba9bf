/*
 * text - the growing buffer, and what turns text into HTML.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
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

void text_empty(text *t)
{
    t->size = 0;
    if (t->data) {
        t->data[0] = '\0';
    }
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
        complain("%s", t->failed ? "out of memory" : err.message);
    }
    t->size = 0;
    return good;
}

void text_html(text *t, const char *string)
{
    for (size_t left = strlen(string), bytes; left; left -= bytes, string += bytes) {
        int columns;
        const char *entity = *string == '&'    ? "&amp;"
                             : *string == '<'  ? "&lt;"
                             : *string == '>'  ? "&gt;"
                             : *string == '"'  ? "&quot;"
                             : *string == '\'' ? "&#39;"
                                               : NULL;
        bytes = clean_next(string, left, &columns);
        if (entity) {
            text_put(t, entity);
        } else if (columns == NOT_UTF8) {
            text_put(t, "\xef\xbf\xbd");
        } else if (columns != NOT_SHOWN || *string == '\n' || *string == '\t') {
            text_add(t, string, bytes);
        }
    }
}

void text_slug(const char *phrase, char *slug, size_t size)
{
    size_t n = 0;

    for (; *phrase && n + 1 < size; phrase++) {
        if (isalnum((unsigned char)*phrase)) {
            slug[n++] = (char)tolower((unsigned char)*phrase);
        } else if (n && slug[n - 1] != '-') {
            slug[n++] = '-';
        }
    }
    while (n && slug[n - 1] == '-') {
        n--;
    }
    slug[n] = '\0';
}
