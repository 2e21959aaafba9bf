/*
 * web - finds the files that are built into the program.
 */
#include <string.h>

#include "web.h"

const web_file *find_web_file(const char *name)
{
    const web_file *file = web_files;

    while (file->name && strcmp(file->name, name) != 0) {
        file++;
    }
    return file->name ? file : NULL;
}
