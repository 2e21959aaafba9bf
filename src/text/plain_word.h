/*
 * plain_word - reads a word of ASCII letters and digits, as nearly all words are, sixteen bytes at a time.
 */
#ifndef PT_PLAIN_WORD_H
#define PT_PLAIN_WORD_H

#include "base/sixteen.h"

enum { PT_PLAIN_MAX = 48 }; /* bytes that are read of a word, at most */

/* A word. Bit i of a set stands for byte i. */
typedef struct pt_plain_word {
    size_t length;          /* letters, digits and bytes of other scripts; PT_PLAIN_MAX: it may go on */
    uint64_t upper, digits; /* capital letters, digits */
    uint64_t high;          /* bytes of other scripts: the word is not plain */
} pt_plain_word;

/* The word at `at`, before `end`. Its small form is copied to out[PT_PLAIN_MAX]; what follows it there is of no use. */
static inline pt_plain_word pt_plain_word_at(const char *at, const char *end, char *out)
{
    pt_plain_word word = {0};
    uint64_t own;

    for (unsigned i = 0; i < PT_PLAIN_MAX; i += sizeof(pt_sixteen)) {
        pt_sixteen x, upper, digits;
        unsigned others;
        if (end - at >= (ptrdiff_t)sizeof x) {
            x = pt_sixteen_at(at);
        } else {
            x = pt_sixteen_part(at, (size_t)(end - at));
        }
        upper = (pt_sixteen)(x - 'A' < 26);
        digits = (pt_sixteen)(x - '0' < 10);
        others = ~pt_sixteen_bits((pt_sixteen)((x | 0x20) - 'a' < 26) | digits | x) & 0xffff;
        word.upper |= (uint64_t)pt_sixteen_bits(upper) << i;
        word.digits |= (uint64_t)pt_sixteen_bits(digits) << i;
        word.high |= (uint64_t)pt_sixteen_bits(x) << i;
        x |= upper & 0x20;
        memcpy(out + i, &x, sizeof x);
        if (others) {
            word.length = i + (unsigned)__builtin_ctz(others);
            break;
        }
        at += sizeof x;
        word.length = PT_PLAIN_MAX;
    }
    own = ((uint64_t)1 << word.length) - 1;
    word.upper &= own;
    word.digits &= own;
    word.high &= own;
    return word;
}

#endif
