/*
 * crypto - OpenSSL's libcrypto, loaded when something is signed or a secret is read.
 */
#ifndef CRYPTO_H
#define CRYPTO_H

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "lazy.h"

#define CRYPTO_memcmp LAZY(LAZY_CRYPTO, CRYPTO_memcmp)
#define EVP_sha256 LAZY(LAZY_CRYPTO, EVP_sha256)
#define HMAC LAZY(LAZY_CRYPTO, HMAC)
#define OPENSSL_cleanse LAZY(LAZY_CRYPTO, OPENSSL_cleanse)
#define RAND_bytes LAZY(LAZY_CRYPTO, RAND_bytes)

#endif
