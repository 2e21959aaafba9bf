/*
 * signed_link - links in mail that end a subscription or give a verdict, and the signatures that show that this program
 * made them.
 *
 * A signature is an HMAC-SHA256 (RFC 2104), of which 128 bits are written. Its key is in a file of its owner alone
 * beside the store, not in it: a copy of the store gives nobody the right to answer for its readers.
 */
#ifndef SIGNED_LINK_H
#define SIGNED_LINK_H

#include <stdbool.h>

#include "text.h"

typedef struct link_key {
    unsigned char bytes[32]; /* HMAC_KEY of crypto.h */
} link_key;

/* Reads the key of the store at `store_path`, from STORE.key; with `create` makes it when there is none. EXIT_DONE;
 * EXIT_NOTHING when there is none; EXIT_FAILED after reporting why it cannot be read, or that others can read it. */
int link_key_open(const char *store_path, bool create, link_key *key);

/* Adds BASE/unsubscribe?name=NAME&to=READER&sign=SIGN. A GET asks, a POST ends the subscription (RFC 8058). READER
 * stands for the address, so that the link ends no later subscription of that name that goes to somebody else. */
void text_unsubscribe_link(text *out, const link_key *key, const char *base, const char *name, const char *address);
bool unsubscribe_is_signed(const link_key *key, const char *name, const char *reader, const char *sign);
bool is_reader(const link_key *key, const char *reader, const char *address);

/* Adds BASE/verdict?paper=ID&tag=SLUG&verdict=yes|no&sign=SIGN. A GET asks, a POST records the verdict. */
void text_verdict_link(text *out, const link_key *key, const char *base, const char *paper, const char *tag, bool yes);

/* Adds the subject of a mail with that verdict: "papertag yes TAG ID SIGN", where TAG and ID are written as in URLs. */
void text_verdict_subject(text *out, const link_key *key, const char *paper, const char *tag, bool yes);
bool verdict_is_signed(const link_key *key, const char *paper, const char *tag, bool yes, const char *sign);

/* Adds a string to be a part of a URL's query: what is no letter, digit or one of -._~ is written as %XX. */
void text_query_part(text *out, const char *string);

/* Undoes that. False for a '%' without two hexadecimal digits after it, or a NUL. */
bool text_decoded(text *out, const char *string, size_t length);

#endif
