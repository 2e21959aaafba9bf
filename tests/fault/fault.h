/*
 * Which call of a kind fails: what allocations.c and files.c have in common. They are loaded before the program with
 * LD_PRELOAD.
 *
 * FAULT_AT=n      the n-th call of the process
 * FAULT_PLACES=F  the first call from a place that the file F does not list yet; F then lists it. Run until F no longer
 *                 grows, every place has failed once. A place is the functions of the program that lead to the call;
 *                 with FAULT_WHOLE=1 also those of its libraries, and its 1st, 2nd, 4th, 8th ... call are told apart
 * FAULT_ALL=1     and every call after that
 */
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

enum { PLACES = 1 << 17 };

static struct {
    atomic_long calls;
    long at;
    const char *places;
    bool all, whole;
    uintptr_t low, high;     /* where the program stands */
    uint64_t listed[PLACES]; /* by hash; 0: free */
    struct {
        uint64_t place;
        unsigned count;
    } met[PLACES];                 /* the same; what was met in this run */
    uintptr_t top;                 /* of the main thread's stack */
    _Atomic uint64_t ways[PLACES]; /* to places that are not new, by hash_stack; one takes the place of another */
    atomic_flag busy;
    atomic_bool over; /* one has failed */
    atomic_bool off;  /* none is to fail any more */
} fault = {.busy = ATOMIC_FLAG_INIT};

static _Thread_local bool within __attribute__((tls_model("initial-exec")));

static int find_program(struct dl_phdr_info *info, size_t size, void *none)
{
    (void)size;
    (void)none;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const uintptr_t end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
        fault.high = info->dlpi_phdr[i].p_type == PT_LOAD && end > fault.high ? end : fault.high;
    }
    fault.low = info->dlpi_addr;
    return 1; /* the first is the program */
}

static size_t place_of(uint64_t key)
{
    size_t at = (size_t)(key * 0x9e3779b97f4a7c15u >> 40) % PLACES;
    while (fault.listed[at] && fault.listed[at] != key) {
        at = (at + 1) % PLACES;
    }
    return at;
}

static void fault_begin(void)
{
    const char *n = getenv("FAULT_AT"), *all = getenv("FAULT_ALL"), *whole = getenv("FAULT_WHOLE");
    uint64_t key;

    fault.all = all && *all == '1';
    fault.whole = whole && *whole == '1';
    fault.top = (uintptr_t)environ; /* above all frames */
    dl_iterate_phdr(find_program, NULL);
    fault.places = getenv("FAULT_PLACES");
    if (fault.places) {
        const int file = (int)syscall(SYS_openat, AT_FDCWD, fault.places, O_RDONLY);
        while (syscall(SYS_read, file, &key, sizeof key) == (long)sizeof key) {
            fault.listed[place_of(key)] = key;
        }
        syscall(SYS_close, file);
    }
    fault.at = n ? atol(n) : 0;
}

/* A foreign function is told by its address within a page only: the rest differs from run to run. */
static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *to)
{
    const uintptr_t at = _Unwind_GetIP(context);
    const bool own = at >= fault.low && at < fault.high;
    uint64_t *hash = to;

    if (own || fault.whole) {
        *hash = (*hash ^ (own ? at - fault.low : at & 0xfff)) * 0x100000001b3u;
    }
    return _URC_NO_REASON;
}

/* What the stack holds that points into the program, and where: above all the addresses to which functions return. When
 * that is the same as before, so is the way to here, and it is found in a fraction of the time. */
static uint64_t hash_stack(void)
{
    const uintptr_t *at = __builtin_frame_address(0);
    const uintptr_t self =
        (uintptr_t)pthread_self(); /* a thread's own data end its stack; the main thread's are below */
    const uintptr_t *top = (const uintptr_t *)(self > (uintptr_t)at ? self : fault.top);
    uint64_t hash = 0xcbf29ce484222325u;

    for (; at < top; at++) {
        if (*at - fault.low < fault.high - fault.low) {
            hash = (hash ^ (*at - fault.low) ^ (uint64_t)(top - at) << 32) * 0x9fb21c651e98df25u;
            hash ^= hash >> 35;
        }
    }
    return hash;
}

static bool at_new_place(void)
{
    const uint64_t way = fault.whole ? 0 : hash_stack();
    uint64_t hash = 0xcbf29ce484222325u, key;
    bool is_new = false;
    unsigned count;
    size_t i;

    if (!fault.whole && fault.ways[way % PLACES] == way) {
        return false;
    }
    within = true;
    _Unwind_Backtrace(add_frame, &hash);
    while (atomic_flag_test_and_set(&fault.busy)) {
    }
    for (i = hash % PLACES; fault.met[i].count && fault.met[i].place != hash; i = (i + 1) % PLACES) {
    }
    fault.met[i].place = hash;
    count = ++fault.met[i].count;
    key = hash + count;
    if (!fault.over && (fault.whole ? !(count & (count - 1)) : count == 1) && !fault.listed[place_of(key)]) {
        const int file = (int)syscall(SYS_openat, AT_FDCWD, fault.places, O_WRONLY | O_APPEND | O_CREAT, 0600);
        is_new = syscall(SYS_write, file, &key, sizeof key) == (long)sizeof key;
        syscall(SYS_close, file);
        fault.over = is_new;
    }
    atomic_flag_clear(&fault.busy);
    if (!is_new) {
        fault.ways[way % PLACES] = way;
    }
    within = false;
    return is_new;
}

/* Whether the call at hand is to fail. */
static bool fault_due(void)
{
    const long call = fault.at ? ++fault.calls : 0;

    if (fault.off) {
        return false;
    }
    if (fault.at) {
        return call == fault.at || (fault.all && call > fault.at);
    }
    return fault.places && !within && ((fault.all && fault.over) || (!fault.over && at_new_place()));
}
