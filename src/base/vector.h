/*
 * vector - loops compiled for each width of vector registers.
 */
#ifndef PT_BASE_VECTOR_H
#define PT_BASE_VECTOR_H

/* Before a static function: compiles it for each width, and runs the widest that the machine has. The results are the
 * same for all, because no multiply and add are contracted (-ffp-contract=off). */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define WIDEST_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#define WIDE_VECTORS /* functions for one width may be written and chosen by hand */
#else
#define WIDEST_VECTORS
#endif

#endif
