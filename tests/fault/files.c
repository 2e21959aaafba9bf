/*
 * Lets a file operation fail: loaded before the program with LD_PRELOAD. SQLite makes its operations through the same
 * functions, so the store's are among them.
 *
 * FAULT_AT=n      the n-th operation of the process fails, and with FAULT_ALL=1 every one after it
 * FAULT_ERRNO=e   with this error (default: 5, EIO)
 * FAULT_KILL=1    instead of the n-th operation, the process is killed
 * FAULT_SHORT=1   reads and writes give or take a few bytes only
 * FAULT_NOTE=F    the file F is made when one has failed, so that the caller knows when n is beyond the last
 *
 * Operations on standard input, output and error count too. Loading the program itself is over by then.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls, at = -1;
static atomic_int number = EIO;
static atomic_bool all, deadly, few;

__attribute__((constructor)) static void begin(void)
{
    const char *n = getenv("FAULT_AT"), *rest = getenv("FAULT_ALL"), *error = getenv("FAULT_ERRNO");

    all = rest && *rest == '1';
    deadly = getenv("FAULT_KILL");
    few = getenv("FAULT_SHORT");
    number = error ? atoi(error) : EIO;
    calls = 0;
    at = n ? atol(n) : -1;
}

static bool fails(void)
{
    const long call = at > 0 ? ++calls : 0;

    if (call && (call == at || (all && call > at))) {
        const char *note = call == at ? getenv("FAULT_NOTE") : NULL;
        int (*make)(const char *, mode_t) = note ? (int (*)(const char *, mode_t))dlsym(RTLD_NEXT, "creat") : NULL;
        if (make) {
            make(note, 0600);
        }
        if (deadly) {
            raise(SIGKILL);
        }
        errno = number;
        return true;
    }
    return false;
}

/* How much of what is asked for a call does. */
static size_t some(size_t size)
{
    return few && size > 7 ? 1 + size % 7 : size;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list list;                                                                                                  \
        mode_t mode = 0;                                                                                               \
        va_start(list, flags);                                                                                         \
        mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;                                                             \
        va_end(list);                                                                                                  \
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
