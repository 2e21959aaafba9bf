/*
 * lazy - libraries that are loaded when they are first needed.
 *
 * Loading libcurl, OpenSSL and libmicrohttpd, with the thirty libraries that they bring, takes longer than tagging a
 * paper. Most commands need none of them. A file that does includes the library's header and says of each function that
 * it calls:
 *
 *     #define curl_easy_init LAZY(LAZY_CURL, curl_easy_init)
 *
 * Its calls then read as always, and the compiler checks them against the library's own declaration. What libpapertag
 * calls of LIBSVM is in machines.c.
 */
#ifndef LAZY_H
#define LAZY_H

typedef enum lazy_library { LAZY_CURL, LAZY_CRYPTO, LAZY_MICROHTTPD, LAZY_SVM, LAZY_LIBRARIES } lazy_library;

/* A function of a library, which is loaded by the first call. Never NULL: a library that is missing ends the program
 * with a message, as it would have ended when it started. Threads may call it at once. */
void *lazy_function(lazy_library library, const char *name);

#define LAZY(library, name) (*(__typeof__(&(name)))lazy_function(library, #name))

#endif
