/*
 * file - reading a file whole. Files are written with papertag_write_file, which is public.
 */
#ifndef PT_BASE_FILE_H
#define PT_BASE_FILE_H

#include "papertag.h"

/* Reads at most PT_FILE_MAX bytes. *data, to free, has a NUL after its *size bytes. PAPERTAG_IO, PAPERTAG_BAD_INPUT
 * when there are more. */
enum { PT_FILE_MAX = 1024 * 1024 * 1024 };
int pt_read_file(const char *path, char **data, size_t *size, papertag_error *err);

#endif
