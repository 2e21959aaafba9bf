/*
 * hash - XXH3 once more, for processors with AVX2.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx2") /* before the header, which chooses its vectors by it */
#endif

#include "hash.h"

#ifdef WIDE_VECTORS
uint64_t pt_hash_wide(const void *bytes, size_t size)
{
    return pt_hash(bytes, size, 0);
}
#endif
