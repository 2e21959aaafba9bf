/*
 * places - models, stores and installed files: by option, by environment, else where they are installed.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "places.h"

static int no_model(papertag_error *err)
{
    err->status = PAPERTAG_IO;
    snprintf(err->message, sizeof err->message,
             "no model: neither --model nor PAPERTAG_MODEL is given, and no default.papertag is installed with this "
             "program, in ../share/papertag from its folder");
    return err->status;
}

papertag_status find_model(const args *a, papertag_store *store, papertag_model **model, papertag_error *err)
{
    const char *path = args_text(a, "model", NULL);
    int status = store && !path ? papertag_store_model(store, model, err) : PAPERTAG_END;
    char installed[PATH_MAX];

    if (status != PAPERTAG_END) {
        return (papertag_status)status;
    }
    path = path ? path : config_value(a->config, "papertag", "model");
    if (!path && papertag_installed("default.papertag", installed, sizeof installed)) {
        path = installed;
    }
    return (papertag_status)(path ? papertag_model_open(model, path, err) : no_model(err));
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

bool names_store(const args *a)
{
    return args_have(a, "db") || config_value(a->config, "papertag", "db") || getenv("XDG_DATA_HOME") || getenv("HOME");
}

bool store_is_there(const args *a)
{
    text place = {0};
    bool there = names_store(a) && store_path(a, &place) && !access(place.data, F_OK);

    text_free(&place);
    return there;
}

void text_absolute_path(text *t, const char *path)
{
    char folder[4096];

    if (path[0] != '/' && getcwd(folder, sizeof folder)) {
        text_put(t, folder);
        text_put(t, "/");
    }
    text_put(t, path);
}

bool make_folders(char *path, mode_t mode)
{
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        int code;
        *at = '\0';
        code = mkdir(path, mode) && errno != EEXIST ? errno : 0;
        if (code) {
            complain("%s: %s", path, strerror(code));
        }
        *at = '/';
        if (code) {
            return false;
        }
    }
    return true;
}

int check_output(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    struct stat info;
    text folder = {0};
    int wrong = 0;

    if (!path || (!stat(path, &info) && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))) {
        return EXIT_DONE; /* a pipe or a device is written to as it is */
    }
    text_add(&folder, slash ? path : "./", slash ? (size_t)(slash - path) + 1 : 2);
    if (folder.failed) {
        return out_of_memory();
    }
    wrong = !stat(path, &info) && S_ISDIR(info.st_mode) ? EISDIR : access(folder.data, W_OK | X_OK) ? errno : 0;
    if (wrong) {
        complain("%s: cannot write: %s", path, wrong == ENOENT ? "its folder does not exist" : strerror(wrong));
    }
    text_free(&folder);
    return wrong ? EXIT_FAILED : EXIT_DONE;
}

const char *day_path_fault(const char *pattern)
{
    const size_t length = strlen(pattern);

    for (const char *at = strchr(pattern, '%'); at; at = strchr(at + 2, '%')) {
        if (!at[1] || !strchr("Ymd%", at[1])) {
            return "of a day it can have %Y, %m and %d; a percent sign is %%";
        }
    }
    return !length || pattern[length - 1] == '/' ? "it names no file" : NULL;
}

void text_day_path(text *t, const char *pattern, const char *day)
{
    const size_t before = t->size;
    const char *dot, *name;
    text path = {0};
    unsigned number = 1;
    bool dated = false;

    for (const char *at = pattern; *at; at++) {
        const char letter = *at == '%' ? *++at : '\0';
        dated = dated || (letter && letter != '%');
        text_add(&path,
                 letter == 'Y'   ? day
                 : letter == 'm' ? day + 5
                 : letter == 'd' ? day + 8
                                 : at,
                 letter == 'Y'                    ? 4
                 : letter == 'm' || letter == 'd' ? 2
                                                  : 1);
    }
    text_put(t, text_of(t, &path));
    dot = path.data ? strrchr(path.data, '.') : NULL;
    name = path.data ? strrchr(path.data, '/') : NULL;
    dot = dot && dot > (name ? name + 1 : path.data) ? dot : path.data + path.size;
    while (dated && !t->failed && !access(t->data + before, F_OK) && ++number < 10000) {
        char suffix[16];
        snprintf(suffix, sizeof suffix, "-%u", number);
        t->size = before;
        text_add(t, path.data, (size_t)(dot - path.data));
        text_put(t, suffix);
        text_put(t, dot);
    }
    text_free(&path);
}
