/*
 * Lets an allocation fail: loaded before the program with LD_PRELOAD.
 *
 * FAULT_AT=n      the n-th allocation of the process fails, and with FAULT_ALL=1 every one after it
 * FAULT_NOTE=F    the file F is made when one has failed, so that the caller knows when n is beyond the last
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_long calls, at = -1;
static atomic_bool all;

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("FAULT_AT"), *rest = getenv("FAULT_ALL");

    all = rest && *rest == '1';
    calls = 0;
    at = number ? atol(number) : -1;
}

static bool fails(void)
{
    const long call = at > 0 ? ++calls : 0;

    if (call && (call == at || (all && call > at))) {
        const char *note = call == at ? getenv("FAULT_NOTE") : NULL;
        if (note) {
            close(open(note, O_CREAT | O_WRONLY, 0600));
        }
        errno = ENOMEM;
        return true;
    }
    return false;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *memory = fails() ? NULL : __libc_memalign(alignment, size);

    if (memory) {
        *out = memory;
    }
    return memory ? 0 : ENOMEM;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}
