/*
 * base - what every other module stands on: errors, memory, byte buffers, files, threads.
 */
#ifndef PT_BASE_H
#define PT_BASE_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "papertag.h"

/* ---- errors: the line that detects a fault records it, callers forward the status ------------------------------ */

/* Records the message (printf-style) in err, which may be NULL, and returns status. */
int pt_fail(papertag_error *err, papertag_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* pt_fail(err, PAPERTAG_NO_MEMORY, ...) with the usual words. */
int pt_no_memory(papertag_error *err);

/* ---- memory ---------------------------------------------------------------------------------------------------- */

/* Arrays with a checked multiplication; NULL on overflow or exhaustion. A count of 0 gives a pointer to free. */
void *pt_alloc(size_t count, size_t size);
void *pt_calloc(size_t count, size_t size);

/* pt_alloc for what is large and read here and there: in large pages where the system has them. */
void *pt_alloc_large(size_t count, size_t size);

/* Grows *items (elements of `size` bytes, *capacity of them) to hold at least `needed`. 0 or PAPERTAG_NO_MEMORY. */
int pt_grow(void *items, size_t *capacity, size_t needed, size_t size);
static inline int pt_reserve(void *items, size_t *capacity, size_t needed, size_t size)
{
    return needed <= *capacity ? PAPERTAG_OK : pt_grow(items, capacity, needed, size);
}

/* qsort, which does not take NULL for no items. */
void pt_sort(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b));

/* An arena: many small allocations that are given up together. Zero-initialise; pt_arena_free ends it. */
typedef struct pt_arena {
    struct pt_arena_block *head;
} pt_arena;

void *pt_arena_alloc(pt_arena *arena, size_t size);                    /* 16-byte aligned; NULL on exhaustion */
char *pt_arena_copy(pt_arena *arena, const char *text, size_t length); /* with a NUL added */
void *pt_arena_keep(pt_arena *arena, const void *items, size_t count, size_t size); /* a copy; NULL on exhaustion */
void pt_arena_reset(pt_arena *arena); /* gives all allocations up, keeps one block for the next round */
void pt_arena_free(pt_arena *arena);

/* A byte buffer that grows. Zero-initialise; pt_buf_free ends it. `data` is NUL-terminated after any append.
 * A failed append sets `failed` and makes later ones do nothing, so that one check at the end is enough. */
typedef struct pt_buf {
    char *data;
    size_t size, capacity;
    bool failed;
} pt_buf;

void pt_buf_append(pt_buf *buf, const void *bytes, size_t size);
void pt_buf_text(pt_buf *buf, const char *text);
void pt_buf_format(pt_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void pt_buf_clear(pt_buf *buf);
void pt_buf_free(pt_buf *buf);

/* ---- numbers that do not follow the locale --------------------------------------------------------------------- */

/* Writes value with `digits` significant digits (as %.*g) and a '.' whatever the locale; returns the length. */
size_t pt_format_double(char out[40], double value, int digits);

/* Parses a number as strtod does in the C locale; *end as there. */
double pt_parse_double(const char *text, const char **end);

/* ---- files ----------------------------------------------------------------------------------------------------- */

/* Reads a whole file, at most PT_FILE_MAX bytes. *data has a NUL after *size bytes; free it. */
enum { PT_FILE_MAX = 1024 * 1024 * 1024 };
int pt_read_file(const char *path, char **data, size_t *size, papertag_error *err);

/* ---- randomness, the same on every machine --------------------------------------------------------------------- */

/* One step of SplitMix64 (Steele, Lea and Flood 2014). */
uint64_t pt_random(uint64_t *state);

/* ---- vectors ---------------------------------------------------------------------------------------------------- */

/* Marks a static function to be compiled for each width of vectors, the widest that the machine has being run; without
 * contraction of a multiply and an add the results are the same. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define WIDEST_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDEST_VECTORS
#endif

/* ---- threads --------------------------------------------------------------------------------------------------- */

/* Processors to use for `jobs` as asked for: itself, or the number of processors when it is 0. */
unsigned pt_jobs(unsigned jobs);

/* Runs task(context, i) for i < count on up to `jobs` threads, in any order; returns the first status that is not
 * 0 by task number, else 0. `done` (may be NULL) is called on the calling thread now and then. */
int pt_parallel(unsigned jobs, size_t count, int (*task)(void *context, size_t i), void *context,
                void (*done)(void *context, size_t finished));

#endif
