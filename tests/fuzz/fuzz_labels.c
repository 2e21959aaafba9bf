/*
 * Fuzz target: files of verdicts, which `labels import` reads, and of labelled papers by id, which `retrain` reads. The
 * first byte chooses between them.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "fuzz.h"

static void import_verdicts(const char *path)
{
    static char store[64];
    char import[] = "import", db[] = "--db", json[] = "--json", file[64];
    char *words[] = {import, file, db, store, json};
    papertag_store *opened = NULL;
    papertag_error err;
    int64_t key;
    args a;

    if (!*store) {
        small_store(store);
    }
    snprintf(file, sizeof file, "%s", path);
    if (args_parse(&a, &command_labels, 5, words) != EXIT_DONE || command_labels.run(&a) > EXIT_FAILED ||
        papertag_store_open(&opened, store, false, &err)) {
        abort();
    }
    args_free(&a);
    papertag_store_undo(opened, &key, &err);
    papertag_store_close(opened);
}

static void read_labelled(const char *path)
{
    char name[] = "--labels", file[64], *words[] = {name, file};
    labelled list;
    args a;

    snprintf(file, sizeof file, "%s", path);
    if (args_parse(&a, &command_retrain, 2, words) != EXIT_DONE) {
        abort();
    }
    if (labelled_open(&a, &list) == EXIT_DONE) {
        for (size_t i = 0; i < list.count; i++) {
            const labelled_row *row = labelled_find(&list, list.rows[i].id);
            if (!row || strcmp(row->id, list.rows[i].id) != 0 ||
                (row->count && !labelled_has_tag(&list, row->tags[row->count - 1]))) {
                abort();
            }
        }
        labelled_close(&list);
    }
    args_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    const int fd = size ? file_of_bytes(data + 1, size - 1, path) : -1;

    if (fd < 0) {
        return 0;
    }
    if (data[0] & 1) {
        read_labelled(path);
    } else {
        import_verdicts(path);
    }
    close(fd);
    return 0;
}
