/*
 * calls - the changes that a browser has made, by their numbers, the last first, in a cookie that ends with the
 * session.
 *
 * Several people may correct tags over one store at the same time. With these numbers, Undo takes back what was changed
 * in the same browser, and never what somebody else has changed since.
 */
#ifndef CALLS_H
#define CALLS_H

#include "serve.h"

enum { CALLS_OWN = 40 }; /* that a browser remembers; `cookie` of an answer has room for them */

/* Reads the numbers that came with a request. Returns how many. */
size_t calls_read(const request *r, int64_t calls[CALLS_OWN]);

/* Sends numbers with an answer; of more than CALLS_OWN the first. */
void calls_write(answer *a, const int64_t *calls, size_t count);

/* Sends the numbers that came, and one more. */
void calls_add(const request *r, answer *a, int64_t call);

#endif
