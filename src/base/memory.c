/*
 * memory - see memory.h. An allocation whose size would overflow fails like one that the system refuses.
 */
#define _DEFAULT_SOURCE /* madvise */
#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- arrays ---------------------------------------------------------------------------------------------------- */

void *pt_alloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        return NULL;
    }
    return malloc(count && size ? count * size : 1);
}

void *pt_calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        return NULL;
    }
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
    (void)madvise(bytes, count * size, MADV_HUGEPAGE); /* only faster: it may fail */
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

/* ---- arenas ---------------------------------------------------------------------------------------------------- */

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

void *pt_arena_array(pt_arena *arena, size_t count, size_t size)
{
    return size && count > SIZE_MAX / size ? NULL : pt_arena_alloc(arena, count * size);
}

void *pt_arena_copy_array(pt_arena *arena, const void *items, size_t count, size_t size)
{
    void *copy = pt_arena_array(arena, count, size);

    if (copy && count) {
        memcpy(copy, items, count * size);
    }
    return copy;
}

int pt_arena_copy_strings(pt_arena *arena, papertag_strings strings, papertag_strings *out)
{
    const char **items = pt_arena_array(arena, strings.count + 1, sizeof *items);

    for (size_t i = 0; items && i < strings.count; i++) {
        items[i] = pt_arena_copy(arena, strings.items[i], strlen(strings.items[i]));
        if (!items[i]) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    *out = (papertag_strings){items, items ? strings.count : 0};
    return items ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

void pt_arena_reset(pt_arena *arena)
{
    struct pt_arena_block *newest = arena->head;

    if (!newest) {
        return;
    }
    while (newest->next) {
        struct pt_arena_block *rest = newest->next->next;
        free(newest->next);
        newest->next = rest;
    }
    newest->used = 0;
}

void pt_arena_free(pt_arena *arena)
{
    while (arena->head) {
        struct pt_arena_block *next = arena->head->next;
        free(arena->head);
        arena->head = next;
    }
}

/* ---- buffers --------------------------------------------------------------------------------------------------- */

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
