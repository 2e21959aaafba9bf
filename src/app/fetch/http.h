/*
 * http - one request over HTTP: the only file that speaks to the network.
 */
#ifndef FETCH_HTTP_H
#define FETCH_HTTP_H

#include "../text.h"

typedef struct http http;

typedef struct http_request {
    const char *url;
    const char *accept;   /* media types; NULL: any */
    const char *header;   /* one more, whole, such as an Authorization; NULL */
    const char *etag;     /* of the last answer, to be told that nothing has changed; NULL */
    const char *modified; /* its Last-Modified; NULL */
} http_request;

/* What came. Zero-initialise; http_answer_free in the end. */
typedef struct http_answer {
    long status;           /* 0: no whole answer, see fault */
    const char *fault;     /* a sentence; lives until the next request */
    bool hopeless;         /* with a fault: another try would end in the same way */
    text body;             /* unpacked */
    char *etag, *modified; /* headers; NULL: not there */
    char *retry_after, *limit, *location;
} http_answer;

/* `contact` (NULL: none) becomes part of the User-Agent. NULL after reporting why it cannot be opened. */
http *http_open(const char *contact);
void http_close(http *h);

/* Sends a GET and waits for the whole answer; redirects are not followed. Nothing is reported: see out->status. Bounded
 * are the size of the body (packed and unpacked), of the headers, the time to the first byte, the rate after it, and
 * the whole time. Proxies come from the usual variables. */
void http_get(http *h, const http_request *request, http_answer *out);

void http_answer_free(http_answer *answer);

#endif
