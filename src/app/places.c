/*
 * places - models, stores and installed files: by option, by environment, else where they are installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "places.h"

/* Adds the folder of the program, with a slash. */
static void add_program_folder(text *path)
{
    char program[4096];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    const char *slash;

    program[length > 0 ? length : 0] = '\0';
    slash = strrchr(program, '/');
    text_add(path, program, slash ? (size_t)(slash - program) + 1 : 0);
}

bool find_installed(const char *folder, const char *name, text *path)
{
    /* of an installation, of the source tree, and of a variant that was built there */
    const char *const folders[] = {"../share/papertag", "../", "../../"};
    const size_t before = path->size;

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        path->size = before;
        add_program_folder(path);
        text_format(path, "%s%s/%s", folders[i], i ? folder : "", name);
        if (!path->failed && !access(path->data + before, F_OK)) {
            return true;
        }
    }
    path->size = before;
    return false;
}

static int no_model(papertag_error *err)
{
    text folder = {0};

    add_program_folder(&folder);
    err->status = PAPERTAG_IO;
    snprintf(err->message, sizeof err->message,
             "no model: neither --model nor PAPERTAG_MODEL is given, and there is none as "
             "%.600s../share/papertag/default.papertag",
             text_of(&folder, &folder));
    text_free(&folder);
    return err->status;
}

papertag_status find_model(const args *a, papertag_store *store, papertag_model **model, papertag_error *err)
{
    const char *path = args_text(a, "model", NULL);
    int status = store && !path ? papertag_store_model(store, model, err) : PAPERTAG_END;
    text installed = {0};

    if (status != PAPERTAG_END) {
        return (papertag_status)status;
    }
    path = path ? path : config_value(a->config, "papertag", "model");
    if (!path && find_installed("models", "default.papertag", &installed)) {
        path = installed.data;
    }
    status = path ? papertag_model_open(model, path, err) : no_model(err);
    text_free(&installed);
    return (papertag_status)status;
}

int open_model(const args *a, papertag_store *store, papertag_model **model)
{
    papertag_error err;

    return find_model(a, store, model, &err) ? failed(&err) : EXIT_DONE;
}

bool store_path(const args *a, text *place)
{
    const char *path = args_text(a, "db", config_value(a->config, "papertag", "db"));
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
        complain("no store: none of --db, PAPERTAG_DB, XDG_DATA_HOME and HOME is set");
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
    bool there = (args_have(a, "db") || config_value(a->config, "papertag", "db") || getenv("XDG_DATA_HOME") ||
                  getenv("HOME")) &&
                 store_path(a, &place) && !access(place.data, F_OK);

    text_free(&place);
    return there;
}
