/*
 * memory - arrays whose size cannot overflow, arenas, and buffers of bytes.
 */
#ifndef PT_BASE_MEMORY_H
#define PT_BASE_MEMORY_H

#include <string.h>

#include "papertag.h"

/* ---- arrays ---------------------------------------------------------------------------------------------------- */

/* An array of `count` elements of `size` bytes, to free; NULL on overflow or exhaustion. A count of 0 also gives a
 * pointer. pt_calloc's is zero. */
void *pt_alloc(size_t count, size_t size);
void *pt_calloc(size_t count, size_t size);

/* pt_alloc for large arrays that are read in no order: in large pages where the system has them. */
void *pt_alloc_large(size_t count, size_t size);

/* Grows *items (an array of elements of `size` bytes, *capacity of them) to hold at least `needed`. 0 or
 * PAPERTAG_NO_MEMORY. */
int pt_grow(void *items, size_t *capacity, size_t needed, size_t size);
static inline int pt_reserve(void *items, size_t *capacity, size_t needed, size_t size)
{
    return needed <= *capacity ? PAPERTAG_OK : pt_grow(items, capacity, needed, size);
}

/* qsort; `items` may be NULL when count is 0. */
void pt_sort(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b));

/* The order of two byte strings as memcmp has it; of two that begin alike the shorter comes first. */
static inline int pt_compare_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
    const int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

    return order ? order : (a_size > b_size) - (a_size < b_size);
}

/* ---- arenas: many small allocations that are freed together ---------------------------------------------------- */

/* Zero-initialise; pt_arena_free ends it. */
typedef struct pt_arena {
    struct pt_arena_block *head;
} pt_arena;

/* Each gives 16-byte aligned memory, NULL on overflow or exhaustion. */
void *pt_arena_alloc(pt_arena *arena, size_t size);
void *pt_arena_array(pt_arena *arena, size_t count, size_t size);
char *pt_arena_copy(pt_arena *arena, const char *text, size_t length); /* adds a NUL */
void *pt_arena_copy_array(pt_arena *arena, const void *items, size_t count, size_t size);

/* Copies a list with its strings. 0 or PAPERTAG_NO_MEMORY. */
int pt_arena_copy_strings(pt_arena *arena, papertag_strings strings, papertag_strings *out);

void pt_arena_reset(pt_arena *arena); /* frees all allocations, but keeps a block for those to come */
void pt_arena_free(pt_arena *arena);

/* ---- buffers: bytes that grow ---------------------------------------------------------------------------------- */

/* Zero-initialise; pt_buf_free ends it. After a failed append the later ones do nothing: one check at the end is
 * enough. */
typedef struct pt_buf {
    char *data;            /* [size] and a NUL after an append; NULL before the first */
    size_t size, capacity; /* bytes */
    bool failed;
} pt_buf;

void pt_buf_append(pt_buf *buf, const void *bytes, size_t size);
void pt_buf_text(pt_buf *buf, const char *text);
void pt_buf_format(pt_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void pt_buf_clear(pt_buf *buf);
void pt_buf_free(pt_buf *buf);

#endif
