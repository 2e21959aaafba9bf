/*
 * labelled - papers of the training set of the model that ships: their ids and tags, without their texts.
 *
 * Texts are in the store where a person has imported the papers; with the tags from here they are labelled papers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "labelled.h"
#include "places.h"

static int compare_rows(const void *a, const void *b)
{
    return strcmp(((const labelled_row *)a)->id, ((const labelled_row *)b)->id);
}

/* Splits the tags of a row, which are separated by commas, in place. False when there is no memory. */
static bool split_tags(char *list, labelled_row *row)
{
    size_t count = *list != '\0';
    const char **tags;

    for (const char *at = list; *at; at++) {
        count += *at == ',';
    }
    tags = calloc(count + 1, sizeof *tags);
    if (!tags) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        char *comma = strchr(list, ',');
        tags[i] = list;
        if (comma) {
            *comma = '\0';
            list = comma + 1;
        }
    }
    row->tags = tags;
    row->count = count;
    return true;
}

/* Takes a line apart: id, tags, split. Lines of another split than `train` are passed over. */
static int take_line(labelled *l, size_t *capacity, char *line, const char *path, size_t number)
{
    char *tags = strchr(line, '\t'), *split = tags ? strchr(tags + 1, '\t') : NULL;

    if (!tags) {
        fprintf(stderr, "papertag: %s:%zu: an id and tags, separated by a tab, are expected\n", path, number);
        return EXIT_FAILED;
    }
    *tags++ = '\0';
    if (split) {
        *split++ = '\0';
        if (strcmp(split, "train") != 0) {
            return EXIT_DONE;
        }
    }
    if (l->count == *capacity) {
        labelled_row *rows = realloc(l->rows, (2 * *capacity + 1024) * sizeof *rows);
        if (!rows) {
            return out_of_memory();
        }
        l->rows = rows;
        *capacity = 2 * *capacity + 1024;
    }
    l->rows[l->count] = (labelled_row){.id = line};
    if (!split_tags(tags, &l->rows[l->count])) {
        return out_of_memory();
    }
    l->count++;
    return EXIT_DONE;
}

int labelled_open(const args *a, labelled *out)
{
    static const char *const places[] = {"../share/papertag/labels.tsv", "../data/labels.tsv", "../../data/labels.tsv",
                                         NULL};
    const char *path = args_text(a, "labels", NULL);
    char found[1200];
    size_t capacity = 0, number = 0, size;
    labelled l = {0};
    int code;

    *out = l;
    if (!path && !find_installed(places, found, sizeof found)) {
        return EXIT_DONE;
    }
    path = path ? path : found;
    code = read_text(path, &l.text, &size);
    for (char *line = l.text; line && line < l.text + size && !code;) {
        char *end = memchr(line, '\n', (size_t)(l.text + size - line));
        end = end ? end : l.text + size;
        *end = '\0';
        if (line + strlen(line) < end) {
            fprintf(stderr, "papertag: %s:%zu: a zero byte: this is no text\n", path, ++number);
            code = EXIT_FAILED;
        } else if (++number > 1 && *line) { /* the first line names the columns */
            code = take_line(&l, &capacity, line, path, number);
        }
        line = end + 1;
    }
    if (l.count) {
        qsort(l.rows, l.count, sizeof *l.rows, compare_rows);
    }
    if (code) {
        labelled_close(&l);
    } else {
        *out = l;
    }
    return code;
}

const labelled_row *labelled_find(const labelled *l, const char *id)
{
    const labelled_row key = {.id = id};
    return l->count ? bsearch(&key, l->rows, l->count, sizeof *l->rows, compare_rows) : NULL;
}

bool labelled_names(const labelled *l, const char *tag)
{
    for (size_t i = 0; i < l->count; i++) {
        for (size_t k = 0; k < l->rows[i].count; k++) {
            if (!strcmp(l->rows[i].tags[k], tag)) {
                return true;
            }
        }
    }
    return false;
}

void labelled_close(labelled *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->rows[i].tags);
    }
    free(l->rows);
    free(l->text);
    *l = (labelled){0};
}
