/*
 * Fuzz target: a folder of LIBSVM's files. The bytes are its files, each after a line "=== NAME". A model that is
 * imported from them must open and tag, and must survive an export and a second import.
 */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base.h"
#include "fuzz.h"

static char folder[] = "/tmp/fuzz-exchange-XXXXXX";

static void empty_folder(void)
{
    char name[600];
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        unlink(name);
    }
    if (dir) {
        closedir(dir);
    }
}

static void remove_folder(void)
{
    empty_folder();
    rmdir(folder);
}

static void fill_folder(const char *text)
{
    const char *head = strstr(text, "=== "), *body;

    while (head && (body = strchr(head, '\n')) != NULL) {
        const char *next = strstr(body++, "\n=== ");
        const int length = (int)(body - head - 5);
        char path[600];
        FILE *file;
        snprintf(path, sizeof path, "%s/%.*s", folder, length < 200 ? length : 200, head + 4);
        file = strchr(path + strlen(folder) + 1, '/') ? NULL : fopen(path, "wb");
        if (file) {
            fwrite(body, 1, next && next >= body ? (size_t)(next + 1 - body) : strlen(body), file);
            fclose(file);
        }
        head = next ? next + 1 : NULL;
    }
}

static size_t size_of(const char *path)
{
    char *bytes = NULL;
    size_t size = 0;

    if (!pt_read_file(path, &bytes, &size, NULL)) {
        free(bytes);
    }
    return size;
}

static void round_trip(const char *first, const char *second)
{
    papertag_model *model = NULL;
    papertag_tagger *tagger = NULL;
    const papertag_score *scores;
    papertag_error err;

    if (papertag_model_open(&model, first, &err) || papertag_tagger_open(&tagger, model, &err) ||
        papertag_tag(tagger, "alpha beta", "gamma alpha", &scores, &err)) {
        abort(); /* what was imported must be a model */
    }
    empty_folder();
    if (papertag_model_export_libsvm(model, folder, &err) || papertag_model_import_libsvm(folder, second, &err) ||
        (papertag_model_is_linear(model) && size_of(first) != size_of(second))) {
        abort(); /* a kernel model may store a support vector again, which changes the size */
    }
    papertag_tagger_close(tagger);
    papertag_model_close(model);
    unlink(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool made;
    char first[64], second[64], *text = strndup((const char *)data, size);
    papertag_error err;

    if (!made && (!mkdtemp(folder) || atexit(remove_folder))) {
        abort();
    }
    made = true;
    snprintf(first, sizeof first, "%s.1", folder);
    snprintf(second, sizeof second, "%s.2", folder);
    if (text) {
        empty_folder();
        fill_folder(text);
        if (!papertag_model_import_libsvm(folder, first, &err)) {
            round_trip(first, second);
            unlink(first);
        }
    }
    free(text);
    return 0;
}
