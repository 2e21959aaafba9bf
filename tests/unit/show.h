/*
 * show - the papers of a source as text, a field a line, for tests that compare all of it.
 */
#ifndef SHOW_H
#define SHOW_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "papertag.h"

static char shown[64 * 1024];

static void show(const char *name, const char *value)
{
    size_t used = strlen(shown);
    if (value) {
        snprintf(shown + used, sizeof shown - used, "%s: %s\n", name, value);
    }
}

static void show_list(const char *name, papertag_strings list)
{
    for (size_t i = 0; i < list.count; i++) {
        show(name, list.items[i]);
    }
}

/* Reads all papers of a source into `shown`, and returns it. Between them are the messages about broken records. */
static const char *read_all(const char *source)
{
    papertag_reader *reader;
    const papertag_paper *p;
    papertag_error err;
    char line[32];
    int status;

    shown[0] = '\0';
    if (papertag_reader_open_memory(&reader, "file", source, strlen(source), NULL, &err)) {
        show("error", err.message);
        return shown;
    }
    show("format", papertag_reader_format(reader));
    while ((status = papertag_reader_next(reader, &p, &err)) != PAPERTAG_END) {
        if (status) {
            assert_int_equal(status, PAPERTAG_BAD_INPUT);
            show("error", err.message);
            continue;
        }
        snprintf(line, sizeof line, "%zu", p->line);
        show("line", line);
        show("id", p->id);
        show("arxiv", p->arxiv);
        show("doi", p->doi);
        show("title", p->title);
        show("abstract", p->abstract);
        show("date", p->date);
        show("organization", p->organization);
        show("url", p->url);
        show("source", p->source);
        show("venue", p->venue);
        show_list("author", p->authors);
        show_list("category", p->categories);
        show_list("keyword", p->keywords);
        show_list("tag", p->tags);
    }
    papertag_reader_close(reader);
    return shown;
}

/* The number of papers of a file; records may be broken only for want of a text, *faults of them. */
static inline size_t count_file(const char *path, const char *format, size_t *faults)
{
    papertag_reader *reader;
    const papertag_paper *p;
    papertag_error err;
    size_t count = 0;
    int status;

    *faults = 0;
    assert_int_equal(papertag_reader_open(&reader, path, NULL, &err), 0);
    assert_string_equal(papertag_reader_format(reader), format);
    while ((status = papertag_reader_next(reader, &p, &err)) != PAPERTAG_END) {
        if (status) {
            assert_non_null(strstr(err.message, "neither title nor abstract"));
            ++*faults;
        }
        count += !status;
    }
    papertag_reader_close(reader);
    return count;
}

#endif
