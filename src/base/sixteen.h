/*
 * sixteen - sixteen bytes at a time, by the vectors that gcc and clang have for every processor. On x86 they become
 * SSE2, which every 64-bit one has.
 *
 * Operators work byte by byte, so (x - 'a') < 26 has 0xff in the place of every small letter. C has no operator for
 * one step, which is a single instruction on x86: the highest bits as a number. pt_sixteen_bits_plain is its form for
 * all others.
 */
#ifndef PT_SIXTEEN_H
#define PT_SIXTEEN_H

#include <stdint.h>
#include <string.h>

typedef uint8_t pt_sixteen __attribute__((vector_size(16)));

static inline pt_sixteen pt_sixteen_at(const void *at)
{
    pt_sixteen x;
    memcpy(&x, at, sizeof x);
    return x;
}

/* The first `size` < 16 bytes, and then zeros. */
static inline pt_sixteen pt_sixteen_part(const void *at, size_t size)
{
    pt_sixteen x = {0};
    memcpy(&x, at, size);
    return x;
}

static inline unsigned pt_sixteen_bits_plain(pt_sixteen x)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < sizeof x; i++) {
        bits |= (unsigned)(x[i] >> 7) << i;
    }
    return bits;
}

/* The highest bit of each byte; bit 0 is that of the first. */
static inline unsigned pt_sixteen_bits(pt_sixteen x)
{
#ifdef __SSE2__
    typedef char signed_sixteen __attribute__((vector_size(16)));
    return (unsigned)__builtin_ia32_pmovmskb128((signed_sixteen)x);
#else
    return pt_sixteen_bits_plain(x);
#endif
}

/* Which bytes are not printable ASCII, 0x20 to 0x7e. */
static inline unsigned pt_sixteen_not_plain(pt_sixteen x)
{
    return pt_sixteen_bits((pt_sixteen)(x - ' ' > 0x7e - ' '));
}

#endif
