/*
 * crypto - signatures, random bytes, and secrets: OpenSSL's libcrypto, loaded when something is signed or a secret is
 * read.
 *
 * Of it, SHA-256 is called by its plain functions, which allocate nothing: those that OpenSSL 3 puts in their place
 * crash when there is no memory for their own tables.
 */
#ifndef CRYPTO_H
#define CRYPTO_H

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stddef.h>

#include "lazy.h"

#define CRYPTO_memcmp LAZY(LAZY_CRYPTO, CRYPTO_memcmp)
#define OPENSSL_cleanse LAZY(LAZY_CRYPTO, OPENSSL_cleanse)
#define SHA256_Final LAZY(LAZY_CRYPTO, SHA256_Final)
#define SHA256_Init LAZY(LAZY_CRYPTO, SHA256_Init)
#define SHA256_Update LAZY(LAZY_CRYPTO, SHA256_Update)

enum { HMAC_KEY = 32, HMAC_SIZE = SHA256_DIGEST_LENGTH };

/* The HMAC-SHA256 of a message (RFC 2104). */
void hmac_sha256(const unsigned char key[HMAC_KEY], const void *message, size_t size, unsigned char out[HMAC_SIZE]);

/* Fills in at most 256 bytes that nobody can foresee. False with errno. */
bool random_bytes(void *out, size_t size);

#endif
