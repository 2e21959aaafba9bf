/*
 * labelled - papers of the training set of the model that ships: their ids and tags, without their texts.
 *
 * A store has the texts of those papers that were imported into it; with these tags they are labelled papers.
 */
#include <limits.h>
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

/* Splits the tags of a row at commas, in place. False without memory. */
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

static int add_row(labelled *l, size_t *capacity, char *id, char *tags)
{
    if (l->count == *capacity) {
        const size_t more = 2 * *capacity + 1024;
        labelled_row *rows = realloc(l->rows, more * sizeof *rows);
        if (!rows) {
            return out_of_memory();
        }
        l->rows = rows;
        *capacity = more;
    }
    l->rows[l->count] = (labelled_row){.id = id};
    if (!split_tags(tags, &l->rows[l->count])) {
        return out_of_memory();
    }
    l->count++;
    return EXIT_DONE;
}

/* Reads a line: id, tags, split. Lines of splits other than `train` are ignored. */
static int read_line(labelled *l, size_t *capacity, char *line, const char *path, size_t number)
{
    char *tags = strchr(line, '\t'), *split = tags ? strchr(tags + 1, '\t') : NULL;

    if (!tags) {
        complain("%s:%zu: expected an id and tags, separated by a tab", path, number);
        return EXIT_FAILED;
    }
    *tags++ = '\0';
    if (split) {
        *split++ = '\0';
    }
    return split && strcmp(split, "train") != 0 ? EXIT_DONE : add_row(l, capacity, line, tags);
}

/* Reads a file whose first line names the columns. */
static int read_lines(labelled *l, const char *path)
{
    size_t capacity = 0, number = 0, size;
    int code = read_text(path, &l->text, &size);

    for (char *line = l->text; line && line < l->text + size && !code;) {
        char *end = memchr(line, '\n', (size_t)(l->text + size - line));
        end = end ? end : l->text + size;
        *end = '\0';
        number++;
        if (line + strlen(line) < end) {
            complain("%s:%zu: contains a NUL byte: not a text file", path, number);
            code = EXIT_FAILED;
        } else if (number > 1 && *line) {
            code = read_line(l, &capacity, line, path, number);
        }
        line = end + 1;
    }
    return code;
}

int labelled_open(const args *a, labelled *out)
{
    const char *path = args_text(a, "labels", NULL);
    char installed[PATH_MAX];
    labelled l = {0};
    int code = EXIT_DONE;

    if (path || papertag_installed("labels.tsv", installed, sizeof installed)) {
        code = read_lines(&l, path ? path : installed);
    }
    if (l.count) {
        qsort(l.rows, l.count, sizeof *l.rows, compare_rows);
    }
    if (code) {
        labelled_close(&l);
    }
    *out = l;
    return code;
}

const labelled_row *labelled_find(const labelled *l, const char *id)
{
    const labelled_row key = {.id = id};
    return l->count ? bsearch(&key, l->rows, l->count, sizeof *l->rows, compare_rows) : NULL;
}

bool labelled_has_tag(const labelled *l, const char *tag)
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
