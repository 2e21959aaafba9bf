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
            status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s: larger than %d MiB", path, PT_FILE_MAX / 1024 / 1024);
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

void pt_sync_folder(const char *path)
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

/* Creates a file next to path; *temporary is its name, to free. Returns its descriptor, or -1 with errno set. `mode`
 * must not be wider than the file's in the end: others could open it before. */
static int create_temporary(const char *path, mode_t mode, char **temporary)
{
    size_t length = strlen(path) + 32;
    char *name = pt_alloc(length, 1);
    int fd = -1;

    for (unsigned n = 0; name && fd < 0 && n < 100; n++) {
        snprintf(name, length, "%s.%ld.%u.tmp", path, (long)getpid(), n);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    if (fd < 0) {
        free(name);
    } else {
        *temporary = name;
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

/* For a pipe or a device, which cannot be replaced. */
static int write_into(const char *path, const void *bytes, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    const int failed = fd < 0 || write_all(fd, bytes, size);

    return (fd >= 0 && close(fd)) || failed ? -1 : 0;
}

/* Fills a new file and brings it to the disk, with the permissions of `old` unless that is NULL. */
static int fill_file(int fd, const struct stat *old, const void *bytes, size_t size)
{
    int failed = (old && fchmod(fd, old->st_mode & 07777)) || write_all(fd, bytes, size) || fsync(fd);
    const int number = errno;

    if (close(fd) && !failed) {
        return -1;
    }
    errno = number;
    return failed ? -1 : 0;
}

int pt_draft_write(pt_draft *out, const char *path, const void *bytes, size_t size, papertag_error *err)
{
    struct stat old;
    const bool exists = !stat(path, &old), replaced = !exists || S_ISREG(old.st_mode);
    pt_draft draft = {.path = exists && replaced ? realpath(path, NULL) : strdup(path)};
    int fd = -1, failed = !draft.path, number = errno;

    if (!failed && replaced) {
        fd = create_temporary(draft.path, exists ? 0600 : 0666, &draft.draft); // NOLINT: no leak, `draft` is handed on
        failed = fd < 0 || fill_file(fd, exists ? &old : NULL, bytes, size);
        number = errno;
    }
    if (failed) {
        if (fd >= 0) {
            unlink(draft.draft);
        }
        pt_draft_free(&draft);
        pt_fail(err, PAPERTAG_IO, "%s: cannot write: %s", path,
                number == ENOENT ? "its folder does not exist" : strerror(number));
        return PAPERTAG_IO;
    }
    *out = draft;
    return PAPERTAG_OK;
}

int pt_draft_publish(const pt_draft *draft, const void *bytes, size_t size, papertag_error *err)
{
    if (draft->draft ? rename(draft->draft, draft->path) : write_into(draft->path, bytes, size)) {
        return pt_fail(err, PAPERTAG_IO, "%s: cannot write: %s", draft->path, strerror(errno));
    }
    if (draft->draft) {
        pt_sync_folder(draft->path);
    }
    return PAPERTAG_OK;
}

void pt_draft_free(pt_draft *draft)
{
    free(draft->path);
    free(draft->draft);
    *draft = (pt_draft){0};
}

int papertag_write_file(const char *path, const void *bytes, size_t size, papertag_error *err)
{
    pt_draft draft;
    int status = pt_draft_write(&draft, path, bytes, size, err);

    if (status) {
        return status;
    }
    status = pt_draft_publish(&draft, bytes, size, err);
    if (status && draft.draft) {
        unlink(draft.draft);
    }
    pt_draft_free(&draft);
    return status;
}
