/*
 * Lets a file operation fail: which one, says fault.h. SQLite makes its operations through the same functions, so the
 * store's are among them.
 *
 * FAULT_ERRNO=e   with this error (default: 5, EIO)
 * FAULT_KILL=1    instead of the operation, the process is killed
 * FAULT_SHORT=1   reads and writes give or take a few bytes only
 *
 * Operations on standard input, output and error count too. Loading the program itself is over by then.
 */
#define _GNU_SOURCE
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int number = EIO;
static bool deadly, few;

__attribute__((constructor)) static void begin(void)
{
    const char *error = getenv("FAULT_ERRNO");

    deadly = getenv("FAULT_KILL");
    few = getenv("FAULT_SHORT");
    number = error ? atoi(error) : EIO;
    fault_begin();
}

static bool fails(void)
{
    const bool due = fault_due();

    if (due && deadly) {
        raise(SIGKILL);
    }
    errno = due ? number : errno;
    return due;
}

/* How much of what is asked for a call does. */
static size_t some(size_t size)
{
    return few && size > 7 ? 1 + size % 7 : size;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The profiler writes its files when the program has ended, and is not what is tested. */
static bool is_of_profiler(const char *path)
{
    const size_t length = strlen(path);

    return length > 5 && !strcmp(path + length - 5, ".gcda");
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list list;                                                                                                  \
        mode_t mode = 0;                                                                                               \
        va_start(list, flags);                                                                                         \
        mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;                                                             \
        va_end(list);                                                                                                  \
        fault.off = fault.off || is_of_profiler(path);                                                                 \
        return fails() ? -1 : REAL(name)(path, flags, mode);                                                           \
    }
OPEN(open)
OPEN(open64)

ssize_t read(int fd, void *to, size_t size)
{
    return fails() ? -1 : REAL(read)(fd, to, some(size));
}

ssize_t pread(int fd, void *to, size_t size, off_t offset)
{
    return fails() ? -1 : REAL(pread)(fd, to, some(size), offset);
}

ssize_t pread64(int fd, void *to, size_t size, off64_t offset)
{
    return fails() ? -1 : REAL(pread64)(fd, to, some(size), offset);
}

ssize_t write(int fd, const void *from, size_t size)
{
    return fails() ? -1 : REAL(write)(fd, from, some(size));
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t offset)
{
    return fails() ? -1 : REAL(pwrite)(fd, from, some(size), offset);
}

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t offset)
{
    return fails() ? -1 : REAL(pwrite64)(fd, from, some(size), offset);
}

/* Marks a stream as one that failed: what ferror looks at in the GNU library. */
static void mark(FILE *file)
{
    if (file) {
        file->_flags |= 0x20;
    }
}

size_t fwrite(const void *from, size_t size, size_t count, FILE *file)
{
    if (fails()) {
        mark(file);
        return 0;
    }
    return REAL(fwrite)(from, size, count, file);
}

int fflush(FILE *file)
{
    if (fails()) {
        mark(file);
        return EOF;
    }
    return REAL(fflush)(file);
}

FILE *fopen(const char *path, const char *mode)
{
    return fails() ? NULL : REAL(fopen)(path, mode);
}

int fclose(FILE *file)
{
    const bool failed = fails();
    const int done = REAL(fclose)(file);

    errno = failed ? number : errno;
    return failed ? EOF : done;
}

int fsync(int fd)
{
    return fails() ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return fails() ? -1 : REAL(fdatasync)(fd);
}

int ftruncate(int fd, off_t size)
{
    return fails() ? -1 : REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    return fails() ? -1 : REAL(ftruncate64)(fd, size);
}

int rename(const char *from, const char *to)
{
    return fails() ? -1 : REAL(rename)(from, to);
}

/* Whether a file is one that the program makes for a while: nothing can be done when it cannot be removed. */
static bool is_passing(const char *path)
{
    const char *end = strrchr(path, '.');

    return end && (!strcmp(end, ".tmp") || !strcmp(end, ".salvage"));
}

int unlink(const char *path)
{
    return !is_passing(path) && fails() ? -1 : REAL(unlink)(path);
}

int link(const char *from, const char *to)
{
    return fails() ? -1 : REAL(link)(from, to);
}

/* A lock that cannot be had for whatever reason is waited for, half a minute: one fails, not all that follow. */
static bool lock_fails(void)
{
    return !fault.over && fails();
}

int flock(int fd, int operation)
{
    return lock_fails() ? -1 : REAL(flock)(fd, operation);
}

/* Locks alone: SQLite takes them this way. */
#define FCNTL(name)                                                                                                    \
    int name(int fd, int command, ...)                                                                                 \
    {                                                                                                                  \
        va_list list;                                                                                                  \
        void *argument;                                                                                                \
        va_start(list, command);                                                                                       \
        argument = va_arg(list, void *);                                                                               \
        va_end(list);                                                                                                  \
        return (command == F_SETLK || command == F_GETLK) && lock_fails() ? -1 : REAL(name)(fd, command, argument);    \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

int fstat(int fd, struct stat *info)
{
    return fails() ? -1 : REAL(fstat)(fd, info);
}

int fstat64(int fd, struct stat64 *info)
{
    return fails() ? -1 : REAL(fstat64)(fd, info);
}

void *mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset)
{
    return fd >= 0 && fails() ? MAP_FAILED : REAL(mmap)(where, size, protection, flags, fd, offset);
}

void *mmap64(void *where, size_t size, int protection, int flags, int fd, off64_t offset)
{
    return fd >= 0 && fails() ? MAP_FAILED : REAL(mmap64)(where, size, protection, flags, fd, offset);
}
