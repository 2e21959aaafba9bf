/*
 * Records what a program does to the files below a folder, so that a power cut can be played after any of it: writes,
 * cuts, syncs, names made, changed and removed. Loaded before the program with LD_PRELOAD.
 *
 * RECORD_ROOT=F  the folder, without links in its name
 * RECORD_LOG=L   where the record goes, outside of the folder; several programs, one after the other, add to it
 *
 * An entry is a line `KIND INODE NUMBER SIZE`, a newline, and SIZE bytes: W written at NUMBER; F cut to NUMBER bytes; S
 * synced; C created, bytes: its path; D a folder synced, bytes: its path; R renamed, bytes: both paths, each with a
 * NUL; L linked, likewise; U removed. Memory maps are not recorded: SQLite writes only its shared index through them,
 * which does not outlive the machine.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *root;
static size_t root_length;
static int out = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void)
{
    const char *log = getenv("RECORD_LOG");

    root = getenv("RECORD_ROOT");
    root_length = root ? strlen(root) : 0;
    if (root && log) {
        out = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    }
}

static void put(const void *bytes, size_t size)
{
    for (const char *at = bytes; size;) {
        const long done = syscall(SYS_write, out, at, size);
        if (done <= 0) {
            _exit(99);
        }
        at += done;
        size -= (size_t)done;
    }
}

static void entry(char kind, unsigned long inode, long long number, const void *bytes, size_t size)
{
    char head[100];

    put(head, (size_t)snprintf(head, sizeof head, "%c %lu %lld %zu\n", kind, inode, number, size));
    put(bytes, size);
}

/* Whether a descriptor is of a file or folder below the root; its inode and path. */
static bool is_ours(int fd, unsigned long *inode, bool *folder, char path[PATH_MAX])
{
    char link[64];
    struct stat info;
    ssize_t length;

    if (out < 0 || fd == out || syscall(SYS_fstat, fd, &info) || !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))) {
        return false;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = '\0';
    *inode = info.st_ino;
    *folder = S_ISDIR(info.st_mode);
    return !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static void data(int fd, char kind, long long number, const void *bytes, ssize_t size)
{
    char path[PATH_MAX];
    unsigned long inode;
    bool folder;

    if (size >= 0 && is_ours(fd, &inode, &folder, path) && (kind == 'S' || !folder)) {
        entry(folder ? 'D' : kind, inode, number, folder ? path : bytes, folder ? strlen(path) : (size_t)size);
    }
}

/* The absolute form of a path that a program gave. */
static const char *whole(const char *path, char buffer[PATH_MAX])
{
    char folder[PATH_MAX];

    if (*path == '/' || !getcwd(folder, sizeof folder) || snprintf(buffer, PATH_MAX, "%s/%s", folder, path) < 0) {
        snprintf(buffer, PATH_MAX, "%s", path);
    }
    return buffer;
}

static void names(char kind, const char *from, const char *to)
{
    char first[PATH_MAX], both[2 * PATH_MAX];
    size_t size;

    if (out >= 0 && !strncmp(whole(from, first), root, root_length)) {
        size = strlen(strcpy(both, first)) + 1;
        size += to ? strlen(whole(to, first)) + 1 : 0;
        if (to) {
            strcpy(both + strlen(both) + 1, first);
        }
        entry(kind, 0, 0, both, size);
    }
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list list;                                                                                                  \
        mode_t mode = 0;                                                                                               \
        char buffer[PATH_MAX], there[PATH_MAX];                                                                        \
        const bool fresh = (flags & O_CREAT) && access(path, F_OK);                                                    \
        unsigned long inode;                                                                                           \
        bool folder;                                                                                                   \
        int fd;                                                                                                        \
        va_start(list, flags);                                                                                         \
        mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;                                                             \
        va_end(list);                                                                                                  \
        fd = REAL(name)(path, flags, mode);                                                                            \
        if (fd >= 0 && (fresh || (flags & O_TRUNC)) && is_ours(fd, &inode, &folder, there)) {                          \
            whole(path, buffer);                                                                                       \
            entry(fresh ? 'C' : 'F', inode, 0, buffer, fresh ? strlen(buffer) : 0);                                    \
        }                                                                                                              \
        return fd;                                                                                                     \
    }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *from, size_t size)
{
    const off64_t at = lseek64(fd, 0, SEEK_CUR);
    const ssize_t done = REAL(write)(fd, from, size);

    data(fd, 'W', at, from, done);
    return done;
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t offset)
{
    const ssize_t done = REAL(pwrite)(fd, from, size, offset);

    data(fd, 'W', offset, from, done);
    return done;
}

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t offset)
{
    const ssize_t done = REAL(pwrite64)(fd, from, size, offset);

    data(fd, 'W', offset, from, done);
    return done;
}

int ftruncate(int fd, off_t size)
{
    const int failed = REAL(ftruncate)(fd, size);

    data(fd, 'F', size, "", failed);
    return failed;
}

int ftruncate64(int fd, off64_t size)
{
    const int failed = REAL(ftruncate64)(fd, size);

    data(fd, 'F', size, "", failed);
    return failed;
}

int fsync(int fd)
{
    const int failed = REAL(fsync)(fd);

    data(fd, 'S', 0, "", failed);
    return failed;
}

int fdatasync(int fd)
{
    const int failed = REAL(fdatasync)(fd);

    data(fd, 'S', 0, "", failed);
    return failed;
}

int rename(const char *from, const char *to)
{
    const int failed = REAL(rename)(from, to);

    if (!failed) {
        names('R', from, to);
    }
    return failed;
}

int link(const char *from, const char *to)
{
    const int failed = REAL(link)(from, to);

    if (!failed) {
        names('L', from, to);
    }
    return failed;
}

int unlink(const char *path)
{
    const int failed = REAL(unlink)(path);

    if (!failed) {
        names('U', path, NULL);
    }
    return failed;
}
