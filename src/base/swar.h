/*
 * swar - eight bytes of text at a time in one register ("SIMD within a register", Fisher and Dietz 1998): fast on every
 * machine.
 */
#ifndef PT_SWAR_H
#define PT_SWAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The byte in all eight places. */
#define PT_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

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

/* Whether all eight are printable ASCII, 0x20 to 0x7e. */
static inline bool pt_all_plain(uint64_t x)
{
    return !(((x - PT_EACH(' ')) | (x + PT_EACH(1)) | x) & PT_EACH(0x80));
}

/* 0x80 in every byte of x that is `byte`, which is ASCII; 0 in the others. */
static inline uint64_t pt_where(uint64_t x, char byte)
{
    const uint64_t differs = x ^ PT_EACH((unsigned char)byte);
    return ~(((differs & PT_EACH(0x7f)) + PT_EACH(0x7f)) | differs) & PT_EACH(0x80);
}

/* Whether two neighbours are both `byte`. */
static inline bool pt_twice(uint64_t x, char byte)
{
    const uint64_t where = pt_where(x, byte);
    return where & where << 8;
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
