/*
 * places - models, stores and installed files: by option, by environment, else where they are installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "places.h"

/* The folder of the program. */
static void program_folder(char folder[1024])
{
    ssize_t length = readlink("/proc/self/exe", folder, 1023);

    folder[length > 0 ? length : 0] = '\0';
    if (strrchr(folder, '/')) {
        *strrchr(folder, '/') = '\0';
    }
}

bool find_installed(const char *const *places, char *path, size_t size)
{
    char folder[1024];

    program_folder(folder);
    for (size_t i = 0; places[i]; i++) {
        snprintf(path, size, "%s/%s", folder, places[i]);
        if (!access(path, F_OK)) {
            return true;
        }
    }
    return false;
}

papertag_status find_model(const args *a, papertag_store *store, papertag_model **model, papertag_error *err)
{
    /* beside an installed program, and in the source tree of one that was just built (also as a variant) */
    static const char *const places[] = {"../share/papertag/default.papertag", "../models/default.papertag",
                                         "../../models/default.papertag", NULL};
    const char *path = args_text(a, "model", NULL);
    int status = store && !path ? papertag_store_model(store, model, err) : PAPERTAG_END;
    char found[1200], folder[1024];

    if (status != PAPERTAG_END) {
        return (papertag_status)status;
    }
    path = path ? path : getenv("PAPERTAG_MODEL");
    if ((!path || !*path) && find_installed(places, found, sizeof found)) {
        path = found;
    }
    if (path && *path) {
        return (papertag_status)papertag_model_open(model, path, err);
    }
    program_folder(folder);
    err->status = PAPERTAG_IO;
    snprintf(err->message, sizeof err->message,
             "no model: neither --model nor PAPERTAG_MODEL is given, and there is none as %.600s/%s", folder,
             places[0]);
    return err->status;
}

int open_model(const args *a, papertag_store *store, papertag_model **model)
{
    papertag_error err;

    return find_model(a, store, model, &err) ? failed(&err) : EXIT_DONE;
}

bool store_path(const args *a, text *place)
{
    const char *path = args_text(a, "db", getenv("PAPERTAG_DB"));
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

    if (path && *path) {
        text_put(place, path);
    } else if (data && *data == '/') {
        text_put(place, data);
        text_put(place, "/papertag/papers.db");
    } else if (home && *home) {
        text_put(place, home);
        text_put(place, "/.local/share/papertag/papers.db");
    } else {
        fprintf(stderr, "papertag: no store: none of --db, PAPERTAG_DB, XDG_DATA_HOME and HOME is given\n");
        return false;
    }
    return !place->failed || !out_of_memory();
}

int open_store(const args *a, bool create, papertag_store **store)
{
    papertag_error err;
    text place = {0};
    int code = EXIT_FAILED;

    if (store_path(a, &place)) {
        code = papertag_store_open(store, place.data, create, &err);
        if (code && !create && access(place.data, F_OK)) {
            const size_t used = strlen(err.message);
            snprintf(err.message + used, sizeof err.message - used, "; `papertag add FILE` makes one");
        }
        code = code ? failed(&err) : EXIT_DONE;
    }
    text_free(&place);
    return code;
}

bool store_is_there(const args *a)
{
    text place = {0};
    bool there = (args_have(a, "db") || getenv("PAPERTAG_DB") || getenv("XDG_DATA_HOME") || getenv("HOME")) &&
                 store_path(a, &place) && !access(place.data, F_OK);

    text_free(&place);
    return there;
}
