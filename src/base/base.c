/*
 * base - errors, memory, byte buffers, files, randomness, threads.
 *
 * Every other module stands on this one, so it stays small and knows nothing of papers. Two rules are kept here for
 * all: an allocation whose size would overflow fails like one that the system refuses, and a file that is written
 * appears whole or not at all.
 */
#define _DEFAULT_SOURCE /* madvise */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- errors ---------------------------------------------------------------------------------------------------- */

int pt_fail(papertag_error *err, papertag_status status, const char *format, ...)
{
    if (err) {
        va_list args;
        err->status = status;
        va_start(args, format);
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
        for (char *c = err->message; *c; c++) {
            if ((unsigned char)*c < ' ' || *c == 0x7f) {
                *c = ' '; /* a name or a key in a message may hold anything; the message stays one line */
            }
        }
    }
    return status;
}

int pt_no_memory(papertag_error *err)
{
    return pt_fail(err, PAPERTAG_NO_MEMORY, "out of memory");
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

void *pt_alloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        return NULL;
    }
    return malloc(count && size ? count * size : 1);
}

void *pt_calloc(size_t count, size_t size)
{
    return calloc(count ? count : 1, size ? size : 1);
}

void *pt_alloc_large(size_t count, size_t size)
{
    enum { PAGE = 2 * 1024 * 1024 };
    void *bytes = NULL;

    if (size && count > SIZE_MAX / size) {
        return NULL;
    }
    if (count * size < PAGE) {
        return pt_alloc(count, size);
    }
    if (posix_memalign(&bytes, PAGE, count * size)) {
        return NULL;
    }
#ifdef MADV_HUGEPAGE
    (void)madvise(bytes, count * size, MADV_HUGEPAGE); /* a wish: nothing depends on it */
#endif
    return bytes;
}

int pt_grow(void *items, size_t *capacity, size_t needed, size_t size)
{
    void *old, *grown;
    size_t wanted = *capacity ? *capacity : 16;

    while (wanted < needed) {
        if (wanted > SIZE_MAX / 2) {
            return PAPERTAG_NO_MEMORY;
        }
        wanted += wanted / 2 + 1;
    }
    if (wanted > SIZE_MAX / size) {
        return PAPERTAG_NO_MEMORY;
    }
    memcpy(&old, items, sizeof old);
    grown = realloc(old, wanted * size);
    if (!grown) {
        return PAPERTAG_NO_MEMORY;
    }
    memcpy(items, &grown, sizeof grown);
    *capacity = wanted;
    return PAPERTAG_OK;
}

void pt_sort(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b))
{
    if (count > 1) {
        qsort(items, count, size, compare);
    }
}

struct pt_arena_block {
    struct pt_arena_block *next;
    size_t used, capacity;
    _Alignas(16) char bytes[];
};

enum { ARENA_BLOCK = 16 * 1024 };

void *pt_arena_alloc(pt_arena *arena, size_t size)
{
    struct pt_arena_block *block = arena->head;
    size_t rounded;

    if (size > SIZE_MAX - ARENA_BLOCK) {
        return NULL;
    }
    rounded = (size + 15) & ~(size_t)15;
    if (!block || block->capacity - block->used < rounded) {
        size_t capacity = block ? block->capacity * 2 : ARENA_BLOCK;
        if (capacity > 1024 * 1024) {
            capacity = 1024 * 1024;
        }
        if (capacity < rounded) {
            capacity = rounded;
        }
        block = malloc(sizeof *block + capacity);
        if (!block) {
            return NULL;
        }
        block->next = arena->head;
        block->used = 0;
        block->capacity = capacity;
        arena->head = block;
    }
    block->used += rounded;
    return block->bytes + block->used - rounded;
}

