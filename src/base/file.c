/*
 * file - see file.h and papertag_write_file. A file that is written appears whole or not at all.
 */
#define _DEFAULT_SOURCE /* realpath */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "memory.h"

int pt_read_file(const char *path, char **data, size_t *size, papertag_error *err)
{
    char *bytes = NULL;
    size_t capacity = 0, used = 0;
    int status = PAPERTAG_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return pt_fail(err, PAPERTAG_IO, "%s: %s", path, strerror(errno));
    }
    for (;;) {
        ssize_t got;
        if (pt_reserve(&bytes, &capacity, used + 65536, 1)) {
            status = pt_no_memory(err);
            goto done;
        }
        got = read(fd, bytes + used, capacity - used - 1);
        if (got == 0) {
            break;
        }
        if (used > PT_FILE_MAX) {
            status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s: more than %d MiB", path, PT_FILE_MAX / 1024 / 1024);
            goto done;
        }
        if (got < 0 && errno != EINTR) {
            status = pt_fail(err, PAPERTAG_IO, "%s: %s", path, strerror(errno));
            goto done;
        }
        used += got > 0 ? (size_t)got : 0;
    }
    bytes[used] = '\0';
    *data = bytes;
    *size = used;
    bytes = NULL;
done:
    close(fd);
    free(bytes);
    return status;
}

/* Syncs the folder that holds path, so that a rename in it survives a power cut. Some systems refuse; not an error. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(folder);
}

/* Opens a new file beside path for writing; its name goes to *beside, which the caller frees. -1 with errno set. */
static int open_beside(const char *path, char **beside)
{
    size_t length = strlen(path) + 32;
    char *name = pt_alloc(length, 1);
    int fd = -1;

    for (unsigned n = 0; name && fd < 0 && n < 100; n++) {
        snprintf(name, length, "%s.%ld.%u.tmp", path, (long)getpid(), n);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    if (fd < 0) {
        free(name);
    } else {
        *beside = name;
    }
    return fd;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t put = write(fd, bytes, size);
        if (put < 0 && errno != EINTR) {
            return -1;
        }
        bytes += put > 0 ? put : 0;
        size -= put > 0 ? (size_t)put : 0;
    }
    return 0;
}

/* Writes into what is not a regular file. */
static int write_into(const char *path, const void *bytes, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    const int failed = fd < 0 || write_all(fd, bytes, size);

    return (fd >= 0 && close(fd)) || failed ? -1 : 0;
}

/* Writes a file and renames it over path, with the permissions of `old` unless that is NULL. */
static int write_over(const char *path, const struct stat *old, const void *bytes, size_t size)
{
    char *beside = NULL;
    const int fd = open_beside(path, &beside);
    int failed, number;

    if (fd < 0) {
        return -1;
    }
    failed = (old && fchmod(fd, old->st_mode & 07777)) || write_all(fd, bytes, size) || fsync(fd);
    number = errno;
    if (close(fd) && !failed) {
        failed = -1;
        number = errno;
    }
    if (!failed && rename(beside, path)) {
        failed = -1;
        number = errno;
    }
    if (failed) {
        unlink(beside);
    } else {
        sync_folder(path);
    }
    free(beside);
    errno = number;
    return failed ? -1 : 0;
}

int papertag_write_file(const char *path, const void *bytes, size_t size, papertag_error *err)
{
    struct stat old;
    const bool is_there = !stat(path, &old);
    int failed, number;

    if (is_there && !S_ISREG(old.st_mode)) {
        failed = write_into(path, bytes, size);
        number = errno;
    } else {
        char *real = is_there ? realpath(path, NULL) : NULL;
        failed = is_there && !real ? -1 : write_over(real ? real : path, is_there ? &old : NULL, bytes, size);
        number = errno;
        free(real);
    }
    return failed ? pt_fail(err, PAPERTAG_IO, "%s: cannot write: %s", path, strerror(number)) : PAPERTAG_OK;
}
