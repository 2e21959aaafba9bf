/*
 * swar - four or eight bytes of text at a time in one register.
 */
#ifndef PT_SWAR_H
#define PT_SWAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t pt_eight(const void *at)
{
    uint64_t x;
    memcpy(&x, at, sizeof x);
    return x;
}

static inline uint32_t pt_four(const void *at)
{
    uint32_t x;
    memcpy(&x, at, sizeof x);
    return x;
}

/* Whether two words of `size` bytes are the same; memcmp without the call. */
static inline bool pt_same(const char *a, const char *b, size_t size)
{
    if (size < 4) {
        return !size || (a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1]);
    }
    if (size < 8) {
        return pt_four(a) == pt_four(b) && pt_four(a + size - 4) == pt_four(b + size - 4);
    }
    for (size_t i = 0; i + 8 < size; i += 8) {
        if (pt_eight(a + i) != pt_eight(b + i)) {
            return false;
        }
    }
    return pt_eight(a + size - 8) == pt_eight(b + size - 8);
}

#endif