char *pt_arena_copy(pt_arena *arena, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? pt_arena_alloc(arena, length + 1) : NULL;
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

void *pt_arena_keep(pt_arena *arena, const void *items, size_t count, size_t size)
{
    void *copy = count && size > SIZE_MAX / count ? NULL : pt_arena_alloc(arena, count * size);

    if (copy && count) {
        memcpy(copy, items, count * size);
    }
    return copy;
}

void pt_arena_reset(pt_arena *arena)
{
    struct pt_arena_block *kept = arena->head;
    if (!kept) {
        return;
    }
    while (kept->next) {
        struct pt_arena_block *rest = kept->next->next;
        free(kept->next);
        kept->next = rest;
    }
    kept->used = 0;
}

void pt_arena_free(pt_arena *arena)
{
    while (arena->head) {
        struct pt_arena_block *next = arena->head->next;
        free(arena->head);
        arena->head = next;
    }
}

void pt_buf_append(pt_buf *buf, const void *bytes, size_t size)
{
    if (buf->failed || size > SIZE_MAX - buf->size - 1 ||
        pt_reserve(&buf->data, &buf->capacity, buf->size + size + 1, 1)) {
        buf->failed = true;
        return;
    }
    if (size) {
        memcpy(buf->data + buf->size, bytes, size);
    }
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void pt_buf_text(pt_buf *buf, const char *text)
{
    pt_buf_append(buf, text, strlen(text));
}

void pt_buf_format(pt_buf *buf, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (buf->failed || length < 0 || pt_reserve(&buf->data, &buf->capacity, buf->size + (size_t)length + 1, 1)) {
        buf->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(buf->data + buf->size, (size_t)length + 1, format, args);
    va_end(args);
    buf->size += (size_t)length;
}

void pt_buf_clear(pt_buf *buf)
{
    buf->size = 0;
    buf->failed = false;
    if (buf->data) {
        buf->data[0] = '\0';
    }
}

void pt_buf_free(pt_buf *buf)
{
    free(buf->data);
    *buf = (pt_buf){0};
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

size_t pt_format_double(char out[40], double value, int digits)
{
    int length = snprintf(out, 40, "%.*g", digits, value);
    for (char *c = out; *c; c++) {
        if (*c == ',') {
            *c = '.';
        }
    }
    return (size_t)length;
}

double pt_parse_double(const char *text, const char **end)
{
    char copy[64], *stop;
    const struct lconv *locale = localeconv();
    size_t length = strspn(text, "+-0123456789.eE");
    double value;

    if (length >= sizeof copy) {
        length = sizeof copy - 1;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (locale->decimal_point[0] != '.') {
        char *point = strchr(copy, '.');
        if (point) {
            *point = locale->decimal_point[0];
        }
    }
    value = strtod(copy, &stop);
    *end = text + (stop - copy);
    return value;
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

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

/* ---- randomness ------------------------------------------------------------------------------------------------ */

uint64_t pt_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

unsigned pt_jobs(unsigned jobs)
{
    long online = jobs ? (long)jobs : sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : online > 256 ? 256 : (unsigned)online;
}

struct crew {
    int (*task)(void *context, size_t i);
    void *context;
    size_t count;
    int *statuses;
    atomic_size_t next, finished;
};

static void crew_step(struct crew *crew, size_t i)
{
    crew->statuses[i] = crew->task(crew->context, i);
    atomic_fetch_add(&crew->finished, 1);
}

static void *crew_member(void *argument)
{
    struct crew *crew = argument;
    size_t i;
    while ((i = atomic_fetch_add(&crew->next, 1)) < crew->count) {
        crew_step(crew, i);
    }
    return NULL;
}

int pt_parallel(unsigned jobs, size_t count, int (*task)(void *context, size_t i), void *context,
                void (*done)(void *context, size_t finished))
{
    struct crew crew = {.task = task, .context = context, .count = count};
    pthread_t threads[256];
    size_t started = 0, i;
    int status = PAPERTAG_OK;

    crew.statuses = pt_calloc(count, sizeof *crew.statuses);
    if (!crew.statuses) {
        return PAPERTAG_NO_MEMORY;
    }
    /* A thread that cannot be started is no error: the calling thread works too and finishes what is left. */
    while (started + 1 < jobs && started + 1 < count && started < 255) {
        if (pthread_create(&threads[started], NULL, crew_member, &crew)) {
            break;
        }
        started++;
    }
    while ((i = atomic_fetch_add(&crew.next, 1)) < count) {
        crew_step(&crew, i);
        if (done) {
            done(context, atomic_load(&crew.finished));
        }
    }
    while (started) {
        pthread_join(threads[--started], NULL);
    }
    for (i = 0; i < count && !status; i++) {
        status = crew.statuses[i];
    }
    if (done && !status) {
        done(context, count);
    }
    free(crew.statuses);
    return status;
}
