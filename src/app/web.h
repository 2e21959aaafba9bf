/*
 * web - the files of data/web, as they were when the program was built: style sheets of pages.
 */
#ifndef WEB_H
#define WEB_H

#include <stddef.h>

typedef struct web_file {
    const char *name; /* without a folder; NULL ends the list */
    const char *data; /* size bytes and a NUL */
    size_t size;      /* bytes */
} web_file;

/* Made by scripts/embed from what is in data/web. */
extern const web_file web_files[];

/* The file of that name; NULL: there is none. */
const web_file *find_web_file(const char *name);

#endif
