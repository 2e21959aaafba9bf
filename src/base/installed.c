/*
 * installed - the version, and files that are installed with papertag, found from where this code is: the program, the
 * shared library, or another library that papertag was linked into.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "papertag.h"

/* From the folder of the program or library: an installation, one whose libraries are in a folder for each
 * architecture, the source tree, and a variant that was built there. */
static const char *const FOLDERS[] = {"../share/papertag", "../../share/papertag", "../models",
                                      "../data",           "../../models",         "../../data"};

/* The file that is mapped at `address`, by a line of /proc/self/maps: "FROM-TO RIGHTS OFFSET DEVICE INODE PATH". */
static char *mapped_path(const char *line, uintptr_t address)
{
    char *end;
    const uintptr_t from = (uintptr_t)strtoull(line, &end, 16);
    const uintptr_t to = *end == '-' ? (uintptr_t)strtoull(end + 1, &end, 16) : 0;

    return from <= address && address < to ? strchr(end, '/') : NULL;
}

/* Writes the folder of the file that this code is in, with a slash. Returns its length, 0 when it cannot be told. */
static size_t own_folder(char *folder, size_t size)
{
    static const char here = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    char *line = NULL, *path;
    size_t capacity = 0, length = 0;

    while (maps && !length && getline(&line, &capacity, maps) > 0) {
        path = mapped_path(line, (uintptr_t)&here);
        length = path ? (size_t)(strrchr(path, '/') + 1 - path) : 0;
        if (length && length < size) {
            memcpy(folder, path, length);
        }
    }
    free(line);
    if (maps) {
        fclose(maps);
    }
    return length < size ? length : 0;
}

const char *papertag_version(void)
{
    return PAPERTAG_VERSION;
}

bool papertag_installed(const char *name, char *path, size_t size)
{
    const size_t length = own_folder(path, size);

    for (size_t i = 0; length && i < sizeof FOLDERS / sizeof *FOLDERS; i++) {
        const int written = snprintf(path + length, size - length, "%s/%s", FOLDERS[i], name);

        if (written > 0 && (size_t)written < size - length && !access(path, F_OK)) {
            return true;
        }
    }
    return false;
}
