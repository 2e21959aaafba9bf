/*
 * crypto - see crypto.h.
 */
#include "crypto.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* The hash of a block, which is the key with a pattern over it, and of what follows. */
static void hash_after_key(const unsigned char key[HMAC_KEY], unsigned char pattern, const void *message, size_t size,
                           unsigned char out[HMAC_SIZE])
{
    unsigned char block[SHA256_CBLOCK];
    SHA256_CTX state;

    memset(block, pattern, sizeof block);
    for (size_t i = 0; i < HMAC_KEY; i++) {
        block[i] ^= key[i];
    }
    SHA256_Init(&state);
    SHA256_Update(&state, block, sizeof block);
    SHA256_Update(&state, message, size);
    SHA256_Final(out, &state);
    OPENSSL_cleanse(block, sizeof block);
    OPENSSL_cleanse(&state, sizeof state);
}

void hmac_sha256(const unsigned char key[HMAC_KEY], const void *message, size_t size, unsigned char out[HMAC_SIZE])
{
    unsigned char inner[HMAC_SIZE];

    hash_after_key(key, 0x36, message, size, inner);
    hash_after_key(key, 0x5c, inner, sizeof inner, out);
}

bool random_bytes(void *out, size_t size)
{
    ssize_t got;

    do {
        got = getrandom(out, size, 0);
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)size;
}
