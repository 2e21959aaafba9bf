/*
 * file - reading a file whole; writing one in two steps. papertag_write_file, which is public, makes both.
 */
#ifndef PT_BASE_FILE_H
#define PT_BASE_FILE_H

#include "papertag.h"

/* Reads at most PT_FILE_MAX bytes. *data, to free, has a NUL after its *size bytes. PAPERTAG_IO, PAPERTAG_BAD_INPUT
 * when there are more. */
enum { PT_FILE_MAX = 1024 * 1024 * 1024 };
int pt_read_file(const char *path, char **data, size_t *size, papertag_error *err);

/* A file that is whole and on the disk, beside the one that it is to replace. */
typedef struct pt_draft {
    char *path;  /* of the file to be replaced, with no links in it if there is one */
    char *draft; /* NULL: path is a pipe or a device, which cannot be replaced but written to */
} pt_draft;

/* Writes the draft of a file. PAPERTAG_IO, PAPERTAG_NO_MEMORY; then there is none. */
int pt_draft_write(pt_draft *out, const char *path, const void *bytes, size_t size, papertag_error *err);

/* Puts the draft in the file's place, or writes the bytes into what cannot be replaced. PAPERTAG_IO; the draft remains
 * then. */
int pt_draft_publish(const pt_draft *draft, const void *bytes, size_t size, papertag_error *err);

/* Makes the names in the folder of a path survive a power cut. Some file systems cannot: that is no error. */
void pt_sync_folder(const char *path);

/* Frees the names; the files stay. */
void pt_draft_free(pt_draft *draft);

#endif
